(native, internals) => {
  const { promiseResolve, promiseThen } = internals;
  const { apply } = Reflect;

  /** Keeps an invocation open until the promise settles. Returns false if it is over. */
  const keepOpen = (internals.keepOpen = (invocation, promise) => {
    if (!native.wait(invocation)) return false;
    const done = () => native.waited(invocation);
    const failed = (error) => {
      native.reportRejection(error, internals.helpers);
      native.waited(invocation);
    };
    apply(promiseThen, promiseResolve(promise), [done, failed]);
    return true;
  });

  const Failure = Error;
  const NO_INVOCATION =
    "Disallowed operation called within global scope. Asynchronous I/O (ex: fetch() or connect()), " +
    "setting a timeout, and generating random values are not allowed within global scope. To fix " +
    "this error, perform this operation within a handler. " +
    "https://developers.cloudflare.com/workers/runtime-apis/handlers/";

  /** Keeps the invocation open that the running job belongs to. */
  const { waitUntil } = {
    waitUntil(promise) {
      if (!keepOpen(native.currentInvocation(), promise)) throw new Failure(NO_INVOCATION);
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

    /** Ends the call that the running code belongs to, which fails with the reason. */
    abort(reason = undefined) {
      native.abortInvocation(reason === undefined ? new Failure("The call was aborted by ctx.abort().") : reason);
    }

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
  internals.platform[internals.platform.length] = internals.WorkerEntrypoint.prototype;
}
