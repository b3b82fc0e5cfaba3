//! `structuredClone`, which uses the wire format.

use rquickjs::{Ctx, Exception, Function, Object, Result, Value};

use super::raw;
use crate::value::{self, Instances, StubHook, StubSource};

/// The hook of a clone. A clone stays inside the sandbox, so nothing in it is a capability.
/// Their positions are used for values that a clone holds and no message does: blobs, and
/// streams that are transferred, and resizable buffers.
struct Cloning<'js> {
    /// Returns true if a clone holds the value, as itself or as another.
    holds: Function<'js>,
    /// Returns true if a buffer is resizable, or that of a view.
    is_resizable: Function<'js>,
    /// Returns what a clone holds in place of the value.
    made: Function<'js>,
    held: Vec<Value<'js>>,
}

impl<'js> StubHook<'js> for Cloning<'js> {
    fn capability(&mut self, _: &Ctx<'js>, value: &Value<'js>) -> Result<Option<u32>> {
        if !self.holds.call::<_, bool>((value.clone(),))? {
            return Ok(None);
        }
        let position = u32::try_from(self.held.len()).unwrap_or(u32::MAX);
        self.held.push(value.clone());
        Ok(Some(position))
    }

    fn holds_buffer(&mut self, value: &Value<'js>) -> Result<bool> {
        self.is_resizable.call((value.clone(),))
    }

    fn instances(&self) -> Instances {
        Instances::Cloned
    }
}

impl<'js> StubSource<'js> for Cloning<'js> {
    fn stub(&mut self, ctx: &Ctx<'js>, position: u32) -> Result<Value<'js>> {
        match self.held.get(position as usize) {
            Some(held) => self.made.call((held.clone(),)),
            None => Err(Exception::throw_type(ctx, "a clone holds no capability")),
        }
    }
}

pub fn install<'js>(native: &Object<'js>) -> Result<()> {
    let ctx = native.ctx().clone();
    let clone = |ctx: Ctx<'js>,
                 value: Value<'js>,
                 holds: Function<'js>,
                 is_resizable: Function<'js>,
                 made: Function<'js>| {
        let mut cloning = Cloning { holds, is_resizable, made, held: Vec::new() };
        let data = value::encode(&ctx, value, &mut cloning)?;
        value::decode(&ctx, &data, &mut cloning)
    };
    native.set("clone", Function::new(ctx.clone(), clone)?)?;
    let detach = |buffer: Value<'js>| raw::detach(&buffer);
    native.set("detach", Function::new(ctx, detach)?)
}
