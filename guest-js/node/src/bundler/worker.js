// Programs for the Worker Loader.
"use strict";

const { entryOf } = require("./entry.js");
const { ignoredOptions } = require("./options.js");
const { link, open } = require("./project.js");

/** Returns a module as the loader takes it. A plain string is JavaScript by the end of its name. */
const moduleOf = (name, kind, content) => {
  if (kind === "js" && name.endsWith(".js")) return content;
  return { [kind]: kind === "json" ? JSON.parse(content) : content };
};

/** Links the program of a project and returns what both functions have in their results. */
const build = async (project, options, given, names) => {
  const entry = entryOf(project.files, project.config, given, names);
  const { main, modules } = await link(project, entry, options);
  if (options.bundle === false) project.warnings.push(...ignoredOptions(options));
  return {
    mainModule: main,
    // Also right for a module of the name `__proto__`.
    modules: Object.fromEntries(modules.map(([name, kind, content]) => [name, moduleOf(name, kind, content)])),
    ...(project.config && { wranglerConfig: project.config }),
    // Programs that share modules share warnings.
    ...(project.warnings.length > 0 && { warnings: [...new Set(project.warnings)] }),
  };
};

const createWorker = async (options) => {
  const names = { caller: "createWorker", option: "entryPoint", kind: "Entry point" };
  const project = await open(options, names.caller);
  return build(project, options, options.entryPoint, names);
};

module.exports = { build, createWorker };
