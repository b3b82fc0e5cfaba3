//! Strings, buffers and views: what they hold, and new ones.

#![allow(unsafe_code, reason = "each block says why it is sound")]
#![allow(clippy::cast_possible_truncation, reason = "a `size_t` is a `usize`, whatever its alias")]

use std::{slice, str};

use isolet_wire::{Text, ViewKind, Writer};
use rquickjs::{Ctx, Error, Result, Value, qjs};

use super::values::owned;

/// Calls `then` with the text of a string as UTF-8, or with `None` if it holds a lone
/// surrogate.
pub(in crate::value) fn with_utf8<'js, R>(
    ctx: &Ctx<'js>,
    string: &Value<'js>,
    then: impl FnOnce(Option<&str>) -> R,
) -> Result<R> {
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: context and string are live. The text belongs to the engine and is freed after
    // its last use, which cannot run JavaScript.
    unsafe {
        let mut len = 0;
        let text = qjs::JS_ToCStringLen2(raw, &raw mut len, string.as_raw(), false);
        if text.is_null() {
            return Err(Error::Exception);
        }
        let utf8 = str::from_utf8(slice::from_raw_parts(text.cast(), len as usize));
        let result = then(utf8.ok());
        qjs::JS_FreeCString(raw, text);
        Ok(result)
    }
}

/// Returns the text of a string, with U+FFFD for each lone surrogate.
pub(in crate::value) fn lossy<'js>(ctx: &Ctx<'js>, string: &Value<'js>) -> Result<String> {
    let text = with_utf8(ctx, string, |text| text.map(str::to_owned))?;
    match text {
        Some(text) => Ok(text),
        None => with_utf16(ctx, string, String::from_utf16_lossy),
    }
}

pub(in crate::value) fn write_string<'js>(
    ctx: &Ctx<'js>,
    string: &Value<'js>,
    writer: &mut Writer,
) -> Result<()> {
    let written = with_utf8(ctx, string, |text| text.map(|text| writer.string(text)))?;
    match written {
        Some(()) => Ok(()),
        None => write_utf16(ctx, string, writer),
    }
}

pub(super) fn write_utf16<'js>(
    ctx: &Ctx<'js>,
    string: &Value<'js>,
    writer: &mut Writer,
) -> Result<()> {
    with_utf16(ctx, string, |units| writer.string_utf16(units))
}

fn with_utf16<'js, R>(
    ctx: &Ctx<'js>,
    string: &Value<'js>,
    then: impl FnOnce(&[u16]) -> R,
) -> Result<R> {
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: as in `with_utf8`; the engine aligns the units.
    unsafe {
        let mut len = 0;
        let units = qjs::JS_ToCStringLenUTF16(raw, &raw mut len, string.as_raw());
        if units.is_null() {
            return Err(Error::Exception);
        }
        let result = then(slice::from_raw_parts(units, len as usize));
        qjs::JS_FreeCStringUTF16(raw, units);
        Ok(result)
    }
}

/// Calls `then` with the bytes of an `ArrayBuffer`, or with `None` if it is detached.
pub(in crate::value) fn with_buffer<'js, R>(
    ctx: &Ctx<'js>,
    buffer: &Value<'js>,
    then: impl FnOnce(Option<&[u8]>) -> R,
) -> R {
    // SAFETY: context and buffer are live. The bytes stay where they are until JavaScript runs,
    // which `then` has no way to do before it returns. A null pointer without an exception is
    // an empty buffer.
    unsafe {
        let mut len = 0;
        let raw = ctx.as_raw().as_ptr();
        let data = qjs::JS_GetArrayBuffer(raw, &raw mut len, buffer.as_raw());
        if !data.is_null() {
            return then(Some(slice::from_raw_parts(data, len as usize)));
        }
        let detached = qjs::JS_HasException(raw);
        if detached {
            drop(ctx.catch());
            then(None)
        } else {
            then(Some(&[]))
        }
    }
}

/// Returns the class of a typed array, or `None` for any other value.
pub(in crate::value) fn view_kind(value: &Value<'_>) -> Option<ViewKind> {
    // SAFETY: reads a live value of any type.
    let kind = unsafe { qjs::JS_GetTypedArrayType(value.as_raw()) };
    usize::try_from(kind).ok().and_then(|kind| VIEW_KINDS.get(kind)).copied()
}

/// The classes of typed arrays, in the order of the engine.
const VIEW_KINDS: [ViewKind; 12] = [
    ViewKind::Uint8Clamped,
    ViewKind::Int8,
    ViewKind::Uint8,
    ViewKind::Int16,
    ViewKind::Uint16,
    ViewKind::Int32,
    ViewKind::Uint32,
    ViewKind::BigInt64,
    ViewKind::BigUint64,
    ViewKind::Float16,
    ViewKind::Float32,
    ViewKind::Float64,
];

pub(in crate::value) fn new_view<'js>(
    ctx: &Ctx<'js>,
    kind: ViewKind,
    buffer: &Value<'js>,
    byte_offset: usize,
    length: usize,
) -> Result<Value<'js>> {
    let kind = VIEW_KINDS.iter().position(|&other| other == kind).unwrap_or_default();
    let kind = qjs::JSTypedArrayEnum::try_from(kind).unwrap_or_default();
    let number = |number: usize| {
        #[allow(clippy::cast_precision_loss, reason = "a buffer is shorter than 2^53 bytes")]
        qjs::JS_NewFloat64(number as f64)
    };
    let mut arguments = [buffer.as_raw(), number(byte_offset), number(length)];
    // SAFETY: the context is live. The engine only borrows the arguments. The buffer is live,
    // and the others are not reference-counted.
    let view =
        unsafe { qjs::JS_NewTypedArray(ctx.as_raw().as_ptr(), 3, arguments.as_mut_ptr(), kind) };
    owned(ctx, view)
}

pub(in crate::value) fn new_buffer<'js>(ctx: &Ctx<'js>, bytes: &[u8]) -> Result<Value<'js>> {
    // SAFETY: the context is live, and the engine copies the bytes.
    let buffer = unsafe {
        qjs::JS_NewArrayBufferCopy(ctx.as_raw().as_ptr(), bytes.as_ptr(), bytes.len() as _)
    };
    owned(ctx, buffer)
}

pub(in crate::value) fn new_string<'js>(ctx: &Ctx<'js>, text: Text<'_>) -> Result<Value<'js>> {
    let raw = ctx.as_raw().as_ptr();
    let string = match text {
        // SAFETY: the context is live, and the engine copies the text.
        Text::Utf8(text) => unsafe {
            qjs::JS_NewStringLen(raw, text.as_ptr().cast(), text.len() as _)
        },
        Text::Utf16(units) => {
            let units: Vec<u16> = units.iter().collect();
            // SAFETY: as above.
            unsafe { qjs::JS_NewStringUTF16(raw, units.as_ptr(), units.len() as _) }
        }
    };
    owned(ctx, string)
}
