(native, internals) => {
  const { promiseResolve, promiseThen } = internals;
  const { apply } = Reflect;

  const keepOpen = (invocation, promise) => {
    if (!native.wait(invocation)) return;
    const done = () => native.waited(invocation);
    const failed = (error) => {
      native.reportRejection(error, internals.helpers);
      native.waited(invocation);
    };
    apply(promiseThen, promiseResolve(promise), [done, failed]);
  };

  /** For the invocation that the running job belongs to. */
  const { waitUntil } = {
    waitUntil(promise) {
      keepOpen(native.currentInvocation(), promise);
    },
  };
  internals.waitUntil = waitUntil;

  internals.ExecutionContext = class ExecutionContext {
    #invocation;

    constructor(invocation, props = {}) {
      this.#invocation = invocation;
      this.props = props;
    }

    waitUntil(promise) {
      keepOpen(this.#invocation, promise);
    }

    passThroughOnException() {}

    /** Stubs of this worker's own entrypoints. */
    get exports() {
      return internals.ownExports();
    }
  };
  internals.interface(internals.ExecutionContext, false);

  internals.WorkerEntrypoint = class WorkerEntrypoint {
    constructor(ctx, env) {
      this.ctx = ctx;
      this.env = env;
    }
  };
}
