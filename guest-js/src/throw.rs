//! Functions that throw errors with a text of any length. The crate's own helpers truncate it,
//! and leave it out of the stack.

use rquickjs::{Ctx, Error, Exception, Result, Value};

use crate::{intrinsics, rpc};

/// Throws a `TypeError`.
pub fn type_error(ctx: &Ctx<'_>, text: &str) -> Error {
    throw(ctx, "TypeError", text)
}

/// Throws a `SyntaxError`.
pub fn syntax_error(ctx: &Ctx<'_>, text: &str) -> Error {
    throw(ctx, "SyntaxError", text)
}

/// Throws an `Error`.
pub fn plain_error(ctx: &Ctx<'_>, text: &str) -> Error {
    throw(ctx, "Error", text)
}

/// Creates an `Error` without throwing it.
///
/// # Errors
/// Errors if the heap is full.
pub fn error<'js>(ctx: &Ctx<'js>, text: &str) -> Result<Value<'js>> {
    make(ctx, "Error", text)
}

fn throw(ctx: &Ctx<'_>, class: &'static str, text: &str) -> Error {
    make(ctx, class, text).map_or_else(|error| error, |made| ctx.throw(made))
}

fn make<'js>(ctx: &Ctx<'js>, class: &'static str, text: &str) -> Result<Value<'js>> {
    let made = rpc::state(ctx).and_then(|state| intrinsics::error(ctx, &state, class, text));
    made.or_else(|_| {
        // The globals are not installed yet.
        drop(ctx.catch());
        Ok(Exception::from_message(ctx.clone(), text)?.into_object().into_value())
    })
}
