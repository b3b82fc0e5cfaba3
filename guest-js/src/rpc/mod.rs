//! Calling what other sandboxes and the host offer, and being called.

mod calls;
mod handle;
mod loopback;
pub mod message;
mod promise;
mod receiver;
mod stub;

use std::rc::Rc;

use rquickjs::{Ctx, JsLifetime, Object, Result};

use crate::state::State;

pub use calls::{PendingCall, abandon, settle, without_awaiting};
pub use handle::Handle;
pub use receiver::{inherits, invoke};

/// How the engine's callbacks find the state.
#[derive(Clone, JsLifetime)]
pub struct StateHandle(#[qjs(skip_trace)] pub Rc<State>);

/// The state of the sandbox that the context belongs to.
pub fn state(ctx: &Ctx<'_>) -> Result<Rc<State>> {
    match ctx.userdata::<StateHandle>() {
        Some(handle) => Ok(Rc::clone(&handle.0)),
        None => Err(rquickjs::Exception::throw_internal(ctx, "the sandbox has no state")),
    }
}

/// What the scripts use of this.
pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    stub::install(native)?;
    loopback::install(native, state)
}
