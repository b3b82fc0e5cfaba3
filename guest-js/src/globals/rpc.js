(native, internals) => {
  const { apply, getPrototypeOf } = Reflect;
  const { create, defineProperty, freeze, keys } = Object;
  const { then, catch: catchMethod, finally: finallyMethod } = Promise.prototype;
  const { bind } = Function.prototype;

  internals.RpcTarget = class RpcTarget {};

  /** `new RpcStub(target)` is a stub of an object of this worker's own. */
  const RpcStub = class RpcStub {
    constructor(target) {
      const isObject = typeof target === "object" && target !== null;
      if (typeof target !== "function" && !(isObject && target instanceof internals.RpcTarget)) {
        throw new TypeError("Failed to construct 'RpcStub': the target must be an RpcTarget or a function.");
      }
      return native.loopback(target);
    }

    dup() {
      return apply(native.dup, this, []);
    }

    onRpcBroken(callback) {
      if (typeof callback !== "function") {
        throw new TypeError("onRpcBroken takes a function.");
      }
      apply(then, native.watch(this), [undefined, callback]);
    }

    [Symbol.dispose]() {
      apply(native.dispose, this, []);
    }
  };
  defineProperty(RpcStub.prototype, Symbol.toStringTag, { value: "RpcStub", configurable: true });
  defineProperty(RpcStub.prototype, internals.inspected, { value: () => "RpcStub {}" });
  internals.stubMethods = RpcStub.prototype;

  const RpcPromise = function RpcPromise() {
    throw new TypeError("Illegal constructor");
  };
  const promiseMethods = create(Promise.prototype, {
    [Symbol.dispose]: {
      value: function () {
        if (native.disposePromise(this)) return;
        const dispose = (value) => internals.dispose(value);
        apply(then, this, [dispose, () => {}]);
      },
      writable: true, configurable: true,
    },
    [Symbol.toStringTag]: { value: "RpcPromise", configurable: true },
  });
  RpcPromise.prototype = promiseMethods;
  internals.promiseMethods = promiseMethods;
  internals.promisePrototype = native.promisePrototype(promiseMethods);
  // What every `await` asks for, found without asking for a remote property.
  for (const [name, value] of [["constructor", Promise], ["then", then], ["catch", catchMethod], ["finally", finallyMethod]]) {
    defineProperty(internals.promisePrototype, name, { value, writable: true, configurable: true });
  }

  /** What makes `await stub.property` read it. */
  internals.readable = freeze({
    then(resolved, rejected) {
      return apply(then, native.read(this), [resolved, rejected]);
    },
    catch(rejected) {
      return apply(catchMethod, native.read(this), [rejected]);
    },
    finally(done) {
      return apply(finallyMethod, native.read(this), [done]);
    },
  });

  /** A path on an answer that has come. */
  internals.follow = async (value, path, args) => {
    let holder;
    for (let index = 0; index < path.length; index++) {
      holder = value;
      value = value[path[index]];
    }
    return args === undefined ? value : apply(value, holder, args);
  };

  internals.bind = (method, holder) => apply(bind, method, [holder]);

  internals.dispose = (value) => {
    const isObject = typeof value === "object" || typeof value === "function";
    const dispose = isObject && value !== null ? value[Symbol.dispose] : undefined;
    if (typeof dispose === "function") apply(dispose, value, []);
  };

  internals.nothing = freeze(native.nothing);

  let exported;
  internals.ownExports = () => {
    if (exported !== undefined) return exported;
    const namespace = native.namespace();
    if (namespace === undefined) return {};
    const stubs = {};
    for (const name of keys(namespace)) {
      const value = namespace[name];
      const isClass = typeof value === "function" && value.prototype !== undefined &&
        value.prototype instanceof internals.WorkerEntrypoint;
      const isObject = typeof value === "object" && value !== null;
      if (isClass || isObject) {
        defineProperty(stubs, name, { value: native.ownExport(name), enumerable: true });
      }
    }
    exported = freeze(stubs);
    return exported;
  };

  internals.RpcStub = RpcStub;
  internals.RpcPromise = RpcPromise;
}
