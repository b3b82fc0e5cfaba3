(native, internals) => {
  const { subtle } = internals;
  const { bad, buffers } = internals.streams;
  const { apply } = Reflect;
  const { slice } = String.prototype;
  const { checkJwk, checkUsages, define, fail, makeKey, optional, required } = subtle;
  const helpers = native.subtle;
  const [ENCRYPT, DECRYPT] = [true, false];

  const failed = (result) => result ?? fail("OperationError", "The operation failed.");
  const lengthOf = (bytes) => buffers.placeOf(bytes).length;

  const checkEmpty = (usages) => {
    if (usages === 0) fail("SyntaxError", "A secret key needs a usage.");
  };

  // Returns the bytes of a key that is imported.
  const bytesOf = (format, data, expected, alg) => {
    if (format === "raw") return data;
    if (format !== "jwk") fail("NotSupportedError", `A secret key has no format "${format}".`);
    checkJwk(data, expected);
    const bytes = data.k === undefined ? undefined : helpers.fromBase64(data.k);
    if (bytes === undefined) fail("DataError", "The JsonWebKey has no valid member k.");
    const view = helpers.copy(bytes);
    const name = alg(view);
    if (data.alg !== undefined && data.alg !== name) {
      fail("DataError", `The algorithm of the JsonWebKey is not ${name}.`);
    }
    return view;
  };

  const exported = (key, format, alg) => {
    if (format === "raw") return helpers.secretBytes(key.handle);
    if (format !== "jwk") fail("NotSupportedError", `A secret key has no format "${format}".`);
    return { __proto__: null, kty: "oct", k: helpers.secretText(key.handle), alg };
  };

  const isAesLength = (length) => length === 128 || length === 192 || length === 256;
  const checkAesLength = ({ length }) =>
    isAesLength(length) ? length : fail("OperationError", "An AES key has 128, 192 or 256 bits.");

  const defineAes = (mode, allowed, operations) => {
    const name = `AES-${mode}`;
    const length = [required("length", "short")];
    const make = (bits, extractable, usages, handle) =>
      makeKey("secret", extractable, { __proto__: null, name, length: bits }, usages, handle);
    define(name, {
      ...operations,
      generateKey: {
        members: length,
        run(algorithm, extractable, usages) {
          checkUsages(usages, allowed);
          const bits = checkAesLength(algorithm);
          checkEmpty(usages);
          return make(bits, extractable, usages, helpers.generateSecret(bits / 8));
        },
      },
      importKey: {
        members: [],
        run(_, format, data, extractable, usages) {
          checkUsages(usages, allowed);
          const expected = { kty: "oct", use: "enc", extractable, usages };
          const bytes = bytesOf(format, data, expected, (view) => `A${lengthOf(view) * 8}${mode}`);
          const bits = lengthOf(bytes) * 8;
          if (!isAesLength(bits)) fail("DataError", "An AES key has 128, 192 or 256 bits.");
          checkEmpty(usages);
          return make(bits, extractable, usages, helpers.secretKey(bytes));
        },
      },
      exportKey: {
        members: [],
        run: (key, format) => exported(key, format, `A${key.algorithm.length}${mode}`),
      },
      keyLength: { members: length, run: checkAesLength },
    });
  };

  const BOTH = subtle.usages("encrypt", "decrypt", "wrapKey", "unwrapKey");
  const pair = (members, run) => ({
    encrypt: { members, run: (algorithm, key, data) => run(ENCRYPT, algorithm, key, data) },
    decrypt: { members, run: (algorithm, key, data) => run(DECRYPT, algorithm, key, data) },
  });
  const checkBlock = (bytes, what) => {
    if (lengthOf(bytes) !== 16) fail("OperationError", `The ${what} must have 16 bytes.`);
  };

  defineAes("CBC", BOTH, pair([required("iv", "bytes")], (encrypts, { iv }, key, data) => {
    checkBlock(iv, "iv");
    return failed(helpers.aesCbc(key.handle, encrypts, iv, data));
  }));

  const counterMembers = [required("counter", "bytes"), required("length", "octet")];
  defineAes("CTR", BOTH, pair(counterMembers, (_, { counter, length }, key, data) => {
    checkBlock(counter, "counter");
    if (length < 1 || length > 128) fail("OperationError", "The counter must have 1 to 128 bits.");
    return failed(helpers.aesCtr(key.handle, counter, length, data));
  }));

  const isTagLength = (length) =>
    length === 32 || length === 64 || (length >= 96 && length <= 128 && length % 8 === 0);
  const gcmMembers = [
    optional("additionalData", "bytes"), required("iv", "bytes"), optional("tagLength", "octet"),
  ];
  defineAes("GCM", BOTH, pair(gcmMembers, (encrypts, algorithm, key, data) => {
    const { iv, additionalData, tagLength = 128 } = algorithm;
    if (!isTagLength(tagLength)) {
      fail("OperationError", `A tag cannot have ${tagLength} bits.`);
    }
    if (lengthOf(iv) === 0) fail("OperationError", "The iv is empty.");
    const crypt = encrypts ? helpers.aesGcmEncrypt : helpers.aesGcmDecrypt;
    return failed(crypt(key.handle, iv, additionalData, tagLength / 8, data));
  }));

  defineAes("KW", subtle.usages("wrapKey", "unwrapKey"), {
    wrapKey: {
      members: [],
      run: (_, key, data) => failed(helpers.aesKw(key.handle, ENCRYPT, data)),
    },
    unwrapKey: {
      members: [],
      run: (_, key, data) => failed(helpers.aesKw(key.handle, DECRYPT, data)),
    },
  });

  const hmacUsages = subtle.usages("sign", "verify");
  const hmacAlg = (hash) => `HS${hash === "SHA-1" ? "1" : apply(slice, hash, [4])}`;
  const blockBits = (hash) => hash === "SHA-1" || hash === "SHA-256" ? 512 : 1024;
  const hmacMembers = [required("hash", "hash"), optional("length", "long")];
  const hmacKey = (hash, length, extractable, usages, handle) =>
    makeKey("secret", extractable, { __proto__: null, name: "HMAC", hash, length }, usages, handle);

  define("HMAC", {
    sign: {
      members: [],
      run: (_, { algorithm, handle }, data) =>
        failed(helpers.hmacSign(handle, algorithm.hash, data)),
    },
    verify: {
      members: [],
      run: (_, { algorithm, handle }, signature, data) =>
        failed(helpers.hmacVerify(handle, algorithm.hash, signature, data)),
    },
    generateKey: {
      members: hmacMembers,
      run({ hash, length = blockBits(hash) }, extractable, usages) {
        checkUsages(usages, hmacUsages);
        if (length === 0) fail("OperationError", "An HMAC key needs a length.");
        checkEmpty(usages);
        const handle = failed(helpers.generateSecret((length + 7 - (length + 7) % 8) / 8));
        return hmacKey(hash, length, extractable, usages, handle);
      },
    },
    importKey: {
      members: hmacMembers,
      run({ hash, length }, format, data, extractable, usages) {
        checkUsages(usages, hmacUsages);
        const expected = { kty: "oct", use: "sig", extractable, usages };
        const bytes = bytesOf(format, data, expected, () => hmacAlg(hash));
        const bits = lengthOf(bytes) * 8;
        if (bits === 0) fail("DataError", "An HMAC key needs a length.");
        if (length !== undefined && (length > bits || length <= bits - 8)) {
          fail("DataError", `The key has ${bits} bits, not ${length}.`);
        }
        checkEmpty(usages);
        return hmacKey(hash, length ?? bits, extractable, usages, helpers.secretKey(bytes));
      },
    },
    exportKey: {
      members: [],
      run: (key, format) => exported(key, format, hmacAlg(key.algorithm.hash)),
    },
    keyLength: {
      members: hmacMembers,
      run({ hash, length = blockBits(hash) }) {
        if (length === 0) bad("An HMAC key needs a length.");
        return length;
      },
    },
  });

  const kdfUsages = subtle.usages("deriveKey", "deriveBits");
  const defineKdf = (name, members, derive) => {
    define(name, {
      importKey: {
        members: [],
        run(_, format, data, extractable, usages) {
          if (format !== "raw") fail("NotSupportedError", `${name} has no format "${format}".`);
          checkUsages(usages, kdfUsages);
          if (extractable) fail("SyntaxError", `A key of ${name} cannot be extractable.`);
          checkEmpty(usages);
          const handle = helpers.secretKey(data);
          return makeKey("secret", false, { __proto__: null, name }, usages, handle);
        },
      },
      deriveBits: {
        members,
        run(algorithm, key, length) {
          if (length === null || length % 8 !== 0) {
            fail("OperationError", "The length must be a multiple of 8.");
          }
          return failed(derive(algorithm, key.handle, length / 8));
        },
      },
      keyLength: { members: [], run: () => null },
    });
  };
  const hkdfMembers = [
    required("hash", "hash"), required("info", "bytes"), required("salt", "bytes"),
  ];
  defineKdf("HKDF", hkdfMembers, ({ hash, salt, info }, handle, length) =>
    helpers.hkdf(handle, hash, salt, info, length));
  const pbkdf2Members = [
    required("hash", "hash"), required("iterations", "long"), required("salt", "bytes"),
  ];
  defineKdf("PBKDF2", pbkdf2Members, ({ hash, salt, iterations }, handle, length) =>
    iterations === 0
      ? fail("OperationError", "PBKDF2 needs an iteration.")
      : helpers.pbkdf2(handle, hash, salt, iterations, length));
}
