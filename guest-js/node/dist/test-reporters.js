(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("test/reporters", {"callable":false,"functions":["dot","junit","spec","tap","lcov"],"classes":[],"values":{}});
}
