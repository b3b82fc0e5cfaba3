// The file that a program starts with.
"use strict";

const DEFAULTS = [
  "src/index.ts", "src/index.js", "src/index.mts", "src/index.mjs", "index.ts", "index.js", "index.py",
  "src/worker.ts", "src/worker.js",
];

/** The number of files that an error lists. */
const MAX_LISTED = 10;

const relative = (path) => (path.startsWith("./") ? path.slice(2) : path);

/** Returns the entry point that `package.json` declares. */
const declared = (files) => {
  let manifest;
  try {
    manifest = JSON.parse(files.read("package.json"));
  } catch {
    return undefined;
  }
  const main = manifest?.exports?.["."];
  const candidates = [
    manifest?.exports, main, main?.import ?? main?.default ?? main?.module, manifest?.module, manifest?.main,
  ];
  return candidates.find((path) => typeof path === "string" && path !== "");
};

const detect = (files, config) => {
  const path = config?.main || declared(files);
  return path ? relative(path) : DEFAULTS.find((name) => files.read(name) !== null);
};

/** Returns some of the paths that the caller has given. */
const listed = (files) => {
  const paths = files.list().filter((path) => !path.startsWith("node_modules/")).sort();
  if (paths.length === 0) return "(none: `files` is empty, or holds installed packages alone)";
  const more = paths.length > MAX_LISTED ? `, … (+${paths.length - MAX_LISTED} more)` : "";
  return paths.slice(0, MAX_LISTED).join(", ") + more;
};

/** Returns `path`, which must be a program for the sandbox. `kind` begins the error. */
const existing = (files, path, kind) => {
  if (files.read(path) === null) {
    throw new Error(`${kind} "${path}" was not found in \`files\`. Available files: ${listed(files)}.`);
  }
  if (path.endsWith(".py")) {
    throw new Error(`${kind} "${path}" is Python, which isolet does not run. Use JavaScript or TypeScript.`);
  }
  return path;
};

/** Returns the entry point that the option of that name gives, or the one that is found without it. */
const entryOf = (files, config, given, { caller, option, kind }) => {
  const path = given === undefined ? detect(files, config) : relative(given);
  if (!path) {
    throw new Error(
      `Could not determine ${kind.toLowerCase()} for ${caller}. Tried (in order): the \`${option}\` option, `
        + `\`main\` in wrangler config, \`exports\`/\`module\`/\`main\` in package.json, and the defaults ${DEFAULTS.join(", ")}. `
        + `Pass \`${option}\` explicitly or add one of those files.`,
    );
  }
  return existing(files, path, kind);
};

module.exports = { entryOf, existing, relative };
