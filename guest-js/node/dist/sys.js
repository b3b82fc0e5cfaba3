(require, module, exports, native) => {

// src/sys.js
module.exports = require("node:util");
}
