(native, internals) => {
  // The host keeps no more of a reason than this many bytes: a longer one is not copied to it.
  const MAX_REASON = 4096;
  const { apply } = Reflect;
  const { slice } = String.prototype;
  const unsupported = (name) => {
    throw new TypeError(`${name} is not supported by this runtime.`);
  };

  const { DurableObject, getDurableObjectClass, abortIsolate } = {
    DurableObject: class DurableObject {
      constructor() {
        unsupported("DurableObject");
      }
    },
    abortIsolate(reason = undefined) {
      native.abort(reason === undefined ? undefined : apply(slice, `${reason}`, [0, MAX_REASON]));
    },
    getDurableObjectClass() {
      unsupported("getDurableObjectClass");
    },
  };

  const {
    WorkerEntrypoint, RpcTarget, RpcStub, RpcPromise, RpcProperty, ServiceStub, waitUntil, connect,
  } = internals;

  /** The exports of `cloudflare:workers`, except `env`. */
  internals.workers = {
    WorkerEntrypoint, RpcTarget, RpcStub, RpcPromise, RpcProperty, ServiceStub, waitUntil,
    // Known only after the main module was evaluated.
    exports: new Proxy({}, {
      get: (_, name) => internals.ownExports()[name],
      has: (_, name) => name in internals.ownExports(),
      ownKeys: () => Reflect.ownKeys(internals.ownExports()),
      getOwnPropertyDescriptor: (_, name) => {
        const value = internals.ownExports()[name];
        return value === undefined
          ? undefined
          : { value, enumerable: true, configurable: true, writable: false };
      },
    }),
    DurableObject, getDurableObjectClass, connect, abortIsolate,
  };
}
