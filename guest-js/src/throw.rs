//! Throwing errors whose text is of any length: the crate's own helpers cut it.

use rquickjs::function::Constructor;
use rquickjs::{Ctx, Error, Exception, Value};

/// Throws a `TypeError`.
pub fn type_error(ctx: &Ctx<'_>, text: &str) -> Error {
    throw(ctx, "TypeError", text)
}

/// Throws a `SyntaxError`.
pub fn syntax_error(ctx: &Ctx<'_>, text: &str) -> Error {
    throw(ctx, "SyntaxError", text)
}

fn throw<'js>(ctx: &Ctx<'js>, class: &str, text: &str) -> Error {
    let made = ctx
        .globals()
        .get::<_, Constructor<'js>>(class)
        .and_then(|class| class.construct::<_, Value<'js>>((text,)));
    match made {
        Ok(error) => ctx.throw(error),
        // A worker that has taken the class away gets the plain kind.
        Err(_) => {
            let _ = ctx.catch();
            match Exception::from_message(ctx.clone(), text) {
                Ok(exception) => exception.throw(),
                Err(error) => error,
            }
        }
    }
}
