(require, module, exports, native) => {
// src/path-posix.js
module.exports = require("node:path").posix;
}
