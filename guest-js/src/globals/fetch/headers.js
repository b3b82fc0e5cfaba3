(native, internals) => {
  const { apply, ownKeys } = Reflect;
  const { keys, defineProperty } = Object;
  const { bind, call } = Function.prototype;
  const isEnumerable = apply(bind, call, [Object.prototype.propertyIsEnumerable]);
  const { iterator: ITERATOR } = Symbol;
  const { sort } = Array.prototype;
  const { headerName, headerValue } = native;
  const bad = (text) => {
    throw new TypeError(text);
  };
  const nameOf = (name) => headerName(`${name}`) ?? bad("Invalid header name.");
  const valueOf = (value) => headerValue(`${value}`) ?? bad("Invalid header value.");

  const required = (args, count) => {
    if (args.length < count) bad(`${count} argument${count > 1 ? "s" : ""} required.`);
  };

  const joined = (values) => {
    let text = values[0];
    for (let index = 1; index < values.length; index++) text += `, ${values[index]}`;
    return text;
  };

  const TEXT = "text/plain;charset=UTF-8";
  let listOf;
  let add;
  let unpacked;

  class Headers {
    // The values by name.
    #values = { __proto__: null };
    // Names and values in turn, in the order of iteration; undefined after a change.
    #list;
    // True for the headers of a received message, and of `Response.error()` and `redirect()`.
    #immutable = false;

    constructor(init = undefined) {
      if (init !== undefined) this.#fill(init);
    }

    static {
      listOf = (headers) => headers.#sorted();
      internals.isHeaders = (value) =>
        value !== null && typeof value === "object" && #values in value;
      add = (headers, name, value) => headers.#add(nameOf(name), valueOf(value));
      internals.freezeHeaders = (headers) => {
        headers.#immutable = true;
      };
      internals.cloneHeaders = (headers) => {
        const copy = new Headers(headers);
        copy.#immutable = headers.#immutable;
        return copy;
      };
      internals.headerOf = (headers, name) => {
        if (headers === undefined) return null;
        if (typeof headers === "string") return name === "content-type" ? headers : null;
        if (!(#values in headers)) return internals.headerOf(unpacked(headers, false), name);
        const values = headers.#values[name];
        return values === undefined ? null : joined(values);
      };
      internals.withDefaultType = (headers, type) => {
        if (headers === undefined || type === undefined) return headers ?? type;
        if (!("content-type" in headers.#values)) headers.#add("content-type", type);
        return headers;
      };
      unpacked = (packed, immutable) => {
        if (packed !== undefined && typeof packed !== "string" && #values in packed) return packed;
        const headers = new Headers();
        if (typeof packed === "string") headers.#add("content-type", packed);
        else if (packed !== undefined) {
          for (let index = 0; index < packed.length; index++) {
            headers.#add(packed[index][0], packed[index][1]);
          }
        }
        headers.#immutable = immutable;
        return headers;
      };
      // Most messages are sent and received without their headers ever being read. They hold
      // them packed: undefined for none, a string for a content-type alone, or pairs in the
      // order of iteration.
      internals.unpackedHeaders = unpacked;
      internals.packedHeaders = (headers) =>
        headers !== undefined && typeof headers !== "string" && #values in headers ? internals.headerPairs(headers)
        : headers;
    }

    #fill(init) {
      if (init === null || (typeof init !== "object" && typeof init !== "function")) {
        bad("The headers must be a Headers object, a list of pairs or an object.");
      }
      const iterate = init[ITERATOR];
      if (iterate === entries && internals.isHeaders(init)) {
        const list = init.#sorted();
        for (let index = 0; index < list.length; index += 2) this.#add(list[index], list[index + 1]);
        return;
      }
      if (iterate === undefined || iterate === null) {
        const names = ownKeys(init);
        for (let index = 0; index < names.length; index++) {
          if (isEnumerable(init, names[index])) {
            this.#add(nameOf(names[index]), valueOf(init[names[index]]));
          }
        }
        return;
      }
      for (const pair of { [ITERATOR]: () => apply(iterate, init, []) }) {
        if (pair === null || typeof pair !== "object") bad("Each header must be a pair.");
        const items = [];
        for (const item of pair) items[items.length] = item;
        if (items.length !== 2) bad("Each header must be a pair.");
        this.#add(nameOf(items[0]), valueOf(items[1]));
      }
    }

    #add(name, value) {
      const values = (this.#values[name] ??= []);
      values[values.length] = value;
      this.#list = undefined;
    }

    #sorted() {
      if (this.#list !== undefined) return this.#list;
      const names = apply(sort, keys(this.#values), []);
      const list = [];
      for (let index = 0; index < names.length; index++) {
        const name = names[index];
        const values = this.#values[name];
        const alone = name === "set-cookie" ? values : [joined(values)];
        for (let at = 0; at < alone.length; at++) {
          list[list.length] = name;
          list[list.length] = alone[at];
        }
      }
      return (this.#list = list);
    }

    #change() {
      if (this.#immutable) bad("Can't modify immutable headers.");
      this.#list = undefined;
    }

    append(name, value) {
      required(arguments, 2);
      const key = nameOf(name);
      const text = valueOf(value);
      this.#change();
      this.#add(key, text);
    }

    delete(name) {
      required(arguments, 1);
      const key = nameOf(name);
      this.#change();
      delete this.#values[key];
    }

    get(name) {
      required(arguments, 1);
      const values = this.#values[nameOf(name)];
      return values === undefined ? null : joined(values);
    }

    getSetCookie() {
      const values = this.#values["set-cookie"] ?? [];
      const copy = [];
      for (let index = 0; index < values.length; index++) copy[index] = values[index];
      return copy;
    }

    has(name) {
      required(arguments, 1);
      return nameOf(name) in this.#values;
    }

    set(name, value) {
      required(arguments, 2);
      const key = nameOf(name);
      const text = valueOf(value);
      this.#change();
      this.#values[key] = [text];
    }

    forEach(callback, thisArg = undefined) {
      if (typeof callback !== "function") bad("The callback is not a function.");
      for (let index = 0; index < this.#sorted().length; index += 2) {
        const list = this.#sorted();
        apply(callback, thisArg, [list[index + 1], list[index], this]);
      }
    }

    keys() {
      this.#values;
      return iterate(this, "keys");
    }

    values() {
      this.#values;
      return iterate(this, "values");
    }

    entries() {
      this.#values;
      return iterate(this, "entries");
    }

    [internals.inspected]() {
      const shown = { __proto__: null };
      const names = apply(sort, keys(this.#values), []);
      for (let index = 0; index < names.length; index++) {
        shown[names[index]] = joined(this.#values[names[index]]);
      }
      return shown;
    }
  }

  const iterate = internals.pairs("Headers", (headers) => listOf(headers));
  const { entries } = Headers.prototype;
  internals.Headers = Headers;
  internals.interface(Headers);
  defineProperty(Headers.prototype, ITERATOR, {
    value: Headers.prototype.entries, writable: true, configurable: true,
  });

  /** Returns the headers as a list of new pairs. */
  internals.headerPairs = (headers) => {
    const list = listOf(headers);
    const pairs = [];
    for (let index = 0; index < list.length; index += 2) {
      pairs[pairs.length] = [list[index], list[index + 1]];
    }
    return pairs;
  };

  /** Returns the packed headers in the data of a message, which may be anything. */
  internals.packedHeadersOf = (pairs) => {
    if (pairs === undefined || pairs === null) return undefined;
    if (!internals.isList(pairs)) bad("The headers must be a list of pairs.");
    const { length } = pairs;
    if (length === 0) return undefined;
    if (length === 1 && internals.isList(pairs[0]) && pairs[0].length === 2 && pairs[0][0] === "content-type" &&
      pairs[0][1] === TEXT) return TEXT;
    let isOrdered = true;
    let last = "";
    for (let index = 0; index < length; index++) {
      const pair = pairs[index];
      const isPair = internals.isList(pair) && pair.length === 2 &&
        typeof pair[0] === "string" && typeof pair[1] === "string";
      if (!isPair) bad("Each header must be a pair of strings.");
      const name = nameOf(pair[0]);
      isOrdered &&= name === pair[0] && valueOf(pair[1]) === pair[1] &&
        (name > last || (name === last && name === "set-cookie"));
      last = name;
    }
    if (isOrdered) return length === 1 && last === "content-type" ? pairs[0][1] : pairs;
    const headers = new Headers();
    for (let index = 0; index < length; index++) add(headers, pairs[index][0], pairs[index][1]);
    return headers;
  };

  /** Creates headers from the data of a message, which may be anything. */
  internals.headersOf = (pairs) => unpacked(internals.packedHeadersOf(pairs), false);
}
