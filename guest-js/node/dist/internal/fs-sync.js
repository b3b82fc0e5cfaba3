(require, module, exports, native) => {

// src/internal/fs-sync.js
var { unsupported } = require("node:internal/errors");
var { Refusal, fileError } = require("node:internal/fs-errors");
var { locate, mounts, pathOf, root } = require("node:internal/fs-paths");
var { Dir, listed, statsOf } = require("node:internal/fs-entries");
var { decoded, flagsOf, optionsOf, viewed } = require("node:internal/fs-files");
var { FileHandle, handleOf } = require("node:internal/fs-handle");
var { validateInteger } = require("node:internal/validators");
var [X_OK, W_OK] = [1, 2];
var ofRoot = {
  contents: (rest) => root.readBytes(rest),
  stat: (rest) => [root.stat(rest).type, 0],
  lstat: (rest) => ofRoot.stat(rest),
  list: (rest) => root.list(rest).entries.flatMap(({ path, type }) => [path, type])
};
var ask = ({ directory, rest, atOnce }, query, ...args) => {
  if (directory === root) return ofRoot[query](rest);
  if (!atOnce) throw unsupported("Reading this directory at once", "its calls are decided about; use fs.promises");
  const [code, value] = native.readFile(directory, rest.toWellFormed(), query, ...args);
  if (code !== null) throw new Refusal(code, value);
  return value;
};
var on = (syscall, path, work, failed = (refusal) => fileError(refusal, syscall, path)) => {
  try {
    return work(locate(path));
  } catch (error) {
    throw error instanceof Refusal ? failed(error) : error;
  }
};
var statOf = (place, query = "stat") => {
  const [type, size, modified] = ask(place, query);
  return { type, size, modified };
};
var readFileSync = (path, options) => {
  const { encoding } = optionsOf(options);
  if (typeof path === "number") {
    const handle = handleOf(path, "read");
    const parts = [];
    for (let part = readPart(handle, null, void 0); part.length > 0; part = readPart(handle, null, void 0)) parts.push(part);
    return decoded(require("node:buffer").Buffer.concat(parts), encoding);
  }
  path = pathOf(path);
  const bytes = on("open", path, (place) => ask(place, "contents", 0), (refusal) => refusal.code === "EISDIR" ? fileError(refusal, "read") : fileError(refusal, "open", path));
  return decoded(new Uint8Array(bytes), encoding);
};
var existsSync = (path) => {
  try {
    on("access", pathOf(path), (place) => ask(place, "stat"));
    return true;
  } catch {
    return false;
  }
};
var properties = (syscall) => (path, options) => {
  path = pathOf(path);
  try {
    return on(syscall, path, (place) => statsOf(statOf(place, syscall), place.readOnly, options?.bigint));
  } catch (error) {
    if (options?.throwIfNoEntry === false && (error.code === "ENOENT" || error.code === "ENOTDIR")) return void 0;
    throw error;
  }
};
var accessSync = (path, mode = 0) => {
  path = pathOf(path);
  validateInteger(mode, "mode", 0, 7);
  on("access", path, (place) => {
    const { type } = statOf(place);
    if (mode & W_OK && place.readOnly) throw new Refusal("EROFS");
    if (mode & X_OK && type !== "directory") throw new Refusal("EACCES");
  });
};
var entriesOf = (place, recursive) => {
  const flat = ask(place, "list", recursive);
  const entries = [];
  for (let index = 0; index < flat.length; index += 2) entries.push({ path: flat[index], type: flat[index + 1] });
  if (place.directory === root && recursive) {
    for (const [name, mount] of mounts) {
      for (const { path, type } of entriesOf({ ...mount, rest: "" }, true)) entries.push({ path: `${name}/${path}`, type });
    }
  }
  return entries;
};
var entriesAt = (syscall, path, { recursive }) => on(syscall, path, (place) => entriesOf(place, Boolean(recursive)));
var readdirSync = (path, options) => {
  path = pathOf(path);
  options = optionsOf(options);
  return listed(entriesAt("scandir", path, options), path, options, false);
};
var opendirSync = (path, options) => {
  path = pathOf(path);
  options = { ...optionsOf(options), withFileTypes: true };
  return new Dir(path, listed(entriesAt("opendir", path, options), path, options, false));
};
var realpathSync = (path, options) => {
  path = pathOf(path);
  const { encoding } = optionsOf(options);
  const { full } = locate(path);
  on("lstat", full || path, (place) => ask(place, "stat"));
  return encoding === "buffer" ? require("node:buffer").Buffer.from(full) : full;
};
realpathSync.native = realpathSync;
var openSync = (path, flags) => {
  path = pathOf(path);
  const wants = flagsOf(flags ?? void 0);
  if (wants.write) throw unsupported("fs.openSync() for writing", "use fs.promises.open()");
  on("open", path, (place) => ask(place, "stat"));
  return new FileHandle(path, wants).fd;
};
var readPart = (handle, position, length) => {
  const { path, read } = handle.opened;
  const failed = (refusal) => fileError(refusal, "read");
  if (!read) throw failed(new Refusal("EBADF"));
  return handle.advance(position, (offset) => on("read", path, (place) => new Uint8Array(ask(place, "contents", offset, length)), failed));
};
var readSync = (fd, buffer, offset, length, position) => {
  const handle = handleOf(fd, "read");
  if (offset !== null && typeof offset === "object") ({ offset, length, position } = offset);
  const target = viewed(buffer).subarray(offset ?? 0);
  const bytes = readPart(handle, position, Math.min(length ?? target.length, target.length));
  target.set(bytes);
  return bytes.length;
};
var fstatSync = (fd, options) => on("fstat", handleOf(fd, "fstat").opened.path, (place) => statsOf(statOf(place), place.readOnly, options?.bigint), (refusal) => fileError(refusal, "fstat"));
var closeSync = (fd) => {
  handleOf(fd, "close").close();
};
module.exports = {
  accessSync,
  closeSync,
  existsSync,
  fstatSync,
  lstatSync: properties("lstat"),
  openSync,
  opendirSync,
  readFileSync,
  readSync,
  readdirSync,
  realpathSync,
  statSync: properties("stat")
};
}
