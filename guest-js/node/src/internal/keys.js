// Keys of node:crypto. Public and private ones are native, as those of crypto.subtle.
"use strict";

const { Buffer } = require("node:buffer");
const { codes, unsupported } = require("node:internal/errors");
const der = require("node:internal/der");
const { isAnyArrayBuffer, isArrayBufferView } = require("node:util/types");
const { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE } = codes;
const helpers = native.subtle;

const CURVES = {
  __proto__: null, "prime256v1": "P-256", "secp256r1": "P-256", "p-256": "P-256", "secp384r1": "P-384", "p-384": "P-384",
  "secp521r1": "P-521", "p-521": "P-521",
};
const CURVE_NAMES = { __proto__: null, "P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1" };
const TYPES = { __proto__: null, Ed25519: "ed25519", X25519: "x25519", rsa: "rsa" };
const PARTS = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];

const bytesOf = (data, name, encoding) => {
  if (typeof data === "string") return Buffer.from(data, encoding === "buffer" ? "utf8" : encoding);
  if (isAnyArrayBuffer(data)) return Buffer.from(data);
  if (isArrayBufferView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  throw new ERR_INVALID_ARG_TYPE(name, ["string", "ArrayBuffer", "Buffer", "TypedArray", "DataView"], data);
};

/** What OpenSSL says of a key that it cannot read. */
const unreadable = () => {
  const error = new Error("error:1E08010C:DECODER routines::unsupported");
  error.code = "ERR_OSSL_UNSUPPORTED";
  error.library = "DECODER routines";
  error.reason = "unsupported";
  return error;
};

/** A key: "rsa" or the name of its curve, and what the native functions take. */
const keyOf = (kind, type, handle) => {
  if (kind === undefined || handle === undefined) throw unreadable();
  return { kind, type, handle };
};
const imported = (read) => {
  let key;
  try {
    key = read();
  } catch {
    throw unreadable();
  }
  return keyOf(key.kind, key.type, key.handle);
};
const ofSpki = (bytes) => imported(() => {
  const kind = der.kindOfSpki(bytes);
  const handle = kind === "rsa" ? helpers.rsaImport("spki", bytes) : helpers.curveImport(kind, "spki", bytes);
  return { kind, type: "public", handle };
});
const ofPkcs8 = (bytes) => imported(() => {
  const kind = der.kindOfPkcs8(bytes);
  const handle = kind === "rsa" ? helpers.rsaImport("pkcs8", bytes) : helpers.curveImport(kind, "pkcs8", bytes);
  return { kind, type: "private", handle };
});
const ofJwk = (jwk) => {
  const type = jwk.d === undefined ? "public" : "private";
  return imported(() => jwk.kty === "RSA"
    ? { kind: "rsa", type, handle: helpers.rsaFromJwk(PARTS.slice(0, jwk.d === undefined ? 2 : 8).map((part) => jwk[part])) }
    : { kind: jwk.crv, type, handle: helpers.curveFromJwk(jwk.crv, jwk.x, jwk.y, jwk.d) });
};
const ofDer = (bytes, type, isPrivate) => {
  if (type === "spki") return ofSpki(bytes);
  if (type === "pkcs8") return ofPkcs8(bytes);
  if (type === "pkcs1") return imported(() => isPrivate ? ofPkcs8(der.pkcs8OfPkcs1(bytes)) : ofSpki(der.spkiOfPkcs1(bytes)));
  if (type === "sec1") return imported(() => ofPkcs8(der.pkcs8OfSec1(bytes)));
  throw new ERR_INVALID_ARG_VALUE("options.type", type);
};

const ARMOUR = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;
const ofPem = (text) => {
  for (const [, label, body] of text.matchAll(ARMOUR)) {
    const bytes = Buffer.from(body, "base64");
    switch (label) {
      case "PUBLIC KEY": return ofSpki(bytes);
      case "PRIVATE KEY": return ofPkcs8(bytes);
      case "RSA PUBLIC KEY": return ofDer(bytes, "pkcs1", false);
      case "RSA PRIVATE KEY": return ofDer(bytes, "pkcs1", true);
      case "EC PRIVATE KEY": return ofDer(bytes, "sec1", true);
      case "EC PARAMETERS": break;
      default: throw unsupported(`A key in the form of a "${label}"`);
    }
  }
  throw unreadable();
};

const publicOf = ({ kind, type, handle }) => {
  if (type === "public") return { kind, type, handle };
  const other = kind === "rsa"
    ? helpers.rsaFromJwk(Array.from(helpers.rsaToJwk(handle)).slice(0, 2))
    : helpers.curveImport(kind, "spki", helpers.curveExport(handle, "spki"));
  return keyOf(kind, "public", other);
};

/** Reads a key that a caller gives: text in PEM, a KeyObject, or an object with `key`. */
const read = (given, isPrivate) => {
  const input = given instanceof KeyObject || typeof given === "string" || isAnyArrayBuffer(given) || isArrayBufferView(given)
    ? { key: given } : given;
  if (input === null || typeof input !== "object" || input.key === undefined) {
    throw new ERR_INVALID_ARG_TYPE("key", ["string", "ArrayBuffer", "Buffer", "TypedArray", "DataView", "KeyObject", "CryptoKey"], given);
  }
  const { key, format, type, encoding } = input;
  if (key instanceof KeyObject) return inner(key);
  if (input.passphrase !== undefined) throw unsupported("A key with a passphrase");
  if (format === "jwk") return ofJwk(key);
  if (format === "der") return ofDer(bytesOf(key, "key.key", encoding), type, isPrivate);
  return ofPem(bytesOf(key, "key.key", encoding).latin1Slice());
};

const spki = ({ kind, handle }) => Buffer.from(kind === "rsa" ? helpers.rsaExport(handle) : helpers.curveExport(handle, "spki"));
const pkcs8 = ({ kind, handle }) => Buffer.from(kind === "rsa" ? helpers.rsaExport(handle) : helpers.curveExport(handle, "pkcs8"));
const LABELS = { __proto__: null, spki: "PUBLIC KEY", pkcs8: "PRIVATE KEY", sec1: "EC PRIVATE KEY" };

const write = (key, options) => {
  const { kind, type, handle } = key;
  const { format, type: form } = options;
  if (format === "jwk") {
    const parts = Array.from(kind === "rsa" ? helpers.rsaToJwk(handle) : helpers.curveToJwk(handle));
    if (kind === "rsa") return { kty: "RSA", ...Object.fromEntries(parts.map((part, index) => [PARTS[index], part])) };
    const [x, second, third] = parts;
    return CURVE_NAMES[kind] === undefined
      ? { crv: kind, x, kty: "OKP", ...(type === "private" ? { d: second } : {}) }
      : { kty: "EC", x, y: second, crv: kind, ...(type === "private" ? { d: third } : {}) };
  }
  if (options.cipher !== undefined || options.passphrase !== undefined) throw unsupported("A key with a passphrase");
  let bytes;
  if (type === "public" && form === "spki") bytes = spki(key);
  else if (type === "public" && form === "pkcs1" && kind === "rsa") bytes = der.pkcs1OfSpki(spki(key));
  else if (type === "private" && form === "pkcs8") bytes = pkcs8(key);
  else if (type === "private" && form === "pkcs1" && kind === "rsa") bytes = der.pkcs1OfPkcs8(pkcs8(key));
  else if (type === "private" && form === "sec1" && CURVE_NAMES[kind] !== undefined) bytes = der.sec1OfPkcs8(pkcs8(key));
  else throw new ERR_INVALID_ARG_VALUE("options.type", form);
  if (format === "der") return Buffer.from(bytes);
  if (format !== "pem") throw new ERR_INVALID_ARG_VALUE("options.format", format);
  const label = LABELS[form] ?? (type === "public" ? "RSA PUBLIC KEY" : "RSA PRIVATE KEY");
  return `-----BEGIN ${label}-----\n${bytes.toString("base64").replace(/.{64}(?=.)/g, "$&\n")}\n-----END ${label}-----\n`;
};

let inner;
class KeyObject {
  // The bytes of a secret key, or a key.
  #key;
  constructor(key) {
    this.#key = key;
  }
  static {
    inner = (object) => {
      if (object.#key.type === undefined) throw new ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE("secret", "private or public");
      return object.#key;
    };
  }
  get type() {
    return this.#key.type ?? "secret";
  }
  get symmetricKeySize() {
    return this.#key.type === undefined ? this.#key.length : undefined;
  }
  get asymmetricKeyType() {
    return this.#key.type === undefined ? undefined : TYPES[this.#key.kind] ?? "ec";
  }
  get asymmetricKeyDetails() {
    const { type, kind, handle } = this.#key;
    if (type === undefined) return undefined;
    if (kind !== "rsa") return CURVE_NAMES[kind] === undefined ? {} : { namedCurve: CURVE_NAMES[kind] };
    const exponent = Buffer.from(helpers.rsaExponent(handle)).toString("hex");
    return { modulusLength: helpers.rsaBits(handle), publicExponent: BigInt(`0x${exponent}`) };
  }
  export(options) {
    if (this.#key.type !== undefined) {
      if (options === null || typeof options !== "object") throw new ERR_INVALID_ARG_TYPE("options", "object", options);
      return write(this.#key, options);
    }
    if (options?.format === "jwk") return { kty: "oct", k: this.#key.toString("base64url") };
    return Buffer.from(this.#key);
  }
  equals(other) {
    if (!(other instanceof KeyObject)) throw new ERR_INVALID_ARG_TYPE("otherKeyObject", "KeyObject", other);
    const [own, its] = [this.#key, other.#key];
    if (own.type !== its.type || own.kind !== its.kind) return false;
    const bytes = (key) => key.type === undefined ? key : key.type === "public" ? spki(key) : pkcs8(key);
    const [first, second] = [bytes(own), bytes(its)];
    return first.length === second.length && native.equal(first, second);
  }
}

const generate = (type, options = {}) => {
  let handles, kind;
  if (type === "rsa" || type === "rsa-pss") {
    const { modulusLength, publicExponent = 65537 } = options;
    if (typeof modulusLength !== "number") throw new ERR_INVALID_ARG_TYPE("options.modulusLength", "number", modulusLength);
    const exponent = Buffer.alloc(4);
    exponent.writeUInt32BE(publicExponent);
    kind = "rsa";
    if (helpers.rsaCanGenerate(modulusLength, exponent)) handles = helpers.rsaGenerate(modulusLength, exponent);
  } else if (type === "ec") {
    kind = CURVES[`${options.namedCurve}`.toLowerCase()];
    if (kind === undefined) throw new TypeError("Invalid EC curve name");
    handles = helpers.curveGenerate(kind);
  } else if (type === "ed25519" || type === "x25519") {
    kind = type === "ed25519" ? "Ed25519" : "X25519";
    handles = helpers.curveGenerate(kind);
  } else throw new ERR_INVALID_ARG_VALUE("type", type, "must be a supported key type");
  if (handles === undefined) throw new ERR_INVALID_ARG_VALUE("options.modulusLength", options.modulusLength);
  const given = (key, encoding) => encoding === undefined ? new KeyObject(key) : write(key, encoding);
  return {
    publicKey: given(keyOf(kind, "public", handles[0]), options.publicKeyEncoding),
    privateKey: given(keyOf(kind, "private", handles[1]), options.privateKeyEncoding),
  };
};

module.exports = {
  CURVES,
  KeyObject,
  bytesOf,
  generate,
  keyOf,
  inner: (object) => inner(object),
  isNist: (kind) => CURVE_NAMES[kind] !== undefined,
  /** Returns a private key, as a caller gives it. */
  privateKey(given) {
    const key = read(given, true);
    if (key.type === "private") return key;
    const isObject = given instanceof KeyObject || given.key instanceof KeyObject;
    throw isObject ? new ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE(key.type, "private") : unreadable();
  },
  /** Returns a public key, or that of a private one. */
  publicKey: (given) => publicOf(read(given, false)),
};
