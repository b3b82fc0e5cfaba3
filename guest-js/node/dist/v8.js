(require, module, exports, native) => {
"use strict";
const made = module.exports = require("node:internal/stub")("v8", {"callable":false,"functions":["cachedDataVersionTag","getHeapSnapshot","getHeapStatistics","getHeapSpaceStatistics","getHeapCodeStatistics","getCppHeapStatistics","setFlagsFromString","deserialize","takeCoverage","stopCoverage","serialize","writeHeapSnapshot","queryObjects","setHeapSnapshotNearHeapLimit","isStringOneByteRepresentation","startCpuProfile"],"classes":["Serializer","Deserializer","DefaultSerializer","DefaultDeserializer","GCProfiler"],"values":{}});
}
