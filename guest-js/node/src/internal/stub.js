// Modules that the sandbox cannot have. They can be imported, and what they export refuses.
"use strict";

const { unsupported } = require("node:internal/errors");

/** Makes the exports of a module. A class can be extended, and refuses to be constructed. */
module.exports = (name, { callable, functions, classes, values }) => {
  const refuse = (key, what) => ({ [key]: function () { throw unsupported(what); } })[key];
  const made = callable ? refuse(name, `node:${name}`) : {};
  for (const key of functions) made[key] = refuse(key, `${name}.${key}()`);
  for (const key of classes) made[key] = refuse(key, `${name}.${key}`);
  for (const key of Object.keys(values)) made[key] = values[key];
  return made;
};
