// Buffer: a Uint8Array whose methods know encodings. What touches many bytes is native.
"use strict";

const { codes, hideStackFrames } = require("node:internal/errors");
const { validateNumber, validateString, validateArray } = require("node:internal/validators");
const { isAnyArrayBuffer, isArrayBufferView, isTypedArray, isUint8Array } = require("node:util/types");
const { inspect: inspectOf } = { inspect: (...args) => require("node:internal/inspect").inspect(...args) };
const {
  UTF8, UTF16, LATIN1, ASCII, BASE64, BASE64_URL, HEX,
  FastBuffer, fillOf, indexOfBytes, numberOf, ofText, requireEncoding, requireToString, slice, writer,
} = require("node:internal/buffer-text");
const numbers = require("node:internal/buffer-numbers");
const {
  ERR_BUFFER_OUT_OF_BOUNDS, ERR_INVALID_ARG_TYPE, ERR_INVALID_BUFFER_SIZE, ERR_INVALID_STATE, ERR_MISSING_ARGS,
  ERR_OUT_OF_RANGE,
} = codes;

const { apply } = Reflect;
const { defineProperty, defineProperties, getPrototypeOf, setPrototypeOf } = Object;
const { trunc, min: least } = Math;
const { isNaN } = Number;
const ArrayOfBytes = Uint8Array;
const { set: setBytes, subarray: viewOf } = getPrototypeOf(Uint8Array.prototype);

const kMaxLength = 2 ** 53 - 1 > 0 ? 2147483647 : 0;
const kStringMaxLength = 1073741823;
const customInspect = Symbol.for("nodejs.util.inspect.custom");

const warned = new Set();
const deprecated = (text, code) => {
  if (warned.has(code)) return;
  warned.add(code);
  require("node:process").emitWarning(text, "DeprecationWarning", code);
};

/** @deprecated as in Node; `Buffer.from` and `Buffer.alloc` are the ways to make one. */
function Buffer(arg, encodingOrOffset, length) {
  deprecated(
    "Buffer() is deprecated due to security and usability issues. Please use the Buffer.alloc(), " +
    "Buffer.allocUnsafe(), or Buffer.from() methods instead.", "DEP0005",
  );
  if (typeof arg === "number") {
    if (typeof encodingOrOffset === "string") throw new ERR_INVALID_ARG_TYPE("string", "string", arg);
    return Buffer.alloc(arg);
  }
  return Buffer.from(arg, encodingOrOffset, length);
}
setPrototypeOf(Buffer, Uint8Array);
FastBuffer.prototype.constructor = Buffer;
Buffer.prototype = FastBuffer.prototype;
defineProperty(Buffer, Symbol.species, { configurable: true, enumerable: false, get: () => FastBuffer });
Buffer.poolSize = 8 * 1024;

const assertSize = hideStackFrames((size) => validateNumber(size, "size", 0, kMaxLength));

const ofArrayLike = (list) => {
  if (list.length <= 0) return new FastBuffer(0);
  if (list.length > kMaxLength) throw new ERR_OUT_OF_RANGE("length", `<= ${kMaxLength}`, list.length);
  const buffer = new FastBuffer(list.length);
  if (isUint8Array(list)) apply(setBytes, buffer, [list]);
  else for (let index = 0; index < list.length; index++) buffer[index] = list[index];
  return buffer;
};

const ofObject = (object) => {
  if (object.length !== undefined || isAnyArrayBuffer(object.buffer)) {
    return typeof object.length === "number" ? ofArrayLike(object) : new FastBuffer(0);
  }
  if (object.type === "Buffer" && Array.isArray(object.data)) return ofArrayLike(object.data);
  return undefined;
};

const ofArrayBuffer = (buffer, byteOffset, length) => {
  if (byteOffset === undefined) byteOffset = 0;
  else {
    byteOffset = +byteOffset;
    if (isNaN(byteOffset)) byteOffset = 0;
  }
  const maxLength = buffer.byteLength - byteOffset;
  if (maxLength < 0) throw new ERR_BUFFER_OUT_OF_BOUNDS("offset");
  if (length === undefined) {
    return buffer.resizable ? new FastBuffer(buffer, byteOffset) : new FastBuffer(buffer, byteOffset, maxLength);
  }
  length = +length;
  if (length > 0) {
    if (length > maxLength) throw new ERR_BUFFER_OUT_OF_BOUNDS("length");
  } else length = 0;
  return new FastBuffer(buffer, byteOffset, length);
};

const statics = {
  from(value, encodingOrOffset, length) {
    if (typeof value === "string") {
      const encoding = typeof encodingOrOffset !== "string" || encodingOrOffset === "" ? UTF8 : requireEncoding(encodingOrOffset);
      return ofText(value, encoding);
    }
    if (typeof value === "object" && value !== null) {
      if (isAnyArrayBuffer(value)) return ofArrayBuffer(value, encodingOrOffset, length);
      const primitive = value.valueOf?.();
      if (primitive != null && primitive !== value && (typeof primitive === "string" || typeof primitive === "object")) {
        return Buffer.from(primitive, encodingOrOffset, length);
      }
      const made = ofObject(value);
      if (made !== undefined) return made;
      if (typeof value[Symbol.toPrimitive] === "function") {
        const text = value[Symbol.toPrimitive]("string");
        if (typeof text === "string") return Buffer.from(text, encodingOrOffset);
      }
    }
    throw new ERR_INVALID_ARG_TYPE("first argument", ["string", "Buffer", "ArrayBuffer", "Array", "Array-like Object"], value);
  },
  copyBytesFrom(view, offset, length) {
    if (!isTypedArray(view)) throw new ERR_INVALID_ARG_TYPE("view", ["TypedArray"], view);
    const viewLength = view.length;
    if (viewLength === 0) return Buffer.alloc(0);
    if (offset !== undefined || length !== undefined) {
      if (offset !== undefined) {
        require("node:internal/validators").validateInteger(offset, "offset", 0);
        if (offset >= viewLength) return Buffer.alloc(0);
      } else offset = 0;
      let end = viewLength;
      if (length !== undefined) {
        require("node:internal/validators").validateInteger(length, "length", 0);
        end = offset + length;
      }
      view = view.slice(offset, end);
    }
    return ofArrayLike(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  },
  of(...items) {
    const buffer = new FastBuffer(items.length);
    for (let index = 0; index < items.length; index++) buffer[index] = items[index];
    return buffer;
  },
  alloc(size, fill, encoding) {
    assertSize(size);
    const buffer = new FastBuffer(size);
    if (fill !== undefined && fill !== 0 && size > 0) return fillOf(buffer, fill, 0, buffer.length, encoding);
    return buffer;
  },
  allocUnsafe(size) {
    assertSize(size);
    return new FastBuffer(size);
  },
  allocUnsafeSlow(size) {
    assertSize(size);
    return new FastBuffer(size);
  },
  isBuffer: (value) => value instanceof Buffer,
  isEncoding: (encoding) => typeof encoding === "string" && encoding.length !== 0 && numberOf(encoding) !== undefined,
  compare(first, second) {
    if (!isUint8Array(first)) throw new ERR_INVALID_ARG_TYPE("buf1", ["Buffer", "Uint8Array"], first);
    if (!isUint8Array(second)) throw new ERR_INVALID_ARG_TYPE("buf2", ["Buffer", "Uint8Array"], second);
    return first === second ? 0 : native.compare(first, second);
  },
  concat(list, length) {
    validateArray(list, "list");
    if (list.length === 0) return new FastBuffer(0);
    if (length === undefined) {
      length = 0;
      for (let index = 0; index < list.length; index++) if (list[index]?.length) length += list[index].length;
    } else require("node:internal/validators").validateInteger(length, "length", 0);
    const buffer = Buffer.allocUnsafe(length);
    let at = 0;
    for (let index = 0; index < list.length; index++) {
      const item = list[index];
      if (!isUint8Array(item)) throw new ERR_INVALID_ARG_TYPE(`list[${index}]`, ["Buffer", "Uint8Array"], item);
      if (at >= length) continue;
      const part = item.length > length - at ? apply(viewOf, item, [0, length - at]) : item;
      apply(setBytes, buffer, [part, at]);
      at += part.length;
    }
    return buffer;
  },
  byteLength(value, encoding) {
    if (typeof value !== "string") {
      if (isArrayBufferView(value) || isAnyArrayBuffer(value)) return value.byteLength;
      throw new ERR_INVALID_ARG_TYPE("string", ["string", "Buffer", "ArrayBuffer"], value);
    }
    const { length } = value;
    switch (numberOf(encoding) ?? UTF8) {
      case UTF8: return native.utf8Length(value);
      case UTF16: return length * 2;
      case HEX: return length >>> 1;
      case BASE64: case BASE64_URL: {
        let bytes = length;
        if (value.charCodeAt(bytes - 1) === 0x3D) bytes--;
        if (bytes > 1 && value.charCodeAt(bytes - 1) === 0x3D) bytes--;
        return (bytes * 3) >>> 2;
      }
      default: return length;
    }
  },
};
for (const name of Object.keys(statics)) {
  defineProperty(Buffer, name, { value: statics[name], writable: true, enumerable: true, configurable: true });
}
defineProperty(Buffer, "of", { enumerable: false });

const validateOffset = (value, name, min = 0, max = kMaxLength) =>
  require("node:internal/validators").validateInteger(value, name, min, max);

const adjust = (offset, length) => {
  offset = trunc(offset);
  if (offset === 0 || isNaN(offset)) return 0;
  if (offset < 0) {
    offset += length;
    return offset > 0 ? offset : 0;
  }
  return offset < length ? offset : length;
};

const copyInto = (source, target, targetStart, sourceStart, sourceEnd) => {
  if (!isArrayBufferView(source)) throw new ERR_INVALID_ARG_TYPE("source", ["Buffer", "Uint8Array"], source);
  if (!isArrayBufferView(target)) throw new ERR_INVALID_ARG_TYPE("target", ["Buffer", "Uint8Array"], target);
  const integer = (value, fallback) => {
    value = +value;
    return isNaN(value) ? fallback : trunc(value);
  };
  targetStart = targetStart === undefined ? 0 : integer(targetStart, 0);
  if (targetStart < 0) throw new ERR_OUT_OF_RANGE("targetStart", ">= 0", targetStart);
  sourceStart = sourceStart === undefined ? 0 : integer(sourceStart, 0);
  if (sourceStart < 0 || sourceStart > source.byteLength) {
    throw new ERR_OUT_OF_RANGE("sourceStart", `>= 0 && <= ${source.byteLength}`, sourceStart);
  }
  sourceEnd = sourceEnd === undefined ? source.byteLength : integer(sourceEnd, 0);
  if (sourceEnd < 0) throw new ERR_OUT_OF_RANGE("sourceEnd", ">= 0", sourceEnd);
  if (targetStart >= target.byteLength || sourceStart >= sourceEnd) return 0;
  const count = least(sourceEnd - sourceStart, target.byteLength - targetStart, source.byteLength - sourceStart);
  const from = new ArrayOfBytes(source.buffer, source.byteOffset + sourceStart, count);
  const into = new ArrayOfBytes(target.buffer, target.byteOffset + targetStart, count);
  apply(setBytes, into, [from]);
  return count;
};

const methods = {
  copy(target, targetStart, sourceStart, sourceEnd) {
    return copyInto(this, target, targetStart, sourceStart, sourceEnd);
  },
  toString(encoding, start, end) {
    if (arguments.length === 0) return native.toText(this, UTF8, 0, this.length);
    const { length } = this;
    if (start <= 0) start = 0;
    else if (start >= length) return "";
    else start = trunc(start) || 0;
    if (end === undefined || end > length) end = length;
    else end = trunc(end) || 0;
    if (end <= start) return "";
    return native.toText(this, encoding === undefined ? UTF8 : requireToString(encoding), start, end);
  },
  equals(other) {
    if (!isUint8Array(other)) throw new ERR_INVALID_ARG_TYPE("otherBuffer", ["Buffer", "Uint8Array"], other);
    if (this === other) return true;
    return this.byteLength === other.byteLength && native.compare(this, other) === 0;
  },
  [customInspect](depth, context) {
    const max = exported.INSPECT_MAX_BYTES;
    const shown = least(max, this.length);
    const rest = this.length - shown;
    let text = native.toText(this, HEX, 0, shown).replace(/(.{2})/g, "$1 ").trim();
    if (rest > 0) text += ` ... ${rest} more byte${rest > 1 ? "s" : ""}`;
    if (context) {
      let extras = false;
      const keys = { __proto__: null };
      for (const key of require("node:internal/binding").getOwnNonIndexProperties(this, context.showHidden ? 0 : 2)) {
        extras = true;
        keys[key] = this[key];
      }
      if (extras) {
        if (this.length !== 0) text += ", ";
        text += inspectOf(keys, { ...context, breakLength: Infinity, compact: true }).slice(27, -2);
      }
    }
    let name = "Buffer";
    try {
      const { constructor } = this;
      if (typeof constructor === "function" && Object.prototype.hasOwnProperty.call(constructor, "name")) name = constructor.name;
    } catch { /* Keeps the name. */ }
    return `<${name} ${text}>`;
  },
  compare(target, targetStart, targetEnd, sourceStart, sourceEnd) {
    if (!isUint8Array(target)) throw new ERR_INVALID_ARG_TYPE("target", ["Buffer", "Uint8Array"], target);
    if (arguments.length === 1) return native.compare(this, target);
    if (targetStart === undefined) targetStart = 0;
    else validateOffset(targetStart, "targetStart");
    if (targetEnd === undefined) targetEnd = target.length;
    else validateOffset(targetEnd, "targetEnd", 0, target.length);
    if (sourceStart === undefined) sourceStart = 0;
    else validateOffset(sourceStart, "sourceStart");
    if (sourceEnd === undefined) sourceEnd = this.length;
    else validateOffset(sourceEnd, "sourceEnd", 0, this.length);
    if (sourceStart >= sourceEnd) return targetStart >= targetEnd ? 0 : -1;
    if (targetStart >= targetEnd) return 1;
    return native.compare(apply(viewOf, this, [sourceStart, sourceEnd]), apply(viewOf, target, [targetStart, targetEnd]));
  },
  indexOf: function (value, byteOffset, encoding) {
    return indexOfBytes(this, value, byteOffset, encoding, true);
  },
  lastIndexOf: function (value, byteOffset, encoding) {
    return indexOfBytes(this, value, byteOffset, encoding, false);
  },
  includes(value, byteOffset, encoding) {
    return indexOfBytes(this, value, byteOffset, encoding, true) !== -1;
  },
  fill(value, offset, end, encoding) {
    return fillOf(this, value, offset, end, encoding);
  },
  write(string, offset, length, encoding) {
    if (typeof string !== "string") throw new ERR_INVALID_ARG_TYPE("argument", "string", string);
    const size = this.byteLength;
    if (offset === undefined) return native.write(this, string, UTF8, 0, size);
    if (length === undefined && typeof offset === "string") {
      encoding = offset;
      length = size;
      offset = 0;
    } else {
      validateOffset(offset, "offset", 0, size);
      const rest = size - offset;
      if (length === undefined) length = rest;
      else if (typeof length === "string") {
        encoding = length;
        length = rest;
      } else {
        validateOffset(length, "length", 0, size);
        if (length > rest) length = rest;
      }
    }
    return native.write(this, string, encoding ? requireEncoding(encoding) : UTF8, offset, length);
  },
  toJSON() {
    const data = new Array(this.length);
    for (let index = 0; index < this.length; index++) data[index] = this[index];
    return { type: "Buffer", data };
  },
  subarray(start, end) {
    const { length } = this;
    start = adjust(start, length);
    end = end !== undefined ? adjust(end, length) : length;
    return new FastBuffer(this.buffer, this.byteOffset + start, end > start ? end - start : 0);
  },
  slice(start, end) {
    return this.subarray(start, end);
  },
  swap16() {
    return swap(this, 2, "16-bits");
  },
  swap32() {
    return swap(this, 4, "32-bits");
  },
  swap64() {
    return swap(this, 8, "64-bits");
  },
  toLocaleString(encoding, start, end) {
    return this.toString(encoding, start, end);
  },
  asciiSlice(start, end) { return slice(this, ASCII, start, end); },
  base64Slice(start, end) { return slice(this, BASE64, start, end); },
  base64urlSlice(start, end) { return slice(this, BASE64_URL, start, end); },
  latin1Slice(start, end) { return slice(this, LATIN1, start, end); },
  hexSlice(start, end) { return slice(this, HEX, start, end); },
  ucs2Slice(start, end) { return slice(this, UTF16, start, end); },
  utf8Slice(start, end) { return slice(this, UTF8, start, end); },
  asciiWrite: writer(LATIN1),
  base64Write: writer(BASE64),
  base64urlWrite: writer(BASE64_URL),
  latin1Write: writer(LATIN1),
  hexWrite: writer(HEX),
  ucs2Write: writer(UTF16),
  utf8Write: writer(UTF8),
  ...numbers,
};
const swap = (buffer, size, bits) => {
  if (buffer.length % size !== 0) throw new ERR_INVALID_BUFFER_SIZE(bits);
  native.swap(buffer, size);
  return buffer;
};

for (const key of Reflect.ownKeys(methods)) {
  defineProperty(Buffer.prototype, key, { value: methods[key], writable: true, enumerable: true, configurable: true });
}
Buffer.prototype.inspect = Buffer.prototype[customInspect];
Buffer.prototype.toLocaleString = Buffer.prototype.toString;
for (const bits of ["8", "16LE", "16BE", "32LE", "32BE"]) {
  Buffer.prototype[`readUint${bits}`] = Buffer.prototype[`readUInt${bits}`];
  Buffer.prototype[`writeUint${bits}`] = Buffer.prototype[`writeUInt${bits}`];
}
for (const ending of ["LE", "BE"]) {
  Buffer.prototype[`readUint${ending}`] = Buffer.prototype[`readUInt${ending}`];
  Buffer.prototype[`writeUint${ending}`] = Buffer.prototype[`writeUInt${ending}`];
  Buffer.prototype[`readBigUint64${ending}`] = Buffer.prototype[`readBigUInt64${ending}`];
  Buffer.prototype[`writeBigUint64${ending}`] = Buffer.prototype[`writeBigUInt64${ending}`];
}
defineProperties(Buffer.prototype, {
  parent: { enumerable: true, get() { return this instanceof Buffer ? this.buffer : undefined; } },
  offset: { enumerable: true, get() { return this instanceof Buffer ? this.byteOffset : undefined; } },
});

function SlowBuffer(length) {
  assertSize(length);
  deprecated("SlowBuffer() is deprecated. Please use Buffer.allocUnsafeSlow()", "DEP0030");
  return Buffer.allocUnsafeSlow(length);
}
setPrototypeOf(SlowBuffer.prototype, Uint8Array.prototype);
setPrototypeOf(SlowBuffer, Uint8Array);

const bytesOf = (input) => {
  if (isAnyArrayBuffer(input)) {
    if (input.detached) throw new ERR_INVALID_STATE("Cannot validate on a detached buffer");
    return new ArrayOfBytes(input);
  }
  if (!isTypedArray(input)) throw new ERR_INVALID_ARG_TYPE("input", ["ArrayBuffer", "Buffer", "TypedArray"], input);
  if (input.buffer.detached) throw new ERR_INVALID_STATE("Cannot validate on a detached buffer");
  return new ArrayOfBytes(input.buffer, input.byteOffset, input.byteLength);
};

let maxBytes = 50;
const exported = {
  Buffer,
  SlowBuffer,
  transcode(source, from, to) {
    if (!isUint8Array(source)) throw new ERR_INVALID_ARG_TYPE("source", ["Buffer", "Uint8Array"], source);
    if (source.length === 0) return Buffer.alloc(0);
    const [first, second] = [numberOf(from), numberOf(to)];
    const allowed = (number) => number !== undefined && number <= ASCII;
    if (!allowed(first) || !allowed(second)) {
      const error = new Error("Unable to transcode Buffer [U_ILLEGAL_ARGUMENT_ERROR]");
      error.code = "U_ILLEGAL_ARGUMENT_ERROR";
      error.errno = 1;
      throw error;
    }
    let text = native.toText(source, first, 0, source.length);
    // A character that the encoding lacks becomes a question mark.
    if (second === ASCII) text = text.replace(/[\ud800-\udbff][\udc00-\udfff]|[^\0-\x7f]/g, "?");
    if (second === LATIN1) text = text.replace(/[\ud800-\udbff][\udc00-\udfff]|[^\0-\xff]/g, "?");
    return ofText(text, second);
  },
  kMaxLength,
  kStringMaxLength,
  btoa: globalThis.btoa,
  atob: globalThis.atob,
  constants: { __proto__: null },
  Blob,
  isUtf8: (input) => native.isUtf8(bytesOf(input)),
  isAscii: (input) => native.isAscii(bytesOf(input)),
  resolveObjectURL(url) {
    validateString(url, "url");
    return undefined;
  },
};
if (typeof File === "function") exported.File = File;
defineProperties(exported.constants, {
  MAX_LENGTH: { value: kMaxLength, enumerable: true },
  MAX_STRING_LENGTH: { value: kStringMaxLength, enumerable: true },
});
defineProperty(exported, "constants", { value: Object.setPrototypeOf(exported.constants, Object.prototype), enumerable: true });
defineProperty(exported, "INSPECT_MAX_BYTES", {
  enumerable: true,
  configurable: true,
  get: () => maxBytes,
  set: (value) => {
    validateNumber(value, "INSPECT_MAX_BYTES", 0);
    maxBytes = value;
  },
});
exported.btoa ??= (input) => {
  if (input === undefined) throw new ERR_MISSING_ARGS("input");
  const text = `${input}`;
  if (/[^\0-\xff]/.test(text)) throw new DOMException("Invalid character", "InvalidCharacterError");
  return Buffer.from(text, "latin1").toString("base64");
};

module.exports = exported;
