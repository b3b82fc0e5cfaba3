(native, internals) => {
  const { apply } = Reflect;
  const { streams } = internals;
  const { dictionary, buffers } = streams;

  const decode = TextDecoder.prototype.decode;
  const Decoder = TextDecoder;

  class TextDecoderStream {
    #decoder;
    #sides;
    #fatal;
    #ignoreBOM;

    constructor(label = "utf-8", options = undefined) {
      const { fatal, ignoreBOM } = dictionary(options, "The options");
      this.#fatal = !!fatal;
      this.#ignoreBOM = !!ignoreBOM;
      const decoder = new Decoder(label, { fatal: this.#fatal, ignoreBOM: this.#ignoreBOM });
      this.#decoder = decoder;
      const notBytes = () => "The chunk must be an ArrayBuffer or a view of one.";
      this.#sides = sides({
        transform(chunk, enqueue) {
          const text = apply(decode, decoder, [streams.bytesOf(chunk, notBytes), { stream: true }]);
          if (text !== "") enqueue(text);
        },
        flush(enqueue) {
          const text = apply(decode, decoder, []);
          if (text !== "") enqueue(text);
        },
      });
    }

    get encoding() {
      return this.#decoder.encoding;
    }

    get fatal() {
      return this.#fatal;
    }

    get ignoreBOM() {
      return this.#ignoreBOM;
    }

    get readable() {
      return this.#sides.readable;
    }

    get writable() {
      return this.#sides.writable;
    }
  }
  internals.interface(TextDecoderStream);

  class TextEncoderStream {
    #sides;

    constructor() {
      // A lead surrogate whose trail surrogate is in the next chunk.
      let lead = "";
      this.#sides = sides({
        transform(chunk, enqueue) {
          const text = `${lead}${chunk}`;
          const last = text[text.length - 1];
          lead = last >= "\uD800" && last <= "\uDBFF" ? last : "";
          const bytes = native.encode(lead === "" ? text : apply(substring, text, [0, text.length - 1]));
          if (buffers.placeOf(bytes).length > 0) enqueue(bytes);
        },
        flush(enqueue) {
          if (lead !== "") enqueue(native.encode("\uFFFD"));
        },
      });
    }

    get encoding() {
      this.#sides;
      return "utf-8";
    }

    get readable() {
      return this.#sides.readable;
    }

    get writable() {
      return this.#sides.writable;
    }
  }
  internals.interface(TextEncoderStream);

  const { substring } = String.prototype;
  const sides = (algorithms) => {
    const { readable, writable } = streams.transform(algorithms);
    return { readable: streams.readableFace(readable), writable: streams.writableFace(writable) };
  };
}
