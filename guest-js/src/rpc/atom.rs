//! Property keys as JavaScript values. The crate would turn symbols into strings.

use std::hash::{Hash, Hasher};

use rquickjs::{Atom, Ctx, Result, Value, qjs};

/// Returns the string or the symbol that a key is.
///
/// # Errors
/// Errors if the heap is full.
pub fn value<'js>(ctx: &Ctx<'js>, atom: &Atom<'js>) -> Result<Value<'js>> {
    // An atom hashes its number, so a hasher can read the number.
    let mut number = Number(0);
    atom.hash(&mut number);
    // SAFETY: context and atom are live. The result is checked before it is used, and the value
    // made of it owns it.
    unsafe {
        let raw = qjs::JS_AtomToValue(ctx.as_raw().as_ptr(), number.0);
        if qjs::JS_IsException(raw) {
            return Err(rquickjs::Error::Exception);
        }
        Ok(Value::from_raw(ctx.clone(), raw))
    }
}

struct Number(u32);

impl Hasher for Number {
    fn finish(&self) -> u64 {
        self.0.into()
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u32(&mut self, number: u32) {
        self.0 = number;
    }
}
