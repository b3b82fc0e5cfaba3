(require, module, exports, native) => {

// src/module.js
var { codes, unsupported } = require("node:internal/errors");
var { validateString } = require("node:internal/validators");
var { ERR_INVALID_ARG_VALUE } = codes;
var builtinModules = [
  "_stream_duplex",
  "_stream_passthrough",
  "_stream_readable",
  "_stream_transform",
  "_stream_writable",
  "assert",
  "assert/strict",
  "async_hooks",
  "buffer",
  "child_process",
  "cluster",
  "console",
  "constants",
  "crypto",
  "dgram",
  "diagnostics_channel",
  "dns",
  "dns/promises",
  "domain",
  "events",
  "fs",
  "fs/promises",
  "http",
  "http2",
  "https",
  "inspector",
  "inspector/promises",
  "module",
  "net",
  "os",
  "path",
  "path/posix",
  "path/win32",
  "perf_hooks",
  "process",
  "punycode",
  "querystring",
  "readline",
  "readline/promises",
  "repl",
  "stream",
  "stream/consumers",
  "stream/promises",
  "stream/web",
  "string_decoder",
  "sys",
  "timers",
  "timers/promises",
  "tls",
  "trace_events",
  "tty",
  "url",
  "util",
  "util/types",
  "v8",
  "vm",
  "wasi",
  "worker_threads",
  "zlib"
].filter((name) => native.builtinName(name));
function Module(id = "") {
  this.id = id;
  this.exports = {};
  this.filename = null;
  this.loaded = false;
  this.children = [];
  this.paths = [];
}
Module.createRequire = (filename) => {
  let path = filename;
  if (filename instanceof URL || typeof filename === "string" && filename.startsWith("file:")) {
    path = require("node:url").fileURLToPath(filename);
  } else if (typeof filename !== "string" || filename[0] !== "/") {
    throw new ERR_INVALID_ARG_VALUE("filename", filename, "must be a file URL object, file URL string, or absolute path string");
  }
  const base = path.slice(1);
  const requireOf = (id) => {
    validateString(id, "id");
    if (id === "") throw new ERR_INVALID_ARG_VALUE("id", id, "must be a non-empty string");
    return native.requireFrom(base, id);
  };
  requireOf.resolve = (id) => native.builtinName(id) ?? id;
  requireOf.cache = { __proto__: null };
  requireOf.main = void 0;
  return requireOf;
};
Module.builtinModules = Object.freeze(builtinModules);
Module.isBuiltin = (name) => typeof name === "string" && Boolean(native.builtinName(name));
Module.Module = Module;
Module._extensions = { __proto__: null };
Module._cache = { __proto__: null };
Module.globalPaths = [];
Module.wrap = (script) => `(function (exports, require, module, __filename, __dirname) { ${script}
});`;
Module.syncBuiltinESMExports = () => {
  throw unsupported("module.syncBuiltinESMExports()");
};
for (const name of [
  "_load",
  "_resolveFilename",
  "enableCompileCache",
  "findPackageJSON",
  "findSourceMap",
  "flushCompileCache",
  "getCompileCacheDir",
  "register",
  "registerHooks",
  "runMain",
  "stripTypeScriptTypes"
]) {
  Module[name] = () => {
    throw unsupported(`module.${name}()`);
  };
}
Module.SourceMap = class SourceMap {
  constructor() {
    throw unsupported("module.SourceMap");
  }
};
Module.constants = { compileCacheStatus: { FAILED: 0, ENABLED: 1, ALREADY_ENABLED: 2, DISABLED: 3 } };
module.exports = Module;
}
