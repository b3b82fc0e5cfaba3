//! The parts of JavaScript that the guest's own code uses, captured before a worker can tamper
//! with them.

use isolet_wire::Interface;
use rquickjs::atom::PredefinedAtom;
use rquickjs::function::{Constructor, Rest};
use rquickjs::{Array, Ctx, FromJs, Function, Object, Promise, Result, Value};

use crate::state::{self, State};
use crate::{promise, value};

fn get<'js, T: FromJs<'js>>(ctx: &Ctx<'js>, state: &State, name: &'static str) -> Result<T> {
    T::from_js(ctx, state.internals.get(ctx, name)?)
}

/// Looks up what every call needs, so that the base image contains it.
///
/// # Errors
/// Errors if the heap is full.
pub fn prepare(ctx: &Ctx<'_>, state: &State) -> Result<()> {
    worker_entrypoint(ctx, state)?;
    rpc_target(ctx, state)?;
    stub_prototype(ctx, state)?;
    property_prototype(ctx, state)?;
    service_prototype(ctx, state)?;
    rpc_promise(ctx, state)?;
    promise_methods(ctx, state)?;
    execution_context_class(ctx, state)?;
    nothing(ctx, state)?;
    plain_promise(ctx, state)?;
    for name in [
        "fetchThrough",
        "answered",
        "usualResponse",
        "usualRequest",
        "requestOf",
        "responseOf",
        "partsOf",
    ] {
        state.internals.get(ctx, name)?;
    }
    Ok(())
}

fn execution_context_class<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Constructor<'js>> {
    get(ctx, state, "ExecutionContext")
}

/// Creates the `ctx` of a handler: `new ExecutionContext(invocation, props)`.
pub fn execution_context<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    invocation: u32,
    props: Value<'js>,
) -> Result<Value<'js>> {
    execution_context_class(ctx, state)?.construct((invocation, props))
}

pub fn worker_entrypoint<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
    get(ctx, state, "WorkerEntrypoint")
}

pub fn rpc_target<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
    get(ctx, state, "RpcTarget")
}

/// Returns true if the value is an instance of `RpcTarget` or `WorkerEntrypoint` and not a
/// proxy. Such instances are passed by reference and expose the members of their class.
pub fn is_rpc_target<'js>(ctx: &Ctx<'js>, state: &State, value: &Value<'js>) -> Result<bool> {
    match value.as_object().filter(|_| !value.is_proxy()) {
        Some(object) => inherits_rpc_target(ctx, state, object),
        None => Ok(false),
    }
}

/// Like [`is_rpc_target`], but also asks proxies for their prototype.
pub fn inherits_rpc_target<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    object: &Object<'js>,
) -> Result<bool> {
    for class in [rpc_target(ctx, state)?, worker_entrypoint(ctx, state)?] {
        if value::inherits(object.clone(), &class.get("prototype")?)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns `RpcStub.prototype`.
pub fn stub_methods<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
    get(ctx, state, "stubMethods")
}

/// Returns `ServiceStub.prototype`.
pub fn service_methods<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
    get(ctx, state, "serviceMethods")
}

/// Returns `RpcProperty.prototype`.
pub fn property_methods<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
    get(ctx, state, "propertyMethods")
}

/// Returns the prototype of stubs.
pub fn stub_prototype<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
    get(ctx, state, "stubPrototype")
}

/// Returns the prototype of stubs of entrypoints.
pub fn service_prototype<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
    get(ctx, state, "servicePrototype")
}

/// Returns the prototype of properties of stubs.
pub fn property_prototype<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
    get(ctx, state, "propertyPrototype")
}

/// Returns the members that promises of calls have beside the properties of their answer.
pub fn promise_methods<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
    get(ctx, state, "promiseMethods")
}

/// Returns the prototype of promises of calls.
pub fn rpc_promise<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
    get(ctx, state, "promisePrototype")
}

/// Returns `then`, `catch` and `finally` of a property that can be read.
pub fn readable<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
    get(ctx, state, "readable")
}

/// Returns a promise of what a path leads to from a local value or, with arguments, of what
/// calling that returns.
pub fn follow<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    value: Value<'js>,
    path: Vec<String>,
    arguments: Option<Vec<Value<'js>>>,
) -> Result<Value<'js>> {
    get::<Function<'js>>(ctx, state, "follow")?.call((value, path, arguments))
}

/// Returns the stub inside an object that the scripts made, such as a loader.
pub fn stub_of<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    value: &Value<'js>,
) -> Result<Option<Value<'js>>> {
    let stub: Value<'js> = get::<Function<'js>>(ctx, state, "stubOf")?.call((value.clone(),))?;
    Ok((!stub.is_undefined()).then_some(stub))
}

/// Creates `new WorkerLoader(stub)`.
pub fn worker_loader<'js>(ctx: &Ctx<'js>, state: &State, stub: Value<'js>) -> Result<Value<'js>> {
    get::<Constructor<'js>>(ctx, state, "WorkerLoader")?.construct((stub,))
}

/// Wraps a namespace for `require`, in an object that also has `__esModule`.
pub fn as_required<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    namespace: Object<'js>,
) -> Result<Value<'js>> {
    get::<Function<'js>>(ctx, state, "asRequired")?.call((namespace,))
}

/// Returns a function that does nothing.
pub fn nothing<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Value<'js>> {
    get(ctx, state, "nothing")
}

/// Calls the `Symbol.dispose` of a value that nobody outside holds any more, if it has one.
pub fn dispose<'js>(ctx: &Ctx<'js>, state: &State, value: Value<'js>) -> Result<()> {
    get::<Function<'js>>(ctx, state, "dispose")?.call((value,))
}

/// Ends a stream or a signal that was exported in a message and not sent. Does nothing for any
/// other object.
pub fn withdraw<'js>(ctx: &Ctx<'js>, state: &State, object: Value<'js>) -> Result<()> {
    get::<Function<'js>>(ctx, state, "withdraw")?.call((object,))
}

/// Breaks a stream whose sender has ended.
pub fn cut<'js>(ctx: &Ctx<'js>, state: &State, end: Value<'js>) -> Result<()> {
    get::<Function<'js>>(ctx, state, "cutStream")?.call((end,))
}

/// Returns the data of an instance of a class that has an [`Interface`], after the number of
/// the interface, or `None` for any other value. This uses a body up and locks a stream.
pub fn parts<'js>(ctx: &Ctx<'js>, state: &State, value: &Value<'js>) -> Result<Option<Array<'js>>> {
    get::<Function<'js>>(ctx, state, "partsOf")?.call((value.clone(),))
}

/// Creates the instance that [`parts`] were taken from.
pub fn instance<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    interface: Interface,
    fields: Vec<Value<'js>>,
) -> Result<Value<'js>> {
    get::<Function<'js>>(ctx, state, "instanceOf")?.call((interface as i32, Rest(fields)))
}

/// Creates a request of a `fetch` or a response from its first four fields, which must be valid
/// and have packed headers.
pub fn usual<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    interface: Interface,
    fields: (Value<'js>, Value<'js>, Value<'js>, Value<'js>),
) -> Result<Value<'js>> {
    match interface {
        Interface::Request => get::<Function<'js>>(ctx, state, "usualRequest")?.call(fields),
        _ => get::<Function<'js>>(ctx, state, "usualResponse")?.call(fields),
    }
}

/// Calls `stub.fetch(input, init)`.
pub fn fetch<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    stub: Value<'js>,
    input: Value<'js>,
    init: Value<'js>,
) -> Result<Value<'js>> {
    get::<Function<'js>>(ctx, state, "fetchThrough")?.call((stub, input, init))
}

/// Returns the response of a `fetch` that was answered, or a promise of it. `given` is the answer,
/// the parts of the request, and the receiver.
pub fn answered<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    given: (Value<'js>, Value<'js>, Value<'js>),
) -> Result<Value<'js>> {
    get::<Function<'js>>(ctx, state, "answered")?.call(given)
}

/// Returns `Promise.prototype`.
pub fn plain_promise<'js>(ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
    get(ctx, state, "plainPromise")
}

/// Converts the arguments of a `fetch` handler into one request.
pub fn request<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    arguments: Vec<Value<'js>>,
) -> Result<Vec<Value<'js>>> {
    let mut given = arguments.into_iter();
    let mut next = || given.next().unwrap_or(Value::new_undefined(ctx.clone()));
    get::<Function<'js>>(ctx, state, "requestOf")?.call((next(), next())).map(|it| vec![it])
}

/// Returns a promise of the response that a `fetch` handler returned.
pub fn response<'js>(ctx: &Ctx<'js>, state: &State, result: Value<'js>) -> Result<Value<'js>> {
    get::<Function<'js>>(ctx, state, "responseOf")?.call((result,))
}

/// Sets the stub that the global `fetch` calls.
pub fn set_outbound<'js>(ctx: &Ctx<'js>, state: &State, stub: Value<'js>) -> Result<()> {
    get::<Function<'js>>(ctx, state, "setOutbound")?.call((stub,))
}

/// Binds a method to its object.
pub fn bind<'js>(
    ctx: &Ctx<'js>,
    function: &Function<'js>,
    this: &Value<'js>,
) -> Result<Value<'js>> {
    let state = state::of(ctx)?;
    get::<Function<'js>>(ctx, &state, "bind")?.call((function.clone(), this.clone()))
}

/// Creates `new Error(text)`, or an error of another class of the language.
pub fn error<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    class: &'static str,
    text: &str,
) -> Result<Value<'js>> {
    get::<Constructor<'js>>(ctx, state, class)?.construct((text,))
}

/// Returns an export of the module `cloudflare:workers`.
pub fn export<'js>(ctx: &Ctx<'js>, state: &State, name: &str) -> Result<Value<'js>> {
    get::<Object<'js>>(ctx, state, "workers")?.get(name)
}

/// Tells listeners of an unhandled rejection. Returns true if one of them takes care of it.
pub fn unhandled<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    promise: Value<'js>,
    reason: Value<'js>,
) -> Result<bool> {
    get::<Function<'js>>(ctx, state, "unhandled")?.call((promise, reason))
}

/// Tells listeners that a rejection which was reported as unhandled is handled now.
pub fn handled<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    promise: Value<'js>,
    reason: Value<'js>,
) -> Result<()> {
    get::<Function<'js>>(ctx, state, "handled")?.call((promise, reason))
}

/// Tells listeners of an uncaught exception. Returns true if one of them takes care of it.
pub fn uncaught<'js>(ctx: &Ctx<'js>, state: &State, thrown: Value<'js>) -> Result<bool> {
    get::<Function<'js>>(ctx, state, "uncaught")?.call((thrown,))
}

/// Returns the promise that `await value` would wait for, or `None` if it would not wait.
pub fn promise_of<'js>(
    ctx: &Ctx<'js>,
    state: &State,
    value: &Value<'js>,
) -> Result<Option<Promise<'js>>> {
    if let Some(promise) = promise::of(value) {
        return Ok(Some(promise.clone()));
    }
    let Some(object) = value.as_object() else { return Ok(None) };
    if !object.get::<_, Value<'js>>(PredefinedAtom::Then)?.is_function() {
        return Ok(None);
    }
    get::<Function<'js>>(ctx, state, "promiseResolve")?.call((value.clone(),)).map(Some)
}

/// Returns the value as `console.log` prints it. Never fails.
pub fn describe<'js>(ctx: &Ctx<'js>, state: &State, value: Value<'js>) -> String {
    let described = get::<Function<'js>>(ctx, state, "inspect")
        .and_then(|inspect| inspect.call::<_, String>((value,)));
    described.unwrap_or_else(|_| {
        let _ = ctx.catch();
        "an exception that cannot be described".to_owned()
    })
}
