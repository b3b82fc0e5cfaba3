(require, module, exports, native) => {

// src/internal/buffer-text.js
var { codes } = require("node:internal/errors");
var { validateNumber, validateString } = require("node:internal/validators");
var { isArrayBufferView, isUint8Array } = require("node:util/types");
var {
  ERR_BUFFER_OUT_OF_BOUNDS,
  ERR_INVALID_ARG_TYPE,
  ERR_INVALID_ARG_VALUE,
  ERR_OUT_OF_RANGE,
  ERR_UNKNOWN_ENCODING
} = codes;
var { apply } = Reflect;
var { getOwnPropertyDescriptor, getPrototypeOf } = Object;
var { trunc, min: least } = Math;
var { isNaN } = Number;
var ArrayOfBytes = Uint8Array;
var typedPrototype = getPrototypeOf(Uint8Array.prototype);
var { fill: fillBytes } = typedPrototype;
var lengthOf = getOwnPropertyDescriptor(typedPrototype, "byteLength").get;
var UTF8 = 0;
var UTF16 = 1;
var LATIN1 = 2;
var ASCII = 3;
var BASE64 = 4;
var BASE64_URL = 5;
var HEX = 6;
var ENCODINGS = {
  __proto__: null,
  "utf8": UTF8,
  "utf-8": UTF8,
  "ucs2": UTF16,
  "ucs-2": UTF16,
  "utf16le": UTF16,
  "utf-16le": UTF16,
  "latin1": LATIN1,
  "binary": LATIN1,
  "ascii": ASCII,
  "base64": BASE64,
  "base64url": BASE64_URL,
  "hex": HEX
};
var numberOf = (encoding) => {
  const known = ENCODINGS[encoding];
  return known !== void 0 || typeof encoding !== "string" ? known : ENCODINGS[encoding.toLowerCase()];
};
var requireEncoding = (encoding) => {
  if (encoding === void 0 || encoding === null || encoding === "") return UTF8;
  const number = numberOf(encoding);
  if (number === void 0) throw new ERR_UNKNOWN_ENCODING(encoding);
  return number;
};
var requireToString = (encoding) => {
  const number = numberOf(encoding);
  if (number !== void 0) return number;
  throw new ERR_UNKNOWN_ENCODING(encoding);
};
var FastBuffer = class extends Uint8Array {
  constructor(first, offset, length) {
    super(first, offset, length);
  }
};
var ofText = (text, encoding) => new FastBuffer(native.fromText(text, encoding));
var fillOf = (buffer, value, offset, end, encoding) => {
  if (typeof value === "string") {
    if (offset === void 0 || typeof offset === "string") {
      encoding = offset;
      offset = 0;
      end = buffer.length;
    } else if (typeof end === "string") {
      encoding = end;
      end = buffer.length;
    }
    if (encoding !== void 0 && encoding !== null) validateString(encoding, "encoding");
    const number = requireEncoding(encoding);
    if (value.length === 0) value = 0;
    else if (value.length === 1 && number === UTF8 && value.charCodeAt(0) < 128) value = value.charCodeAt(0);
    else value = { text: value, number };
  } else if (typeof value === "boolean") value = +value;
  if (offset === void 0) {
    offset = 0;
    end = buffer.length;
  } else {
    validateNumber(offset, "offset", 0);
    if (end === void 0) end = buffer.length;
    else validateNumber(end, "end", 0, buffer.length);
    if (offset >= end) return buffer;
  }
  if (typeof value === "number" || typeof value !== "object" && !isArrayBufferView(value)) {
    const byteLength = apply(lengthOf, buffer, []);
    if (end > byteLength) throw new ERR_BUFFER_OUT_OF_BOUNDS();
    apply(fillBytes, buffer, [+value & 255, offset, end]);
    return buffer;
  }
  const original = value?.text ?? value;
  const pattern = value?.text !== void 0 ? ofText(value.text, value.number) : value;
  if (pattern === null || !isUint8Array(pattern)) {
    apply(fillBytes, buffer, [+value & 255, offset, end]);
    return buffer;
  }
  if (pattern.length === 0) throw new ERR_INVALID_ARG_VALUE("value", original);
  native.fill(buffer, pattern, trunc(offset), trunc(end));
  return buffer;
};
var indexOfBytes = (buffer, value, byteOffset, encoding, forward) => {
  if (!isArrayBufferView(buffer)) throw new ERR_INVALID_ARG_TYPE("buffer", ["Buffer", "TypedArray", "DataView"], buffer);
  if (typeof byteOffset === "string") {
    encoding = byteOffset;
    byteOffset = void 0;
  } else if (byteOffset > 2147483647) byteOffset = 2147483647;
  else if (byteOffset < -2147483648) byteOffset = -2147483648;
  byteOffset = +byteOffset;
  if (isNaN(byteOffset)) byteOffset = forward ? 0 : buffer.length || buffer.byteLength;
  forward = !!forward;
  if (typeof value === "number") {
    const find = forward ? typedPrototype.indexOf : typedPrototype.lastIndexOf;
    return apply(find, new ArrayOfBytes(buffer.buffer, buffer.byteOffset, buffer.byteLength), [value & 255, trunc(byteOffset)]);
  }
  let unit = 1;
  let needle;
  if (typeof value === "string") {
    const number = encoding === void 0 ? UTF8 : requireEncoding(encoding);
    if (number === UTF16) unit = 2;
    needle = ofText(value, number);
  } else if (isUint8Array(value)) {
    needle = value;
    if (encoding !== void 0 && requireEncoding(encoding) === UTF16) unit = 2;
  } else throw new ERR_INVALID_ARG_TYPE("value", ["number", "string", "Buffer", "Uint8Array"], value);
  const { byteLength } = buffer;
  let from = trunc(byteOffset);
  if (from < 0) from += byteLength;
  if (needle.length === 0) {
    if (from < 0) return forward ? 0 : -1;
    return least(from, byteLength);
  }
  if (from < 0) {
    if (!forward) return -1;
    from = 0;
  }
  if (from > byteLength - needle.length) {
    if (forward) return -1;
    from = byteLength - needle.length;
    if (from < 0) return -1;
  }
  if (unit === 2 && (needle.length < 2 || byteLength < 2)) return -1;
  return native.indexOf(buffer, needle, from, forward, unit);
};
var slice = (buffer, encoding, start, end) => {
  if (!isArrayBufferView(buffer)) throw new ERR_INVALID_ARG_TYPE("argument", "Buffer", buffer);
  const { length } = buffer;
  const from = start === void 0 ? 0 : toOffset(start, "start", length);
  const to = end === void 0 ? length : toOffset(end, "end", length);
  return to <= from ? "" : native.toText(buffer, encoding, from, to);
};
var toOffset = (value, name, length) => {
  value = trunc(+value) || 0;
  if (value < 0) throw new ERR_OUT_OF_RANGE(name, `>= 0`, value);
  return least(value, length);
};
var writer = (encoding) => function(string, offset = 0, length = this.byteLength - offset) {
  if (typeof string !== "string") throw new ERR_INVALID_ARG_TYPE("argument", "string", string);
  if (offset < 0 || offset > this.byteLength) throw new ERR_BUFFER_OUT_OF_BOUNDS("offset");
  if (length < 0 || length > this.byteLength - offset) throw new ERR_BUFFER_OUT_OF_BOUNDS("length");
  return native.write(this, string, encoding, trunc(offset), trunc(length));
};
module.exports = {
  UTF8,
  UTF16,
  LATIN1,
  ASCII,
  BASE64,
  BASE64_URL,
  HEX,
  FastBuffer,
  fillOf,
  indexOfBytes,
  numberOf,
  ofText,
  requireEncoding,
  requireToString,
  slice,
  writer
};
}
