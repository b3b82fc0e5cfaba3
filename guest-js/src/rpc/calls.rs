//! Outgoing calls and their answers.

use std::rc::Rc;

use rquickjs::promise::PromiseState;
use rquickjs::{Coerced, Ctx, Promise, Result, Value};

use super::mapper;
use super::message::{self, Owner, Passing};
use super::stub::{Root, Stub};
use super::web;
use crate::promise::{self, CallPromise};
use crate::reaction::when_settled;
use crate::state::{self, Handle, Outbox, PendingCall, State};
use crate::{Call, Capability, Effect, Mapper, Settled, context, intrinsics, throw, value};

/// The capability for the sandbox itself, which every sandbox holds.
pub const OWN: Capability = Capability::Imported(0);

pub const DISPOSED: &str = "RPC stub used after being disposed.";

const PROMISE_DISPOSED: &str = "RPC promise used after being disposed.";

pub const OVER: &str =
    "The invocation that this code belongs to is over; ctx.waitUntil() keeps it open.";

const ABANDONED: &str = "The invocation that made this call is over.";

const NOT_KNOWN: &str = "A value of the callback of map() has no meaning outside of it.";

/// The target of a call, as far as it is known when the call is made.
pub enum Target<'js> {
    Capability(Capability),
    /// A value in this sandbox.
    Here(Value<'js>),
    Thrown(Value<'js>),
}

/// Calls what the path leads to, or reads it, and returns the promise of the answer. Any error
/// rejects that promise.
pub fn start<'js>(
    ctx: &Ctx<'js>,
    root: &Root<'js>,
    mut path: Vec<String>,
    arguments: Option<Vec<Value<'js>>>,
) -> Result<Value<'js>> {
    let state = state::of(ctx)?;
    if mapper::is_recording(&state) {
        return Stub::make(ctx, mapper::record(ctx, &state, root, path, arguments)?);
    }
    let target = match leads_to(ctx, &state, root, &mut path)? {
        Target::Capability(capability) => capability,
        Target::Here(value) => {
            let followed = intrinsics::follow(ctx, &state, value, path, arguments)?;
            return adopt(ctx, &state, &followed);
        }
        Target::Thrown(thrown) => return rejected(ctx, &state, &thrown),
    };
    let Some(invocation) = state.payer_for(context::current(ctx)) else {
        return rejected(ctx, &state, &throw::error(ctx, OVER)?);
    };
    let arguments = match encode(ctx, arguments, Passing::Parameters) {
        Ok(arguments) => arguments,
        Err(error) => return rejected(ctx, &state, &throw::thrown(ctx, error)),
    };
    let (id, promise, value) = new_promise(ctx, &state)?;
    let call = Call { id, invocation, target, path, arguments, awaited: true, mapper: None };
    send(&state, promise, call);
    Ok(value)
}

/// Sends a call whose answer settles the promise.
fn send(state: &State, promise: CallPromise, call: Call) {
    let pending =
        PendingCall { invocation: call.invocation, promise, disposed: false, fetch: None };
    state.calls.borrow_mut().insert(call.id, pending);
    state.emit(Effect::Call(call));
}

/// Reads what the path leads to, has the host apply the mapper to it, and returns the promise
/// of the answer.
pub fn start_mapped<'js>(
    ctx: &Ctx<'js>,
    root: &Root<'js>,
    mut path: Vec<String>,
    mapper: Mapper,
) -> Result<Value<'js>> {
    let state = state::of(ctx)?;
    let target = leads_to(ctx, &state, root, &mut path)?;
    if let Target::Thrown(thrown) = target {
        return rejected(ctx, &state, &thrown);
    }
    let Some(invocation) = state.payer_for(context::current(ctx)) else {
        return rejected(ctx, &state, &throw::error(ctx, OVER)?);
    };
    let (id, promise, value) = new_promise(ctx, &state)?;
    let call = Call {
        id,
        invocation,
        target: OWN,
        path,
        arguments: None,
        awaited: true,
        mapper: Some(mapper),
    };
    match target {
        Target::Capability(target) => send(&state, promise, Call { target, ..call }),
        Target::Here(list) => {
            let list = intrinsics::follow(ctx, &state, list, call.path.clone(), None)?;
            let list = promise::of(&list).ok_or(rquickjs::Error::Unknown)?;
            when_settled(ctx, list, move |ctx, list| {
                let (promise, call) = (promise.clone(), call.clone());
                let encode = |list| message::encode(ctx, list);
                match list.and_then(|it| encode(it).map_err(|it| throw::thrown(ctx, it))) {
                    Ok(list) => {
                        let call = Call { path: Vec::new(), arguments: Some(list), ..call };
                        send(&state, promise, call);
                    }
                    // Only fails if memory runs out, which cannot be reported here.
                    Err(thrown) => drop(promise.settle(ctx, &thrown, true)),
                }
            });
        }
        Target::Thrown(_) => {}
    }
    Ok(value)
}

/// Creates a pending promise, and the number of the call that it belongs to.
fn new_promise<'js>(ctx: &Ctx<'js>, state: &State) -> Result<(u32, CallPromise, Value<'js>)> {
    let id = state.next_call();
    let prototype = intrinsics::rpc_promise(ctx, state)?;
    let (promise, value) = CallPromise::new(ctx, &prototype, id)?;
    Ok((id, promise, value))
}

/// Turns a promise of this worker's own into one like those that calls return. Returns any
/// other value as it is.
fn adopt<'js>(ctx: &Ctx<'js>, state: &State, value: &Value<'js>) -> Result<Value<'js>> {
    let Some(own) = promise::of(value) else { return Ok(value.clone()) };
    let (_, promise, adopting) = new_promise(ctx, state)?;
    when_settled(ctx, own, move |ctx, result| {
        let (Ok(value) | Err(value)) = &result;
        // Only fails if memory runs out, which cannot be reported here.
        let _ = promise.clone().settle(ctx, value, result.is_err());
    });
    Ok(adopting)
}

/// Like [`start`], for an answer that stays with the host and is only called.
pub fn defer<'js>(
    ctx: &Ctx<'js>,
    root: &Root<'js>,
    path: Vec<String>,
    arguments: Option<Vec<Value<'js>>>,
) -> Result<Root<'js>> {
    defer_to(ctx, root, path, arguments.map_or(Passed::Nothing, Passed::Values), Handle::new)
}

/// Creates a stub of a value of this worker, whatever the value is.
///
/// # Errors
/// Errors if too many objects are exported.
pub fn loopback<'js>(ctx: &Ctx<'js>, root: &Root<'js>, target: Value<'js>) -> Result<Root<'js>> {
    defer_to(ctx, root, vec!["loopback".to_owned()], Passed::Export(target), Handle::new)
}

/// Like [`defer`], for an answer that is a worker or an entrypoint.
pub fn load<'js>(
    ctx: &Ctx<'js>,
    root: &Root<'js>,
    method: &str,
    arguments: Vec<Value<'js>>,
) -> Result<Root<'js>> {
    defer_to(ctx, root, vec![method.to_owned()], Passed::Values(arguments), Handle::of_entrypoint)
}

/// The arguments of a call.
enum Passed<'js> {
    /// There are none: a property is read.
    Nothing,
    Values(Vec<Value<'js>>),
    /// One object, which is passed as a stub.
    Export(Value<'js>),
}

fn defer_to<'js>(
    ctx: &Ctx<'js>,
    root: &Root<'js>,
    mut path: Vec<String>,
    passed: Passed<'js>,
    handle: impl FnOnce(&Rc<Outbox>, Capability) -> Handle,
) -> Result<Root<'js>> {
    let state = state::of(ctx)?;
    if let (Root::Recorded(_), Passed::Nothing) = (root, &passed) {
        return mapper::record(ctx, &state, root, path, None);
    }
    let target = match leads_to(ctx, &state, root, &mut path)? {
        Target::Capability(capability) => capability,
        Target::Here(value) => {
            let arguments = match passed {
                Passed::Nothing => None,
                Passed::Values(arguments) => Some(arguments),
                Passed::Export(target) => Some(vec![target]),
            };
            return Ok(Root::Promise(intrinsics::follow(ctx, &state, value, path, arguments)?));
        }
        Target::Thrown(thrown) => return Ok(Root::Broken(thrown)),
    };
    let Some(invocation) = state.payer_for(context::current(ctx)) else {
        return Ok(Root::Broken(throw::error(ctx, OVER)?));
    };
    // A loader knows at once whether it has to ask how to load a worker, so the callback of
    // `get` is only borrowed.
    let loader = matches!(target, Capability::Loader(_)).then_some(path.as_slice());
    let arguments = match passed {
        Passed::Nothing => None,
        Passed::Export(target) => Some(message::encode_export(ctx, &target)?),
        Passed::Values(code) if loader.is_some_and(|path| path == ["load"]) => {
            Some(message::encode_code(ctx, code)?)
        }
        Passed::Values(arguments) => {
            let borrows = loader.is_some_and(|path| path == ["get"]);
            let passing = if borrows { Passing::Borrowed } else { Passing::Handed };
            Some(message::encode_array(ctx, arguments, passing)?)
        }
    };
    let id = state.next_call();
    let call = Call { id, invocation, target, path, arguments, awaited: false, mapper: None };
    state.emit(Effect::Call(call));
    Ok(Root::Owned(handle(&state.outbox, Capability::Promised(id))))
}

fn encode<'js>(
    ctx: &Ctx<'js>,
    arguments: Option<Vec<Value<'js>>>,
    passing: Passing,
) -> Result<Option<crate::Message>> {
    arguments.map(|arguments| message::encode_array(ctx, arguments, passing)).transpose()
}

/// Like [`target`]. A call of a member of an export is sent to the export's worker, which saves
/// asking the worker for the export.
pub fn leads_to<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    root: &Root<'js>,
    path: &mut Vec<String>,
) -> Result<Target<'js>> {
    match root {
        Root::Export(export) if !path.is_empty() => {
            path.insert(0, export.name().to_owned());
            target(ctx, state, &Root::Owned(export.worker().clone()))
        }
        root => target(ctx, state, root),
    }
}

fn target<'js>(ctx: &Ctx<'js>, state: &State, root: &Root<'js>) -> Result<Target<'js>> {
    Ok(match root {
        Root::Owned(handle) => match handle.capability() {
            Some(capability) => Target::Capability(capability),
            None => Target::Thrown(throw::error(ctx, DISPOSED)?),
        },
        Root::Export(export) => return target(ctx, state, &export.stub(ctx)?),
        Root::Broken(thrown) => Target::Thrown(thrown.clone()),
        Root::Recorded(recorded) => match recorded.capability(state) {
            Some(capability) => Target::Capability(capability),
            None => Target::Thrown(throw::error(ctx, NOT_KNOWN)?),
        },
        Root::Promise(value) => {
            match promise::of(value).map(|promise| (promise, promise.state())) {
                Some((_, PromiseState::Pending)) => match promise::call_of(value) {
                    Some(call) if is_disposed(state, call) => {
                        Target::Thrown(throw::error(ctx, PROMISE_DISPOSED)?)
                    }
                    Some(call) if state.calls.borrow().contains_key(&call) => {
                        state.pipelined.borrow_mut().push(call);
                        Target::Capability(Capability::Promised(call))
                    }
                    // The host has no such call.
                    _ => Target::Here(value.clone()),
                },
                Some((promise, _)) => match promise.result::<Value<'js>>() {
                    Some(Ok(value)) => Target::Here(value),
                    _ => Target::Thrown(ctx.catch()),
                },
                None => Target::Here(value.clone()),
            }
        }
    })
}

fn is_disposed(state: &State, call: u32) -> bool {
    state.calls.borrow().get(&call).is_some_and(|call| call.disposed)
}

/// Disposes of the value of a resolved promise, or forbids the use of the value that a pending
/// one will have. Returns true if the value had arrived.
///
/// # Errors
/// Errors with what the disposer throws.
pub fn dispose<'js>(ctx: &Ctx<'js>, promise: &Value<'js>) -> Result<bool> {
    let state = state::of(ctx)?;
    let come = promise::of(promise).filter(|it| it.state() == PromiseState::Resolved);
    if let Some(Ok(value)) = come.and_then(Promise::result::<Value<'js>>) {
        intrinsics::dispose(ctx, &state, value)?;
        return Ok(true);
    }
    let mut calls = state.calls.borrow_mut();
    if let Some(call) = promise::call_of(promise).and_then(|call| calls.get_mut(&call)) {
        call.disposed = true;
    }
    Ok(false)
}

/// Returns the capability that a message names for a root, or `None` if the root cannot be one.
pub fn capability<'js>(ctx: &Ctx<'js>, root: &Root<'js>) -> Result<Option<Capability>> {
    let state = state::of(ctx)?;
    match target(ctx, &state, root)? {
        Target::Capability(Capability::Promised(call)) if matches!(root, Root::Promise(_)) => {
            Ok(Some(Capability::PromisedAnswer(call)))
        }
        Target::Capability(capability) => Ok(Some(capability)),
        Target::Thrown(thrown) => Err(ctx.throw(thrown)),
        Target::Here(value) => match Stub::of(&value) {
            Some(stub) => capability(ctx, &stub.borrow().root),
            None => Ok(None),
        },
    }
}

/// Returns the value that a call has returned, or a property of it. `None` if `value` is not
/// the promise of a call or a property of one, or if the answer has not arrived.
///
/// # Errors
/// Errors with what a getter throws.
pub fn come_to<'js>(value: &Value<'js>) -> Result<Option<Value<'js>>> {
    let (promise, path) = match Stub::of(value) {
        Some(stub) => match &*stub.borrow() {
            Stub { root: Root::Promise(promise), path } => (promise.clone(), path.clone()),
            _ => return Ok(None),
        },
        None if promise::call_of(value).is_some() => (value.clone(), Vec::new()),
        None => return Ok(None),
    };
    let promise = promise::of(&promise).filter(|it| it.state() == PromiseState::Resolved);
    let Some(Ok(mut value)) = promise.and_then(Promise::result::<Value<'js>>) else {
        return Ok(None);
    };
    for name in path {
        let Some(object) = value.as_object() else { return Ok(None) };
        value = object.get(name)?;
    }
    let leads_back = match Stub::of(&value) {
        Some(stub) => matches!(stub.borrow().root, Root::Promise(_)),
        None => value.is_promise() || value.is_function(),
    };
    Ok((!leads_back).then_some(value))
}

/// Returns a rejected promise of a call that was not sent.
fn rejected<'js>(ctx: &Ctx<'js>, state: &State, thrown: &Value<'js>) -> Result<Value<'js>> {
    let (_, promise, value) = new_promise(ctx, state)?;
    promise.settle(ctx, thrown, true)?;
    Ok(value)
}

/// Settles the promise of a call with its answer. Does nothing if the call is not pending any
/// more.
pub fn settle<'js>(ctx: &Ctx<'js>, settled: Settled) -> Result<()> {
    let state = state::of(ctx)?;
    let Some(call) = state.calls.borrow_mut().remove(&settled.call) else { return Ok(()) };
    context::enter(ctx, call.invocation);
    state.payer.set(call.invocation);
    let (message, owner, thrown) = match settled.result {
        Ok(message) => (message, Owner::Answer(call.invocation), false),
        Err(message) => (message, Owner::Results(call.invocation), true),
    };
    let decoded = message::decode(ctx, &state, &message, owner);
    let decoded = match thrown {
        true => decoded.and_then(|it| as_thrown(ctx, it, &call.promise)),
        false => decoded,
    };
    match decoded {
        Ok(value) => match call.fetch.filter(|_| !thrown) {
            Some(fetch) => web::answered(ctx, &state, fetch, value, call.promise),
            None => call.promise.settle(ctx, &value, thrown),
        },
        Err(error) => call.promise.settle(ctx, &throw::thrown(ctx, error), true),
    }
}

/// Converts what was thrown elsewhere into what is thrown here. An error gets a property that
/// says that it came from elsewhere, and the frames of those who await the call below its own
/// frames. A value that is not an object becomes the message of an error.
fn as_thrown<'js>(ctx: &Ctx<'js>, thrown: Value<'js>, promise: &CallPromise) -> Result<Value<'js>> {
    let error = match thrown.is_object() {
        true if !value::is_error(ctx, &thrown)? => return Ok(thrown),
        true => thrown,
        false => throw::error(ctx, &thrown.get::<Coerced<String>>()?.0)?,
    };
    value::define(ctx, &error, "remote", Value::new_bool(ctx.clone(), true))?;
    if let Some(awaiting) = promise.awaiting(ctx)?.as_string() {
        let object = error.as_object().ok_or(rquickjs::Error::Unknown)?;
        let stack: Value<'js> = object.get("stack")?;
        let stack = match stack.as_string() {
            Some(stack) => stack.to_string()? + "\n" + &awaiting.to_string()?,
            None => awaiting.to_string()?,
        };
        value::set_stack(ctx, &error, stack.trim_matches('\n'))?;
    }
    Ok(error)
}

/// Rejects the calls of invocations that have ended and breaks the streams that they sent, for
/// others who wait for them.
///
/// # Errors
/// Errors if the heap is full.
pub fn abandon(ctx: &Ctx<'_>, state: &State) -> Result<()> {
    // Both before anything can fail: the caller repeats this until nothing is left.
    let (abandoned, cut) = (state.abandoned.take(), state.cut.take());
    let reason = throw::error(ctx, ABANDONED)?;
    for PendingCall { invocation, promise, .. } in abandoned {
        promise.abandon(ctx, &reason, invocation)?;
    }
    for end in cut {
        intrinsics::cut(ctx, state, end.restore(ctx)?)?;
    }
    Ok(())
}

/// Leaves answers with the host at the end of a turn. This concerns calls whose promise nobody
/// holds, so that only pipelined calls need the answer.
pub fn without_awaiting(ctx: &Ctx<'_>, state: &State) {
    let pipelined = state.pipelined.take();
    for id in pipelined {
        let used = match state.calls.borrow().get(&id) {
            Some(call) => call.promise.is_used(ctx),
            None => true,
        };
        if used {
            continue;
        }
        let mut effects = state.outbox.effects.borrow_mut();
        let made = effects.iter_mut().find_map(|effect| match effect {
            Effect::Call(call) if call.id == id => Some(call),
            _ => None,
        });
        // A call of an earlier turn is not changed: its answer is delivered to nobody.
        let Some(call) = made else { continue };
        call.awaited = false;
        effects.push(Effect::Release(Capability::Promised(id)));
        drop(effects);
        let call = state.calls.borrow_mut().remove(&id);
        drop(call);
    }
}
