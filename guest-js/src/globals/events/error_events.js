(native, internals) => {
  const { create, defineProperty, setPrototypeOf } = Object;
  const { apply } = Reflect;
  const { globalListens, dispatchGlobal } = internals;
  const { trusted } = internals.event;
  const required = (args, count, what) => {
    if (args.length < count) throw new TypeError(`${what} needs ${count} arguments.`);
  };

  class ErrorEvent extends Event {
    #message;
    #filename;
    #lineno;
    #colno;
    #error;

    constructor(type, options = undefined) {
      super(type, options);
      const { colno = 0, error, filename = "", lineno = 0, message = "" } = internals.eventInit(options);
      this.#message = `${message}`;
      this.#filename = `${filename}`;
      this.#lineno = lineno >>> 0;
      this.#colno = colno >>> 0;
      this.#error = error;
    }

    get message() {
      return this.#message;
    }

    get filename() {
      return this.#filename;
    }

    get lineno() {
      return this.#lineno;
    }

    get colno() {
      return this.#colno;
    }

    get error() {
      return this.#error;
    }
  }
  internals.interface(ErrorEvent);

  class PromiseRejectionEvent extends Event {
    #promise;
    #reason;

    constructor(type, options) {
      required(arguments, 2, "PromiseRejectionEvent");
      super(type, options);
      if (options?.promise === undefined) {
        throw new TypeError("PromiseRejectionEvent needs a promise.");
      }
      this.#promise = options.promise;
      this.#reason = options.reason;
    }

    get promise() {
      return this.#promise;
    }

    get reason() {
      return this.#reason;
    }
  }
  internals.interface(PromiseRejectionEvent);

  // Creates a class of the global object, which is an event target like any other.
  const scopeOf = (name, parent) => {
    const Scope = { [name]: function () { throw new TypeError("Illegal constructor"); } }[name];
    Scope.prototype = create(parent.prototype, {
      constructor: { value: Scope, writable: true, configurable: true },
    });
    setPrototypeOf(Scope, parent);
    internals.interface(Scope);
    return Scope;
  };
  const Scope = scopeOf("ServiceWorkerGlobalScope", scopeOf("WorkerGlobalScope", EventTarget));
  setPrototypeOf(globalThis, Scope.prototype);
  internals.eventHandler(Scope, "unhandledrejection");
  internals.eventHandler(Scope, "rejectionhandled");

  // The handler of errors gets separate arguments instead of an event.
  let onerror = null;
  let listens = false;
  defineProperty(Scope.prototype, "onerror", {
    get: () => onerror,
    set: (callback) => {
      onerror = typeof callback === "function" ? callback : null;
      if (listens || onerror === null) return;
      listens = true;
      addEventListener("error", (event) => {
        if (onerror === null) return;
        const { message, filename, lineno, colno, error } = event;
        if (apply(onerror, globalThis, [message, filename, lineno, colno, error]) === true) event.preventDefault();
      });
    },
    enumerable: true,
    configurable: true,
  });

  internals.wantHandled = () => native.wantHandled();

  const Rejection = PromiseRejectionEvent;
  const Failure = ErrorEvent;

  /** Returns true if a listener takes care of an unhandled rejection. */
  internals.unhandled = (promise, reason) =>
    globalListens("unhandledrejection") &&
    !dispatchGlobal(trusted(new Rejection("unhandledrejection", { promise, reason, cancelable: true })));

  internals.handled = (promise, reason) => {
    dispatchGlobal(trusted(new Rejection("rejectionhandled", { promise, reason })));
  };

  const messageOf = (error) => {
    try {
      return `Uncaught ${error}`;
    } catch {
      return "Uncaught exception";
    }
  };

  // An exception that a listener throws is not reported to listeners.
  let telling = false;

  /** Returns true if a listener takes care of an uncaught exception. */
  internals.uncaught = (error) => {
    if (telling || !globalListens("error")) return false;
    telling = true;
    try {
      return !dispatchGlobal(trusted(new Failure("error", { message: messageOf(error), error, cancelable: true })));
    } finally {
      telling = false;
    }
  };
}
