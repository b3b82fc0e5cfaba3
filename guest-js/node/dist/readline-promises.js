(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("readline/promises", {"callable":false,"functions":["createInterface"],"classes":["Interface","Readline"],"values":{}});
}
