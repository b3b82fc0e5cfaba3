//! Functions that throw errors with a text of any length, and what was thrown. The crate's own
//! helpers truncate a text, and leave it out of the stack.

use rquickjs::{Ctx, Error, Exception, Result, Value};

use crate::{intrinsics, state};

/// Throws a `TypeError`.
pub fn type_error(ctx: &Ctx<'_>, text: &str) -> Error {
    throw(ctx, "TypeError", text)
}

/// Throws a `RangeError`.
pub fn range_error(ctx: &Ctx<'_>, text: &str) -> Error {
    throw(ctx, "RangeError", text)
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

/// Returns the value that was thrown. An error that is not an exception becomes an `Error`.
pub fn thrown<'js>(ctx: &Ctx<'js>, raised: Error) -> Value<'js> {
    if matches!(raised, Error::Exception) {
        return ctx.catch();
    }
    error(ctx, &raised.to_string()).unwrap_or_else(|_| Value::new_undefined(ctx.clone()))
}

fn throw(ctx: &Ctx<'_>, class: &'static str, text: &str) -> Error {
    make(ctx, class, text).map_or_else(|error| error, |made| ctx.throw(made))
}

fn make<'js>(ctx: &Ctx<'js>, class: &'static str, text: &str) -> Result<Value<'js>> {
    let made = state::of(ctx).and_then(|state| intrinsics::error(ctx, &state, class, text));
    made.or_else(|_| {
        // The globals are not installed yet.
        drop(ctx.catch());
        Ok(Exception::from_message(ctx.clone(), text)?.into_object().into_value())
    })
}
