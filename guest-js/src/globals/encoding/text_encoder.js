(native, internals) => {
  class TextEncoder {
    #brand = true;

    get encoding() {
      this.#brand;
      return "utf-8";
    }

    encode(input = "") {
      this.#brand;
      return native.encode(`${input}`);
    }

    encodeInto(source, destination) {
      this.#brand;
      if (arguments.length < 2) {
        throw new TypeError("encodeInto needs a string and a Uint8Array.");
      }
      const counts = native.encodeInto(`${source}`, destination);
      return { read: counts[0], written: counts[1] };
    }
  }

  internals.interface(TextEncoder);
}
