// The paths of `node:fs`. Each directory of the worker's `env` is mounted under its name.
"use strict";

const { codes: { ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE } } = require("node:internal/errors");
const { Refusal } = require("node:internal/fs-errors");
const { resolve } = require("node:path");

/** The mounted directories by name. */
const mounts = new Map();
for (const [name, directory, readOnly, atOnce] of native.mounts() ?? []) mounts.set(name, { directory, readOnly, atOnce });

/** Returns a path as text: of a string, a Buffer or a URL. */
const pathOf = (value, name = "path") => {
  let path = value;
  if (typeof path === "object" && path?.href && path.protocol && path.auth === undefined) path = require("node:url").fileURLToPath(path);
  if (path instanceof Uint8Array) path = require("node:buffer").Buffer.from(path).toString();
  if (typeof path !== "string") throw new ERR_INVALID_ARG_TYPE(name, ["string", "Buffer", "URL"], value);
  if (path.includes("\0")) throw new ERR_INVALID_ARG_VALUE(name, value, "must be a string, Uint8Array, or URL without null bytes");
  return path;
};

/** The directory above the mounted ones, which has nothing else in it, and cannot be changed. */
const refuse = (code) => {
  throw new Refusal(code);
};
const root = {
  stat: (path) => (path === "" ? { type: "directory", size: 0 } : refuse("ENOENT")),
  list: (path) => {
    if (path !== "") refuse("ENOENT");
    return { entries: [...mounts.keys()].sort().map((name) => ({ path: name, type: "directory" })), truncated: false };
  },
  readBytes: (path) => refuse(path === "" ? "EISDIR" : "ENOENT"),
  readStream: (path) => refuse(path === "" ? "EISDIR" : "ENOENT"),
  write: (path) => refuse(path === "" ? "EISDIR" : path.includes("/") ? "ENOENT" : "EROFS"),
  append: (path) => root.write(path),
  writeStream: (path) => root.write(path),
  mkdir: (path, options) => refuse(path === "" ? "EEXIST" : path.includes("/") && !options?.recursive ? "ENOENT" : "EROFS"),
  rename: (path) => refuse(path === "" ? "EBUSY" : "ENOENT"),
  remove: (path) => refuse(path === "" ? "EBUSY" : "ENOENT"),
};

/**
 * Returns the directory in which a path lies, and the path in it. `..` is resolved before
 * anything is looked up.
 */
const locate = (path) => {
  // An empty path leads nowhere, and not to the current directory.
  if (path === "") return { directory: root, rest: "/", full: "", readOnly: true };
  const full = resolve(path);
  const end = full.indexOf("/", 1);
  const mount = mounts.get(end < 0 ? full.slice(1) : full.slice(1, end));
  if (mount === undefined) return { directory: root, rest: full.slice(1), full, readOnly: true };
  return { rest: end < 0 ? "" : full.slice(end + 1), full, ...mount };
};

module.exports = { locate, mounts, pathOf, root };
