(native, internals) => {
  const { iterator: ITERATOR } = Symbol;
  const { defineProperty } = Object;
  const { parseForm, writeForm, wellFormed } = native;
  const { apply, getOwnPropertyDescriptor, ownKeys } = Reflect;
  const { slice } = String.prototype;
  const { sort } = Array.prototype;
  const add = (list, name, value) => {
    const at = list.length;
    list[at] = name;
    list[at + 1] = value;
  };

  const required = (args, count) => {
    if (args.length < count) {
      throw new TypeError(`${count} argument${count > 1 ? "s" : ""} required.`);
    }
  };

  let linked;
  let listOf;

  class URLSearchParams {
    // Names and values in turn.
    #list = [];
    // Updates the URL that this object belongs to.
    #update;

    constructor(init = "") {
      if (init !== null && (typeof init === "object" || typeof init === "function")) {
        this.#fill(init);
      } else {
        const text = `${init}`;
        this.#list = parseForm(text[0] === "?" ? apply(slice, text, [1]) : text);
      }
    }

    static {
      linked = (search, update) => {
        const params = new URLSearchParams(search);
        params.#update = update;
        return params;
      };
      listOf = (params) => params.#list;
      internals.searchParamsText = (value) =>
        value !== null && typeof value === "object" && #list in value
          ? writeForm(value.#list)
          : undefined;
      internals.refreshSearchParams = (params, search) => {
        params.#list = parseForm(apply(slice, search, [1]));
      };
    }

    #fill(init) {
      const list = this.#list;
      const iterate = init[ITERATOR];
      if (iterate === undefined || iterate === null) {
        // Names that differ may become the same.
        const places = { __proto__: null };
        const keys = ownKeys(init);
        for (let index = 0; index < keys.length; index++) {
          const key = keys[index];
          const property = getOwnPropertyDescriptor(init, key);
          if (property !== undefined && property.enumerable) {
            const name = wellFormed(`${key}`);
            const value = wellFormed(`${init[key]}`);
            const place = (places[name] ??= list.length);
            list[place] = name;
            list[place + 1] = value;
          }
        }
        return;
      }
      const NOT_A_PAIR = "Each query pair must be an iterable [name, value] tuple";
      for (const pair of { [ITERATOR]: () => apply(iterate, init, []) }) {
        if (pair === null || (typeof pair !== "object" && typeof pair !== "function")) throw new TypeError(NOT_A_PAIR);
        const items = [];
        for (const item of pair) items[items.length] = item;
        if (items.length !== 2) throw new TypeError(NOT_A_PAIR);
        add(list, wellFormed(`${items[0]}`), wellFormed(`${items[1]}`));
      }
    }

    #changed() {
      this.#update?.(writeForm(this.#list));
    }

    get size() {
      return this.#list.length / 2;
    }

    append(name, value) {
      const list = this.#list;
      required(arguments, 2);
      add(list, wellFormed(`${name}`), wellFormed(`${value}`));
      this.#changed();
    }

    delete(name, value = undefined) {
      const list = this.#list;
      required(arguments, 1);
      const unwanted = wellFormed(`${name}`);
      const only = value === undefined ? undefined : wellFormed(`${value}`);
      let kept = 0;
      for (let index = 0; index < list.length; index += 2) {
        if (list[index] !== unwanted || (only !== undefined && list[index + 1] !== only)) {
          list[kept] = list[index];
          list[kept + 1] = list[index + 1];
          kept += 2;
        }
      }
      list.length = kept;
      this.#changed();
    }

    get(name) {
      const list = this.#list;
      required(arguments, 1);
      const wanted = wellFormed(`${name}`);
      for (let index = 0; index < list.length; index += 2) {
        if (list[index] === wanted) return list[index + 1];
      }
      return null;
    }

    getAll(name) {
      const list = this.#list;
      required(arguments, 1);
      const wanted = wellFormed(`${name}`);
      const values = [];
      for (let index = 0; index < list.length; index += 2) {
        if (list[index] === wanted) values[values.length] = list[index + 1];
      }
      return values;
    }

    has(name, value = undefined) {
      const list = this.#list;
      required(arguments, 1);
      const wanted = wellFormed(`${name}`);
      const only = value === undefined ? undefined : wellFormed(`${value}`);
      for (let index = 0; index < list.length; index += 2) {
        if (list[index] === wanted && (only === undefined || list[index + 1] === only)) {
          return true;
        }
      }
      return false;
    }

    set(name, value) {
      const list = this.#list;
      required(arguments, 2);
      const wanted = wellFormed(`${name}`);
      const text = wellFormed(`${value}`);
      let found = false;
      let kept = 0;
      for (let index = 0; index < list.length; index += 2) {
        if (list[index] === wanted && found) continue;
        list[kept] = list[index];
        list[kept + 1] = list[index] === wanted ? text : list[index + 1];
        found ||= list[index] === wanted;
        kept += 2;
      }
      list.length = kept;
      if (!found) add(list, wanted, text);
      this.#changed();
    }

    sort() {
      const list = this.#list;
      const pairs = [];
      for (let index = 0; index < list.length; index += 2) {
        pairs[pairs.length] = [list[index], list[index + 1]];
      }
      apply(sort, pairs, [(a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)]);
      const sorted = [];
      for (let index = 0; index < pairs.length; index++) add(sorted, pairs[index][0], pairs[index][1]);
      this.#list = sorted;
      this.#changed();
    }

    forEach(callback, thisArg = undefined) {
      this.#list;
      if (typeof callback !== "function") throw new TypeError("The callback is not a function.");
      for (let index = 0; index < this.#list.length; index += 2) {
        apply(callback, thisArg, [this.#list[index + 1], this.#list[index], this]);
      }
    }

    keys() {
      this.#list;
      return iterate(this, "keys");
    }

    values() {
      this.#list;
      return iterate(this, "values");
    }

    entries() {
      this.#list;
      return iterate(this, "entries");
    }

    toString() {
      return writeForm(this.#list);
    }

    [internals.inspected]() {
      const shown = { __proto__: null };
      const list = this.#list;
      for (let index = 0; index < list.length; index += 2) {
        const values = shown[list[index]];
        const value = list[index + 1];
        shown[list[index]] =
          values === undefined ? value : typeof values === "string" ? [values, value]
          : [...values, value];
      }
      return shown;
    }
  }

  const iterate = internals.pairs("URLSearchParams", (params) => listOf(params));

  internals.linkedSearchParams = linked;
  internals.interface(URLSearchParams);
  defineProperty(URLSearchParams.prototype, ITERATOR, {
    value: URLSearchParams.prototype.entries, writable: true, configurable: true,
  });
}
