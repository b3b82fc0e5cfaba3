//! The way from a worker to itself: `ctx.exports`, and stubs of its own objects.

use std::cell::RefCell;
use std::rc::Rc;

use rquickjs::{Array, Ctx, Function, Object, Result, Value};

use super::stub::{Root, Stub};
use super::{Handle, calls, state};
use crate::state::State;
use crate::{Capability, throw};

/// The capability that every sandbox holds: itself.
pub const OWN: Capability = Capability::Held(0);

/// One of the worker's own exports, as `ctx.exports.Name`.
#[derive(Clone)]
pub struct Export {
    name: String,
    stub: Rc<RefCell<Option<Handle>>>,
}

impl Export {
    /// The export without props; asked for once.
    pub fn stub<'js>(&self, ctx: &Ctx<'js>) -> Result<Root<'js>> {
        if let Some(handle) = self.stub.borrow().clone() {
            return Ok(Root::Owned(handle));
        }
        let arguments = Array::new(ctx.clone())?;
        arguments.set(0, self.name.as_str())?;
        let root = own(ctx, "getEntrypoint", arguments)?;
        if let Root::Owned(handle) = &root {
            *self.stub.borrow_mut() = Some(handle.clone());
        }
        Ok(root)
    }

    /// `ctx.exports.Name({props})`
    pub fn with_props<'js>(&self, ctx: &Ctx<'js>, arguments: &Array<'js>) -> Result<Value<'js>> {
        let options: Value<'js> = arguments.get(0)?;
        let Some(options) = options.as_object() else {
            let text = format!("ctx.exports.{}() takes an object: {{props}}", self.name);
            return Err(throw::type_error(ctx, &text));
        };
        let known = Object::new(ctx.clone())?;
        known.set("props", options.get::<_, Value<'js>>("props")?)?;
        let arguments = Array::new(ctx.clone())?;
        arguments.set(0, self.name.as_str())?;
        arguments.set(1, known)?;
        Stub::make(ctx, calls::load(ctx, &this(ctx)?, "getEntrypoint".to_owned(), arguments)?)
    }
}

fn own<'js>(ctx: &Ctx<'js>, method: &str, arguments: Array<'js>) -> Result<Root<'js>> {
    calls::defer(ctx, &this(ctx)?, vec![method.to_owned()], Some(arguments))
}

fn this<'js>(ctx: &Ctx<'js>) -> Result<Root<'js>> {
    let state = state(ctx)?;
    let mut own = state.own.borrow_mut();
    Ok(Root::Owned(own.get_or_insert_with(|| Handle::new(&state, OWN)).clone()))
}

/// What the scripts use.
pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = native.ctx().clone();
    let loopback = |ctx: Ctx<'js>, target: Value<'js>| {
        let arguments = Array::new(ctx.clone())?;
        arguments.set(0, target)?;
        Stub::make(&ctx, own(&ctx, "loopback", arguments)?)
    };
    native.set("loopback", Function::new(ctx.clone(), loopback)?)?;

    // A promise that is rejected when the stub can never be called again.
    let watch = |ctx: Ctx<'js>, stub: Value<'js>| {
        let arguments = Array::new(ctx.clone())?;
        arguments.set(0, stub)?;
        calls::start(&ctx, &this(&ctx)?, vec!["watch".to_owned()], Some(arguments))
    };
    native.set("watch", Function::new(ctx.clone(), watch)?)?;

    let export = |ctx: Ctx<'js>, name: String| {
        Stub::make(&ctx, Root::Export(Export { name, stub: Rc::default() }))
    };
    native.set("ownExport", Function::new(ctx.clone(), export)?)?;

    let exporting = Rc::clone(state);
    let namespace = move |ctx: Ctx<'js>| {
        let exports = exporting.exports.borrow().clone();
        match exports {
            Some(exports) => exports.restore(&ctx).map(Object::into_value),
            None => Ok(Value::new_undefined(ctx)),
        }
    };
    native.set("namespace", Function::new(ctx, namespace)?)
}
