//! Property keys as values: the crate turns symbols into strings.

use std::hash::{Hash, Hasher};

use rquickjs::{Atom, Ctx, Result, Value, qjs};

/// The string or the symbol that a key is.
///
/// # Errors
/// Memory.
pub fn value<'js>(ctx: &Ctx<'js>, atom: &Atom<'js>) -> Result<Value<'js>> {
    // What an atom hashes is its number, which is how to come by that.
    let mut number = Number(0);
    atom.hash(&mut number);
    // SAFETY: context and atom are live; the result is checked before it is
    // used, and owned by the value made of it.
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
