(require, module, exports, native) => {
// src/path-win32.js
module.exports = require("node:path").win32;
}
