//! The state as the context holds it.

use std::rc::Rc;

use rquickjs::{Ctx, Result, qjs};

use super::State;

/// Stores the state in the context, where the engine's callbacks find it. It stays there as
/// long as the process lives.
pub fn attach(ctx: &Ctx<'_>, state: &Rc<State>) {
    let state = Rc::into_raw(Rc::clone(state));
    // SAFETY: the context is live, and nothing else uses its opaque pointer.
    unsafe {
        qjs::JS_SetContextOpaque(ctx.as_raw().as_ptr(), state.cast_mut().cast());
    }
}

/// Returns the state of the sandbox that the context belongs to.
///
/// # Errors
/// Errors if the context has no state.
pub fn of(ctx: &Ctx<'_>) -> Result<Rc<State>> {
    // SAFETY: the pointer was stored by `attach`, which gave up one reference for good. Another
    // reference is made here for the caller.
    unsafe {
        let state = qjs::JS_GetContextOpaque(ctx.as_raw().as_ptr()).cast::<State>().cast_const();
        if state.is_null() {
            return Err(rquickjs::Exception::throw_internal(ctx, "the sandbox has no state"));
        }
        Rc::increment_strong_count(state);
        Ok(Rc::from_raw(state))
    }
}
