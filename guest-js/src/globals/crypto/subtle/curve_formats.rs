//! SPKI and PKCS #8 of the keys of elliptic curves (RFC 5480, 5915 and 8410).

use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::asn1::{AnyRef, BitStringRef, OctetStringRef};
use pkcs8::der::{Decode, Encode};
use pkcs8::spki::{AlgorithmIdentifierRef, ObjectIdentifier, SubjectPublicKeyInfoRef};
use sec1::{EcParameters, EcPrivateKey};
use zeroize::Zeroizing;

use super::curves::{Curve, CurveKey};

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

fn oid(curve: Curve) -> &'static ObjectIdentifier {
    match curve {
        Curve::P256 => &P256,
        Curve::P384 => &P384,
        Curve::P521 => &P521,
        Curve::X25519 => &X25519,
        Curve::Ed25519 => &ED25519,
    }
}

/// Returns what names the curve in a key.
fn algorithm(curve: Curve) -> AlgorithmIdentifierRef<'static> {
    let oid = oid(curve);
    if curve.is_nist() {
        let parameters = Some(AnyRef::from(oid));
        AlgorithmIdentifierRef { oid: EC_PUBLIC_KEY, parameters }
    } else {
        AlgorithmIdentifierRef { oid: *oid, parameters: None }
    }
}

pub fn from_spki(curve: Curve, der: &[u8]) -> Option<CurveKey> {
    let info = SubjectPublicKeyInfoRef::from_der(der).ok()?;
    if info.algorithm != algorithm(curve) {
        return None;
    }
    CurveKey::from_public(curve, info.subject_public_key.as_bytes()?)
}

pub fn to_spki(key: &CurveKey) -> Option<Vec<u8>> {
    let subject_public_key = BitStringRef::from_bytes(&key.public).ok()?;
    let info = SubjectPublicKeyInfoRef { algorithm: algorithm(key.curve), subject_public_key };
    info.to_der().ok()
}

pub fn from_pkcs8(curve: Curve, der: &[u8]) -> Option<CurveKey> {
    let info = PrivateKeyInfoRef::from_der(der).ok()?;
    if info.algorithm != algorithm(curve) {
        return None;
    }
    let inner = info.private_key.as_bytes();
    if !curve.is_nist() {
        return CurveKey::from_private(curve, <&OctetStringRef>::from_der(inner).ok()?.as_bytes());
    }
    let key = EcPrivateKey::from_der(inner).ok()?;
    if key.parameters.is_some_and(|it| it != EcParameters::NamedCurve(*oid(curve))) {
        return None;
    }
    match key.public_key {
        Some(public) => CurveKey::from_pair(curve, public, key.private_key),
        None => CurveKey::from_private(curve, key.private_key),
    }
}

pub fn to_pkcs8(key: &CurveKey) -> Option<Vec<u8>> {
    let private = key.private.as_ref()?;
    let inner = if key.curve.is_nist() {
        let public_key = Some(key.public.as_slice());
        EcPrivateKey { private_key: private, parameters: None, public_key }.to_der()
    } else {
        OctetStringRef::new(private).ok()?.to_der()
    };
    let inner = Zeroizing::new(inner.ok()?);
    PrivateKeyInfoRef::new(algorithm(key.curve), OctetStringRef::new(&inner).ok()?).to_der().ok()
}
