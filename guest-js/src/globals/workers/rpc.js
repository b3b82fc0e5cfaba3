(native, internals) => {
  const { apply, ownKeys } = Reflect;
  const Together = Proxy;
  const { create, defineProperty, freeze, getOwnPropertyDescriptor, keys } = Object;
  const { then, catch: catchMethod, finally: finallyMethod } = Promise.prototype;
  const { bind } = Function.prototype;

  internals.RpcTarget = class RpcTarget {};
  internals.platform[internals.platform.length] = internals.RpcTarget.prototype;

  /** `new RpcStub(target)` creates a stub of an object of this worker. */
  const RpcStub = class RpcStub {
    constructor(target) {
      const stub = native.loopback(target);
      if (stub !== undefined) return stub;
      throw new TypeError("RpcStubs can only wrap plain objects, functions, and RpcTarget derivatives.");
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
  const illegal = () => {
    throw new TypeError("Illegal constructor");
  };

  /** A stub of an entrypoint, whose method `fetch` takes a request. */
  const ServiceStub = class ServiceStub {
    constructor() {
      illegal();
    }
  };
  for (const name of ["dup", "onRpcBroken", Symbol.dispose, internals.inspected]) {
    defineProperty(ServiceStub.prototype, name, getOwnPropertyDescriptor(RpcStub.prototype, name));
  }
  defineProperty(ServiceStub.prototype, Symbol.toStringTag, { value: "Fetcher", configurable: true });

  /** A property of a stub, or of what a call will return. */
  const RpcProperty = class RpcProperty {
    constructor() {
      illegal();
    }
  };
  /** Applies a callback to each element of a list that is elsewhere, without waiting for it. */
  const { map } = {
    map(callback) {
      if (typeof callback !== "function") throw new TypeError("map() takes a function.");
      return native.map(this, callback);
    },
  };
  defineProperty(RpcProperty.prototype, "map", { value: map, writable: true, configurable: true });
  defineProperty(RpcProperty.prototype, Symbol.toStringTag, { value: "RpcProperty", configurable: true });
  defineProperty(RpcProperty.prototype, internals.inspected, { value: () => "RpcProperty {}" });

  const [STUB, SERVICE, PROPERTY, PROMISE] = [0, 1, 2, 3];
  const members = (of, { prototype }) => native.members(of, prototype);
  internals.stubMethods = RpcStub.prototype;
  internals.serviceMethods = ServiceStub.prototype;
  internals.propertyMethods = RpcProperty.prototype;
  internals.stubPrototype = members(STUB, RpcStub);
  internals.servicePrototype = members(SERVICE, ServiceStub);
  internals.propertyPrototype = members(PROPERTY, RpcProperty);

  const RpcPromise = function RpcPromise() {
    illegal();
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
    map: { value: map, writable: true, configurable: true },
    [Symbol.toStringTag]: { value: "RpcPromise", configurable: true },
  });
  RpcPromise.prototype = promiseMethods;
  internals.promiseMethods = promiseMethods;
  internals.promisePrototype = members(PROMISE, RpcPromise);
  // Every `await` reads these, which must not ask for a remote property.
  for (const [name, value] of [["constructor", Promise], ["then", then], ["catch", catchMethod], ["finally", finallyMethod]]) {
    defineProperty(internals.promisePrototype, name, { value, writable: true, configurable: true });
  }

  /** The methods through which `await stub.property` reads the property. */
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

  /** Follows a path on an answer that has arrived, or on what a local promise resolves to. */
  internals.follow = async (value, path, args) => {
    if (native.isPending(value)) value = await value;
    let holder;
    for (let index = 0; index < path.length; index++) {
      holder = value;
      value = value[path[index]];
    }
    return args === undefined ? value : apply(value, holder, args);
  };

  // A function's own properties are reached through it, and a bound function has none.
  const isBare = (method) => {
    const names = ownKeys(method);
    for (let index = 0; index < names.length; index++) {
      const name = names[index];
      if (name !== "length" && name !== "name" && name !== "prototype") return false;
    }
    return true;
  };
  internals.bind = (method, holder) => isBare(method)
    ? apply(bind, method, [holder])
    : new Together(method, { __proto__: null, apply: (_, __, args) => apply(method, holder, args) });

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
  internals.ServiceStub = ServiceStub;
  internals.RpcProperty = RpcProperty;
  internals.RpcPromise = RpcPromise;
}
