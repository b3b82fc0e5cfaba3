(require, module, exports, native) => {

// src/stream-promises.js
module.exports = require("node:stream").promises;
}
