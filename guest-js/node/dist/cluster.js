(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("cluster", {"callable":false,"functions":["setupPrimary","setupMaster","fork","disconnect"],"classes":["Worker"],"values":{"isWorker":false,"isMaster":true,"isPrimary":true,"workers":{},"settings":{},"SCHED_NONE":1,"SCHED_RR":2,"schedulingPolicy":2}});
}
