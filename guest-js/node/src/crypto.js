// crypto: hashes, MACs, derived keys, random numbers, AES and keys. The bytes are made natively.
"use strict";

const { Buffer } = require("node:buffer");
const { codes, unsupported } = require("node:internal/errors");
const { validateFunction, validateInteger, validateInt32, validateObject, validateString, validateUint32, validateBoolean } =
  require("node:internal/validators");
const { isAnyArrayBuffer, isArrayBufferView } = require("node:util/types");
const keys = require("node:internal/keys");
const signatures = require("node:internal/signatures");
const { KeyObject } = keys;
const {
  ERR_CRYPTO_HASH_FINALIZED, ERR_CRYPTO_INVALID_DIGEST, ERR_CRYPTO_INVALID_IV, ERR_CRYPTO_INVALID_KEYLEN,
  ERR_CRYPTO_INVALID_SCRYPT_PARAMS, ERR_CRYPTO_INVALID_STATE, ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH, ERR_CRYPTO_UNKNOWN_CIPHER,
  ERR_CRYPTO_INVALID_AUTH_TAG, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE,
} = codes;
// Streams are large and few use a hash as one.
const stream = () => require("node:stream");
const nextTick = (...args) => require("node:process").nextTick(...args);

const HASHES = ["md5", "ripemd160", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512-224", "sha512-256",
  "sha3-224", "sha3-256", "sha3-384", "sha3-512"];
const ALIASES = { __proto__: null, rmd160: "ripemd160", ripemd: "ripemd160", "sha-1": "sha1", "sha-224": "sha224", "sha-256": "sha256",
  "sha-384": "sha384", "sha-512": "sha512", "sha512/256": "sha512-256", "sha512/224": "sha512-224", "ssl3-md5": "md5", "ssl3-sha1": "sha1" };
const digestName = (name) => {
  const lower = name.toLowerCase().replace(/^rsa-/, "").replace(/withrsaencryption$/, "");
  return ALIASES[lower] ?? lower;
};

const bytesOf = (data, name, encoding) => {
  if (typeof data === "string") return Buffer.from(data, encoding === "buffer" ? "utf8" : encoding);
  if (isAnyArrayBuffer(data)) return new Uint8Array(data);
  if (isArrayBufferView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof KeyObject) return data.export();
  throw new ERR_INVALID_ARG_TYPE(name, ["string", "ArrayBuffer", "Buffer", "TypedArray", "DataView"], data);
};
const encoded = (bytes, encoding) => {
  const buffer = Buffer.from(bytes);
  return encoding && encoding !== "buffer" ? buffer.toString(encoding) : buffer;
};

/** A class that is a stream as soon as a method of streams is called. */
const lazyTransform = (Class) => {
  const methods = ["on", "once", "addListener", "prependListener", "emit", "pipe", "write", "end", "read", "resume", "pause",
    "setEncoding", "destroy", "removeListener", "off", "removeAllListeners", "cork", "uncork", "push", "unshift", "unpipe", "listenerCount",
    "eventNames", "listeners", "isPaused", "wrap", "iterator", "toArray", "map", "setDefaultEncoding", Symbol.asyncIterator];
  const upgrade = (self) => {
    const { Transform } = stream();
    if (!(self instanceof Transform)) Object.setPrototypeOf(Class.prototype, Transform.prototype);
    for (const name of methods) delete Class.prototype[name];
  };
  for (const name of methods) {
    Object.defineProperty(Class.prototype, name, {
      configurable: true,
      writable: true,
      value(...args) {
        upgrade(this);
        return this[name](...args);
      },
    });
  }
  // The state of a stream is made when it is first asked for.
  for (const state of ["_readableState", "_writableState"]) {
    Object.defineProperty(Class.prototype, state, {
      configurable: true,
      get() {
        const options = this._options ?? {};
        stream().Transform.call(this, options);
        return this[state];
      },
      set(value) {
        Object.defineProperty(this, state, { value, writable: true, configurable: true, enumerable: false });
      },
    });
  }
};

const kHandle = Symbol("handle");
const kDone = Symbol("done");

function Hash(algorithm, options) {
  if (!new.target) return new Hash(algorithm, options);
  if (algorithm instanceof Hash) {
    if (algorithm[kDone]) throw new ERR_CRYPTO_HASH_FINALIZED();
    this[kHandle] = algorithm[kHandle].copy();
  } else {
    validateString(algorithm, "algorithm");
    this[kHandle] = native.hash(digestName(algorithm));
    if (!this[kHandle]) {
      const error = new Error("Digest method not supported");
      error.code = "ERR_OSSL_EVP_UNSUPPORTED";
      throw error;
    }
    if (options?.outputLength !== undefined) {
      validateUint32(options.outputLength, "options.outputLength");
      if (options.outputLength !== this[kHandle].finish().byteLength) throw unsupported("an outputLength of another size");
    }
  }
  this._options = options;
  this[kDone] = false;
}
Hash.prototype.copy = function (options) {
  if (this[kDone]) throw new ERR_CRYPTO_HASH_FINALIZED();
  return new Hash(this, options);
};
Hash.prototype.update = function (data, encoding) {
  if (this[kDone]) throw new ERR_CRYPTO_HASH_FINALIZED();
  if (typeof data !== "string" && !isArrayBufferView(data)) {
    throw new ERR_INVALID_ARG_TYPE("data", ["string", "Buffer", "TypedArray", "DataView"], data);
  }
  this[kHandle].update(bytesOf(data, "data", encoding));
  return this;
};
Hash.prototype.digest = function (encoding) {
  if (this[kDone]) throw new ERR_CRYPTO_HASH_FINALIZED();
  this[kDone] = true;
  return encoded(this[kHandle].finish(), encoding);
};
Hash.prototype._transform = function (chunk, encoding, callback) {
  this[kHandle].update(bytesOf(chunk, "chunk", encoding));
  callback();
};
Hash.prototype._flush = function (callback) {
  this.push(this.digest());
  callback();
};

function Hmac(algorithm, key, options) {
  if (!new.target) return new Hmac(algorithm, key, options);
  validateString(algorithm, "hmac");
  const bytes = bytesOf(key, "key", options?.encoding);
  this[kHandle] = native.hmac(digestName(algorithm), bytes);
  if (!this[kHandle]) throw new ERR_CRYPTO_INVALID_DIGEST(algorithm);
  this._options = options;
  this[kDone] = false;
}
Hmac.prototype.update = Hash.prototype.update;
Hmac.prototype.digest = function (encoding) {
  // A second digest is empty, as in Node.
  if (this[kDone]) return encoded(new ArrayBuffer(0), encoding);
  this[kDone] = true;
  return encoded(this[kHandle].finish(), encoding);
};
Hmac.prototype._transform = Hash.prototype._transform;
Hmac.prototype._flush = Hash.prototype._flush;

// Ciphers.
const CIPHERS = [];
for (const bits of [128, 192, 256]) for (const mode of ["cbc", "ctr", "ecb", "gcm"]) CIPHERS.push(`aes-${bits}-${mode}`);
const CIPHER_ALIASES = { __proto__: null, aes128: "aes-128-cbc", aes192: "aes-192-cbc", aes256: "aes-256-cbc",
  "id-aes128-gcm": "aes-128-gcm", "id-aes192-gcm": "aes-192-gcm", "id-aes256-gcm": "aes-256-gcm" };

const initCipher = (self, name, key, iv, options, decrypts) => {
  validateString(name, "cipher");
  const bytes = bytesOf(key, "key");
  const vector = iv === null ? new Uint8Array(0) : bytesOf(iv, "iv");
  const lower = name.toLowerCase();
  const known = CIPHER_ALIASES[lower] ?? lower;
  if (!CIPHERS.includes(known)) throw new ERR_CRYPTO_UNKNOWN_CIPHER();
  const [, bits, mode] = known.split("-");
  if (bytes.length * 8 !== +bits) throw new ERR_CRYPTO_INVALID_KEYLEN();
  if (mode === "gcm" ? vector.length === 0 : vector.length !== (mode === "ecb" ? 0 : 16)) throw new ERR_CRYPTO_INVALID_IV();
  const tagLength = options?.authTagLength ?? 16;
  if (mode === "gcm" && ![4, 8, 12, 13, 14, 15, 16].includes(tagLength)) {
    throw new ERR_CRYPTO_INVALID_AUTH_TAG(`Invalid authentication tag length: ${tagLength}`);
  }
  self[kHandle] = native.cipher(mode, bytes, vector, decrypts, tagLength);
  if (!self[kHandle]) throw new ERR_CRYPTO_INVALID_IV();
  self._options = options;
  self._mode = mode;
  self._tag = undefined;
  self._tagLength = options?.authTagLength;
  self[kDone] = false;
};

const defineCipher = (name, decrypts) => {
  const Class = ({
    [name]: function (cipher, key, iv, options) {
      if (!new.target) return new Class(cipher, key, iv, options);
      initCipher(this, cipher, key, iv, options, decrypts);
    },
  })[name];
  Object.assign(Class.prototype, {
    update(data, inputEncoding, outputEncoding) {
      if (this[kDone]) throw new ERR_CRYPTO_INVALID_STATE("update");
      if (typeof data !== "string" && !isArrayBufferView(data)) {
        throw new ERR_INVALID_ARG_TYPE("data", ["string", "Buffer", "TypedArray", "DataView"], data);
      }
      const out = this[kHandle].update(bytesOf(data, "data", inputEncoding));
      if (!outputEncoding || outputEncoding === "buffer") return Buffer.from(out);
      this._decoder ??= new (require("node:string_decoder").StringDecoder)(outputEncoding);
      return this._decoder.write(Buffer.from(out));
    },
    final(outputEncoding) {
      if (this[kDone]) throw new ERR_CRYPTO_INVALID_STATE("final");
      this[kDone] = true;
      const out = this[kHandle].finish();
      if (!out) {
        if (this._mode === "gcm") throw new Error("Unsupported state or unable to authenticate data");
        const error = new Error(decrypts ? "error:1C800064:Provider routines::bad decrypt" : "error:1C80006B:Provider routines::wrong final block length");
        error.code = decrypts ? "ERR_OSSL_BAD_DECRYPT" : "ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH";
        throw error;
      }
      if (!outputEncoding || outputEncoding === "buffer") return Buffer.from(out);
      this._decoder ??= new (require("node:string_decoder").StringDecoder)(outputEncoding);
      return this._decoder.end(Buffer.from(out));
    },
    setAutoPadding(pads = true) {
      if (this[kDone]) throw new ERR_CRYPTO_INVALID_STATE("setAutoPadding");
      this[kHandle].setPadding(Boolean(pads));
      return this;
    },
    setAAD(data, options) {
      if (this[kDone] || this._mode !== "gcm") throw new ERR_CRYPTO_INVALID_STATE("setAAD");
      this[kHandle].authenticate(bytesOf(data, "buffer", options?.encoding));
      return this;
    },
    _transform(chunk, encoding, callback) {
      this.push(Buffer.from(this[kHandle].update(bytesOf(chunk, "chunk", encoding))));
      callback();
    },
    _flush(callback) {
      try {
        this.push(this.final());
      } catch (error) {
        callback(error);
        return;
      }
      callback();
    },
  }, decrypts ? {
    setAuthTag(tag, encoding) {
      if (this[kDone] || this._mode !== "gcm" || this._tag) throw new ERR_CRYPTO_INVALID_STATE("setAuthTag");
      const bytes = bytesOf(tag, "buffer", encoding);
      const allowed = this._tagLength === undefined ? [4, 8, 12, 13, 14, 15, 16] : [this._tagLength];
      if (!allowed.includes(bytes.length)) throw new ERR_CRYPTO_INVALID_AUTH_TAG(`Invalid authentication tag length: ${bytes.length}`);
      this._tag = bytes;
      this[kHandle].expectTag(bytes);
      return this;
    },
  } : {
    getAuthTag() {
      if (!this[kDone] || this._mode !== "gcm") throw new ERR_CRYPTO_INVALID_STATE("getAuthTag");
      return Buffer.from(this[kHandle].tag());
    },
  });
  lazyTransform(Class);
  return Class;
};
lazyTransform(Hash);
lazyTransform(Hmac);
const Cipheriv = defineCipher("Cipheriv", false);
const Decipheriv = defineCipher("Decipheriv", true);

// Random numbers.
const fillRandom = (bytes) => {
  for (let at = 0; at < bytes.length; at += 65536) native.randomize(bytes.subarray(at, at + 65536));
  return bytes;
};
const assertSize = (size, length, name = "size") => {
  if (typeof size !== "number") throw new ERR_INVALID_ARG_TYPE(name, "number", size);
  if (Number.isNaN(size) || size < 0 || size > Math.min(length, 2147483647)) {
    throw new ERR_OUT_OF_RANGE(name, `>= 0 && <= ${Math.min(length, 2147483647)}`, size);
  }
  return size >>> 0;
};
const randomBytes = (size, callback) => {
  assertSize(size, 2147483647);
  if (callback !== undefined) validateFunction(callback, "callback");
  const bytes = fillRandom(Buffer.alloc(size));
  if (callback === undefined) return bytes;
  nextTick(callback, null, bytes);
  return undefined;
};
const randomFillSync = (buffer, offset = 0, size) => {
  if (!isAnyArrayBuffer(buffer) && !isArrayBufferView(buffer)) throw new ERR_INVALID_ARG_TYPE("buf", ["ArrayBuffer", "ArrayBufferView"], buffer);
  const unit = buffer.BYTES_PER_ELEMENT || 1;
  const from = assertSize(offset * unit, buffer.byteLength, "offset");
  const count = size === undefined ? buffer.byteLength - from : assertSize(size * unit, buffer.byteLength, "size");
  if (count + from > buffer.byteLength) throw new ERR_OUT_OF_RANGE("size + offset", `<= ${buffer.byteLength}`, count + from);
  const whole = isAnyArrayBuffer(buffer) ? new Uint8Array(buffer) : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  fillRandom(whole.subarray(from, from + count));
  return buffer;
};
const randomFill = (buffer, offset, size, callback) => {
  if (typeof offset === "function") [callback, offset, size] = [offset, 0, undefined];
  else if (typeof size === "function") [callback, size] = [size, undefined];
  validateFunction(callback, "callback");
  randomFillSync(buffer, offset, size);
  nextTick(callback, null, buffer);
};
const RANGE = 281474976710655;
const randomInt = (min, max, callback) => {
  const minGiven = !(max === undefined || typeof max === "function");
  if (!minGiven) [callback, max, min] = [max, min, 0];
  if (callback !== undefined) validateFunction(callback, "callback");
  if (!Number.isSafeInteger(min)) throw new ERR_INVALID_ARG_TYPE("min", "a safe integer", min);
  if (!Number.isSafeInteger(max)) throw new ERR_INVALID_ARG_TYPE("max", "a safe integer", max);
  if (max <= min) throw new ERR_OUT_OF_RANGE("max", `greater than the value of "min" (${min})`, max);
  const range = max - min;
  if (!(range <= RANGE)) {
    throw new ERR_OUT_OF_RANGE(minGiven ? "max - min" : "max", `<= ${RANGE}`, range);
  }
  // Numbers beyond the last multiple of the range are drawn again.
  const limit = RANGE - (RANGE % range);
  let drawn;
  do drawn = fillRandom(Buffer.alloc(6)).readUIntBE(0, 6); while (drawn >= limit);
  const value = (drawn % range) + min;
  if (callback === undefined) return value;
  nextTick(callback, undefined, value);
  return undefined;
};
const randomUUID = (options) => {
  if (options !== undefined) validateObject(options, "options");
  if (options?.disableEntropyCache !== undefined) validateBoolean(options.disableEntropyCache, "options.disableEntropyCache");
  return native.randomUuid();
};

// Derived keys.
const checkPbkdf2 = (password, salt, iterations, keylen, digest) => {
  validateString(digest, "digest");
  password = bytesOf(password, "password");
  salt = bytesOf(salt, "salt");
  validateInt32(iterations, "iterations", 1);
  validateInt32(keylen, "keylen", 0);
  return [password, salt, iterations, keylen, digest];
};
const pbkdf2Sync = (...args) => {
  const [password, salt, iterations, keylen, digest] = checkPbkdf2(...args);
  const key = native.pbkdf2(digestName(digest), password, salt, iterations, keylen);
  if (!key) throw new ERR_CRYPTO_INVALID_DIGEST(digest);
  return Buffer.from(key);
};
const pbkdf2 = (password, salt, iterations, keylen, digest, callback) => {
  if (typeof digest === "function") {
    callback = digest;
    digest = undefined;
  }
  const args = checkPbkdf2(password, salt, iterations, keylen, digest);
  validateFunction(callback, "callback");
  const key = pbkdf2Sync(...args);
  nextTick(callback, null, key);
};
const scryptParams = (password, salt, keylen, options) => {
  password = bytesOf(password, "password");
  salt = bytesOf(salt, "salt");
  validateInt32(keylen, "keylen", 0);
  let [N, r, p, maxmem] = [16384, 8, 1, 32 << 20];
  if (options && options !== scryptParams) {
    const pick = (short, long, fallback) => {
      if (options[short] !== undefined && options[long] !== undefined) throw new codes.ERR_INVALID_ARG_VALUE(short, options[short]);
      const value = options[short] ?? options[long];
      if (value !== undefined) validateUint32(value, options[short] !== undefined ? short : long);
      return value || fallback;
    };
    N = pick("N", "cost", N);
    r = pick("r", "blockSize", r);
    p = pick("p", "parallelization", p);
    if (options.maxmem !== undefined) {
      maxmem = options.maxmem;
      validateInteger(maxmem, "maxmem", 0);
    }
  }
  const log = Math.log2(N);
  if (!Number.isInteger(log) || N < 2) throw new ERR_CRYPTO_INVALID_SCRYPT_PARAMS();
  if (128 * N * r > maxmem) throw new ERR_CRYPTO_INVALID_SCRYPT_PARAMS("memory limit exceeded");
  return [password, salt, log, r, p, keylen];
};
const scryptSync = (password, salt, keylen, options) => {
  const key = native.scrypt(...scryptParams(password, salt, keylen, options));
  if (!key) throw new ERR_CRYPTO_INVALID_SCRYPT_PARAMS();
  return Buffer.from(key);
};
const scrypt = (password, salt, keylen, options, callback) => {
  if (callback === undefined) [callback, options] = [options, undefined];
  const params = scryptParams(password, salt, keylen, options);
  validateFunction(callback, "callback");
  const key = native.scrypt(...params);
  if (!key) throw new ERR_CRYPTO_INVALID_SCRYPT_PARAMS();
  nextTick(callback, null, Buffer.from(key));
};
const hkdfSync = (digest, key, salt, info, keylen) => {
  validateString(digest, "digest");
  [key, salt, info] = [bytesOf(key, "ikm"), bytesOf(salt, "salt"), bytesOf(info, "info")];
  if (info.length > 1024) throw new ERR_OUT_OF_RANGE("info", "must not contain more than 1024 bytes", info.length);
  validateInteger(keylen, "length", 0, 2147483647);
  const derived = native.hkdf(digestName(digest), key, salt, info, keylen);
  if (!derived) {
    if (!native.hash(digestName(digest))) throw new ERR_CRYPTO_INVALID_DIGEST(digest);
    throw new ERR_CRYPTO_INVALID_KEYLEN();
  }
  return derived;
};
const hkdf = (digest, key, salt, info, keylen, callback) => {
  validateFunction(callback, "callback");
  const derived = hkdfSync(digest, key, salt, info, keylen);
  nextTick(callback, null, derived);
};

const SIZES = { __proto__: null, ecb: 0, gcm: 12, cbc: 16, ctr: 16 };

const generateKeySync = (type, options) => {
  validateObject(options, "options");
  if (type !== "hmac" && type !== "aes") throw new ERR_INVALID_ARG_VALUE("type", type, "must be a supported key type");
  validateInteger(options.length, "options.length", 8, 2 ** 31 - 1);
  if (type === "aes" && ![128, 192, 256].includes(options.length)) throw new ERR_INVALID_ARG_VALUE("options.length", options.length);
  return new KeyObject(randomBytes(options.length >> 3));
};
function generateKeyPair(type, options, callback) {
  const done = typeof options === "function" ? options : callback;
  validateFunction(done, "callback");
  const { publicKey, privateKey } = keys.generate(type, typeof options === "function" ? {} : options);
  nextTick(done, null, publicKey, privateKey);
}
Object.defineProperty(generateKeyPair, Symbol.for("nodejs.util.promisify.custom"), {
  value: async (type, options) => keys.generate(type, options),
});

const exported = module.exports = {
  Hash,
  Hmac,
  Cipheriv,
  Decipheriv,
  KeyObject,
  createHash: (algorithm, options) => new Hash(algorithm, options),
  createHmac: (algorithm, key, options) => new Hmac(algorithm, key, options),
  createCipheriv: (cipher, key, iv, options) => new Cipheriv(cipher, key, iv, options),
  createDecipheriv: (cipher, key, iv, options) => new Decipheriv(cipher, key, iv, options),
  createSecretKey(key, encoding) {
    return new KeyObject(Buffer.from(bytesOf(key, "key", encoding)));
  },
  createPrivateKey: (key) => new KeyObject(keys.privateKey(key)),
  createPublicKey: (key) => new KeyObject(keys.publicKey(key)),
  generateKeyPairSync: (type, options) => keys.generate(type, options),
  generateKeyPair,
  generateKeySync,
  generateKey(type, options, callback) {
    validateFunction(callback, "callback");
    nextTick(callback, null, generateKeySync(type, options));
  },
  ...signatures,
  hash(algorithm, data, options = "hex") {
    validateString(algorithm, "algorithm");
    if (typeof data !== "string" && !isArrayBufferView(data)) {
      throw new ERR_INVALID_ARG_TYPE("input", ["string", "Buffer", "TypedArray", "DataView"], data);
    }
    return new Hash(algorithm).update(data).digest(typeof options === "string" ? options : options?.outputEncoding ?? "hex");
  },
  getHashes: () => HASHES.map((name) => (name.startsWith("sha3") || name === "ripemd160" ? name : name)),
  getCiphers: () => [...CIPHERS],
  getCurves: () => ["prime256v1", "secp384r1", "secp521r1"],
  getCipherInfo(name) {
    if (typeof name !== "string" && typeof name !== "number") throw new ERR_INVALID_ARG_TYPE("nameOrNid", ["string", "number"], name);
    const known = CIPHERS.find((it) => it === `${name}`.toLowerCase());
    if (known === undefined) return undefined;
    const [, bits, mode] = known.split("-");
    return {
      mode, name: mode === "gcm" ? `id-aes${bits}-GCM` : known, ...(mode === "cbc" || mode === "ecb" ? { blockSize: 16 } : {}),
      ...(SIZES[mode] ? { ivLength: SIZES[mode] } : {}), keyLength: bits / 8,
    };
  },
  getFips: () => 0,
  randomBytes,
  pseudoRandomBytes: randomBytes,
  rng: randomBytes,
  prng: randomBytes,
  randomFillSync,
  randomFill,
  randomInt,
  randomUUID,
  timingSafeEqual(first, second) {
    if (!isAnyArrayBuffer(first) && !isArrayBufferView(first)) {
      throw new ERR_INVALID_ARG_TYPE("buf1", ["ArrayBuffer", "Buffer", "TypedArray", "DataView"], first);
    }
    if (!isAnyArrayBuffer(second) && !isArrayBufferView(second)) {
      throw new ERR_INVALID_ARG_TYPE("buf2", ["ArrayBuffer", "Buffer", "TypedArray", "DataView"], second);
    }
    if (first.byteLength !== second.byteLength) throw new ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH();
    return native.equal(bytesOf(first), bytesOf(second));
  },
  pbkdf2,
  pbkdf2Sync,
  scrypt,
  scryptSync,
  hkdf,
  hkdfSync,
  webcrypto: crypto,
  subtle: crypto.subtle,
  getRandomValues: (array) => crypto.getRandomValues(array),
  constants: {
    RSA_PKCS1_PADDING: 1, RSA_NO_PADDING: 3, RSA_PKCS1_OAEP_PADDING: 4, RSA_PKCS1_PSS_PADDING: 6,
    RSA_PSS_SALTLEN_DIGEST: -1, RSA_PSS_SALTLEN_MAX_SIGN: -2, RSA_PSS_SALTLEN_AUTO: -2,
    POINT_CONVERSION_COMPRESSED: 2, POINT_CONVERSION_UNCOMPRESSED: 4, POINT_CONVERSION_HYBRID: 6,
  },
};
for (const name of ["Certificate", "DiffieHellman", "DiffieHellmanGroup", "X509Certificate", "checkPrime", "checkPrimeSync",
  "createDiffieHellman", "createDiffieHellmanGroup", "generatePrime", "generatePrimeSync", "getDiffieHellman", "privateEncrypt",
  "publicDecrypt", "secureHeapUsed", "setEngine", "setFips"]) {
  exported[name] = ({ [name]: function () { throw unsupported(`crypto.${name}`); } })[name];
}
