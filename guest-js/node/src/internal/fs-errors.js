// The errors of files, as Node makes them.
"use strict";

/** The number of each code and libuv's text. Where there is none, the host's says more. */
const KNOWN = {
  __proto__: null,
  EACCES: [13, "permission denied"],
  EBADF: [9, "bad file descriptor"],
  EBUSY: [16],
  ECANCELED: [125, "operation canceled"],
  EDQUOT: [122],
  EEXIST: [17, "file already exists"],
  EFBIG: [27],
  EINVAL: [22],
  EIO: [5, "i/o error"],
  EISDIR: [21, "illegal operation on a directory"],
  ELOOP: [40],
  EMFILE: [24],
  ENAMETOOLONG: [36, "name too long"],
  ENOENT: [2, "no such file or directory"],
  ENOSPC: [28, "no space left on device"],
  ENOTDIR: [20, "not a directory"],
  ENOTEMPTY: [39, "directory not empty"],
  EOVERFLOW: [75],
  EROFS: [30, "read-only file system"],
  EXDEV: [18, "cross-device link not permitted"],
};

/** A refusal, without the path that the caller gave. */
class Refusal {
  constructor(code, text) {
    this.code = code;
    this.text = text;
  }
}

const fileError = ({ code, text }, syscall, path, dest) => {
  const [number, known = text ?? "invalid argument"] = KNOWN[code] ?? [5];
  let message = `${code}: ${known}, ${syscall}`;
  if (path !== undefined) message += ` '${path}'`;
  if (dest !== undefined) message += ` -> '${dest}'`;
  const error = new Error(message);
  error.errno = -number;
  error.code = code;
  error.syscall = syscall;
  if (path !== undefined) error.path = path;
  if (dest !== undefined) error.dest = dest;
  return error;
};

/** Returns the refusal that the error of a directory is, or undefined for any other error. */
const refusalOf = (error) => {
  if (error instanceof Refusal) return error;
  if (!(error instanceof Error) || typeof error.code !== "string" || !(error.code in KNOWN)) return undefined;
  const parts = /^[A-Z]+: ([^]*?), \w+ '/.exec(error.message);
  return parts === null ? undefined : new Refusal(error.code, parts[1]);
};

/** An error of Node's own checks, such as `rm` of a directory. */
const systemError = (code, what, name, reason, syscall, path) => {
  const [errno] = KNOWN[name];
  const error = new Error(`${what}: ${syscall} returned ${name} (${reason}) ${path}`);
  Object.defineProperty(error, "name", { value: "SystemError", writable: true, configurable: true });
  return Object.assign(error, { code, info: { code: name, message: reason, path, syscall, errno }, errno, syscall, path });
};

module.exports = { Refusal, fileError, refusalOf, systemError };
