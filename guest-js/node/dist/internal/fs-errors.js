(require, module, exports, native) => {

// src/internal/fs-errors.js
var KNOWN = {
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
  EXDEV: [18, "cross-device link not permitted"]
};
var Refusal = class {
  constructor(code, text) {
    this.code = code;
    this.text = text;
  }
};
var fileError = ({ code, text }, syscall, path, dest) => {
  const [number, known = text ?? "invalid argument"] = KNOWN[code] ?? [5];
  let message = `${code}: ${known}, ${syscall}`;
  if (path !== void 0) message += ` '${path}'`;
  if (dest !== void 0) message += ` -> '${dest}'`;
  const error = new Error(message);
  error.errno = -number;
  error.code = code;
  error.syscall = syscall;
  if (path !== void 0) error.path = path;
  if (dest !== void 0) error.dest = dest;
  return error;
};
var refusalOf = (error) => {
  if (error instanceof Refusal) return error;
  if (!(error instanceof Error) || typeof error.code !== "string" || !(error.code in KNOWN)) return void 0;
  const parts = /^[A-Z]+: ([^]*?), \w+ '/.exec(error.message);
  return parts === null ? void 0 : new Refusal(error.code, parts[1]);
};
var systemError = (code, what, name, reason, syscall, path) => {
  const [errno] = KNOWN[name];
  const error = new Error(`${what}: ${syscall} returned ${name} (${reason}) ${path}`);
  Object.defineProperty(error, "name", { value: "SystemError", writable: true, configurable: true });
  return Object.assign(error, { code, info: { code: name, message: reason, path, syscall, errno }, errno, syscall, path });
};
module.exports = { Refusal, fileError, refusalOf, systemError };
}
