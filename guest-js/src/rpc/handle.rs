//! Owning an entry of one of the host's tables.

use std::cell::RefCell;
use std::rc::Rc;

use crate::state::State;
use crate::{Capability, Effect};

/// One stub's hold on a capability. Its clones are the same hold: disposing one
/// disposes all. [`Handle::dup`] makes another hold on the same entry, which is
/// released with the last of them.
#[derive(Clone)]
pub struct Handle {
    entry: Rc<RefCell<Option<Rc<Entry>>>>,
    /// What it stands for may be any value.
    awaits: bool,
}

struct Entry {
    capability: Capability,
    /// Its method `fetch` takes a request.
    fetches: bool,
    state: Rc<State>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.state.emit(Effect::Release(self.capability));
    }
}

impl Handle {
    pub fn new(state: &Rc<State>, capability: Capability) -> Self {
        let fetches = matches!(capability, Capability::Service(_));
        Self::of(Rc::new(Entry { capability, fetches, state: Rc::clone(state) }))
    }

    /// For what will be an entrypoint.
    pub fn of_entrypoint(state: &Rc<State>, capability: Capability) -> Self {
        Self::of(Rc::new(Entry { capability, fetches: true, state: Rc::clone(state) }))
    }

    fn of(entry: Rc<Entry>) -> Self {
        let awaits = matches!(entry.capability, Capability::Awaitable(_));
        Self { entry: Rc::new(RefCell::new(Some(entry))), awaits }
    }

    /// None after it was disposed.
    pub fn capability(&self) -> Option<Capability> {
        self.entry.borrow().as_ref().map(|entry| entry.capability)
    }

    /// Whether its method `fetch` takes a request; not after it was disposed.
    pub fn fetches(&self) -> bool {
        self.entry.borrow().as_ref().is_some_and(|entry| entry.fetches)
    }

    /// Whether reading it gives what it stands for; also after it was disposed.
    pub fn awaits(&self) -> bool {
        self.awaits
    }

    pub fn dup(&self) -> Option<Self> {
        self.entry.borrow().clone().map(Self::of)
    }

    /// Whether it is the same hold.
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entry, &other.entry)
    }

    pub fn dispose(&self) {
        // Dropped when nothing is borrowed any more.
        let entry = self.entry.borrow_mut().take();
        drop(entry);
    }
}
