(require, module, exports, native) => {

// src/internal/keys.js
var { Buffer } = require("node:buffer");
var { codes, unsupported } = require("node:internal/errors");
var der = require("node:internal/der");
var { isAnyArrayBuffer, isArrayBufferView } = require("node:util/types");
var { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE } = codes;
var helpers = native.subtle;
var CURVES = {
  __proto__: null,
  "prime256v1": "P-256",
  "secp256r1": "P-256",
  "p-256": "P-256",
  "secp384r1": "P-384",
  "p-384": "P-384",
  "secp521r1": "P-521",
  "p-521": "P-521"
};
var CURVE_NAMES = { __proto__: null, "P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1" };
var TYPES = { __proto__: null, Ed25519: "ed25519", X25519: "x25519", rsa: "rsa" };
var PARTS = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
var bytesOf = (data, name, encoding) => {
  if (typeof data === "string") return Buffer.from(data, encoding === "buffer" ? "utf8" : encoding);
  if (isAnyArrayBuffer(data)) return Buffer.from(data);
  if (isArrayBufferView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  throw new ERR_INVALID_ARG_TYPE(name, ["string", "ArrayBuffer", "Buffer", "TypedArray", "DataView"], data);
};
var unreadable = () => {
  const error = new Error("error:1E08010C:DECODER routines::unsupported");
  error.code = "ERR_OSSL_UNSUPPORTED";
  error.library = "DECODER routines";
  error.reason = "unsupported";
  return error;
};
var keyOf = (kind, type, handle) => {
  if (kind === void 0 || handle === void 0) throw unreadable();
  return { kind, type, handle };
};
var imported = (read2) => {
  let key;
  try {
    key = read2();
  } catch {
    throw unreadable();
  }
  return keyOf(key.kind, key.type, key.handle);
};
var ofSpki = (bytes) => imported(() => {
  const kind = der.kindOfSpki(bytes);
  const handle = kind === "rsa" ? helpers.rsaImport("spki", bytes) : helpers.curveImport(kind, "spki", bytes);
  return { kind, type: "public", handle };
});
var ofPkcs8 = (bytes) => imported(() => {
  const kind = der.kindOfPkcs8(bytes);
  const handle = kind === "rsa" ? helpers.rsaImport("pkcs8", bytes) : helpers.curveImport(kind, "pkcs8", bytes);
  return { kind, type: "private", handle };
});
var ofJwk = (jwk) => {
  const type = jwk.d === void 0 ? "public" : "private";
  return imported(() => jwk.kty === "RSA" ? { kind: "rsa", type, handle: helpers.rsaFromJwk(PARTS.slice(0, jwk.d === void 0 ? 2 : 8).map((part) => jwk[part])) } : { kind: jwk.crv, type, handle: helpers.curveFromJwk(jwk.crv, jwk.x, jwk.y, jwk.d) });
};
var ofDer = (bytes, type, isPrivate) => {
  if (type === "spki") return ofSpki(bytes);
  if (type === "pkcs8") return ofPkcs8(bytes);
  if (type === "pkcs1") return imported(() => isPrivate ? ofPkcs8(der.pkcs8OfPkcs1(bytes)) : ofSpki(der.spkiOfPkcs1(bytes)));
  if (type === "sec1") return imported(() => ofPkcs8(der.pkcs8OfSec1(bytes)));
  throw new ERR_INVALID_ARG_VALUE("options.type", type);
};
var ARMOUR = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;
var ofPem = (text) => {
  for (const [, label, body] of text.matchAll(ARMOUR)) {
    const bytes = Buffer.from(body, "base64");
    switch (label) {
      case "PUBLIC KEY":
        return ofSpki(bytes);
      case "PRIVATE KEY":
        return ofPkcs8(bytes);
      case "RSA PUBLIC KEY":
        return ofDer(bytes, "pkcs1", false);
      case "RSA PRIVATE KEY":
        return ofDer(bytes, "pkcs1", true);
      case "EC PRIVATE KEY":
        return ofDer(bytes, "sec1", true);
      case "EC PARAMETERS":
        break;
      default:
        throw unsupported(`A key in the form of a "${label}"`);
    }
  }
  throw unreadable();
};
var publicOf = ({ kind, type, handle }) => {
  if (type === "public") return { kind, type, handle };
  const other = kind === "rsa" ? helpers.rsaFromJwk(Array.from(helpers.rsaToJwk(handle)).slice(0, 2)) : helpers.curveImport(kind, "spki", helpers.curveExport(handle, "spki"));
  return keyOf(kind, "public", other);
};
var read = (given, isPrivate) => {
  const input = given instanceof KeyObject || typeof given === "string" || isAnyArrayBuffer(given) || isArrayBufferView(given) ? { key: given } : given;
  if (input === null || typeof input !== "object" || input.key === void 0) {
    throw new ERR_INVALID_ARG_TYPE("key", ["string", "ArrayBuffer", "Buffer", "TypedArray", "DataView", "KeyObject", "CryptoKey"], given);
  }
  const { key, format, type, encoding } = input;
  if (key instanceof KeyObject) return inner(key);
  if (input.passphrase !== void 0) throw unsupported("A key with a passphrase");
  if (format === "jwk") return ofJwk(key);
  if (format === "der") return ofDer(bytesOf(key, "key.key", encoding), type, isPrivate);
  return ofPem(bytesOf(key, "key.key", encoding).latin1Slice());
};
var spki = ({ kind, handle }) => Buffer.from(kind === "rsa" ? helpers.rsaExport(handle) : helpers.curveExport(handle, "spki"));
var pkcs8 = ({ kind, handle }) => Buffer.from(kind === "rsa" ? helpers.rsaExport(handle) : helpers.curveExport(handle, "pkcs8"));
var LABELS = { __proto__: null, spki: "PUBLIC KEY", pkcs8: "PRIVATE KEY", sec1: "EC PRIVATE KEY" };
var write = (key, options) => {
  const { kind, type, handle } = key;
  const { format, type: form } = options;
  if (format === "jwk") {
    const parts = Array.from(kind === "rsa" ? helpers.rsaToJwk(handle) : helpers.curveToJwk(handle));
    if (kind === "rsa") return { kty: "RSA", ...Object.fromEntries(parts.map((part, index) => [PARTS[index], part])) };
    const [x, second, third] = parts;
    return CURVE_NAMES[kind] === void 0 ? { crv: kind, x, kty: "OKP", ...type === "private" ? { d: second } : {} } : { kty: "EC", x, y: second, crv: kind, ...type === "private" ? { d: third } : {} };
  }
  if (options.cipher !== void 0 || options.passphrase !== void 0) throw unsupported("A key with a passphrase");
  let bytes;
  if (type === "public" && form === "spki") bytes = spki(key);
  else if (type === "public" && form === "pkcs1" && kind === "rsa") bytes = der.pkcs1OfSpki(spki(key));
  else if (type === "private" && form === "pkcs8") bytes = pkcs8(key);
  else if (type === "private" && form === "pkcs1" && kind === "rsa") bytes = der.pkcs1OfPkcs8(pkcs8(key));
  else if (type === "private" && form === "sec1" && CURVE_NAMES[kind] !== void 0) bytes = der.sec1OfPkcs8(pkcs8(key));
  else throw new ERR_INVALID_ARG_VALUE("options.type", form);
  if (format === "der") return Buffer.from(bytes);
  if (format !== "pem") throw new ERR_INVALID_ARG_VALUE("options.format", format);
  const label = LABELS[form] ?? (type === "public" ? "RSA PUBLIC KEY" : "RSA PRIVATE KEY");
  return `-----BEGIN ${label}-----
${bytes.toString("base64").replace(/.{64}(?=.)/g, "$&\n")}
-----END ${label}-----
`;
};
var inner;
var KeyObject = class _KeyObject {
  // The bytes of a secret key, or a key.
  #key;
  constructor(key) {
    this.#key = key;
  }
  static {
    inner = (object) => {
      if (object.#key.type === void 0) throw new ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE("secret", "private or public");
      return object.#key;
    };
  }
  get type() {
    return this.#key.type ?? "secret";
  }
  get symmetricKeySize() {
    return this.#key.type === void 0 ? this.#key.length : void 0;
  }
  get asymmetricKeyType() {
    return this.#key.type === void 0 ? void 0 : TYPES[this.#key.kind] ?? "ec";
  }
  get asymmetricKeyDetails() {
    const { type, kind, handle } = this.#key;
    if (type === void 0) return void 0;
    if (kind !== "rsa") return CURVE_NAMES[kind] === void 0 ? {} : { namedCurve: CURVE_NAMES[kind] };
    const exponent = Buffer.from(helpers.rsaExponent(handle)).toString("hex");
    return { modulusLength: helpers.rsaBits(handle), publicExponent: BigInt(`0x${exponent}`) };
  }
  export(options) {
    if (this.#key.type !== void 0) {
      if (options === null || typeof options !== "object") throw new ERR_INVALID_ARG_TYPE("options", "object", options);
      return write(this.#key, options);
    }
    if (options?.format === "jwk") return { kty: "oct", k: this.#key.toString("base64url") };
    return Buffer.from(this.#key);
  }
  equals(other) {
    if (!(other instanceof _KeyObject)) throw new ERR_INVALID_ARG_TYPE("otherKeyObject", "KeyObject", other);
    const [own, its] = [this.#key, other.#key];
    if (own.type !== its.type || own.kind !== its.kind) return false;
    const bytes = (key) => key.type === void 0 ? key : key.type === "public" ? spki(key) : pkcs8(key);
    const [first, second] = [bytes(own), bytes(its)];
    return first.length === second.length && native.equal(first, second);
  }
};
var generate = (type, options = {}) => {
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
    if (kind === void 0) throw new TypeError("Invalid EC curve name");
    handles = helpers.curveGenerate(kind);
  } else if (type === "ed25519" || type === "x25519") {
    kind = type === "ed25519" ? "Ed25519" : "X25519";
    handles = helpers.curveGenerate(kind);
  } else throw new ERR_INVALID_ARG_VALUE("type", type, "must be a supported key type");
  if (handles === void 0) throw new ERR_INVALID_ARG_VALUE("options.modulusLength", options.modulusLength);
  const given = (key, encoding) => encoding === void 0 ? new KeyObject(key) : write(key, encoding);
  return {
    publicKey: given(keyOf(kind, "public", handles[0]), options.publicKeyEncoding),
    privateKey: given(keyOf(kind, "private", handles[1]), options.privateKeyEncoding)
  };
};
module.exports = {
  CURVES,
  KeyObject,
  bytesOf,
  generate,
  keyOf,
  inner: (object) => inner(object),
  isNist: (kind) => CURVE_NAMES[kind] !== void 0,
  /** Returns a private key, as a caller gives it. */
  privateKey(given) {
    const key = read(given, true);
    if (key.type === "private") return key;
    const isObject = given instanceof KeyObject || given.key instanceof KeyObject;
    throw isObject ? new ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE(key.type, "private") : unreadable();
  },
  /** Returns a public key, or that of a private one. */
  publicKey: (given) => publicOf(read(given, false))
};
}
