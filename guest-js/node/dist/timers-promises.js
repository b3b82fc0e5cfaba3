(require, module, exports, native) => {

// src/timers-promises.js
var timers = require("node:timers");
var { AbortError, codes } = require("node:internal/errors");
var { validateAbortSignal, validateBoolean, validateNumber, validateObject } = require("node:internal/validators");
var signalOf = (options) => {
  validateObject(options, "options");
  const { signal, ref = true } = options;
  validateAbortSignal(signal, "options.signal");
  validateBoolean(ref, "options.ref");
  return signal;
};
var wait = (start, clear, options) => {
  let signal;
  try {
    signal = signalOf(options);
  } catch (error) {
    return Promise.reject(error);
  }
  if (signal?.aborted) return Promise.reject(new AbortError(void 0, { cause: signal.reason }));
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clear(timer);
      reject(new AbortError(void 0, { cause: signal.reason }));
    };
    const timer = start(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    if (options.ref === false) timer.unref();
    signal?.addEventListener("abort", onAbort, { once: true });
  });
};
var setTimeout = (delay, value, options = {}) => {
  try {
    if (delay !== void 0) validateNumber(delay, "delay");
  } catch (error) {
    return Promise.reject(error);
  }
  return wait((done) => timers.setTimeout(done, delay), timers.clearTimeout, options).then(() => value);
};
var setImmediate = (value, options = {}) => wait((done) => timers.setImmediate(done), timers.clearImmediate, options).then(() => value);
async function* setInterval(after, value, options = {}) {
  if (after !== void 0) validateNumber(after, "delay");
  const signal = signalOf(options);
  if (signal?.aborted) throw new AbortError(void 0, { cause: signal.reason });
  let due = 0;
  let wake;
  const interval = timers.setInterval(() => {
    due++;
    wake?.();
  }, after);
  if (options.ref === false) interval.unref();
  const onAbort = () => {
    timers.clearInterval(interval);
    wake?.();
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    while (!signal?.aborted) {
      if (due === 0) await new Promise((resolve) => wake = resolve);
      for (; due > 0; due--) yield value;
    }
    throw new AbortError(void 0, { cause: signal?.reason });
  } finally {
    timers.clearInterval(interval);
    signal?.removeEventListener("abort", onAbort);
  }
}
var Scheduler = class _Scheduler {
  constructor() {
    throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
  }
  yield() {
    if (!(this instanceof _Scheduler)) throw new codes.ERR_INVALID_THIS("Scheduler");
    return setImmediate();
  }
  wait(delay, options) {
    if (!(this instanceof _Scheduler)) throw new codes.ERR_INVALID_THIS("Scheduler");
    return setTimeout(delay, void 0, options);
  }
};
module.exports = { setTimeout, setImmediate, setInterval, scheduler: Object.create(Scheduler.prototype) };
}
