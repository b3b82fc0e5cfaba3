(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("inspector/promises", {"callable":false,"functions":["open","close","url","waitForDebugger"],"classes":["Session"],"values":{}});
}
