//! Finds what an invocation names, and calls or reads it.

use std::rc::Rc;

use rquickjs::atom::PredefinedAtom;
use rquickjs::function::{Args, Constructor, This};
use rquickjs::{Ctx, Exception, Object, Result, Value};

use super::calls::DISPOSED;
use super::message::{self, Owner};
use super::shows::{Shows, stands_for};
use super::stub::{FETCH, Stub};
use crate::state::{ExportedObject, State};
use crate::{Entrypoint, Invoke, Receiver, intrinsics, promise, throw, value};

const MAX_PATH: usize = 64;

/// The methods of entrypoints that belong to events of the platform.
const RESERVED: [&str; 5] =
    ["connect", "alarm", "webSocketMessage", "webSocketClose", "webSocketError"];

struct Found<'js> {
    value: Value<'js>,
    /// The object that it is a member of.
    this: Value<'js>,
}

/// Runs one invocation as far as it goes without waiting.
///
/// # Errors
/// Errors with what the code throws, or if there is nothing of that name to call.
pub fn invoke<'js>(ctx: &Ctx<'js>, state: &Rc<State>, invoke: &Invoke) -> Result<Value<'js>> {
    if invoke.path.len() > MAX_PATH {
        let text = "RPC pipelined property path is too deep (max 64).";
        return Err(throw::type_error(ctx, text));
    }
    let decode = || {
        let arguments = invoke.arguments.as_ref();
        let decode = |it| message::decode_arguments(ctx, state, it, invoke.invocation);
        arguments.map(decode).transpose()
    };
    match &invoke.receiver {
        Receiver::Exported(id) => {
            let exported = state.exported_objects.borrow().get(id).cloned();
            let Some(ExportedObject { object, scope }) = exported else {
                return Err(throw::plain_error(ctx, DISPOSED));
            };
            if let Some(reason) = scope.as_ref().and_then(|it| it.aborted()) {
                return Err(ctx.throw(reason.restore(ctx)?));
            }
            if let Some(invocation) = state.invocations.borrow_mut().get_mut(&invoke.invocation) {
                invocation.scope = scope;
            }
            let shows = |value: &Value<'js>| shows(ctx, state, value);
            let found = walk(ctx, object.restore(ctx)?, &invoke.path, shows)?;
            finish(ctx, found, &invoke.path, decode()?)
        }
        Receiver::Entrypoint(entrypoint) => export(ctx, state, invoke, entrypoint, decode),
    }
}

fn export<'js>(
    ctx: &Ctx<'js>,
    state: &Rc<State>,
    invoke: &Invoke,
    entrypoint: &Entrypoint,
    decode: impl FnOnce() -> Result<Option<Vec<Value<'js>>>>,
) -> Result<Value<'js>> {
    let (exports, env) = (state.exports.borrow().clone(), state.env.borrow().clone());
    let (Some(exports), Some(env)) = (exports, env) else {
        return Err(Exception::throw_internal(ctx, "the worker was not loaded"));
    };
    let (exports, env) = (exports.restore(ctx)?, env.restore(ctx)?);
    let export: Value<'js> = match entrypoint.name.as_deref() {
        Some(name) => exports.get(name)?,
        None => exports.get(PredefinedAtom::Default)?,
    };
    let path = &invoke.path;
    if path.is_empty() && invoke.arguments.is_some() && !export.is_function() {
        // There is nothing to call: evaluating the module was all.
        return Ok(Value::new_undefined(ctx.clone()));
    }
    let Some(object) = export.as_object() else {
        let text = match entrypoint.name.as_deref() {
            None | Some("default") => "Worker has no default entrypoint.".to_owned(),
            Some(name) => format!("Worker has no such entrypoint: {name}"),
        };
        return Err(throw::type_error(ctx, &text));
    };
    let props = match &entrypoint.props {
        Some(props) => message::decode(ctx, state, props, Owner::Results(invoke.invocation))?,
        None => Object::new(ctx.clone())?.into_value(),
    };
    let execution = intrinsics::execution_context(ctx, state, invoke.invocation, props)?;
    if let Some(name) = path.first().filter(|name| RESERVED.contains(&name.as_str())) {
        let text = format!("'{name}' is a reserved method and cannot be called over RPC.");
        return Err(throw::type_error(ctx, &text));
    }
    let fetches = *path == [FETCH] && invoke.arguments.is_some();
    let decode = || match decode()? {
        Some(arguments) if fetches => intrinsics::request(ctx, state, arguments).map(Some),
        arguments => Ok(arguments),
    };
    let answer = |result: Value<'js>| match fetches {
        true => intrinsics::response(ctx, state, result),
        false => Ok(result),
    };

    if object.is_constructor() && extends(object, &intrinsics::worker_entrypoint(ctx, state)?)? {
        let constructor = Constructor::from_value(export)?;
        let instance: Object<'js> = constructor.construct((execution, env))?;
        if path.is_empty() {
            return Err(throw::type_error(ctx, "a class entrypoint is called by method"));
        }
        let shows = |value: &Value<'js>| shows(ctx, state, value);
        let found = walk(ctx, instance.into_value(), path, shows)?;
        return answer(finish(ctx, found, path, decode()?)?);
    }

    let root = export.clone();
    let found = walk(ctx, export, path, |value| {
        if *value == root { Ok(Shows::Export) } else { shows(ctx, state, value) }
    })?;
    let Some(arguments) = decode()? else { return finish(ctx, found, path, None) };
    if path.len() > 1 {
        return finish(ctx, found, path, Some(arguments));
    }
    // A handler also gets the environment.
    let name = path.first().map_or("default", String::as_str);
    let Some(function) = found.value.into_function() else { return Err(not_a_function(ctx, name)) };
    let is_method = !path.is_empty() && !fetches;
    if is_method && function.get::<_, f64>(PredefinedAtom::Length).is_ok_and(|length| length > 3.0)
    {
        return Err(throw::type_error(
            ctx,
            &format!(
                "Cannot call handler function \"{name}\" over RPC because it has the wrong number \
                 of arguments. A simple function handler can only be called over RPC if it has \
                 exactly the arguments (arg, env, ctx), where only the first argument comes from \
                 the client. To support multi-argument RPC functions, use class-based syntax \
                 (extending WorkerEntrypoint) instead."
            ),
        ));
    }
    if arguments.len() > 1 {
        return Err(throw::type_error(
            ctx,
            &format!(
                "Attempted to call RPC function \"{name}\" with the wrong number of arguments. \
             When calling a top-level handler function that is not declared as part of a class, \
             you must always send exactly one argument. In order to support variable numbers of \
             arguments, the server must use class-based syntax (extending WorkerEntrypoint) \
             instead."
            ),
        ));
    }
    let argument = arguments.into_iter().next().unwrap_or(Value::new_undefined(ctx.clone()));
    answer(function.call((This(found.this), argument, env, execution))?)
}

/// Follows a path from `root`.
fn walk<'js>(
    ctx: &Ctx<'js>,
    root: Value<'js>,
    path: &[String],
    shows: impl Fn(&Value<'js>) -> Result<Shows>,
) -> Result<Found<'js>> {
    let mut found = Found { value: root, this: Value::new_undefined(ctx.clone()) };
    for (index, name) in path.iter().enumerate() {
        let holder = found.value;
        // If an object exposes nothing, the error names that object.
        let nothing = || path.get(index.wrapping_sub(1)).unwrap_or(name);
        let (value, missing) = match holder.as_object() {
            // The object belongs to another sandbox, and the property is pipelined there.
            Some(object) if is_foreign(&holder) => (Some(object.get(name.as_str())?), name),
            Some(object) => match shows(&holder)? {
                Shows::Nothing => (None, nothing()),
                shows => (member(ctx, object, name, shows)?, name),
            },
            None => (None, nothing()),
        };
        let Some(value) = value else { return Err(not_implemented(ctx, missing)) };
        found = Found { value, this: holder };
    }
    Ok(found)
}

/// Calls what was found, or reads it.
fn finish<'js>(
    ctx: &Ctx<'js>,
    found: Found<'js>,
    path: &[String],
    arguments: Option<Vec<Value<'js>>>,
) -> Result<Value<'js>> {
    let Some(arguments) = arguments else {
        return match (found.value.as_function(), found.this.is_undefined()) {
            // A method that is read stays bound to its object.
            (Some(function), false) => intrinsics::bind(ctx, function, &found.this),
            _ => Ok(found.value),
        };
    };
    let Some(function) = found.value.into_function() else {
        let name = if path.is_empty() { "default" } else { &path.join(".") };
        return Err(not_a_function(ctx, name));
    };
    let mut args = Args::new(ctx.clone(), arguments.len());
    args.this(found.this)?;
    args.push_args(arguments)?;
    function.call_arg(args)
}

fn shows<'js>(ctx: &Ctx<'js>, state: &State, value: &Value<'js>) -> Result<Shows> {
    if value.is_array() {
        return Ok(Shows::Own);
    }
    stands_for(ctx, state, value)
}

fn is_foreign(value: &Value<'_>) -> bool {
    Stub::of(value).is_some() || promise::call_of(value).is_some()
}

fn member<'js>(
    ctx: &Ctx<'js>,
    object: &Object<'js>,
    name: &str,
    shows: Shows,
) -> Result<Option<Value<'js>>> {
    match shows {
        Shows::Nothing => return Ok(None),
        // Even if its class has a member of that name.
        Shows::Class if value::has_own(ctx, object, name)? => return Ok(None),
        Shows::Class if object.as_value().is_proxy() => return of_proxy(ctx, object, name),
        Shows::Class => {}
        // A proxy may return another value than the one that it has.
        Shows::Own if object.as_value().is_proxy() => {
            let own = value::has_own(ctx, object, name)?;
            return own.then(|| object.get(name)).transpose();
        }
        Shows::Own => return value::own(ctx, object, name),
        Shows::Export if object.is_function() => return Ok(None),
        Shows::Export => {
            if let Some(own) = value::own(ctx, object, name)? {
                return Ok(Some(own));
            }
        }
    }
    if name == "constructor" || name == "dup" {
        return Ok(None);
    }
    let mut next = value::prototype(object)?;
    while let Some(holder) = next {
        next = value::prototype(&holder)?;
        // The last object of the chain belongs to the language.
        if next.is_some() && value::has_own(ctx, &holder, name)? {
            return object.get(name).map(Some);
        }
    }
    Ok(None)
}

/// Returns a member of a proxy of a target, other than what every object has. The prototype
/// chain of the proxy may lack that name.
fn of_proxy<'js>(ctx: &Ctx<'js>, proxy: &Object<'js>, name: &str) -> Result<Option<Value<'js>>> {
    if name == "constructor" || name == "dup" {
        return Ok(None);
    }
    let value: Value<'js> = proxy.get(name)?;
    let of_objects: Value<'js> = value::object_prototype(ctx)?.get(name)?;
    Ok((value != of_objects).then_some(value))
}

/// Returns true if the instances of a constructor inherit from those of `base`.
fn extends<'js>(object: &Object<'js>, base: &Object<'js>) -> Result<bool> {
    let base: Object<'js> = base.get("prototype")?;
    let prototype = object.get::<_, Option<Object<'js>>>("prototype").ok().flatten();
    prototype.map_or(Ok(false), |prototype| value::inherits(prototype, &base))
}

fn not_a_function(ctx: &Ctx<'_>, name: &str) -> rquickjs::Error {
    throw::type_error(ctx, &format!("\"{name}\" is not a function."))
}

fn not_implemented(ctx: &Ctx<'_>, name: &str) -> rquickjs::Error {
    throw::type_error(ctx, &format!("The RPC receiver does not implement the method \"{name}\"."))
}
