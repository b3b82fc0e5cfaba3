(native, internals) => {
  const TOKEN = {};

  class Performance {
    constructor(token) {
      if (token !== TOKEN) throw new TypeError("Illegal constructor");
    }

    now() {
      return native.now() - native.timeOrigin();
    }

    get timeOrigin() {
      return native.timeOrigin();
    }

    toJSON() {
      return { timeOrigin: native.timeOrigin() };
    }
  }

  internals.interface(Performance);
  internals.operation("performance", new Performance(TOKEN));
}
