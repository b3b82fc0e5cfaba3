(require, module, exports, native) => {

// src/_stream_writable.js
module.exports = require("node:stream").Writable;
}
