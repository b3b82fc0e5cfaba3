// FileHandle: an open file, which is a path and a position. A directory of the host has no open files.
"use strict";

const EventEmitter = require("node:events");
const { codes: { ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE } } = require("node:internal/errors");
const { Refusal, fileError, refusalOf } = require("node:internal/fs-errors");
const { at, bytesOf, decoded, flagsOf, gathered, on, optionsOf, reading, sent, viewed } = require("node:internal/fs-files");
const { statsOf } = require("node:internal/fs-entries");
const { Buffer } = require("node:buffer");

/** The open files by descriptor. Those of the standard streams are no files. */
const open = new Map();
let next = 3;

class FileHandle extends EventEmitter {
  #path;
  #flags;
  #fd = next++;
  #position = 0;
  #last = Promise.resolve();

  constructor(path, flags) {
    super();
    this.#path = path;
    this.#flags = flags;
    open.set(this.#fd, this);
  }

  get fd() {
    return this.#fd;
  }

  /** The path and the flags, for the functions of this folder. */
  get opened() {
    return { path: this.#path, ...this.#flags };
  }

  /** Runs an operation after those before it. */
  #do(syscall, work) {
    if (this.#fd < 0) return Promise.reject(Object.assign(new Error("file closed"), { code: "EBADF", syscall }));
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Runs an operation on the file. A descriptor has no path that errors could tell. */
  #on(syscall, work) {
    return at(this.#path, work, (refusal) => fileError(refusal, syscall));
  }

  #check(syscall, allowed) {
    if (!allowed) throw fileError(new Refusal("EBADF"), syscall);
  }

  read(buffer, offset, length, position) {
    if (buffer === undefined || (buffer !== null && typeof buffer === "object" && !ArrayBuffer.isView(buffer))) {
      ({ buffer = Buffer.alloc(16384), offset, length, position } = buffer ?? {});
    } else if (offset !== null && typeof offset === "object") ({ offset, length, position } = offset);
    if (!ArrayBuffer.isView(buffer)) throw new ERR_INVALID_ARG_TYPE("buffer", ["Buffer", "TypedArray", "DataView"], buffer);
    const target = viewed(buffer).subarray(offset ?? 0);
    if (length > target.length) throw new ERR_OUT_OF_RANGE("length", `<= ${target.length}`, length);
    return this.#do("read", async () => {
      const bytes = await this.readAt(position, length ?? target.length);
      target.set(bytes);
      return { bytesRead: bytes.length, buffer };
    });
  }

  /** Returns bytes from a position on, or from where the last read ended. */
  async readAt(position, length) {
    this.#check("read", this.#flags.read);
    if (length === 0) return new Uint8Array(0);
    return this.advance(position, (offset) => this.#on("read", (directory, rest) => directory.readBytes(rest, { offset, length })));
  }

  /** Returns what `read` returns for a position, or for the one where the last read ended. */
  advance(position, read) {
    const given = typeof position === "bigint" ? Number(position) : position;
    if (typeof given === "number" && given >= 0) return read(given);
    const ended = (bytes) => {
      this.#position += bytes.length;
      return bytes;
    };
    const bytes = read(this.#position);
    return bytes instanceof Promise ? bytes.then(ended) : ended(bytes);
  }

  write(data, offset, length, position) {
    let bytes;
    if (typeof data === "string") {
      [position, bytes] = [offset, bytesOf(data, length)];
    } else {
      if (!ArrayBuffer.isView(data)) throw new ERR_INVALID_ARG_TYPE("buffer", ["string", "Buffer", "TypedArray", "DataView"], data);
      if (offset !== null && typeof offset === "object") ({ offset, length, position } = offset);
      const from = offset ?? 0;
      bytes = viewed(data).slice(from, length === undefined || length === null ? undefined : from + length);
    }
    return this.#do("write", async () => {
      await this.#writeAt(bytes, position);
      return { bytesWritten: bytes.length, buffer: data };
    });
  }

  async #writeAt(bytes, position) {
    this.#check("write", this.#flags.write);
    if (bytes.length === 0) return;
    const given = typeof position === "bigint" ? Number(position) : position;
    const isGiven = typeof given === "number" && given >= 0;
    await this.#on("write", async (directory, rest) => {
      // Others may have written since.
      const { size } = await directory.stat(rest);
      const start = this.#flags.append ? size : isGiven ? given : this.#position;
      const end = start + bytes.length;
      if (start === size) await directory.append(rest, sent(bytes));
      else {
        const old = await directory.readBytes(rest);
        const whole = new Uint8Array(Math.max(old.length, end));
        whole.set(old);
        whole.set(bytes, start);
        await directory.write(rest, sent(whole));
      }
      if (!isGiven) this.#position = end;
    });
  }

  readFile(options) {
    const { encoding } = optionsOf(options);
    return this.#do("readFile", async () => {
      this.#check("read", this.#flags.read);
      const offset = this.#position;
      const bytes = await at(this.#path, (directory, rest) => directory.readBytes(rest, { offset }), reading(this.#path));
      this.#position += bytes.length;
      return decoded(bytes, encoding);
    });
  }

  writeFile(data, options) {
    const { encoding } = optionsOf(options);
    return this.#do("writeFile", async () => this.#writeAt(await gathered(data, encoding)));
  }

  appendFile(data, options) {
    return this.writeFile(data, options);
  }

  async readv(buffers, position) {
    const given = typeof position === "bigint" ? Number(position) : position;
    let bytesRead = 0;
    for (const buffer of buffers) {
      const at = typeof given === "number" ? given + bytesRead : null;
      const part = (await this.read(buffer, 0, buffer.byteLength, at)).bytesRead;
      bytesRead += part;
      if (part < buffer.byteLength) break;
    }
    return { bytesRead, buffers };
  }

  async writev(buffers, position) {
    const bytes = Buffer.concat(buffers.map(viewed));
    await this.write(bytes, 0, bytes.length, position);
    return { bytesWritten: bytes.length, buffers };
  }

  stat(options) {
    return this.#do("fstat", () => this.#on("fstat", async (directory, rest, { readOnly }) =>
      statsOf(await directory.stat(rest), readOnly, options?.bigint)));
  }

  truncate(length = 0) {
    return this.#do("ftruncate", async () => {
      this.#check("ftruncate", this.#flags.write);
      await this.#on("ftruncate", async (directory, rest) => {
        const whole = new Uint8Array(Math.max(length, 0));
        whole.set((await directory.readBytes(rest, { length: whole.length })));
        await directory.write(rest, sent(whole));
      });
    });
  }

  /** Nothing is kept back here. What the host has written is not synced to its disk. */
  sync() {
    return this.#do("fsync", () => undefined);
  }

  datasync() {
    return this.#do("fdatasync", () => undefined);
  }

  async close() {
    if (this.#fd < 0) return;
    open.delete(this.#fd);
    this.#fd = -1;
    await this.#last;
    this.emit("close");
  }

  createReadStream(options) {
    return new (require("node:internal/fs-streams").ReadStream)("", { ...options, fd: this });
  }

  createWriteStream(options) {
    return new (require("node:internal/fs-streams").WriteStream)("", { ...options, fd: this });
  }

  readableWebStream() {
    return require("node:stream").Readable.toWeb(this.createReadStream({ autoClose: false }));
  }
}
if (Symbol.asyncDispose) Object.defineProperty(FileHandle.prototype, Symbol.asyncDispose, { value: FileHandle.prototype.close, writable: true, configurable: true });

/** Opens a file, which is created or emptied now. */
const openFile = (path, flags) => on("open", path, async (directory, rest, { readOnly }) => {
  const wants = flagsOf(flags);
  let found;
  try {
    found = await directory.stat(rest);
  } catch (error) {
    if (!wants.create || refusalOf(error)?.code !== "ENOENT") throw error;
  }
  if (found !== undefined && wants.exclusive) throw new Refusal("EEXIST");
  if (found?.type === "directory" && wants.write) throw new Refusal("EISDIR");
  if (wants.write && found !== undefined && readOnly) throw new Refusal("EROFS");
  if (found === undefined || wants.truncate) await directory.write(rest, "");
  return new FileHandle(path, wants);
});

/** Returns the open file of a descriptor. */
const handleOf = (fd, syscall) => {
  const handle = open.get(fd);
  if (handle === undefined) throw fileError(new Refusal("EBADF"), syscall);
  return handle;
};

module.exports = { FileHandle, handleOf, openFile };
