(native, internals) => {
  const { streams, subtle } = internals;
  const { bad, buffers } = streams;
  const { isObject } = subtle;
  const { apply } = Reflect;
  const Exception = DOMException;
  const Bytes = Uint8Array;

  const fail = (name, text) => {
    throw new Exception(text, name);
  };

  /** Checks a `BufferSource`. */
  const source = (value, what) => {
    const buffer = buffers.isView(value) ? buffers.bufferOf(value) : value;
    if (buffers.isBuffer(buffer)) return value;
    return bad(`${what} must be an ArrayBuffer or a view of one.`);
  };
  /** Copies a `BufferSource` into a `Uint8Array`. */
  const copied = (value) => native.subtle.copy(internals.bytesOf(value));

  // Conversions of the members of algorithms.
  const integer = (max) => (value, name) => {
    const number = +value;
    const whole = number - (number % 1);
    return whole >= 0 && whole <= max ? whole + 0 : bad(`${name} must be a number of 0 to ${max}.`);
  };
  const conversions = {
    __proto__: null,
    octet: integer(0xFF),
    short: integer(0xFFFF),
    long: integer(0xFFFFFFFF),
    text: (value) => `${value}`,
    bytes: (value, name) => copied(source(value, name)),
    hash: (value) => normalize("digest", identifier(value)).name,
    key: subtle.dataOf,
    bigInteger: (value, name) =>
      buffers.isView(value) && buffers.kindOf(value).Kind === Bytes
        ? copied(source(value, name))
        : bad(`${name} must be a Uint8Array.`),
  };

  // Maps the lower-case name of an algorithm to its name and its operations.
  const known = { __proto__: null };

  /** Converts an `AlgorithmIdentifier`. */
  const identifier = (value) => isObject(value) ? value : `${value}`;

  const unsupported = (operation, name) =>
    fail("NotSupportedError", `The algorithm "${name}" does not support ${operation}.`);

  /** Returns the members of an algorithm that an operation takes, converted, with its name. */
  const normalize = (operation, given) => {
    const named = typeof given === "string" ? given : given.name;
    if (named === undefined) bad("An algorithm needs a name.");
    const name = `${named}`;
    const lower = native.headerName(name);
    const algorithm = lower === undefined ? undefined : known[lower];
    const members = algorithm?.operations[operation]?.members ?? unsupported(operation, name);
    const normalized = { __proto__: null, name: algorithm.name };
    for (let index = 0; index < members.length; index++) {
      const { name: key, convert, required } = members[index];
      const value = typeof given === "string" ? undefined : given[key];
      if (value !== undefined) normalized[key] = convert(value, key);
      else if (required) bad(`The algorithm "${algorithm.name}" needs a member "${key}".`);
    }
    return normalized;
  };

  subtle.fail = fail;
  subtle.source = source;
  subtle.copied = copied;
  subtle.identifier = identifier;
  subtle.normalize = normalize;
  subtle.unsupported = unsupported;
  subtle.required = (name, type) => ({ name, convert: conversions[type], required: true });
  subtle.optional = (name, type) => ({ name, convert: conversions[type], required: false });

  /**
   * Defines an algorithm. Each of its operations has the members of the algorithm that it takes,
   * in the order in which they are read, and a function `run`.
   */
  subtle.define = (name, operations) => {
    known[native.headerName(name)] = { name, operations: { __proto__: null, ...operations } };
  };
  const operationOf = (operation, name) => known[native.headerName(name)].operations[operation];
  subtle.supports = (operation, name) => operationOf(operation, name) !== undefined;
  subtle.run = (operation, name, ...args) => {
    const { run } = operationOf(operation, name) ?? unsupported(operation, name);
    // Not as `...args`, which a program can look into.
    return apply(run, undefined, args);
  };

  subtle.checkUsages = (usages, allowed) => {
    if (usages & ~allowed) fail("SyntaxError", "A key usage does not fit the algorithm.");
  };
  subtle.checkType = (key, type) => {
    if (key.type !== type) fail("InvalidAccessError", `The operation needs a ${type} key.`);
  };

  for (const name of ["SHA-1", "SHA-256", "SHA-384", "SHA-512"]) {
    subtle.define(name, {
      digest: { members: [], run: (data) => native.subtle.digest(name, data) },
    });
  }
}
