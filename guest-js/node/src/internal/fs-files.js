// The arguments and the errors of the functions of `node:fs`, which they have in common.
"use strict";

const { AbortError, codes: { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE } } = require("node:internal/errors");
const { fileError, refusalOf } = require("node:internal/fs-errors");
const { locate } = require("node:internal/fs-paths");
const { Buffer } = require("node:buffer");

/** The size from which on data crosses to the host as a stream. */
const LARGE = 4 << 20;

/** Runs an operation on the directory that a path leads to. `failed` makes the error of a refusal. */
const at = async (path, work, failed) => {
  try {
    const place = locate(path);
    return await work(place.directory, place.rest, place);
  } catch (error) {
    const refusal = refusalOf(error);
    throw refusal === undefined ? error : failed(refusal);
  }
};
const on = (syscall, path, work, dest) => at(path, work, (refusal) => fileError(refusal, syscall, path, dest));

/** Makes the errors of reading a file. Node finds out that it is a directory after it was opened. */
const reading = (path) => (refusal) => (refusal.code === "EISDIR" ? fileError(refusal, "read") : fileError(refusal, "open", path));

/** Returns options, which may be an encoding alone. */
const optionsOf = (options, defaults = {}) => {
  if (options === undefined || options === null || typeof options === "function") return defaults;
  if (typeof options === "string") options = { encoding: options };
  else if (typeof options !== "object") throw new ERR_INVALID_ARG_TYPE("options", ["string", "Object"], options);
  const { encoding, signal } = options;
  if (encoding && encoding !== "buffer" && !Buffer.isEncoding(encoding)) {
    throw new ERR_INVALID_ARG_VALUE("encoding", encoding, "is invalid encoding");
  }
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
  return { ...defaults, ...options };
};

const FLAGS = {
  __proto__: null,
  r: "r", rs: "r", sr: "r", "r+": "rw", "rs+": "rw", "sr+": "rw",
  w: "wct", wx: "wctx", xw: "wctx", "w+": "rwct", "wx+": "rwctx", "xw+": "rwctx",
  a: "wca", ax: "wcax", xa: "wcax", as: "wca", sa: "wca", "a+": "rwca", "ax+": "rwcax", "xa+": "rwcax", "as+": "rwca", "sa+": "rwca",
};

/** Returns what flags ask for: to read, write, create, truncate, append, and to fail if the file exists. */
const flagsOf = (flags = "r") => {
  let letters = FLAGS[flags];
  if (typeof flags === "number") {
    letters = ["r", "w", "rw"][flags & 3] ?? "r";
    for (const [bit, letter] of [[0o100, "c"], [0o200, "x"], [0o1000, "t"], [0o2000, "a"]]) if (flags & bit) letters += letter;
  }
  if (letters === undefined) throw new ERR_INVALID_ARG_VALUE("flags", flags);
  const has = (letter) => letters.includes(letter);
  return { read: has("r"), write: has("w"), create: has("c"), truncate: has("t"), append: has("a"), exclusive: has("x") };
};

const viewed = (data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Returns data that is there as bytes, or undefined if it is of another kind. */
const bytesOf = (data, encoding) => {
  if (typeof data === "string") return Buffer.from(data, encoding ?? "utf8");
  return ArrayBuffer.isView(data) ? viewed(data) : undefined;
};

/** Returns data to write as bytes, after all of a stream or an iterable has arrived. */
const gathered = async (data, encoding) => {
  const bytes = bytesOf(data, encoding);
  if (bytes !== undefined) return bytes;
  if (typeof (data?.[Symbol.asyncIterator] ?? data?.[Symbol.iterator]) !== "function") {
    throw new ERR_INVALID_ARG_TYPE("data", ["string", "Buffer", "TypedArray", "DataView"], data);
  }
  const parts = [];
  for await (const part of data) parts.push(await gathered(part, encoding));
  return Buffer.concat(parts);
};

/** Returns bytes in the form in which they cross: alone in their buffer, and in parts if they are many. */
const sent = (bytes) => {
  if (bytes.length <= LARGE) return new Uint8Array(bytes);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(bytes.subarray(at, at += LARGE)));
      if (at >= bytes.length) controller.close();
    },
  }, { highWaterMark: 0 });
};

/** Returns bytes as a Buffer, or as text. */
const decoded = (bytes, encoding) => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return encoding && encoding !== "buffer" ? buffer.toString(encoding) : buffer;
};

module.exports = { at, bytesOf, decoded, flagsOf, gathered, on, optionsOf, reading, sent, viewed };
