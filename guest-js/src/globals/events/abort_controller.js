(native, internals) => {
  const TOKEN = {};
  const { setTimeout } = internals;
  const { apply } = Reflect;
  const Algorithms = Set;
  const { add, delete: remove, forEach } = Set.prototype;
  const { trusted } = internals.event;
  const { dispatch } = internals;
  const [Happening, Exception] = [Event, DOMException];
  let make;
  let abort;
  let follow;

  class AbortSignal extends EventTarget {
    #aborted = false;
    #reason = undefined;
    // Undefined until there is one, because few signals have any.
    #algorithms;
    // The signals that `any()` has made of this one.
    #followers;
    // For a signal that `any()` has made: those that it was made of, none of them by `any()`.
    #sources;

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
            ? new Exception("This operation was aborted", "AbortError")
            : reason;
        // All are aborted before any of their listeners runs.
        const followers = signal.#followers;
        const aborted = [signal];
        signal.#followers = undefined;
        if (followers !== undefined) {
          apply(forEach, followers, [(follower) => {
            if (follower.#aborted) return;
            follower.#aborted = true;
            follower.#reason = signal.#reason;
            apply(forEach, follower.#sources, [(root) => {
              if (root.#followers !== undefined) apply(remove, root.#followers, [follower]);
            }]);
            aborted[aborted.length] = follower;
          }]);
        }
        for (let index = 0; index < aborted.length; index++) tell(aborted[index]);
      };
      const tell = (signal) => {
        const algorithms = signal.#algorithms;
        signal.#algorithms = undefined;
        if (algorithms !== undefined) apply(forEach, algorithms, [(algorithm) => algorithm()]);
        dispatch(signal, trusted(new Happening("abort")));
      };
      follow = (signal, source) => {
        apply(add, signal.#sources, [source]);
        apply(add, (source.#followers ??= new Algorithms()), [signal]);
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
          new Exception("The operation was aborted due to timeout", "TimeoutError"),
        );
      }, milliseconds);
      return signal;
    }

    static any(signals) {
      const sources = [];
      for (const source of signals) {
        if (!internals.isSignal(source)) {
          throw new TypeError("AbortSignal.any needs a list of signals.");
        }
        sources[sources.length] = source;
      }
      const signal = make();
      for (let index = 0; index < sources.length; index++) {
        if (sources[index].#aborted) {
          signal.#aborted = true;
          signal.#reason = sources[index].#reason;
          return signal;
        }
      }
      signal.#sources = new Algorithms();
      for (let index = 0; index < sources.length; index++) {
        const source = sources[index];
        if (source.#sources === undefined) follow(signal, source);
        else apply(forEach, source.#sources, [(root) => follow(signal, root)]);
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
