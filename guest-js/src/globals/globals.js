(native, internals) => {
  const { defineProperty, preventExtensions } = Object;
  const { toStringTag } = Symbol;
  const { ownKeys, getOwnPropertyDescriptor } = Reflect;

  // The class of what the engine throws when memory runs out.
  delete globalThis.InternalError;
  delete globalThis.performance;

  internals.plainPromise = Promise.prototype;
  internals.promiseThen = Promise.prototype.then;
  internals.promiseResolve = Promise.resolve.bind(Promise);
  internals.DOMException = DOMException;
  internals.Error = Error;
  internals.TypeError = TypeError;
  internals.SyntaxError = SyntaxError;
  internals.isList = Array.isArray;
  const { getPrototypeOf, prototype: plain } = Object;
  internals.isPlain = (value) =>
    value !== null && typeof value === "object" && getPrototypeOf(value) === plain;

  /** The key of a method whose result is printed in place of an object that inherits it. */
  internals.inspected = Symbol("inspected");

  /** The prototypes of the platform's classes. */
  internals.platform = [];

  /** Gives a class the property attributes that Web IDL gives an interface. */
  internals.interface = (Class, expose = true) => {
    const { prototype, name } = Class;
    internals.platform[internals.platform.length] = prototype;
    const keys = ownKeys(prototype);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index];
      if (typeof key === "string" && key !== "constructor") {
        defineProperty(prototype, key, { enumerable: true });
      }
    }
    const statics = ownKeys(Class);
    for (let index = 0; index < statics.length; index++) {
      if (typeof getOwnPropertyDescriptor(Class, statics[index]).value === "function") {
        defineProperty(Class, statics[index], { enumerable: true });
      }
    }
    defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
    if (expose) {
      internals.hidden(name, Class);
    }
  };

  internals.hidden = (name, value) => {
    defineProperty(globalThis, name, {
      value, writable: true, enumerable: false, configurable: true,
    });
  };

  internals.operation = (name, value) => {
    defineProperty(globalThis, name, {
      value, writable: true, enumerable: true, configurable: true,
    });
  };

  /** Wraps a namespace with a default export as compiled code expects it from `require`. */
  internals.asRequired = (namespace) => {
    const shown = { __proto__: null };
    const names = ownKeys(namespace);
    for (let index = 0; index < names.length; index++) {
      const name = names[index];
      if (typeof name !== "string") continue;
      defineProperty(shown, name, { __proto__: null, enumerable: true, get: () => namespace[name] });
    }
    defineProperty(shown, "__esModule", { __proto__: null, enumerable: true, value: true });
    defineProperty(shown, toStringTag, { __proto__: null, value: "Module" });
    return preventExtensions(shown);
  };

  internals.hidden("self", globalThis);
}
