(require, module, exports, native) => {

// src/internal/validators.js
var { codes: { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE, ERR_SOCKET_BAD_PORT, ERR_UNKNOWN_SIGNAL } } = require("node:internal/errors");
var { isArray } = Array;
var { isInteger, isNaN, MAX_SAFE_INTEGER, MIN_SAFE_INTEGER } = Number;
var fail = (name, type, value) => {
  throw new ERR_INVALID_ARG_TYPE(name, type, value);
};
var validateString = (value, name) => {
  if (typeof value !== "string") fail(name, "string", value);
};
var validateBoolean = (value, name) => {
  if (typeof value !== "boolean") fail(name, "boolean", value);
};
var validateFunction = (value, name) => {
  if (typeof value !== "function") fail(name, "Function", value);
};
var validateNumber = (value, name, min = void 0, max = void 0) => {
  if (typeof value !== "number") fail(name, "number", value);
  if (min != null && value < min || max != null && value > max || (min != null || max != null) && isNaN(value)) {
    const low = min != null ? `>= ${min}` : "";
    throw new ERR_OUT_OF_RANGE(name, `${low}${min != null && max != null ? " && " : ""}${max != null ? `<= ${max}` : ""}`, value);
  }
};
var validateInteger = (value, name, min = MIN_SAFE_INTEGER, max = MAX_SAFE_INTEGER) => {
  if (typeof value !== "number") fail(name, "number", value);
  if (!isInteger(value)) throw new ERR_OUT_OF_RANGE(name, "an integer", value);
  if (value < min || value > max) throw new ERR_OUT_OF_RANGE(name, `>= ${min} && <= ${max}`, value);
};
var validateInt32 = (value, name, min = -2147483648, max = 2147483647) => validateInteger(value, name, min, max);
var validateUint32 = (value, name, positive = false) => {
  if (typeof value !== "number") fail(name, "number", value);
  if (!isInteger(value)) throw new ERR_OUT_OF_RANGE(name, "an integer", value);
  const min = positive ? 1 : 0;
  if (value < min || value > 4294967295) throw new ERR_OUT_OF_RANGE(name, `>= ${min} && <= 4294967295`, value);
};
var validateOneOf = (value, name, allowed) => {
  if (!allowed.includes(value)) {
    const texts = allowed.map((it) => typeof it === "string" ? `'${it}'` : String(it));
    throw new ERR_INVALID_ARG_VALUE(name, value, `must be one of: ${texts.join(", ")}`);
  }
};
var kValidateObjectAllowNullable = 1;
var kValidateObjectAllowArray = 2;
var kValidateObjectAllowFunction = 4;
var validateObject = (value, name, options = 0) => {
  if (typeof options === "object") {
    options = (options.nullable ? 1 : 0) | (options.allowArray ? 2 : 0) | (options.allowFunction ? 4 : 0);
  }
  if (value === null && !(options & 1) || isArray(value) && !(options & 2) || typeof value !== "object" && !(typeof value === "function" && options & 4)) fail(name, "Object", value);
};
var validateArray = (value, name, minLength = 0) => {
  if (!isArray(value)) fail(name, "Array", value);
  if (value.length < minLength) throw new ERR_INVALID_ARG_VALUE(name, value, `must be longer than ${minLength}`);
};
var each = (check) => (value, name) => {
  validateArray(value, name);
  for (let index = 0; index < value.length; index++) check(value[index], `${name}[${index}]`);
};
var validateAbortSignal = (signal, name) => {
  if (signal !== void 0 && (signal === null || typeof signal !== "object" || !("aborted" in signal))) {
    fail(name, "AbortSignal", signal);
  }
};
var validateBuffer = (value, name = "buffer") => {
  if (!ArrayBuffer.isView(value)) fail(name, ["Buffer", "TypedArray", "DataView"], value);
};
var validatePort = (port, name = "Port", allowZero = true) => {
  if (typeof port !== "number" && typeof port !== "string" || typeof port === "string" && port.trim() === "" || +port !== +port >>> 0 || port > 65535 || port === 0 && !allowZero) {
    throw new ERR_SOCKET_BAD_PORT(name, port);
  }
  return port | 0;
};
var validateUndefined = (value, name) => {
  if (value !== void 0) fail(name, "undefined", value);
};
var validatePlainFunction = validateFunction;
var validateDictionary = (value, name) => {
  if (value != null && typeof value !== "object" && typeof value !== "function") fail(name, "a dictionary", value);
};
var validateSignalName = (signal, name = "signal") => {
  validateString(signal, name);
  if (!/^SIG[A-Z0-9]+$/.test(signal)) throw new ERR_UNKNOWN_SIGNAL(signal);
};
var validateUnion = (value, name, union) => {
  if (!union.includes(value)) fail(name, `('${union.join("|")}')`, value);
};
module.exports = {
  isInt32: (value) => value === (value | 0),
  isUint32: (value) => value === value >>> 0,
  kValidateObjectAllowArray,
  kValidateObjectAllowFunction,
  kValidateObjectAllowNullable,
  kValidateObjectNone: 0,
  kValidateObjectAllowObjects: 6,
  kValidateObjectAllowObjectsAndNull: 7,
  validateAbortSignal,
  validateArray,
  validateBoolean,
  validateBuffer,
  validateDictionary,
  validateFunction,
  validateInt32,
  validateInteger,
  validateNumber,
  validateObject,
  validateOneOf,
  validatePlainFunction,
  validatePort,
  validateSignalName,
  validateString,
  validateUint32,
  validateUndefined,
  validateUnion,
  validateStringArray: each(validateString),
  validateBooleanArray: each(validateBoolean),
  validateAbortSignalArray: each((value, name) => {
    if (value === void 0) fail(name, "AbortSignal", value);
    validateAbortSignal(value, name);
  })
};
}
