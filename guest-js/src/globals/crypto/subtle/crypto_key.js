(native, internals) => {
  const { streams } = internals;
  const { bad, buffers } = streams;
  const { iterator: ITERATOR } = Symbol;
  const { keys: keysOf } = Object;
  const TOKEN = {};
  const isObject = (value) =>
    value !== null && (typeof value === "object" || typeof value === "function");
  const USAGES = [
    "encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey",
  ];
  const bits = { __proto__: null };
  for (let index = 0; index < USAGES.length; index++) bits[USAGES[index]] = 1 << index;

  const usageList = (mask) => {
    const list = [];
    for (let index = 0; index < USAGES.length; index++) {
      if (mask & (1 << index)) list[list.length] = USAGES[index];
    }
    return list;
  };

  // Returns the algorithm as an object that the program may change.
  const shown = (algorithm) => {
    const object = { __proto__: null };
    const names = keysOf(algorithm);
    for (let index = 0; index < names.length; index++) {
      const name = names[index];
      const value = algorithm[name];
      object[name] = name === "hash"
        ? { name: value }
        : buffers.isView(value)
        ? native.subtle.copy(value)
        : value;
    }
    return { ...object };
  };

  let dataOf;
  let isKey;

  class CryptoKey {
    // Never written to, so that clones can share it.
    #data;
    #algorithm;
    #usages;

    constructor(token = undefined, data = undefined) {
      if (token !== TOKEN) throw new TypeError("Illegal constructor");
      this.#data = data;
    }

    static {
      isKey = (value) => value !== null && typeof value === "object" && #data in value;
      dataOf = (key, what) => isKey(key) ? key.#data : bad(`${what} must be a CryptoKey.`);
    }

    get type() {
      return this.#data.type;
    }

    get extractable() {
      return this.#data.extractable;
    }

    get algorithm() {
      return this.#algorithm ??= shown(this.#data.algorithm);
    }

    get usages() {
      return this.#usages ??= usageList(this.#data.usages);
    }

    [internals.inspected]() {
      const { type, extractable, algorithm, usages } = this;
      return { type, extractable, algorithm, usages };
    }
  }
  internals.interface(CryptoKey);

  /** The functions that the files of `crypto.subtle` share. */
  internals.subtle = {
    __proto__: null,
    isObject,
    isKey,
    /**
     * Returns the data of a `CryptoKey`: `type`, `extractable`, `algorithm`, `usages` as a set of
     * bits, and the `handle` of the key itself.
     */
    dataOf,
    makeKey: (type, extractable, algorithm, usages, handle) =>
      new CryptoKey(TOKEN, { __proto__: null, type, extractable, algorithm, usages, handle }),
    sameKey: (key) => new CryptoKey(TOKEN, dataOf(key, "The key")),

    /** Returns the set of bits of some usages. */
    usages(...names) {
      let mask = 0;
      for (let index = 0; index < names.length; index++) mask |= bits[names[index]];
      return mask;
    },
    usageList,
    usageBit: (name) => bits[name] ?? 0,

    /** Reads a sequence of usages that a program gives. */
    usagesOf(given) {
      if (!isObject(given) || typeof given[ITERATOR] !== "function") {
        bad("The key usages must be a sequence.");
      }
      let mask = 0;
      for (const item of given) {
        const name = `${item}`;
        mask |= bits[name] ?? bad(`"${name}" is not a key usage.`);
      }
      return mask;
    },
  };
}
