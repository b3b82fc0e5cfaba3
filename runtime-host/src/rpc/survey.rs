//! Surveys, which find the sandboxes that nobody needs any more.
//!
//! A sandbox lives as long as it is busy, or is held by something that lives. The
//! embedder always lives, and so does a busy sandbox. Holds are counted, which ends most
//! sandboxes at once. Sandboxes that only hold one another are found by a survey.
//!
//! A survey begins at a sandbox that is at rest and follows what its tables hold: stubs,
//! answers, `props` and workers. It counts how often it meets each shared thing. A thing
//! that has more owners than that is held from elsewhere (by the embedder, by a message
//! in transit, or by a busy sandbox). It lives, together with everything that it leads
//! to. Each sandbox looks through its own tables, on its own task, when the survey
//! reaches it. Owners that a survey does not know count as holders, so a survey can keep
//! too much alive, but never too little.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use isolet_wire::{Attachment, Value};

/// The number of stubs of a list that count as one thing.
const PART: usize = 16;

/// The number of things to look at before other tasks get their turn.
const SLICE: usize = 1_000;

/// A survey in progress, shared by the sandboxes that it reaches.
#[derive(Clone)]
pub(crate) struct Survey(Arc<Mutex<State>>);

/// The handle by which a survey reaches a sandbox. It keeps nothing alive.
pub(crate) trait Surveyed: Send + Sync {
    /// Returns a number that identifies the sandbox among all existing ones.
    fn address(&self) -> usize;

    /// Makes the sandbox name what it holds.
    fn look_through(&self, survey: Survey);

    /// Tells the sandbox that nobody needs it.
    fn unneeded(&self);
}

/// A function that names what a capability in a message holds.
type Carried = fn(&Attachment, &mut Visitor<'_>);

struct State {
    carried: Carried,
    nodes: Vec<Node>,
    by_address: HashMap<usize, usize>,
    /// The nodes of sandboxes, by [`Surveyed::address`].
    by_way: HashMap<usize, usize>,
    /// The number of sandboxes that have not looked through their tables yet.
    left: usize,
    /// The sandbox whose exported objects are looked for, by [`Surveyed::address`].
    exporter: Option<usize>,
    /// The nodes of these objects.
    exports: Vec<usize>,
}

/// A node of a survey: one shared thing.
struct Node {
    owners: Box<dyn Owners>,
    /// The number of its owners that the survey has met.
    met: usize,
    holds: Vec<usize>,
    sandbox: Option<Arc<dyn Surveyed>>,
    /// True if it lives, whether or not anything holds it.
    is_busy: bool,
}

/// A count of the owners of a shared thing. It keeps nothing alive.
trait Owners: Send {
    fn count(&self) -> usize;
}

impl<T: ?Sized + Send + Sync> Owners for Weak<T> {
    fn count(&self) -> usize {
        self.strong_count()
    }
}

/// A holder of shared things.
pub(crate) trait Holds {
    /// Names each thing that it holds to the visitor.
    fn visit(&self, visitor: &mut Visitor<'_>);
}

/// A shared thing that holds others.
pub(crate) type Shared = Arc<dyn Holds + Send + Sync>;

/// The visitor to which a sandbox, or a shared thing in it, names what it holds.
pub(crate) struct Visitor<'a> {
    state: &'a mut State,
    holder: usize,
    /// The things that have yet to be looked into. None is visited on the stack of
    /// another, however long a chain they form.
    left: Vec<(usize, Shared)>,
    asked: Vec<Arc<dyn Surveyed>>,
}

impl Visitor<'_> {
    /// Names a shared thing that holds others.
    pub(crate) fn shared<T: Holds + Send + Sync + 'static>(&mut self, thing: &Arc<T>) {
        self.shared_any(Arc::<T>::clone(thing));
    }

    /// Does the same as [`Self::shared`], for a type that only its users know.
    pub(crate) fn shared_any(&mut self, thing: Shared) {
        if let Some(node) = self.meet(&thing) {
            self.left.push((node, thing));
        }
    }

    /// Names the hold that keeps a sandbox alive.
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

    /// Names the stubs of a message.
    pub(crate) fn value(&mut self, value: &Value) {
        let Some(list) = value.shared_capabilities() else { return };
        if let Some(node) = self.meet(list) {
            self.left.push((node, Arc::new(List { of: Arc::downgrade(list), from: 0 })));
        }
    }

    /// Names the thing that is being looked into as an object that a sandbox exports.
    pub(crate) fn exported_by(&mut self, sandbox: &dyn Surveyed) {
        if self.state.exporter == Some(sandbox.address()) {
            self.state.exports.push(self.holder);
        }
    }

    /// Counts a thing as met. Returns its node if it was not met before.
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

/// The part of a list of stubs from index `from` on. Clones of a message share the list.
struct List {
    of: Weak<Vec<Attachment>>,
    from: usize,
}

impl Holds for List {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        let Some(list) = self.of.upgrade() else { return };
        let Some(rest) = list.get(self.from..) else { return };
        // The rest of a long list is a thing of its own.
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

/// A stub in a [`List`].
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

    /// Begins a survey at a sandbox that is held. That sandbox is asked like all others.
    pub(crate) fn begin<T: Send + Sync + 'static>(
        hold: &Arc<T>,
        way: &Arc<dyn Surveyed>,
        carried: Carried,
    ) {
        let mut state = State::new(carried, Box::new(Arc::downgrade(hold)));
        state.by_address.insert(Arc::as_ptr(hold).cast::<()>().addr(), 0);
        state.is_sandbox(0, way);
        way.look_through(Self(Arc::new(Mutex::new(state))));
    }

    /// Adds what the sandbox behind `way` holds. `tables` is `None` if the sandbox is busy
    /// and has nothing to say. The last sandbox to answer ends those that nobody needs.
    /// Yields to other tasks between slices, and returns the number of things looked at.
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
            // Counts twice: a clone made during the first count shows in the second.
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

/// Looks through the tables of one sandbox. Returns true if anything else than the sandbox
/// itself may lead to one of the `exported` objects that it has exported, and the number of
/// things looked at. Yields to other tasks between slices.
///
/// Other sandboxes are not asked. Whatever they hold counts as held by somebody else.
pub(crate) async fn reach_exports<T: Fn(&mut Visitor<'_>)>(
    way: &dyn Surveyed,
    exported: usize,
    mut tables: impl Iterator<Item = T>,
    carried: Carried,
) -> (bool, usize) {
    let mut state = State::new(carried, Box::new(Weak::<()>::new()));
    state.exporter = Some(way.address());
    let mut slice = Slice::default();
    while slice.look(&mut state, 0, &mut tables) {
        tokio::task::yield_now().await;
    }
    // Counts twice, like a survey of sandboxes.
    let (first, second) = (state.lives(), state.lives());
    let reached = state.exports.iter().any(|&node| first[node] || second[node]);
    (reached || state.exports.len() < exported, slice.seen)
}

/// The progress of one sandbox in looking through its tables.
#[derive(Default)]
struct Slice {
    left: Vec<(usize, Shared)>,
    asked: Vec<Arc<dyn Surveyed>>,
    seen: usize,
}

impl Slice {
    /// Looks at the next slice. Returns false if nothing is left.
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
    /// Creates the state of a survey that begins at something with these owners.
    fn new(carried: Carried, owners: Box<dyn Owners>) -> Self {
        Self {
            carried,
            nodes: vec![Node { met: 0, ..Node::of(owners) }],
            by_address: HashMap::new(),
            by_way: HashMap::new(),
            left: 0,
            exporter: None,
            exports: Vec::new(),
        }
    }

    /// Marks a node as a sandbox that has yet to be looked through.
    fn is_sandbox(&mut self, node: usize, way: &Arc<dyn Surveyed>) {
        self.by_way.insert(way.address(), node);
        self.left += 1;
        if let Some(node) = self.nodes.get_mut(node) {
            node.sandbox = Some(Arc::clone(way));
            // Busy until its answer says otherwise.
            node.is_busy = true;
        }
    }

    /// Returns for each node whether it lives.
    fn lives(&self) -> Vec<bool> {
        let mut lives: Vec<bool> = self.nodes.iter().map(Node::is_held_from_elsewhere).collect();
        let mut left: Vec<usize> = (0..lives.len()).filter(|&node| lives[node]).collect();
        while let Some(node) = left.pop() {
            for &held in &self.nodes[node].holds {
                if !std::mem::replace(&mut lives[held], true) {
                    left.push(held);
                }
            }
        }
        lives
    }

    /// Returns the nodes of the sandboxes that nothing living leads to.
    fn unneeded(&self) -> Vec<usize> {
        let lives = self.lives();
        let is_sandbox = |node: &usize| self.nodes[*node].sandbox.is_some();
        (0..lives.len()).filter(|&node| !lives[node]).filter(is_sandbox).collect()
    }
}
