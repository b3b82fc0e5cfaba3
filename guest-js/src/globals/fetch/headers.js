(native, internals) => {
  const { apply, ownKeys, getOwnPropertyDescriptor } = Reflect;
  const { keys, defineProperty } = Object;
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

  let listOf;
  let add;

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
        const values = headers.#values[name];
        return values === undefined ? null : joined(values);
      };
      internals.defaultType = (headers, type) => {
        if (type !== undefined && !("content-type" in headers.#values)) {
          headers.#add("content-type", type);
        }
      };
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
          const property = getOwnPropertyDescriptor(init, names[index]);
          if (property !== undefined && property.enumerable) {
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

  /** Creates headers from the data of a message, which may be anything. */
  internals.headersOf = (pairs) => {
    const headers = new Headers();
    if (pairs === undefined || pairs === null) return headers;
    if (!internals.isList(pairs)) bad("The headers must be a list of pairs.");
    for (let index = 0; index < pairs.length; index++) {
      const pair = pairs[index];
      const isPair = internals.isList(pair) && pair.length === 2 &&
        typeof pair[0] === "string" && typeof pair[1] === "string";
      if (!isPair) bad("Each header must be a pair of strings.");
      add(headers, pair[0], pair[1]);
    }
    return headers;
  };
}
