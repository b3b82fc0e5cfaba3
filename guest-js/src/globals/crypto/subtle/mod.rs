//! The byte work of `crypto.subtle`, on the crates of `RustCrypto` and dalek.
//!
//! The scripts beside these files decide what is allowed and which error a failure is. Each
//! helper returns `undefined` for what it refuses.

#![allow(
    clippy::needless_pass_by_value,
    reason = "the engine calls these, and hands over what they are given"
)]

mod aes;
mod curve_formats;
mod curves;
mod hash;
mod keys;
mod random;
mod rsa;

use std::rc::Rc;

use rquickjs::{ArrayBuffer, Ctx, FromJs, IntoJs, Object, Result, Value};

use crate::globals::raw;
use crate::state::State;

/// Bytes that were copied from a buffer or a typed array, or that become an `ArrayBuffer`.
/// A detached buffer has none.
struct Bytes(Vec<u8>);

impl<'js> FromJs<'js> for Bytes {
    fn from_js(_: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        Ok(Self(raw::with_bytes(&value, |bytes| bytes.to_vec()).unwrap_or_default()))
    }
}

impl<'js> IntoJs<'js> for Bytes {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        ArrayBuffer::new_copy(ctx.clone(), &self.0)?.into_js(ctx)
    }
}

/// Returns `length` zeros, or `None` if memory has no room for them.
fn room(length: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).ok()?;
    bytes.resize(length, 0);
    Some(bytes)
}

pub fn install(native: &Object<'_>, state: &Rc<State>) -> Result<()> {
    let subtle = Object::new_proto(native.ctx().clone(), None)?;
    keys::install(&subtle, state)?;
    hash::install(&subtle)?;
    aes::install(&subtle)?;
    curves::install(&subtle, state)?;
    rsa::install(&subtle, state)?;
    native.set("subtle", subtle)
}
