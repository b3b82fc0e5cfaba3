(native, internals) => {
  const { streams, RpcTarget, whenAborted, neverMindAbort, abortReason, abortSignal } = internals;
  const { then, handled, deferred } = streams;

  // What others hold of a signal of this worker's. It is told to whoever asks, and only
  // as long as it is held.
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

    /** The reason, in a list, when it is aborted. */
    aborted() {
      return this.#told.promise;
    }

    [Symbol.dispose]() {
      neverMindAbort(this.#signal, this.#tell);
    }
  }

  internals.withdrawSignal = SignalSource.withdraw;
  internals.signalSource = (signal) => new SignalSource(signal);

  /** The signal that one elsewhere aborts, as long as the invocation lasts that was sent it. */
  internals.signalFrom = ({ reason, source }) => {
    const signal = internals.makeSignal();
    if (source === undefined) {
      abortSignal(signal, reason);
      return signal;
    }
    const told = native.send(source, "aborted", []);
    // A reason that cannot cross is no reason not to abort. Any other failure says
    // nothing: the one who would abort is gone.
    handled(then(told, (list) => abortSignal(signal, list[0]), (error) => {
      if (error?.name === "DataCloneError") abortSignal(signal, undefined);
    }));
    return signal;
  };
}
