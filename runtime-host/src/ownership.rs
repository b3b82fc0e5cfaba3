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

use crate::capability::Capability;
use crate::link::{Hold, Link};

/// A survey under way, shared by the sandboxes that it comes to.
#[derive(Clone, Default)]
pub(crate) struct Survey(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    nodes: Vec<Node>,
    by_address: HashMap<usize, usize>,
    /// The nodes of sandboxes, by their links.
    by_link: HashMap<usize, usize>,
    /// Sandboxes that have not looked through their tables yet.
    left: usize,
}

/// A shared thing.
struct Node {
    owners: Box<dyn Owners>,
    /// How many of its owners the survey has come by.
    met: usize,
    holds: Vec<usize>,
    sandbox: Option<Link>,
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

/// What a sandbox, or a shared thing in it, names its holdings to.
pub(crate) struct Visitor<'a> {
    state: &'a mut State,
    holder: usize,
    /// Things that have yet to be looked into: none on the stack of another, however
    /// long a chain they are.
    left: Vec<(usize, Arc<dyn Holds + Send + Sync>)>,
    asked: Vec<Link>,
}

impl Visitor<'_> {
    /// A shared thing that holds others.
    pub(crate) fn shared<T: Holds + Send + Sync + 'static>(&mut self, thing: &Arc<T>) {
        if let Some(node) = self.meet(thing) {
            self.left.push((node, Arc::<T>::clone(thing)));
        }
    }

    /// What keeps a sandbox alive.
    pub(crate) fn hold(&mut self, hold: &Arc<Hold>) {
        let Some(node) = self.meet(hold) else { return };
        self.state.is_sandbox(node, hold.link());
        self.asked.push(hold.link().clone());
    }

    /// An object of the host's. Only what leads to a worker holds anything that a survey
    /// knows of.
    pub(crate) fn shared_capability(&mut self, capability: &Arc<dyn Capability>) {
        let Some(node) = self.meet(capability) else { return };
        if let Some(export) = capability.stands_for() {
            self.left.push((node, Arc::new(export)));
        }
    }

    /// The stubs of a message.
    pub(crate) fn value(&mut self, value: &Value) {
        let Some(list) = value.shared_capabilities() else { return };
        if let Some(node) = self.meet(list) {
            self.left.push((node, Arc::new(List(Arc::downgrade(list)))));
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

/// A list of stubs, as clones of a message share it.
struct List(Weak<Vec<Attachment>>);

impl Holds for List {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        for attachment in self.0.upgrade().iter().flat_map(|list| list.iter()) {
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
        if let Some(stub) = attachment.downcast_ref::<crate::stub::Stub>() {
            stub.visit(visitor);
        }
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
    pub(crate) fn begin(hold: &Arc<Hold>) {
        let survey = Self::default();
        let mut state = survey.state();
        let address = Arc::as_ptr(hold).cast::<()>().addr();
        state.by_address.insert(address, 0);
        state.nodes.push(Node { met: 0, ..Node::of(Box::new(Arc::downgrade(hold))) });
        state.is_sandbox(0, hold.link());
        drop(state);
        hold.link().look_through(survey);
    }

    /// A sandbox that is at rest names what it holds; a busy one has nothing to say.
    /// The last one to do so ends what nobody needs.
    pub(crate) fn answer(&self, link: &Link, tables: Option<&dyn Holds>) {
        let asked = {
            let mut state = self.state();
            let Some(&holder) = state.by_link.get(&link.address()) else { return };
            let mut visitor =
                Visitor { state: &mut state, holder, left: Vec::new(), asked: Vec::new() };
            if let Some(tables) = tables {
                if let Some(node) = visitor.state.nodes.get_mut(holder) {
                    node.is_busy = false;
                }
                tables.visit(&mut visitor);
                while let Some((node, thing)) = visitor.left.pop() {
                    visitor.holder = node;
                    thing.visit(&mut visitor);
                }
            }
            visitor.state.left -= 1;
            visitor.asked
        };
        for link in asked {
            link.look_through(self.clone());
        }
        let mut state = self.state();
        if state.left == 0 {
            // Twice: what was cloned while the first was counted shows in the second.
            let first = state.unneeded();
            let second = state.unneeded();
            let ends = first.into_iter().filter(|node| second.contains(node));
            let links: Vec<_> = ends.filter_map(|node| state.nodes[node].sandbox.take()).collect();
            drop(state);
            links.iter().for_each(Link::unneeded);
        }
    }
}

impl State {
    /// Notes what a node is, and that it has yet to be looked through.
    fn is_sandbox(&mut self, node: usize, link: &Link) {
        self.by_link.insert(link.address(), node);
        self.left += 1;
        if let Some(node) = self.nodes.get_mut(node) {
            node.sandbox = Some(link.clone());
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
