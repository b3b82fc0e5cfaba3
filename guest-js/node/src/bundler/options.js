// The options of `createWorker` and `createApp`.
"use strict";

const PLUGINS = "__dangerouslyUseEsBuildPluginsDoNotUseOrYouWillBeFired";

const isString = (value) => typeof value === "string";
const isBoolean = (value) => typeof value === "boolean";
const isList = (value) => Array.isArray(value) && value.every(isString);
const isRecord = (of) => (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(of);
const isOneOf = (values) => (value) => values.includes(value);
const isContent = (value) => isString(value) || value instanceof ArrayBuffer || ArrayBuffer.isView(value);

const LOADERS = ["js", "jsx", "ts", "tsx", "json", "css", "text", "binary", "base64", "dataurl"];
const MODES = ["transform", "preserve", "automatic"];

const string = [isString, "a string"];
const boolean = [isBoolean, "a boolean"];
const list = [isList, "an array of strings"];
const texts = [isRecord(isString), "an object of strings"];

const KINDS = {
  entryPoint: string, server: string, target: string, registry: string, jsxImportSource: string,
  bundle: boolean, minify: boolean, sourcemap: boolean,
  externals: list, conditions: list,
  define: texts, virtualModules: texts,
  client: [(value) => isString(value) || isList(value), "a string or an array of strings"],
  jsx: [isOneOf(MODES), `one of: ${MODES.join(", ")}`],
  loader: [isRecord(isOneOf(LOADERS)), `an object whose values are among: ${LOADERS.join(", ")}`],
  assets: [isRecord(isContent), "an object of strings and ArrayBuffers"],
  assetConfig: [isRecord(() => true), "an object"],
};

// The linker applies these, which `bundle: false` switches off.
const BUNDLER_ONLY = ["jsx", "jsxImportSource", "define", "loader", "conditions", "virtualModules", PLUGINS];

/** Errors if an option has another type, or is one that isolet refuses. */
const checkOptions = (options, caller) => {
  if (typeof options !== "object" || options === null) throw new TypeError(`${caller}(): the options must be an object.`);
  for (const [name, [is, kind]] of Object.entries(KINDS)) {
    if (options[name] !== undefined && !is(options[name])) throw new TypeError(`${caller}(): \`${name}\` must be ${kind}.`);
  }
  const plugins = options[PLUGINS];
  if (plugins !== undefined && !Array.isArray(plugins)) throw new TypeError(`${caller}(): \`${PLUGINS}\` must be an array.`);
  // Without bundling they are ignored, with a warning.
  if (options.bundle !== false && plugins?.length > 0) {
    const instead = "Use `virtualModules`, `loader` or `define`.";
    throw new Error(`${caller}(): \`${PLUGINS}\` is not supported: isolet does not run esbuild. ${instead}`);
  }
};

/** Returns the warning about options that have no effect, or none. */
const ignoredOptions = (options) => {
  const names = BUNDLER_ONLY.filter((name) => options[name] !== undefined);
  if (names.length === 0) return [];
  const are = names.length === 1 ? "is" : "are";
  return [`${names.join(", ")} ${are} ignored when \`bundle: false\`. Set \`bundle: true\` (the default) to apply them.`];
};

module.exports = { checkOptions, ignoredOptions };
