(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("dgram", {"callable":false,"functions":["createSocket"],"classes":["Socket"],"values":{}});
}
