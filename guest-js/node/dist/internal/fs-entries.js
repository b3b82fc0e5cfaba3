(require, module, exports, native) => {

// src/internal/fs-entries.js
var { codes: { ERR_DIR_CLOSED } } = require("node:internal/errors");
var { join } = require("node:path");
var TYPES = { __proto__: null, file: [32768, 1], directory: [16384, 2], symlink: [40960, 3], other: [0, 0] };
var TIMES = ["atime", "mtime", "ctime", "birthtime"];
function Stats(dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks, atimeMs, mtimeMs, ctimeMs, birthtimeMs) {
  Object.assign(this, { dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks, atimeMs, mtimeMs, ctimeMs, birthtimeMs });
  for (const name of TIMES) this[name] = new Date(Number(this[`${name}Ms`]));
}
function BigIntStats(...numbers) {
  Stats.apply(this, numbers.map((number) => BigInt(Math.floor(number))));
  for (const name of TIMES) this[`${name}Ns`] = this[`${name}Ms`] * 1000000n;
}
Object.setPrototypeOf(BigIntStats.prototype, Stats.prototype);
function Dirent(name, parentPath, type) {
  Object.assign(this, { name, parentPath });
  Object.defineProperty(this, KIND, { value: type });
}
var KIND = /* @__PURE__ */ Symbol("type");
var QUESTIONS = {
  isFile: "file",
  isDirectory: "directory",
  isSymbolicLink: "symlink",
  isBlockDevice: void 0,
  isCharacterDevice: void 0,
  isFIFO: void 0,
  isSocket: void 0
};
for (const [question, type] of Object.entries(QUESTIONS)) {
  Stats.prototype[question] = { [question]() {
    return type !== void 0 && (Number(this.mode) & 61440) === TYPES[type][0];
  } }[question];
  Dirent.prototype[question] = { [question]() {
    return type !== void 0 && this[KIND] === TYPES[type][1];
  } }[question];
}
var statsOf = ({ type, size, modified }, readOnly, bigint) => {
  const permissions = type === "symlink" ? 511 : type === "directory" ? 493 : 420;
  const mode = TYPES[type][0] | (readOnly ? permissions & ~146 : permissions);
  const time = modified ?? 0;
  return new (bigint ? BigIntStats : Stats)(0, mode, 1, 0, 0, 0, 4096, 0, size, Math.ceil(size / 512), time, time, time, time);
};
var listed = (entries, path, { recursive, withFileTypes, encoding }, deepest) => {
  const children = /* @__PURE__ */ new Map([["", []]]);
  for (const { path: full, type } of entries) {
    const end = full.lastIndexOf("/");
    const above = end < 0 ? "" : full.slice(0, end);
    const entry = { full, name: full.slice(end + 1), above, type };
    const siblings = children.get(above);
    if (siblings === void 0) children.set(above, [entry]);
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
  const named = (name) => encoding === "buffer" ? require("node:buffer").Buffer.from(name) : name;
  if (!withFileTypes) return found.map(({ full }) => named(full));
  return found.map(({ name, above, type }) => new Dirent(named(name), above === "" ? path : join(path, above), TYPES[type][1]));
};
var Dir = class {
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
    if (callback === void 0) return work();
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
};
if (Symbol.asyncDispose) Object.defineProperty(Dir.prototype, Symbol.asyncDispose, { value: Dir.prototype.close, writable: true, configurable: true });
module.exports = { Dir, Dirent, Stats, listed, statsOf };
}
