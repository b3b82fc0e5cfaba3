//! SHA-1 and SHA-2, and what is built on them: HMAC, PBKDF2 and HKDF.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use p256::elliptic_curve::subtle::ConstantTimeEq;
use rquickjs::{Ctx, Error, FromJs, Function, Object, Result, Value};
use sha2::Digest;

use super::keys::{Held, with_secret};
use super::{Bytes, room};

/// A hash function, which the scripts call by its name.
#[derive(Clone, Copy)]
pub enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl<'js> FromJs<'js> for Hash {
    fn from_js(_: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let name = value.get::<String>()?;
        Ok(match name.as_str() {
            "SHA-1" => Self::Sha1,
            "SHA-256" => Self::Sha256,
            "SHA-384" => Self::Sha384,
            "SHA-512" => Self::Sha512,
            _ => return Err(Error::new_from_js("string", "hash")),
        })
    }
}

/// Evaluates an expression with a type that is the hash function.
macro_rules! with_hash {
    ($hash:expr, $Digest:ident => $value:expr) => {
        match $hash {
            $crate::globals::crypto::subtle::hash::Hash::Sha1 => {
                type $Digest = sha1::Sha1;
                $value
            }
            $crate::globals::crypto::subtle::hash::Hash::Sha256 => {
                type $Digest = sha2::Sha256;
                $value
            }
            $crate::globals::crypto::subtle::hash::Hash::Sha384 => {
                type $Digest = sha2::Sha384;
                $value
            }
            $crate::globals::crypto::subtle::hash::Hash::Sha512 => {
                type $Digest = sha2::Sha512;
                $value
            }
        }
    };
}
pub(super) use with_hash;

impl Hash {
    pub fn of(self, data: &[u8]) -> Vec<u8> {
        with_hash!(self, D => D::digest(data).to_vec())
    }
}

pub fn install(subtle: &Object<'_>) -> Result<()> {
    let ctx = subtle.ctx().clone();
    let digest = |hash: Hash, Bytes(data): Bytes| Bytes(hash.of(&data));
    subtle.set("digest", Function::new(ctx.clone(), digest)?)?;
    let equal = |Bytes(first): Bytes, Bytes(second): Bytes| {
        (first.len() == second.len()).then(|| bool::from(first.ct_eq(&second)))
    };
    subtle.set("timingSafeEqual", Function::new(ctx.clone(), equal)?)?;
    subtle.set("hmacSign", Function::new(ctx.clone(), hmac_sign)?)?;
    subtle.set("hmacVerify", Function::new(ctx.clone(), hmac_verify)?)?;
    subtle.set("pbkdf2", Function::new(ctx.clone(), pbkdf2)?)?;
    subtle.set("hkdf", Function::new(ctx, hkdf)?)
}

fn hmac_sign(key: Held<'_>, hash: Hash, Bytes(data): Bytes) -> Option<Bytes> {
    with_secret(&key, |key| {
        with_hash!(hash, D => {
            let mut mac = Hmac::<D>::new_from_slice(key).ok()?;
            mac.update(&data);
            Some(Bytes(mac.finalize().into_bytes().to_vec()))
        })
    })
}

fn hmac_verify(
    key: Held<'_>,
    hash: Hash,
    Bytes(signature): Bytes,
    Bytes(data): Bytes,
) -> Option<bool> {
    with_secret(&key, |key| {
        with_hash!(hash, D => {
            let mut mac = Hmac::<D>::new_from_slice(key).ok()?;
            mac.update(&data);
            Some(mac.verify_slice(&signature).is_ok())
        })
    })
}

/// Derives `length` bytes from a password.
fn pbkdf2(
    key: Held<'_>,
    hash: Hash,
    Bytes(salt): Bytes,
    iterations: u32,
    length: usize,
) -> Option<Bytes> {
    with_secret(&key, |key| {
        let mut derived = room(length)?;
        with_hash!(hash, D => pbkdf2::pbkdf2_hmac::<D>(key, &salt, iterations, &mut derived));
        Some(Bytes(derived))
    })
}

/// Derives `length` bytes from a key. `None` if that is more than 255 times the hash's size.
fn hkdf(
    key: Held<'_>,
    hash: Hash,
    Bytes(salt): Bytes,
    Bytes(info): Bytes,
    length: usize,
) -> Option<Bytes> {
    with_secret(&key, |key| {
        let mut derived = room(length)?;
        with_hash!(hash, D => Hkdf::<D>::new(Some(&salt), key).expand(&info, &mut derived)).ok()?;
        Some(Bytes(derived))
    })
}
