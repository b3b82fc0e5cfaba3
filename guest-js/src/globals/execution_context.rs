//! What `waitUntil` keeps open, and what ends it all.

use std::rc::Rc;

use rquickjs::{Ctx, Exception, Function, Object, Result, Value};

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

    let aborting = Rc::clone(state);
    let abort = move |ctx: Ctx<'js>, reason: Option<String>| -> Result<()> {
        aborting.host.abort(reason.as_deref());
        Err(Exception::throw_internal(&ctx, "the isolate was aborted"))
    };
    native.set("abort", Function::new(ctx.clone(), abort)?)?;

    let reporting = Rc::clone(state);
    let report = move |ctx: Ctx<'js>, reason: Value<'js>, helpers: Object<'js>| {
        let text = format::plain(&ctx, &helpers, &reason);
        let line = format!("Uncaught (in promise) {text}");
        let line = super::console::bounded(line);
        reporting.host.log(context::current(&ctx), Level::Error, &line, None);
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
