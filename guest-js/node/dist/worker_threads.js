(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("worker_threads", {"callable":false,"functions":["markAsUncloneable","markAsUntransferable","isMarkedAsUntransferable","moveMessagePortToContext","receiveMessageOnPort","postMessageToThread","setEnvironmentData","getEnvironmentData"],"classes":["MessagePort","MessageChannel","Worker","BroadcastChannel"],"values":{"isInternalThread":false,"isMainThread":true,"resourceLimits":{},"threadId":0,"threadName":"","parentPort":null,"workerData":null}});
for (const name of ["MessageChannel", "MessagePort", "BroadcastChannel"]) if (name in globalThis) made[name] = globalThis[name];
made.isMarkedAsUntransferable = () => false;
// No thread is there to send a value to. Libraries mark what they make when they are loaded.
made.markAsUncloneable = () => {};
}
