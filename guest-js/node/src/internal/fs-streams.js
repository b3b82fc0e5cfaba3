// ReadStream and WriteStream, over the streams of directories.
"use strict";

const { codes: { ERR_OUT_OF_RANGE } } = require("node:internal/errors");
const { Refusal } = require("node:internal/fs-errors");
const { pathOf } = require("node:internal/fs-paths");
const { at, flagsOf, on, optionsOf, reading, viewed } = require("node:internal/fs-files");
const { FileHandle, handleOf, openFile } = require("node:internal/fs-handle");
const { validateInteger } = require("node:internal/validators");
const { Readable, Writable } = require("node:stream");
const { Buffer } = require("node:buffer");

const { apply } = Reflect;

/** Sets what both kinds of streams have in common. Returns the options. */
const begin = (stream, path, options) => {
  options = optionsOf(options);
  const { fd, start } = options;
  if (start !== undefined) validateInteger(start, "start", 0);
  stream.handle = fd instanceof FileHandle ? fd : typeof fd === "number" ? handleOf(fd, "open") : undefined;
  stream.path = stream.handle === undefined ? pathOf(path) : undefined;
  stream.fd = stream.handle?.fd ?? null;
  stream.start = start;
  stream.closes = options.autoClose !== false;
  return options;
};

const base = ({ highWaterMark, emitClose = true, signal, encoding, decodeStrings, autoClose = true }, more) =>
  ({ highWaterMark, emitClose, signal, encoding, decodeStrings, autoDestroy: autoClose, ...more });

/** Opens a stream, and tells of it as Node does. A stream of a directory has no descriptor. */
const opened = (stream, open, callback) => {
  open().then(() => {
    callback();
    stream.emit("open", stream.fd ?? -1);
    stream.emit("ready");
  }, callback);
};

const finished = (stream, error, callback) => {
  const done = (failure) => callback(error ?? failure);
  if (stream.handle === undefined || !stream.closes) done();
  else stream.handle.close().then(() => done(), done);
};

function ReadStream(path, options) {
  if (!(this instanceof ReadStream)) return new ReadStream(path, options);
  options = begin(this, path, options);
  const { start = 0, end = Infinity } = options;
  if (end !== Infinity) {
    validateInteger(end, "end", 0);
    if (start > end) throw new ERR_OUT_OF_RANGE("start", `<= "end" (here: ${end})`, start);
  }
  this.end = end;
  this.flags = options.flags ?? "r";
  this.mode = 0o666;
  this.bytesRead = 0;
  apply(Readable, this, [base(options, { highWaterMark: options.highWaterMark ?? 65536 })]);
}
Object.setPrototypeOf(ReadStream, Readable);
ReadStream.prototype = Object.create(Readable.prototype, { constructor: { value: ReadStream, writable: true, configurable: true } });
Object.defineProperty(ReadStream.prototype, "pending", { get() { return this.handle === undefined && this.reader === undefined; }, configurable: true });
ReadStream.prototype._construct = function (callback) {
  opened(this, async () => {
    if (this.handle !== undefined) return;
    const { path, start: offset = 0, end } = this;
    const part = end === Infinity ? { offset } : { offset, length: end - offset + 1 };
    const stream = await at(path, (directory, rest) => directory.readStream(rest, part), reading(path));
    this.reader = stream.getReader();
  }, callback);
};
ReadStream.prototype._read = function (size) {
  const next = async () => {
    if (this.handle === undefined) {
      const { done, value } = await this.reader.read();
      return done ? undefined : value;
    }
    const offset = (this.start ?? 0) + this.bytesRead;
    const length = Math.min(size, this.end - offset + 1);
    const bytes = length > 0 ? await this.handle.readAt(this.start === undefined ? null : offset, length) : [];
    return bytes.length === 0 ? undefined : bytes;
  };
  next().then((bytes) => {
    if (bytes !== undefined) this.bytesRead += bytes.length;
    this.push(bytes === undefined ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }, (error) => this.destroy(error));
};
ReadStream.prototype._destroy = function (error, callback) {
  this.reader?.cancel().catch(() => {});
  finished(this, error, callback);
};
ReadStream.prototype.close = function (callback) {
  if (typeof callback === "function") this.closed ? require("node:process").nextTick(callback) : this.once("close", callback);
  this.destroy();
};

function WriteStream(path, options) {
  if (!(this instanceof WriteStream)) return new WriteStream(path, options);
  options = begin(this, path, options);
  this.flags = options.flags ?? "w";
  this.mode = options.mode ?? 0o666;
  this.bytesWritten = 0;
  apply(Writable, this, [base(options, { decodeStrings: options.decodeStrings, encoding: undefined })]);
  if (options.encoding) this.setDefaultEncoding(options.encoding);
}
Object.setPrototypeOf(WriteStream, Writable);
WriteStream.prototype = Object.create(Writable.prototype, { constructor: { value: WriteStream, writable: true, configurable: true } });
Object.defineProperty(WriteStream.prototype, "pending", { get() { return this.handle === undefined && this.writer === undefined; }, configurable: true });
WriteStream.prototype._construct = function (callback) {
  opened(this, async () => {
    if (this.handle !== undefined) return;
    const { truncate, append, exclusive } = flagsOf(this.flags);
    // Only a whole file and its end are written in parts without a copy of it here.
    if (exclusive || this.start !== undefined || truncate === append) this.handle = await openFile(this.path, this.flags);
    else {
      const stream = await on("open", this.path, (directory, rest) => directory.writeStream(rest, { append }));
      this.writer = stream.getWriter();
    }
  }, callback);
};
WriteStream.prototype._write = function (chunk, encoding, callback) {
  const bytes = typeof chunk === "string" ? Buffer.from(chunk, encoding) : viewed(chunk);
  const position = this.start === undefined ? null : this.start + this.bytesWritten;
  const written = this.handle === undefined
    ? on("write", this.path, () => this.writer.write(new Uint8Array(bytes)))
    : this.handle.write(bytes, 0, bytes.length, position);
  written.then(() => {
    this.bytesWritten += bytes.length;
    callback();
  }, callback);
};
WriteStream.prototype._final = function (callback) {
  if (this.writer === undefined) return callback();
  // The file takes its place now.
  on("close", this.path, () => this.writer.close()).then(() => {
    this.writer = undefined;
    callback();
  }, callback);
};
WriteStream.prototype._destroy = function (error, callback) {
  this.writer?.abort(error ?? new Refusal("ECANCELED")).catch(() => {});
  finished(this, error, callback);
};
WriteStream.prototype.close = function (callback) {
  if (typeof callback === "function") this.closed ? require("node:process").nextTick(callback) : this.once("close", callback);
  this.end();
};
WriteStream.prototype.destroySoon = WriteStream.prototype.end;

module.exports = { ReadStream, WriteStream };
