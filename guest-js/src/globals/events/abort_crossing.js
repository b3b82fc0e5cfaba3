(native, internals) => {
  const { streams, RpcTarget, whenAborted, neverMindAbort, abortReason, abortSignal } = internals;
  const { then, handled, deferred } = streams;

  // The capability through which others watch a signal of this worker. It reports the abort to
  // whoever asks, and only as long as it is held.
  class SignalSource extends RpcTarget {
    #signal;
    #told = deferred();
    #tell = () => this.#told.resolve([abortReason(this.#signal)]);

    constructor(signal) {
      super();
      this.#signal = signal;
      whenAborted(signal, this.#tell);
    }

    static withdraw(target) {
      if (#signal in target) neverMindAbort(target.#signal, target.#tell);
    }

    /** Resolves with the reason, in a list, when the signal is aborted. */
    aborted() {
      return this.#told.promise;
    }

    [Symbol.dispose]() {
      neverMindAbort(this.#signal, this.#tell);
    }
  }

  internals.withdrawSignal = SignalSource.withdraw;
  internals.signalSource = (signal) => new SignalSource(signal);

  /**
   * Returns a signal that follows one elsewhere, as long as the invocation lasts that it was
   * sent to.
   */
  internals.signalFrom = (reason, source) => {
    const signal = internals.makeSignal();
    if (source === undefined) {
      abortSignal(signal, reason);
      return signal;
    }
    const told = native.send(source, "aborted", []);
    // A reason that cannot be cloned still aborts. Any other failure is ignored, because the
    // holder of the other signal is gone.
    handled(then(told, (list) => abortSignal(signal, list[0]), (error) => {
      if (error?.name === "DataCloneError") abortSignal(signal, undefined);
    }));
    return signal;
  };
}
