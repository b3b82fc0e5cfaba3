// What Buffer does with encodings: text becomes bytes and bytes text, and a Buffer is filled with one
// or the other and searched for it.
"use strict";

const { codes } = require("node:internal/errors");
const { validateNumber, validateString } = require("node:internal/validators");
const { isArrayBufferView, isUint8Array } = require("node:util/types");
const {
  ERR_BUFFER_OUT_OF_BOUNDS, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE, ERR_UNKNOWN_ENCODING,
} = codes;

const { apply } = Reflect;
const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { trunc, min: least } = Math;
const { isNaN } = Number;
const ArrayOfBytes = Uint8Array;
const typedPrototype = getPrototypeOf(Uint8Array.prototype);
const { fill: fillBytes } = typedPrototype;
const lengthOf = getOwnPropertyDescriptor(typedPrototype, "byteLength").get;

const UTF8 = 0, UTF16 = 1, LATIN1 = 2, ASCII = 3, BASE64 = 4, BASE64_URL = 5, HEX = 6;
const ENCODINGS = {
  __proto__: null,
  "utf8": UTF8, "utf-8": UTF8, "ucs2": UTF16, "ucs-2": UTF16, "utf16le": UTF16, "utf-16le": UTF16,
  "latin1": LATIN1, "binary": LATIN1, "ascii": ASCII, "base64": BASE64, "base64url": BASE64_URL, "hex": HEX,
};

/** Returns the number of an encoding, or undefined. */
const numberOf = (encoding) => {
  const known = ENCODINGS[encoding];
  return known !== undefined || typeof encoding !== "string" ? known : ENCODINGS[encoding.toLowerCase()];
};
const requireEncoding = (encoding) => {
  if (encoding === undefined || encoding === null || encoding === "") return UTF8;
  const number = numberOf(encoding);
  if (number === undefined) throw new ERR_UNKNOWN_ENCODING(encoding);
  return number;
};
const requireToString = (encoding) => {
  const number = numberOf(encoding);
  if (number !== undefined) return number;
  throw new ERR_UNKNOWN_ENCODING(encoding);
};

/** The class that instances are made of. `Buffer` itself can be called without `new`. */
class FastBuffer extends Uint8Array {
  constructor(first, offset, length) {
    super(first, offset, length);
  }
}

const ofText = (text, encoding) => new FastBuffer(native.fromText(text, encoding));

const fillOf = (buffer, value, offset, end, encoding) => {
  if (typeof value === "string") {
    if (offset === undefined || typeof offset === "string") {
      encoding = offset;
      offset = 0;
      end = buffer.length;
    } else if (typeof end === "string") {
      encoding = end;
      end = buffer.length;
    }
    if (encoding !== undefined && encoding !== null) validateString(encoding, "encoding");
    const number = requireEncoding(encoding);
    if (value.length === 0) value = 0;
    else if (value.length === 1 && number === UTF8 && value.charCodeAt(0) < 128) value = value.charCodeAt(0);
    else value = { text: value, number };
  } else if (typeof value === "boolean") value = +value;
  if (offset === undefined) {
    offset = 0;
    end = buffer.length;
  } else {
    validateNumber(offset, "offset", 0);
    if (end === undefined) end = buffer.length;
    else validateNumber(end, "end", 0, buffer.length);
    if (offset >= end) return buffer;
  }
  if (typeof value === "number" || (typeof value !== "object" && !isArrayBufferView(value))) {
    const byteLength = apply(lengthOf, buffer, []);
    if (end > byteLength) throw new ERR_BUFFER_OUT_OF_BOUNDS();
    apply(fillBytes, buffer, [+value & 255, offset, end]);
    return buffer;
  }
  const original = value?.text ?? value;
  const pattern = value?.text !== undefined ? ofText(value.text, value.number) : value;
  if (pattern === null || !isUint8Array(pattern)) {
    apply(fillBytes, buffer, [+value & 255, offset, end]);
    return buffer;
  }
  if (pattern.length === 0) throw new ERR_INVALID_ARG_VALUE("value", original);
  native.fill(buffer, pattern, trunc(offset), trunc(end));
  return buffer;
};

const indexOfBytes = (buffer, value, byteOffset, encoding, forward) => {
  if (!isArrayBufferView(buffer)) throw new ERR_INVALID_ARG_TYPE("buffer", ["Buffer", "TypedArray", "DataView"], buffer);
  if (typeof byteOffset === "string") {
    encoding = byteOffset;
    byteOffset = undefined;
  } else if (byteOffset > 0x7fffffff) byteOffset = 0x7fffffff;
  else if (byteOffset < -0x80000000) byteOffset = -0x80000000;
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
    const number = encoding === undefined ? UTF8 : requireEncoding(encoding);
    if (number === UTF16) unit = 2;
    needle = ofText(value, number);
  } else if (isUint8Array(value)) {
    needle = value;
    if (encoding !== undefined && requireEncoding(encoding) === UTF16) unit = 2;
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

const slice = (buffer, encoding, start, end) => {
  if (!isArrayBufferView(buffer)) throw new ERR_INVALID_ARG_TYPE("argument", "Buffer", buffer);
  const { length } = buffer;
  const from = start === undefined ? 0 : toOffset(start, "start", length);
  const to = end === undefined ? length : toOffset(end, "end", length);
  return to <= from ? "" : native.toText(buffer, encoding, from, to);
};
const toOffset = (value, name, length) => {
  value = trunc(+value) || 0;
  if (value < 0) throw new ERR_OUT_OF_RANGE(name, `>= 0`, value);
  return least(value, length);
};
const writer = (encoding) => function (string, offset = 0, length = this.byteLength - offset) {
  if (typeof string !== "string") throw new ERR_INVALID_ARG_TYPE("argument", "string", string);
  if (offset < 0 || offset > this.byteLength) throw new ERR_BUFFER_OUT_OF_BOUNDS("offset");
  if (length < 0 || length > this.byteLength - offset) throw new ERR_BUFFER_OUT_OF_BOUNDS("length");
  return native.write(this, string, encoding, trunc(offset), trunc(length));
};

module.exports = {
  UTF8, UTF16, LATIN1, ASCII, BASE64, BASE64_URL, HEX,
  FastBuffer, fillOf, indexOfBytes, numberOf, ofText, requireEncoding, requireToString, slice, writer,
};
