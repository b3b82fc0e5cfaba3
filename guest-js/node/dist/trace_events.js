(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("trace_events", {"callable":false,"functions":["createTracing","getEnabledCategories"],"classes":[],"values":{}});
}
