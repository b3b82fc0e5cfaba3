(native, internals) => {
  const TOKEN = {};
  const { setTimeout } = internals;
  const { apply } = Reflect;
  const Algorithms = Set;
  const { add, delete: remove, forEach } = Set.prototype;
  let make;
  let abort;

  class AbortSignal extends EventTarget {
    #aborted = false;
    #reason = undefined;
    // Undefined until there is one, because few signals have any.
    #algorithms;

    constructor(token) {
      if (token !== TOKEN) throw new TypeError("Illegal constructor");
      super();
    }

    static {
      make = () => new AbortSignal(TOKEN);
      abort = (signal, reason) => {
        if (signal.#aborted) return;
        signal.#aborted = true;
        signal.#reason =
          reason === undefined
            ? new DOMException("This operation was aborted", "AbortError")
            : reason;
        const algorithms = signal.#algorithms;
        signal.#algorithms = undefined;
        if (algorithms !== undefined) apply(forEach, algorithms, [(algorithm) => algorithm()]);
        signal.dispatchEvent(new Event("abort"));
      };
      internals.makeSignal = make;
      internals.abortSignal = abort;
      internals.isSignal = (value) =>
        value !== null && typeof value === "object" && #aborted in value;
      internals.whenAborted = (signal, algorithm) => {
        apply(add, (signal.#algorithms ??= new Algorithms()), [algorithm]);
      };
      internals.neverMindAbort = (signal, algorithm) => {
        if (signal.#algorithms !== undefined) apply(remove, signal.#algorithms, [algorithm]);
      };
      internals.isAborted = (signal) => signal.#aborted;
      internals.abortReason = (signal) => signal.#reason;
      // Returns another signal, which is aborted when this one is.
      internals.followSignal = (source) => {
        const signal = make();
        if (source.#aborted) abort(signal, source.#reason);
        else internals.whenAborted(source, () => abort(signal, source.#reason));
        return signal;
      };
    }

    static abort(reason = undefined) {
      const signal = make();
      abort(signal, reason);
      return signal;
    }

    static timeout(milliseconds) {
      if (!(milliseconds >= 0 && milliseconds <= Number.MAX_SAFE_INTEGER)) {
        throw new TypeError("AbortSignal.timeout needs a number of milliseconds.");
      }
      const signal = make();
      setTimeout(() => {
        abort(
          signal,
          new DOMException("The operation was aborted due to timeout", "TimeoutError"),
        );
      }, milliseconds);
      return signal;
    }

    static any(signals) {
      const sources = [...signals];
      for (const source of sources) {
        if (!internals.isSignal(source)) {
          throw new TypeError("AbortSignal.any needs a list of signals.");
        }
      }
      const signal = make();
      for (const source of sources) {
        if (source.#aborted) {
          signal.#aborted = true;
          signal.#reason = source.#reason;
          return signal;
        }
      }
      for (const source of sources) {
        internals.whenAborted(source, () => abort(signal, source.#reason));
      }
      return signal;
    }

    get aborted() {
      return this.#aborted;
    }

    get reason() {
      return this.#reason;
    }

    throwIfAborted() {
      if (this.#aborted) throw this.#reason;
    }

    [internals.inspected]() {
      return { aborted: this.#aborted };
    }
  }

  internals.interface(AbortSignal);
  internals.eventHandler(AbortSignal, "abort");

  class AbortController {
    #signal = make();

    get signal() {
      return this.#signal;
    }

    abort(reason = undefined) {
      abort(this.#signal, reason);
    }

    [internals.inspected]() {
      return { signal: this.#signal };
    }
  }

  internals.interface(AbortController);
}
