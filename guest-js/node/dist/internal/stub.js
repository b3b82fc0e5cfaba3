(require, module, exports, native) => {

// src/internal/stub.js
var { unsupported } = require("node:internal/errors");
var HOW = "no directory was handed in (one that is bound as NAME is available as /NAME: WorkerCode::env, isolet run --dir NAME=PATH)";
var whyNot = (name, key) => {
  if (name !== "fs" && name !== "fs/promises") return void 0;
  if (native.mounts() === void 0) return HOW;
  const asynchronous = key.replace(/Sync$/, "");
  return asynchronous in require("node:internal/fs-promises") ? `use fs.promises.${asynchronous}()` : void 0;
};
module.exports = (name, { callable, functions, classes, values }) => {
  const refuse = (key, what) => ({ [key]: function() {
    throw unsupported(what, whyNot(name, key));
  } })[key];
  const made = callable ? refuse(name, `node:${name}`) : {};
  for (const key of functions) made[key] = refuse(key, `${name}.${key}()`);
  for (const key of classes) made[key] = refuse(key, `${name}.${key}`);
  for (const key of Object.keys(values)) made[key] = values[key];
  return made;
};
}
