(require, module, exports, native) => {

// src/util.js
var { codes, AbortError } = require("node:internal/errors");
var { validateAbortSignal, validateBoolean, validateFunction, validateNumber, validateObject, validateOneOf, validateString } = require("node:internal/validators");
var { inspect, format, formatWithOptions, stripVTControlCharacters } = require("node:internal/inspect");
var types = require("node:util/types");
var { isDeepStrictEqual } = require("node:internal/comparisons");
var { ERR_FALSY_VALUE_REJECTION, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE } = codes;
var { apply, ownKeys } = Reflect;
var { defineProperties, defineProperty, getOwnPropertyDescriptors, getPrototypeOf, setPrototypeOf } = Object;
var kCustomPromisify = /* @__PURE__ */ Symbol.for("nodejs.util.promisify.custom");
var kCustomPromisifyArgs = /* @__PURE__ */ Symbol.for("nodejs.util.promisify.customArgs");
var lazyProcess = () => require("node:process");
function promisify(original) {
  validateFunction(original, "original");
  if (original[kCustomPromisify]) {
    const custom = original[kCustomPromisify];
    validateFunction(custom, "util.promisify.custom");
    return defineProperty(custom, kCustomPromisify, { value: custom, enumerable: false, writable: false, configurable: true });
  }
  const names = original[kCustomPromisifyArgs];
  function fn(...args) {
    return new Promise((resolve, reject) => {
      const returned = apply(original, this, [...args, (error, ...values) => {
        if (error) return reject(error);
        if (names === void 0 || values.length <= 1) return resolve(values[0]);
        const named = {};
        for (let index = 0; index < names.length; index++) named[names[index]] = values[index];
        return resolve(named);
      }]);
      if (types.isPromise(returned)) {
        lazyProcess().emitWarning(
          "Calling promisify on a function that returns a Promise is likely a mistake.",
          "DeprecationWarning",
          "DEP0174"
        );
      }
    });
  }
  setPrototypeOf(fn, getPrototypeOf(original));
  defineProperty(fn, kCustomPromisify, { value: fn, enumerable: false, writable: false, configurable: true });
  const descriptors = getOwnPropertyDescriptors(original);
  for (const key of ownKeys(descriptors)) {
    try {
      defineProperty(fn, key, descriptors[key]);
    } catch {
    }
  }
  return fn;
}
promisify.custom = kCustomPromisify;
function callbackify(original) {
  validateFunction(original, "original");
  function callbackified(...args) {
    const callback = args.pop();
    validateFunction(callback, "last argument");
    const bound = callback.bind(this);
    const { nextTick } = lazyProcess();
    apply(original, this, args).then(
      (value) => nextTick(bound, null, value),
      (reason) => {
        if (!reason) {
          const error = new ERR_FALSY_VALUE_REJECTION();
          error.reason = reason;
          reason = error;
        }
        nextTick(bound, reason);
      }
    );
  }
  const descriptors = getOwnPropertyDescriptors(original);
  if (typeof descriptors.length?.value === "number") descriptors.length.value++;
  if (typeof descriptors.name?.value === "string") descriptors.name.value += "Callbackified";
  for (const key of ownKeys(descriptors)) {
    try {
      defineProperty(callbackified, key, descriptors[key]);
    } catch {
    }
  }
  return callbackified;
}
function inherits(ctor, superCtor) {
  if (ctor === void 0 || ctor === null) throw new ERR_INVALID_ARG_TYPE("ctor", "Function", ctor);
  if (superCtor === void 0 || superCtor === null) throw new ERR_INVALID_ARG_TYPE("superCtor", "Function", superCtor);
  if (superCtor.prototype === void 0) throw new ERR_INVALID_ARG_TYPE("superCtor.prototype", "Object", superCtor.prototype);
  defineProperty(ctor, "super_", { value: superCtor, writable: true, configurable: true });
  setPrototypeOf(ctor.prototype, superCtor.prototype);
}
var warnedCodes = /* @__PURE__ */ new Set();
function deprecate(fn, message, code, { modifyPrototype = true } = {}) {
  const process = lazyProcess();
  if (code !== void 0) validateString(code, "code");
  if (process.noDeprecation === true) return fn;
  let warned = false;
  function deprecated(...args) {
    if (!warned && process.noDeprecation !== true) {
      warned = true;
      if (code === void 0 || !warnedCodes.has(code)) {
        if (code !== void 0) warnedCodes.add(code);
        process.emitWarning(message, "DeprecationWarning", code, deprecated);
      }
    }
    return new.target ? Reflect.construct(fn, args, new.target) : apply(fn, this, args);
  }
  if (modifyPrototype) {
    setPrototypeOf(deprecated, fn);
    if (fn.prototype) deprecated.prototype = fn.prototype;
  }
  defineProperty(deprecated, "length", { value: fn.length, configurable: true });
  return deprecated;
}
function debuglog(set, callback) {
  const { env } = lazyProcess();
  const names = `${env.NODE_DEBUG ?? ""}`.toUpperCase().split(",");
  set = `${set}`.toUpperCase();
  const enabled = names.some((name) => new RegExp(`^${name.trim().replace(/[|\\{}()[\]^$+?.]/g, "\\$&").replaceAll("*", ".*")}$`).test(set));
  const log = (...args) => {
    if (enabled) console.error(`${set} ${lazyProcess().pid}: ${format(...args)}`);
  };
  defineProperty(log, "enabled", { get: () => enabled, configurable: true, enumerable: true });
  if (typeof callback === "function") callback(log);
  return log;
}
var errorNames = [
  ["EPERM", -1, "operation not permitted"],
  ["ENOENT", -2, "no such file or directory"],
  ["EINTR", -4, "interrupted system call"],
  ["EIO", -5, "i/o error"],
  ["EBADF", -9, "bad file descriptor"],
  ["EAGAIN", -11, "resource temporarily unavailable"],
  ["ENOMEM", -12, "not enough memory"],
  ["EACCES", -13, "permission denied"],
  ["EEXIST", -17, "file already exists"],
  ["ENOTDIR", -20, "not a directory"],
  ["EISDIR", -21, "illegal operation on a directory"],
  ["EINVAL", -22, "invalid argument"],
  ["EMFILE", -24, "too many open files"],
  ["EPIPE", -32, "broken pipe"],
  ["ENOSYS", -38, "function not implemented"],
  ["ENOTEMPTY", -39, "directory not empty"],
  ["EADDRINUSE", -98, "address already in use"],
  ["ECONNRESET", -104, "connection reset by peer"],
  ["ETIMEDOUT", -110, "connection timed out"],
  ["ECONNREFUSED", -111, "connection refused"],
  ["ENOTSUP", -95, "operation not supported on socket"],
  ["EOF", -4095, "end of file"]
];
var errorOf = (number) => {
  validateNumber(number, "err");
  if (number >= 0 || !Number.isSafeInteger(number)) throw new ERR_OUT_OF_RANGE("err", "a negative integer", number);
  return errorNames.find(([, known]) => known === number);
};
var styles = inspect.colors;
var style = (code) => `\x1B[${code}m`;
function styleText(format2, text, options = {}) {
  validateString(text, "text");
  validateObject(options, "options");
  const { validateStream = true } = options;
  validateBoolean(validateStream, "options.validateStream");
  const list = Array.isArray(format2) ? format2 : [format2];
  let left = "";
  let right = "";
  for (const name of list) {
    if (name === "none") continue;
    const codesOf = styles[name];
    if (codesOf === void 0) validateOneOf(name, "format", Object.keys(styles));
    left += style(codesOf[0]);
    right = style(codesOf[1]) + right;
    if (codesOf[1] === 22 || codesOf[1] === 39) text = text.replaceAll(style(codesOf[1]), `${style(codesOf[1])}${style(codesOf[0])}`);
  }
  if (validateStream && options.stream !== void 0) {
    if (typeof options.stream?.write !== "function" && !(options.stream instanceof WritableStream) && !(options.stream instanceof ReadableStream)) {
      throw new ERR_INVALID_ARG_TYPE("stream", ["ReadableStream", "WritableStream", "Stream"], options.stream);
    }
    if (!options.stream.isTTY) return text;
  }
  return `${left}${text}${right}`;
}
function parseEnv(content) {
  validateString(content, "content");
  const values = {};
  const line = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/gm;
  for (const [, name, raw = ""] of content.replace(/\r\n?/g, "\n").matchAll(line)) {
    let value = raw.trim();
    const quote = value[0];
    value = value.replace(/^(['"`])([\s\S]*)\1$/, "$2");
    if (quote === '"') value = value.replace(/\\n/g, "\n");
    values[name] = value;
  }
  return values;
}
var MIMEType = class {
  #type;
  #subtype;
  #params;
  constructor(text) {
    text = `${text}`;
    const [, type, subtype, rest] = /^\s*([!#$%&'*+\-.^_`|~\w]+)\/([!#$%&'*+\-.^_`|~\w]+)\s*(;[\s\S]*)?$/.exec(text) ?? [];
    if (type === void 0) {
      const error = new TypeError(`The MIME syntax for a type in ${JSON.stringify(text)} is invalid`);
      error.code = "ERR_INVALID_MIME_SYNTAX";
      throw error;
    }
    this.#type = type.toLowerCase();
    this.#subtype = subtype.toLowerCase();
    this.#params = new MIMEParams();
    for (const [, name, quoted, plain] of (rest ?? "").matchAll(/;\s*([^=;\s]+)=(?:"((?:\\.|[^"\\])*)"|([^;]*))/g)) {
      const key = name.toLowerCase();
      if (!this.#params.has(key)) this.#params.set(key, quoted?.replace(/\\(.)/g, "$1") ?? plain.trimEnd());
    }
  }
  get type() {
    return this.#type;
  }
  set type(value) {
    this.#type = `${value}`.toLowerCase();
  }
  get subtype() {
    return this.#subtype;
  }
  set subtype(value) {
    this.#subtype = `${value}`.toLowerCase();
  }
  get essence() {
    return `${this.#type}/${this.#subtype}`;
  }
  get params() {
    return this.#params;
  }
  toString() {
    const params = `${this.#params}`;
    return params === "" ? this.essence : `${this.essence};${params}`;
  }
  toJSON() {
    return this.toString();
  }
};
var MIMEParams = class {
  #data = /* @__PURE__ */ new Map();
  delete(name) {
    this.#data.delete(`${name}`);
  }
  get(name) {
    return this.#data.get(`${name}`) ?? null;
  }
  has(name) {
    return this.#data.has(`${name}`);
  }
  set(name, value) {
    this.#data.set(`${name}`, `${value}`);
  }
  entries() {
    return this.#data.entries();
  }
  keys() {
    return this.#data.keys();
  }
  values() {
    return this.#data.values();
  }
  [Symbol.iterator]() {
    return this.#data.entries();
  }
  toString() {
    const quote = (value) => /^[!#$%&'*+\-.^_`|~\w]+$/.test(value) ? value : `"${value.replace(/[\\"]/g, "\\$&")}"`;
    return [...this.#data].map(([name, value]) => `${name}=${quote(value)}`).join(";");
  }
  toJSON() {
    return this.toString();
  }
};
var aborted = (signal, resource) => {
  if (signal === void 0) throw new ERR_INVALID_ARG_TYPE("signal", "AbortSignal", signal);
  validateAbortSignal(signal, "signal");
  validateObject(resource, "resource", 7);
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
};
var util = module.exports = {
  _errnoException(number, syscall, original) {
    const [name] = errorOf(number) ?? [`Unknown system error ${number}`];
    const error = new Error(original ? `${syscall} ${name} ${original}` : `${syscall} ${name}`);
    return Object.assign(error, { errno: number, code: name, syscall });
  },
  _extend(target, source) {
    return source === null || typeof source !== "object" ? target : Object.assign(target, source);
  },
  aborted,
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format,
  formatWithOptions,
  getCallSites(count = 8, options) {
    if (typeof count === "object") [count, options] = [8, count];
    validateNumber(count, "frameCount", 1, 200);
    const lines = `${new Error().stack}`.split("\n").slice(1, count + 1);
    return lines.map((line) => {
      const [, name = "", file = "", row = "0", column = "0"] = /at (?:(.*) \()?(.*?)(?::(\d+):(\d+))?\)?$/.exec(line) ?? [];
      return {
        functionName: name,
        scriptId: "0",
        scriptName: file,
        lineNumber: +row,
        columnNumber: +column,
        column: +column
      };
    });
  },
  getSystemErrorMap: () => new Map(errorNames.map(([name, number, text]) => [number, [name, text]])),
  getSystemErrorName: (number) => errorOf(number)?.[0] ?? `Unknown system error ${number}`,
  getSystemErrorMessage: (number) => errorOf(number)?.[2] ?? `Unknown system error ${number}`,
  inherits,
  inspect,
  isArray: Array.isArray,
  isDeepStrictEqual: (first, second, skipPrototype) => isDeepStrictEqual(first, second, skipPrototype === true),
  parseArgs: (...args) => require("node:internal/parse_args").parseArgs(...args),
  parseEnv,
  promisify,
  stripVTControlCharacters(text) {
    validateString(text, "str");
    return stripVTControlCharacters(text);
  },
  styleText,
  toUSVString: (text) => `${text}`.toWellFormed(),
  transferableAbortController: () => new AbortController(),
  transferableAbortSignal(signal) {
    if (signal === void 0 || !(signal instanceof AbortSignal)) throw new ERR_INVALID_ARG_TYPE("signal", "AbortSignal", signal);
    return signal;
  },
  diff(actual, expected) {
    return require("node:internal/diff").diff(actual, expected);
  },
  setTraceSigInt() {
    throw require("node:internal/errors").unsupported("util.setTraceSigInt()");
  },
  convertProcessSignalToExitCode(signal) {
    const number = require("node:os").constants.signals[signal];
    if (number === void 0) throw new codes.ERR_UNKNOWN_SIGNAL(signal);
    return 128 + number;
  },
  TextDecoder,
  TextEncoder,
  types,
  MIMEType,
  MIMEParams
};
}
