// zlib: streams over the native codecs, and the functions that take a whole buffer.
"use strict";

const { Buffer, kMaxLength } = require("node:buffer");
const { Transform, finished } = require("node:stream");
const { codes, unsupported } = require("node:internal/errors");
const { validateFunction, validateUint32 } = require("node:internal/validators");
const { isAnyArrayBuffer, isArrayBufferView } = require("node:util/types");
const { ERR_BROTLI_INVALID_PARAM, ERR_BUFFER_TOO_LARGE, ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE, ERR_TRAILING_JUNK_AFTER_STREAM_END } = codes;
const nextTick = (...args) => require("node:process").nextTick(...args);

const constants = {
  Z_NO_FLUSH: 0, Z_PARTIAL_FLUSH: 1, Z_SYNC_FLUSH: 2, Z_FULL_FLUSH: 3, Z_FINISH: 4, Z_BLOCK: 5, Z_OK: 0, Z_STREAM_END: 1,
  Z_NEED_DICT: 2, Z_ERRNO: -1, Z_STREAM_ERROR: -2, Z_DATA_ERROR: -3, Z_MEM_ERROR: -4, Z_BUF_ERROR: -5, Z_VERSION_ERROR: -6,
  Z_NO_COMPRESSION: 0, Z_BEST_SPEED: 1, Z_BEST_COMPRESSION: 9, Z_DEFAULT_COMPRESSION: -1, Z_FILTERED: 1, Z_HUFFMAN_ONLY: 2,
  Z_RLE: 3, Z_FIXED: 4, Z_DEFAULT_STRATEGY: 0, ZLIB_VERNUM: 4880, DEFLATE: 1, INFLATE: 2, GZIP: 3, GUNZIP: 4, DEFLATERAW: 5,
  INFLATERAW: 6, UNZIP: 7, BROTLI_DECODE: 8, BROTLI_ENCODE: 9, ZSTD_COMPRESS: 10, ZSTD_DECOMPRESS: 11, Z_MIN_WINDOWBITS: 8,
  Z_MAX_WINDOWBITS: 15, Z_DEFAULT_WINDOWBITS: 15, Z_MIN_CHUNK: 64, Z_MAX_CHUNK: Infinity, Z_DEFAULT_CHUNK: 16384,
  Z_MIN_MEMLEVEL: 1, Z_MAX_MEMLEVEL: 9, Z_DEFAULT_MEMLEVEL: 8, Z_MIN_LEVEL: -1, Z_MAX_LEVEL: 9, Z_DEFAULT_LEVEL: -1,
  BROTLI_OPERATION_PROCESS: 0, BROTLI_OPERATION_FLUSH: 1, BROTLI_OPERATION_FINISH: 2, BROTLI_OPERATION_EMIT_METADATA: 3,
  BROTLI_PARAM_MODE: 0, BROTLI_MODE_GENERIC: 0, BROTLI_MODE_TEXT: 1, BROTLI_MODE_FONT: 2, BROTLI_DEFAULT_MODE: 0,
  BROTLI_PARAM_QUALITY: 1, BROTLI_MIN_QUALITY: 0, BROTLI_MAX_QUALITY: 11, BROTLI_DEFAULT_QUALITY: 11, BROTLI_PARAM_LGWIN: 2,
  BROTLI_MIN_WINDOW_BITS: 10, BROTLI_MAX_WINDOW_BITS: 24, BROTLI_LARGE_MAX_WINDOW_BITS: 30, BROTLI_DEFAULT_WINDOW: 22,
  BROTLI_PARAM_LGBLOCK: 3, BROTLI_MIN_INPUT_BLOCK_BITS: 16, BROTLI_MAX_INPUT_BLOCK_BITS: 24,
  BROTLI_PARAM_DISABLE_LITERAL_CONTEXT_MODELING: 4, BROTLI_PARAM_SIZE_HINT: 5, BROTLI_PARAM_LARGE_WINDOW: 6,
  BROTLI_PARAM_NPOSTFIX: 7, BROTLI_PARAM_NDIRECT: 8, BROTLI_DECODER_PARAM_DISABLE_RING_BUFFER_REALLOCATION: 0,
  BROTLI_DECODER_PARAM_LARGE_WINDOW: 1,
};
const zlibCodes = {};
for (const name of ["Z_OK", "Z_STREAM_END", "Z_NEED_DICT", "Z_ERRNO", "Z_STREAM_ERROR", "Z_DATA_ERROR", "Z_MEM_ERROR", "Z_BUF_ERROR", "Z_VERSION_ERROR"]) {
  zlibCodes[name] = constants[name];
  zlibCodes[constants[name]] = name;
}

const ENDED = 1, STUCK = 2, INVALID = 3, NEEDS_DICTIONARY = 4;
const kFlush = Symbol("flush");

const rangeOf = (value, name, low, high, fallback) => {
  if (value === undefined || Number.isNaN(value)) return fallback;
  if (typeof value !== "number") throw new ERR_INVALID_ARG_TYPE(name, "number", value);
  if (!Number.isFinite(value)) throw new ERR_OUT_OF_RANGE(name, "a finite number", value);
  if (value < low || value > high) {
    throw new ERR_OUT_OF_RANGE(name, high === Infinity ? `>= ${low}` : `>= ${low} and <= ${high}`, value);
  }
  return value;
};

const errorOf = (message, code, errno) => Object.assign(new Error(message), { errno, code });
const bytesOf = (data) => (isAnyArrayBuffer(data) ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength));


function ZlibBase(options, { flush, finishFlush, fullFlush, min, max }) {
  const chunkSize = rangeOf(options?.chunkSize, "options.chunkSize", constants.Z_MIN_CHUNK, Infinity, constants.Z_DEFAULT_CHUNK);
  this._chunkSize = chunkSize;
  this._flushFlag = rangeOf(options?.flush, "options.flush", min, max, flush);
  this._finishFlushFlag = rangeOf(options?.finishFlush, "options.finishFlush", min, max, finishFlush);
  this._defaultFullFlushFlag = fullFlush;
  this._maxOutputLength = rangeOf(options?.maxOutputLength, "options.maxOutputLength", 1, kMaxLength, kMaxLength);
  this._info = options?.info;
  this._rejectGarbageAfterEnd = options?.rejectGarbageAfterEnd === true;
  this.bytesWritten = 0;
  this._closed = false;
  this._isPast = false;
  this._resume = undefined;
  Transform.call(this, { autoDestroy: true, ...options, objectMode: false, readableObjectMode: false, writableObjectMode: false,
    encoding: options?.encoding, highWaterMark: options?.highWaterMark });
}
Object.setPrototypeOf(ZlibBase.prototype, Transform.prototype);
Object.setPrototypeOf(ZlibBase, Transform);
Object.defineProperty(ZlibBase.prototype, "_closed", { writable: true, value: false });
Object.defineProperty(ZlibBase.prototype, "bytesRead", {
  configurable: true, enumerable: true, get() { return this.bytesWritten; }, set(value) { this.bytesWritten = value; },
});

/** Feeds a chunk to the codec, piece by piece, and yields what comes out. */
ZlibBase.prototype._outputs = function* (bytes, flush) {
  let at = 0;
  for (;;) {
    if (this._ended) {
      if (at >= bytes.length) return;
      if (this._rejectGarbageAfterEnd) throw new ERR_TRAILING_JUNK_AFTER_STREAM_END();
      // Another member of a gzip file.
      if (!this._restarts || bytes[at] !== 0x1F || (bytes.length - at > 1 && bytes[at + 1] !== 0x8B)) {
        this._isPast = true;
        return;
      }
      this._reset();
    }
    const [read, output, outcome] = this._handle.step(bytes, at, bytes.length, this._chunkSize, flush);
    at += read;
    this.bytesWritten += read;
    if (output.byteLength > 0) yield Buffer.from(output);
    // The consumer of the output has closed the codec.
    if (this._handle === null) return;
    if (outcome === ENDED) {
      this._ended = true;
      continue;
    }
    if (outcome === NEEDS_DICTIONARY) {
      if (this._dictionary === undefined) throw errorOf("Missing dictionary", "Z_NEED_DICT", constants.Z_NEED_DICT);
      if (!this._handle.setDictionary(this._dictionary)) throw errorOf("Bad dictionary", "Z_DATA_ERROR", constants.Z_DATA_ERROR);
      continue;
    }
    if (outcome === INVALID) throw this._invalid(bytes);
    const isStuck = read === 0 && output.byteLength === 0;
    if (isStuck || (at >= bytes.length && output.byteLength < this._chunkSize)) {
      if (this._mustEnd(flush)) throw errorOf("unexpected end of file", "Z_BUF_ERROR", constants.Z_BUF_ERROR);
      return;
    }
  }
};
ZlibBase.prototype._transform = function (chunk, encoding, callback) {
  let flush = this._flushFlag;
  if (typeof chunk[kFlush] === "number") flush = chunk[kFlush];
  else {
    const state = this._writableState;
    if ((state.ending || state.ended) && state.length === chunk.byteLength) flush = Math.max(flush, this._finishFlushFlag);
  }
  this._run(bytesOf(chunk), flush, callback);
};
ZlibBase.prototype._run = function (bytes, flush, callback) {
  if (this._handle === null || this._isPast) {
    nextTick(callback);
    return;
  }
  const outputs = this._outputs(bytes, flush);
  const go = () => {
    try {
      for (;;) {
        if (this._handle === null) return;
        const { done, value } = outputs.next();
        if (done) break;
        // Goes on when the reader wants more.
        if (!this.push(value)) {
          this._resume = go;
          return;
        }
      }
    } catch (error) {
      callback(error);
      return;
    }
    // Bytes after the end of the compressed data are ignored.
    if (this._isPast) this.push(null);
    callback();
  };
  go();
};
ZlibBase.prototype._read = function (size) {
  const go = this._resume;
  if (go === undefined) {
    Reflect.apply(Transform.prototype._read, this, [size]);
    return;
  }
  this._resume = undefined;
  go();
};
/** Runs a chunk at once and returns the output, or hands it to the stream and calls back. */
ZlibBase.prototype._processChunk = function (chunk, flush, callback) {
  if (typeof callback === "function") {
    this._run(bytesOf(chunk), flush, callback);
    return undefined;
  }
  const pieces = [...this._outputs(bytesOf(chunk), flush)];
  this._handle = null;
  return Buffer.concat(pieces);
};
ZlibBase.prototype._flush = function (callback) {
  this._transform(Buffer.alloc(0), "", callback);
};
ZlibBase.prototype._final = function (callback) {
  callback();
};
ZlibBase.prototype.flush = function (kind, callback) {
  if (typeof kind === "function" || (kind === undefined && !callback)) [callback, kind] = [kind, this._defaultFullFlushFlag];
  if (this.writableFinished) {
    if (callback) nextTick(callback);
  } else if (this.writableEnded) {
    if (callback) this.once("end", callback);
  } else {
    const marker = Buffer.alloc(0);
    marker[kFlush] = kind;
    this.write(marker, "", callback);
  }
};
ZlibBase.prototype.close = function (callback) {
  if (callback) finished(this, callback);
  this.destroy();
};
ZlibBase.prototype._destroy = function (error, callback) {
  this._closed = true;
  this._handle = null;
  callback(error);
};
ZlibBase.prototype.reset = function () {
  if (this._handle === null) throw new codes.ERR_INTERNAL_ASSERTION("zlib binding closed");
  this._reset();
};

/** A stream of the zlib formats. */
function Zlib(options, kind, compresses) {
  const windowBits = options?.windowBits === 0 && !compresses ? 15
    : rangeOf(options?.windowBits, "options.windowBits", kind === "gzip" ? 9 : 8, 15, 15);
  this._level = rangeOf(options?.level, "options.level", -1, 9, -1);
  rangeOf(options?.memLevel, "options.memLevel", 1, 9, 8);
  this._strategy = rangeOf(options?.strategy, "options.strategy", 0, 4, 0);
  let dictionary = options?.dictionary;
  if (dictionary !== undefined) {
    if (!isArrayBufferView(dictionary) && !isAnyArrayBuffer(dictionary)) {
      throw new ERR_INVALID_ARG_TYPE("options.dictionary", ["Buffer", "TypedArray", "DataView", "ArrayBuffer"], dictionary);
    }
    dictionary = bytesOf(dictionary);
  }
  ZlibBase.call(this, options, {
    flush: constants.Z_NO_FLUSH, finishFlush: constants.Z_FINISH, fullFlush: constants.Z_FULL_FLUSH, min: 0, max: 5,
  });
  this._dictionary = dictionary;
  this._windowBits = windowBits;
  this._kind = kind;
  this._compresses = compresses;
  this._restarts = kind === "gunzip" || kind === "unzip";
  this._reset();
}
Object.setPrototypeOf(Zlib.prototype, ZlibBase.prototype);
Object.setPrototypeOf(Zlib, ZlibBase);
Zlib.prototype._reset = function () {
  this._ended = false;
  if (this._kind === "unzip") {
    this._handle = { step: (...args) => this._detect(...args), setDictionary: () => false };
    return;
  }
  this._handle = native.codec(this._kind, this._level < 0 ? 6 : this._level, this._windowBits);
  if (this._dictionary !== undefined && (this._compresses || this._kind === "inflate-raw")) {
    if (!this._handle.setDictionary(this._dictionary) && this._kind !== "gzip") {
      throw errorOf("Failed to set dictionary", "Z_STREAM_ERROR", constants.Z_STREAM_ERROR);
    }
  }
};
/** Chooses between gzip and zlib by the first bytes. */
Zlib.prototype._detect = function (bytes, start, end, ...rest) {
  if (start >= end) return [0, new ArrayBuffer(0), STUCK];
  const kind = bytes[start] === 0x1F && (end - start < 2 || bytes[start + 1] === 0x8B) ? "gunzip" : "inflate";
  this._handle = native.codec(kind, 6, this._windowBits);
  this._restarts = kind === "gunzip";
  return this._handle.step(bytes, start, end, ...rest);
};
Zlib.prototype._mustEnd = function (flush) {
  return !this._compresses && flush === constants.Z_FINISH && !this._ended;
};
Zlib.prototype._invalid = function (bytes) {
  const first = this.bytesWritten === 0 && !this._compresses;
  let message = "invalid stored block lengths";
  if (first && this._kind !== "inflate-raw") message = "incorrect header check";
  else if (this._kind === "gunzip" || this._kind === "inflate") message = "incorrect data check";
  if (first && this._kind === "inflate" && bytes.length > 1 && (bytes[0] * 256 + bytes[1]) % 31 === 0 && (bytes[0] & 15) !== 8) message = "unknown compression method";
  return errorOf(message, "Z_DATA_ERROR", constants.Z_DATA_ERROR);
};
Zlib.prototype.params = function (level, strategy, callback) {
  if (level === undefined) throw new ERR_INVALID_ARG_TYPE("level", "number", level);
  rangeOf(level, "level", -1, 9);
  if (strategy === undefined) throw new ERR_INVALID_ARG_TYPE("strategy", "number", strategy);
  rangeOf(strategy, "strategy", 0, 4);
  if (this._level === level && this._strategy === strategy) {
    nextTick(callback);
    return;
  }
  this.flush(constants.Z_SYNC_FLUSH, () => {
    if (this._handle === null) return;
    this._handle.setLevel(level < 0 ? 6 : level);
    this._level = level;
    this._strategy = strategy;
    if (callback) callback();
  });
};

function Brotli(options, compresses) {
  const parameters = [];
  if (options?.params) {
    for (const key of Object.keys(options.params)) {
      const number = +key;
      if (Number.isNaN(number) || number < 0 || number > 9) throw new ERR_BROTLI_INVALID_PARAM(key);
      const value = options.params[key];
      if (typeof value !== "number" && typeof value !== "boolean") {
        throw new ERR_INVALID_ARG_TYPE("options.params[key]", "number", value);
      }
      parameters.push([number, +value]);
    }
  }
  ZlibBase.call(this, options, {
    flush: constants.BROTLI_OPERATION_PROCESS, finishFlush: constants.BROTLI_OPERATION_FINISH,
    fullFlush: constants.BROTLI_OPERATION_FLUSH, min: 0, max: 3,
  });
  this._parameters = parameters;
  this._compresses = compresses;
  this._reset();
}
Object.setPrototypeOf(Brotli.prototype, ZlibBase.prototype);
Object.setPrototypeOf(Brotli, ZlibBase);
Brotli.prototype._reset = function () {
  this._ended = false;
  this._handle = this._compresses ? native.brotli(this._parameters) : native.codec("brotli-decompress", 0, 15);
};
Brotli.prototype._mustEnd = function (flush) {
  return !this._compresses && flush === constants.BROTLI_OPERATION_FINISH && !this._ended;
};
Brotli.prototype._invalid = function () {
  return errorOf("Decompression failed", "ERR__ERROR_FORMAT_PADDING_1", -2);
};

const classes = {};
const define = (name, Base, ...args) => {
  const Class = ({
    [name]: function (options) {
      if (!(this instanceof Class)) return new Class(options);
      Reflect.apply(Base, this, [options, ...args]);
    },
  })[name];
  Object.setPrototypeOf(Class.prototype, Base.prototype);
  Object.setPrototypeOf(Class, Base);
  classes[name] = Class;
};
define("Deflate", Zlib, "deflate", true);
define("Inflate", Zlib, "inflate", false);
define("Gzip", Zlib, "gzip", true);
define("Gunzip", Zlib, "gunzip", false);
define("DeflateRaw", Zlib, "deflate-raw", true);
define("InflateRaw", Zlib, "inflate-raw", false);
define("Unzip", Zlib, "unzip", false);
define("BrotliCompress", Brotli, true);
define("BrotliDecompress", Brotli, false);

const wholeOf = (buffer) => {
  if (typeof buffer === "string") return Buffer.from(buffer);
  if (!isArrayBufferView(buffer) && !isAnyArrayBuffer(buffer)) {
    throw new ERR_INVALID_ARG_TYPE("buffer", ["string", "Buffer", "TypedArray", "DataView", "ArrayBuffer"], buffer);
  }
  return bytesOf(buffer);
};
const runWhole = (engine, buffer) => {
  const pieces = [];
  let total = 0;
  for (const output of engine._outputs(wholeOf(buffer), engine._finishFlushFlag)) {
    total += output.length;
    if (total > engine._maxOutputLength) throw new ERR_BUFFER_TOO_LARGE(engine._maxOutputLength);
    pieces.push(output);
  }
  engine._closed = true;
  const result = Buffer.concat(pieces, total);
  return engine._info ? { buffer: result, engine } : result;
};

const exported = module.exports = { ...classes, constants, codes: zlibCodes };
for (const [name, Class] of [
  ["deflate", "Deflate"], ["inflate", "Inflate"], ["gzip", "Gzip"], ["gunzip", "Gunzip"], ["deflateRaw", "DeflateRaw"],
  ["inflateRaw", "InflateRaw"], ["unzip", "Unzip"], ["brotliCompress", "BrotliCompress"], ["brotliDecompress", "BrotliDecompress"],
]) {
  exported[`${name}Sync`] = (buffer, options) => runWhole(new classes[Class](options), buffer);
  exported[name] = (buffer, options, callback) => {
    if (typeof options === "function") [callback, options] = [options, {}];
    validateFunction(callback, "callback");
    const engine = new classes[Class](options);
    const whole = wholeOf(buffer);
    nextTick(() => {
      let result;
      try {
        result = runWhole(engine, whole);
      } catch (error) {
        callback(error);
        return;
      }
      callback(null, result);
    });
  };
  exported[`create${Class}`] = (options) => new classes[Class](options);
}
for (const name of ["zstdCompress", "zstdCompressSync", "zstdDecompress", "zstdDecompressSync", "createZstdCompress", "createZstdDecompress",
  "ZstdCompress", "ZstdDecompress"]) {
  exported[name] = ({ [name]: function () { throw unsupported(`zlib.${name}`); } })[name];
}
exported.crc32 = (data, value = 0) => {
  if (typeof data !== "string" && !isArrayBufferView(data)) {
    throw new ERR_INVALID_ARG_TYPE("data", ["Buffer", "TypedArray", "DataView", "string"], data);
  }
  validateUint32(value, "value");
  return native.crc32(typeof data === "string" ? Buffer.from(data) : bytesOf(data), value);
};
for (const name of ["constants", "codes"]) {
  Object.defineProperty(exported, name, { enumerable: true, value: Object.freeze(exported[name]), writable: false, configurable: false });
}
