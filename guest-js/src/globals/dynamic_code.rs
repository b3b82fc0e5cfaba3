//! Taking away what makes code of strings.

use rquickjs::{Ctx, Function, JsLifetime, Object, Persistent, Result};

/// Kept with the runtime: it is used before any code of a worker, and no worker
/// may reach it.
#[derive(JsLifetime)]
struct Forbid(#[qjs(skip_trace)] Persistent<Function<'static>>);

pub fn install<'js>(ctx: &Ctx<'js>, internals: &Object<'js>) -> Result<()> {
    let forbid: Function<'js> = internals.get("forbidDynamicCode")?;
    // It can be stored unless somebody holds the one before, and nobody does.
    let _ = ctx.store_userdata(Forbid(Persistent::save(ctx, forbid)));
    Ok(())
}

/// Makes `eval` and every function constructor throw an `EvalError`. A direct
/// call of `eval` is a call of what replaced it.
pub fn forbid(ctx: &Ctx<'_>) {
    let kept = ctx.userdata::<Forbid>().map(|forbid| forbid.0.clone());
    let forbidden = match kept {
        Some(forbid) => forbid.restore(ctx).and_then(|forbid| forbid.call::<_, ()>(())),
        None => Err(rquickjs::Error::Unknown),
    };
    // Running on with `eval` in place would be worse than not running.
    if forbidden.is_err() {
        std::process::abort();
    }
}
