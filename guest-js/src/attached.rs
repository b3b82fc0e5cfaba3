//! The pointers that the context carries, to the codec and the state. They are found without a hash
//! table. Each is typed by the module that attaches it.

#![allow(unsafe_code, reason = "each block says why it is sound")]

use std::cell::Cell;
use std::ffi::c_void;

use rquickjs::{Ctx, qjs};

/// Pointers that are null until something is attached.
#[derive(Default)]
pub struct Attached {
    pub codec: Cell<*const c_void>,
    pub state: Cell<*const c_void>,
}

/// Attaches the pointers to the context.
pub fn attach(ctx: &Ctx<'_>, attached: &'static Attached) {
    let pointer = std::ptr::from_ref(attached).cast_mut().cast();
    // SAFETY: the context is live, and nothing else uses its opaque pointer.
    unsafe { qjs::JS_SetContextOpaque(ctx.as_raw().as_ptr(), pointer) }
}

/// Returns the pointers that are attached to the context, if there are any.
pub fn of(ctx: &Ctx<'_>) -> Option<&'static Attached> {
    // SAFETY: the pointer is null, or that of `attach`.
    unsafe { qjs::JS_GetContextOpaque(ctx.as_raw().as_ptr()).cast::<Attached>().as_ref() }
}
