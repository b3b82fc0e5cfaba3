//! Hashes, HMAC and the derivation of keys, by the RustCrypto crates.

#![allow(clippy::needless_pass_by_value, reason = "the engine calls these")]

use std::cell::RefCell;

use hmac::digest::Digest;
use hmac::{Hmac, KeyInit, Mac};
use rquickjs::{ArrayBuffer, Ctx, Function, Object, Result, Value};

use crate::globals::raw;
use crate::throw;

/// The largest key that may be derived, in bytes.
const MAX_KEY: usize = 1 << 26;

/// Evaluates an expression with `$hash` as the type of a hash's name, or returns `None`.
macro_rules! with_hash {
    ($name:expr, $hash:ident => $value:expr) => {
        match $name {
            "md5" => Some({
                type $hash = md5::Md5;
                $value
            }),
            "ripemd160" => Some({
                type $hash = ripemd::Ripemd160;
                $value
            }),
            "sha1" => Some({
                type $hash = sha1::Sha1;
                $value
            }),
            "sha224" => Some({
                type $hash = sha2::Sha224;
                $value
            }),
            "sha256" => Some({
                type $hash = sha2::Sha256;
                $value
            }),
            "sha384" => Some({
                type $hash = sha2::Sha384;
                $value
            }),
            "sha512" => Some({
                type $hash = sha2::Sha512;
                $value
            }),
            "sha512-224" => Some({
                type $hash = sha2::Sha512_224;
                $value
            }),
            "sha512-256" => Some({
                type $hash = sha2::Sha512_256;
                $value
            }),
            _ => None,
        }
    };
}

/// A hash or a MAC that is being computed.
trait Running {
    fn update(&mut self, data: &[u8]);
    fn finish(&self) -> Vec<u8>;
    fn copy(&self) -> Box<dyn Running>;
}

struct Hash<D>(D);

impl<D: Digest + Clone + 'static> Running for Hash<D> {
    fn update(&mut self, data: &[u8]) {
        Digest::update(&mut self.0, data);
    }

    fn finish(&self) -> Vec<u8> {
        self.0.clone().finalize().to_vec()
    }

    fn copy(&self) -> Box<dyn Running> {
        Box::new(Self(self.0.clone()))
    }
}

struct Keyed<M>(M);

impl<M: Mac + Clone + 'static> Running for Keyed<M> {
    fn update(&mut self, data: &[u8]) {
        Mac::update(&mut self.0, data);
    }

    fn finish(&self) -> Vec<u8> {
        self.0.clone().finalize().into_bytes().to_vec()
    }

    fn copy(&self) -> Box<dyn Running> {
        Box::new(Self(self.0.clone()))
    }
}

fn hash(name: &str) -> Option<Box<dyn Running>> {
    Some(match name {
        "sha3-224" => Box::new(Hash(sha3::Sha3_224::new())),
        "sha3-256" => Box::new(Hash(sha3::Sha3_256::new())),
        "sha3-384" => Box::new(Hash(sha3::Sha3_384::new())),
        "sha3-512" => Box::new(Hash(sha3::Sha3_512::new())),
        _ => return with_hash!(name, H => Box::new(Hash(H::new())) as Box<dyn Running>),
    })
}

fn keyed(name: &str, key: &[u8]) -> Option<Box<dyn Running>> {
    with_hash!(name, H => {
        let mac = Hmac::<H>::new_from_slice(key).ok()?;
        Box::new(Keyed(mac)) as Box<dyn Running>
    })
}

pub fn install<'js>(native: &Object<'js>) -> Result<()> {
    let ctx = native.ctx().clone();
    let create = |ctx: Ctx<'js>, name: String| match hash(&name) {
        Some(hash) => running(&ctx, hash).map(Some),
        None => Ok(None),
    };
    native.set("hash", Function::new(ctx.clone(), create)?)?;
    let create = |ctx: Ctx<'js>, name: String, key: Value<'js>| match keyed(&name, &copied(&key)) {
        Some(mac) => running(&ctx, mac).map(Some),
        None => Ok(None),
    };
    native.set("hmac", Function::new(ctx.clone(), create)?)?;
    native.set("pbkdf2", Function::new(ctx.clone(), pbkdf2)?)?;
    native.set("hkdf", Function::new(ctx.clone(), hkdf)?)?;
    native.set("scrypt", Function::new(ctx.clone(), scrypt)?)?;
    native.set("equal", Function::new(ctx, equal)?)
}

pub fn copied(bytes: &Value<'_>) -> Vec<u8> {
    raw::with_bytes(bytes, |bytes| bytes.to_vec()).unwrap_or_default()
}

/// Returns an object with the functions `update`, `finish` and `copy`.
fn running<'js>(ctx: &Ctx<'js>, running: Box<dyn Running>) -> Result<Object<'js>> {
    let state = std::rc::Rc::new(RefCell::new(running));
    let object = Object::new_proto(ctx.clone(), None)?;
    let own = std::rc::Rc::clone(&state);
    let update = move |data: Value<'js>| {
        raw::with_bytes(&data, |data| own.borrow_mut().update(data));
    };
    object.set("update", Function::new(ctx.clone(), update)?)?;
    let own = std::rc::Rc::clone(&state);
    let finish = move |ctx: Ctx<'js>| ArrayBuffer::new(ctx, own.borrow().finish());
    object.set("finish", Function::new(ctx.clone(), finish)?)?;
    let copy = move |ctx: Ctx<'js>| self::running(&ctx, state.borrow().copy());
    object.set("copy", Function::new(ctx.clone(), copy)?)?;
    Ok(object)
}

/// Allocates the key that is to be derived.
fn key_of(ctx: &Ctx<'_>, length: usize) -> Result<Vec<u8>> {
    if length > MAX_KEY || !fits(length) {
        return Err(throw::type_error(ctx, "The derived key is too long"));
    }
    Ok(vec![0; length])
}

/// Returns true if there is room for so many bytes, so that taking them does not end the sandbox.
fn fits(bytes: usize) -> bool {
    std::hint::black_box(&mut Vec::<u8>::new()).try_reserve_exact(bytes).is_ok()
}

fn pbkdf2<'js>(
    ctx: Ctx<'js>,
    name: String,
    password: Value<'js>,
    salt: Value<'js>,
    rounds: u32,
    length: usize,
) -> Result<Option<ArrayBuffer<'js>>> {
    let mut key = key_of(&ctx, length)?;
    let (password, salt) = (copied(&password), copied(&salt));
    let known =
        with_hash!(&*name, H => pbkdf2::pbkdf2_hmac::<H>(&password, &salt, rounds, &mut key));
    known.map(|()| ArrayBuffer::new(ctx, key)).transpose()
}

fn hkdf<'js>(
    ctx: Ctx<'js>,
    name: String,
    key: Value<'js>,
    salt: Value<'js>,
    info: Value<'js>,
    length: usize,
) -> Result<Option<ArrayBuffer<'js>>> {
    let mut derived = key_of(&ctx, length)?;
    let (key, salt, info) = (copied(&key), copied(&salt), copied(&info));
    let known = with_hash!(&*name, H => {
        hkdf::Hkdf::<H>::new(Some(&salt), &key).expand(&info, &mut derived).is_ok()
    });
    match known {
        Some(true) => ArrayBuffer::new(ctx, derived).map(Some),
        _ => Ok(None),
    }
}

/// Derives a key. The scripts have checked the cost against `maxmem`.
fn scrypt<'js>(
    ctx: Ctx<'js>,
    password: Value<'js>,
    salt: Value<'js>,
    log_n: u8,
    r: u32,
    p: u32,
    length: usize,
) -> Result<Option<ArrayBuffer<'js>>> {
    let mut key = key_of(&ctx, length)?;
    let Ok(params) = scrypt::Params::new(log_n, r, p) else { return Ok(None) };
    // The function allocates a table of N blocks, p blocks, and one to work in.
    let blocks = 1_usize.checked_shl(u32::from(log_n)).and_then(|n| n.checked_add(p as usize + 2));
    let bytes = blocks.and_then(|blocks| blocks.checked_mul(r as usize)?.checked_mul(128));
    if !bytes.is_some_and(fits) {
        return Ok(None);
    }
    // The function refuses an empty key.
    if length > 0 && scrypt::scrypt(&copied(&password), &copied(&salt), &params, &mut key).is_err()
    {
        return Ok(None);
    }
    ArrayBuffer::new(ctx, key).map(Some)
}

/// Compares two buffers of one length in time that does not depend on what they hold.
fn equal<'js>(left: Value<'js>, right: Value<'js>) -> bool {
    let left = copied(&left);
    raw::with_bytes(&right, |right| {
        let differ = left.iter().zip(right.iter()).fold(0, |all, (a, b)| all | (a ^ b));
        std::hint::black_box(differ) == 0 && left.len() == right.len()
    })
    .unwrap_or(false)
}
