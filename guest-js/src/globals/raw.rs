//! The parts of the engine that the globals need and the crate does not provide: looking at
//! objects without running their code, the bytes of buffers, and scripts without their source.

#![allow(unsafe_code, reason = "each block says why it is sound")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::unnecessary_cast,
    reason = "the engine counts bytes in an integer as wide as a pointer"
)]

use std::ffi::CString;
use std::ptr;

use rquickjs::{Ctx, Error, Object, Result, Value, qjs};

/// An own property, as it is declared.
pub enum Property<'js> {
    Data { value: Value<'js>, enumerable: bool },
    Accessor { getter: bool, setter: bool, enumerable: bool },
}

impl Property<'_> {
    pub fn is_enumerable(&self) -> bool {
        match self {
            Self::Data { enumerable, .. } | Self::Accessor { enumerable, .. } => *enumerable,
        }
    }
}

/// Returns an own property without calling its getter. Not for proxies.
pub fn own_property<'js>(object: &Object<'js>, key: &Value<'js>) -> Result<Option<Property<'js>>> {
    let ctx = object.ctx();
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: the values are live. The atom is freed. The descriptor owns the values that it
    // holds, and hands them over to values that free them.
    unsafe {
        let atom = qjs::JS_ValueToAtom(raw, key.as_raw());
        if atom == qjs::JS_ATOM_NULL {
            return Err(Error::Exception);
        }
        let mut descriptor = qjs::JSPropertyDescriptor {
            flags: 0,
            value: qjs::JS_UNDEFINED,
            getter: qjs::JS_UNDEFINED,
            setter: qjs::JS_UNDEFINED,
        };
        let found = qjs::JS_GetOwnProperty(raw, &raw mut descriptor, object.as_raw(), atom);
        qjs::JS_FreeAtom(raw, atom);
        if found < 0 {
            return Err(Error::Exception);
        }
        if found == 0 {
            return Ok(None);
        }
        let flags = descriptor.flags.cast_unsigned();
        let enumerable = flags & qjs::JS_PROP_ENUMERABLE != 0;
        let value = Value::from_raw(ctx.clone(), descriptor.value);
        let getter = Value::from_raw(ctx.clone(), descriptor.getter);
        let setter = Value::from_raw(ctx.clone(), descriptor.setter);
        if flags & qjs::JS_PROP_GETSET != 0 {
            let (getter, setter) = (!getter.is_undefined(), !setter.is_undefined());
            return Ok(Some(Property::Accessor { getter, setter, enumerable }));
        }
        Ok(Some(Property::Data { value, enumerable }))
    }
}

/// Returns the enumerable own keys: strings, then symbols. Not for proxies.
pub fn own_keys<'js>(object: &Object<'js>) -> Result<Vec<Value<'js>>> {
    let ctx = object.ctx();
    let raw = ctx.as_raw().as_ptr();
    let mut table = ptr::null_mut();
    let mut len = 0;
    let mask = qjs::JS_GPN_STRING_MASK | qjs::JS_GPN_SYMBOL_MASK | qjs::JS_GPN_ENUM_ONLY;
    // SAFETY: the engine owns the table until it is freed. The table has `len` items.
    unsafe {
        let status = qjs::JS_GetOwnPropertyNames(
            raw,
            &raw mut table,
            &raw mut len,
            object.as_raw(),
            mask.cast_signed(),
        );
        if status < 0 {
            return Err(Error::Exception);
        }
        let mut keys = Vec::with_capacity(len as usize);
        for index in 0..len as usize {
            let atom = (*table.add(index)).atom;
            keys.push(Value::from_raw(ctx.clone(), qjs::JS_AtomToValue(raw, atom)));
        }
        qjs::JS_FreePropertyEnum(raw, table, len);
        Ok(keys)
    }
}

/// Returns the engine's name for the class of an object, whatever the object says.
pub fn class_name(object: &Object<'_>) -> String {
    let raw = object.ctx().as_raw().as_ptr();
    // SAFETY: the object is live; the atom and its text are freed.
    unsafe {
        let class = qjs::JS_GetClassID(object.as_raw());
        let atom = qjs::JS_GetClassName(qjs::JS_GetRuntime(raw), class);
        let mut len = 0;
        let chars = qjs::JS_AtomToCStringLen(raw, &raw mut len, atom);
        qjs::JS_FreeAtom(raw, atom);
        if chars.is_null() {
            return String::new();
        }
        let bytes = std::slice::from_raw_parts(chars.cast::<u8>(), len as usize);
        let name = String::from_utf8_lossy(bytes).into_owned();
        qjs::JS_FreeCString(raw, chars);
        name
    }
}

/// Returns the target of a proxy, or `None` if the proxy was revoked.
pub fn proxy_target<'js>(proxy: &Object<'js>) -> Option<Object<'js>> {
    let ctx = proxy.ctx();
    // SAFETY: the proxy is live, and the returned target is an owned reference.
    let target = unsafe {
        let target = qjs::JS_GetProxyTarget(ctx.as_raw().as_ptr(), proxy.as_raw());
        if qjs::JS_IsException(target) {
            ctx.catch();
            return None;
        }
        Value::from_raw(ctx.clone(), target)
    };
    target.into_object()
}

/// Returns the handler of a proxy, or `None` if the proxy was revoked.
pub fn proxy_handler<'js>(proxy: &Object<'js>) -> Option<Object<'js>> {
    let ctx = proxy.ctx();
    // SAFETY: the proxy is live, and the returned handler is an owned reference.
    let handler = unsafe {
        let handler = qjs::JS_GetProxyHandler(ctx.as_raw().as_ptr(), proxy.as_raw());
        if qjs::JS_IsException(handler) {
            ctx.catch();
            return None;
        }
        Value::from_raw(ctx.clone(), handler)
    };
    handler.into_object()
}

/// Returns what a settled promise holds.
pub fn promise_result<'js>(promise: &Value<'js>) -> Value<'js> {
    let ctx = promise.ctx();
    // SAFETY: the promise is live, and the result is an owned reference.
    unsafe {
        let result = qjs::JS_PromiseResult(ctx.as_raw().as_ptr(), promise.as_raw());
        Value::from_raw(ctx.clone(), result)
    }
}

/// Returns `String(value)` with lone surrogates replaced. Runs no code for a primitive.
pub fn text(value: &Value<'_>) -> Result<String> {
    let raw = value.ctx().as_raw().as_ptr();
    let mut len = 0;
    // SAFETY: the engine owns the characters until they are freed.
    let mut bytes = unsafe {
        let chars = qjs::JS_ToCStringLen(raw, &raw mut len, value.as_raw());
        if chars.is_null() {
            return Err(Error::Exception);
        }
        let bytes = std::slice::from_raw_parts(chars.cast::<u8>(), len as usize).to_vec();
        qjs::JS_FreeCString(raw, chars);
        bytes
    };
    if std::str::from_utf8(&bytes).is_err() {
        // The engine writes a surrogate as if it were a character. The replacement character
        // has the same length.
        let mut at = 0;
        while at + 2 < bytes.len() {
            if bytes[at] == 0xED && bytes[at + 1] >= 0xA0 {
                bytes[at..at + 3].copy_from_slice("\u{FFFD}".as_bytes());
                at += 3;
            } else {
                at += 1;
            }
        }
    }
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Returns the UTF-16 code units of `String(value)`. Runs no code for a primitive.
pub fn units(value: &Value<'_>) -> Result<Vec<u16>> {
    let raw = value.ctx().as_raw().as_ptr();
    let mut len = 0;
    // SAFETY: the engine owns the units until they are freed.
    unsafe {
        let units = qjs::JS_ToCStringLenUTF16(raw, &raw mut len, value.as_raw());
        if units.is_null() {
            return Err(Error::Exception);
        }
        let copy = std::slice::from_raw_parts(units, len as usize).to_vec();
        qjs::JS_FreeCStringUTF16(raw, units);
        Ok(copy)
    }
}

/// Creates a string of UTF-16 code units, which may hold lone surrogates.
pub fn from_units<'js>(ctx: &Ctx<'js>, units: &[u16]) -> Result<Value<'js>> {
    // SAFETY: the engine copies the units. The result is checked before it is used, and the
    // value made of it owns it.
    unsafe {
        let text = qjs::JS_NewStringUTF16(ctx.as_raw().as_ptr(), units.as_ptr(), units.len() as _);
        if qjs::JS_IsException(text) {
            return Err(Error::Exception);
        }
        Ok(Value::from_raw(ctx.clone(), text))
    }
}

/// Returns `Number(value)`. Runs no code for a primitive.
pub fn number(value: &Value<'_>) -> Result<f64> {
    let mut number = 0.0;
    // SAFETY: the value is live.
    let status = unsafe {
        let ctx = value.ctx().as_raw().as_ptr();
        qjs::JS_ToFloat64(ctx, &raw mut number, value.as_raw())
    };
    if status < 0 { Err(Error::Exception) } else { Ok(number) }
}

/// Calls `read` with the bytes of an `ArrayBuffer` or of a typed array. `None` for any other
/// value, for a detached buffer and for a view that is out of bounds.
///
/// `read` must not run JavaScript, which could detach or resize the buffer.
pub fn with_bytes<R>(value: &Value<'_>, read: impl FnOnce(&mut [u8]) -> R) -> Option<R> {
    let ctx = value.ctx();
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: offset and length are the engine's own for a live buffer and are checked once
    // more against its size. Nothing else touches the buffer during the call.
    unsafe {
        let mut size = 0;
        if qjs::JS_IsArrayBuffer(value.as_raw()) {
            let data = qjs::JS_GetArrayBuffer(raw, &raw mut size, value.as_raw());
            if data.is_null() {
                ctx.catch();
                return None;
            }
            return Some(read(std::slice::from_raw_parts_mut(data, size as usize)));
        }
        if qjs::JS_GetTypedArrayType(value.as_raw()) < 0 {
            return None;
        }
        let (mut offset, mut len, mut unit) = (0, 0, 0);
        let buffer = qjs::JS_GetTypedArrayBuffer(
            raw,
            value.as_raw(),
            &raw mut offset,
            &raw mut len,
            &raw mut unit,
        );
        if qjs::JS_IsException(buffer) {
            ctx.catch();
            return None;
        }
        let buffer = Value::from_raw(ctx.clone(), buffer);
        let data = qjs::JS_GetArrayBuffer(raw, &raw mut size, buffer.as_raw());
        if data.is_null() || (offset as usize).checked_add(len as usize)? > size as usize {
            ctx.catch();
            return None;
        }
        Some(read(std::slice::from_raw_parts_mut(data.add(offset as usize), len as usize)))
    }
}

#[cfg(target_arch = "wasm32")]
unsafe extern "C" {
    fn JS_GetStringUTF8Size(value: qjs::JSValueConst) -> u64;
}

/// Returns the number of bytes that a string has as UTF-8, or 0 for any other value.
#[cfg(target_arch = "wasm32")]
pub fn utf8_size(value: &Value<'_>) -> u64 {
    // SAFETY: reads a live value of any type.
    unsafe { JS_GetStringUTF8Size(value.as_raw()) }
}

/// The same for the crate's unpatched engine.
#[cfg(not(target_arch = "wasm32"))]
pub fn utf8_size(value: &Value<'_>) -> u64 {
    text(value).map_or(0, |text| text.len() as u64)
}

/// Returns true if the value is an `ArrayBuffer` or a typed array, detached or not.
pub fn is_buffer(value: &Value<'_>) -> bool {
    // SAFETY: the value is live.
    unsafe {
        qjs::JS_IsArrayBuffer(value.as_raw()) || qjs::JS_GetTypedArrayType(value.as_raw()) >= 0
    }
}

/// Returns true if writing to the buffer, or to the buffer behind the view, is refused.
pub fn is_immutable(value: &Value<'_>) -> bool {
    let ctx = value.ctx();
    // SAFETY: the value is live, and so is the buffer while it is queried.
    unsafe {
        if qjs::JS_IsArrayBuffer(value.as_raw()) {
            return qjs::JS_IsImmutableArrayBuffer(value.as_raw()) > 0;
        }
        let none = ptr::null_mut();
        let raw = ctx.as_raw().as_ptr();
        let buffer = qjs::JS_GetTypedArrayBuffer(raw, value.as_raw(), none, none, none);
        if qjs::JS_IsException(buffer) {
            ctx.catch();
            return false;
        }
        let buffer = Value::from_raw(ctx.clone(), buffer);
        qjs::JS_IsImmutableArrayBuffer(buffer.as_raw()) > 0
    }
}

pub fn detach(buffer: &Value<'_>) {
    // SAFETY: the value is live, and the call ignores a value that is not a buffer.
    unsafe { qjs::JS_DetachArrayBuffer(buffer.ctx().as_raw().as_ptr(), buffer.as_raw()) }
}

/// Compiles a script of the guest to bytecode, without its source, which would be half of what
/// the script takes in every heap.
pub fn compile(ctx: &Ctx<'_>, name: &str, source: &str) -> Result<Vec<u8>> {
    let raw = ctx.as_raw().as_ptr();
    let len = source.len();
    let (name, source) = (CString::new(name)?, CString::new(source)?);
    let flags =
        qjs::JS_EVAL_TYPE_GLOBAL | qjs::JS_EVAL_FLAG_STRICT | qjs::JS_EVAL_FLAG_COMPILE_ONLY;
    let strip = qjs::JS_WRITE_OBJ_BYTECODE | qjs::JS_WRITE_OBJ_STRIP_SOURCE;
    // SAFETY: the texts end with a NUL. A value owns what was compiled and frees it. The
    // engine's buffer is as long as it says, and is freed.
    unsafe {
        let compiled =
            qjs::JS_Eval(raw, source.as_ptr(), len as _, name.as_ptr(), flags.cast_signed());
        if qjs::JS_IsException(compiled) {
            return Err(Error::Exception);
        }
        let compiled = Value::from_raw(ctx.clone(), compiled);
        let mut size = 0;
        let bytes = qjs::JS_WriteObject(raw, &raw mut size, compiled.as_raw(), strip.cast_signed());
        if bytes.is_null() {
            return Err(Error::Exception);
        }
        let bytecode = std::slice::from_raw_parts(bytes, size as usize).to_vec();
        qjs::js_free(raw, bytes.cast());
        Ok(bytecode)
    }
}

/// Evaluates a script that [`compile`] has compiled.
pub fn evaluate<'js>(ctx: &Ctx<'js>, bytecode: &[u8]) -> Result<Value<'js>> {
    let raw = ctx.as_raw().as_ptr();
    let flags = qjs::JS_READ_OBJ_BYTECODE.cast_signed();
    // SAFETY: the same engine wrote the bytecode when the host was built, and no worker can
    // reach it. Evaluating consumes the function.
    unsafe {
        let function = qjs::JS_ReadObject(raw, bytecode.as_ptr(), bytecode.len() as _, flags);
        if qjs::JS_IsException(function) {
            return Err(Error::Exception);
        }
        let value = qjs::JS_EvalFunction(raw, function);
        if qjs::JS_IsException(value) {
            return Err(Error::Exception);
        }
        Ok(Value::from_raw(ctx.clone(), value))
    }
}
