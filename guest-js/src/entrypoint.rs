//! Finding what a call names, and calling it.

use rquickjs::function::{Args, Constructor, This};
use rquickjs::{Ctx, Exception, Function, Object, Result, Value};

use crate::state::State;
use crate::{Invoke, intrinsics, message, throw};

/// Runs one invocation as far as it goes without waiting.
///
/// # Errors
/// What the code throws, or that there is nothing of that name to call.
pub fn call<'js>(ctx: &Ctx<'js>, state: &State, invoke: &Invoke) -> Result<Value<'js>> {
    let (exports, env) = (state.exports.borrow().clone(), state.env.borrow().clone());
    let (Some(exports), Some(env)) = (exports, env) else {
        return Err(Exception::throw_internal(ctx, "the worker was not loaded"));
    };
    let (exports, env) = (exports.restore(ctx)?, env.restore(ctx)?);
    let name = invoke.entrypoint.as_deref().unwrap_or("default");
    let entrypoint: Value<'js> = exports.get(name)?;
    if invoke.method.is_none() && !entrypoint.is_function() {
        // Nothing to call: the module was evaluated, and that was all.
        return Ok(Value::new_undefined(ctx.clone()));
    }
    let Some(object) = entrypoint.as_object() else {
        let text = match invoke.entrypoint.as_deref() {
            None | Some("default") => "Worker has no default entrypoint.".to_owned(),
            Some(name) => format!("Worker has no such entrypoint: {name}"),
        };
        return Err(throw::type_error(ctx, &text));
    };
    let arguments = message::decode(ctx, state, &invoke.arguments)?;
    let arguments = arguments.into_array().unwrap_or(rquickjs::Array::new(ctx.clone())?);
    let execution = intrinsics::execution_context(ctx, state, invoke.invocation)?;

    if extends(object, &intrinsics::worker_entrypoint(ctx, state)?)? {
        let constructor = Constructor::from_value(entrypoint)?;
        let instance: Object<'js> = constructor.construct((execution, env))?;
        let Some(method) = invoke.method.as_deref() else {
            return Err(throw::type_error(ctx, "a class entrypoint is called by method"));
        };
        let function = method_of_class(ctx, &instance, method)?;
        let mut args = Args::new(ctx.clone(), arguments.len());
        args.this(instance)?;
        args.push_args(arguments.iter::<Value<'js>>().flatten())?;
        return function.call_arg(args);
    }

    let (this, function) = match invoke.method.as_deref() {
        None => (Value::new_undefined(ctx.clone()), entrypoint.clone().into_function()),
        Some(method) => (entrypoint.clone(), Some(method_of_object(ctx, object, method)?)),
    };
    let Some(function) = function else {
        return Err(throw::type_error(ctx, &format!("\"{name}\" is not a function.")));
    };
    if arguments.len() > 1 {
        let name = invoke.method.as_deref().unwrap_or("default");
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
    let argument: Value<'js> = match arguments.len() {
        0 => Value::new_undefined(ctx.clone()),
        _ => arguments.get(0)?,
    };
    function.call((This(this), argument, env, execution))
}

fn extends<'js>(object: &Object<'js>, base: &Object<'js>) -> Result<bool> {
    if !object.is_constructor() {
        return Ok(false);
    }
    let base: Object<'js> = base.get("prototype")?;
    let mut next = object.get::<_, Option<Object<'js>>>("prototype").ok().flatten();
    while let Some(prototype) = next {
        if prototype == base {
            return Ok(true);
        }
        next = prototype.get_prototype();
    }
    Ok(false)
}

/// A method of the class or of a class that it extends; never an instance
/// property.
fn method_of_class<'js>(
    ctx: &Ctx<'js>,
    instance: &Object<'js>,
    name: &str,
) -> Result<Function<'js>> {
    let mut next = instance.get_prototype();
    while let Some(prototype) = next {
        if name == "constructor" || name == "dup" || is_builtin(ctx, &prototype)? {
            break;
        }
        if has_own(&prototype, name)? {
            return as_method(ctx, instance.get(name)?, name);
        }
        next = prototype.get_prototype();
    }
    Err(not_implemented(ctx, name))
}

/// A property of the object or of what it inherits from, short of `Object`'s
/// own methods.
fn method_of_object<'js>(
    ctx: &Ctx<'js>,
    object: &Object<'js>,
    name: &str,
) -> Result<Function<'js>> {
    let mut next = Some(object.clone());
    while let Some(holder) = next {
        if is_builtin(ctx, &holder)? {
            break;
        }
        if has_own(&holder, name)? && name != "constructor" {
            return as_method(ctx, object.get(name)?, name);
        }
        next = holder.get_prototype();
    }
    Err(not_implemented(ctx, name))
}

fn is_builtin<'js>(ctx: &Ctx<'js>, object: &Object<'js>) -> Result<bool> {
    Ok(*object == Object::new(ctx.clone())?.get_prototype().unwrap_or(object.clone())
        || *object == Function::prototype(ctx.clone()))
}

fn has_own(object: &Object<'_>, name: &str) -> Result<bool> {
    use rquickjs::object::Filter;
    // The names are listed instead of asked for one by one because the crate
    // has no own-property query; entrypoints are small.
    for key in object.own_keys::<String>(Filter::new().string()) {
        if key? == name {
            return Ok(true);
        }
    }
    Ok(false)
}

fn as_method<'js>(ctx: &Ctx<'js>, value: Value<'js>, name: &str) -> Result<Function<'js>> {
    value
        .into_function()
        .ok_or_else(|| throw::type_error(ctx, &format!("\"{name}\" is not a function.")))
}

fn not_implemented(ctx: &Ctx<'_>, name: &str) -> rquickjs::Error {
    throw::type_error(ctx, &format!("The RPC receiver does not implement the method \"{name}\"."))
}
