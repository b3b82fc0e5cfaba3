//! Values of the engine: their types, and objects without properties.

#![allow(unsafe_code, reason = "each block says why it is sound")]

use std::ptr;
use std::rc::Rc;

use rquickjs::{Ctx, Error, Object, Result, Value, qjs};

use crate::attached;
use crate::value::codec::Codec;

/// The type of a value, with the primitives told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::value) enum Kind {
    Undefined,
    Null,
    Boolean,
    Int,
    Float,
    String,
    BigInt,
    Symbol,
    Object,
}

pub(in crate::value) fn kind(value: &Value<'_>) -> Kind {
    // SAFETY: reads the tag of a live value.
    match unsafe { qjs::JS_VALUE_GET_NORM_TAG(value.as_raw()) } {
        qjs::JS_TAG_INT => Kind::Int,
        qjs::JS_TAG_FLOAT64 => Kind::Float,
        qjs::JS_TAG_BOOL => Kind::Boolean,
        qjs::JS_TAG_NULL => Kind::Null,
        qjs::JS_TAG_STRING | qjs::JS_TAG_STRING_ROPE => Kind::String,
        qjs::JS_TAG_BIG_INT | qjs::JS_TAG_SHORT_BIG_INT => Kind::BigInt,
        qjs::JS_TAG_SYMBOL => Kind::Symbol,
        qjs::JS_TAG_OBJECT => Kind::Object,
        _ => Kind::Undefined,
    }
}

/// Returns the codec that is attached to the context, if there is one.
pub(in crate::value) fn attached_codec<'js>(ctx: &Ctx<'js>) -> Option<&'js Codec<'js>> {
    let codec = attached::of(ctx)?.codec.get().cast::<Codec<'js>>();
    // SAFETY: the pointer is null, or that of `attach_codec` for the same context.
    unsafe { codec.as_ref() }
}

/// Attaches a codec to the context, whose user data has a reference to it that is never given up
/// while the context is in use.
pub(in crate::value) fn attach_codec<'js>(
    ctx: &Ctx<'js>,
    codec: &Rc<Codec<'js>>,
) -> &'js Codec<'js> {
    // SAFETY: see above.
    let codec = unsafe { &*Rc::as_ptr(codec) };
    if let Some(attached) = attached::of(ctx) {
        attached.codec.set(ptr::from_ref(codec).cast());
    }
    codec
}

/// Returns the engine's class id of an object, or 0 for any other value.
pub(in crate::value) fn class(value: &Value<'_>) -> u32 {
    // SAFETY: reads a live value of any type.
    unsafe { qjs::JS_GetClassID(value.as_raw()) }
}

/// Returns the address of an object, which identifies it as long as someone holds it.
pub(in crate::value) fn address(value: &Value<'_>) -> usize {
    // SAFETY: reads the bits of a live value; the pointer is never followed.
    unsafe { qjs::JS_VALUE_GET_PTR(value.as_raw()) }.addr()
}

/// Returns the prototype, or what a proxy says it is.
pub(in crate::value) fn prototype<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<Value<'js>> {
    // SAFETY: context and value are live.
    let prototype = unsafe { qjs::JS_GetPrototype(ctx.as_raw().as_ptr(), value.as_raw()) };
    owned(ctx, prototype)
}

pub(in crate::value) fn new_date<'js>(ctx: &Ctx<'js>, milliseconds: f64) -> Result<Value<'js>> {
    // SAFETY: the context is live.
    owned(ctx, unsafe { qjs::JS_NewDate(ctx.as_raw().as_ptr(), milliseconds) })
}

pub(in crate::value) fn new_object<'js>(ctx: &Ctx<'js>) -> Result<Value<'js>> {
    // SAFETY: the context is live.
    owned(ctx, unsafe { qjs::JS_NewObject(ctx.as_raw().as_ptr()) })
}

/// Creates an object of the engine's class for errors.
pub(in crate::value) fn new_error<'js>(
    ctx: &Ctx<'js>,
    class: u32,
    prototype: &Object<'js>,
) -> Result<Value<'js>> {
    // SAFETY: context and prototype are live. The class is that of an error which the engine
    // made. The only state of such an object is its stack, which begins as undefined.
    let error = unsafe {
        qjs::JS_NewObjectProtoClass(ctx.as_raw().as_ptr(), prototype.as_value().as_raw(), class)
    };
    owned(ctx, error)
}

pub(in crate::value) fn new_array<'js>(ctx: &Ctx<'js>, length: u32) -> Result<Value<'js>> {
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: the context is live, and so is the new array. Its length is an
    // own property, so no setter runs.
    unsafe {
        let array = owned(ctx, qjs::JS_NewArray(raw))?;
        if length > 0 && qjs::JS_SetLength(raw, array.as_raw(), length.into()) < 0 {
            return Err(Error::Exception);
        }
        Ok(array)
    }
}

/// Gives up the reference that a value holds, for the engine to take over.
#[allow(clippy::needless_pass_by_value, reason = "it is given up")]
pub(super) fn into_raw(value: Value<'_>) -> qjs::JSValue {
    let raw = value.as_raw();
    // SAFETY: the count goes up by the reference that dropping the value gives
    // back, so exactly one is left for the caller.
    unsafe { qjs::JS_DupValue(value.ctx().as_raw().as_ptr(), raw) }
}

/// Wraps a value that the engine has just made. Errors if it is an exception.
pub(super) fn owned<'js>(ctx: &Ctx<'js>, value: qjs::JSValue) -> Result<Value<'js>> {
    // SAFETY: the callers hand over a value of this context together with its reference. An
    // exception is a tag without a reference.
    unsafe {
        if qjs::JS_IsException(value) {
            return Err(Error::Exception);
        }
        Ok(Value::from_raw(ctx.clone(), value))
    }
}
