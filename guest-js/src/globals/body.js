(native, internals) => {
  const { apply } = Reflect;
  const { parse } = JSON;
  const bufferOf = Object.getOwnPropertyDescriptor(
    Object.getPrototypeOf(Uint8Array.prototype), "buffer",
  ).get;
  const BYTE_ORDER_MARK = "\uFEFF";

  const textOf = (data) => {
    if (data === null) return "";
    if (typeof data === "string" && data[0] !== BYTE_ORDER_MARK) return data;
    return native.decode("utf-8", 0, 0, typeof data === "string" ? native.encode(data) : data);
  };

  const bytesOf = (data) =>
    typeof data === "string" ? native.encode(data) : native.copyBytes(data ?? "") ?? native.encode("");

  /** What requests and responses have in common. */
  internals.Body = class Body {
    // A string, or bytes that nobody else has; null if there is no body.
    #data;
    #used = false;

    constructor(data) {
      this.#data = data;
    }

    static {
      internals.peekBody = (owner) => owner.#peek();
      internals.takeBody = (owner) => owner.#take();
    }

    #peek() {
      if (this.#used) {
        throw new TypeError(
          "Body has already been used. It can only be used once. Use tee() first if you need to " +
            "read it twice.",
        );
      }
      return this.#data;
    }

    #take() {
      const data = this.#peek();
      this.#used = data !== null;
      return data;
    }

    get body() {
      if (this.#data !== null) throw new TypeError("streams are not supported so far");
      return null;
    }

    get bodyUsed() {
      return this.#used;
    }

    async text() {
      return textOf(this.#take());
    }

    async json() {
      return parse(textOf(this.#take()));
    }

    async arrayBuffer() {
      return apply(bufferOf, bytesOf(this.#take()), []);
    }

    async bytes() {
      return bytesOf(this.#take());
    }
  };
  internals.interface(internals.Body, false);
  delete internals.Body.prototype.constructor;

  /** A body out of what a program gives, and the type that it implies. */
  internals.bodyOf = (init) => {
    if (init === undefined || init === null) return { data: null };
    const form = internals.searchParamsText(init);
    if (form !== undefined) {
      return { data: form, type: "application/x-www-form-urlencoded;charset=UTF-8" };
    }
    const bytes = native.copyBytes(internals.bytesOf(init));
    if (bytes !== undefined) return { data: bytes };
    return { data: native.wellFormed(`${init}`), type: "text/plain;charset=UTF-8" };
  };

  /** Of what came as data, and may be anything. */
  internals.bodyOfData = (data) => {
    if (data === undefined || data === null || typeof data === "string") return data ?? null;
    const bytes = native.copyBytes(data);
    if (bytes === undefined) throw new TypeError("The body must be a string or bytes.");
    return bytes;
  };

  /** For a message: bytes or null. */
  internals.bodyData = (owner) => {
    const data = internals.takeBody(owner);
    return data === null ? null : bytesOf(data);
  };
}
