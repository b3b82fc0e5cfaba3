(require, module, exports, native) => {

// src/internal/stream-errors.js
var { codes, AbortError, aggregateTwoErrors, hideStackFrames } = require("node:internal/errors");
module.exports = { AbortError, aggregateTwoErrors, hideStackFrames, codes };
}
