(require, module, exports, native) => {

// src/internal/stub.js
var { unsupported } = require("node:internal/errors");
module.exports = (name, { callable, functions, classes, values }) => {
  const refuse = (key, what) => ({ [key]: function() {
    throw unsupported(what);
  } })[key];
  const made = callable ? refuse(name, `node:${name}`) : {};
  for (const key of functions) made[key] = refuse(key, `${name}.${key}()`);
  for (const key of classes) made[key] = refuse(key, `${name}.${key}`);
  for (const key of Object.keys(values)) made[key] = values[key];
  return made;
};
}
