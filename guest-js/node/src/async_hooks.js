// AsyncLocalStorage and AsyncResource. The engine carries one value from what starts
// asynchronous work to the work: here a map of the storages, which is never changed.
"use strict";

const { codes } = require("node:internal/errors");
const { validateFunction, validateString, validateObject } = require("node:internal/validators");
const { ERR_ASYNC_CALLBACK, ERR_ASYNC_TYPE, ERR_INVALID_ASYNC_ID } = codes;
const { asyncStore, setAsyncStore, setTimer } = native;
const { apply } = Reflect;

/** Calls a function with another map as the current one. */
const within = (map, call, self, args) => {
  const outer = asyncStore();
  setAsyncStore(map);
  try {
    return apply(call, self, args);
  } finally {
    setAsyncStore(outer);
  }
};

class AsyncLocalStorage {
  #default;
  #name = "";

  constructor(options = {}) {
    validateObject(options, "options");
    const { defaultValue, name } = options;
    this.#default = defaultValue;
    if (name !== undefined) this.#name = `${name}`;
  }

  get name() {
    return this.#name;
  }

  static bind(callback) {
    return AsyncResource.bind(callback);
  }

  static snapshot() {
    const map = asyncStore();
    return (callback, ...args) => within(map, callback, undefined, args);
  }

  #with(store) {
    const map = new Map(asyncStore());
    map.set(this, store);
    return map;
  }

  run(store, callback, ...args) {
    const outer = asyncStore();
    const own = this.#with(store);
    setAsyncStore(own);
    try {
      return apply(callback, undefined, args);
    } finally {
      // The stores that the callback has entered into other storages stay.
      if (asyncStore() === own) setAsyncStore(outer);
      else {
        const map = new Map(asyncStore());
        if (outer?.has(this)) map.set(this, outer.get(this));
        else map.delete(this);
        setAsyncStore(map);
      }
    }
  }

  exit(callback, ...args) {
    return this.run(undefined, callback, ...args);
  }

  enterWith(store) {
    setAsyncStore(this.#with(store));
  }

  disable() {
    const map = new Map(asyncStore());
    map.delete(this);
    setAsyncStore(map);
  }

  getStore() {
    const map = asyncStore();
    return map?.has(this) ? map.get(this) : this.#default;
  }
}

/** The callbacks of hooks that are enabled. They hear of instances of AsyncResource alone. */
const hooks = new Set();
const tell = (name, ...args) => {
  for (const callbacks of [...hooks]) {
    const call = callbacks[name];
    if (call !== undefined) apply(call, callbacks, args);
  }
};

let lastId = 1;
const stack = [];
const current = () => stack[stack.length - 1];

class AsyncResource {
  #id = ++lastId;
  #trigger;
  #map = asyncStore();
  #destroyed = false;

  constructor(type, options = {}) {
    validateString(type, "type");
    if (type.length === 0) throw new ERR_ASYNC_TYPE(type);
    let trigger = options;
    if (typeof options !== "number") {
      trigger = options.triggerAsyncId === undefined ? executionAsyncId() : options.triggerAsyncId;
    }
    if (!Number.isSafeInteger(trigger) || trigger < -1) throw new ERR_INVALID_ASYNC_ID("triggerAsyncId", trigger);
    this.#trigger = trigger;
    tell("init", this.#id, type, trigger, this);
  }

  runInAsyncScope(callback, self, ...args) {
    stack.push(this);
    tell("before", this.#id);
    try {
      return within(this.#map, callback, self, args);
    } finally {
      tell("after", this.#id);
      stack.pop();
    }
  }

  emitDestroy() {
    if (!this.#destroyed) {
      this.#destroyed = true;
      if (hooks.size > 0) setTimer(() => tell("destroy", this.#id), 0, false);
    }
    return this;
  }

  asyncId() {
    return this.#id;
  }

  triggerAsyncId() {
    return this.#trigger;
  }

  bind(callback, self) {
    validateFunction(callback, "fn");
    const resource = this;
    const bound = self === undefined
      ? function (...args) { return resource.runInAsyncScope(callback, this, ...args); }
      : (...args) => resource.runInAsyncScope(callback, self, ...args);
    Object.defineProperties(bound, {
      length: { configurable: true, enumerable: false, value: callback.length, writable: false },
      asyncResource: { configurable: true, enumerable: true, value: resource, writable: true },
    });
    return bound;
  }

  static bind(callback, type, self) {
    validateFunction(callback, "fn");
    return new AsyncResource(type || callback.name || "bound-anonymous-fn").bind(callback, self);
  }
}

const executionAsyncId = () => current()?.asyncId() ?? 1;
const triggerAsyncId = () => current()?.triggerAsyncId() ?? 0;
const topLevel = {};

/**
 * Returns a hook of AsyncResource. Promises and timers are in no hook: the engine tells nobody
 * of them.
 */
const createHook = (callbacks) => {
  validateObject(callbacks, "options");
  const own = {};
  for (const name of ["init", "before", "after", "destroy", "promiseResolve"]) {
    if (callbacks[name] !== undefined && typeof callbacks[name] !== "function") throw new ERR_ASYNC_CALLBACK(`hook.${name}`);
    own[name] = callbacks[name];
  }
  return {
    enable() {
      hooks.add(own);
      return this;
    },
    disable() {
      hooks.delete(own);
      return this;
    },
  };
};

module.exports = {
  AsyncLocalStorage, AsyncResource, createHook, executionAsyncId, triggerAsyncId,
  executionAsyncResource: () => current() ?? topLevel,
  asyncWrapProviders: Object.freeze({ __proto__: null, NONE: 0 }),
};
