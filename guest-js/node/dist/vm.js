(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("vm", {"callable":false,"functions":["createContext","createScript","runInContext","runInNewContext","runInThisContext","isContext","compileFunction","measureMemory"],"classes":["Script"],"values":{}});
made.isContext = () => false;
}
