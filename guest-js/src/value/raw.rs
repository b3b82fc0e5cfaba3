//! The parts of the engine that the codec needs and `rquickjs` does not provide. This is the only
//! unsafe code of this folder.

#![allow(unsafe_code, reason = "each block says why it is sound")]
#![allow(clippy::cast_possible_truncation, reason = "a `size_t` is a `usize`, whatever its alias")]

use std::rc::Rc;
use std::{ptr, slice, str};

use isolet_wire::{Text, ViewKind, Writer};
use rquickjs::{Ctx, Error, Object, Result, Value, qjs};

use super::codec::Codec;
use crate::attached;

/// The type of a value, with the primitives told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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

pub(super) fn kind(value: &Value<'_>) -> Kind {
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
pub(super) fn attached_codec<'js>(ctx: &Ctx<'js>) -> Option<&'js Codec<'js>> {
    let codec = attached::of(ctx)?.codec.get().cast::<Codec<'js>>();
    // SAFETY: the pointer is null, or that of `attach_codec` for the same context.
    unsafe { codec.as_ref() }
}

/// Attaches a codec to the context, whose user data has a reference to it that is never given up
/// while the context is in use.
pub(super) fn attach_codec<'js>(ctx: &Ctx<'js>, codec: &Rc<Codec<'js>>) -> &'js Codec<'js> {
    // SAFETY: see above.
    let codec = unsafe { &*Rc::as_ptr(codec) };
    if let Some(attached) = attached::of(ctx) {
        attached.codec.set(ptr::from_ref(codec).cast());
    }
    codec
}

/// Returns the engine's class id of an object, or 0 for any other value.
pub(super) fn class(value: &Value<'_>) -> u32 {
    // SAFETY: reads a live value of any type.
    unsafe { qjs::JS_GetClassID(value.as_raw()) }
}

/// Returns the address of an object, which identifies it as long as someone holds it.
pub(super) fn address(value: &Value<'_>) -> usize {
    // SAFETY: reads the bits of a live value; the pointer is never followed.
    unsafe { qjs::JS_VALUE_GET_PTR(value.as_raw()) }.addr()
}

/// Returns the prototype, or what a proxy says it is.
pub(super) fn prototype<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<Value<'js>> {
    // SAFETY: context and value are live.
    let prototype = unsafe { qjs::JS_GetPrototype(ctx.as_raw().as_ptr(), value.as_raw()) };
    owned(ctx, prototype)
}

/// The own property keys of an object, freed when dropped.
pub(super) struct Keys<'js> {
    ctx: Ctx<'js>,
    table: *mut qjs::JSPropertyEnum,
    len: u32,
}

impl<'js> Keys<'js> {
    /// Returns the enumerable string keys, in the order of the language.
    pub(super) fn of(ctx: &Ctx<'js>, object: &Value<'js>) -> Result<Self> {
        let (mut table, mut len) = (ptr::null_mut(), 0);
        let flags = (qjs::JS_GPN_STRING_MASK | qjs::JS_GPN_ENUM_ONLY).cast_signed();
        // SAFETY: context and object are live. The engine writes the table and its length,
        // which `Drop` gives back to it.
        let status = unsafe {
            qjs::JS_GetOwnPropertyNames(
                ctx.as_raw().as_ptr(),
                &raw mut table,
                &raw mut len,
                object.as_raw(),
                flags,
            )
        };
        if status < 0 {
            return Err(Error::Exception);
        }
        Ok(Self { ctx: ctx.clone(), table, len })
    }

    /// Returns an empty list of keys.
    pub(super) fn none(ctx: &Ctx<'js>) -> Self {
        Self { ctx: ctx.clone(), table: ptr::null_mut(), len: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    /// Returns true if the keys are the indices below `length` and nothing else.
    pub(super) fn are_indices(&self, length: u32) -> bool {
        if self.len != length {
            return false;
        }
        // Indices come first and ascend, so the last key is enough.
        let Some(last) = length.checked_sub(1) else { return true };
        let ctx = self.ctx.as_raw().as_ptr();
        // SAFETY: the context is live, and the atom is freed.
        unsafe {
            let atom = qjs::JS_NewAtomUInt32(ctx, last);
            qjs::JS_FreeAtom(ctx, atom);
            self.atom(last as usize) == Some(atom)
        }
    }

    fn atom(&self, index: usize) -> Option<qjs::JSAtom> {
        if self.table.is_null() || index >= self.len() {
            return None;
        }
        // SAFETY: the engine filled in `len` entries, and none was freed.
        Some(unsafe { (*self.table.add(index)).atom })
    }

    /// Returns the own property of that key, calling its getter. `None` if the property is
    /// gone.
    pub(super) fn get(&self, object: &Value<'js>, index: usize) -> Result<Option<Value<'js>>> {
        self.atom(index).map_or(Ok(None), |atom| own(&self.ctx, object, atom))
    }

    /// Writes a key, unless `skip` returns true. Returns true if it was written.
    pub(super) fn write(
        &self,
        index: usize,
        writer: &mut Writer,
        skip: impl FnOnce(&str) -> bool,
    ) -> Result<bool> {
        let Some(atom) = self.atom(index) else { return Ok(false) };
        let ctx = self.ctx.as_raw().as_ptr();
        // SAFETY: context and atom are live. The text belongs to the engine and is freed below,
        // after its last use.
        unsafe {
            let mut len = 0;
            let text = qjs::JS_AtomToCStringLen(ctx, &raw mut len, atom);
            if text.is_null() {
                return Err(Error::Exception);
            }
            let utf8 = str::from_utf8(slice::from_raw_parts(text.cast(), len as usize));
            let written = match utf8 {
                Ok(text) if skip(text) => Some(false),
                Ok(text) => {
                    writer.string(text);
                    Some(true)
                }
                Err(_) => None,
            };
            qjs::JS_FreeCString(ctx, text);
            if let Some(written) = written {
                return Ok(written);
            }
            let string = owned(&self.ctx, qjs::JS_AtomToString(ctx, atom))?;
            write_utf16(&self.ctx, &string, writer)?;
            Ok(true)
        }
    }
}

impl Drop for Keys<'_> {
    fn drop(&mut self) {
        // SAFETY: the table came from this context and is freed once.
        unsafe { qjs::JS_FreePropertyEnum(self.ctx.as_raw().as_ptr(), self.table, self.len) }
    }
}

/// Returns an own property by name, enumerable or not, calling its getter.
pub(super) fn own_named<'js>(
    ctx: &Ctx<'js>,
    object: &Value<'js>,
    name: &str,
) -> Result<Option<Value<'js>>> {
    let atom = Atom::new(ctx, Text::Utf8(name))?;
    own(ctx, object, atom.atom)
}

fn own<'js>(ctx: &Ctx<'js>, object: &Value<'js>, atom: qjs::JSAtom) -> Result<Option<Value<'js>>> {
    let raw = ctx.as_raw().as_ptr();
    let mut property = qjs::JSPropertyDescriptor {
        flags: 0,
        value: qjs::JS_UNDEFINED,
        getter: qjs::JS_UNDEFINED,
        setter: qjs::JS_UNDEFINED,
    };
    // SAFETY: context, object and atom are live. A result of 1 means that the
    // descriptor was written and its three values are ours to free.
    unsafe {
        match qjs::JS_GetOwnProperty(raw, &raw mut property, object.as_raw(), atom) {
            0 => return Ok(None),
            1 => {}
            _ => return Err(Error::Exception),
        }
        let value = Value::from_raw(ctx.clone(), property.value);
        if qjs::JS_IsUndefined(property.getter) && qjs::JS_IsUndefined(property.setter) {
            return Ok(Some(value));
        }
        let getter = Value::from_raw(ctx.clone(), property.getter);
        drop(Value::from_raw(ctx.clone(), property.setter));
        if !getter.is_function() {
            return Ok(Some(value));
        }
        let got = qjs::JS_Call(raw, getter.as_raw(), object.as_raw(), 0, ptr::null_mut());
        owned(ctx, got).map(Some)
    }
}

/// Returns true if there is an own property of that name. Its getter is not called.
pub(super) fn has_own<'js>(ctx: &Ctx<'js>, object: &Value<'js>, name: &str) -> Result<bool> {
    let atom = Atom::new(ctx, Text::Utf8(name))?;
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: context, object and atom are live; no descriptor is asked for.
    match unsafe { qjs::JS_GetOwnProperty(raw, ptr::null_mut(), object.as_raw(), atom.atom) } {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Error::Exception),
    }
}

/// Returns the own property `Symbol.dispose`, calling its getter.
pub(super) fn own_disposer<'js>(ctx: &Ctx<'js>, object: &Value<'js>) -> Result<Option<Value<'js>>> {
    own(ctx, object, qjs::JS_ATOM_Symbol_dispose as qjs::JSAtom)
}

/// Defines a `Symbol.dispose` that is not enumerable.
pub(super) fn define_disposer<'js>(
    ctx: &Ctx<'js>,
    object: &Value<'js>,
    dispose: Value<'js>,
) -> Result<()> {
    let flags = qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_WRITABLE;
    // SAFETY: as in `define`; a predefined atom lives as long as the engine.
    let status = unsafe {
        qjs::JS_DefinePropertyValue(
            ctx.as_raw().as_ptr(),
            object.as_raw(),
            qjs::JS_ATOM_Symbol_dispose as qjs::JSAtom,
            into_raw(dispose),
            flags.cast_signed(),
        )
    };
    if status < 0 { Err(Error::Exception) } else { Ok(()) }
}

/// Returns the length of an array.
pub(super) fn array_length<'js>(ctx: &Ctx<'js>, array: &Value<'js>) -> Result<u32> {
    let mut length = 0;
    // SAFETY: context and array are live, and the engine writes the length.
    let status =
        unsafe { qjs::JS_GetLength(ctx.as_raw().as_ptr(), array.as_raw(), &raw mut length) };
    if status < 0 {
        return Err(Error::Exception);
    }
    Ok(u32::try_from(length).unwrap_or(u32::MAX))
}

/// Calls `then` with the text of a string as UTF-8, or with `None` if it holds a lone
/// surrogate.
pub(super) fn with_utf8<'js, R>(
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
pub(super) fn lossy<'js>(ctx: &Ctx<'js>, string: &Value<'js>) -> Result<String> {
    let text = with_utf8(ctx, string, |text| text.map(str::to_owned))?;
    match text {
        Some(text) => Ok(text),
        None => with_utf16(ctx, string, String::from_utf16_lossy),
    }
}

pub(super) fn write_string<'js>(
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

fn write_utf16<'js>(ctx: &Ctx<'js>, string: &Value<'js>, writer: &mut Writer) -> Result<()> {
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
pub(super) fn with_buffer<'js, R>(
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
pub(super) fn view_kind(value: &Value<'_>) -> Option<ViewKind> {
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

pub(super) fn new_view<'js>(
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

pub(super) fn new_buffer<'js>(ctx: &Ctx<'js>, bytes: &[u8]) -> Result<Value<'js>> {
    // SAFETY: the context is live, and the engine copies the bytes.
    let buffer = unsafe {
        qjs::JS_NewArrayBufferCopy(ctx.as_raw().as_ptr(), bytes.as_ptr(), bytes.len() as _)
    };
    owned(ctx, buffer)
}

pub(super) fn new_string<'js>(ctx: &Ctx<'js>, text: Text<'_>) -> Result<Value<'js>> {
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

pub(super) fn new_date<'js>(ctx: &Ctx<'js>, milliseconds: f64) -> Result<Value<'js>> {
    // SAFETY: the context is live.
    owned(ctx, unsafe { qjs::JS_NewDate(ctx.as_raw().as_ptr(), milliseconds) })
}

pub(super) fn new_object<'js>(ctx: &Ctx<'js>) -> Result<Value<'js>> {
    // SAFETY: the context is live.
    owned(ctx, unsafe { qjs::JS_NewObject(ctx.as_raw().as_ptr()) })
}

/// Creates an object of the engine's class for errors.
pub(super) fn new_error<'js>(
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

pub(super) fn new_array<'js>(ctx: &Ctx<'js>, length: u32) -> Result<Value<'js>> {
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

/// Defines an item of an array. No setter runs.
pub(super) fn define_item<'js>(
    ctx: &Ctx<'js>,
    array: &Value<'js>,
    index: u32,
    value: Value<'js>,
) -> Result<()> {
    let flags = qjs::JS_PROP_C_W_E.cast_signed();
    // SAFETY: context and array are live. The engine takes over the reference that `into_raw`
    // gives up.
    let status = unsafe {
        qjs::JS_DefinePropertyValueUint32(
            ctx.as_raw().as_ptr(),
            array.as_raw(),
            index,
            into_raw(value),
            flags,
        )
    };
    if status < 0 { Err(Error::Exception) } else { Ok(()) }
}

/// Defines an own property. No setter runs, whatever its name.
pub(super) fn define<'js>(
    ctx: &Ctx<'js>,
    object: &Value<'js>,
    key: Text<'_>,
    value: Value<'js>,
    enumerable: bool,
) -> Result<()> {
    let hidden = qjs::JS_PROP_CONFIGURABLE | qjs::JS_PROP_WRITABLE;
    let flags = if enumerable { qjs::JS_PROP_C_W_E } else { hidden };
    let atom = Atom::new(ctx, key)?;
    // SAFETY: as in `define_item`; the atom is live until the end.
    let status = unsafe {
        qjs::JS_DefinePropertyValue(
            ctx.as_raw().as_ptr(),
            object.as_raw(),
            atom.atom,
            into_raw(value),
            flags.cast_signed(),
        )
    };
    if status < 0 { Err(Error::Exception) } else { Ok(()) }
}

/// A property key of the engine, freed when dropped.
struct Atom<'a, 'js> {
    ctx: &'a Ctx<'js>,
    atom: qjs::JSAtom,
}

impl<'a, 'js> Atom<'a, 'js> {
    fn new(ctx: &'a Ctx<'js>, key: Text<'_>) -> Result<Self> {
        let raw = ctx.as_raw().as_ptr();
        let atom = match key {
            // SAFETY: the context is live, and the engine copies the text.
            Text::Utf8(key) => unsafe {
                qjs::JS_NewAtomLen(raw, key.as_ptr().cast(), key.len() as _)
            },
            Text::Utf16(_) => {
                let string = new_string(ctx, key)?;
                // SAFETY: context and string are live.
                unsafe { qjs::JS_ValueToAtom(raw, string.as_raw()) }
            }
        };
        if atom == qjs::JS_ATOM_NULL { Err(Error::Exception) } else { Ok(Self { ctx, atom }) }
    }
}

impl Drop for Atom<'_, '_> {
    fn drop(&mut self) {
        // SAFETY: the atom came from this context and is freed once.
        unsafe { qjs::JS_FreeAtom(self.ctx.as_raw().as_ptr(), self.atom) }
    }
}

/// Gives up the reference that a value holds, for the engine to take over.
#[allow(clippy::needless_pass_by_value, reason = "it is given up")]
fn into_raw(value: Value<'_>) -> qjs::JSValue {
    let raw = value.as_raw();
    // SAFETY: the count goes up by the reference that dropping the value gives
    // back, so exactly one is left for the caller.
    unsafe { qjs::JS_DupValue(value.ctx().as_raw().as_ptr(), raw) }
}

/// Wraps a value that the engine has just made. Errors if it is an exception.
fn owned<'js>(ctx: &Ctx<'js>, value: qjs::JSValue) -> Result<Value<'js>> {
    // SAFETY: the callers hand over a value of this context together with its reference. An
    // exception is a tag without a reference.
    unsafe {
        if qjs::JS_IsException(value) {
            return Err(Error::Exception);
        }
        Ok(Value::from_raw(ctx.clone(), value))
    }
}
