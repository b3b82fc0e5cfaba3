(native, internals) => {
  const { apply } = Reflect;
  const { isView } = ArrayBuffer;
  const Bytes = Uint8Array;
  const getter = (name) => Object.getOwnPropertyDescriptor(DataView.prototype, name).get;
  const [buffer, byteOffset, byteLength] =
    [getter("buffer"), getter("byteOffset"), getter("byteLength")];

  // The helpers only read typed arrays, and buffers that are not shared.
  const Shared = SharedArrayBuffer;
  const sharedLength = Object.getOwnPropertyDescriptor(Shared.prototype, "byteLength").get;
  const isShared = (input) => {
    try {
      return apply(sharedLength, input, []) >= 0;
    } catch {
      return false;
    }
  };

  const readable = internals.bytesOf = (input) => {
    if (!isView(input)) return input instanceof Shared && isShared(input) ? new Bytes(input) : input;
    try {
      const length = apply(byteLength, input, []);
      return new Bytes(apply(buffer, input, []), apply(byteOffset, input, []), length);
    } catch {
      return input;
    }
  };

  const isObject = (value) => typeof value === "object" || typeof value === "function";
  const flagsOf = (options) => {
    if (options === undefined || options === null) return 0;
    if (!isObject(options)) throw new TypeError("The options must be an object.");
    const fatal = !!options.fatal;
    return (fatal ? FATAL : 0) | (options.ignoreBOM ? IGNORE_BOM : 0);
  };
  const isStream = (options) => {
    if (options === undefined || options === null) return false;
    if (!isObject(options)) throw new TypeError("The options must be an object.");
    return !!options.stream;
  };
  const [FATAL, IGNORE_BOM] = [1, 2];

  class TextDecoder {
    #encoding;
    #flags;
    // The decoder of a stream that has begun and is not finished.
    #begun;

    constructor(label = "utf-8", options = undefined) {
      this.#encoding = native.encodingOf(`${label}`);
      this.#flags = flagsOf(options);
    }

    get encoding() {
      return this.#encoding;
    }

    get fatal() {
      return (this.#flags & FATAL) !== 0;
    }

    get ignoreBOM() {
      return (this.#flags & IGNORE_BOM) !== 0;
    }

    decode(input = undefined, options = undefined) {
      const encoding = this.#encoding;
      const flags = this.#flags;
      const stream = isStream(options);
      const bytes = readable(input);
      const begun = this.#begun;
      if (begun === undefined && !stream) return native.decode(encoding, flags, bytes);
      const decoder = begun ?? native.decoder(encoding, flags);
      this.#begun = stream ? decoder : undefined;
      return native.decodeChunk(decoder, flags, !stream, bytes);
    }
  }

  internals.interface(TextDecoder);
}
