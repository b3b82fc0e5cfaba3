//! An export of a worker: of this worker, as `ctx.exports.Name`, or of one that it has loaded,
//! as `worker.getEntrypoint(name)`.

use std::cell::RefCell;
use std::rc::Rc;

use rquickjs::{Ctx, IntoJs, Object, Result, Value};

use super::calls;
use super::stub::{Root, Stub};
use crate::state::Handle;
use crate::{Capability, throw};

/// The export `name` of a worker. A call of one of its methods is sent to the worker under that
/// name. A capability of its own is requested when it is needed, and only once.
#[derive(Clone)]
pub struct Export {
    worker: Handle,
    name: Rc<str>,
    stub: Rc<RefCell<Option<Handle>>>,
}

impl Export {
    pub fn new(worker: Handle, name: &str) -> Self {
        Self { worker, name: name.into(), stub: Rc::default() }
    }

    pub fn worker(&self) -> &Handle {
        &self.worker
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn is_own(&self) -> bool {
        matches!(self.worker.capability(), Some(Capability::Imported(0)))
    }

    /// Returns the export as a capability.
    pub fn stub<'js>(&self, ctx: &Ctx<'js>) -> Result<Root<'js>> {
        if let Some(handle) = self.stub.borrow().clone() {
            return Ok(Root::Owned(handle));
        }
        let root = self.ask(ctx, None)?;
        if let Root::Owned(handle) = &root {
            *self.stub.borrow_mut() = Some(handle.clone());
        }
        Ok(root)
    }

    /// Implements `ctx.exports.Name({props})`.
    pub fn with_props<'js>(
        &self,
        ctx: &Ctx<'js>,
        options: Option<&Value<'js>>,
    ) -> Result<Value<'js>> {
        let Some(options) = options.filter(|it| !it.is_undefined() && !it.is_null()) else {
            return Stub::make(ctx, self.ask(ctx, None)?);
        };
        let Some(options) = options.as_object() else {
            let text = format!("ctx.exports.{}() takes an object: {{props}}", self.name);
            return Err(throw::type_error(ctx, &text));
        };
        let known = Object::new(ctx.clone())?;
        known.set("props", options.get::<_, Value<'js>>("props")?)?;
        Stub::make(ctx, self.ask(ctx, Some(known.into_value()))?)
    }

    fn ask<'js>(&self, ctx: &Ctx<'js>, options: Option<Value<'js>>) -> Result<Root<'js>> {
        let mut arguments = vec![(&*self.name).into_js(ctx)?];
        arguments.extend(options);
        let worker = Root::Owned(self.worker.clone());
        calls::load(ctx, &worker, "getEntrypoint", arguments)
    }

    /// Duplicates the export. `None` after it was disposed of.
    pub fn dup(&self) -> Option<Self> {
        Some(Self { worker: self.worker.dup()?, name: Rc::clone(&self.name), stub: Rc::default() })
    }

    /// Disposes of the export. Has no effect on an export of this worker, which always exists.
    pub fn dispose(&self) {
        if !self.is_own() {
            self.worker.dispose();
            if let Some(stub) = self.stub.take() {
                stub.dispose();
            }
        }
    }
}
