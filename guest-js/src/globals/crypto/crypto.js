(native, internals) => {
  const TOKEN = {};

  class Crypto {
    #brand = true;

    constructor(token = undefined) {
      if (token !== TOKEN) throw new TypeError("Illegal constructor");
    }

    get subtle() {
      this.#brand;
      return internals.subtle.object;
    }

    getRandomValues(array) {
      this.#brand;
      if (arguments.length === 0) throw new TypeError("getRandomValues() needs an array.");
      const length = native.randomize(array);
      if (length === -1) {
        throw new DOMException(
          "The data argument must be an integer-type TypedArray.", "TypeMismatchError",
        );
      }
      if (length > 65536) {
        throw new DOMException(
          `The requested length of ${length} bytes exceeds the limit of 65536.`,
          "QuotaExceededError",
        );
      }
      return array;
    }

    randomUUID() {
      this.#brand;
      return native.randomUuid();
    }
  }

  internals.interface(Crypto);
  internals.operation("crypto", new Crypto(TOKEN));
  const { random } = { random: () => native.randomUnit() };
  Object.defineProperty(Math, "random", { value: random, writable: true, configurable: true });
}
