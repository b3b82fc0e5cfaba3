// Writes stubs.json: what the modules export that need a file system, sockets, processes or
// another realm. Run it with the Node whose modules are meant, 24.
//
//   node stubs.mjs
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const NAMES = [
  "child_process", "cluster", "constants", "dgram", "dns", "dns/promises", "domain", "fs", "fs/promises", "http", "http2",
  "https", "inspector", "inspector/promises", "net", "readline", "readline/promises", "repl", "sea", "sqlite", "test",
  "test/reporters", "tls", "trace_events", "v8", "vm", "wasi", "worker_threads",
];
// Values that say nothing of the machine.
const isPlain = (value, depth = 0) =>
  value === null || ["string", "number", "boolean"].includes(typeof value) ||
  (depth < 2 && typeof value === "object" && Object.getPrototypeOf(value) !== null && [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value)) &&
    Object.values(value).every((item) => isPlain(item, depth + 1))) ||
  (depth < 2 && typeof value === "object" && Object.getPrototypeOf(value) === null && Object.values(value).every((item) => isPlain(item, depth + 1)));

process.emitWarning = () => {};
const stubs = {};
for (const name of NAMES) {
  const functions = [];
  const classes = [];
  const values = {};
  let exported;
  try {
    exported = require(`node:${name}`);
  } catch {
    exported = {};
  }
  for (const key of Object.keys(exported)) {
    if (key.startsWith("_") || key === "rootCertificates") continue;
    const value = exported[key];
    if (typeof value === "function") (/^[A-Z]/.test(key) ? classes : functions).push(key);
    else if (isPlain(value)) values[key] = value;
  }
  if (name === "worker_threads") Object.assign(values, { threadId: 0, isMainThread: true, workerData: null, parentPort: null, resourceLimits: {} });
  stubs[name] = { callable: typeof exported === "function", functions, classes, values };
}
writeFileSync(new URL("stubs.json", import.meta.url), `${JSON.stringify(stubs, null, 1)}\n`);
