// StringDecoder: decodes buffers and keeps what is left of a character for the next one.
"use strict";

const { Buffer } = require("node:buffer");
const { codes: { ERR_INVALID_ARG_TYPE, ERR_INVALID_THIS, ERR_UNKNOWN_ENCODING } } = require("node:internal/errors");

const NAMES = {
  __proto__: null,
  "utf8": "utf8", "utf-8": "utf8", "ucs2": "utf16le", "ucs-2": "utf16le", "utf16le": "utf16le", "utf-16le": "utf16le",
  "latin1": "latin1", "binary": "latin1", "ascii": "ascii", "base64": "base64", "base64url": "base64url", "hex": "hex",
};
const kHeld = Symbol("held");

/** Returns the number of bytes at the end that begin a character of UTF-8 which is not whole. */
const unfinishedUtf8 = (bytes) => {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back];
    if ((byte & 0xC0) === 0x80) continue;
    const needed = byte >> 5 === 0x6 ? 2 : byte >> 4 === 0xE ? 3 : byte >> 3 === 0x1E ? 4 : 1;
    if (needed <= back) return 0;
    return back;
  }
  return 0;
};

const unfinished = {
  utf8: unfinishedUtf8,
  utf16le(bytes, held) {
    // Half of a pair that was held waits for the rest of the other half.
    if (bytes.length % 2 === 1) return held === 2 && bytes.length === 3 ? 3 : 1;
    const last = bytes[bytes.length - 1];
    return last >= 0xD8 && last <= 0xDB ? 2 : 0;
  },
  base64: (bytes) => bytes.length % 3,
  base64url: (bytes) => bytes.length % 3,
};

function StringDecoder(encoding) {
  const name = encoding === undefined || encoding === null || encoding === "" ? "utf8" : NAMES[`${encoding}`.toLowerCase()];
  if (name === undefined) throw new ERR_UNKNOWN_ENCODING(encoding);
  this.encoding = name;
  this[kHeld] = Buffer.alloc(0);
}

StringDecoder.prototype.write = function (buffer) {
  if (typeof buffer === "string") return buffer;
  if (!ArrayBuffer.isView(buffer)) throw new ERR_INVALID_ARG_TYPE("buf", ["Buffer", "TypedArray", "DataView"], buffer);
  if (!this?.[kHeld]) throw new ERR_INVALID_THIS("StringDecoder");
  let bytes = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const held = this[kHeld].length;
  if (held > 0) bytes = Buffer.concat([this[kHeld], bytes]);
  const left = unfinished[this.encoding]?.(bytes, held) ?? 0;
  this[kHeld] = left === 0 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(bytes.length - left));
  return bytes.toString(this.encoding, 0, bytes.length - left);
};

StringDecoder.prototype.end = function (buffer) {
  const text = buffer === undefined ? "" : this.write(buffer);
  const held = this[kHeld];
  this[kHeld] = Buffer.alloc(0);
  return text + held.toString(this.encoding);
};

StringDecoder.prototype.text = function (buffer, offset) {
  this[kHeld] = Buffer.alloc(0);
  return this.write(buffer.slice(offset));
};

Object.defineProperties(StringDecoder.prototype, {
  lastChar: {
    configurable: true,
    enumerable: true,
    get() {
      const bytes = Buffer.alloc(4);
      this[kHeld].copy(bytes);
      return bytes;
    },
  },
  lastNeed: {
    configurable: true,
    enumerable: true,
    get() {
      const held = this[kHeld];
      if (held.length === 0) return 0;
      if (this.encoding === "utf8") {
        const [first] = held;
        return (first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2) - held.length;
      }
      if (this.encoding === "utf16le") return held.length >= 2 ? 4 - held.length : 2 - held.length;
      return 3 - held.length;
    },
  },
  lastTotal: {
    configurable: true,
    enumerable: true,
    get() {
      return this[kHeld].length + this.lastNeed;
    },
  },
});

module.exports = { StringDecoder };
