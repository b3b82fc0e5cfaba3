//! What the guest's own code uses of JavaScript, captured before a worker can
//! tamper with it.

use rquickjs::function::{Constructor, This};
use rquickjs::{Ctx, Exception, FromJs, Function, Object, Persistent, Promise, Result, Value};

use crate::state::State;

/// The object that `globals::install` returned; user code cannot reach it.
pub struct Intrinsics(Persistent<Object<'static>>);

impl Intrinsics {
    pub fn save<'js>(ctx: &Ctx<'js>, internals: Object<'js>) -> Self {
        Self(Persistent::save(ctx, internals))
    }
}

fn get<'js, T: FromJs<'js>>(ctx: &Ctx<'js>, state: &State, name: &str) -> Result<T> {
    let internals = state.intrinsics.borrow().as_ref().map(|internals| internals.0.clone());
    match internals {
        Some(internals) => internals.restore(ctx)?.get(name),
        None => Err(Exception::throw_internal(ctx, "the globals are not installed")),
    }
}

/// `new ExecutionContext(invocation)`: the `ctx` of a handler.
pub fn execution_context<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    invocation: u32,
) -> Result<Value<'js>> {
    get::<Constructor<'js>>(ctx, state, "ExecutionContext")?.construct((invocation,))
}

pub fn worker_entrypoint<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
    get(ctx, state, "WorkerEntrypoint")
}

pub fn rpc_target<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
    get(ctx, state, "RpcTarget")
}

/// `waitUntil(promise)` for the invocation that the running job belongs to.
pub fn wait_until<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Function<'js>> {
    get(ctx, state, "waitUntil")
}

/// Calls the original `Promise.prototype.then`.
pub fn then<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    promise: &Promise<'js>,
    resolved: Function<'js>,
    rejected: Function<'js>,
) -> Result<()> {
    let then: Function<'js> = get(ctx, state, "promiseThen")?;
    then.call((This(promise.clone()), resolved, rejected))
}

/// A promise for what `await value` would wait for; none if it would not wait.
pub fn promise_of<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    value: &Value<'js>,
) -> Result<Option<Promise<'js>>> {
    if let Some(promise) = value.as_promise() {
        return Ok(Some(promise.clone()));
    }
    let Some(object) = value.as_object() else { return Ok(None) };
    if !object.get::<_, Value<'js>>("then")?.is_function() {
        return Ok(None);
    }
    get::<Function<'js>>(ctx, state, "promiseResolve")?.call((value.clone(),)).map(Some)
}

/// The value as `console.log` prints it. Never fails.
pub fn describe<'js>(ctx: &Ctx<'js>, state: &State, value: Value<'js>) -> String {
    let described = get::<Function<'js>>(ctx, state, "inspect")
        .and_then(|inspect| inspect.call::<_, String>((value,)));
    described.unwrap_or_else(|_| {
        let _ = ctx.catch();
        "an exception that cannot be described".to_owned()
    })
}
