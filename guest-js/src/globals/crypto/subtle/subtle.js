(native, internals) => {
  const { subtle } = internals;
  const { bad, buffers } = internals.streams;
  const { copied, dataOf, fail, identifier, jwkOf, normalize, run, source } = subtle;
  const { usageBit, usagesOf } = subtle;
  const Bytes = Uint8Array;
  const TOKEN = {};

  const need = (args, count, name) => {
    if (args.length < count) bad(`${name}() needs ${count} arguments.`);
  };
  const FORMATS = { __proto__: null, raw: true, spki: true, pkcs8: true, jwk: true };
  const formatOf = (value) => {
    const format = `${value}`;
    return FORMATS[format] ? format : bad(`"${format}" is not a key format.`);
  };
  const isSource = (value) => buffers.isView(value) || buffers.isBuffer(value);

  // Checks that a key is for the algorithm and may be used so.
  const checkKey = (key, algorithm, usage) => {
    if (key.algorithm.name !== algorithm.name) {
      fail("InvalidAccessError", `The key is one for ${key.algorithm.name}.`);
    }
    if (!(key.usages & usageBit(usage))) {
      fail("InvalidAccessError", `The key cannot be used for ${usage}.`);
    }
  };

  // Encrypts, decrypts or signs.
  const use = (operation, algorithm, key, data) => {
    const given = identifier(algorithm);
    const held = dataOf(key, "The key");
    source(data, "The data");
    const normalized = normalize(operation, given);
    const bytes = copied(data);
    checkKey(held, normalized, operation);
    return run(operation, normalized.name, normalized, held, bytes);
  };

  // Normalizes an algorithm for wrapping or, if it has no such operation, for encrypting.
  const forWrapping = (wrapping, encrypting, algorithm) => {
    let operation = wrapping;
    let normalized;
    try {
      normalized = normalize(wrapping, algorithm);
    } catch {
      operation = encrypting;
      normalized = normalize(encrypting, algorithm);
    }
    return { operation, normalized };
  };

  const exported = (key, format) => {
    const { name } = key.algorithm;
    if (!subtle.supports("exportKey", name)) subtle.unsupported("exportKey", name);
    if (!key.extractable) fail("InvalidAccessError", "The key is not extractable.");
    const data = run("exportKey", name, key, format);
    if (format !== "jwk") return data;
    data.key_ops = subtle.usageList(key.usages);
    data.ext = key.extractable;
    return data;
  };

  const imported = (format, data, algorithm, extractable, usages) =>
    run("importKey", algorithm.name, algorithm, format, data, extractable, usages);

  class SubtleCrypto {
    #brand = true;

    constructor(token = undefined) {
      if (token !== TOKEN) throw new TypeError("Illegal constructor");
    }

    async encrypt(algorithm, key, data) {
      this.#brand;
      need(arguments, 3, "encrypt");
      return use("encrypt", algorithm, key, data);
    }

    async decrypt(algorithm, key, data) {
      this.#brand;
      need(arguments, 3, "decrypt");
      return use("decrypt", algorithm, key, data);
    }

    async sign(algorithm, key, data) {
      this.#brand;
      need(arguments, 3, "sign");
      return use("sign", algorithm, key, data);
    }

    async verify(algorithm, key, signature, data) {
      this.#brand;
      need(arguments, 4, "verify");
      const given = identifier(algorithm);
      const held = dataOf(key, "The key");
      source(signature, "The signature");
      source(data, "The data");
      const normalized = normalize("verify", given);
      const signed = copied(signature);
      const bytes = copied(data);
      checkKey(held, normalized, "verify");
      return run("verify", normalized.name, normalized, held, signed, bytes);
    }

    async digest(algorithm, data) {
      this.#brand;
      need(arguments, 2, "digest");
      const given = identifier(algorithm);
      source(data, "The data");
      const { name } = normalize("digest", given);
      return run("digest", name, copied(data));
    }

    /** Compares bytes in a time that depends on their number alone, as Cloudflare Workers have it. */
    timingSafeEqual(first, second) {
      this.#brand;
      need(arguments, 2, "timingSafeEqual");
      source(first, "The first argument");
      source(second, "The second argument");
      return native.subtle.timingSafeEqual(copied(first), copied(second)) ??
        bad("The buffers to compare must have the same number of bytes.");
    }

    async generateKey(algorithm, extractable, keyUsages) {
      this.#brand;
      need(arguments, 3, "generateKey");
      const given = identifier(algorithm);
      const usages = usagesOf(keyUsages);
      const normalized = normalize("generateKey", given);
      return run("generateKey", normalized.name, normalized, !!extractable, usages);
    }

    async deriveKey(algorithm, baseKey, derivedKeyType, extractable, keyUsages) {
      this.#brand;
      need(arguments, 5, "deriveKey");
      const given = identifier(algorithm);
      const held = dataOf(baseKey, "The base key");
      const type = identifier(derivedKeyType);
      const usages = usagesOf(keyUsages);
      const normalized = normalize("deriveBits", given);
      const derived = normalize("importKey", type);
      const sized = normalize("keyLength", type);
      checkKey(held, normalized, "deriveKey");
      const length = run("keyLength", sized.name, sized);
      const secret = run("deriveBits", normalized.name, normalized, held, length);
      return imported("raw", new Bytes(secret), derived, !!extractable, usages);
    }

    async deriveBits(algorithm, baseKey, length = null) {
      this.#brand;
      need(arguments, 2, "deriveBits");
      const given = identifier(algorithm);
      const held = dataOf(baseKey, "The base key");
      const bits = length === null ? null : length >>> 0;
      const normalized = normalize("deriveBits", given);
      checkKey(held, normalized, "deriveBits");
      return run("deriveBits", normalized.name, normalized, held, bits);
    }

    async importKey(format, keyData, algorithm, extractable, keyUsages) {
      this.#brand;
      need(arguments, 5, "importKey");
      const kind = formatOf(format);
      const isBuffer = isSource(keyData);
      const jwk = isBuffer ? source(keyData, "The key data") : jwkOf(keyData);
      const given = identifier(algorithm);
      const usages = usagesOf(keyUsages);
      const normalized = normalize("importKey", given);
      if (isBuffer === (kind === "jwk")) {
        bad(isBuffer ? "The key data must be a JsonWebKey." : "The key data must be a buffer.");
      }
      const data = isBuffer ? copied(jwk) : jwk;
      return imported(kind, data, normalized, !!extractable, usages);
    }

    async exportKey(format, key) {
      this.#brand;
      need(arguments, 2, "exportKey");
      const kind = formatOf(format);
      const data = exported(dataOf(key, "The key"), kind);
      return kind === "jwk" ? { ...data } : data;
    }

    async wrapKey(format, key, wrappingKey, wrapAlgorithm) {
      this.#brand;
      need(arguments, 4, "wrapKey");
      const kind = formatOf(format);
      const held = dataOf(key, "The key");
      const wrapping = dataOf(wrappingKey, "The wrapping key");
      const given = identifier(wrapAlgorithm);
      const { operation, normalized } = forWrapping("wrapKey", "encrypt", given);
      checkKey(wrapping, normalized, "wrapKey");
      const data = exported(held, kind);
      const bytes = kind === "jwk" ? subtle.jwkText(data) : data;
      return run(operation, normalized.name, normalized, wrapping, bytes);
    }

    async unwrapKey(
      format, wrappedKey, unwrappingKey, unwrapAlgorithm, unwrappedKeyAlgorithm, extractable,
      keyUsages,
    ) {
      this.#brand;
      need(arguments, 7, "unwrapKey");
      const kind = formatOf(format);
      source(wrappedKey, "The wrapped key");
      const unwrapping = dataOf(unwrappingKey, "The unwrapping key");
      const given = identifier(unwrapAlgorithm);
      const type = identifier(unwrappedKeyAlgorithm);
      const usages = usagesOf(keyUsages);
      const { operation, normalized } = forWrapping("unwrapKey", "decrypt", given);
      const imports = normalize("importKey", type);
      const wrapped = copied(wrappedKey);
      checkKey(unwrapping, normalized, "unwrapKey");
      const bytes = run(operation, normalized.name, normalized, unwrapping, wrapped);
      const data = kind === "jwk" ? subtle.jwkOfText(bytes) : new Bytes(bytes);
      return imported(kind, data, imports, !!extractable, usages);
    }
  }
  internals.interface(SubtleCrypto);
  subtle.object = new SubtleCrypto(TOKEN);
}
