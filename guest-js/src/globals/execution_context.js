(native, internals) => {
  const { promiseResolve, promiseThen, report } = internals;
  const { apply } = Reflect;

  internals.ExecutionContext = class ExecutionContext {
    #invocation;

    constructor(invocation, props = {}) {
      this.#invocation = invocation;
      this.props = props;
    }

    waitUntil(promise) {
      const invocation = this.#invocation;
      if (!native.wait(invocation)) return;
      const done = () => native.waited(invocation);
      const failed = (error) => {
        native.reportRejection(error, internals.helpers);
        native.waited(invocation);
      };
      apply(promiseThen, promiseResolve(promise), [done, failed]);
    }

    passThroughOnException() {}
  };
  internals.interface(internals.ExecutionContext, false);

  internals.WorkerEntrypoint = class WorkerEntrypoint {
    constructor(ctx, env) {
      this.ctx = ctx;
      this.env = env;
    }
  };

  internals.RpcTarget = class RpcTarget {};
}
