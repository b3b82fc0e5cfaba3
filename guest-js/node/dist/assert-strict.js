(require, module, exports, native) => {

// src/assert-strict.js
module.exports = require("node:assert").strict;
}
