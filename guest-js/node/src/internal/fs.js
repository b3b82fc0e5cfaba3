// `node:fs` over the directories that the worker was handed: callbacks, descriptors and classes.
"use strict";

const { pathOf } = require("node:internal/fs-paths");
const { Dir, Dirent, Stats } = require("node:internal/fs-entries");
const { handleOf } = require("node:internal/fs-handle");
const promises = require("node:internal/fs-promises");
const { validateFunction } = require("node:internal/validators");
const { nextTick } = require("node:process");

/** Calls back once a promise has settled. */
const settle = (promise, callback) => {
  promise.then((value) => nextTick(callback, null, value), (error) => nextTick(callback, error));
};

const named = (name, make) => Object.defineProperty(make, "name", { value: name, configurable: true });

/** Makes the function with a callback of one that returns a promise. The first arguments are paths. */
const called = (name, paths) => named(name, function (...args) {
  const callback = args.length > paths ? args.pop() : undefined;
  validateFunction(callback, "cb");
  for (const path of args.slice(0, paths)) if (typeof path !== "number") pathOf(path);
  const [file] = args;
  if (typeof file === "number") args[0] = handleOf(file, name);
  settle(promises[name](...args), callback);
});

const ofPaths = {
  access: 1, appendFile: 1, copyFile: 2, cp: 2, lstat: 1, mkdir: 1, mkdtemp: 1, opendir: 1, readFile: 1, readdir: 1,
  realpath: 1, rename: 2, rm: 1, rmdir: 1, stat: 1, truncate: 1, unlink: 1, writeFile: 1,
};
/** The methods of FileHandle, and their names for descriptors. */
const ofDescriptors = { close: "close", datasync: "fdatasync", stat: "fstat", sync: "fsync", truncate: "ftruncate" };

const streams = () => require("node:internal/fs-streams");
const streamClass = (name) => {
  const made = named(name, function (path, options) {
    return new (streams()[name])(path, options);
  });
  Object.defineProperty(made, Symbol.hasInstance, { value: (it) => it instanceof streams()[name] });
  return made;
};

/** Adds the functions to the exports of the module, in place of those that refuse. */
const install = (made) => {
  for (const name of Object.keys(ofPaths)) made[name] = called(name, ofPaths[name]);
  made.realpath.native = made.realpath;
  for (const [method, name] of Object.entries(ofDescriptors)) {
    made[name] = named(name, function (fd, ...args) {
      const callback = args.pop();
      validateFunction(callback, "cb");
      settle((async () => handleOf(fd, name)[method](...args))(), callback);
    });
  }
  made.exists = named("exists", function (path, callback) {
    validateFunction(callback, "cb");
    (async () => promises.access(path))().then(() => nextTick(callback, true), () => nextTick(callback, false));
  });
  Object.defineProperty(made.exists, Symbol.for("nodejs.util.promisify.custom"), {
    value: (path) => new Promise((resolve) => made.exists(path, resolve)),
  });
  made.open = named("open", function (path, ...args) {
    const callback = args.pop();
    validateFunction(callback, "cb");
    settle(promises.open(pathOf(path), ...args).then((file) => file.fd), callback);
  });
  made.read = named("read", function (fd, ...args) {
    const callback = args.pop();
    validateFunction(callback, "cb");
    (async () => handleOf(fd, "read").read(...args))().then(
      ({ bytesRead, buffer }) => nextTick(callback, null, bytesRead, buffer), (error) => nextTick(callback, error));
  });
  const toStandardStreams = made.write;
  made.write = named("write", function (fd, ...args) {
    if (fd === 1 || fd === 2) return toStandardStreams(fd, ...args);
    const callback = args.pop();
    validateFunction(callback, "cb");
    (async () => handleOf(fd, "write").write(...args))().then(
      ({ bytesWritten, buffer }) => nextTick(callback, null, bytesWritten, buffer), (error) => nextTick(callback, error));
  });
  made.createReadStream = named("createReadStream", (path, options) => new (streams().ReadStream)(path, options));
  made.createWriteStream = named("createWriteStream", (path, options) => new (streams().WriteStream)(path, options));
  for (const name of ["ReadStream", "WriteStream"]) made[name] = made[`File${name}`] = streamClass(name);
  Object.assign(made, { Dir, Dirent, Stats }, require("node:internal/fs-sync"));
};

module.exports = { install };
