//! Which sandboxes anybody still needs.
//!
//! One rule: a sandbox lives as long as it is busy, or somebody who lives holds it.
//! Rust lives, and so does a sandbox that is busy. Holding is counted, which ends most
//! sandboxes at once; those that only hold one another are found by a survey.
//!
//! A survey begins at a sandbox that is at rest and follows what its tables hold: stubs,
//! answers, `props`, workers. It counts how often it comes by each shared thing. A thing
//! that has more owners than that is held from elsewhere (by Rust, by a message on its
//! way, by a sandbox that is busy) and lives, with all that it leads to. Each sandbox
//! looks through its own tables, on its own task, when the survey comes to it. What a
//! survey does not know of counts as held: it can keep too much, and not too little.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use isolet_wire::{Attachment, Value};

/// So many stubs of a list count as one thing.
const PART: usize = 16;

/// So many things are looked at before other tasks have their turn.
const SLICE: usize = 1_000;

/// A survey under way, shared by the sandboxes that it comes to.
#[derive(Clone)]
pub(crate) struct Survey(Arc<Mutex<State>>);

/// The way to a sandbox that a survey comes by. It keeps nothing alive.
pub(crate) trait Surveyed: Send + Sync {
    /// What tells it from all other ways that there are.
    fn address(&self) -> usize;

    /// Has the sandbox name what it holds.
    fn look_through(&self, survey: Survey);

    /// Tells the sandbox that nobody needs it.
    fn unneeded(&self);
}

/// Names what is in a capability that a message carries.
type Carried = fn(&Attachment, &mut Visitor<'_>);

struct State {
    carried: Carried,
    nodes: Vec<Node>,
    by_address: HashMap<usize, usize>,
    /// The nodes of sandboxes, by the ways to them.
    by_way: HashMap<usize, usize>,
    /// Sandboxes that have not looked through their tables yet.
    left: usize,
}

/// A shared thing.
struct Node {
    owners: Box<dyn Owners>,
    /// How many of its owners the survey has come by.
    met: usize,
    holds: Vec<usize>,
    sandbox: Option<Arc<dyn Surveyed>>,
    /// Whether it lives, whoever holds it.
    is_busy: bool,
}

/// Keeps nothing alive.
trait Owners: Send {
    fn count(&self) -> usize;
}

impl<T: ?Sized + Send + Sync> Owners for Weak<T> {
    fn count(&self) -> usize {
        self.strong_count()
    }
}

/// What holds shared things.
pub(crate) trait Holds {
    /// Names each of them.
    fn visit(&self, visitor: &mut Visitor<'_>);
}

/// A shared thing that holds others.
pub(crate) type Shared = Arc<dyn Holds + Send + Sync>;

/// What a sandbox, or a shared thing in it, names its holdings to.
pub(crate) struct Visitor<'a> {
    state: &'a mut State,
    holder: usize,
    /// Things that have yet to be looked into: none on the stack of another, however
    /// long a chain they are.
    left: Vec<(usize, Shared)>,
    asked: Vec<Arc<dyn Surveyed>>,
}

impl Visitor<'_> {
    /// A shared thing that holds others.
    pub(crate) fn shared<T: Holds + Send + Sync + 'static>(&mut self, thing: &Arc<T>) {
        self.shared_any(Arc::<T>::clone(thing));
    }

    /// As [`Self::shared`], of a type that only its users know.
    pub(crate) fn shared_any(&mut self, thing: Shared) {
        if let Some(node) = self.meet(&thing) {
            self.left.push((node, thing));
        }
    }

    /// What keeps a sandbox alive.
    pub(crate) fn hold<T: Send + Sync + 'static>(
        &mut self,
        hold: &Arc<T>,
        way: impl FnOnce() -> Arc<dyn Surveyed>,
    ) {
        let Some(node) = self.meet(hold) else { return };
        let way = way();
        self.state.is_sandbox(node, &way);
        self.asked.push(way);
    }

    /// The stubs of a message.
    pub(crate) fn value(&mut self, value: &Value) {
        let Some(list) = value.shared_capabilities() else { return };
        if let Some(node) = self.meet(list) {
            self.left.push((node, Arc::new(List { of: Arc::downgrade(list), from: 0 })));
        }
    }

    /// The node of a thing that was not met before.
    fn meet<T: ?Sized + Send + Sync + 'static>(&mut self, thing: &Arc<T>) -> Option<usize>
    where
        Weak<T>: Owners,
    {
        let address = Arc::as_ptr(thing).cast::<()>().addr();
        let State { nodes, by_address, .. } = &mut *self.state;
        let known = by_address.get(&address).copied();
        let node = known.unwrap_or(nodes.len());
        if let Some(holder) = nodes.get_mut(self.holder) {
            holder.holds.push(node);
        }
        if let Some(known) = known.and_then(|known| nodes.get_mut(known)) {
            known.met += 1;
            return None;
        }
        by_address.insert(address, node);
        nodes.push(Node::of(Box::new(Arc::downgrade(thing))));
        Some(node)
    }
}

/// A list of stubs, as clones of a message share it, from one of them on.
struct List {
    of: Weak<Vec<Attachment>>,
    from: usize,
}

impl Holds for List {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        let Some(list) = self.of.upgrade() else { return };
        let Some(rest) = list.get(self.from..) else { return };
        // The rest of a long one is a thing of its own.
        if rest.len() > PART {
            let more = Self { of: Weak::clone(&self.of), from: self.from + PART };
            visitor.left.push((visitor.holder, Arc::new(more)));
        }
        for attachment in rest.iter().take(PART) {
            if let Some(node) = visitor.meet(attachment) {
                visitor.left.push((node, Arc::new(Item(Arc::downgrade(attachment)))));
            }
        }
    }
}

/// A stub in such a list.
struct Item(Weak<dyn std::any::Any + Send + Sync>);

impl Holds for Item {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        let Some(attachment) = self.0.upgrade() else { return };
        (visitor.state.carried)(&attachment, visitor);
    }
}

impl Node {
    fn of(owners: Box<dyn Owners>) -> Self {
        Self { owners, met: 1, holds: Vec::new(), sandbox: None, is_busy: false }
    }

    fn is_held_from_elsewhere(&self) -> bool {
        self.is_busy || self.owners.count() > self.met
    }
}

impl Survey {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins at a sandbox that somebody holds, which shall be asked as the others are.
    pub(crate) fn begin<T: Send + Sync + 'static>(
        hold: &Arc<T>,
        way: &Arc<dyn Surveyed>,
        carried: Carried,
    ) {
        let mut state = State {
            carried,
            nodes: vec![Node { met: 0, ..Node::of(Box::new(Arc::downgrade(hold))) }],
            by_address: HashMap::from([(Arc::as_ptr(hold).cast::<()>().addr(), 0)]),
            by_way: HashMap::new(),
            left: 0,
        };
        state.is_sandbox(0, way);
        way.look_through(Self(Arc::new(Mutex::new(state))));
    }

    /// A sandbox that is at rest names what it holds; a busy one has nothing to say. The
    /// last one to do so ends what nobody needs. Gives way to other tasks between any two
    /// slices, and returns how many things it has looked at.
    pub(crate) async fn answer<T>(
        &self,
        way: &dyn Surveyed,
        tables: Option<impl Iterator<Item = T>>,
    ) -> usize
    where
        T: Fn(&mut Visitor<'_>),
    {
        let Some(holder) = self.state().by_way.get(&way.address()).copied() else { return 0 };
        let mut slice = Slice::default();
        if let Some(mut tables) = tables {
            if let Some(node) = self.state().nodes.get_mut(holder) {
                node.is_busy = false;
            }
            while slice.look(&mut self.state(), holder, &mut tables) {
                tokio::task::yield_now().await;
            }
        }
        self.state().left -= 1;
        for way in slice.asked {
            way.look_through(self.clone());
        }
        let mut state = self.state();
        if state.left == 0 {
            // Twice: what was cloned while the first was counted shows in the second.
            let first = state.unneeded();
            let second = state.unneeded();
            let ends = first.into_iter().filter(|node| second.contains(node));
            let ways: Vec<_> = ends.filter_map(|node| state.nodes[node].sandbox.take()).collect();
            drop(state);
            for way in ways {
                way.unneeded();
            }
        }
        slice.seen
    }
}

/// What a sandbox has looked at so far.
#[derive(Default)]
struct Slice {
    left: Vec<(usize, Shared)>,
    asked: Vec<Arc<dyn Surveyed>>,
    seen: usize,
}

impl Slice {
    /// Looks at some more; false if there is nothing left.
    fn look<T: Fn(&mut Visitor<'_>)>(
        &mut self,
        state: &mut State,
        holder: usize,
        tables: &mut impl Iterator<Item = T>,
    ) -> bool {
        let (left, asked) = (std::mem::take(&mut self.left), std::mem::take(&mut self.asked));
        let mut visitor = Visitor { state, holder, left, asked };
        let mut room = SLICE;
        while room > 0
            && let Some(name) = tables.next()
        {
            name(&mut visitor);
            room -= 1;
        }
        while room > 0
            && let Some((node, thing)) = visitor.left.pop()
        {
            visitor.holder = node;
            thing.visit(&mut visitor);
            room -= 1;
        }
        (self.left, self.asked) = (visitor.left, visitor.asked);
        self.seen += SLICE - room;
        room == 0
    }
}

impl State {
    /// Notes what a node is, and that it has yet to be looked through.
    fn is_sandbox(&mut self, node: usize, way: &Arc<dyn Surveyed>) {
        self.by_way.insert(way.address(), node);
        self.left += 1;
        if let Some(node) = self.nodes.get_mut(node) {
            node.sandbox = Some(Arc::clone(way));
            // Until it says otherwise.
            node.is_busy = true;
        }
    }

    /// The sandboxes that nothing leads to that lives.
    fn unneeded(&self) -> Vec<usize> {
        let mut lives: Vec<bool> = self.nodes.iter().map(Node::is_held_from_elsewhere).collect();
        let mut left: Vec<usize> = (0..lives.len()).filter(|&node| lives[node]).collect();
        while let Some(node) = left.pop() {
            for &held in &self.nodes[node].holds {
                if !std::mem::replace(&mut lives[held], true) {
                    left.push(held);
                }
            }
        }
        let is_sandbox = |node: &usize| self.nodes[*node].sandbox.is_some();
        (0..lives.len()).filter(|&node| !lives[node]).filter(is_sandbox).collect()
    }
}
