//! The members that an object of this worker exposes to others.

use rquickjs::{Ctx, Result, Value};

use crate::state::State;
use crate::{intrinsics, value};

/// The members that an object exposes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// Methods and getters of its class, but no properties of the instance itself.
    Class,
    /// Own properties, and inherited ones other than those that the language gives every
    /// object.
    Export,
    /// Own properties.
    Own,
    Nothing,
}

/// Returns the members that a stub of a value of this worker exposes, or `Shows::Nothing` if
/// there can be no stub of it. A proxy counts as what its prototype chain says, or as a
/// function if it can be called and is not a target.
///
/// # Errors
/// Errors with what a proxy throws.
pub fn stands_for<'js>(ctx: &Ctx<'js>, state: &State, value: &Value<'js>) -> Result<Shows> {
    let Some(object) = value.as_object() else { return Ok(Shows::Nothing) };
    Ok(match () {
        () if intrinsics::inherits_rpc_target(ctx, state, object)? => Shows::Class,
        () if value.is_function() || value::is_plain(ctx, value)? => Shows::Own,
        () => Shows::Nothing,
    })
}
