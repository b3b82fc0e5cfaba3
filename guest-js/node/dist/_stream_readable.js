(require, module, exports, native) => {

// src/_stream_readable.js
module.exports = require("node:stream").Readable;
}
