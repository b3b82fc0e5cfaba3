//! Objects that outlive a call for as long as others hold its result.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rquickjs::{Persistent, Value};

use super::Handle;

/// A scope is over when its call has ended and nobody holds a stub that the call returned, or
/// when `ctx.abort()` was called in it.
#[derive(Default)]
pub struct Scope {
    /// The duplicates of stubs that were made in it. One that no code holds any more, and that
    /// was not disposed of, stays until the scope is over.
    duplicates: RefCell<Vec<Handle>>,
    /// The number of duplicates at which those that were disposed of are forgotten.
    crowded: Cell<usize>,
    /// The reason that `ctx.abort()` was called with.
    aborted: RefCell<Option<Persistent<Value<'static>>>>,
}

impl Scope {
    const FEW: usize = 64;

    pub fn add(&self, duplicate: Handle) {
        let mut duplicates = self.duplicates.borrow_mut();
        if duplicates.len() >= self.crowded.get().max(Self::FEW) {
            duplicates.retain(|it| it.capability().is_some());
            self.crowded.set(duplicates.len() * 2);
        }
        duplicates.push(duplicate);
    }

    /// Ends the scope. Later calls in it fail with the reason.
    pub fn abort(&self, reason: Persistent<Value<'static>>) {
        *self.aborted.borrow_mut() = Some(reason);
        drop(self.duplicates.take());
    }

    pub fn aborted(&self) -> Option<Persistent<Value<'static>>> {
        self.aborted.borrow().clone()
    }
}

/// An object that others may call.
#[derive(Clone)]
pub struct ExportedObject {
    pub object: Persistent<Value<'static>>,
    /// The scope of the call that has returned it.
    pub scope: Option<Rc<Scope>>,
}
