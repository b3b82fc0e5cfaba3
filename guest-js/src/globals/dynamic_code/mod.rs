//! Disabling of the functions that turn strings into code.

use rquickjs::{Ctx, Function, JsLifetime, Object, Persistent, Result};

/// Stored with the runtime, because it is used before any code of a worker and no worker may
/// reach it.
#[derive(JsLifetime)]
struct Forbid(#[qjs(skip_trace)] Persistent<Function<'static>>);

pub fn install<'js>(ctx: &Ctx<'js>, internals: &Object<'js>) -> Result<()> {
    let forbid: Function<'js> = internals.get("forbidDynamicCode")?;
    // Storing only fails if somebody holds the previous value, and nobody does.
    let _ = ctx.store_userdata(Forbid(Persistent::save(ctx, forbid)));
    Ok(())
}

/// Makes `eval` and every function constructor throw an `EvalError`. A direct call of `eval`
/// calls its replacement.
pub fn forbid(ctx: &Ctx<'_>) {
    let kept = ctx.userdata::<Forbid>().map(|forbid| forbid.0.clone());
    let forbidden = match kept {
        Some(forbid) => forbid.restore(ctx).and_then(|forbid| forbid.call::<_, ()>(())),
        None => Err(rquickjs::Error::Unknown),
    };
    // Continuing with `eval` in place would be worse than stopping.
    if forbidden.is_err() {
        std::process::abort();
    }
}
