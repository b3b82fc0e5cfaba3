//! The JavaScript globals: a folder for each subject, with the scripts and their helpers in Rust.
//!
//! Each script is a function of `native`, the helpers in Rust, and `internals`,
//! an object that the guest's own code shares and no worker can reach.

mod compression;
mod console;
mod crypto;
mod dynamic_code;
mod encoding;
mod fetch;
mod inspect;
mod intl;
pub mod raw;
mod scripts;
mod structured_clone;
mod timers;
mod url;
mod workers;

#[cfg(test)]
pub mod tests;

use std::rc::Rc;

use rquickjs::{Ctx, Object, Result};

use crate::state::State;

pub use console::thrown as thrown_as_data;
pub use dynamic_code::forbid as forbid_dynamic_code;
pub use intl::set_time_zone;
pub use scripts::{STACK, TEXTS, compile};
#[cfg(test)]
pub use {
    scripts::{take, tests::compiled},
    tests::locales::locale_data,
};

/// Creates the globals of a new context. Returns `native` and `internals`.
///
/// # Errors
/// Errors if memory runs out, or if `compiled` was not made by [`compile`].
pub fn install<'js>(
    ctx: &Ctx<'js>,
    state: &Rc<State>,
    compiled: &[u8],
) -> Result<(Object<'js>, Object<'js>)> {
    let native = Object::new_proto(ctx.clone(), None)?;
    compression::install(&native)?;
    console::install(&native, state)?;
    crypto::install(&native, state)?;
    encoding::install(&native)?;
    workers::install(&native, state)?;
    fetch::install(&native, state)?;
    intl::install(&native, state)?;
    structured_clone::install(&native)?;
    timers::install(&native, state)?;
    url::install(&native)?;
    crate::rpc::install(&native, state)?;

    let internals = Object::new_proto(ctx.clone(), None)?;
    scripts::evaluate(ctx, compiled, |script| {
        let script = script.into_function().ok_or(rquickjs::Error::Unknown)?;
        script.call::<_, ()>((native.clone(), internals.clone()))
    })?;
    dynamic_code::install(ctx, &internals)?;
    Ok((native, internals))
}
