(native, internals) => {
  const TOKEN = {};
  const Later = Promise;
  const { setTimeout, clearTimeout } = internals;
  const PRIORITIES = { __proto__: null, "user-blocking": true, "user-visible": true, background: true };
  const bad = (text) => {
    throw new TypeError(text);
  };
  const { isSignal, isAborted, abortReason, whenAborted, neverMindAbort } = internals;

  class Scheduler {
    #brand = true;

    constructor(token) {
      if (token !== TOKEN) throw new TypeError("Illegal constructor");
    }

    /** Calls a function in a task of its own. Tasks run in the order in which they are due. */
    async postTask(callback, options = undefined) {
      this.#brand;
      if (typeof callback !== "function") bad("Failed to execute 'postTask': the callback is no function.");
      const { delay = 0, priority, signal } = options ?? {};
      if (priority !== undefined && !(`${priority}` in PRIORITIES)) bad(`'${priority}' is no priority of a task.`);
      await after(+delay, signal, "postTask");
      return callback();
    }

    /** Continues in a task of its own. */
    async yield() {
      this.#brand;
      await after(0, undefined, "yield");
    }

    /** Waits for `delay` milliseconds. An aborted signal rejects with its reason. */
    async wait(delay = 0, options = undefined) {
      this.#brand;
      await after(delay, options?.signal, "wait");
    }
  }

  const after = (delay, signal, what) => {
    if (signal === undefined) return new Later((resolve) => setTimeout(resolve, delay));
    if (!isSignal(signal)) bad(`Failed to execute '${what}': the signal is no AbortSignal.`);
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
  };

  internals.interface(Scheduler);
  internals.operation("scheduler", new Scheduler(TOKEN));
}
