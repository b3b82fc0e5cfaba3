//! Capabilities of a worker for itself: `ctx.exports`, and stubs of its own objects.

use std::rc::Rc;

use rquickjs::{Ctx, Function, Object, Result, Value};

use super::calls::{self, OWN};
use super::export::Export;
use super::shows::{Shows, stands_for};
use super::stub::{Root, Stub};
use crate::promise;
use crate::state::{self, Handle, State};

fn this(ctx: &Ctx<'_>) -> Result<Handle> {
    let state = state::of(ctx)?;
    let mut own = state.own.borrow_mut();
    Ok(own.get_or_insert_with(|| Handle::new(&state.outbox, OWN)).clone())
}

/// Adds the functions that the scripts use to `native`.
pub fn install<'js>(native: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = native.ctx().clone();
    // Creates a stub of a target, a plain object, a function or a proxy of one of them.
    // Undefined for any other value.
    let known = Rc::clone(state);
    let loopback = move |ctx: Ctx<'js>, target: Value<'js>| {
        let root = Root::Owned(this(&ctx)?);
        if Stub::of(&target).is_some_and(|stub| stub.borrow().path.is_empty()) {
            // Creates another stub of the same object.
            let method = vec!["loopback".to_owned()];
            let again = calls::defer(&ctx, &root, method, Some(vec![target]))?;
            return Stub::make(&ctx, again).map(Some);
        }
        let is_answer = Stub::of(&target).is_some() || promise::call_of(&target).is_some();
        if is_answer || stands_for(&ctx, &known, &target)? == Shows::Nothing {
            return Ok(None);
        }
        Stub::make(&ctx, calls::loopback(&ctx, &root, target)?).map(Some)
    };
    native.set("loopback", Function::new(ctx.clone(), loopback)?)?;

    // Returns a promise that is rejected with what has stopped the sandbox that the stub leads
    // to. It is resolved when nothing can stop that sandbox any more.
    let watch = |ctx: Ctx<'js>, stub: Value<'js>| {
        let (this, method) = (Root::Owned(this(&ctx)?), vec!["watch".to_owned()]);
        calls::start(&ctx, &this, method, Some(vec![stub]))
    };
    native.set("watch", Function::new(ctx.clone(), watch)?)?;

    let export = |ctx: Ctx<'js>, name: String| {
        Stub::make(&ctx, Root::Export(Export::new(this(&ctx)?, &name)))
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
