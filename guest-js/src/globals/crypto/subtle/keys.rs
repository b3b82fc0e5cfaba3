//! Keys, which no worker can look into.

use std::rc::Rc;

use base64ct::{Base64UrlUnpadded, Encoding};
use rquickjs::class::{JsClass, Readable, Trace, Tracer};
use rquickjs::function::Constructor;
use rquickjs::{Class, Ctx, Function, JsLifetime, Object, Result, Value};
use zeroize::Zeroizing;

use super::curves::CurveKey;
use super::{Bytes, room};
use crate::globals::raw;
use crate::state::State;

pub enum Key {
    Secret(Zeroizing<Vec<u8>>),
    Curve(CurveKey),
    RsaPublic(Box<rsa::PublicKey>),
    RsaPrivate(Box<rsa::PrivateKey>),
}

/// The key behind a `CryptoKey`.
#[derive(JsLifetime)]
pub struct Handle(#[qjs(skip_trace)] pub Key);

impl<'js> Trace<'js> for Handle {
    fn trace<'a>(&self, _: Tracer<'a, 'js>) {}
}

impl<'js> JsClass<'js> for Handle {
    const NAME: &'static str = "KeyHandle";
    type Mutable = Readable;

    fn constructor(_: &Ctx<'js>) -> Result<Option<Constructor<'js>>> {
        Ok(None)
    }
}

/// A key as a helper takes it.
pub type Held<'js> = Class<'js, Handle>;

pub fn hold(ctx: Ctx<'_>, key: Key) -> Result<Held<'_>> {
    Class::instance(ctx, Handle(key))
}

/// Returns the public and the private key of a new pair.
pub fn hold_pair<'js>(ctx: &Ctx<'js>, public: Key, private: Key) -> Result<Vec<Held<'js>>> {
    Ok(vec![hold(ctx.clone(), public)?, hold(ctx.clone(), private)?])
}

/// Calls `with` with the bytes of a secret key.
pub fn with_secret<R>(key: &Held<'_>, with: impl FnOnce(&[u8]) -> Option<R>) -> Option<R> {
    match &key.borrow().0 {
        Key::Secret(bytes) => with(bytes),
        _ => None,
    }
}

/// Returns the bytes that a field of a JSON Web Key has, or `None` if it is not base64url.
pub fn from_base64(text: &Value<'_>) -> Option<Zeroizing<Vec<u8>>> {
    let text = Zeroizing::new(text.as_string()?.to_string().ok()?);
    Base64UrlUnpadded::decode_vec(&text).ok().map(Zeroizing::new)
}

pub fn to_base64(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

pub fn install<'js>(subtle: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = subtle.ctx().clone();
    let secret = |ctx: Ctx<'js>, Bytes(bytes): Bytes| hold(ctx, Key::Secret(bytes.into()));
    subtle.set("secretKey", Function::new(ctx.clone(), secret)?)?;

    let source = Rc::clone(state);
    let generate = move |ctx: Ctx<'js>, length: usize| {
        let Some(bytes) = room(length) else { return Ok(None) };
        let mut bytes = Zeroizing::new(bytes);
        source.random_bytes(&mut bytes);
        hold(ctx, Key::Secret(bytes)).map(Some)
    };
    subtle.set("generateSecret", Function::new(ctx.clone(), generate)?)?;

    let bytes = |key: Held<'js>| with_secret(&key, |bytes| Some(Bytes(bytes.to_vec())));
    subtle.set("secretBytes", Function::new(ctx.clone(), bytes)?)?;
    let text = |key: Held<'js>| with_secret(&key, |bytes| Some(to_base64(bytes)));
    subtle.set("secretText", Function::new(ctx.clone(), text)?)?;
    let decode = |text: Value<'js>| from_base64(&text).map(|bytes| Bytes(bytes.to_vec()));
    subtle.set("fromBase64", Function::new(ctx.clone(), decode)?)?;

    // Returns the text that bytes are in UTF-8, or `undefined` if they are not.
    let utf_8 = |Bytes(bytes): Bytes| String::from_utf8(bytes).ok();
    subtle.set("utf8", Function::new(ctx.clone(), utf_8)?)?;
    let copy = |ctx: Ctx<'js>, value: Value<'js>| {
        let bytes = raw::with_bytes(&value, |bytes| bytes.to_vec()).unwrap_or_default();
        rquickjs::TypedArray::<u8>::new_copy(ctx, bytes)
    };
    subtle.set("copy", Function::new(ctx, copy)?)
}
