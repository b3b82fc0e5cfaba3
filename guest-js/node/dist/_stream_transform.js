(require, module, exports, native) => {

// src/_stream_transform.js
module.exports = require("node:stream").Transform;
}
