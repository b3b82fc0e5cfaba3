(native, internals) => {
  const { eventInit } = internals;

  class CloseEvent extends Event {
    #code;
    #reason;
    #wasClean;

    constructor(type, options = undefined) {
      super(type, options);
      const { code = 0, reason = "", wasClean = false } = eventInit(options);
      this.#code = code & 0xffff;
      this.#reason = native.wellFormed(`${reason}`);
      this.#wasClean = !!wasClean;
    }

    get code() {
      return this.#code;
    }

    get reason() {
      return this.#reason;
    }

    get wasClean() {
      return this.#wasClean;
    }
  }
  internals.interface(CloseEvent);
}
