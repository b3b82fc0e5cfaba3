//! `structuredClone`, by way of the format that crosses the border.

use rquickjs::{Ctx, Exception, Function, Object, Result, Value};

use super::raw;
use crate::value::{self, StubHook, StubSource};

/// A clone stays inside, so that nothing in it is a capability.
pub(super) struct Nothing;

impl<'js> StubHook<'js> for Nothing {
    fn capability(&mut self, _: &Ctx<'js>, _: &Value<'js>) -> Result<Option<u32>> {
        Ok(None)
    }
}

impl<'js> StubSource<'js> for Nothing {
    fn stub(&mut self, ctx: &Ctx<'js>, _: u32) -> Result<Value<'js>> {
        Err(Exception::throw_type(ctx, "a clone holds no capability"))
    }
}

pub fn install<'js>(native: &Object<'js>) -> Result<()> {
    let ctx = native.ctx().clone();
    let clone = |ctx: Ctx<'js>, value: Value<'js>| {
        let data = value::encode(&ctx, value, &mut Nothing)?;
        value::decode(&ctx, &data, &mut Nothing)
    };
    native.set("clone", Function::new(ctx.clone(), clone)?)?;
    let detach = |buffer: Value<'js>| raw::detach(&buffer);
    native.set("detach", Function::new(ctx, detach)?)
}
