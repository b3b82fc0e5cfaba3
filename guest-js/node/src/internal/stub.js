// Modules that the sandbox cannot have. They can be imported, and what they export refuses.
"use strict";

const { unsupported } = require("node:internal/errors");

const HOW = "no directory was handed in (one that is bound as NAME is available as /NAME: WorkerCode::env, isolet run --dir NAME=PATH)";

/** Returns why a function is refused, if there is more to say. */
const whyNot = (name, key) => {
  if (name !== "fs" && name !== "fs/promises") return undefined;
  if (native.mounts() === undefined) return HOW;
  const asynchronous = key.replace(/Sync$/, "");
  return asynchronous in require("node:internal/fs-promises") ? `use fs.promises.${asynchronous}()` : undefined;
};

/** Makes the exports of a module. A class can be extended, and refuses to be constructed. */
module.exports = (name, { callable, functions, classes, values }) => {
  const refuse = (key, what) => ({ [key]: function () { throw unsupported(what, whyNot(name, key)); } })[key];
  const made = callable ? refuse(name, `node:${name}`) : {};
  for (const key of functions) made[key] = refuse(key, `${name}.${key}()`);
  for (const key of classes) made[key] = refuse(key, `${name}.${key}`);
  for (const key of Object.keys(values)) made[key] = values[key];
  return made;
};
