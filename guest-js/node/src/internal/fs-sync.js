// The functions of `node:fs` that read without waiting. The host reads in the middle of the turn.
"use strict";

const { unsupported } = require("node:internal/errors");
const { Refusal, fileError } = require("node:internal/fs-errors");
const { locate, mounts, pathOf, root } = require("node:internal/fs-paths");
const { Dir, listed, statsOf } = require("node:internal/fs-entries");
const { decoded, flagsOf, optionsOf, viewed } = require("node:internal/fs-files");
const { FileHandle, handleOf } = require("node:internal/fs-handle");
const { validateInteger } = require("node:internal/validators");

const [X_OK, W_OK] = [1, 2];

/** What the root answers, in the form in which the host answers for directories. */
const ofRoot = {
  contents: (rest) => root.readBytes(rest),
  stat: (rest) => [root.stat(rest).type, 0],
  lstat: (rest) => ofRoot.stat(rest),
  list: (rest) => root.list(rest).entries.flatMap(({ path, type }) => [path, type]),
};

/** Asks a directory. Throws a refusal. */
const ask = ({ directory, rest, atOnce }, query, ...args) => {
  if (directory === root) return ofRoot[query](rest);
  if (!atOnce) throw unsupported("Reading this directory at once", "its calls are decided about; use fs.promises");
  const [code, value] = native.readFile(directory, rest.toWellFormed(), query, ...args);
  if (code !== null) throw new Refusal(code, value);
  return value;
};

/** Runs a function with the place of a path, and makes errors of its refusals. */
const on = (syscall, path, work, failed = (refusal) => fileError(refusal, syscall, path)) => {
  try {
    return work(locate(path));
  } catch (error) {
    throw error instanceof Refusal ? failed(error) : error;
  }
};

const statOf = (place, query = "stat") => {
  const [type, size, modified] = ask(place, query);
  return { type, size, modified };
};

const readFileSync = (path, options) => {
  const { encoding } = optionsOf(options);
  if (typeof path === "number") {
    const handle = handleOf(path, "read");
    const parts = [];
    for (let part = readPart(handle, null, undefined); part.length > 0; part = readPart(handle, null, undefined)) parts.push(part);
    return decoded(require("node:buffer").Buffer.concat(parts), encoding);
  }
  path = pathOf(path);
  const bytes = on("open", path, (place) => ask(place, "contents", 0), (refusal) =>
    (refusal.code === "EISDIR" ? fileError(refusal, "read") : fileError(refusal, "open", path)));
  return decoded(new Uint8Array(bytes), encoding);
};

const existsSync = (path) => {
  try {
    on("access", pathOf(path), (place) => ask(place, "stat"));
    return true;
  } catch {
    return false;
  }
};

const properties = (syscall) => (path, options) => {
  path = pathOf(path);
  try {
    return on(syscall, path, (place) => statsOf(statOf(place, syscall), place.readOnly, options?.bigint));
  } catch (error) {
    if (options?.throwIfNoEntry === false && (error.code === "ENOENT" || error.code === "ENOTDIR")) return undefined;
    throw error;
  }
};

const accessSync = (path, mode = 0) => {
  path = pathOf(path);
  validateInteger(mode, "mode", 0, 7);
  on("access", path, (place) => {
    const { type } = statOf(place);
    if (mode & W_OK && place.readOnly) throw new Refusal("EROFS");
    if (mode & X_OK && type !== "directory") throw new Refusal("EACCES");
  });
};

const entriesOf = (place, recursive) => {
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
const entriesAt = (syscall, path, { recursive }) => on(syscall, path, (place) => entriesOf(place, Boolean(recursive)));

const readdirSync = (path, options) => {
  path = pathOf(path);
  options = optionsOf(options);
  return listed(entriesAt("scandir", path, options), path, options, false);
};

const opendirSync = (path, options) => {
  path = pathOf(path);
  options = { ...optionsOf(options), withFileTypes: true };
  return new Dir(path, listed(entriesAt("opendir", path, options), path, options, false));
};

const realpathSync = (path, options) => {
  path = pathOf(path);
  const { encoding } = optionsOf(options);
  const { full } = locate(path);
  on("lstat", full || path, (place) => ask(place, "stat"));
  return encoding === "buffer" ? require("node:buffer").Buffer.from(full) : full;
};
realpathSync.native = realpathSync;

const openSync = (path, flags) => {
  path = pathOf(path);
  const wants = flagsOf(flags ?? undefined);
  if (wants.write) throw unsupported("fs.openSync() for writing", "use fs.promises.open()");
  on("open", path, (place) => ask(place, "stat"));
  return new FileHandle(path, wants).fd;
};

/** Returns the bytes of an open file from a position on, or from where the last read ended. */
const readPart = (handle, position, length) => {
  const { path, read } = handle.opened;
  const failed = (refusal) => fileError(refusal, "read");
  if (!read) throw failed(new Refusal("EBADF"));
  return handle.advance(position, (offset) => on("read", path, (place) => new Uint8Array(ask(place, "contents", offset, length)), failed));
};

const readSync = (fd, buffer, offset, length, position) => {
  const handle = handleOf(fd, "read");
  if (offset !== null && typeof offset === "object") ({ offset, length, position } = offset);
  const target = viewed(buffer).subarray(offset ?? 0);
  const bytes = readPart(handle, position, Math.min(length ?? target.length, target.length));
  target.set(bytes);
  return bytes.length;
};

const fstatSync = (fd, options) => on("fstat", handleOf(fd, "fstat").opened.path, (place) =>
  statsOf(statOf(place), place.readOnly, options?.bigint), (refusal) => fileError(refusal, "fstat"));

const closeSync = (fd) => {
  handleOf(fd, "close").close();
};

module.exports = {
  accessSync, closeSync, existsSync, fstatSync, lstatSync: properties("lstat"), openSync, opendirSync, readFileSync, readSync,
  readdirSync, realpathSync, statSync: properties("stat"),
};
