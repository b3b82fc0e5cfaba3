// The steps that `createWorker` and `createApp` share.
"use strict";

const { fileSystemOf, textsOf } = require("./files.js");
const { hasDependencies, installDependencies } = require("./install.js");
const { checkOptions } = require("./options.js");
const { jsxOf } = require("./tsconfig.js");
const { wranglerConfigOf } = require("./wrangler.js");

// The runtime has these, so they stay as they are.
const EXTERNAL = ["cloudflare:", "isolet:"];

/** Reads the configuration and installs what is missing. */
const open = async (options, caller) => {
  checkOptions(options, caller);
  const files = fileSystemOf(options.files, caller);
  const config = wranglerConfigOf(files);
  const warnings = [];
  if (hasDependencies(files)) {
    const installed = await installDependencies(files, { registry: options.registry });
    warnings.push(...installed.warnings);
  }
  return { files, texts: textsOf(files), config, jsx: jsxOf(files, warnings), warnings };
};

/** Links the modules that the program `entry` leads to. Its warnings join those of the project. */
const link = async ({ texts, config, jsx, warnings }, entry, options, isClient = false) => {
  // Without bundling, the settings of the project hold alone, and the runtime of JSX is the automatic one.
  const applied = isClient || options.bundle !== false ? options : { jsx: jsx.jsx ?? "automatic" };
  const { minify = false, sourcemap = false, loader = {}, virtualModules = {} } = applied;
  const define = { ...applied.define };
  // Packages choose by this name, and without `nodejs_compat` nothing has it at run time.
  if (isClient || !config?.compatibilityFlags?.includes("nodejs_compat")) {
    define["process.env.NODE_ENV"] ??= minify ? '"production"' : '"development"';
  }
  const linked = await native.link({
    files: texts,
    entry,
    externals: [...EXTERNAL, ...(options.externals ?? [])],
    conditions: applied.conditions ?? (isClient ? ["browser"] : undefined),
    define: Object.entries(define),
    minify,
    sourcemap,
    jsx: applied.jsx ?? jsx.jsx,
    jsxImportSource: applied.jsxImportSource ?? jsx.jsxImportSource,
    // Of two endings that fit, the longer one comes first.
    loader: Object.entries(loader).sort(([a], [b]) => b.length - a.length),
    virtual: Object.entries(virtualModules),
  });
  warnings.push(...linked.warnings);
  return linked;
};

module.exports = { open, link };
