(native, internals) => {
  const { defineProperty, getOwnPropertyDescriptor } = Object;
  const { parseUrl, urlPart, setUrlPart } = native;

  class URL {
    #handle;
    #searchParams;

    constructor(url, base = undefined) {
      if (arguments.length === 0) throw new TypeError("URL needs an argument.");
      const handle = parseUrl(`${url}`, base === undefined ? undefined : `${base}`);
      if (handle === undefined) {
        const error = new TypeError("Invalid URL");
        error.code = "ERR_INVALID_URL";
        error.input = `${url}`;
        if (base !== undefined) error.base = `${base}`;
        throw error;
      }
      this.#handle = handle;
    }

    static canParse(url, base = undefined) {
      if (arguments.length === 0) throw new TypeError("URL.canParse needs an argument.");
      return parseUrl(`${url}`, base === undefined ? undefined : `${base}`) !== undefined;
    }

    static parse(url, base = undefined) {
      if (arguments.length === 0) throw new TypeError("URL.parse needs an argument.");
      return URL.canParse(url, base) ? new URL(url, base) : null;
    }

    #refresh() {
      if (this.#searchParams !== undefined) {
        internals.refreshSearchParams(this.#searchParams, urlPart(this.#handle, "search"));
      }
    }

    static {
      // All accessors of a kind share one closure, which keeps the heap small.
      const define = (part, property) => {
        const accessor = getOwnPropertyDescriptor(property, part);
        defineProperty(URL.prototype, part, accessor);
      };
      const settable = [
        "protocol", "username", "password", "host", "hostname", "port", "pathname", "hash",
      ];
      for (const part of settable) {
        define(part, {
          get [part]() {
            return urlPart(this.#handle, part);
          },
          set [part](value) {
            setUrlPart(this.#handle, part, `${value}`);
          },
        });
      }
    }

    get href() {
      return urlPart(this.#handle, "href");
    }

    set href(value) {
      if (!setUrlPart(this.#handle, "href", `${value}`)) throw new TypeError("Invalid URL");
      this.#refresh();
    }

    get origin() {
      return urlPart(this.#handle, "origin");
    }

    get search() {
      return urlPart(this.#handle, "search");
    }

    set search(value) {
      setUrlPart(this.#handle, "search", `${value}`);
      this.#refresh();
    }

    get searchParams() {
      return (this.#searchParams ??= internals.linkedSearchParams(
        urlPart(this.#handle, "search"),
        (search) => setUrlPart(this.#handle, "search", search),
      ));
    }

    toString() {
      return urlPart(this.#handle, "href");
    }

    toJSON() {
      return urlPart(this.#handle, "href");
    }

    [internals.inspected]() {
      const { href, origin, protocol, username, password, host, hostname } = this;
      const { port, pathname, search, searchParams, hash } = this;
      return {
        href, origin, protocol, username, password, host, hostname, port, pathname, search,
        searchParams, hash,
      };
    }
  }

  internals.interface(URL);
}
