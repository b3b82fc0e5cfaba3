// `node:fs/promises` over the directories that the worker was handed.
"use strict";

const { Refusal, fileError, refusalOf, systemError } = require("node:internal/fs-errors");
const { locate, mounts, pathOf, root } = require("node:internal/fs-paths");
const { Dir, listed, statsOf } = require("node:internal/fs-entries");
const { at, decoded, gathered, on, optionsOf, reading, sent } = require("node:internal/fs-files");
const { FileHandle, openFile } = require("node:internal/fs-handle");
const { validateInteger } = require("node:internal/validators");
const { dirname, join } = require("node:path");

const [X_OK, W_OK, COPYFILE_EXCL] = [1, 2, 1];

/** The size up to which a file is copied through the sandbox at once. */
const SMALL = 1 << 20;

const readFile = async (path, options) => {
  if (path instanceof FileHandle) return path.readFile(options);
  path = pathOf(path);
  const { encoding } = optionsOf(options);
  return decoded(await at(path, (directory, rest) => directory.readBytes(rest), reading(path)), encoding);
};

/** Returns true if nothing is there. */
const isAbsent = async (directory, rest) => {
  try {
    await directory.stat(rest);
    return false;
  } catch (error) {
    if (refusalOf(error)?.code === "ENOENT") return true;
    throw error;
  }
};

const writeFile = async (path, data, options) => {
  const { encoding, flag } = optionsOf(options, { encoding: "utf8", flag: "w" });
  if (path instanceof FileHandle) return path.writeFile(data, { encoding });
  path = pathOf(path);
  if (!["w", "wx", "a", "ax"].includes(flag)) {
    const file = await openFile(path, flag);
    return file.writeFile(data, { encoding }).finally(() => file.close());
  }
  const bytes = await gathered(data, encoding);
  await on("open", path, async (directory, rest) => {
    if (flag.endsWith("x") && !await isAbsent(directory, rest)) throw new Refusal("EEXIST");
    await (flag[0] === "a" ? directory.append(rest, sent(bytes)) : directory.write(rest, sent(bytes)));
  });
};

const appendFile = async (path, data, options) => writeFile(path, data, { flag: "a", ...optionsOf(options) });

/** Returns all entries below a directory, however many. */
const entriesOf = async (directory, rest, recursive) => {
  const { entries, truncated } = await directory.list(rest, { recursive });
  if (truncated) {
    const text = await new Response(await directory.listStream(rest, { recursive })).text();
    const lines = text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
    return lines.sort((a, b) => (a.path < b.path ? -1 : 1));
  }
  if (directory !== root || !recursive) return entries;
  const below = await Promise.all([...mounts].map(async ([name, mount]) =>
    (await entriesOf(mount.directory, "", true)).map((entry) => ({ ...entry, path: `${name}/${entry.path}` }))));
  return entries.concat(...below);
};

const readdir = async (path, options) => {
  path = pathOf(path);
  options = optionsOf(options);
  const entries = await on("scandir", path, (directory, rest) => entriesOf(directory, rest, Boolean(options.recursive)));
  return listed(entries, path, options, true);
};

const opendir = async (path, options) => {
  path = pathOf(path);
  options = { ...optionsOf(options), withFileTypes: true };
  const entries = await on("opendir", path, (directory, rest) => entriesOf(directory, rest, Boolean(options.recursive)));
  return new Dir(path, listed(entries, path, options, true));
};

const properties = (syscall, followLinks) => async (path, options) => {
  path = pathOf(path);
  return on(syscall, path, async (directory, rest, { readOnly }) =>
    statsOf(await directory.stat(rest, { followLinks }), readOnly, options?.bigint));
};
const stat = properties("stat", true);
const lstat = properties("lstat", false);

const access = async (path, mode = 0) => {
  path = pathOf(path);
  validateInteger(mode, "mode", 0, 7);
  await on("access", path, async (directory, rest, { readOnly }) => {
    const { type } = await directory.stat(rest);
    if (mode & W_OK && readOnly) throw new Refusal("EROFS");
    if (mode & X_OK && type !== "directory") throw new Refusal("EACCES");
  });
};

const mkdir = async (path, options) => {
  path = pathOf(path);
  const recursive = Boolean(options?.recursive);
  let first;
  if (recursive) {
    for (let above = path; ; above = dirname(above)) {
      const { directory, rest } = locate(above);
      // If an entry is not a directory, the call below fails.
      if (!await isAbsent(directory, rest).catch(() => false)) break;
      first = above;
      if (dirname(above) === above) break;
    }
  }
  await on("mkdir", path, (directory, rest) => directory.mkdir(rest, { recursive }));
  return first;
};

const rename = async (from, to) => {
  [from, to] = [pathOf(from, "oldPath"), pathOf(to, "newPath")];
  await on("rename", from, async (directory, rest) => {
    const target = locate(to);
    if (directory !== target.directory) {
      await directory.stat(rest, { followLinks: false });
      throw new Refusal("EXDEV");
    }
    await directory.rename(rest, target.rest);
  }, to);
};

const kindOf = async (directory, rest) => (await directory.stat(rest, { followLinks: false })).type;

const unlink = async (path) => {
  path = pathOf(path);
  await on("unlink", path, async (directory, rest) => {
    if (await kindOf(directory, rest) === "directory") throw new Refusal("EISDIR");
    await directory.remove(rest);
  });
};

const rmdir = async (path) => {
  path = pathOf(path);
  await on("rmdir", path, async (directory, rest) => {
    if (await kindOf(directory, rest) !== "directory") throw new Refusal("ENOTDIR");
    await directory.remove(rest);
  });
};

const rm = async (path, options) => {
  path = pathOf(path);
  const { recursive = false, force = false } = options ?? {};
  let kind;
  try {
    kind = await on("lstat", path, kindOf);
  } catch (error) {
    if (force && error.code === "ENOENT") return;
    throw error;
  }
  if (kind === "directory" && !recursive) throw systemError("ERR_FS_EISDIR", "Path is a directory", "EISDIR", "is a directory", "rm", path);
  await on("rm", path, (directory, rest) => directory.remove(rest, { recursive }));
};

const copyFile = async (from, to, mode = 0) => {
  [from, to] = [pathOf(from, "src"), pathOf(to, "dest")];
  await on("copyfile", from, async (directory, rest) => {
    const target = locate(to);
    const { type, size } = await directory.stat(rest);
    if (type === "directory") throw new Refusal("EISDIR");
    if (mode & COPYFILE_EXCL && !await isAbsent(target.directory, target.rest)) throw new Refusal("EEXIST");
    const data = size <= SMALL ? sent(await directory.readBytes(rest)) : await directory.readStream(rest);
    await target.directory.write(target.rest, data);
  }, to);
};

const cp = async (from, to, options = {}) => {
  [from, to] = [pathOf(from, "src"), pathOf(to, "dest")];
  const { recursive = false, force = true, errorOnExist = false, filter } = options;
  if (filter && !await filter(from, to)) return;
  const kind = await on("cp", from, async (directory, rest) => (await directory.stat(rest)).type);
  if (kind === "directory") {
    if (!recursive) throw systemError("ERR_FS_EISDIR", "Recursive option not enabled, cannot copy a directory", "EISDIR", `${from} is a directory (not copied)`, "cp", from);
    if (`${locate(to).full}/`.startsWith(`${locate(from).full}/`)) {
      throw systemError("ERR_FS_CP_EINVAL", "Invalid src or dest", "EINVAL", `cannot copy ${from} to a subdirectory of self ${to}`, "cp", to);
    }
    const names = await readdir(from);
    await mkdir(to, { recursive: true });
    for (const name of names) await cp(join(from, name), join(to, name), options);
    return;
  }
  const target = locate(to);
  if (!force || errorOnExist) {
    if (!await on("cp", to, isAbsent)) {
      if (errorOnExist && !force) throw systemError("ERR_FS_CP_EEXIST", "Target already exists", "EEXIST", `${to} already exists`, "cp", to);
      if (!force) return;
    }
  }
  if (dirname(target.full) !== "/") await mkdir(dirname(target.full), { recursive: true });
  await copyFile(from, to);
};

/** Links are followed by the host, which tells nobody where they lead. */
const realpath = async (path, options) => {
  path = pathOf(path);
  const { encoding } = optionsOf(options);
  await on("realpath", path, (directory, rest) => directory.stat(rest));
  const { full } = locate(path);
  return encoding === "buffer" ? require("node:buffer").Buffer.from(full) : full;
};

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const mkdtemp = async (prefix) => {
  prefix = pathOf(prefix, "prefix");
  const random = new Uint8Array(6);
  native.randomize(random);
  const path = prefix + Array.from(random, (byte) => LETTERS[byte % LETTERS.length]).join("");
  await at(path, (directory, rest) => directory.mkdir(rest), (refusal) => fileError(refusal, "mkdtemp", `${prefix}XXXXXX`));
  return path;
};

const open = async (path, flags) => openFile(pathOf(path), flags ?? undefined);

const truncate = async (path, length) => {
  const file = await openFile(pathOf(path), "r+");
  await file.truncate(length).finally(() => file.close());
};

module.exports = {
  access, appendFile, copyFile, cp, lstat, mkdir, mkdtemp, open, opendir, readFile, readdir, realpath, rename, rm, rmdir, stat,
  truncate, unlink, writeFile,
};
