(native, internals) => {
  const { subtle } = internals;
  const { checkJwk, checkType, checkUsages, define, fail, makeKey, required } = subtle;
  const usageSet = subtle.usages;
  const { apply } = Reflect;
  const { slice } = String.prototype;
  const helpers = native.subtle;
  const NONE = [];

  const failed = (result) => result ?? fail("OperationError", "The operation failed.");
  const invalid = (key) => key ?? fail("DataError", "The key is not valid.");

  const checkPrivate = (usages) => {
    if (usages === 0) fail("SyntaxError", "A private key needs a usage.");
  };

  /** The usages that the keys of a pair may have, and the `use` of their JSON Web Keys. */
  const SIGNING = { publicUsages: usageSet("verify"), privateUsages: usageSet("sign"), use: "sig" };
  const AGREEING = {
    publicUsages: 0,
    privateUsages: usageSet("deriveKey", "deriveBits"),
    use: "enc",
  };
  const ENCRYPTING = {
    publicUsages: usageSet("encrypt", "wrapKey"),
    privateUsages: usageSet("decrypt", "unwrapKey"),
    use: "enc",
  };

  // Makes a key pair. The public key is always extractable.
  const generate = (kind, usages, extractable, check, make) => {
    const { publicUsages, privateUsages } = kind;
    checkUsages(usages, publicUsages | privateUsages);
    check();
    checkPrivate(usages & privateUsages);
    const { handles, algorithm } = make();
    const [publicHandle, privateHandle] = [handles[0], handles[1]];
    return {
      publicKey: makeKey("public", true, algorithm, usages & publicUsages, publicHandle),
      privateKey: makeKey("private", extractable, algorithm, usages & privateUsages, privateHandle),
    };
  };

  // Imports a key in one of the formats. `take` has a function for each of them.
  const importAs = (kind, format, data, extractable, usages, take) => {
    const { publicUsages, privateUsages, use } = kind;
    const isPrivate = format === "pkcs8" || (format === "jwk" && data.d !== undefined);
    const reader = take[format]
      ?? fail("NotSupportedError", `The algorithm has no key format "${format}".`);
    checkUsages(usages, isPrivate ? privateUsages : publicUsages);
    if (format === "jwk") checkJwk(data, { kty: take.kty, use, extractable, usages });
    const { handle, algorithm } = reader(data);
    if (isPrivate) checkPrivate(usages);
    return makeKey(isPrivate ? "private" : "public", extractable, algorithm, usages, handle);
  };

  const checkFormat = (key, format) => {
    if (format !== "jwk") checkType(key, format === "pkcs8" ? "private" : "public");
  };

  // Curves.

  const members = [required("namedCurve", "text")];
  const isNist = (curve) => curve === "P-256" || curve === "P-384" || curve === "P-521";
  const checkCurve = (curve) => {
    if (!isNist(curve)) fail("NotSupportedError", `There is no curve "${curve}".`);
  };

  const exportCurve = (key, format) => {
    checkFormat(key, format);
    if (format !== "jwk") return failed(helpers.curveExport(key.handle, format));
    const parts = failed(helpers.curveToJwk(key.handle));
    const { name, namedCurve } = key.algorithm;
    const jwk = namedCurve === undefined
      ? { __proto__: null, kty: "OKP", crv: name, x: parts[0] }
      : { __proto__: null, kty: "EC", crv: namedCurve, x: parts[0], y: parts[1] };
    if (key.type === "private") jwk.d = parts[parts.length - 1];
    if (name === "Ed25519") jwk.alg = name;
    return jwk;
  };

  // The formats of a curve's keys. `alg` checks the algorithm of a JSON Web Key.
  const curveFormats = (curve, kty, algorithm, alg) => {
    const read = (format) => (data) => ({
      algorithm, handle: invalid(helpers.curveImport(curve, format, data)),
    });
    return {
      __proto__: null,
      kty,
      raw: read("raw"),
      spki: read("spki"),
      pkcs8: read("pkcs8"),
      jwk({ crv, alg: given, x, y, d }) {
        if (crv !== curve || (given !== undefined && !alg(given))) {
          fail("DataError", `The JsonWebKey is not one for ${curve}.`);
        }
        return { algorithm, handle: invalid(helpers.curveFromJwk(curve, x, y, d)) };
      },
    };
  };

  const defineNist = (name, kind, isAlg, operations) => {
    define(name, {
      ...operations,
      generateKey: {
        members,
        run: ({ namedCurve }, extractable, usages) =>
          generate(kind, usages, extractable, () => checkCurve(namedCurve), () => ({
            handles: failed(helpers.curveGenerate(namedCurve)),
            algorithm: { __proto__: null, name, namedCurve },
          })),
      },
      importKey: {
        members,
        run({ namedCurve }, format, data, extractable, usages) {
          checkCurve(namedCurve);
          const algorithm = { __proto__: null, name, namedCurve };
          const isRight = (alg) => isAlg(alg, namedCurve);
          const formats = curveFormats(namedCurve, "EC", algorithm, isRight);
          return importAs(kind, format, data, extractable, usages, formats);
        },
      },
      exportKey: { members: NONE, run: exportCurve },
    });
  };

  const ofSecret = (secret, length) => {
    if (length === null) return secret;
    const { buffers } = internals.streams;
    if (length > buffers.lengthOf(secret) * 8) {
      fail("OperationError", "The secret has fewer bits than are wanted.");
    }
    const rest = length % 8;
    const size = (length - rest) / 8 + (rest === 0 ? 0 : 1);
    const bits = buffers.slice(secret, 0, size);
    if (rest !== 0) buffers.bytes(bits, size - 1, 1)[0] &= 0xFF << (8 - rest);
    return bits;
  };

  const agreement = {
    deriveBits: {
      members: [required("public", "key")],
      run({ public: other }, key, length) {
        checkType(key, "private");
        checkType(other, "public");
        const { name, namedCurve } = other.algorithm;
        if (name !== key.algorithm.name || namedCurve !== key.algorithm.namedCurve) {
          fail("InvalidAccessError", "The keys do not have the same algorithm.");
        }
        return ofSecret(failed(helpers.curveAgree(key.handle, other.handle)), length);
      },
    },
  };
  const signatures = (signing) => ({
    sign: {
      members: signing,
      run({ hash }, key, data) {
        checkType(key, "private");
        return failed(helpers.curveSign(key.handle, hash, data));
      },
    },
    verify: {
      members: signing,
      run({ hash }, key, signature, data) {
        checkType(key, "public");
        return helpers.curveVerify(key.handle, hash, signature, data) ?? false;
      },
    },
  });

  const ecdsaAlgs = { __proto__: null, "P-256": "ES256", "P-384": "ES384", "P-521": "ES512" };
  const isEcdsaAlg = (alg, curve) => ecdsaAlgs[curve] === alg;
  defineNist("ECDSA", SIGNING, isEcdsaAlg, signatures([required("hash", "hash")]));
  defineNist("ECDH", AGREEING, () => true, agreement);

  const defineEdwards = (name, kind, isAlg, operations) => {
    const algorithm = { __proto__: null, name };
    const formats = curveFormats(name, "OKP", algorithm, isAlg);
    define(name, {
      ...operations,
      generateKey: {
        members: NONE,
        run: (_, extractable, usages) =>
          generate(kind, usages, extractable, () => {}, () => ({
            handles: failed(helpers.curveGenerate(name)), algorithm,
          })),
      },
      importKey: {
        members: NONE,
        run: (_, format, data, extractable, usages) =>
          importAs(kind, format, data, extractable, usages, formats),
      },
      exportKey: { members: NONE, run: exportCurve },
    });
  };
  const isEdAlg = (alg) => alg === "Ed25519" || alg === "EdDSA";
  defineEdwards("Ed25519", SIGNING, isEdAlg, signatures(NONE));
  defineEdwards("X25519", AGREEING, () => true, agreement);

  // RSA.

  const importMembers = [required("hash", "hash")];
  const generateMembers = [
    required("modulusLength", "long"), required("publicExponent", "bigInteger"),
    required("hash", "hash"),
  ];
  const PARTS = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];

  const checkRsa = (bits, exponent) => {
    if (!helpers.rsaCanGenerate(bits, exponent)) {
      fail("OperationError", `A key of ${bits} bits with this exponent cannot be made.`);
    }
  };

  const rsaKey = (name, hash, handle) => ({
    handle,
    algorithm: {
      __proto__: null,
      name,
      modulusLength: helpers.rsaBits(handle),
      publicExponent: helpers.copy(helpers.rsaExponent(handle)),
      hash,
    },
  });

  const rsaFormats = (name, hash, alg) => {
    const read = (format) => (data) => rsaKey(name, hash, invalid(helpers.rsaImport(format, data)));
    return {
      __proto__: null,
      kty: "RSA",
      spki: read("spki"),
      pkcs8: read("pkcs8"),
      jwk(jwk) {
        if (jwk.alg !== undefined && jwk.alg !== alg(hash)) {
          fail("DataError", `The algorithm of the JsonWebKey is not ${alg(hash)}.`);
        }
        if (jwk.oth !== undefined) {
          fail("NotSupportedError", "Keys of more than two primes are not supported.");
        }
        const parts = [];
        const count = jwk.d === undefined ? 2 : PARTS.length;
        for (let index = 0; index < count; index++) parts[index] = jwk[PARTS[index]];
        return rsaKey(name, hash, invalid(helpers.rsaFromJwk(parts)));
      },
    };
  };

  const defineRsa = (name, kind, alg, operations) => {
    define(name, {
      ...operations,
      generateKey: {
        members: generateMembers,
        run: ({ modulusLength, publicExponent, hash }, extractable, usages) =>
          generate(kind, usages, extractable, () => checkRsa(modulusLength, publicExponent), () => {
            const handles = failed(helpers.rsaGenerate(modulusLength, publicExponent));
            return { handles, algorithm: rsaKey(name, hash, handles[0]).algorithm };
          }),
      },
      importKey: {
        members: importMembers,
        run: ({ hash }, format, data, extractable, usages) =>
          importAs(kind, format, data, extractable, usages, rsaFormats(name, hash, alg)),
      },
      exportKey: {
        members: NONE,
        run(key, format) {
          if (format === "raw") fail("NotSupportedError", "RSA keys have no format \"raw\".");
          checkFormat(key, format);
          if (format !== "jwk") return failed(helpers.rsaExport(key.handle));
          const parts = failed(helpers.rsaToJwk(key.handle));
          const jwk = { __proto__: null, kty: "RSA", alg: alg(key.algorithm.hash) };
          for (let index = 0; index < parts.length; index++) jwk[PARTS[index]] = parts[index];
          return jwk;
        },
      },
    });
  };

  const bitsOf = (hash) => hash === "SHA-1" ? "1" : apply(slice, hash, [4]);
  const rsaSignatures = (signing) => ({
    sign: {
      members: signing,
      run({ saltLength }, key, data) {
        checkType(key, "private");
        return failed(helpers.rsaSign(key.handle, key.algorithm.hash, saltLength, data));
      },
    },
    verify: {
      members: signing,
      run({ saltLength }, key, signature, data) {
        checkType(key, "public");
        const { hash } = key.algorithm;
        return helpers.rsaVerify(key.handle, hash, saltLength, signature, data) ?? false;
      },
    },
  });
  defineRsa("RSASSA-PKCS1-v1_5", SIGNING, (hash) => `RS${bitsOf(hash)}`, rsaSignatures(NONE));
  const saltMembers = [required("saltLength", "long")];
  defineRsa("RSA-PSS", SIGNING, (hash) => `PS${bitsOf(hash)}`, rsaSignatures(saltMembers));

  const labelMembers = [subtle.optional("label", "bytes")];
  const oaepAlg = (hash) => hash === "SHA-1" ? "RSA-OAEP" : `RSA-OAEP-${bitsOf(hash)}`;
  defineRsa("RSA-OAEP", ENCRYPTING, oaepAlg, {
    encrypt: {
      members: labelMembers,
      run({ label }, key, data) {
        checkType(key, "public");
        return failed(helpers.rsaEncrypt(key.handle, key.algorithm.hash, label, data));
      },
    },
    decrypt: {
      members: labelMembers,
      run({ label }, key, data) {
        checkType(key, "private");
        return failed(helpers.rsaDecrypt(key.handle, key.algorithm.hash, label, data));
      },
    },
  });
}
