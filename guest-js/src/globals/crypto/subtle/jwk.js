(native, internals) => {
  const { subtle } = internals;
  const { bad } = internals.streams;
  const { fail, isObject, usageBit } = subtle;
  const { iterator: ITERATOR } = Symbol;
  const { setPrototypeOf } = Object;
  const { parse, stringify } = JSON;

  const sequence = (value, name, convert) => {
    if (!isObject(value) || typeof value[ITERATOR] !== "function") {
      bad(`${name} must be a sequence.`);
    }
    const list = [];
    for (const item of value) list[list.length] = convert(item);
    return list;
  };
  const text = (value) => `${value}`;
  const prime = (value) => {
    if (value !== undefined && value !== null && !isObject(value)) bad("oth must have objects.");
    return value;
  };
  const list = (convert) => (value, name) => sequence(value, name, convert);
  const MEMBERS = [
    ["alg", text], ["crv", text], ["d", text], ["dp", text], ["dq", text], ["e", text],
    ["ext", (value) => !!value], ["k", text], ["key_ops", list(text)], ["kty", text], ["n", text],
    ["oth", list(prime)], ["p", text], ["q", text], ["qi", text], ["use", text], ["x", text],
    ["y", text],
  ].map(([name, convert]) => ({ name, convert }));

  /** Converts a `JsonWebKey`. */
  subtle.jwkOf = (given) => {
    const jwk = { __proto__: null };
    if (given === undefined || given === null) return jwk;
    if (!isObject(given)) bad("The key data must be a buffer or a JsonWebKey.");
    for (let index = 0; index < MEMBERS.length; index++) {
      const { name, convert } = MEMBERS[index];
      const value = given[name];
      if (value !== undefined) jwk[name] = convert(value, name);
    }
    return jwk;
  };

  // Returns true if the operations have no duplicates and all usages are among them.
  const allows = (operations, usages) => {
    const seen = { __proto__: null };
    let mask = 0;
    for (let index = 0; index < operations.length; index++) {
      const name = operations[index];
      if (seen[name]) return false;
      seen[name] = true;
      mask |= usageBit(name);
    }
    return (usages & ~mask) === 0;
  };

  /** Checks the members that do not depend on the algorithm. */
  subtle.checkJwk = (jwk, { kty, use, extractable, usages }) => {
    const isRight = jwk.kty === kty
      && (usages === 0 || jwk.use === undefined || jwk.use === use)
      && (jwk.key_ops === undefined || allows(jwk.key_ops, usages))
      && !(jwk.ext === false && extractable);
    if (!isRight) fail("DataError", "The JsonWebKey does not fit the key that is wanted.");
  };

  /** Returns the bytes of the JSON of a JSON Web Key without a prototype. */
  subtle.jwkText = (jwk) => {
    // A program can give arrays a `toJSON`.
    setPrototypeOf(jwk.key_ops, null);
    return native.encode(stringify(jwk));
  };

  subtle.jwkOfText = (bytes) => {
    let jwk;
    try {
      jwk = subtle.jwkOf(parse(native.subtle.utf8(bytes)));
    } catch {
      fail("DataError", "The unwrapped key is not a JsonWebKey.");
    }
    return jwk.kty === undefined ? fail("DataError", "The unwrapped key has no kty.") : jwk;
  };
}
