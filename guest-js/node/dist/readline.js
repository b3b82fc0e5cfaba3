(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("readline", {"callable":false,"functions":["clearLine","clearScreenDown","createInterface","cursorTo","emitKeypressEvents","moveCursor"],"classes":["Interface"],"values":{}});
}
