//! The interfaces of Workers: stubs, loaders, the context of an invocation, and the module
//! `cloudflare:workers`. The helpers keep an invocation open, such as for `waitUntil`, or end the
//! sandbox.

use std::rc::Rc;

use rquickjs::{Ctx, Exception, Function, Object, Persistent, Result, Value};

use super::console;
use crate::rpc::message;
use crate::state::{Invocation, Scope, State};
use crate::{Effect, Level, Settlement, context};

pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = native.ctx().clone();
    // The evaluation of a module is not an invocation that can be kept open.
    let known = Rc::clone(state);
    let current = move |ctx: Ctx<'js>| {
        let current = context::current(&ctx);
        if current == known.load.get() { 0 } else { current }
    };
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

    let wanting = Rc::clone(state);
    let want_handled = move || wanting.wants_handled.set(true);
    native.set("wantHandled", Function::new(ctx.clone(), want_handled)?)?;

    let aborting = Rc::clone(state);
    let abort_isolate = move |ctx: Ctx<'js>, reason: Option<String>| -> Result<()> {
        aborting.host.abort(reason.as_deref());
        Err(Exception::throw_internal(&ctx, "the isolate was aborted"))
    };
    native.set("abort", Function::new(ctx.clone(), abort_isolate)?)?;

    // Ends the invocation that the running job belongs to, with an error as its answer, and all
    // that share a scope with it.
    let ending = Rc::clone(state);
    let abort_invocation = move |ctx: Ctx<'js>, reason: Value<'js>| {
        let id = context::current(&ctx);
        if id != ending.load.get() {
            abort_scope(&ctx, &ending, id, &reason);
        }
    };
    native.set("abortInvocation", Function::new(ctx.clone(), abort_invocation)?)?;

    // Records that a stream is sent. Returns the invocation that pays for what the running job
    // starts, which is kept open, or 0 if nobody pays.
    let sending = Rc::clone(state);
    let sent = move |ctx: Ctx<'js>, end: Value<'js>| {
        let payer = sending.payer_for(context::current(&ctx)).unwrap_or_default();
        if let Some(invocation) = sending.invocations.borrow_mut().get_mut(&payer) {
            invocation.waiting += 1;
            invocation.sent.push(Persistent::save(&ctx, end));
        }
        payer
    };
    native.set("streamSent", Function::new(ctx.clone(), sent)?)?;

    let ending = Rc::clone(state);
    let over = move |ctx: Ctx<'js>, id: u32, end: Value<'js>| {
        if let Some(invocation) = ending.invocations.borrow_mut().get_mut(&id) {
            let is_end = |sent: &Persistent<Value<'static>>| {
                sent.clone().restore(&ctx).is_ok_and(|sent| sent == end)
            };
            if let Some(index) = invocation.sent.iter().position(is_end) {
                drop(invocation.sent.swap_remove(index));
            }
        }
        waited(&ending, id);
    };
    native.set("streamOver", Function::new(ctx.clone(), over)?)?;

    // Calls a function as part of that invocation.
    let within = |ctx: Ctx<'js>, invocation: u32, function: Function<'js>| {
        let (outer, store) = (context::current(&ctx), context::store(&ctx)?);
        context::enter(&ctx, invocation);
        let result = function.call::<_, Value<'js>>(());
        context::enter(&ctx, outer);
        context::set_store(&ctx, store)?;
        result
    };
    native.set("within", Function::new(ctx.clone(), within)?)?;

    let reporting = Rc::clone(state);
    let report = move |ctx: Ctx<'js>, reason: Value<'js>, helpers: Object<'js>| {
        let text = console::plain(&ctx, &helpers, &reason);
        let line = format!("Uncaught (in promise) {text}");
        let line = console::bounded(line);
        let data = console::thrown(&ctx, &reporting, &reason);
        reporting.host.log(context::current(&ctx), Level::Uncaught, &line, data.as_deref());
    };
    native.set("reportRejection", Function::new(ctx, report)?)
}

/// Ends an invocation, and all others that share its scope.
fn abort_scope<'js>(ctx: &Ctx<'js>, state: &State, id: u32, reason: &Value<'js>) {
    let scope = state.invocations.borrow().get(&id).and_then(|it| it.scope.clone());
    end(ctx, state, id, reason.clone());
    let Some(aborted) = scope else { return };
    aborted.abort(Persistent::save(ctx, reason.clone()));
    let shares = |scope: &Rc<Scope>| Rc::ptr_eq(scope, &aborted);
    let open = |(&id, it): (&u32, &Invocation)| it.scope.as_ref().is_some_and(shares).then_some(id);
    let others: Vec<u32> = state.invocations.borrow().iter().filter_map(open).collect();
    for id in others {
        end(ctx, state, id, reason.clone());
    }
}

/// Ends an invocation. If it has not returned, what was thrown is its answer.
fn end<'js>(ctx: &Ctx<'js>, state: &State, id: u32, thrown: Value<'js>) {
    let open = state.invocations.borrow().get(&id).map(|it| (it.settled, it.to_host));
    match open {
        Some((false, to_host)) => {
            let result = Err(message::of_thrown(ctx, thrown, to_host));
            state.emit(Effect::Settle(Settlement { invocation: id, result, waiting: false }));
        }
        Some((true, _)) => state.emit(Effect::Waited(id)),
        None => return,
    }
    state.returned(id);
    state.end(id);
}

/// Removes one pending promise. The last one ends an invocation that has settled.
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
