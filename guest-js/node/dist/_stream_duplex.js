(require, module, exports, native) => {

// src/_stream_duplex.js
module.exports = require("node:stream").Duplex;
}
