(require, module, exports, native) => {

// src/_stream_passthrough.js
module.exports = require("node:stream").PassThrough;
}
