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

  class TextDecoder {
    #encoding;
    #fatal;
    #ignoreBOM;
    // The rest of an unfinished stream, packed into a number.
    #state = 0;

    constructor(label = "utf-8", options = undefined) {
      this.#encoding = native.encodingOf(`${label}`);
      this.#fatal = !!options?.fatal;
      this.#ignoreBOM = !!options?.ignoreBOM;
    }

    get encoding() {
      return this.#encoding;
    }

    get fatal() {
      return this.#fatal;
    }

    get ignoreBOM() {
      return this.#ignoreBOM;
    }

    decode(input = undefined, options = undefined) {
      const stream = !!options?.stream;
      const state = this.#state;
      this.#state = 0;
      const flags = (this.#fatal ? 1 : 0) | (this.#ignoreBOM ? 2 : 0) | (stream ? 4 : 0);
      const decoded = native.decode(this.#encoding, flags, state, readable(input));
      if (!stream) return decoded;
      this.#state = decoded[1];
      return decoded[0];
    }
  }

  internals.interface(TextDecoder);
}
