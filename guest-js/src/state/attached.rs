//! The state as the context holds it.

use std::rc::Rc;

use rquickjs::{Ctx, Result};

use super::State;
use crate::attached;

/// Stores the state in the context, where the engine's callbacks find it. It stays there as
/// long as the process lives.
pub fn attach(ctx: &Ctx<'_>, state: &Rc<State>) {
    let state = Rc::into_raw(Rc::clone(state));
    // SAFETY: the reference that was given up keeps the state alive.
    let attached = unsafe { &(*state).attached };
    attached.state.set(state.cast());
    attached::attach(ctx, attached);
}

/// Returns the state of the sandbox that the context belongs to.
///
/// # Errors
/// Errors if the context has no state.
pub fn of(ctx: &Ctx<'_>) -> Result<Rc<State>> {
    let Some(attached) = attached::of(ctx) else {
        return Err(rquickjs::Exception::throw_internal(ctx, "the sandbox has no state"));
    };
    let state = attached.state.get().cast::<State>();
    // SAFETY: `attach` has stored the pointer before anything is found here, and has given up one
    // reference for good. Another reference is made here for the caller.
    unsafe {
        Rc::increment_strong_count(state);
        Ok(Rc::from_raw(state))
    }
}
