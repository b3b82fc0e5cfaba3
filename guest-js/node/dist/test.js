(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("test", {"callable":true,"functions":["expectFailure","skip","todo","only","after","afterEach","before","beforeEach","describe","getTestContext","it","run","suite","test"],"classes":[],"values":{}});
}
