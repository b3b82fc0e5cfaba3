//! Calling what other sandboxes and the host offer, and being called.

mod atom;
mod calls;
mod export;
mod handle;
mod loopback;
pub mod message;
mod promise;
mod receiver;
mod size;
mod stub;

use std::rc::Rc;

use rquickjs::{Ctx, Object, Result, qjs};

use crate::state::State;

pub use calls::{PendingCall, abandon, settle, without_awaiting};
pub use handle::Handle;
pub use promise::of as promise_of;
pub use receiver::{inherits, invoke};

/// Lets the engine's callbacks find the state, as long as the process lives.
pub fn attach(ctx: &Ctx<'_>, state: &Rc<State>) {
    let state = Rc::into_raw(Rc::clone(state));
    // SAFETY: the context is live, and nobody else uses its opaque pointer.
    unsafe {
        qjs::JS_SetContextOpaque(ctx.as_raw().as_ptr(), state.cast_mut().cast());
    }
}

/// The state of the sandbox that the context belongs to.
///
/// # Errors
/// It has none.
pub fn state(ctx: &Ctx<'_>) -> Result<Rc<State>> {
    // SAFETY: what is there was put by `attach`, which gave up one reference
    // for good; another is made here for the caller.
    unsafe {
        let state = qjs::JS_GetContextOpaque(ctx.as_raw().as_ptr()).cast::<State>().cast_const();
        if state.is_null() {
            return Err(rquickjs::Exception::throw_internal(ctx, "the sandbox has no state"));
        }
        Rc::increment_strong_count(state);
        Ok(Rc::from_raw(state))
    }
}

/// What the scripts use of this.
pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    stub::install(native, state)?;
    loopback::install(native, state)
}
