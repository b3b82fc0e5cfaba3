// Paths of POSIX and of Windows.
"use strict";

const { validateObject, validateString } = require("node:internal/validators");
const cwd = () => require("node:process").cwd();

const SLASH = "/";
const BACKSLASH = "\\";
const isLetter = (text) => /^[A-Za-z]$/.test(text);

/** Resolves `.` and `..` in a path whose root was taken off. */
const normalizeParts = (path, absolute, separator, isSeparator) => {
  const kept = [];
  let part = "";
  for (let index = 0; index <= path.length; index++) {
    const char = index < path.length ? path[index] : separator;
    if (!isSeparator(char)) {
      part += char;
      continue;
    }
    if (part === "..") {
      if (kept.length > 0 && kept[kept.length - 1] !== "..") kept.pop();
      else if (!absolute) kept.push("..");
    } else if (part !== "" && part !== ".") kept.push(part);
    part = "";
  }
  return kept.join(separator);
};

const isPosixSeparator = (char) => char === SLASH;
const isWindowsSeparator = (char) => char === SLASH || char === BACKSLASH;

const formatWith = (separator) => (pathObject) => {
  validateObject(pathObject, "pathObject");
  const dir = pathObject.dir || pathObject.root;
  const ext = pathObject.ext ? `${pathObject.ext[0] === "." ? "" : "."}${pathObject.ext}` : "";
  const base = pathObject.base || `${pathObject.name || ""}${ext}`;
  if (!dir) return base;
  return dir === pathObject.root ? `${dir}${base}` : `${dir}${separator}${base}`;
};

/** Returns the start and the end of the last part of a path, without separators after it. */
const lastPart = (path, start, isSeparator) => {
  let end = path.length;
  while (end > start && isSeparator(path[end - 1])) end--;
  let begin = end;
  while (begin > start && !isSeparator(path[begin - 1])) begin--;
  return [begin, end];
};

const baseOf = (path, start, suffix, isSeparator) => {
  const [begin, end] = lastPart(path, start, isSeparator);
  const base = path.slice(begin, end);
  if (suffix === undefined || suffix.length === 0 || suffix.length > path.length) return base;
  // A path that is the suffix itself has no name.
  if (suffix === path) return "";
  return base.length > suffix.length && base.endsWith(suffix) ? base.slice(0, -suffix.length) : base;
};

const extensionOf = (base) => {
  const dot = base.lastIndexOf(".");
  return dot <= 0 || base === ".." ? "" : base.slice(dot);
};

const matchesGlob = (path, pattern, windows) => {
  validateString(path, "path");
  validateString(pattern, "pattern");
  if (windows) {
    path = path.replaceAll(BACKSLASH, SLASH);
    pattern = pattern.replaceAll(BACKSLASH, SLASH);
  }
  return globMatches(path.split(SLASH), pattern.split(SLASH));
};
const partRegExp = (glob) => {
  let text = "";
  for (let index = 0; index < glob.length; index++) {
    const char = glob[index];
    if (char === "*") text += "[^/]*";
    else if (char === "?") text += "[^/]";
    else if (char === "[" && glob.indexOf("]", index + 2) > 0) {
      const end = glob.indexOf("]", index + 2);
      const body = glob.slice(index + 1, end).replace(/^!/, "^").replace(/\\/g, "\\\\").replace(/\[/g, "\\[");
      text += `[${body}]`;
      index = end;
    } else if (char === "{" && glob.indexOf("}", index) > 0) {
      const end = glob.indexOf("}", index);
      text += `(?:${glob.slice(index + 1, end).split(",").map((it) => partRegExp(it).source.slice(1, -1)).join("|")})`;
      index = end;
    } else text += char.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  }
  return new RegExp(`^${text}$`);
};
const globMatches = (parts, globs) => {
  // The places in the pattern that the parts so far can have led to.
  const follow = (places) => {
    for (const at of places) if (globs[at] === "**") places.add(at + 1);
    return places;
  };
  let places = follow(new Set([0]));
  for (const part of parts) {
    const next = new Set();
    for (const at of places) {
      if (at >= globs.length) continue;
      if (globs[at] === "**") {
        if (!part.startsWith(".")) next.add(at);
      } else if (partRegExp(globs[at]).test(part) && (globs[at][0] === "." || part[0] !== "." || part === globs[at])) {
        next.add(at + 1);
      }
    }
    places = follow(next);
  }
  return places.has(globs.length);
};

const posix = {
  resolve(...args) {
    let resolved = "";
    let absolute = false;
    for (let index = args.length - 1; index >= 0 && !absolute; index--) {
      validateString(args[index], `paths[${index}]`);
      if (args[index].length === 0) continue;
      resolved = `${args[index]}/${resolved}`;
      absolute = args[index][0] === SLASH;
    }
    if (!absolute) {
      const folder = cwd();
      resolved = `${folder}/${resolved}`;
      absolute = folder[0] === SLASH;
    }
    resolved = normalizeParts(resolved, absolute, SLASH, isPosixSeparator);
    if (absolute) return `/${resolved}`;
    return resolved.length > 0 ? resolved : ".";
  },
  normalize(path) {
    validateString(path, "path");
    if (path.length === 0) return ".";
    const absolute = path[0] === SLASH;
    const trailing = path[path.length - 1] === SLASH;
    const normal = normalizeParts(path, absolute, SLASH, isPosixSeparator);
    if (normal.length === 0) return absolute ? SLASH : trailing ? "./" : ".";
    return `${absolute ? SLASH : ""}${normal}${trailing ? SLASH : ""}`;
  },
  isAbsolute(path) {
    validateString(path, "path");
    return path.length > 0 && path[0] === SLASH;
  },
  join(...args) {
    const parts = [];
    for (const arg of args) {
      validateString(arg, "path");
      if (arg.length > 0) parts.push(arg);
    }
    return parts.length === 0 ? "." : posix.normalize(parts.join(SLASH));
  },
  relative(from, to) {
    validateString(from, "from");
    validateString(to, "to");
    if (from === to) return "";
    from = posix.resolve(from);
    to = posix.resolve(to);
    if (from === to) return "";
    const [source, target] = [from.split(SLASH).filter(Boolean), to.split(SLASH).filter(Boolean)];
    let same = 0;
    while (same < source.length && same < target.length && source[same] === target[same]) same++;
    return [...source.slice(same).map(() => ".."), ...target.slice(same)].join(SLASH);
  },
  toNamespacedPath: (path) => path,
  dirname(path) {
    validateString(path, "path");
    if (path.length === 0) return ".";
    const [begin] = lastPart(path, 0, isPosixSeparator);
    if (begin === 0) return path[0] === SLASH ? SLASH : ".";
    // Only one of the slashes before the last part goes.
    const end = begin - 1;
    if (end === 0) return SLASH;
    return end === 1 && path[0] === SLASH ? "//" : path.slice(0, end);
  },
  basename(path, suffix) {
    if (suffix !== undefined) validateString(suffix, "suffix");
    validateString(path, "path");
    return baseOf(path, 0, suffix, isPosixSeparator);
  },
  extname(path) {
    validateString(path, "path");
    return extensionOf(baseOf(path, 0, undefined, isPosixSeparator));
  },
  format: formatWith(SLASH),
  parse(path) {
    validateString(path, "path");
    const root = path[0] === SLASH ? SLASH : "";
    const base = baseOf(path, root.length, undefined, isPosixSeparator);
    const ext = extensionOf(base);
    const name = ext === "" ? base : base.slice(0, -ext.length);
    if (path.length === 0) return { root, dir: "", base, ext, name };
    const [begin] = lastPart(path, root.length, isPosixSeparator);
    const dir = begin > root.length ? path.slice(0, begin - 1) : root;
    return { root, dir, base, ext, name };
  },
  matchesGlob: (path, pattern) => matchesGlob(path, pattern, false),
  sep: SLASH,
  delimiter: ":",
  win32: null,
  posix: null,
};

/** Splits a path of Windows: its device, what of it is the root, and whether it is absolute. */
const rootOf = (path) => {
  const { length } = path;
  if (length === 0) return { device: "", end: 0, absolute: false };
  if (isWindowsSeparator(path[0])) {
    if (length > 1 && isWindowsSeparator(path[1])) {
      // \\server\share
      let at = 2;
      while (at < length && !isWindowsSeparator(path[at])) at++;
      if (at < length && at !== 2) {
        const server = path.slice(2, at);
        let share = at;
        while (share < length && isWindowsSeparator(path[share])) share++;
        let end = share;
        while (end < length && !isWindowsSeparator(path[end])) end++;
        if (server === "." || server === "?") {
          return { device: `\\\\${server}`, end: 4, absolute: true, unc: true, special: true };
        }
        if (end !== share || share === length) {
          if (share === length) return { device: "", end: 1, absolute: true };
          return { device: `\\\\${server}\\${path.slice(share, end)}`, end, absolute: true, unc: true };
        }
      }
    }
    return { device: "", end: 1, absolute: true };
  }
  if (length > 1 && isLetter(path[0]) && path[1] === ":") {
    const absolute = length > 2 && isWindowsSeparator(path[2]);
    return { device: path.slice(0, 2), end: absolute ? 3 : 2, absolute };
  }
  return { device: "", end: 0, absolute: false };
};

const RESERVED = /^(CON|PRN|AUX|NUL|COM[1-9\u00b9\u00b2\u00b3]|LPT[1-9\u00b9\u00b2\u00b3])$/i;

const win32 = {
  resolve(...args) {
    let device = "";
    let tail = "";
    let absolute = false;
    for (let index = args.length - 1; index >= -1; index--) {
      let path;
      if (index >= 0) {
        path = args[index];
        validateString(path, `paths[${index}]`);
        if (path.length === 0) continue;
      } else if (device.length === 0) {
        path = cwd();
      } else {
        path = require("node:process").env[`=${device}`] || cwd();
        if (path === undefined || (path.slice(0, 2).toLowerCase() !== device.toLowerCase() && path[2] === BACKSLASH)) {
          path = `${device}\\`;
        }
      }
      const root = rootOf(path);
      if (root.device.length > 0) {
        if (device.length > 0) {
          if (root.device.toLowerCase() !== device.toLowerCase()) continue;
        } else device = root.device;
      }
      if (absolute) {
        if (device.length > 0) break;
      } else {
        tail = `${path.slice(root.end)}\\${tail}`;
        absolute = root.absolute;
        if (absolute && device.length > 0) break;
      }
    }
    tail = normalizeParts(tail, absolute, BACKSLASH, isWindowsSeparator);
    return absolute ? `${device}\\${tail}` : `${device}${tail}` || ".";
  },
  normalize(path) {
    validateString(path, "path");
    const { length } = path;
    if (length === 0) return ".";
    if (length === 1) return isPosixSeparator(path[0]) ? BACKSLASH : path;
    const { device, end, absolute, unc, special } = rootOf(path);
    if (unc && !special && end === length) return `${device}\\`;
    let tail = end < length ? normalizeParts(path.slice(end), absolute, BACKSLASH, isWindowsSeparator) : "";
    if (tail.length === 0 && !absolute) tail = ".";
    if (tail.length > 0 && isWindowsSeparator(path[length - 1])) tail += BACKSLASH;
    if (!absolute && device === "" && path.includes(":")) {
      // A path that looks like a device only after normalization must not become one.
      if (tail.length >= 2 && isLetter(tail[0]) && tail[1] === ":") return `.\\${tail}`;
      let at = path.indexOf(":");
      do {
        if (at === length - 1 || isWindowsSeparator(path[at + 1])) return `.\\${tail}`;
        at = path.indexOf(":", at + 1);
      } while (at !== -1);
    }
    const colon = path.indexOf(":");
    if (device === "" && colon > 0 && RESERVED.test(path.slice(0, colon))) return `.\\${device}${tail}`;
    if (device === "") return absolute ? `\\${tail}` : tail;
    return absolute ? `${device}\\${tail}` : `${device}${tail}`;
  },
  isAbsolute(path) {
    validateString(path, "path");
    if (path.length === 0) return false;
    return isWindowsSeparator(path[0]) ||
      (path.length > 2 && isLetter(path[0]) && path[1] === ":" && isWindowsSeparator(path[2]));
  },
  join(...args) {
    const parts = [];
    for (const arg of args) {
      validateString(arg, "path");
      if (arg.length > 0) parts.push(arg);
    }
    if (parts.length === 0) return ".";
    let joined = parts.join(BACKSLASH);
    // Two slashes at the start mean a share only if the first argument says so.
    const first = parts[0];
    let slashes = 0;
    let keeps = false;
    if (isWindowsSeparator(first[0])) {
      slashes = 1;
      if (first.length > 1 && isWindowsSeparator(first[1])) {
        slashes = 2;
        if (first.length > 2) {
          if (isWindowsSeparator(first[2])) slashes = 3;
          else keeps = true;
        }
      }
    }
    if (!keeps) {
      while (slashes < joined.length && isWindowsSeparator(joined[slashes])) slashes++;
      if (slashes >= 2) joined = `\\${joined.slice(slashes)}`;
    }
    // A device name among the parts is no device.
    const names = joined.split(/[\\/]/);
    const isReserved = (name) => name.indexOf(":") > 0 && RESERVED.test(name.slice(0, name.indexOf(":")));
    if (isWindowsSeparator(joined[0]) && names.some(isReserved)) return joined.replaceAll("/", BACKSLASH);
    if (names.some((name) => /^[A-Za-z0-9\u00b9\u00b2\u00b3]+:$/.test(name) && RESERVED.test(name.slice(0, -1)))) {
      return `.\\${normalizeParts(joined, false, BACKSLASH, isWindowsSeparator)}`.replace(/^\.\\\.\\/, ".\\");
    }
    return win32.normalize(joined);
  },
  relative(from, to) {
    validateString(from, "from");
    validateString(to, "to");
    if (from === to) return "";
    const [source, target] = [win32.resolve(from), win32.resolve(to)];
    if (source === target || source.toLowerCase() === target.toLowerCase()) return "";
    const trim = (path) => path.replace(/^\\+|\\+$/g, "");
    const [a, b] = [trim(source).split(BACKSLASH), trim(target).split(BACKSLASH)];
    let same = 0;
    while (same < a.length && same < b.length && a[same].toLowerCase() === b[same].toLowerCase()) same++;
    if (same === 0) return target;
    return [...a.slice(same).map(() => ".."), ...b.slice(same)].join(BACKSLASH);
  },
  toNamespacedPath(path) {
    if (typeof path !== "string" || path.length === 0) return path;
    const resolved = win32.resolve(path);
    if (resolved.length <= 2) return path;
    if (resolved[0] === BACKSLASH) {
      if (resolved[1] === BACKSLASH && resolved[2] !== "?" && resolved[2] !== ".") return `\\\\?\\UNC\\${resolved.slice(2)}`;
    } else if (isLetter(resolved[0]) && resolved[1] === ":" && resolved[2] === BACKSLASH) {
      return `\\\\?\\${resolved}`;
    }
    return resolved;
  },
  dirname(path) {
    validateString(path, "path");
    const { length } = path;
    if (length === 0) return ".";
    if (length === 1) return isWindowsSeparator(path[0]) ? path : ".";
    const root = windowsRoot(path);
    if (root.length === length) return path;
    const [begin] = lastPart(path, root.length, isWindowsSeparator);
    if (begin === root.length) return root.length > 0 ? root : ".";
    return path.slice(0, Math.max(begin - 1, root.length));
  },
  basename(path, suffix) {
    if (suffix !== undefined) validateString(suffix, "suffix");
    validateString(path, "path");
    const start = path.length >= 2 && isLetter(path[0]) && path[1] === ":" ? 2 : 0;
    return baseOf(path, start, suffix, isWindowsSeparator);
  },
  extname(path) {
    validateString(path, "path");
    const start = path.length >= 2 && isLetter(path[0]) && path[1] === ":" ? 2 : 0;
    return extensionOf(baseOf(path, start, undefined, isWindowsSeparator));
  },
  format: formatWith(BACKSLASH),
  parse(path) {
    validateString(path, "path");
    if (path.length === 0) return { root: "", dir: "", base: "", ext: "", name: "" };
    const root = windowsRoot(path);
    const [begin, end] = lastPart(path, root.length, isWindowsSeparator);
    const base = path.slice(begin, end);
    const ext = extensionOf(base);
    const name = ext === "" ? base : base.slice(0, -ext.length);
    const dir = begin > root.length ? path.slice(0, begin - 1) : root;
    return { root, dir, base, ext, name };
  },
  matchesGlob: (path, pattern) => matchesGlob(path, pattern, true),
  sep: BACKSLASH,
  delimiter: ";",
  win32: null,
  posix: null,
};

/** Returns the root of a path as it is written. */
const windowsRoot = (path) => {
  if (path.length > 1 && isWindowsSeparator(path[0]) && isWindowsSeparator(path[1])) {
    const share = /^[\\/]{2}[^\\/]+[\\/]+[^\\/]+/.exec(path);
    if (share !== null) {
      const end = share[0].length;
      return end < path.length ? path.slice(0, end + 1) : share[0];
    }
    return path[0];
  }
  if (isWindowsSeparator(path[0])) return path[0];
  if (path.length > 1 && isLetter(path[0]) && path[1] === ":") {
    return path.length > 2 && isWindowsSeparator(path[2]) ? path.slice(0, 3) : path.slice(0, 2);
  }
  return "";
};

posix.posix = win32.posix = posix;
posix.win32 = win32.win32 = win32;
posix._makeLong = posix.toNamespacedPath;
win32._makeLong = win32.toNamespacedPath;

module.exports = posix;
