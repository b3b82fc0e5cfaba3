// The settings of `tsconfig.json` that the linker does not read itself: those of JSX.
"use strict";

const jsonc = require("./jsonc.js");

/** The number of files that `extends` may lead to. */
const MAX_FILES = 32;

// `preserve` is for another compiler, which does not exist here.
const MODES = { react: "transform", "react-jsx": "automatic", "react-jsxdev": "automatic" };

/** Returns the path of the configuration that `extends` in the file `from` means. */
const extended = (files, from, specifier) => {
  const { dirname, join } = require("node:path/posix");
  const path = /^\.{0,2}\//.test(specifier) ? join(dirname(from), specifier) : join("node_modules", specifier);
  const found = [path, `${path}.json`, `${path}/tsconfig.json`].find((name) => files.read(name) !== null);
  if (found === undefined) throw new Error(`${from} extends "${specifier}", which is not in \`files\``);
  return found;
};

/** Returns the compiler options of a file, over those that it extends. */
const optionsOf = (files, path, seen) => {
  if (seen.push(path) > MAX_FILES) throw new RangeError(`${path} is one of more than ${MAX_FILES} files that extend one another`);
  let read;
  try {
    read = jsonc.parse(files.read(path));
  } catch (error) {
    throw new SyntaxError(`${path}: ${error.message}`);
  }
  const options = {};
  for (const specifier of [read?.extends ?? []].flat()) {
    Object.assign(options, optionsOf(files, extended(files, path, String(specifier)), seen));
  }
  return Object.assign(options, read?.compilerOptions);
};

/** Returns the settings of JSX. A file that cannot be read is a warning. */
const jsxOf = (files, warnings) => {
  if (files.read("tsconfig.json") === null) return {};
  try {
    const { jsx, jsxImportSource } = optionsOf(files, "tsconfig.json", []);
    return {
      jsx: typeof jsx === "string" && Object.hasOwn(MODES, jsx) ? MODES[jsx] : undefined,
      jsxImportSource: typeof jsxImportSource === "string" ? jsxImportSource : undefined,
    };
  } catch (error) {
    warnings.push(`The settings of JSX in tsconfig.json are ignored: ${error.message}`);
    return {};
  }
};

module.exports = { jsxOf };
