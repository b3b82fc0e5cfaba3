(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("wasi", {"callable":false,"functions":[],"classes":["WASI"],"values":{}});
}
