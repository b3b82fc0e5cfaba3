// Timers as promises.
"use strict";

const timers = require("node:timers");
const { AbortError, codes } = require("node:internal/errors");
const { validateAbortSignal, validateBoolean, validateNumber, validateObject } = require("node:internal/validators");

/** Checks options and returns the signal. */
const signalOf = (options) => {
  validateObject(options, "options");
  const { signal, ref = true } = options;
  validateAbortSignal(signal, "options.signal");
  validateBoolean(ref, "options.ref");
  return signal;
};

const wait = (start, clear, options) => {
  let signal;
  try {
    signal = signalOf(options);
  } catch (error) {
    return Promise.reject(error);
  }
  if (signal?.aborted) return Promise.reject(new AbortError(undefined, { cause: signal.reason }));
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clear(timer);
      reject(new AbortError(undefined, { cause: signal.reason }));
    };
    const timer = start(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    if (options.ref === false) timer.unref();
    signal?.addEventListener("abort", onAbort, { once: true });
  });
};

const setTimeout = (delay, value, options = {}) => {
  try {
    if (delay !== undefined) validateNumber(delay, "delay");
  } catch (error) {
    return Promise.reject(error);
  }
  return wait((done) => timers.setTimeout(done, delay), timers.clearTimeout, options).then(() => value);
};

const setImmediate = (value, options = {}) =>
  wait((done) => timers.setImmediate(done), timers.clearImmediate, options).then(() => value);

async function* setInterval(after, value, options = {}) {
  if (after !== undefined) validateNumber(after, "delay");
  const signal = signalOf(options);
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
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
    throw new AbortError(undefined, { cause: signal?.reason });
  } finally {
    timers.clearInterval(interval);
    signal?.removeEventListener("abort", onAbort);
  }
}

class Scheduler {
  constructor() {
    throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
  }
  yield() {
    if (!(this instanceof Scheduler)) throw new codes.ERR_INVALID_THIS("Scheduler");
    return setImmediate();
  }
  wait(delay, options) {
    if (!(this instanceof Scheduler)) throw new codes.ERR_INVALID_THIS("Scheduler");
    return setTimeout(delay, undefined, options);
  }
}

module.exports = { setTimeout, setImmediate, setInterval, scheduler: Object.create(Scheduler.prototype) };
