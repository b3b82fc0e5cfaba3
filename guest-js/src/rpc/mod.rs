//! Calls to other sandboxes and to the host, and calls from them.

mod atom;
mod calls;
mod export;
mod loopback;
mod mapper;
pub mod message;
mod receiver;
mod shows;
mod size;
mod stub;
mod web;

use std::rc::Rc;

use rquickjs::{Object, Result};

use crate::state::State;

pub use calls::{abandon, settle, without_awaiting};
pub use receiver::invoke;
pub use stub::{Root, Stub};

/// Adds the functions that the scripts use to `native`.
pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    stub::install(native, state)?;
    loopback::install(native, state)?;
    mapper::install(native)
}
