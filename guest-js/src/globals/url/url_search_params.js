(native, internals) => {
  const { iterator: ITERATOR } = Symbol;
  const { defineProperty } = Object;
  const { parseForm, writeForm, wellFormed } = native;

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
        this.#list = parseForm(text[0] === "?" ? text.slice(1) : text);
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
        params.#list = parseForm(search.slice(1));
      };
    }

    #fill(init) {
      const list = this.#list;
      const iterate = init[ITERATOR];
      if (iterate === undefined || iterate === null) {
        for (const key of Reflect.ownKeys(init)) {
          const property = Reflect.getOwnPropertyDescriptor(init, key);
          if (property !== undefined && property.enumerable) {
            const name = wellFormed(`${key}`);
            list.push(name, wellFormed(`${init[key]}`));
          }
        }
        return;
      }
      for (const pair of { [ITERATOR]: () => iterate.call(init) }) {
        const [name, value, ...more] = typeof pair === "string" ? [] : pair;
        if (value === undefined && !(1 in [...pair]) || more.length > 0) {
          throw new TypeError("Each query pair must be an iterable [name, value] tuple");
        }
        list.push(wellFormed(`${name}`), wellFormed(`${value}`));
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
      list.push(wellFormed(`${name}`), wellFormed(`${value}`));
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
        if (list[index] === wanted) values.push(list[index + 1]);
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
      if (!found) list.push(wanted, text);
      this.#changed();
    }

    sort() {
      const list = this.#list;
      const pairs = [];
      for (let index = 0; index < list.length; index += 2) {
        pairs.push([list[index], list[index + 1]]);
      }
      pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      this.#list = pairs.flat();
      this.#changed();
    }

    forEach(callback, thisArg = undefined) {
      this.#list;
      if (typeof callback !== "function") throw new TypeError("The callback is not a function.");
      for (let index = 0; index < this.#list.length; index += 2) {
        callback.call(thisArg, this.#list[index + 1], this.#list[index], this);
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
