(require, module, exports, native) => {

// src/console.js
var { codes } = require("node:internal/errors");
var { validateInteger, validateObject, validateOneOf } = require("node:internal/validators");
var { formatWithOptions, inspect } = require("node:internal/inspect");
var { ERR_CONSOLE_WRITABLE_STREAM, ERR_INVALID_ARG_VALUE } = codes;
var isStream = (value) => value !== null && typeof value === "object" && typeof value.write === "function";
function Console(options, ...rest) {
  if (!new.target) return new Console(options, ...rest);
  if (!options || typeof options.write === "function") options = { stdout: options, stderr: rest[0], ignoreErrors: rest[1] };
  const { stdout, stderr = stdout, ignoreErrors = true, colorMode = "auto", inspectOptions, groupIndentation = 2 } = options;
  if (!isStream(stdout)) throw new ERR_CONSOLE_WRITABLE_STREAM("stdout");
  if (!isStream(stderr)) throw new ERR_CONSOLE_WRITABLE_STREAM("stderr");
  validateOneOf(colorMode, "colorMode", ["auto", true, false]);
  validateInteger(groupIndentation, "groupIndentation", 0, 1e3);
  if (inspectOptions !== void 0) {
    validateObject(inspectOptions, "options.inspectOptions");
    if (inspectOptions.colors !== void 0 && options.colorMode !== void 0) {
      throw new ERR_INVALID_ARG_VALUE("options.inspectOptions.color", inspectOptions.colors, "cannot be used together with colorMode");
    }
  }
  const counts = /* @__PURE__ */ new Map();
  const times = /* @__PURE__ */ new Map();
  let indent = "";
  const write = (stream, args) => {
    const colors = colorMode === "auto" ? Boolean(stream.isTTY) : colorMode;
    let text = formatWithOptions({ colors, ...inspectOptions }, ...args);
    if (indent !== "") text = `${indent}${text.replaceAll("\n", `
${indent}`)}`;
    try {
      stream.write(`${text}
`, () => {
      });
    } catch (error) {
      if (!ignoreErrors) throw error;
    }
  };
  const out = (...args) => write(stdout, args);
  const err = (...args) => write(stderr, args);
  const elapsed = (label) => {
    const start = times.get(`${label}`);
    if (start === void 0) {
      require("node:process").emitWarning(`No such label '${label}' for console.time()`);
      return void 0;
    }
    return `${label}: ${(performance.now() - start).toFixed(3)}ms`;
  };
  const methods = {
    log: out,
    info: out,
    debug: out,
    dirxml: out,
    warn: err,
    error: err,
    trace(...args) {
      const stack = `${new Error().stack}`.split("\n").slice(2).join("\n");
      err(`Trace${args.length > 0 ? `: ${formatWithOptions({}, ...args)}` : ""}
${stack}`);
    },
    assert(condition, ...args) {
      if (condition) return;
      if (typeof args[0] === "string") args[0] = `Assertion failed: ${args[0]}`;
      else args.unshift("Assertion failed");
      err(...args);
    },
    dir: (object, dirOptions) => out(inspect(object, { customInspect: false, ...inspectOptions, ...dirOptions })),
    count(label = "default") {
      label = `${label}`;
      counts.set(label, (counts.get(label) ?? 0) + 1);
      out(`${label}: ${counts.get(label)}`);
    },
    countReset(label = "default") {
      if (!counts.delete(`${label}`)) require("node:process").emitWarning(`Count for '${label}' does not exist`);
    },
    group(...args) {
      if (args.length > 0) out(...args);
      indent += " ".repeat(groupIndentation);
    },
    groupEnd() {
      indent = indent.slice(0, indent.length - groupIndentation);
    },
    time(label = "default") {
      if (times.has(`${label}`)) require("node:process").emitWarning(`Label '${label}' already exists for console.time()`);
      else times.set(`${label}`, performance.now());
    },
    timeEnd(label = "default") {
      const text = elapsed(label);
      if (text !== void 0) out(text);
      times.delete(`${label}`);
    },
    timeLog(label = "default", ...args) {
      const text = elapsed(label);
      if (text !== void 0) out(text, ...args);
    },
    table: (data) => out(data)
  };
  methods.groupCollapsed = methods.group;
  Object.assign(this, methods);
  Object.defineProperties(this, {
    _stdout: { value: stdout, writable: true, configurable: true },
    _stderr: { value: stderr, writable: true, configurable: true }
  });
}
module.exports = Object.create(console);
for (const name of Object.keys(console)) module.exports[name] = console[name];
module.exports.Console = Console;
}
