(native, internals) => {
  const TOKEN = {};
  const Later = Promise;
  const { setTimeout, clearTimeout } = internals;
  const { isSignal, isAborted, abortReason, whenAborted, neverMindAbort } = internals;

  class Scheduler {
    constructor(token) {
      if (token !== TOKEN) throw new TypeError("Illegal constructor");
    }

    /** Waits for `delay` milliseconds. An aborted signal rejects with its reason. */
    async wait(delay = 0, options = undefined) {
      const signal = options?.signal;
      if (signal === undefined) return new Later((resolve) => setTimeout(resolve, delay));
      if (!isSignal(signal)) throw new TypeError("Failed to execute 'wait': the signal is no AbortSignal.");
      return new Later((resolve, reject) => {
        if (isAborted(signal)) return reject(abortReason(signal));
        const stop = () => {
          clearTimeout(timer);
          reject(abortReason(signal));
        };
        const timer = setTimeout(() => {
          neverMindAbort(signal, stop);
          resolve();
        }, delay);
        whenAborted(signal, stop);
      });
    }
  }

  internals.interface(Scheduler);
  internals.operation("scheduler", new Scheduler(TOKEN));
}
