//! RSA: OAEP, PSS and the signatures of PKCS #1 v1.5.

use std::rc::Rc;

use pkcs8::der::Decode;
use pkcs8::spki::SubjectPublicKeyInfoRef;
use pkcs8::{EncodePrivateKey, EncodePublicKey, PrivateKeyInfoRef};
use rquickjs::{Ctx, Function, Object, Result, Value};
use rsa::pkcs1::{ALGORITHM_OID, EncodeRsaPrivateKey, RsaPrivateKey, RsaPublicKey, UintRef};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, Oaep, Pkcs1v15Sign, PrivateKey, Pss, PublicKey};
use zeroize::Zeroizing;

use super::Bytes;
use super::hash::{Hash, with_hash};
use super::keys::{Held, Key, from_base64, hold, hold_pair, to_base64};
use super::random::Random;
use crate::state::State;

/// The largest modulus in bytes.
const MAX_SIZE: usize = PublicKey::MAX_SIZE / 8;

pub fn install<'js>(subtle: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = subtle.ctx().clone();
    let source = Rc::clone(state);
    let generate = move |ctx: Ctx<'js>, bits: usize, Bytes(exponent): Bytes| match generated(
        &source, bits, &exponent,
    ) {
        Some(key) => {
            let public = Key::RsaPublic(Box::new(key.to_public_key()));
            hold_pair(&ctx, public, Key::RsaPrivate(Box::new(key))).map(Some)
        }
        None => Ok(None),
    };
    subtle.set("rsaGenerate", Function::new(ctx.clone(), generate)?)?;
    let can_generate = |bits: usize, Bytes(exponent): Bytes| fitting(bits, &exponent).is_some();
    subtle.set("rsaCanGenerate", Function::new(ctx.clone(), can_generate)?)?;

    let import = |ctx: Ctx<'js>, format: String, Bytes(data): Bytes| {
        held(ctx, if format == "spki" { from_spki(&data) } else { from_pkcs8(&data) })
    };
    subtle.set("rsaImport", Function::new(ctx.clone(), import)?)?;
    subtle.set("rsaExport", Function::new(ctx.clone(), export)?)?;
    let from_jwk = |ctx: Ctx<'js>, parts: Vec<Value<'js>>| {
        let parts: Option<Vec<_>> = parts.iter().map(from_base64).collect();
        held(ctx, parts.and_then(|parts| from_parts(&parts)))
    };
    subtle.set("rsaFromJwk", Function::new(ctx.clone(), from_jwk)?)?;
    let to_jwk = |key: Held<'js>| {
        let parts = match &key.borrow().0 {
            Key::RsaPublic(key) => public_parts(key.as_ref()),
            Key::RsaPrivate(key) => private_parts(key)?,
            _ => return None,
        };
        Some(parts.iter().map(|part| to_base64(part)).collect::<Vec<_>>())
    };
    subtle.set("rsaToJwk", Function::new(ctx.clone(), to_jwk)?)?;
    let size = |key: Held<'js>| with_public(&key, |key| Some(key.n().bit_width_vartime()));
    subtle.set("rsaBits", Function::new(ctx.clone(), size)?)?;
    let exponent = |key: Held<'js>| {
        with_public(&key, |key| Some(Bytes(key.e().to_be_bytes_trimmed_vartime().to_vec())))
    };
    subtle.set("rsaExponent", Function::new(ctx.clone(), exponent)?)?;

    let source = Rc::clone(state);
    let sign = move |key: Held<'js>, hash: Hash, salt: Option<usize>, Bytes(data): Bytes| {
        sign(&source, &key, hash, salt, &data).map(Bytes)
    };
    subtle.set("rsaSign", Function::new(ctx.clone(), sign)?)?;
    subtle.set("rsaVerify", Function::new(ctx.clone(), verify)?)?;
    let source = Rc::clone(state);
    let encrypt = move |key: Held<'js>, hash: Hash, Bytes(label): Bytes, Bytes(data): Bytes| {
        let random = &mut Random(&source);
        with_public(&key, |key| {
            with_hash!(hash, D => key.encrypt(random, Oaep::<D>::new_with_label(label), &data))
                .ok()
                .map(Bytes)
        })
    };
    subtle.set("rsaEncrypt", Function::new(ctx.clone(), encrypt)?)?;
    let source = Rc::clone(state);
    let decrypt = move |key: Held<'js>, hash: Hash, Bytes(label): Bytes, Bytes(data): Bytes| {
        let random = &mut Random(&source);
        with_private(&key, |key| {
            with_hash!(hash, D => {
                key.decrypt_blinded(random, Oaep::<D>::new_with_label(label), &data)
            })
            .ok()
            .map(Bytes)
        })
    };
    subtle.set("rsaDecrypt", Function::new(ctx, decrypt)?)
}

fn with_public<R>(key: &Held<'_>, with: impl FnOnce(&PublicKey) -> Option<R>) -> Option<R> {
    match &key.borrow().0 {
        Key::RsaPublic(key) => with(key),
        Key::RsaPrivate(key) => with(key.as_public_key()),
        _ => None,
    }
}

fn with_private<R>(key: &Held<'_>, with: impl FnOnce(&PrivateKey) -> Option<R>) -> Option<R> {
    match &key.borrow().0 {
        Key::RsaPrivate(key) => with(key),
        _ => None,
    }
}

fn held(ctx: Ctx<'_>, key: Option<Key>) -> Result<Option<Held<'_>>> {
    key.map(|key| hold(ctx, key)).transpose()
}

fn generated(state: &State, bits: usize, exponent: &[u8]) -> Option<PrivateKey> {
    let exponent = fitting(bits, exponent)?;
    PrivateKey::new_with_exp(&mut Random(state), bits, exponent).ok()
}

/// Returns the public exponent if a key with it can be generated. An even one would have no
/// inverse, however many primes are tried.
fn fitting(bits: usize, exponent: &[u8]) -> Option<BoxedUint> {
    let is_odd = exponent.last()? & 1 == 1;
    let exponent = number(exponent, 8)?;
    let fits = exponent >= BoxedUint::from(3_u64)
        && exponent <= BoxedUint::from(PublicKey::MAX_PUB_EXPONENT)
        && (PublicKey::MIN_SIZE..=PublicKey::MAX_SIZE).contains(&bits);
    (is_odd && fits).then_some(exponent)
}

/// Returns a number from its big-endian bytes. `None` if it has more than `max` of them.
fn number(bytes: &[u8], max: usize) -> Option<BoxedUint> {
    let bytes = trimmed(bytes);
    if bytes.len() > max {
        return None;
    }
    BoxedUint::from_be_slice(bytes, u32::try_from(bytes.len().max(1) * 8).ok()?).ok()
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}

fn from_spki(der: &[u8]) -> Option<Key> {
    let info = SubjectPublicKeyInfoRef::from_der(der).ok()?;
    if info.algorithm.oid != ALGORITHM_OID {
        return None;
    }
    let key = RsaPublicKey::<UintRef<'_>>::from_der(info.subject_public_key.as_bytes()?).ok()?;
    from_parts(&[key.modulus.as_bytes(), key.public_exponent.as_bytes()])
}

fn from_pkcs8(der: &[u8]) -> Option<Key> {
    let info = PrivateKeyInfoRef::from_der(der).ok()?;
    if info.algorithm.oid != ALGORITHM_OID {
        return None;
    }
    let key = RsaPrivateKey::<UintRef<'_>>::from_der(info.private_key.as_bytes()).ok()?;
    from_parts(&parts_of(&key))
}

/// Returns the key of a modulus and an exponent, and for a private key of `d`, `p`, `q`, `dp`,
/// `dq` and `qi`. `None` if they do not belong together.
fn from_parts<P: AsRef<[u8]>>(parts: &[P]) -> Option<Key> {
    let (modulus, exponent) = (parts.first()?.as_ref(), parts.get(1)?.as_ref());
    let public = PublicKey::new(number(modulus, MAX_SIZE)?, number(exponent, MAX_SIZE)?).ok()?;
    if parts.len() == 2 {
        return Some(Key::RsaPublic(Box::new(public)));
    }
    let [d, p, q, ..] = parts.get(2..)? else { return None };
    let [d, p, q] = [d, p, q].map(|part| number(part.as_ref(), MAX_SIZE));
    let modulus = public.n().as_ref().clone();
    let key = PrivateKey::from_components(modulus, public.e().clone(), d?, vec![p?, q?]).ok()?;
    let own = private_parts(&key)?;
    let is_same = own.len() == parts.len()
        && own.iter().zip(parts).all(|(own, part)| trimmed(own) == trimmed(part.as_ref()));
    is_same.then(|| Key::RsaPrivate(Box::new(key)))
}

fn public_parts(key: &PublicKey) -> Vec<Zeroizing<Vec<u8>>> {
    [key.n().as_ref(), key.e()]
        .map(|part| Zeroizing::new(part.to_be_bytes_trimmed_vartime().to_vec()))
        .into()
}

fn private_parts(key: &PrivateKey) -> Option<Vec<Zeroizing<Vec<u8>>>> {
    let der = key.to_pkcs1_der().ok()?;
    let key = RsaPrivateKey::<UintRef<'_>>::from_der(der.as_bytes()).ok()?;
    Some(parts_of(&key).map(|part| Zeroizing::new(part.to_vec())).into())
}

fn parts_of<'a>(key: &RsaPrivateKey<UintRef<'a>>) -> [&'a [u8]; 8] {
    [
        key.modulus,
        key.public_exponent,
        key.private_exponent,
        key.prime1,
        key.prime2,
        key.exponent1,
        key.exponent2,
        key.coefficient,
    ]
    .map(|part| part.as_bytes())
}

/// Returns the SPKI of a public key or the PKCS #8 of a private one.
fn export(key: Held<'_>) -> Option<Bytes> {
    match &key.borrow().0 {
        Key::RsaPublic(key) => Some(Bytes(key.to_public_key_der().ok()?.as_bytes().to_vec())),
        Key::RsaPrivate(key) => Some(Bytes(key.to_pkcs8_der().ok()?.as_bytes().to_vec())),
        _ => None,
    }
}

/// Signs data, with PSS if a length of the salt is given.
fn sign(
    state: &State,
    key: &Held<'_>,
    hash: Hash,
    salt: Option<usize>,
    data: &[u8],
) -> Option<Vec<u8>> {
    let random = &mut Random(state);
    let digest = hash.of(data);
    with_private(key, |key| {
        with_hash!(hash, D => match salt {
            Some(salt) if salt > key.size() => return None,
            Some(salt) => key.sign_with_rng(random, Pss::<D>::new_with_salt(salt), &digest),
            None => key.sign_with_rng(random, Pkcs1v15Sign::new::<D>(), &digest),
        })
        .ok()
    })
}

fn verify(
    key: Held<'_>,
    hash: Hash,
    salt: Option<usize>,
    Bytes(signature): Bytes,
    Bytes(data): Bytes,
) -> Option<bool> {
    let digest = hash.of(&data);
    with_public(&key, |key| {
        let verified = with_hash!(hash, D => match salt {
            Some(salt) if salt > key.size() => return None,
            Some(salt) => key.verify(Pss::<D>::new_with_salt(salt), &digest, &signature),
            None => key.verify(Pkcs1v15Sign::new::<D>(), &digest, &signature),
        });
        Some(verified.is_ok())
    })
}
