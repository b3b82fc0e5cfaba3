(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("child_process", {"callable":false,"functions":["exec","execFile","execFileSync","execSync","fork","spawn","spawnSync"],"classes":["ChildProcess"],"values":{}});
}
