// Signatures, key agreement and encryption with keys of node:crypto.
"use strict";

const { Buffer } = require("node:buffer");
const { codes, unsupported } = require("node:internal/errors");
const der = require("node:internal/der");
const { CURVES, KeyObject, bytesOf, inner, isNist, keyOf, privateKey, publicKey } = require("node:internal/keys");
const { ERR_CRYPTO_INVALID_DIGEST, ERR_CRYPTO_SIGN_KEY_REQUIRED, ERR_INVALID_ARG_VALUE } = codes;
const helpers = native.subtle;

const HASHES = { __proto__: null, sha1: "SHA-1", sha256: "SHA-256", sha384: "SHA-384", sha512: "SHA-512" };
const HASH_SIZES = { __proto__: null, "SHA-1": 20, "SHA-256": 32, "SHA-384": 48, "SHA-512": 64 };
const hashOf = (algorithm) => {
  if (algorithm === null || algorithm === undefined) return undefined;
  const name = `${algorithm}`.toLowerCase().replace(/^(rsa|ecdsa)-/, "").replace(/withrsaencryption$/, "").replace(/^sha-/, "sha");
  const hash = HASHES[name];
  if (hash === undefined) throw new ERR_CRYPTO_INVALID_DIGEST(algorithm);
  return hash;
};
const SIZES = { __proto__: null, "P-256": 32, "P-384": 48, "P-521": 66 };
const failed = (message, code) => Object.assign(new Error(message), { code });

const PKCS1 = 1, OAEP = 4, PSS = 6;
const DIGEST = -1, LARGEST = -2;
const largestSalt = (key, hash) => Math.ceil((helpers.rsaBits(key.handle) - 1) / 8) - HASH_SIZES[hash] - 2;

/** Returns the lengths of the salt to try, or none for PKCS #1. */
const salts = (key, hash, options, verifies) => {
  const { padding = PKCS1, saltLength = LARGEST } = options;
  if (padding === PKCS1) return [undefined];
  if (padding !== PSS) throw unsupported(`The padding ${padding} of RSA`);
  const largest = largestSalt(key, hash);
  if (saltLength === DIGEST) return [HASH_SIZES[hash]];
  if (saltLength !== LARGEST) return [saltLength];
  if (!verifies) return [largest];
  // The salt of the signature may have any length.
  const all = [HASH_SIZES[hash], largest];
  for (let length = 0; length < largest; length++) if (length !== all[0]) all.push(length);
  return all;
};

const optionsOf = (given) => given instanceof KeyObject || given === null || typeof given !== "object" ? {} : given;

const signed = (algorithm, data, given) => {
  if (given === undefined || given === null) throw new ERR_CRYPTO_SIGN_KEY_REQUIRED();
  const key = privateKey(given);
  const options = optionsOf(given);
  const hash = hashOf(algorithm) ?? (key.kind === "Ed25519" ? undefined : "SHA-256");
  if (key.kind === "rsa") {
    const signature = helpers.rsaSign(key.handle, hash, salts(key, hash, options, false)[0], data);
    if (signature === undefined) throw failed("error:0200009F:rsa routines::digest too big for rsa key", "ERR_OSSL_RSA_DIGEST_TOO_BIG_FOR_RSA_KEY");
    return Buffer.from(signature);
  }
  const signature = helpers.curveSign(key.handle, hash, data);
  if (signature === undefined) {
    throw failed("error:03000096:digital envelope routines::operation not supported for this keytype", "ERR_OSSL_EVP_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE");
  }
  const bytes = Buffer.from(signature);
  return isNist(key.kind) && options.dsaEncoding !== "ieee-p1363" ? der.signatureOfNumbers(bytes) : bytes;
};

const isSigned = (algorithm, data, given, signature) => {
  const key = publicKey(given);
  const options = optionsOf(given);
  const hash = hashOf(algorithm) ?? (key.kind === "Ed25519" ? undefined : "SHA-256");
  if (key.kind === "rsa") {
    return salts(key, hash, options, true).some((salt) => helpers.rsaVerify(key.handle, hash, salt, signature, data) === true);
  }
  let bytes = signature;
  if (isNist(key.kind) && options.dsaEncoding !== "ieee-p1363") {
    try {
      bytes = der.numbersOfSignature(signature, SIZES[key.kind]);
    } catch {
      return false;
    }
  }
  return helpers.curveVerify(key.handle, hash, bytes, data) === true;
};

/** The data that is signed, in pieces. */
class Pieces {
  #pieces = [];
  #algorithm;
  constructor(algorithm) {
    hashOf(`${algorithm}`);
    this.#algorithm = algorithm;
  }
  update(data, encoding) {
    this.#pieces.push(Buffer.from(bytesOf(data, "data", encoding)));
    return this;
  }
  write(data, encoding) {
    this.update(data, encoding);
    return true;
  }
  end(data, encoding) {
    if (data !== undefined) this.update(data, encoding);
    return this;
  }
  static of(self) {
    return [self.#algorithm, Buffer.concat(self.#pieces)];
  }
}
const { of } = Pieces;
delete Pieces.of;

class Sign extends Pieces {
  sign(key, encoding) {
    const signature = signed(...of(this), key);
    return encoding && encoding !== "buffer" ? signature.toString(encoding) : signature;
  }
}
class Verify extends Pieces {
  verify(key, signature, encoding) {
    return isSigned(...of(this), key, bytesOf(signature, "signature", encoding));
  }
}

const nextTick = (...args) => require("node:process").nextTick(...args);
/** Calls back with what a function returns, or returns it if there is no callback. */
const maybeLater = (callback, act) => {
  if (callback === undefined) return act();
  let result;
  try {
    result = act();
  } catch (error) {
    nextTick(callback, error);
    return undefined;
  }
  nextTick(callback, null, result);
  return undefined;
};

const agreed = (key, other) => {
  const secret = helpers.curveAgree(key.handle, other.handle);
  if (secret === undefined) throw failed("The keys have no secret in common.", "ERR_CRYPTO_INCOMPATIBLE_KEY");
  return Buffer.from(secret);
};

class ECDH {
  #curve;
  #key;
  constructor(name) {
    this.#curve = CURVES[`${name}`.toLowerCase()];
    if (this.#curve === undefined) throw new ERR_INVALID_ARG_VALUE("curve", name, "is not a known curve");
  }
  generateKeys(encoding, format) {
    this.#key = keyOf(this.#curve, "private", helpers.curveGenerate(this.#curve)[1]);
    return this.getPublicKey(encoding, format);
  }
  computeSecret(other, inputEncoding, outputEncoding) {
    const handle = helpers.curveImport(this.#curve, "raw", bytesOf(other, "otherPublicKey", inputEncoding));
    if (handle === undefined) throw failed("Public key is not valid for specified curve", "ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY");
    const secret = agreed(this.#key, { handle });
    return outputEncoding && outputEncoding !== "buffer" ? secret.toString(outputEncoding) : secret;
  }
  getPublicKey(encoding, format = "uncompressed") {
    let bytes = Buffer.from(helpers.curveExport(this.#key.handle, "raw"));
    if (format === "compressed") {
      const [x, last] = [bytes.subarray(1, 1 + SIZES[this.#curve]), bytes[bytes.length - 1]];
      bytes = Buffer.concat([Buffer.from([2 + (last & 1)]), x]);
    }
    return encoding && encoding !== "buffer" ? bytes.toString(encoding) : bytes;
  }
  getPrivateKey(encoding) {
    const bytes = Buffer.from(der.scalarOfPkcs8(Buffer.from(helpers.curveExport(this.#key.handle, "pkcs8"))));
    return encoding && encoding !== "buffer" ? bytes.toString(encoding) : bytes;
  }
  setPrivateKey(key, encoding) {
    const given = bytesOf(key, "key", encoding);
    const size = SIZES[this.#curve];
    const scalar = given.length < size ? Buffer.concat([Buffer.alloc(size - given.length), given]) : given;
    const handle = helpers.curveImport(this.#curve, "pkcs8", der.pkcs8OfScalar(this.#curve, scalar));
    if (handle === undefined) throw failed("Private key is not valid for specified curve.", "ERR_CRYPTO_INVALID_KEYTYPE");
    this.#key = keyOf(this.#curve, "private", handle);
  }
}

/** Encrypts or decrypts with OAEP. */
const crypted = (given, key, run, data) => {
  const { padding = OAEP, oaepHash = "sha1", oaepLabel = Buffer.alloc(0) } = optionsOf(given);
  if (padding !== OAEP) throw unsupported(`The padding ${padding} of RSA`);
  if (key.kind !== "rsa") throw unsupported("Encryption with another key than one of RSA");
  const result = run(key.handle, hashOf(oaepHash), bytesOf(oaepLabel, "key.oaepLabel"), bytesOf(data, "buffer"));
  if (result === undefined) throw failed("error:02000079:rsa routines::oaep decoding error", "ERR_OSSL_RSA_OAEP_DECODING_ERROR");
  return Buffer.from(result);
};

module.exports = {
  ECDH,
  Sign,
  Verify,
  createECDH: (curve) => new ECDH(curve),
  createSign: (algorithm) => new Sign(algorithm),
  createVerify: (algorithm) => new Verify(algorithm),
  sign: (algorithm, data, key, callback) => maybeLater(callback, () => signed(algorithm, bytesOf(data, "data"), key)),
  verify: (algorithm, data, key, signature, callback) =>
    maybeLater(callback, () => isSigned(algorithm, bytesOf(data, "data"), key, bytesOf(signature, "signature"))),
  diffieHellman: (options, callback) =>
    maybeLater(callback, () => agreed(inner(options.privateKey), inner(options.publicKey))),
  publicEncrypt: (key, data) => crypted(key, publicKey(key), helpers.rsaEncrypt, data),
  privateDecrypt: (key, data) => crypted(key, privateKey(key), helpers.rsaDecrypt, data),
};
