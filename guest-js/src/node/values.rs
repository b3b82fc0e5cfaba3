//! The engine's part of `util.types` and `util.inspect`, and the loading of modules.

#![allow(clippy::needless_pass_by_value, reason = "the engine calls these")]

use std::rc::Rc;

use rquickjs::{Array, Ctx, Function, Object, Promise, Result, Value, promise::PromiseState};

use crate::context;
use crate::globals::raw;
use crate::state::State;

pub fn install<'js>(
    native: &Object<'js>,
    state: &Rc<State>,
    require: super::Require,
) -> Result<()> {
    let ctx = native.ctx().clone();
    let class_of = |value: Value<'js>| match value.as_object() {
        Some(object) if object.is_proxy() => "Proxy".to_owned(),
        Some(object) => raw::class_name(object),
        None => String::new(),
    };
    native.set("classOf", Function::new(ctx.clone(), class_of)?)?;
    native.set("proxyParts", Function::new(ctx.clone(), proxy_parts)?)?;
    native.set("promiseParts", Function::new(ctx.clone(), promise_parts)?)?;

    let from =
        move |ctx: Ctx<'js>, base: String, specifier: String| require(&ctx, &base, &specifier);
    native.set("requireFrom", Function::new(ctx.clone(), from)?)?;
    let is_builtin = |name: String| super::name(&name);
    native.set("builtinName", Function::new(ctx.clone(), is_builtin)?)?;

    // The value that async context carries for `AsyncLocalStorage`.
    let store = |ctx: Ctx<'js>| context::store(&ctx);
    native.set("asyncStore", Function::new(ctx.clone(), store)?)?;
    let set_store = |ctx: Ctx<'js>, store: Value<'js>| context::set_store(&ctx, store);
    native.set("setAsyncStore", Function::new(ctx.clone(), set_store)?)?;

    // The entries of `process.env`.
    let worker = Rc::clone(state);
    let env = move |ctx: Ctx<'js>| match worker.env.borrow().clone() {
        Some(env) => env.restore(&ctx),
        None => Ok(Value::new_undefined(ctx)),
    };
    native.set("env", Function::new(ctx.clone(), env)?)?;

    let ending = Rc::clone(state);
    let exit = move |reason: String| ending.host.abort(Some(&reason));
    native.set("exit", Function::new(ctx, exit)?)
}

/// Returns the target and the handler of a proxy, or nothing for any other value.
fn proxy_parts<'js>(ctx: Ctx<'js>, value: Value<'js>) -> Result<Option<Array<'js>>> {
    let Some(proxy) = value.as_object().filter(|object| object.is_proxy()) else {
        return Ok(None);
    };
    let parts = Array::new(ctx.clone())?;
    let null = || Value::new_null(ctx.clone());
    parts.set(0, raw::proxy_target(proxy).map_or_else(null, Object::into_value))?;
    parts.set(1, raw::proxy_handler(proxy).map_or_else(null, Object::into_value))?;
    Ok(Some(parts))
}

/// Returns the state of a promise (0 is pending, 1 fulfilled, 2 rejected) and its result.
fn promise_parts<'js>(ctx: Ctx<'js>, promise: Promise<'js>) -> Result<Array<'js>> {
    let parts = Array::new(ctx.clone())?;
    let number = match promise.state() {
        PromiseState::Pending => 0,
        PromiseState::Resolved => 1,
        PromiseState::Rejected => 2,
    };
    parts.set(0, number)?;
    if number != 0 {
        parts.set(1, raw::promise_result(promise.as_value()))?;
    }
    Ok(parts)
}
