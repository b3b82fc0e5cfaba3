(require, module, exports, native) => {

// src/internal/errors.js
var { apply } = Reflect;
var { defineProperty } = Object;
var { isArray } = Array;
var codes = { __proto__: null };
var inspect;
var show = (value, options) => {
  inspect ??= require("node:internal/inspect").inspect;
  return inspect(value, options);
};
var define = (code, message, Base = Error) => {
  const hidden = (error, name, value) => {
    defineProperty(error, name, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
  };
  codes[code] = function NodeError(...args) {
    const text = typeof message === "function" ? apply(message, void 0, args) : message;
    const error = new Base(text);
    const { name, stack } = error;
    if (typeof stack === "string") {
      const head = `${name}: ${text}`;
      const rest = (stack.startsWith(head) ? stack.slice(head.length + 1) : stack).trimEnd();
      const line = `${name} [${code}]: ${text}`;
      hidden(error, "stack", rest === "" ? line : `${line}
${rest}`);
    }
    hidden(error, "toString", toString);
    error.code = code;
    return error;
  };
};
function toString() {
  return `${this.name} [${this.code}]: ${this.message}`;
}
var list = (items, word) => {
  const { length } = items;
  if (length < 2) return `${items[0]}`;
  if (length === 2) return `${items[0]} ${word} ${items[1]}`;
  return `${items.slice(0, -1).join(", ")}, ${word} ${items[length - 1]}`;
};
var PRIMITIVES = /* @__PURE__ */ new Set([
  "string",
  "function",
  "number",
  "object",
  "Function",
  "Object",
  "boolean",
  "bigint",
  "symbol"
]);
var specific = (value) => {
  if (value === null || value === void 0) return `${value}`;
  if (typeof value === "function") return `function ${value.name}`;
  if (typeof value === "object") {
    return value.constructor?.name ? `an instance of ${value.constructor.name}` : show(value, { depth: -1 });
  }
  let text = show(value, { colors: false });
  if (text.length > 28) text = `${text.slice(0, 25)}...`;
  return `type ${typeof value} (${text})`;
};
var received = (value) => ` Received ${specific(value)}`;
var describeExpected = (expected) => {
  const types = [];
  const instances = [];
  const other = [];
  for (const value of expected) {
    if (PRIMITIVES.has(value)) types.push(value.toLowerCase());
    else if (/^([A-Z][a-z0-9]*)+$/.test(value)) instances.push(value);
    else other.push(value);
  }
  if (instances.length > 0 && types.includes("object")) {
    types.splice(types.indexOf("object"), 1);
    instances.push("Object");
  }
  const parts = [];
  if (types.length > 0) parts.push(`${types.length > 1 ? "one of type" : "of type"} ${list(types, "or")}`);
  if (instances.length > 0) parts.push(`an instance of ${list(instances, "or")}`);
  if (other.length > 0) {
    if (other.length > 1) parts.push(`one of ${list(other, "or")}`);
    else parts.push(`${other[0].toLowerCase() === other[0] ? "" : "an "}${other[0]}`.replace(/^an (?=[a-z])/, ""));
  }
  return parts.join(" or ");
};
var grouped = (text) => {
  let out = "";
  let end = text.length;
  const start = text[0] === "-" ? 1 : 0;
  for (; end >= start + 4; end -= 3) out = `_${text.slice(end - 3, end)}${out}`;
  return `${text.slice(0, end)}${out}`;
};
define("ERR_INVALID_ARG_TYPE", (name, expected, actual) => {
  const what = name.endsWith(" argument") ? name : `"${name}" ${name.includes(".") ? "property" : "argument"}`;
  return `The ${what} must be ${describeExpected(isArray(expected) ? expected : [expected])}.${received(actual)}`;
}, TypeError);
define("ERR_INVALID_ARG_VALUE", (name, value, reason = "is invalid") => {
  let text = show(value);
  if (text.length > 128) text = `${text.slice(0, 128)}...`;
  return `The ${name.includes(".") ? "property" : "argument"} '${name}' ${reason}. Received ${text}`;
}, TypeError);
define("ERR_OUT_OF_RANGE", (name, range, value, replace = false) => {
  const head = replace ? name : `The value of "${name}" is out of range.`;
  let text;
  if (Number.isInteger(value) && Math.abs(value) > 2 ** 32) text = grouped(String(value));
  else if (typeof value === "bigint") {
    text = String(value);
    if (value > 2n ** 32n || value < -(2n ** 32n)) text = grouped(text);
    text += "n";
  } else text = show(value);
  return `${head} It must be ${range}. Received ${text}`;
}, RangeError);
define("ERR_INVALID_RETURN_VALUE", (input, name, value) => `Expected ${input} to be returned from the "${name}" function but got ${specific(value)}.`, TypeError);
define("ERR_MISSING_ARGS", (...args) => {
  const names = args.map((arg) => isArray(arg) ? arg.map((name) => `"${name}"`).join(" or ") : `"${arg}"`);
  return `The ${list(names, "and")} argument${names.length > 1 ? "s" : ""} must be specified`;
}, TypeError);
define("ERR_AMBIGUOUS_ARGUMENT", (name, reason) => `The "${name}" argument is ambiguous. ${reason}`, TypeError);
define("ERR_ARG_NOT_ITERABLE", (name) => `${name} must be iterable`, TypeError);
define("ERR_ASSERTION", (text) => text);
define("ERR_ASYNC_CALLBACK", (name) => `${name} must be a function`, TypeError);
define("ERR_ASYNC_TYPE", (name) => `Invalid name for async "type": ${name}`, TypeError);
define("ERR_BUFFER_OUT_OF_BOUNDS", (name) => name ? `"${name}" is outside of buffer bounds` : "Attempt to access memory outside buffer bounds", RangeError);
define("ERR_BUFFER_TOO_LARGE", (size) => `Cannot create a Buffer larger than ${size} bytes`, RangeError);
define("ERR_CONSOLE_WRITABLE_STREAM", (name) => `Console expects a writable stream instance for ${name}`, TypeError);
define("ERR_CONSTRUCT_CALL_REQUIRED", (name) => `Class constructor ${name} cannot be invoked without \`new\``, TypeError);
define("ERR_CRYPTO_HASH_FINALIZED", "Digest already called");
define("ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE", (type, wanted) => `Invalid key object type ${type}, expected ${wanted}.`, TypeError);
define("ERR_CRYPTO_SIGN_KEY_REQUIRED", "No key provided to sign");
define("ERR_CRYPTO_HASH_UPDATE_FAILED", "Hash update failed");
define("ERR_CRYPTO_INVALID_DIGEST", (name) => `Invalid digest: ${name}`, TypeError);
define("ERR_CRYPTO_INVALID_STATE", (what) => `Invalid state for operation ${what}`);
define("ERR_CRYPTO_INVALID_SCRYPT_PARAMS", (why) => `Invalid scrypt params${why ? `: ${why}` : ""}`, RangeError);
define("ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length", RangeError);
define("ERR_CRYPTO_INVALID_IV", "Invalid initialization vector", TypeError);
define("ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher");
define("ERR_CRYPTO_INVALID_AUTH_TAG", (text) => text, TypeError);
define("ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH", "Input buffers must have the same byte length", RangeError);
define("ERR_DUPLICATE_STARTUP_SNAPSHOT_MAIN_FUNCTION", "Deserialize main function is already configured.");
define("ERR_DIR_CLOSED", "Directory handle was closed");
define("ERR_EVENT_RECURSION", (type) => `The event "${type}" is already being dispatched`);
define("ERR_FALSY_VALUE_REJECTION", () => "Promise was rejected with falsy value");
define("ERR_FEATURE_UNAVAILABLE_ON_PLATFORM", (what) => `The feature ${what} is unavailable in this sandbox`, TypeError);
define("ERR_ILLEGAL_CONSTRUCTOR", "Illegal constructor", TypeError);
define("ERR_INTERNAL_ASSERTION", (text) => text ?? "internal assertion failed");
define("ERR_INVALID_ASYNC_ID", (name, value) => `Invalid ${name} value: ${value}`, RangeError);
define("ERR_INVALID_BUFFER_SIZE", (size) => `Buffer size must be a multiple of ${size}`, RangeError);
define("ERR_INVALID_CURSOR_POS", "Cannot set cursor row without setting its column", TypeError);
define("ERR_INVALID_FILE_URL_HOST", (platform) => `File URL host must be "localhost" or empty on ${platform}`, TypeError);
define("ERR_INVALID_FILE_URL_PATH", (why) => `File URL path ${why}`, TypeError);
define("ERR_INVALID_SYNC_FORK_INPUT", (text) => text, TypeError);
define("ERR_INVALID_STATE", (text) => `Invalid state: ${text}`);
define("ERR_INVALID_THIS", (name) => `Value of "this" must be of type ${name}`, TypeError);
define("ERR_INVALID_TUPLE", (name, type) => `${name} must be an iterable ${type} tuple`, TypeError);
define("ERR_INVALID_URI", "URI malformed", URIError);
define("ERR_INVALID_URL", () => "Invalid URL", TypeError);
define("ERR_INVALID_URL_SCHEME", (expected) => `The URL must be of scheme ${expected}`, TypeError);
define("ERR_METHOD_NOT_IMPLEMENTED", (name) => `The ${name} method is not implemented`);
define("ERR_MODULE_NOT_FOUND", (name) => `Cannot find module '${name}'`);
define("ERR_MULTIPLE_CALLBACK", "Callback called multiple times");
define("ERR_NO_CRYPTO", "Node.js is not compiled with OpenSSL crypto support");
define("ERR_PARSE_ARGS_INVALID_OPTION_VALUE", (text) => text, TypeError);
define("ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL", (text) => `Unexpected argument '${text}'. This command does not take positional arguments`, TypeError);
define("ERR_PARSE_ARGS_UNKNOWN_OPTION", (option, allowPositionals) => {
  const hint = allowPositionals ? `. To specify a positional argument starting with a '-', place it at the end of the command after '--', as in '-- ${JSON.stringify(option).replaceAll('"', '"')}` : "";
  return `Unknown option '${option}'${hint}`;
}, TypeError);
define("ERR_SOCKET_BAD_PORT", (name, port) => `${name} should be >= 0 and < 65536.${received(port)}`, RangeError);
define("ERR_STREAM_ALREADY_FINISHED", (name) => `Cannot call ${name} after a stream was finished`);
define("ERR_STREAM_CANNOT_PIPE", "Cannot pipe, not readable");
define("ERR_STREAM_DESTROYED", (name) => `Cannot call ${name} after a stream was destroyed`);
define("ERR_STREAM_ITER_MISSING_FLAG", "The stream iterator is missing a flag");
define("ERR_STREAM_NULL_VALUES", "May not write null values to stream", TypeError);
define("ERR_STREAM_PREMATURE_CLOSE", "Premature close");
define("ERR_STREAM_PUSH_AFTER_EOF", "stream.push() after EOF");
define("ERR_STREAM_UNABLE_TO_PIPE", "Cannot pipe to a closed or destroyed stream");
define("ERR_STREAM_UNSHIFT_AFTER_END_EVENT", "stream.unshift() after end event");
define("ERR_STREAM_WRAP", "Stream has StringDecoder set or is in objectMode");
define("ERR_STREAM_WRITE_AFTER_END", "write after end");
define("ERR_STRING_TOO_LONG", () => "Cannot create a string longer than 0x3fffffff characters");
define("ERR_TRANSFORM_ALREADY_TRANSFORMING", "Calling transform done when still transforming");
define("ERR_TRANSFORM_WITH_LENGTH_0", "Calling transform done when writableState.length != 0");
define("ERR_UNAVAILABLE_DURING_EXIT", "Cannot call function in process exit handler");
define("ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET", "`process.setupUncaughtExceptionCapture()` was called while a capture callback was already active");
define("ERR_UNHANDLED_ERROR", (error) => error === void 0 ? "Unhandled error." : `Unhandled error. (${error})`);
define("ERR_UNKNOWN_BUILTIN_MODULE", (name) => `No such built-in module: ${name}`);
define("ERR_UNKNOWN_ENCODING", (name) => `Unknown encoding: ${typeof name === "object" ? show(name) : String(name)}`, TypeError);
define("ERR_UNKNOWN_SIGNAL", (name) => `Unknown signal: ${name}`, TypeError);
define("ERR_UNSUPPORTED_IN_SANDBOX", (what, why) => `${what} is not available in this sandbox${why === void 0 ? "" : `: ${why}`}`);
define("ERR_USE_AFTER_CLOSE", (name) => `${name} was closed`);
define("ERR_ZLIB_INITIALIZATION_FAILED", "Initialization failed");
define("ERR_BROTLI_INVALID_PARAM", (name) => `${name} is not a valid Brotli parameter`, RangeError);
define("ERR_BROTLI_COMPRESSION_FAILED", "Compression failed");
define("ERR_TRAILING_JUNK_AFTER_STREAM_END", "Trailing junk found after the end of the compressed stream", TypeError);
var AbortError = class extends Error {
  constructor(message = "The operation was aborted", options = void 0) {
    if (options !== void 0 && typeof options !== "object") {
      throw new codes.ERR_INVALID_ARG_TYPE("options", "Object", options);
    }
    super(message, options);
    this.code = "ABORT_ERR";
    this.name = "AbortError";
  }
};
var aggregateTwoErrors = (inner, outer) => {
  if (!inner || !outer || inner === outer) return inner || outer;
  if (isArray(outer.errors)) {
    outer.errors.push(inner);
    return outer;
  }
  const error = new AggregateError([outer, inner], outer.message);
  error.code = outer.code;
  return error;
};
var unsupported = (what, why) => new codes.ERR_UNSUPPORTED_IN_SANDBOX(what, why);
var hideStackFrames = (call) => {
  call.withoutStackTrace = call;
  return call;
};
module.exports = { codes, AbortError, aggregateTwoErrors, hideStackFrames, unsupported, isErrorLike: (value) => value instanceof Error };
}
