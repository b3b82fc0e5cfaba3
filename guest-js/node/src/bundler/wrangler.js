// The configuration of a worker.
"use strict";

const jsonc = require("./jsonc.js");
const toml = require("./toml.js");

// The first one that exists is read.
const FILES = [["wrangler.toml", toml.parse], ["wrangler.json", jsonc.parse], ["wrangler.jsonc", jsonc.parse]];

/**
 * Returns `main` and the compatibility settings of the project, or `undefined` if it has no configuration.
 * There are none in a file that cannot be read, which is no error.
 */
const wranglerConfigOf = (files) => {
  const found = FILES.find(([name]) => files.read(name));
  if (!found) return undefined;
  const [name, parse] = found;
  let read;
  try {
    read = parse(files.read(name));
  } catch {
    read = {};
  }
  const main = read?.main;
  const date = read?.compatibility_date ?? read?.compatibilityDate;
  const flags = read?.compatibility_flags ?? read?.compatibilityFlags;
  const config = {};
  if (typeof main === "string") config.main = main;
  if (typeof date === "string") config.compatibilityDate = date;
  if (Array.isArray(flags) && flags.every((flag) => typeof flag === "string")) config.compatibilityFlags = flags;
  return config;
};

module.exports = { wranglerConfigOf };
