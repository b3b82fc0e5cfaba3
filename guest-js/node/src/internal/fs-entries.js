// Stats, Dirent and Dir, and the order in which Node lists entries.
"use strict";

const { codes: { ERR_DIR_CLOSED } } = require("node:internal/errors");
const { join } = require("node:path");

/** The type bits of the mode, and the number of a Dirent's type. */
const TYPES = { __proto__: null, file: [0o100000, 1], directory: [0o040000, 2], symlink: [0o120000, 3], other: [0, 0] };
const TIMES = ["atime", "mtime", "ctime", "birthtime"];

function Stats(dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks, atimeMs, mtimeMs, ctimeMs, birthtimeMs) {
  Object.assign(this, { dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks, atimeMs, mtimeMs, ctimeMs, birthtimeMs });
  for (const name of TIMES) this[name] = new Date(Number(this[`${name}Ms`]));
}
/** The same with BigInts, and with times in nanoseconds. */
function BigIntStats(...numbers) {
  Stats.apply(this, numbers.map((number) => BigInt(Math.floor(number))));
  for (const name of TIMES) this[`${name}Ns`] = this[`${name}Ms`] * 1000000n;
}
Object.setPrototypeOf(BigIntStats.prototype, Stats.prototype);

function Dirent(name, parentPath, type) {
  Object.assign(this, { name, parentPath });
  Object.defineProperty(this, KIND, { value: type });
}
const KIND = Symbol("type");

const QUESTIONS = {
  isFile: "file", isDirectory: "directory", isSymbolicLink: "symlink",
  isBlockDevice: undefined, isCharacterDevice: undefined, isFIFO: undefined, isSocket: undefined,
};
for (const [question, type] of Object.entries(QUESTIONS)) {
  Stats.prototype[question] = { [question]() {
    return type !== undefined && (Number(this.mode) & 0o170000) === TYPES[type][0];
  } }[question];
  Dirent.prototype[question] = { [question]() {
    return type !== undefined && this[KIND] === TYPES[type][1];
  } }[question];
}

/** Makes the stats of what a directory tells of an entry. */
const statsOf = ({ type, size, modified }, readOnly, bigint) => {
  const permissions = type === "symlink" ? 0o777 : type === "directory" ? 0o755 : 0o644;
  const mode = TYPES[type][0] | (readOnly ? permissions & ~0o222 : permissions);
  const time = modified ?? 0;
  return new (bigint ? BigIntStats : Stats)(0, mode, 1, 0, 0, 0, 4096, 0, size, Math.ceil(size / 512), time, time, time, time);
};

/** Returns what `readdir` returns for the entries below a path. `deepest` is the order of its promise. */
const listed = (entries, path, { recursive, withFileTypes, encoding }, deepest) => {
  const children = new Map([["", []]]);
  for (const { path: full, type } of entries) {
    const end = full.lastIndexOf("/");
    const above = end < 0 ? "" : full.slice(0, end);
    const entry = { full, name: full.slice(end + 1), above, type };
    const siblings = children.get(above);
    if (siblings === undefined) children.set(above, [entry]);
    else siblings.push(entry);
  }
  const found = [];
  const directories = [""];
  while (directories.length > 0) {
    for (const entry of children.get(deepest ? directories.pop() : directories.shift()) ?? []) {
      found.push(entry);
      if (recursive && entry.type === "directory") directories.push(entry.full);
    }
  }
  const named = (name) => (encoding === "buffer" ? require("node:buffer").Buffer.from(name) : name);
  if (!withFileTypes) return found.map(({ full }) => named(full));
  return found.map(({ name, above, type }) => new Dirent(named(name), above === "" ? path : join(path, above), TYPES[type][1]));
};

/** What `opendir` returns. All entries are read when it is opened. */
class Dir {
  #entries;
  #closed = false;
  constructor(path, entries) {
    this.path = path;
    this.#entries = entries;
  }
  #next() {
    if (this.#closed) throw new ERR_DIR_CLOSED();
    return this.#entries.shift() ?? null;
  }
  #end() {
    if (this.#closed) throw new ERR_DIR_CLOSED();
    this.#closed = true;
  }
  async #promised(work, callback) {
    if (callback === undefined) return work();
    const { nextTick } = require("node:process");
    try {
      nextTick(callback, null, work());
    } catch (error) {
      nextTick(callback, error);
    }
  }
  read(callback) {
    return this.#promised(() => this.#next(), callback);
  }
  close(callback) {
    return this.#promised(() => this.#end(), callback);
  }
  readSync() {
    return this.#next();
  }
  closeSync() {
    this.#end();
  }
  async *entries() {
    try {
      for (let entry = this.#next(); entry !== null; entry = this.#next()) yield entry;
    } finally {
      if (!this.#closed) this.#end();
    }
  }
  [Symbol.asyncIterator]() {
    return this.entries();
  }
}
if (Symbol.asyncDispose) Object.defineProperty(Dir.prototype, Symbol.asyncDispose, { value: Dir.prototype.close, writable: true, configurable: true });

module.exports = { Dir, Dirent, Stats, listed, statsOf };
