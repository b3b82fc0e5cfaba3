(require, module, exports, native) => {

// src/string_decoder.js
var { Buffer } = require("node:buffer");
var { codes: { ERR_INVALID_ARG_TYPE, ERR_INVALID_THIS, ERR_UNKNOWN_ENCODING } } = require("node:internal/errors");
var NAMES = {
  __proto__: null,
  "utf8": "utf8",
  "utf-8": "utf8",
  "ucs2": "utf16le",
  "ucs-2": "utf16le",
  "utf16le": "utf16le",
  "utf-16le": "utf16le",
  "latin1": "latin1",
  "binary": "latin1",
  "ascii": "ascii",
  "base64": "base64",
  "base64url": "base64url",
  "hex": "hex"
};
var kHeld = /* @__PURE__ */ Symbol("held");
var unfinishedUtf8 = (bytes) => {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back];
    if ((byte & 192) === 128) continue;
    const needed = byte >> 5 === 6 ? 2 : byte >> 4 === 14 ? 3 : byte >> 3 === 30 ? 4 : 1;
    if (needed <= back) return 0;
    return back;
  }
  return 0;
};
var unfinished = {
  utf8: unfinishedUtf8,
  utf16le(bytes, held) {
    if (bytes.length % 2 === 1) return held === 2 && bytes.length === 3 ? 3 : 1;
    const last = bytes[bytes.length - 1];
    return last >= 216 && last <= 219 ? 2 : 0;
  },
  base64: (bytes) => bytes.length % 3,
  base64url: (bytes) => bytes.length % 3
};
function StringDecoder(encoding) {
  const name = encoding === void 0 || encoding === null || encoding === "" ? "utf8" : NAMES[`${encoding}`.toLowerCase()];
  if (name === void 0) throw new ERR_UNKNOWN_ENCODING(encoding);
  this.encoding = name;
  this[kHeld] = Buffer.alloc(0);
}
StringDecoder.prototype.write = function(buffer) {
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
StringDecoder.prototype.end = function(buffer) {
  const text = buffer === void 0 ? "" : this.write(buffer);
  const held = this[kHeld];
  this[kHeld] = Buffer.alloc(0);
  return text + held.toString(this.encoding);
};
StringDecoder.prototype.text = function(buffer, offset) {
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
    }
  },
  lastNeed: {
    configurable: true,
    enumerable: true,
    get() {
      const held = this[kHeld];
      if (held.length === 0) return 0;
      if (this.encoding === "utf8") {
        const [first] = held;
        return (first >= 240 ? 4 : first >= 224 ? 3 : 2) - held.length;
      }
      if (this.encoding === "utf16le") return held.length >= 2 ? 4 - held.length : 2 - held.length;
      return 3 - held.length;
    }
  },
  lastTotal: {
    configurable: true,
    enumerable: true,
    get() {
      return this[kHeld].length + this.lastNeed;
    }
  }
});
module.exports = { StringDecoder };
}
