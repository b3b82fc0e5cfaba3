(require, module, exports, native) => {

// src/internal/fs-streams.js
var { codes: { ERR_OUT_OF_RANGE } } = require("node:internal/errors");
var { Refusal } = require("node:internal/fs-errors");
var { pathOf } = require("node:internal/fs-paths");
var { at, flagsOf, on, optionsOf, reading, viewed } = require("node:internal/fs-files");
var { FileHandle, handleOf, openFile } = require("node:internal/fs-handle");
var { validateInteger } = require("node:internal/validators");
var { Readable, Writable } = require("node:stream");
var { Buffer } = require("node:buffer");
var { apply } = Reflect;
var begin = (stream, path, options) => {
  options = optionsOf(options);
  const { fd, start } = options;
  if (start !== void 0) validateInteger(start, "start", 0);
  stream.handle = fd instanceof FileHandle ? fd : typeof fd === "number" ? handleOf(fd, "open") : void 0;
  stream.path = stream.handle === void 0 ? pathOf(path) : void 0;
  stream.fd = stream.handle?.fd ?? null;
  stream.start = start;
  stream.closes = options.autoClose !== false;
  return options;
};
var base = ({ highWaterMark, emitClose = true, signal, encoding, decodeStrings, autoClose = true }, more) => ({ highWaterMark, emitClose, signal, encoding, decodeStrings, autoDestroy: autoClose, ...more });
var opened = (stream, open, callback) => {
  open().then(() => {
    callback();
    stream.emit("open", stream.fd ?? -1);
    stream.emit("ready");
  }, callback);
};
var finished = (stream, error, callback) => {
  const done = (failure) => callback(error ?? failure);
  if (stream.handle === void 0 || !stream.closes) done();
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
  this.mode = 438;
  this.bytesRead = 0;
  apply(Readable, this, [base(options, { highWaterMark: options.highWaterMark ?? 65536 })]);
}
Object.setPrototypeOf(ReadStream, Readable);
ReadStream.prototype = Object.create(Readable.prototype, { constructor: { value: ReadStream, writable: true, configurable: true } });
Object.defineProperty(ReadStream.prototype, "pending", { get() {
  return this.handle === void 0 && this.reader === void 0;
}, configurable: true });
ReadStream.prototype._construct = function(callback) {
  opened(this, async () => {
    if (this.handle !== void 0) return;
    const { path, start: offset = 0, end } = this;
    const part = end === Infinity ? { offset } : { offset, length: end - offset + 1 };
    const stream = await at(path, (directory, rest) => directory.readStream(rest, part), reading(path));
    this.reader = stream.getReader();
  }, callback);
};
ReadStream.prototype._read = function(size) {
  const next = async () => {
    if (this.handle === void 0) {
      const { done, value } = await this.reader.read();
      return done ? void 0 : value;
    }
    const offset = (this.start ?? 0) + this.bytesRead;
    const length = Math.min(size, this.end - offset + 1);
    const bytes = length > 0 ? await this.handle.readAt(this.start === void 0 ? null : offset, length) : [];
    return bytes.length === 0 ? void 0 : bytes;
  };
  next().then((bytes) => {
    if (bytes !== void 0) this.bytesRead += bytes.length;
    this.push(bytes === void 0 ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }, (error) => this.destroy(error));
};
ReadStream.prototype._destroy = function(error, callback) {
  this.reader?.cancel().catch(() => {
  });
  finished(this, error, callback);
};
ReadStream.prototype.close = function(callback) {
  if (typeof callback === "function") this.closed ? require("node:process").nextTick(callback) : this.once("close", callback);
  this.destroy();
};
function WriteStream(path, options) {
  if (!(this instanceof WriteStream)) return new WriteStream(path, options);
  options = begin(this, path, options);
  this.flags = options.flags ?? "w";
  this.mode = options.mode ?? 438;
  this.bytesWritten = 0;
  apply(Writable, this, [base(options, { decodeStrings: options.decodeStrings, encoding: void 0 })]);
  if (options.encoding) this.setDefaultEncoding(options.encoding);
}
Object.setPrototypeOf(WriteStream, Writable);
WriteStream.prototype = Object.create(Writable.prototype, { constructor: { value: WriteStream, writable: true, configurable: true } });
Object.defineProperty(WriteStream.prototype, "pending", { get() {
  return this.handle === void 0 && this.writer === void 0;
}, configurable: true });
WriteStream.prototype._construct = function(callback) {
  opened(this, async () => {
    if (this.handle !== void 0) return;
    const { truncate, append, exclusive } = flagsOf(this.flags);
    if (exclusive || this.start !== void 0 || truncate === append) this.handle = await openFile(this.path, this.flags);
    else {
      const stream = await on("open", this.path, (directory, rest) => directory.writeStream(rest, { append }));
      this.writer = stream.getWriter();
    }
  }, callback);
};
WriteStream.prototype._write = function(chunk, encoding, callback) {
  const bytes = typeof chunk === "string" ? Buffer.from(chunk, encoding) : viewed(chunk);
  const position = this.start === void 0 ? null : this.start + this.bytesWritten;
  const written = this.handle === void 0 ? on("write", this.path, () => this.writer.write(new Uint8Array(bytes))) : this.handle.write(bytes, 0, bytes.length, position);
  written.then(() => {
    this.bytesWritten += bytes.length;
    callback();
  }, callback);
};
WriteStream.prototype._final = function(callback) {
  if (this.writer === void 0) return callback();
  on("close", this.path, () => this.writer.close()).then(() => {
    this.writer = void 0;
    callback();
  }, callback);
};
WriteStream.prototype._destroy = function(error, callback) {
  this.writer?.abort(error ?? new Refusal("ECANCELED")).catch(() => {
  });
  finished(this, error, callback);
};
WriteStream.prototype.close = function(callback) {
  if (typeof callback === "function") this.closed ? require("node:process").nextTick(callback) : this.once("close", callback);
  this.end();
};
WriteStream.prototype.destroySoon = WriteStream.prototype.end;
module.exports = { ReadStream, WriteStream };
}
