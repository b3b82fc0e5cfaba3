(require, module, exports, native) => {

// src/timers.js
var { validateFunction, validateNumber } = require("node:internal/validators");
var { apply } = Reflect;
var { defineProperty } = Object;
var { setTimer, clearTimer } = native;
var MAX = 2147483647;
var pending = /* @__PURE__ */ new Map();
var delayOf = (delay) => {
  delay = +delay;
  if (!(delay >= 1 && delay <= MAX)) {
    if (delay > MAX) {
      require("node:process").emitWarning(`${delay} does not fit into a 32-bit signed integer.
Timeout duration was set to 1.`, "TimeoutOverflowWarning");
    }
    return 1;
  }
  return Math.trunc(delay);
};
var Timeout = class {
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
};
var start = (timer) => {
  timer._id = setTimer(() => fire(timer), timer._idleTimeout, false);
  pending.set(timer._id, timer);
};
var stop = (timer) => {
  clearTimer(timer._id);
  pending.delete(timer._id);
};
var fire = (timer) => {
  pending.delete(timer._id);
  const id = timer._id;
  const { _onTimeout: callback, _timerArgs: args } = timer;
  if (typeof callback !== "function") return;
  try {
    if (args === void 0) timer._onTimeout();
    else apply(callback, timer, args);
  } finally {
    if (timer._repeat !== null && timer._repeat !== void 0 && !timer._destroyed) {
      if (timer._id === id) {
        timer._idleTimeout = timer._repeat;
        start(timer);
      }
    } else if (timer._id === id) timer._destroyed = true;
  }
};
var Immediate = class {
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
      }, 0, false)
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
};
function setTimeout(callback, after, ...args) {
  validateFunction(callback, "callback");
  return new Timeout(callback, after, args.length > 0 ? args : void 0, false);
}
function setInterval(callback, repeat, ...args) {
  validateFunction(callback, "callback");
  return new Timeout(callback, repeat, args.length > 0 ? args : void 0, true);
}
function setImmediate(callback, ...args) {
  validateFunction(callback, "callback");
  return new Immediate(callback, args.length > 0 ? args : void 0);
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
    if (known !== void 0) clearTimeout(known);
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
var promisified = (target, name) => {
  defineProperty(target, /* @__PURE__ */ Symbol.for("nodejs.util.promisify.custom"), {
    enumerable: true,
    configurable: true,
    get: () => require("node:timers/promises")[name]
  });
};
promisified(setTimeout, "setTimeout");
promisified(setImmediate, "setImmediate");
var kItem = /* @__PURE__ */ Symbol("item");
var enroll = (item, msecs) => {
  validateNumber(msecs, "msecs");
  if (!(msecs >= 0 && Number.isFinite(msecs))) {
    const { ERR_OUT_OF_RANGE } = require("node:internal/errors").codes;
    throw new ERR_OUT_OF_RANGE("msecs", "a non-negative finite number", msecs);
  }
  item._idleTimeout = msecs > MAX ? MAX : msecs;
};
var active = (item) => {
  if (item[kItem]) clearTimeout(item[kItem]);
  if (item._idleTimeout >= 0) item[kItem] = setTimeout(() => item._onTimeout?.(), item._idleTimeout);
};
var unenroll = (item) => {
  if (item[kItem]) clearTimeout(item[kItem]);
  item[kItem] = void 0;
  item._idleTimeout = -1;
};
module.exports = {
  setTimeout,
  clearTimeout,
  setImmediate,
  clearImmediate,
  setInterval,
  clearInterval,
  _unrefActive: active,
  active,
  enroll,
  unenroll
};
defineProperty(module.exports, "promises", { enumerable: true, configurable: true, get: () => require("node:timers/promises") });
}
