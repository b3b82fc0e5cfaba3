//! Capabilities as JavaScript sees them. A stub can be called, and each of its properties is a
//! promise of a property of what it stands for.

use rquickjs::class::{ClassKind, JsCell, JsClass, Readable, Trace, Tracer};
use rquickjs::function::{Constructor, Params, Rest, This};
use rquickjs::promise::PromiseState;
use rquickjs::{Array, Atom, Class, Ctx, Function, IntoJs, JsLifetime, Object, Result, Value};

use super::export::Export;
use super::mapper::Recorded;
use super::{atom, calls, web};
use crate::promise::{self, CallPromise};
use crate::state::{self, Handle, State};
use crate::{context, intrinsics, throw, value};

const MAX_PATH: usize = 64;

/// The method that takes a request, or what a request can be made of, and returns a response.
pub const FETCH: &str = "fetch";

/// The value that a stub's path starts from.
#[derive(Clone)]
pub enum Root<'js> {
    /// An entry of the host's tables.
    Owned(Handle),
    /// The promise that a call returned, pending or not.
    Promise(Value<'js>),
    /// An export of this worker, or of one that it has loaded.
    Export(Export),
    /// A stub that could never be called. Using it throws this value.
    Broken(Value<'js>),
    /// A value inside a callback of `map()`.
    Recorded(Recorded),
}

impl Root<'_> {
    /// Returns true if its method `fetch` takes a request, and is not an ordinary method.
    fn fetches(&self) -> bool {
        match self {
            Self::Owned(handle) => handle.fetches(),
            Self::Export(_) => true,
            Self::Promise(_) | Self::Broken(_) | Self::Recorded(_) => false,
        }
    }

    /// Returns true if it can be awaited like a property.
    fn awaits(&self) -> bool {
        matches!(self, Self::Owned(handle) if handle.awaits())
    }
}

/// `stub`, `stub.a` or `stub.a.b`. It can be called, and it can be read if it is a property.
#[derive(Clone, JsLifetime)]
pub struct Stub<'js> {
    #[qjs(skip_trace)]
    pub root: Root<'js>,
    #[qjs(skip_trace)]
    pub path: Vec<String>,
}

// SAFETY: the lifetime of a root is that of the values in it.
unsafe impl<'js> JsLifetime<'js> for Root<'js> {
    type Changed<'to> = Root<'to>;
}

impl<'js> Trace<'js> for Stub<'js> {
    fn trace<'a>(&self, tracer: Tracer<'a, 'js>) {
        if let Root::Promise(value) | Root::Broken(value) = &self.root {
            value.trace(tracer);
        }
    }
}

impl<'js> Stub<'js> {
    pub fn make(ctx: &Ctx<'js>, root: Root<'js>) -> Result<Value<'js>> {
        let of = if root.fetches() { Of::Service } else { Of::Stub };
        Self { root, path: Vec::new() }.into_instance(ctx, of)
    }

    fn into_instance(self, ctx: &Ctx<'js>, of: Of) -> Result<Value<'js>> {
        let prototype = of.prototype(ctx, &*state::of(ctx)?)?;
        Ok(Class::instance_proto(self, prototype)?.into_inner().into_value())
    }

    /// Returns the stub that a value is.
    pub fn of(value: &Value<'js>) -> Option<Class<'js, Self>> {
        // Checked first, because the engine writes an error for a value of another class.
        let known = state::of(value.ctx()).ok()?.stub_class.get();
        if value::class(value) == known { Class::from_value(value).ok() } else { None }
    }

    fn property(&self, ctx: &Ctx<'js>, name: String) -> Result<Value<'js>> {
        if self.path.len() >= MAX_PATH {
            let text = "RPC pipelined property path is too deep (max 64).";
            return Err(throw::type_error(ctx, text));
        }
        let mut path = Vec::with_capacity(self.path.len() + 1);
        path.extend_from_slice(&self.path);
        path.push(name);
        Self { root: self.root.clone(), path }.into_instance(ctx, Of::Property)
    }
}

impl<'js> JsClass<'js> for Stub<'js> {
    const NAME: &'static str = "RpcStub";
    const KIND: ClassKind = ClassKind::Callable;
    type Mutable = Readable;

    fn prototype(ctx: &Ctx<'js>) -> Result<Option<Object<'js>>> {
        Of::Stub.prototype(ctx, &*state::of(ctx)?).map(Some)
    }

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }

    fn call<'a>(this: &JsCell<'js, Self>, params: Params<'a, 'js>) -> Result<Value<'js>> {
        let ctx = params.ctx().clone();
        if params.is_constructor() {
            return Err(throw::type_error(&ctx, "an RPC stub is not a constructor"));
        }
        let is_fetch = {
            let stub = this.borrow();
            stub.path == [FETCH] && stub.root.fetches()
        };
        if is_fetch {
            let argument = |it| params.arg(it).unwrap_or(Value::new_undefined(ctx.clone()));
            let state = state::of(&ctx)?;
            return intrinsics::fetch(&ctx, &state, params.function(), argument(0), argument(1));
        }
        let arguments: Vec<Value<'js>> =
            (0..params.len()).filter_map(|it| params.arg(it)).collect();
        // Copied, because the call may drop the stub.
        let Self { root, path } = this.borrow().clone();
        match root {
            Root::Export(export) if path.is_empty() && export.is_own() => {
                export.with_props(&ctx, arguments.first())
            }
            root => calls::start(&ctx, &root, path, Some(arguments)),
        }
    }
}

/// The kinds of objects with remote members. Each shows a class of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Stub,
    /// A stub whose method `fetch` takes a request.
    Service,
    /// A property of a stub or of a promise.
    Property,
    Promise,
}

impl Of {
    const ALL: [Self; 4] = [Self::Stub, Self::Service, Self::Property, Self::Promise];

    /// Returns the object that has every property.
    fn prototype<'js>(self, ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
        match self {
            Self::Stub => intrinsics::stub_prototype(ctx, state),
            Self::Service => intrinsics::service_prototype(ctx, state),
            Self::Property => intrinsics::property_prototype(ctx, state),
            Self::Promise => intrinsics::rpc_promise(ctx, state),
        }
    }

    /// Returns the members that its class has by itself.
    fn methods<'js>(self, ctx: &Ctx<'js>, state: &State) -> Result<Object<'js>> {
        match self {
            Self::Stub => intrinsics::stub_methods(ctx, state),
            Self::Service => intrinsics::service_methods(ctx, state),
            Self::Property => intrinsics::property_methods(ctx, state),
            Self::Promise => intrinsics::promise_methods(ctx, state),
        }
    }
}

/// The properties of every object, which no stub asks its remote object for.
const OF_OBJECTS: [&str; 10] = [
    "toString",
    "valueOf",
    "toLocaleString",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
];

/// The prototype of stubs, and of the promises of calls: it has every property.
#[derive(Trace, JsLifetime)]
struct Members {
    #[qjs(skip_trace)]
    of: Of,
}

// SAFETY: it borrows nothing.
unsafe impl<'js> JsLifetime<'js> for Of {
    type Changed<'to> = Of;
}

impl<'js> JsClass<'js> for Members {
    const NAME: &'static str = "RpcMembers";
    const KIND: ClassKind = ClassKind::Exotic;
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }

    fn exotic_get_property(
        this: &JsCell<'js, Self>,
        ctx: &Ctx<'js>,
        atom: Atom<'js>,
        receiver: Value<'js>,
    ) -> Result<Value<'js>> {
        let of = this.borrow().of;
        let key = atom::value(ctx, &atom)?;
        let state = state::of(ctx)?;
        let local =
            |ctx: &Ctx<'js>| -> Result<Value<'js>> { of.methods(ctx, &state)?.get(key.clone()) };
        // Symbols belong to the language.
        let Some(name) = key.as_string() else { return local(ctx) };
        let name = name.to_string()?;
        // `fetch` is read most often of an entrypoint, and is none of the names below.
        if of == Of::Service
            && name == FETCH
            && let Some(stub) = Stub::of(&receiver)
        {
            return stub.borrow().property(ctx, name);
        }
        if OF_OBJECTS.contains(&name.as_str()) {
            return local(ctx);
        }
        if name == "__proto__" {
            let prototype = receiver.as_object().map(value::prototype).transpose()?.flatten();
            return Ok(prototype.map_or(Value::new_null(ctx.clone()), Object::into_value));
        }
        match of {
            Of::Promise => match name.as_str() {
                "then" | "catch" | "finally" | "constructor" => local(ctx),
                // `JSON.stringify` reads `toJSON` of any value, which is not meant as a call.
                "toJSON" => Ok(Value::new_undefined(ctx.clone())),
                "map" if state.maps_promises.get() => local(ctx),
                _ => Stub { root: Root::Promise(receiver), path: Vec::new() }.property(ctx, name),
            },
            Of::Stub | Of::Service | Of::Property => {
                let Some(stub) = Stub::of(&receiver) else {
                    return Ok(Value::new_undefined(ctx.clone()));
                };
                let stub = stub.borrow().clone();
                match (name.as_str(), stub.path.is_empty()) {
                    // A stub is not a promise, but what can be read is one.
                    ("then" | "catch" | "finally", is_root) if !is_root || stub.root.awaits() => {
                        intrinsics::readable(ctx, &state)?.get(name)
                    }
                    ("then", true) | ("toJSON", _) => Ok(Value::new_undefined(ctx.clone())),
                    ("dup" | "onRpcBroken", true) | ("constructor", _) => local(ctx),
                    ("map", is_root) if state.maps_promises.get() => match stub.root {
                        Root::Recorded(_) => Of::Property.methods(ctx, &state)?.get(name),
                        _ if is_root => stub.property(ctx, name),
                        _ => local(ctx),
                    },
                    _ => stub.property(ctx, name),
                }
            }
        }
    }

    /// Returns true for every name, except those that are always undefined.
    fn exotic_has_property(
        this: &JsCell<'js, Self>,
        ctx: &Ctx<'js>,
        atom: Atom<'js>,
    ) -> Result<bool> {
        let of = this.borrow().of;
        let key = atom::value(ctx, &atom)?;
        let Some(name) = key.as_string() else {
            return of.methods(ctx, &*state::of(ctx)?)?.contains_key(key);
        };
        let name = name.to_string()?;
        Ok(match of {
            Of::Stub | Of::Service => name != "then" && name != "toJSON",
            Of::Property | Of::Promise => name != "toJSON",
        })
    }
}

fn stub_of<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<Stub<'js>> {
    match Stub::of(value) {
        Some(stub) => Ok(stub.borrow().clone()),
        None => Err(throw::type_error(ctx, "Illegal invocation")),
    }
}

/// Adds the functions that the scripts build the classes from to `native`.
pub fn install<'js>(native: &Object<'js>, known: &State) -> Result<()> {
    let ctx = native.ctx().clone();
    let dup = |ctx: Ctx<'js>, This(this): This<Value<'js>>| {
        let stub = stub_of(&ctx, &this)?;
        let root = match stub.root {
            Root::Owned(handle) => {
                let duplicate = handle.dup();
                if let Some(duplicate) = duplicate.as_ref().filter(|it| !it.fetches()) {
                    state::of(&ctx)?.duplicated(context::current(&ctx), duplicate);
                }
                duplicate.map(Root::Owned)
            }
            Root::Export(export) => export.dup().map(Root::Export),
            root => Some(root),
        };
        match root {
            Some(root) => Stub::make(&ctx, root),
            None => Err(throw::plain_error(&ctx, calls::DISPOSED)),
        }
    };
    let dup = Function::new(ctx.clone(), dup)?;
    // All functions that are implemented in Rust have the same class.
    known.stub_class.set(value::class(dup.as_value()));
    native.set("dup", dup)?;

    let dispose = |ctx: Ctx<'js>, This(this): This<Value<'js>>| {
        // A property cannot be disposed of.
        let stub = stub_of(&ctx, &this)?;
        match &stub.root {
            Root::Owned(handle) if stub.path.is_empty() => handle.dispose(),
            Root::Export(export) if stub.path.is_empty() => export.dispose(),
            _ => {}
        }
        Ok::<_, rquickjs::Error>(())
    };
    native.set("dispose", Function::new(ctx.clone(), dispose)?)?;

    // The maximum size of a worker's code.
    #[allow(clippy::cast_precision_loss, reason = "no code has 2^53 bytes")]
    let max_code_bytes =
        |ctx: Ctx<'js>| state::of(&ctx).map(|state| state.max_code_bytes.get() as f64);
    native.set("maxCodeBytes", Function::new(ctx.clone(), max_code_bytes)?)?;

    // The disposer of an answer without stubs.
    native.set("nothing", Function::new(ctx.clone(), || ())?)?;

    let dispose = |ctx: Ctx<'js>, promise: Value<'js>| calls::dispose(&ctx, &promise);
    native.set("disposePromise", Function::new(ctx.clone(), dispose)?)?;

    // A stub that was passed on is not needed here once the message is sent.
    let hand_on = |ctx: Ctx<'js>, this: Value<'js>| {
        let stub = stub_of(&ctx, &this)?;
        if let Root::Owned(handle) = stub.root {
            state::of(&ctx)?.handed_on.borrow_mut().push(handle);
        }
        Ok::<_, rquickjs::Error>(())
    };
    native.set("handOn", Function::new(ctx.clone(), hand_on)?)?;

    let read = |ctx: Ctx<'js>, this: Value<'js>| {
        let stub = stub_of(&ctx, &this)?;
        calls::start(&ctx, &stub.root, stub.path, None)
    };
    native.set("read", Function::new(ctx.clone(), read)?)?;

    let send = |ctx: Ctx<'js>, this: Value<'js>, method: String, arguments: Vec<Value<'js>>| {
        let stub = stub_of(&ctx, &this)?;
        calls::start(&ctx, &stub.root, vec![method], Some(arguments))
    };
    native.set("send", Function::new(ctx.clone(), send)?)?;

    let fetch = |ctx: Ctx<'js>, receiver: Value<'js>, parts: Array<'js>, Rest(given): Rest<_>| {
        web::fetch(&ctx, &receiver, &parts, given)
    };
    native.set("fetch", Function::new(ctx.clone(), fetch)?)?;

    // Returns a promise that is fulfilled with a value that is no object.
    let settled = |ctx: Ctx<'js>, value: Value<'js>| {
        let prototype = intrinsics::plain_promise(&ctx, &*state::of(&ctx)?)?;
        let (promise, settled) = CallPromise::new(&ctx, &prototype, 0)?;
        promise.settle(&ctx, &value, false)?;
        Ok::<_, rquickjs::Error>(settled)
    };
    native.set("settled", Function::new(ctx.clone(), settled)?)?;

    // Creates a stub of the result of a call, without waiting for it.
    let deferred = |ctx: Ctx<'js>, this: Value<'js>, method: String, arguments: Vec<Value<'js>>| {
        let stub = stub_of(&ctx, &this)?;
        let root = calls::load(&ctx, &stub.root, &method, arguments)?;
        Stub::make(&ctx, root)
    };
    native.set("deferred", Function::new(ctx.clone(), deferred)?)?;

    // The same for the most frequent call of a loader.
    let get = |ctx: Ctx<'js>, loader: Value<'js>, id: Value<'js>, load: Value<'js>| {
        let loader = stub_of(&ctx, &loader)?;
        Stub::make(&ctx, calls::load(&ctx, &loader.root, "get", vec![id, load])?)
    };
    native.set("get", Function::new(ctx.clone(), get)?)?;

    // The same for an export, which is requested when it is needed.
    let entrypoint = |ctx: Ctx<'js>, worker: Value<'js>, name: String| {
        let root = match stub_of(&ctx, &worker)?.root {
            Root::Owned(handle) => match handle.dup() {
                Some(worker) => Root::Export(Export::new(worker, &name)),
                None => Root::Owned(handle),
            },
            root => {
                let arguments = vec![name.into_js(&ctx)?];
                calls::load(&ctx, &root, "getEntrypoint", arguments)?
            }
        };
        Stub::make(&ctx, root)
    };
    native.set("entrypoint", Function::new(ctx.clone(), entrypoint)?)?;

    let is_stub =
        |value: Value<'js>| Stub::of(&value).is_some() || promise::call_of(&value).is_some();
    native.set("isStub", Function::new(ctx.clone(), is_stub)?)?;

    let call = |ctx: Ctx<'js>, This(promise): This<Value<'js>>, Rest(arguments): Rest<_>| {
        calls::start(&ctx, &Root::Promise(promise), Vec::new(), Some(arguments))
    };
    promise::set_call(&ctx, &Function::new(ctx.clone(), call)?);

    let is_pending = |value: Value<'js>| {
        promise::of(&value).is_some_and(|it| it.state() == PromiseState::Pending)
    };
    native.set("isPending", Function::new(ctx.clone(), is_pending)?)?;

    // Creates the prototype of stubs, of services, of properties or of promises of calls.
    let members = |of: usize, methods: Object<'js>| {
        let of = Of::ALL.get(of).copied().unwrap_or(Of::Stub);
        Class::instance_proto(Members { of }, methods).map(Class::into_inner)
    };
    native.set("members", Function::new(ctx, members)?)
}
