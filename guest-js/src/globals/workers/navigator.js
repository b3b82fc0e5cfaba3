(native, internals) => {
  const TOKEN = {};
  const LANGUAGES = Object.freeze(["en-US"]);

  class Navigator {
    #brand = true;

    constructor(token) {
      if (token !== TOKEN) throw new TypeError("Illegal constructor");
    }

    get userAgent() {
      this.#brand;
      return "isolet";
    }

    get hardwareConcurrency() {
      this.#brand;
      return 1;
    }

    get language() {
      this.#brand;
      return "en-US";
    }

    get languages() {
      this.#brand;
      return LANGUAGES;
    }
  }
  internals.interface(Navigator);
  internals.operation("navigator", new Navigator(TOKEN));
}
