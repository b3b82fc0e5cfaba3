// npm packages. The host resolves, downloads and unpacks them.
"use strict";

const { isFileSystem } = require("./files.js");

const NODE_MODULES = "node_modules/";

const manifestOf = (files) => {
  const value = JSON.parse(files.read("package.json"));
  if (typeof value !== "object" || value === null) throw new TypeError("not an object");
  return value;
};

const hasDependencies = (files) => {
  try {
    return Object.keys(manifestOf(files).dependencies ?? {}).length > 0;
  } catch {
    return false;
  }
};

/** Returns the name of the package at the top level that a path belongs to. */
const packageOf = (path) => {
  const [first, second] = path.slice(NODE_MODULES.length).split("/", 2);
  return first.startsWith("@") ? `${first}/${second}` : first;
};

const install = async (request, names) => {
  try {
    return await native.install(request);
  } catch (error) {
    throw new Error(`Cannot install ${names.join(", ")}: ${error.message}`, { cause: error });
  }
};

/** Installs what `package.json` asks for and the file system does not have yet. */
const installDependencies = async (files, { dev = false, registry } = {}) => {
  if (!isFileSystem(files) || typeof files.write !== "function") {
    throw new TypeError("installDependencies(): the first argument must be a FileSystem.");
  }
  const result = { installed: [], warnings: [] };
  const isPython = files.read("pyproject.toml") !== null;
  if (files.read("package.json") === null) {
    if (isPython) throw new Error("pyproject.toml: isolet installs no Python packages.");
    return result;
  }
  if (isPython) return { ...result, warnings: ["Cannot have package.json and pyproject.toml"] };
  let manifest;
  try {
    manifest = manifestOf(files);
  } catch {
    return { ...result, warnings: ["Failed to parse package.json"] };
  }

  const isPresent = (name) => files.read(`${NODE_MODULES}${name}/package.json`) !== null;
  const missing = (wanted) => Object.fromEntries(Object.entries(wanted ?? {}).filter(([name]) => !isPresent(name)));
  const { dependencies, devDependencies, ...rest } = manifest;
  const wanted = missing({ ...dependencies, ...(dev ? devDependencies : {}) });
  if (Object.keys(wanted).length === 0) return result;
  for (const kind of ["optionalDependencies", "peerDependencies"]) {
    if (rest[kind]) rest[kind] = missing(rest[kind]);
  }
  const request = {
    manifest: JSON.stringify({ ...rest, dependencies: wanted }),
    lock: files.read("isolet-lock.json") ?? files.read("package-lock.json") ?? undefined,
    registry,
  };
  const { files: added, warnings, installed } = await install(request, Object.keys(wanted));
  // A package that is there stays as it is.
  const kept = new Map();
  for (const [path] of added) {
    const name = packageOf(path);
    if (!kept.has(name)) kept.set(name, isPresent(name));
  }
  for (const [path, text] of added) {
    if (!kept.get(packageOf(path))) files.write(path, text);
  }
  return { installed, warnings };
};

module.exports = { hasDependencies, installDependencies };
