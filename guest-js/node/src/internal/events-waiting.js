// Waiting for events, of an EventEmitter or an EventTarget: once, on and addAbortListener.
"use strict";

const { codes: { ERR_INVALID_ARG_TYPE }, AbortError } = require("node:internal/errors");
const { validateAbortSignal, validateFunction, validateInteger, validateObject } = require("node:internal/validators");

const { getPrototypeOf } = Object;
const kFirstEventParam = Symbol("kFirstEventParam");
const kWatermarkData = Symbol.for("nodejs.watermarkData");

const addAbortListener = (signal, listener) => {
  if (signal === undefined) throw new ERR_INVALID_ARG_TYPE("signal", "AbortSignal", signal);
  validateAbortSignal(signal, "signal");
  validateFunction(listener, "listener");
  let remove;
  if (signal.aborted) queueMicrotask(() => listener());
  else {
    signal.addEventListener("abort", listener, { __proto__: null, once: true });
    remove = () => signal.removeEventListener("abort", listener);
  }
  return { __proto__: null, [Symbol.dispose]: () => remove?.() };
};

const listen = (target, name, listener, options) => {
  if (typeof target.on === "function") {
    if (options?.once) target.once(name, listener);
    else target.on(name, listener);
  } else if (typeof target.addEventListener === "function") {
    target.addEventListener(name, listener, options);
  } else throw new ERR_INVALID_ARG_TYPE("emitter", "EventEmitter", target);
};
const unlisten = (target, name, listener, options) => {
  if (typeof target.removeListener === "function") target.removeListener(name, listener);
  else if (typeof target.removeEventListener === "function") target.removeEventListener(name, listener, options);
  else throw new ERR_INVALID_ARG_TYPE("emitter", "EventEmitter", target);
};

/** Returns a promise of the arguments of an event. */
async function once(emitter, name, options = {}) {
  validateObject(options, "options");
  const { signal } = options;
  validateAbortSignal(signal, "options.signal");
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
  return new Promise((resolve, reject) => {
    const onError = (error) => {
      emitter.removeListener(name, resolver);
      if (signal != null) unlisten(signal, "abort", onAbort);
      reject(error);
    };
    const resolver = (...args) => {
      if (typeof emitter.removeListener === "function") emitter.removeListener("error", onError);
      if (signal != null) unlisten(signal, "abort", onAbort);
      resolve(args);
    };
    listen(emitter, name, resolver, { __proto__: null, once: true });
    if (name !== "error" && typeof emitter.once === "function") emitter.once("error", onError);
    const onAbort = () => {
      unlisten(emitter, name, resolver);
      unlisten(emitter, "error", onError);
      reject(new AbortError(undefined, { cause: signal?.reason }));
    };
    if (signal != null) listen(signal, "abort", onAbort, { __proto__: null, once: true });
  });
}

const AsyncIteratorPrototype = getPrototypeOf(getPrototypeOf(async function* () {}).prototype);

/** Returns an async iterator of the arguments of events. */
function on(emitter, event, options = {}) {
  validateObject(options, "options");
  const { signal } = options;
  validateAbortSignal(signal, "options.signal");
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
  const high = options.highWaterMark ?? options.highWatermark ?? Number.MAX_SAFE_INTEGER;
  validateInteger(high, "options.highWaterMark", 1);
  const low = options.lowWaterMark ?? options.lowWatermark ?? 1;
  validateInteger(low, "options.lowWaterMark", 1);

  const unconsumed = [];
  const waiting = [];
  const cleanups = [];
  let paused = false;
  let error = null;
  let finished = false;
  const attach = (target, name, listener, flags) => {
    listen(target, name, listener, flags);
    cleanups.push(() => unlisten(target, name, listener, flags));
  };

  const iterator = Object.setPrototypeOf({
    next() {
      if (unconsumed.length > 0) {
        const value = unconsumed.shift();
        if (paused && unconsumed.length < low) {
          emitter.resume();
          paused = false;
        }
        return Promise.resolve({ value, done: false });
      }
      if (error) {
        const rejected = Promise.reject(error);
        error = null;
        return rejected;
      }
      if (finished) return close();
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    return() {
      return close();
    },
    throw(reason) {
      if (!reason || !(reason instanceof Error)) {
        throw new ERR_INVALID_ARG_TYPE("EventEmitter.AsyncIterator", "Error", reason);
      }
      onError(reason);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [kWatermarkData]: {
      get size() { return unconsumed.length; },
      get low() { return low; },
      get high() { return high; },
      get isPaused() { return paused; },
    },
  }, AsyncIteratorPrototype);

  const handler = options[kFirstEventParam] ? (value) => onEvent(value) : (...args) => onEvent(args);
  const onEvent = (value) => {
    if (waiting.length > 0) {
      waiting.shift().resolve({ value, done: false });
      return;
    }
    unconsumed.push(value);
    if (!paused && unconsumed.length > high) {
      paused = true;
      emitter.pause();
    }
  };
  const onError = (reason) => {
    if (waiting.length > 0) waiting.shift().reject(reason);
    else error = reason;
    close();
  };
  const close = () => {
    for (const cleanup of cleanups.splice(0)) cleanup();
    finished = true;
    const end = { value: undefined, done: true };
    for (const { resolve } of waiting.splice(0)) resolve(end);
    return Promise.resolve(end);
  };

  attach(emitter, event, handler);
  if (event !== "error" && typeof emitter.on === "function") attach(emitter, "error", onError);
  for (const name of options.close ?? []) attach(emitter, name, close);
  if (signal) {
    const onAbort = () => onError(new AbortError(undefined, { cause: signal.reason }));
    attach(signal, "abort", onAbort, { __proto__: null, once: true });
  }
  return iterator;
}

module.exports = { addAbortListener, on, once };
