(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("domain", {"callable":false,"functions":["createDomain","create"],"classes":["Domain"],"values":{"active":null}});
}
