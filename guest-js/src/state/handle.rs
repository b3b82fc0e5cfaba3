//! Ownership of entries in the host's tables.

use std::cell::RefCell;
use std::rc::Rc;

use super::outbox::Outbox;
use crate::{Capability, Effect};

/// One stub's hold on a capability. Its clones share the hold: disposing of one disposes of
/// all. [`Handle::dup`] creates another hold on the same entry. The entry is released with the
/// last hold.
#[derive(Clone)]
pub struct Handle {
    entry: Rc<RefCell<Option<Rc<Entry>>>>,
    /// True if it may stand for any value.
    awaits: bool,
}

struct Entry {
    capability: Capability,
    /// True if its method `fetch` takes a request.
    fetches: bool,
    outbox: Rc<Outbox>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.outbox.emit(Effect::Release(self.capability));
    }
}

impl Handle {
    pub fn new(outbox: &Rc<Outbox>, capability: Capability) -> Self {
        let fetches = matches!(capability, Capability::Service(_));
        Self::of(Rc::new(Entry { capability, fetches, outbox: Rc::clone(outbox) }))
    }

    /// Creates a handle for a capability that will be an entrypoint.
    pub fn of_entrypoint(outbox: &Rc<Outbox>, capability: Capability) -> Self {
        Self::of(Rc::new(Entry { capability, fetches: true, outbox: Rc::clone(outbox) }))
    }

    fn of(entry: Rc<Entry>) -> Self {
        let awaits = matches!(entry.capability, Capability::Awaitable(_));
        Self { entry: Rc::new(RefCell::new(Some(entry))), awaits }
    }

    /// Returns the capability, or `None` after it was disposed of.
    pub fn capability(&self) -> Option<Capability> {
        self.entry.borrow().as_ref().map(|entry| entry.capability)
    }

    /// Returns true if its method `fetch` takes a request. False after it was disposed of.
    pub fn fetches(&self) -> bool {
        self.entry.borrow().as_ref().is_some_and(|entry| entry.fetches)
    }

    /// Returns true if reading it returns what it stands for, even after it was disposed of.
    pub fn awaits(&self) -> bool {
        self.awaits
    }

    pub fn dup(&self) -> Option<Self> {
        self.entry.borrow().clone().map(Self::of)
    }

    /// Returns true if both are the same hold.
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entry, &other.entry)
    }

    pub fn dispose(&self) {
        // Dropped only when the borrow has ended.
        let entry = self.entry.borrow_mut().take();
        drop(entry);
    }
}
