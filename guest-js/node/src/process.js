// process. There is no process: what it says is harmless, and `env` has only what was given.
"use strict";

const EventEmitter = require("node:events");
const { codes, unsupported } = require("node:internal/errors");
const { validateFunction, validateObject, validateString, validateUint32 } = require("node:internal/validators");
const { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE } = codes;

const { apply } = Reflect;
const { defineProperty, setPrototypeOf } = Object;
const enqueue = queueMicrotask;
const { report, now, timeOrigin } = native;

function process() {
  throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
}
Object.defineProperty(process.prototype = Object.create(EventEmitter.prototype), "constructor", {
  value: process, writable: true, configurable: true,
});
const self = module.exports = Object.create(process.prototype);
defineProperty(self, Symbol.toStringTag, { value: "process", configurable: true });
EventEmitter.call(self);

// Callbacks of nextTick run before the reactions of promises that are made after them.
const ticks = [];
let draining = false;
const drain = () => {
  const { asyncStore, setAsyncStore } = native;
  const outer = asyncStore();
  for (let tick = ticks.shift(); tick !== undefined; tick = ticks.shift()) {
    setAsyncStore(tick.store);
    try {
      apply(tick.callback, undefined, tick.args);
    } catch (error) {
      report(error);
    }
  }
  setAsyncStore(outer);
  draining = false;
};

const warn = (warning) => {
  if (warning.name === "DeprecationWarning" && self.noDeprecation) return;
  console.warn(`(isolet) ${warning.code ? `[${warning.code}] ` : ""}${warning.name}: ${warning.message}`);
};

/** Formats a stream's text for the log, a line at a time. */
const output = (fd, level) => {
  let stream;
  return () => {
    if (stream) return stream;
    const { Writable } = require("node:stream");
    let rest = "";
    stream = new Writable({
      decodeStrings: false,
      write(chunk, encoding, callback) {
        const lines = (rest + (typeof chunk === "string" ? chunk : chunk.toString())).split("\n");
        rest = lines.pop();
        for (const line of lines) console[level](line);
        callback();
      },
      final(callback) {
        if (rest !== "") console[level](rest);
        rest = "";
        callback();
      },
    });
    stream.fd = fd;
    stream._type = "pipe";
    stream._isStdio = true;
    stream.destroySoon = stream.destroy;
    stream._destroy = (error, callback) => callback(error);
    return stream;
  };
};
let stdin;

let umask = 0o22;
let uncaughtCapture = null;
let hooked = false;

/** Hands uncaught errors and rejections to listeners, as soon as there are any. */
const hook = () => {
  if (hooked) return;
  hooked = true;
  addEventListener("error", (event) => {
    if (uncaughtCapture !== null) {
      event.preventDefault();
      uncaughtCapture(event.error);
      return;
    }
    self.emit("uncaughtExceptionMonitor", event.error, "uncaughtException");
    if (self.emit("uncaughtException", event.error, "uncaughtException")) event.preventDefault();
  });
  addEventListener("unhandledrejection", (event) => {
    if (self.emit("unhandledRejection", event.reason, event.promise)) event.preventDefault();
    else if (self.listenerCount("uncaughtException") > 0) {
      event.preventDefault();
      self.emit("uncaughtException", event.reason, "unhandledRejection");
    }
  });
  addEventListener("rejectionhandled", (event) => self.emit("rejectionHandled", event.promise));
};
self.on("newListener", (type) => {
  if (type === "uncaughtException" || type === "unhandledRejection" || type === "rejectionHandled" ||
      type === "uncaughtExceptionMonitor") hook();
});

const hrtime = (earlier) => {
  const nanoseconds = Math.round((now() - timeOrigin()) * 1e6);
  let [seconds, rest] = [Math.floor(nanoseconds / 1e9), nanoseconds % 1e9];
  if (earlier !== undefined) {
    if (!Array.isArray(earlier)) throw new ERR_INVALID_ARG_TYPE("time", "Array", earlier);
    if (earlier.length !== 2) throw new ERR_OUT_OF_RANGE("time", 2, earlier.length);
    seconds -= earlier[0];
    rest -= earlier[1];
    if (rest < 0) {
      seconds--;
      rest += 1e9;
    }
  }
  return [seconds, rest];
};
hrtime.bigint = () => BigInt(Math.round((now() - timeOrigin()) * 1e6));

const memory = () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 });
memory.rss = () => 0;

const refuse = (names) => Object.fromEntries(names.map((name) => [name, () => {
  throw unsupported(`process.${name}()`);
}]));

const env = new Proxy({}, {
  set(target, key, value) {
    if (typeof key === "symbol" || typeof value === "symbol") throw new TypeError("Cannot convert a Symbol value to a string");
    target[key] = `${value}`;
    return true;
  },
  defineProperty(target, key, descriptor) {
    if (!("value" in descriptor)) {
      throw new codes.ERR_INVALID_ARG_VALUE("descriptor", descriptor, "does not accept an accessor(getter/setter) descriptor");
    }
    if (typeof key === "symbol" || typeof descriptor.value === "symbol") throw new TypeError("Cannot convert a Symbol value to a string");
    if (!descriptor.configurable || !descriptor.writable || !descriptor.enumerable) {
      return Reflect.defineProperty(target, key, {
        value: `${descriptor.value}`, configurable: true, writable: true, enumerable: true,
      });
    }
    return Reflect.defineProperty(target, key, { ...descriptor, value: `${descriptor.value}` });
  },
});

// The plain values of the worker's `env`.
const given = native.env();
if (typeof given === "object" && given !== null) {
  for (const [name, value] of Object.entries(given)) {
    if (["string", "number", "boolean"].includes(typeof value)) env[name] = value;
  }
}

let folder = "/";

Object.assign(self, {
  version: "v24.12.0",
  versions: { node: "24.12.0", isolet: "0" },
  arch: "wasm32",
  platform: "linux",
  release: { name: "node", lts: "Krypton" },
  argv: ["node", "worker"],
  argv0: "node",
  execArgv: [],
  execPath: "/node",
  title: "isolet",
  pid: 1,
  ppid: 0,
  exitCode: undefined,
  env,
  features: {
    inspector: false, debug: false, uv: false, ipv6: false, tls_alpn: false, tls_sni: false, tls_ocsp: false, tls: false,
    cached_builtins: true, require_module: true, typescript: false,
  },
  config: { target_defaults: {}, variables: {} },
  allowedNodeEnvironmentFlags: new Set(),
  sourceMapsEnabled: false,
  moduleLoadList: [],
  nextTick(callback, ...args) {
    validateFunction(callback, "callback");
    ticks.push({ callback, args, store: native.asyncStore() });
    if (draining) return;
    draining = true;
    enqueue(drain);
  },
  cwd: () => folder,
  chdir(directory) {
    validateString(directory, "directory");
    folder = require("node:path").resolve(folder, directory);
  },
  umask(mask) {
    const old = umask;
    if (mask !== undefined) {
      if (typeof mask === "string") {
        if (!/^[0-7]+$/.test(mask)) throw new ERR_INVALID_ARG_VALUE("mask", mask, "must be a 32-bit unsigned integer or an octal string");
        mask = Number.parseInt(mask, 8);
      }
      validateUint32(mask, "mask");
      umask = mask & 0o777;
    }
    return old;
  },
  uptime: () => (now() - timeOrigin()) / 1000,
  hrtime,
  cpuUsage: () => ({ user: 0, system: 0 }),
  threadCpuUsage: () => ({ user: 0, system: 0 }),
  resourceUsage: () => ({
    userCPUTime: 0, systemCPUTime: 0, maxRSS: 0, sharedMemorySize: 0, unsharedDataSize: 0, unsharedStackSize: 0,
    minorPageFault: 0, majorPageFault: 0, swappedOut: 0, fsRead: 0, fsWrite: 0, ipcSent: 0, ipcReceived: 0,
    signalsCount: 0, voluntaryContextSwitches: 0, involuntaryContextSwitches: 0,
  }),
  memoryUsage: memory,
  availableMemory: () => 0,
  constrainedMemory: () => 0,
  getuid: () => 0,
  geteuid: () => 0,
  getgid: () => 0,
  getegid: () => 0,
  getgroups: () => [0],
  getActiveResourcesInfo: () => [],
  /** Returns a built-in module, or undefined. */
  getBuiltinModule(id) {
    validateString(id, "id");
    const name = native.builtinName(id);
    return name ? require(name) : undefined;
  },
  /** Ends the sandbox, after the listeners of `exit`. */
  exit(code) {
    if (code !== undefined) self.exitCode = code;
    if (!self._exiting) {
      self._exiting = true;
      self.emit("exit", self.exitCode || 0);
    }
    return self.reallyExit(self.exitCode || 0);
  },
  reallyExit(code) {
    native.exit(`process.exit(${code})`);
    throw unsupported("going on after process.exit()");
  },
  abort() {
    native.exit("process.abort()");
    throw unsupported("going on after process.abort()");
  },
  emitWarning(warning, type, code) {
    let detail;
    if (type !== null && typeof type === "object" && !Array.isArray(type)) {
      ({ code, detail } = type);
      type = type.type;
      if (typeof detail !== "string") detail = undefined;
    } else if (typeof type === "function") type = undefined;
    if (type !== undefined) validateString(type, "type");
    if (typeof code === "function") code = undefined;
    else if (code !== undefined) validateString(code, "code");
    type ||= "Warning";
    if (typeof warning === "string") {
      const text = warning;
      warning = new Error(text);
      warning.name = String(type);
      if (code !== undefined) warning.code = code;
      if (detail !== undefined) warning.detail = detail;
    } else if (!(warning instanceof Error)) throw new ERR_INVALID_ARG_TYPE("warning", ["Error", "string"], warning);
    if (warning.name === "DeprecationWarning") {
      if (self.noDeprecation) return;
      if (self.throwDeprecation) {
        self.nextTick(() => {
          throw warning;
        });
        return;
      }
    }
    self.nextTick(() => {
      self.emit("warning", warning);
      warn(warning);
    });
  },
  setUncaughtExceptionCaptureCallback(callback) {
    if (callback === null) {
      uncaughtCapture = null;
      return;
    }
    if (typeof callback !== "function") throw new ERR_INVALID_ARG_TYPE("fn", ["Function", "null"], callback);
    if (uncaughtCapture !== null) throw new codes.ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET();
    hook();
    uncaughtCapture = callback;
  },
  hasUncaughtExceptionCaptureCallback: () => uncaughtCapture !== null,
  setSourceMapsEnabled(enabled) {
    require("node:internal/validators").validateBoolean(enabled, "val");
    self.sourceMapsEnabled = enabled;
  },
  ref(value) {
    value?.ref?.();
  },
  unref(value) {
    value?.unref?.();
  },
  permission: { has: () => false },
  report: { compact: false, directory: "", filename: "", getReport: () => ({}), signal: "SIGUSR2", writeReport() { throw unsupported("process.report.writeReport()"); } },
  finalization: { register() { throw unsupported("process.finalization.register()"); }, unregister() { throw unsupported("process.finalization.unregister()"); } },
  ...refuse([
    "binding", "dlopen", "execve", "kill", "initgroups", "setegid", "seteuid", "setgid", "setgroups", "setuid",
    "loadEnvFile", "openStdin", "_debugProcess", "_linkedBinding",
  ]),
});
for (const [name, make] of [["stdout", output(1, "log")], ["stderr", output(2, "error")]]) {
  defineProperty(self, name, { enumerable: true, configurable: true, get: make });
}
defineProperty(self, "stdin", {
  enumerable: true,
  configurable: true,
  get() {
    if (!stdin) {
      const { Readable } = require("node:stream");
      stdin = new Readable({ read() { this.push(null); } });
      stdin.fd = 0;
    }
    return stdin;
  },
});
