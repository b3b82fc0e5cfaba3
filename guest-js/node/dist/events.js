(require, module, exports, native) => {

// src/events.js
var { codes } = require("node:internal/errors");
var { validateBoolean, validateFunction, validateNumber, validateString } = require("node:internal/validators");
var { addAbortListener, on, once } = require("node:internal/events-waiting");
var { ERR_INVALID_ARG_TYPE, ERR_INVALID_THIS, ERR_UNHANDLED_ERROR } = codes;
var inspect = (...args) => require("node:internal/inspect").inspect(...args);
var { apply, ownKeys } = Reflect;
var { defineProperties, defineProperty, getPrototypeOf } = Object;
var kCapture = /* @__PURE__ */ Symbol("kCapture");
var kErrorMonitor = /* @__PURE__ */ Symbol("events.errorMonitor");
var kShapeMode = /* @__PURE__ */ Symbol("shapeMode");
var kMaxEventTargetListeners = /* @__PURE__ */ Symbol("events.maxEventTargetListeners");
var kRejection = /* @__PURE__ */ Symbol.for("nodejs.rejection");
var defaultMaxListeners = 10;
var checkListener = (listener) => validateFunction(listener, "listener");
function EventEmitter(options) {
  apply(EventEmitter.init, this, [options]);
}
EventEmitter.prototype._events = void 0;
EventEmitter.prototype._eventsCount = 0;
EventEmitter.prototype._maxListeners = void 0;
EventEmitter.init = function(options) {
  if (this._events === void 0 || this._events === getPrototypeOf(this)._events) {
    this._events = { __proto__: null };
    this._eventsCount = 0;
  }
  this._maxListeners ||= void 0;
  if (options?.captureRejections) {
    validateBoolean(options.captureRejections, "options.captureRejections");
    this[kCapture] = Boolean(options.captureRejections);
  } else {
    this[kCapture] = EventEmitter.prototype[kCapture];
  }
};
defineProperty(EventEmitter.prototype, kCapture, { value: false, writable: true, enumerable: false });
defineProperties(EventEmitter, {
  captureRejections: {
    enumerable: true,
    get: () => EventEmitter.prototype[kCapture],
    set: (value) => {
      validateBoolean(value, "EventEmitter.captureRejections");
      EventEmitter.prototype[kCapture] = value;
    }
  },
  defaultMaxListeners: {
    enumerable: true,
    get: () => defaultMaxListeners,
    set: (value) => {
      validateNumber(value, "defaultMaxListeners", 0);
      defaultMaxListeners = value;
    }
  },
  kMaxEventTargetListeners: { value: kMaxEventTargetListeners }
});
var emitError = (emitter, args) => {
  const [error] = args;
  if (error instanceof Error) throw error;
  let text;
  try {
    text = inspect(error);
  } catch {
    text = error;
  }
  const wrapped = new ERR_UNHANDLED_ERROR(text);
  wrapped.context = error;
  throw wrapped;
};
var catchRejection = (emitter, result, type, args) => {
  if (!emitter[kCapture]) return;
  try {
    const { then } = result;
    if (typeof then === "function") {
      apply(then, result, [void 0, (error) => {
        process.nextTick(() => {
          if (typeof emitter[kRejection] === "function") {
            emitter[kRejection](error, type, ...args);
            return;
          }
          const capture = emitter[kCapture];
          try {
            emitter[kCapture] = false;
            emitter.emit("error", error);
          } finally {
            emitter[kCapture] = capture;
          }
        });
      }]);
    }
  } catch (error) {
    emitter.emit("error", error);
  }
};
var process = { nextTick: (...args) => require("node:process").nextTick(...args) };
var methods = {
  setMaxListeners(count) {
    validateNumber(count, "setMaxListeners", 0);
    this._maxListeners = count;
    return this;
  },
  getMaxListeners() {
    return this._maxListeners === void 0 ? defaultMaxListeners : this._maxListeners;
  },
  emit(type, ...args) {
    const events = this._events;
    if (type === "error") {
      if (events !== void 0 && events[kErrorMonitor] !== void 0) this.emit(kErrorMonitor, ...args);
      if (events === void 0 || events.error === void 0) return emitError(this, args);
    } else if (events === void 0) return false;
    const handler = events[type];
    if (handler === void 0) return false;
    if (typeof handler === "function") {
      const result = apply(handler, this, args);
      if (result !== void 0 && result !== null) catchRejection(this, result, type, args);
      return true;
    }
    const listeners = handler.slice();
    for (let index = 0; index < listeners.length; index++) {
      const result = apply(listeners[index], this, args);
      if (result !== void 0 && result !== null) catchRejection(this, result, type, args);
    }
    return true;
  },
  addListener(type, listener) {
    return add(this, type, listener, false);
  },
  prependListener(type, listener) {
    return add(this, type, listener, true);
  },
  once(type, listener) {
    checkListener(listener);
    this.on(type, onceOf(this, type, listener));
    return this;
  },
  prependOnceListener(type, listener) {
    checkListener(listener);
    this.prependListener(type, onceOf(this, type, listener));
    return this;
  },
  removeListener(type, listener) {
    checkListener(listener);
    const events = this._events;
    const list = events?.[type];
    if (list === void 0) return this;
    if (list === listener || list.listener === listener) {
      this._eventsCount--;
      if (this[kShapeMode]) events[type] = void 0;
      else if (this._eventsCount === 0) this._events = { __proto__: null };
      else delete events[type];
      if (events.removeListener) this.emit("removeListener", type, list.listener || listener);
    } else if (typeof list !== "function") {
      let at = list.length - 1;
      while (at >= 0 && list[at] !== listener && list[at].listener !== listener) at--;
      if (at < 0) return this;
      const rest = list.filter((_, index) => index !== at);
      events[type] = rest.length === 1 ? rest[0] : rest;
      if (events.removeListener !== void 0) this.emit("removeListener", type, listener);
    }
    return this;
  },
  removeAllListeners(type) {
    const events = this._events;
    if (events === void 0) return this;
    if (events.removeListener === void 0) {
      if (arguments.length === 0) {
        this._events = { __proto__: null };
        this._eventsCount = 0;
      } else if (events[type] !== void 0) {
        if (--this._eventsCount === 0) this._events = { __proto__: null };
        else delete events[type];
      }
      this[kShapeMode] = false;
      return this;
    }
    if (arguments.length === 0) {
      for (const key of ownKeys(events)) {
        if (key !== "removeListener") this.removeAllListeners(key);
      }
      this.removeAllListeners("removeListener");
      this._events = { __proto__: null };
      this._eventsCount = 0;
      return this;
    }
    const listeners = events[type];
    if (typeof listeners === "function") this.removeListener(type, listeners);
    else if (listeners !== void 0) {
      for (let index = listeners.length - 1; index >= 0; index--) this.removeListener(type, listeners[index]);
    }
    return this;
  },
  listeners(type) {
    return listenersOf(this, type, true);
  },
  rawListeners(type) {
    return listenersOf(this, type, false);
  },
  listenerCount(type, listener) {
    const handler = this._events?.[type];
    if (handler === void 0) return 0;
    const list = typeof handler === "function" ? [handler] : handler;
    if (listener == null) return list.length;
    let count = 0;
    for (const one of list) if (one === listener || one.listener === listener) count++;
    return count;
  },
  eventNames() {
    return this._eventsCount > 0 ? ownKeys(this._events) : [];
  }
};
for (const name of Object.keys(methods)) EventEmitter.prototype[name] = methods[name];
EventEmitter.prototype.on = EventEmitter.prototype.addListener;
EventEmitter.prototype.off = EventEmitter.prototype.removeListener;
var listenersOf = (emitter, type, unwrap) => {
  const handler = emitter._events?.[type];
  if (handler === void 0) return [];
  const list = typeof handler === "function" ? [handler] : handler;
  return list.map((listener) => unwrap ? listener.listener || listener : listener);
};
var add = (target, type, listener, prepend) => {
  checkListener(listener);
  let events = target._events;
  if (events === void 0) {
    events = target._events = { __proto__: null };
    target._eventsCount = 0;
  } else if (events.newListener !== void 0) {
    target.emit("newListener", type, listener.listener ?? listener);
    events = target._events;
  }
  const known = events[type];
  if (known === void 0) {
    events[type] = listener;
    ++target._eventsCount;
    return target;
  }
  let list = known;
  if (typeof known === "function") list = events[type] = prepend ? [listener, known] : [known, listener];
  else if (prepend) known.unshift(listener);
  else known.push(listener);
  const max = target._maxListeners === void 0 ? defaultMaxListeners : target._maxListeners;
  if (max > 0 && list.length > max && !list.warned) {
    list.warned = true;
    const warning = new Error(
      `Possible EventEmitter memory leak detected. ${list.length} ${String(type)} listeners added to ${inspect(target, { depth: -1 })}. MaxListeners is ${max}. Use emitter.setMaxListeners() to increase limit`
    );
    warning.name = "MaxListenersExceededWarning";
    warning.emitter = target;
    warning.type = type;
    warning.count = list.length;
    require("node:process").emitWarning(warning);
  }
  return target;
};
var onceOf = (target, type, listener) => {
  let fired = false;
  const wrapper = (...args) => {
    if (fired) return void 0;
    target.removeListener(type, wrapper);
    fired = true;
    return apply(listener, target, args);
  };
  wrapper.listener = listener;
  return wrapper;
};
var isEventTarget = (value) => value instanceof EventTarget;
var targetLimits;
var getEventListeners = (target, type) => {
  if (typeof target?.listeners === "function") return target.listeners(type);
  if (isEventTarget(target)) throw new codes.ERR_FEATURE_UNAVAILABLE_ON_PLATFORM("listing the listeners of an EventTarget");
  throw new ERR_INVALID_ARG_TYPE("emitter", ["EventEmitter", "EventTarget"], target);
};
var getMaxListeners = (target) => {
  if (typeof target?.getMaxListeners === "function") {
    return target._maxListeners === void 0 ? defaultMaxListeners : target._maxListeners;
  }
  if (isEventTarget(target)) return targetLimits?.get(target) ?? (target instanceof AbortSignal ? 0 : defaultMaxListeners);
  throw new ERR_INVALID_ARG_TYPE("emitter", ["EventEmitter", "EventTarget"], target);
};
var setMaxListeners = (count = defaultMaxListeners, ...targets) => {
  validateNumber(count, "setMaxListeners", 0);
  if (targets.length === 0) defaultMaxListeners = count;
  for (const target of targets) {
    if (isEventTarget(target)) (targetLimits ??= /* @__PURE__ */ new WeakMap()).set(target, count);
    else if (typeof target?.setMaxListeners === "function") target.setMaxListeners(count);
    else throw new ERR_INVALID_ARG_TYPE("eventTargets", ["EventEmitter", "EventTarget"], target);
  }
};
var listenerCount = (emitter, type, listener) => {
  if (typeof emitter?.listenerCount === "function") return emitter.listenerCount(type, listener);
  return getEventListeners(emitter, type).length;
};
var ResourceEmitter;
var resourceEmitter = () => {
  if (ResourceEmitter) return ResourceEmitter;
  const { AsyncResource } = require("node:async_hooks");
  class EventEmitterReferencingAsyncResource extends AsyncResource {
    #emitter;
    constructor(emitter, type, options) {
      super(type, options);
      this.#emitter = emitter;
    }
    get eventEmitter() {
      return this.#emitter;
    }
  }
  ResourceEmitter = class EventEmitterAsyncResource extends EventEmitter {
    #resource;
    constructor(options = void 0) {
      let name;
      if (typeof options === "string") {
        name = options;
        options = void 0;
      } else {
        if (new.target === ResourceEmitter) validateString(options?.name, "options.name");
        name = options?.name || new.target.name;
      }
      super(options);
      this.#resource = new EventEmitterReferencingAsyncResource(this, name, options);
    }
    #own() {
      if (!(#resource in this)) throw new ERR_INVALID_THIS("EventEmitterAsyncResource");
      return this.#resource;
    }
    emit(event, ...args) {
      return ResourceEmitter.prototype.#own.call(this).runInAsyncScope(super.emit, this, event, ...args);
    }
    emitDestroy() {
      ResourceEmitter.prototype.#own.call(this).emitDestroy();
    }
    get asyncId() {
      return ResourceEmitter.prototype.#own.call(this).asyncId();
    }
    get triggerAsyncId() {
      return ResourceEmitter.prototype.#own.call(this).triggerAsyncId();
    }
    get asyncResource() {
      return ResourceEmitter.prototype.#own.call(this);
    }
  };
  return ResourceEmitter;
};
Object.assign(EventEmitter, {
  addAbortListener,
  once,
  on,
  getEventListeners,
  getMaxListeners,
  setMaxListeners,
  listenerCount,
  EventEmitter,
  usingDomains: false,
  captureRejectionSymbol: kRejection,
  errorMonitor: kErrorMonitor
});
defineProperty(EventEmitter, "EventEmitterAsyncResource", { enumerable: true, configurable: true, get: resourceEmitter });
module.exports = EventEmitter;
}
