(require, module, exports, native) => {

// src/internal/fs-files.js
var { AbortError, codes: { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE } } = require("node:internal/errors");
var { fileError, refusalOf } = require("node:internal/fs-errors");
var { locate } = require("node:internal/fs-paths");
var { Buffer } = require("node:buffer");
var LARGE = 4 << 20;
var at = async (path, work, failed) => {
  try {
    const place = locate(path);
    return await work(place.directory, place.rest, place);
  } catch (error) {
    const refusal = refusalOf(error);
    throw refusal === void 0 ? error : failed(refusal);
  }
};
var on = (syscall, path, work, dest) => at(path, work, (refusal) => fileError(refusal, syscall, path, dest));
var reading = (path) => (refusal) => refusal.code === "EISDIR" ? fileError(refusal, "read") : fileError(refusal, "open", path);
var optionsOf = (options, defaults = {}) => {
  if (options === void 0 || options === null || typeof options === "function") return defaults;
  if (typeof options === "string") options = { encoding: options };
  else if (typeof options !== "object") throw new ERR_INVALID_ARG_TYPE("options", ["string", "Object"], options);
  const { encoding, signal } = options;
  if (encoding && encoding !== "buffer" && !Buffer.isEncoding(encoding)) {
    throw new ERR_INVALID_ARG_VALUE("encoding", encoding, "is invalid encoding");
  }
  if (signal?.aborted) throw new AbortError(void 0, { cause: signal.reason });
  return { ...defaults, ...options };
};
var FLAGS = {
  __proto__: null,
  r: "r",
  rs: "r",
  sr: "r",
  "r+": "rw",
  "rs+": "rw",
  "sr+": "rw",
  w: "wct",
  wx: "wctx",
  xw: "wctx",
  "w+": "rwct",
  "wx+": "rwctx",
  "xw+": "rwctx",
  a: "wca",
  ax: "wcax",
  xa: "wcax",
  as: "wca",
  sa: "wca",
  "a+": "rwca",
  "ax+": "rwcax",
  "xa+": "rwcax",
  "as+": "rwca",
  "sa+": "rwca"
};
var flagsOf = (flags = "r") => {
  let letters = FLAGS[flags];
  if (typeof flags === "number") {
    letters = ["r", "w", "rw"][flags & 3] ?? "r";
    for (const [bit, letter] of [[64, "c"], [128, "x"], [512, "t"], [1024, "a"]]) if (flags & bit) letters += letter;
  }
  if (letters === void 0) throw new ERR_INVALID_ARG_VALUE("flags", flags);
  const has = (letter) => letters.includes(letter);
  return { read: has("r"), write: has("w"), create: has("c"), truncate: has("t"), append: has("a"), exclusive: has("x") };
};
var viewed = (data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
var bytesOf = (data, encoding) => {
  if (typeof data === "string") return Buffer.from(data, encoding ?? "utf8");
  return ArrayBuffer.isView(data) ? viewed(data) : void 0;
};
var gathered = async (data, encoding) => {
  const bytes = bytesOf(data, encoding);
  if (bytes !== void 0) return bytes;
  if (typeof (data?.[Symbol.asyncIterator] ?? data?.[Symbol.iterator]) !== "function") {
    throw new ERR_INVALID_ARG_TYPE("data", ["string", "Buffer", "TypedArray", "DataView"], data);
  }
  const parts = [];
  for await (const part of data) parts.push(await gathered(part, encoding));
  return Buffer.concat(parts);
};
var sent = (bytes) => {
  if (bytes.length <= LARGE) return new Uint8Array(bytes);
  let at2 = 0;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(bytes.subarray(at2, at2 += LARGE)));
      if (at2 >= bytes.length) controller.close();
    }
  }, { highWaterMark: 0 });
};
var decoded = (bytes, encoding) => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return encoding && encoding !== "buffer" ? buffer.toString(encoding) : buffer;
};
module.exports = { at, bytesOf, decoded, flagsOf, gathered, on, optionsOf, reading, sent, viewed };
}
