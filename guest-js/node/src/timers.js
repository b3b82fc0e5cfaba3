// Timers that are objects.
"use strict";

const { validateFunction, validateNumber } = require("node:internal/validators");
const { apply } = Reflect;
const { defineProperty } = Object;
const { setTimer, clearTimer } = native;
const MAX = 2147483647;

/** The timers by their numbers, as long as they are pending. */
const pending = new Map();

const delayOf = (delay) => {
  delay = +delay;
  if (!(delay >= 1 && delay <= MAX)) {
    if (delay > MAX) {
      require("node:process").emitWarning(`${delay} does not fit into a 32-bit signed integer.\nTimeout duration was set to 1.`, "TimeoutOverflowWarning");
    }
    return 1;
  }
  return Math.trunc(delay);
};

class Timeout {
  constructor(callback, after, args, isRepeat) {
    this._idleTimeout = delayOf(after);
    this._onTimeout = callback;
    this._timerArgs = args;
    this._repeat = isRepeat ? this._idleTimeout : null;
    this._destroyed = false;
    defineProperty(this, "_id", { value: 0, writable: true, enumerable: false });
    defineProperty(this, "_refed", { value: true, writable: true, enumerable: false });
    start(this);
  }

  [Symbol.toPrimitive]() {
    return this._id;
  }

  refresh() {
    if (!this._destroyed || this._onTimeout) {
      stop(this);
      this._destroyed = false;
      start(this);
    }
    return this;
  }

  unref() {
    this._refed = false;
    return this;
  }

  ref() {
    this._refed = true;
    return this;
  }

  hasRef() {
    return this._refed;
  }

  close() {
    clearTimeout(this);
    return this;
  }

  [Symbol.dispose]() {
    clearTimeout(this);
  }
}

const start = (timer) => {
  timer._id = setTimer(() => fire(timer), timer._idleTimeout, false);
  pending.set(timer._id, timer);
};
const stop = (timer) => {
  clearTimer(timer._id);
  pending.delete(timer._id);
};
const fire = (timer) => {
  pending.delete(timer._id);
  const id = timer._id;
  const { _onTimeout: callback, _timerArgs: args } = timer;
  if (typeof callback !== "function") return;
  try {
    if (args === undefined) timer._onTimeout();
    else apply(callback, timer, args);
  } finally {
    if (timer._repeat !== null && timer._repeat !== undefined && !timer._destroyed) {
      if (timer._id === id) {
        timer._idleTimeout = timer._repeat;
        start(timer);
      }
    } else if (timer._id === id) timer._destroyed = true;
  }
};

class Immediate {
  constructor(callback, args) {
    this._onImmediate = callback;
    this._argv = args;
    this._destroyed = false;
    defineProperty(this, "_refed", { value: true, writable: true, enumerable: false });
    defineProperty(this, "_id", {
      enumerable: false,
      value: setTimer(() => {
        this._destroyed = true;
        const call = this._onImmediate;
        if (typeof call === "function") apply(call, this, this._argv ?? []);
      }, 0, false),
    });
  }

  ref() {
    this._refed = true;
    return this;
  }

  unref() {
    this._refed = false;
    return this;
  }

  hasRef() {
    return this._refed;
  }

  [Symbol.dispose]() {
    clearImmediate(this);
  }
}

function setTimeout(callback, after, ...args) {
  validateFunction(callback, "callback");
  return new Timeout(callback, after, args.length > 0 ? args : undefined, false);
}
function setInterval(callback, repeat, ...args) {
  validateFunction(callback, "callback");
  return new Timeout(callback, repeat, args.length > 0 ? args : undefined, true);
}
function setImmediate(callback, ...args) {
  validateFunction(callback, "callback");
  return new Immediate(callback, args.length > 0 ? args : undefined);
}
function clearTimeout(timer) {
  if (timer?._onTimeout) {
    timer._onTimeout = null;
    timer._destroyed = true;
    stop(timer);
    return;
  }
  if (typeof timer === "number" || typeof timer === "string") {
    const known = pending.get(+timer);
    if (known !== undefined) clearTimeout(known);
    // A timer of the global functions.
    else if (+timer > 0) clearTimer(+timer);
  }
}
function clearInterval(timer) {
  clearTimeout(timer);
}
function clearImmediate(immediate) {
  if (!immediate?._onImmediate || immediate._destroyed) return;
  immediate._destroyed = true;
  immediate._onImmediate = null;
  clearTimer(immediate._id);
}

const promisified = (target, name) => {
  defineProperty(target, Symbol.for("nodejs.util.promisify.custom"), {
    enumerable: true, configurable: true, get: () => require("node:timers/promises")[name],
  });
};
promisified(setTimeout, "setTimeout");
promisified(setImmediate, "setImmediate");

// The old interface: an object that has a timer.
const kItem = Symbol("item");
const enroll = (item, msecs) => {
  validateNumber(msecs, "msecs");
  if (!(msecs >= 0 && Number.isFinite(msecs))) {
    const { ERR_OUT_OF_RANGE } = require("node:internal/errors").codes;
    throw new ERR_OUT_OF_RANGE("msecs", "a non-negative finite number", msecs);
  }
  item._idleTimeout = msecs > MAX ? MAX : msecs;
};
const active = (item) => {
  if (item[kItem]) clearTimeout(item[kItem]);
  if (item._idleTimeout >= 0) item[kItem] = setTimeout(() => item._onTimeout?.(), item._idleTimeout);
};
const unenroll = (item) => {
  if (item[kItem]) clearTimeout(item[kItem]);
  item[kItem] = undefined;
  item._idleTimeout = -1;
};

module.exports = {
  setTimeout, clearTimeout, setImmediate, clearImmediate, setInterval, clearInterval,
  _unrefActive: active, active, enroll, unenroll,
};
defineProperty(module.exports, "promises", { enumerable: true, configurable: true, get: () => require("node:timers/promises") });
