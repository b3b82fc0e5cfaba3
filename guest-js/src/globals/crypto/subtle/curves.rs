//! Elliptic curves: ECDSA and ECDH with the curves of NIST, Ed25519 and X25519.

use std::rc::Rc;

use ed25519_dalek::Signer;
use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use p256::elliptic_curve::Generate;
use rquickjs::{Ctx, Error, FromJs, Function, Object, Result, Value};
use zeroize::Zeroizing;

use super::Bytes;
use super::curve_formats as formats;
use super::hash::Hash;
use super::keys::{Held, Key, from_base64, hold, hold_pair, to_base64};
use super::random::Random;
use crate::state::State;

/// A curve, which the scripts call by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    P256,
    P384,
    P521,
    Ed25519,
    X25519,
}

impl<'js> FromJs<'js> for Curve {
    fn from_js(_: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let name = value.get::<String>()?;
        Ok(match name.as_str() {
            "P-256" => Self::P256,
            "P-384" => Self::P384,
            "P-521" => Self::P521,
            "Ed25519" => Self::Ed25519,
            "X25519" => Self::X25519,
            _ => return Err(Error::new_from_js("string", "curve")),
        })
    }
}

/// Evaluates one expression with the crate of a curve of NIST, and others for the other curves.
macro_rules! with_curve {
    ($curve:expr, $nist:ident => $value:expr, Ed25519 => $ed:expr, X25519 => $x:expr $(,)?) => {
        match $curve {
            Curve::P256 => {
                use p256 as $nist;
                $value
            }
            Curve::P384 => {
                use p384 as $nist;
                $value
            }
            Curve::P521 => {
                use p521 as $nist;
                $value
            }
            Curve::Ed25519 => $ed,
            Curve::X25519 => $x,
        }
    };
}

impl Curve {
    /// Returns true for a curve of NIST.
    pub fn is_nist(self) -> bool {
        !matches!(self, Self::Ed25519 | Self::X25519)
    }

    /// Returns the number of bytes of a coordinate and of a private key.
    pub fn size(self) -> usize {
        match self {
            Self::P256 | Self::Ed25519 | Self::X25519 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

/// A key of a curve.
pub struct CurveKey {
    pub curve: Curve,
    /// A point that is not compressed, or the public key of Ed25519 and X25519.
    pub public: Vec<u8>,
    /// The scalar or seed of a private key.
    pub private: Option<Zeroizing<Vec<u8>>>,
}

impl CurveKey {
    pub fn from_public(curve: Curve, bytes: &[u8]) -> Option<Self> {
        let public = with_curve!(curve,
            nist => nist::PublicKey::from_sec1_bytes(bytes).ok()?.to_sec1_bytes().to_vec(),
            Ed25519 => whole(bytes)?.to_vec(),
            X25519 => whole(bytes)?.to_vec(),
        );
        Some(Self { curve, public, private: None })
    }

    pub fn from_private(curve: Curve, bytes: &[u8]) -> Option<Self> {
        if bytes.len() != curve.size() {
            return None;
        }
        let public = with_curve!(curve,
            nist => nist::SecretKey::from_slice(bytes).ok()?.public_key().to_sec1_bytes().to_vec(),
            Ed25519 => ed25519_dalek::SigningKey::from_bytes(&whole(bytes)?)
                .verifying_key()
                .to_bytes()
                .to_vec(),
            X25519 => {
                let secret = x25519_dalek::StaticSecret::from(whole(bytes)?);
                x25519_dalek::PublicKey::from(&secret).to_bytes().to_vec()
            },
        );
        Some(Self { curve, public, private: Some(Zeroizing::new(bytes.to_vec())) })
    }

    /// Returns the private key if it belongs to the public one.
    pub fn from_pair(curve: Curve, public: &[u8], private: &[u8]) -> Option<Self> {
        let key = Self::from_private(curve, private)?;
        let given = Self::from_public(curve, public)?;
        (given.public == key.public).then_some(key)
    }

    fn generate(curve: Curve, state: &State) -> Option<Self> {
        let random = &mut Random(state);
        let bytes = with_curve!(curve,
            nist => Zeroizing::new(nist::SecretKey::generate_from_rng(random).to_bytes().to_vec()),
            Ed25519 => random_bytes(state),
            X25519 => random_bytes(state),
        );
        Self::from_private(curve, &bytes)
    }

    fn to_public(&self) -> Self {
        Self { curve: self.curve, public: self.public.clone(), private: None }
    }
}

fn whole(bytes: &[u8]) -> Option<[u8; 32]> {
    bytes.try_into().ok()
}

fn random_bytes(state: &State) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(vec![0; 32]);
    state.random_bytes(&mut bytes);
    bytes
}

fn with_key<R>(key: &Held<'_>, with: impl FnOnce(&CurveKey) -> Option<R>) -> Option<R> {
    match &key.borrow().0 {
        Key::Curve(key) => with(key),
        _ => None,
    }
}

fn held(ctx: Ctx<'_>, key: Option<CurveKey>) -> Result<Option<Held<'_>>> {
    key.map(|key| hold(ctx, Key::Curve(key))).transpose()
}

pub fn install<'js>(subtle: &Object<'js>, state: &Rc<State>) -> Result<()> {
    let ctx = subtle.ctx().clone();
    let source = Rc::clone(state);
    let generate = move |ctx: Ctx<'js>, curve: Curve| match CurveKey::generate(curve, &source) {
        Some(key) => hold_pair(&ctx, Key::Curve(key.to_public()), Key::Curve(key)).map(Some),
        None => Ok(None),
    };
    subtle.set("curveGenerate", Function::new(ctx.clone(), generate)?)?;

    let import = |ctx: Ctx<'js>, curve: Curve, format: String, Bytes(data): Bytes| {
        let key = match format.as_str() {
            "raw" => CurveKey::from_public(curve, &data),
            "spki" => formats::from_spki(curve, &data),
            "pkcs8" => formats::from_pkcs8(curve, &data),
            _ => None,
        };
        held(ctx, key)
    };
    subtle.set("curveImport", Function::new(ctx.clone(), import)?)?;
    let export = |key: Held<'js>, format: String| {
        with_key(&key, |key| match format.as_str() {
            "raw" => Some(Bytes(key.public.clone())),
            "spki" => formats::to_spki(key).map(Bytes),
            "pkcs8" => formats::to_pkcs8(key).map(Bytes),
            _ => None,
        })
    };
    subtle.set("curveExport", Function::new(ctx.clone(), export)?)?;
    let from_jwk = |ctx: Ctx<'js>, curve, x: Value<'js>, y: Value<'js>, d: Value<'js>| {
        held(ctx, from_jwk(curve, &x, &y, &d))
    };
    subtle.set("curveFromJwk", Function::new(ctx.clone(), from_jwk)?)?;
    subtle.set("curveToJwk", Function::new(ctx.clone(), to_jwk)?)?;

    subtle.set("curveSign", Function::new(ctx.clone(), sign)?)?;
    subtle.set("curveVerify", Function::new(ctx.clone(), verify)?)?;
    subtle.set("curveAgree", Function::new(ctx, agree)?)
}

fn from_jwk(curve: Curve, x: &Value<'_>, y: &Value<'_>, d: &Value<'_>) -> Option<CurveKey> {
    let mut public = from_base64(x)?.to_vec();
    if curve.is_nist() {
        let y = from_base64(y)?;
        if public.len() != curve.size() || y.len() != curve.size() {
            return None;
        }
        public.insert(0, 4);
        public.extend_from_slice(&y);
    }
    if d.is_undefined() {
        return CurveKey::from_public(curve, &public);
    }
    CurveKey::from_pair(curve, &public, &from_base64(d)?)
}

/// Returns `x`, for curves of NIST `y`, and for private keys `d`.
fn to_jwk(key: Held<'_>) -> Option<Vec<String>> {
    with_key(&key, |key| {
        let mut parts = if key.curve.is_nist() {
            let (x, y) = key.public.get(1..)?.split_at_checked(key.curve.size())?;
            vec![to_base64(x), to_base64(y)]
        } else {
            vec![to_base64(&key.public)]
        };
        parts.extend(key.private.iter().map(|private| to_base64(private)));
        Some(parts)
    })
}

/// Signs data. Ed25519 has its own hash function.
fn sign(key: Held<'_>, hash: Option<Hash>, Bytes(data): Bytes) -> Option<Bytes> {
    with_key(&key, |key| {
        let private = key.private.as_ref()?;
        let signature = with_curve!(key.curve,
            nist => {
                let key = nist::ecdsa::SigningKey::from_slice(private).ok()?;
                let signature: nist::ecdsa::Signature = key.sign_prehash(&hash?.of(&data)).ok()?;
                signature.to_bytes().to_vec()
            },
            Ed25519 => {
                let key = ed25519_dalek::SigningKey::from_bytes(&whole(private)?);
                key.sign(&data).to_bytes().to_vec()
            },
            X25519 => return None,
        );
        Some(Bytes(signature))
    })
}

fn verify(
    key: Held<'_>,
    hash: Option<Hash>,
    Bytes(signature): Bytes,
    Bytes(data): Bytes,
) -> Option<bool> {
    with_key(&key, |key| {
        with_curve!(key.curve,
            nist => {
                let key = nist::ecdsa::VerifyingKey::from_sec1_bytes(&key.public).ok()?;
                let signature = nist::ecdsa::Signature::from_slice(&signature).ok()?;
                Some(key.verify_prehash(&hash?.of(&data), &signature).is_ok())
            },
            Ed25519 => {
                let key = ed25519_dalek::VerifyingKey::from_bytes(&whole(&key.public)?).ok()?;
                let signature = ed25519_dalek::Signature::from_slice(&signature).ok()?;
                Some(key.verify_strict(&data, &signature).is_ok())
            },
            X25519 => None,
        )
    })
}

/// Returns the secret that a private and a public key of a curve share.
fn agree(private: Held<'_>, public: Held<'_>) -> Option<Bytes> {
    let other = with_key(&public, |key| Some(key.to_public()))?;
    with_key(&private, |key| {
        let private = key.private.as_ref()?;
        if key.curve != other.curve {
            return None;
        }
        let secret = with_curve!(key.curve,
            nist => {
                let private = nist::SecretKey::from_slice(private).ok()?;
                let public = nist::PublicKey::from_sec1_bytes(&other.public).ok()?;
                private.diffie_hellman(&public).raw_secret_bytes().to_vec()
            },
            Ed25519 => return None,
            X25519 => {
                let private = x25519_dalek::StaticSecret::from(whole(private)?);
                let public = x25519_dalek::PublicKey::from(whole(&other.public)?);
                let secret = private.diffie_hellman(&public);
                if !secret.was_contributory() {
                    return None;
                }
                secret.to_bytes().to_vec()
            },
        );
        Some(Bytes(secret))
    })
}
