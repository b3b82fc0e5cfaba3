//! A capability as JavaScript sees it: every property is a method to call.

use std::rc::Rc;

use rquickjs::class::{ClassKind, JsCell, JsClass, Readable, Trace};
use rquickjs::function::{Constructor, Params};
use rquickjs::{Array, Atom, Class, Ctx, JsLifetime, Persistent, Promise, Result, Value};

use crate::state::{PendingCall, State};
use crate::{Call, Effect, context, message};

/// How the engine's callbacks find the state.
#[derive(Clone, JsLifetime)]
pub struct Handle(#[qjs(skip_trace)] pub Rc<State>);

/// A capability of the sandbox's table.
#[derive(Clone, Trace, JsLifetime)]
pub struct Stub {
    pub capability: u32,
}

impl<'js> JsClass<'js> for Stub {
    const NAME: &'static str = "RpcStub";
    const KIND: ClassKind = ClassKind::Exotic;
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }

    fn exotic_get_property(
        this: &JsCell<'js, Self>,
        ctx: &Ctx<'js>,
        atom: Atom<'js>,
        _: Value<'js>,
    ) -> Result<Value<'js>> {
        // A stub is not a promise, and symbols are questions of the engine's
        // own, such as how to print it.
        let value = atom.to_value()?;
        let Some(name) = value.as_string() else { return Ok(Value::new_undefined(ctx.clone())) };
        let name = name.to_string()?;
        if name == "then" {
            return Ok(Value::new_undefined(ctx.clone()));
        }
        let method = Method { capability: this.borrow().capability, name };
        Ok(Class::instance(ctx.clone(), method)?.into_value())
    }
}

/// `stub.name`, ready to be called.
#[derive(Trace, JsLifetime)]
struct Method {
    capability: u32,
    name: String,
}

impl<'js> JsClass<'js> for Method {
    const NAME: &'static str = "RpcMethod";
    const KIND: ClassKind = ClassKind::Callable;
    type Mutable = Readable;

    fn prototype(ctx: &Ctx<'js>) -> Result<Option<rquickjs::Object<'js>>> {
        Ok(Some(rquickjs::Function::prototype(ctx.clone())))
    }

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }

    fn call<'a>(this: &JsCell<'js, Self>, params: Params<'a, 'js>) -> Result<Value<'js>> {
        let ctx = params.ctx().clone();
        let state = state(&ctx)?;
        let arguments = Array::new(ctx.clone())?;
        for index in 0..params.len() {
            if let Some(argument) = params.arg(index) {
                arguments.set(index, argument)?;
            }
        }
        let (promise, resolve, reject) = Promise::new(&ctx)?;
        // A value that cannot be cloned is the call's failure, as with any
        // other call that is answered by a promise.
        match message::encode(&ctx, arguments.into_value()) {
            Err(error) => {
                let thrown = crate::event_loop::thrown(&ctx, error);
                reject.call::<_, ()>((thrown,))?;
            }
            Ok(arguments) => {
                let method = this.borrow();
                let (id, invocation) = (state.next_call(), context::current(&ctx));
                state.emit(Effect::Call(Call {
                    id,
                    invocation,
                    capability: method.capability,
                    method: method.name.clone(),
                    arguments,
                }));
                let call = PendingCall {
                    invocation,
                    resolve: Persistent::save(&ctx, resolve),
                    reject: Persistent::save(&ctx, reject),
                };
                state.calls.borrow_mut().insert(id, call);
            }
        }
        Ok(promise.into_value())
    }
}

/// The state of the sandbox that the context belongs to.
pub fn state(ctx: &Ctx<'_>) -> Result<Rc<State>> {
    match ctx.userdata::<Handle>() {
        Some(handle) => Ok(Rc::clone(&handle.0)),
        None => Err(rquickjs::Exception::throw_internal(ctx, "the sandbox has no state")),
    }
}
