(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("repl", {"callable":false,"functions":["start","writer","isValidSyntax"],"classes":["REPLServer","Recoverable"],"values":{}});
}
