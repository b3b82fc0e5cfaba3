//! What `waitUntil` keeps open.

use std::rc::Rc;

use rquickjs::{Ctx, Function, Object, Result, Value};

use super::format;
use crate::state::State;
use crate::{Effect, Level, context};

pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = native.ctx().clone();
    let current = |ctx: Ctx<'js>| context::current(&ctx);
    native.set("currentInvocation", Function::new(ctx.clone(), current)?)?;

    let waiting = Rc::clone(state);
    let wait = move |invocation: u32| match waiting.invocations.borrow_mut().get_mut(&invocation) {
        Some(invocation) => {
            invocation.waiting += 1;
            true
        }
        None => false,
    };
    native.set("wait", Function::new(ctx.clone(), wait)?)?;

    let waiting = Rc::clone(state);
    native.set("waited", Function::new(ctx.clone(), move |id: u32| waited(&waiting, id))?)?;

    // As `wait`, for whoever pays for what the running job starts; 0 if nobody
    // does. What is sent outlives the job.
    let opening = Rc::clone(state);
    let open = move |ctx: Ctx<'js>| {
        let payer = opening.payer_for(context::current(&ctx)).unwrap_or_default();
        if let Some(invocation) = opening.invocations.borrow_mut().get_mut(&payer) {
            invocation.waiting += 1;
        }
        payer
    };
    native.set("openForCurrent", Function::new(ctx.clone(), open)?)?;

    // Calls a function as part of that invocation.
    let within = |ctx: Ctx<'js>, invocation: u32, function: Function<'js>| {
        let outer = context::current(&ctx);
        context::enter(&ctx, invocation);
        let result = function.call::<_, Value<'js>>(());
        context::enter(&ctx, outer);
        result
    };
    native.set("within", Function::new(ctx.clone(), within)?)?;

    let reporting = Rc::clone(state);
    let report = move |ctx: Ctx<'js>, reason: Value<'js>, helpers: Object<'js>| {
        let text = format::plain(&ctx, &helpers, &reason);
        let line = format!("Uncaught (in promise) {text}");
        reporting.host.log(context::current(&ctx), Level::Error, &super::console::bounded(line));
    };
    native.set("reportRejection", Function::new(ctx, report)?)
}

/// One promise less; the last one ends an invocation that has settled.
fn waited(state: &State, id: u32) {
    let ended = match state.invocations.borrow_mut().get_mut(&id) {
        Some(invocation) => {
            invocation.waiting = invocation.waiting.saturating_sub(1);
            invocation.settled && invocation.waiting == 0
        }
        None => false,
    };
    if ended {
        state.emit(Effect::Waited(id));
        state.end(id);
    }
}
