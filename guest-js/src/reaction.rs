//! Reactions to promises.

use rquickjs::promise::PromiseState;
use rquickjs::{Ctx, Function, Promise, Value};

use crate::promise;
use crate::throw::thrown;

/// Calls `then` with the value or with what was thrown: immediately if the promise is already
/// fulfilled, otherwise when it settles.
pub fn when_settled<'js>(
    ctx: &Ctx<'js>,
    promise: &Promise<'js>,
    then: impl for<'a> Fn(&Ctx<'a>, Result<Value<'a>, Value<'a>>) + Clone + 'static,
) {
    if promise.state() == PromiseState::Resolved
        && let Some(Ok(value)) = promise.result()
    {
        return then(ctx, Ok(value));
    }
    let rejected = then.clone();
    let attached = (|| -> rquickjs::Result<()> {
        let resolved = Function::new(ctx.clone(), {
            let then = then.clone();
            move |ctx: Ctx<'js>, value: Value<'js>| then(&ctx, Ok(value))
        })?;
        let rejected = Function::new(ctx.clone(), move |ctx: Ctx<'js>, thrown: Value<'js>| {
            rejected(&ctx, Err(thrown));
        })?;
        promise::then(promise, &resolved, &rejected)
    })();
    if let Err(error) = attached {
        then(ctx, Err(thrown(ctx, error)));
    }
}
