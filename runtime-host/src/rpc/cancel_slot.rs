//! A payload that is freed as soon as the caller drops its future.

use std::sync::{Arc, MutexGuard, PoisonError, Weak};

use crate::support::sync::Mutex;

/// The caller's half of a cancel slot. Dropping it frees the payload, unless the payload
/// was taken.
pub(crate) struct Owner<T> {
    _slot: Arc<Mutex<Option<T>>>,
}

/// The receiver's half of a cancel slot. It keeps nothing alive: a queue may hold any
/// number of slots whose owners are gone.
pub(crate) struct CancelSlot<T>(Weak<Mutex<Option<T>>>);

/// An empty slot without an owner.
impl<T> Default for CancelSlot<T> {
    fn default() -> Self {
        Self(Weak::new())
    }
}

pub(crate) fn cancel_slot<T>(value: T) -> (Owner<T>, CancelSlot<T>) {
    let slot = Arc::new(Mutex::new(Some(value)));
    let held = CancelSlot(Arc::downgrade(&slot));
    (Owner { _slot: slot }, held)
}

impl<T> CancelSlot<T> {
    /// Takes the payload. Returns `None` if the owner is gone.
    pub(crate) fn take(&self) -> Option<T> {
        lock(&*self.0.upgrade()?).take()
    }

    /// Puts the payload back, for a call that has to wait again.
    pub(crate) fn put_back(&self, value: T) {
        if let Some(slot) = self.0.upgrade() {
            *lock(&slot) = Some(value);
        }
    }

    /// Shows the payload, if it is there.
    pub(crate) fn peek(&self, look: impl FnOnce(&T)) {
        if let Some(slot) = self.0.upgrade()
            && let Some(value) = &*lock(&slot)
        {
            look(value);
        }
    }

    pub(crate) fn is_void(&self) -> bool {
        self.0.strong_count() == 0
    }
}

fn lock<T>(slot: &Mutex<Option<T>>) -> MutexGuard<'_, Option<T>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
