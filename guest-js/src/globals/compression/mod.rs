//! `CompressionStream` and `DecompressionStream`.

#![allow(
    clippy::needless_pass_by_value,
    reason = "the engine calls these, and hands over what they are given"
)]

mod brotli;
mod codec;
mod zlib;

use rquickjs::class::{JsClass, Trace, Tracer, Writable};
use rquickjs::function::Constructor;
use rquickjs::{
    Array, Class, Ctx, Exception, Function, IntoJs, JsLifetime, Object, Result, TypedArray, Value,
};

use super::raw;
use codec::Codec;

/// The maximum number of bytes that one step writes.
const PIECE: usize = 64 << 10;

/// The codec behind a stream, which no worker sees.
#[derive(JsLifetime)]
struct Handle(#[qjs(skip_trace)] Box<dyn Codec>);

impl<'js> Trace<'js> for Handle {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for Handle {
    const NAME: &'static str = "CodecHandle";
    type Mutable = Writable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}

pub fn install<'js>(native: &Object<'js>) -> Result<()> {
    let ctx = native.ctx().clone();
    // Returns `None` for a format that does not exist.
    let compressor = |ctx, format: Value<'js>| made(ctx, codec::compressor(&raw::text(&format)?));
    native.set("compressor", Function::new(ctx.clone(), compressor)?)?;
    let decompressor =
        |ctx, format: Value<'js>| made(ctx, codec::decompressor(&raw::text(&format)?));
    native.set("decompressor", Function::new(ctx.clone(), decompressor)?)?;
    native.set("code", Function::new(ctx, code)?)
}

fn made<'js>(ctx: Ctx<'js>, codec: Option<Box<dyn Codec>>) -> Result<Option<Class<'js, Handle>>> {
    codec.map(|codec| Class::instance(ctx, Handle(codec))).transpose()
}

/// Takes one step. Returns the bytes that it wrote, the number of bytes that it read, and true
/// if another step can follow without more input.
fn code<'js>(
    ctx: Ctx<'js>,
    handle: Class<'js, Handle>,
    input: Value<'js>,
    at: usize,
    last: bool,
) -> Result<Value<'js>> {
    let codec = &mut handle.borrow_mut().0;
    let mut output = Vec::new();
    let step = raw::with_bytes(&input, |bytes| {
        codec.step(bytes.get(at..).unwrap_or_default(), last, &mut output)
    });
    // A detached buffer holds nothing.
    let step = step.unwrap_or_else(|| codec.step(&[], last, &mut output));
    let step = step.map_err(|text| Exception::throw_type(&ctx, text))?;
    let result = Array::new(ctx.clone())?;
    result.set(0, TypedArray::<u8>::new(ctx.clone(), output)?)?;
    result.set(1, step.read)?;
    result.set(2, step.more)?;
    result.into_js(&ctx)
}
