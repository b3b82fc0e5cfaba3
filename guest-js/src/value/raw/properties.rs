//! Own properties of objects: their keys, reading and defining them. No prototype is asked.

#![allow(unsafe_code, reason = "each block says why it is sound")]
#![allow(clippy::cast_possible_truncation, reason = "a `size_t` is a `usize`, whatever its alias")]

use std::{ptr, slice, str};

use isolet_wire::{Text, Writer};
use rquickjs::{Ctx, Error, Result, Value, qjs};

use super::contents::{new_string, write_utf16};
use super::values::{into_raw, owned};

/// The own property keys of an object, freed when dropped.
pub(in crate::value) struct Keys<'js> {
    ctx: Ctx<'js>,
    table: *mut qjs::JSPropertyEnum,
    len: u32,
}

impl<'js> Keys<'js> {
    /// Returns the enumerable string keys, in the order of the language.
    pub(in crate::value) fn of(ctx: &Ctx<'js>, object: &Value<'js>) -> Result<Self> {
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
    pub(in crate::value) fn none(ctx: &Ctx<'js>) -> Self {
        Self { ctx: ctx.clone(), table: ptr::null_mut(), len: 0 }
    }

    pub(in crate::value) fn len(&self) -> usize {
        self.len as usize
    }

    /// Returns true if the keys are the indices below `length` and nothing else.
    pub(in crate::value) fn are_indices(&self, length: u32) -> bool {
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
    pub(in crate::value) fn get(
        &self,
        object: &Value<'js>,
        index: usize,
    ) -> Result<Option<Value<'js>>> {
        self.atom(index).map_or(Ok(None), |atom| own(&self.ctx, object, atom))
    }

    /// Writes a key, unless `skip` returns true. Returns true if it was written.
    pub(in crate::value) fn write(
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
pub(in crate::value) fn own_named<'js>(
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
pub(in crate::value) fn has_own<'js>(
    ctx: &Ctx<'js>,
    object: &Value<'js>,
    name: &str,
) -> Result<bool> {
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
pub(in crate::value) fn own_disposer<'js>(
    ctx: &Ctx<'js>,
    object: &Value<'js>,
) -> Result<Option<Value<'js>>> {
    own(ctx, object, qjs::JS_ATOM_Symbol_dispose as qjs::JSAtom)
}

/// Defines a `Symbol.dispose` that is not enumerable.
pub(in crate::value) fn define_disposer<'js>(
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
pub(in crate::value) fn array_length<'js>(ctx: &Ctx<'js>, array: &Value<'js>) -> Result<u32> {
    let mut length = 0;
    // SAFETY: context and array are live, and the engine writes the length.
    let status =
        unsafe { qjs::JS_GetLength(ctx.as_raw().as_ptr(), array.as_raw(), &raw mut length) };
    if status < 0 {
        return Err(Error::Exception);
    }
    Ok(u32::try_from(length).unwrap_or(u32::MAX))
}

/// Defines an item of an array. No setter runs.
pub(in crate::value) fn define_item<'js>(
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
pub(in crate::value) fn define<'js>(
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
