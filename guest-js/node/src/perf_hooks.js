// perf_hooks.
"use strict";

const { unsupported } = require("node:internal/errors");

module.exports = {
  performance,
  constants: {
    NODE_PERFORMANCE_GC_MAJOR: 4, NODE_PERFORMANCE_GC_MINOR: 1, NODE_PERFORMANCE_GC_INCREMENTAL: 8, NODE_PERFORMANCE_GC_WEAKCB: 16,
  },
};
for (const name of ["Performance", "PerformanceEntry", "PerformanceMark", "PerformanceMeasure", "PerformanceObserver",
  "PerformanceObserverEntryList", "PerformanceResourceTiming"]) {
  module.exports[name] = globalThis[name] ?? ({ [name]: function () { throw unsupported(`perf_hooks.${name}`); } })[name];
}
for (const name of ["monitorEventLoopDelay", "createHistogram", "timerify", "eventLoopUtilization"]) {
  module.exports[name] = () => {
    throw unsupported(`perf_hooks.${name}()`);
  };
}
