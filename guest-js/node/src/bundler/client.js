// Modules for browsers. Each is an asset of its own, and an ES module, whatever it was made from.
"use strict";

/** The path of the module that runs CommonJS. */
const RUNTIME = "/commonjs-runtime.js";

// The end of `exports`, `__export`, `__exportStar` or `__reExport`, and what follows, as authors and compilers
// write it: a name, a list of names, a module whose exports are passed on, or a loop that passes on all.
const EXPORT = "xport";
const SHOWN = new RegExp(`${EXPORT}(?:${[
  /s(?:\.([A-Za-z_$][\w$]*)|\[["']([^"'\\]+)["']\])\s*=/,
  /s\s*,\s*["']([^"'\\]+)["']/,
  /(?:s\s*=|\(\s*\w+\s*,)\s*\{([^{}]*)/,
  /(?:s\s*=\s*|(?:_?[Ss]tar)?\([^()]*)require\(\s*["']([^"'\\]+)["']/,
  /s(?:\[|\s*,\s*)(key)\b/,
].map(({ source }) => source).join("|")})`, "y");
const REQUIRE = /\brequire\(\s*["']([^"'\\]+)["']\s*\)/g;
const ITEM = /(?:^|,)\s*(?:([A-Za-z_$][\w$]*)|["']([^"'\\]+)["'])\s*(?=[:,(]|$)/g;

/** Returns the name of the module that a relative specifier means in another one. */
const resolve = (from, specifier) => {
  const { dirname, join } = require("node:path/posix");
  return join(dirname(from), specifier);
};

/** Returns the names that the text of a CommonJS module shows, and the specifiers whose exports it passes on. */
const shownBy = (text) => {
  const names = new Set();
  const from = new Set();
  let isLoop = false;
  for (let at = -1; (at = text.indexOf(EXPORT, at + 1)) >= 0;) {
    SHOWN.lastIndex = at;
    const [, bare, quoted, defined, items = "", specifier, key] = SHOWN.exec(text) ?? [];
    const name = bare ?? quoted ?? defined;
    if (name !== undefined) names.add(name);
    for (const [, bare, quoted] of items.matchAll(ITEM)) names.add(bare ?? quoted);
    if (specifier !== undefined) from.add(specifier);
    isLoop ||= key !== undefined;
  }
  if (isLoop) for (const [, specifier] of text.matchAll(REQUIRE)) from.add(specifier);
  return { names, from };
};

/** Returns the names that a CommonJS module exports, or seems to. One that it lacks is `undefined`. */
const namesOf = (main, shown) => {
  const seen = new Set([main]);
  const names = new Set();
  for (const name of seen) {
    for (const found of shown.get(name)?.names ?? []) names.add(found);
    for (const specifier of shown.get(name)?.from ?? []) seen.add(resolve(name, specifier));
  }
  names.delete("default");
  return [...names].filter((name) => name.isWellFormed());
};

/** Returns the ES module that stands for a CommonJS module. */
const facadeOf = (name, names) => {
  const up = "../".repeat(name.split("/").length - 1) || "./";
  return `import { load } from ${JSON.stringify(up + RUNTIME.slice(1))};
const exports = load(${JSON.stringify(name)});
const {${names.map((it, at) => ` ${JSON.stringify(it)}: _${at},`).join("")} } = Object(exports);
export {${names.map((it, at) => ` _${at} as ${JSON.stringify(it)},`).join("")} };
export default exports;
`;
};

const base64Of = (content) => require("node:buffer").Buffer.from(content).toString("base64");

/** Returns a module as an expression, for the kinds that are values. */
const valueOf = (kind, content) => {
  if (kind === "json") return `JSON.parse(${JSON.stringify(content)})`;
  if (kind === "text") return JSON.stringify(content);
  return `Uint8Array.from(atob("${base64Of(content)}"), (c) => c.charCodeAt(0))`;
};

/** Returns the module that has all CommonJS modules, and the values that they may require. */
const runtimeOf = (commonjs, values) => `const bodies = { __proto__: null,
${commonjs.map(([name, text]) => `${JSON.stringify(name)}(exports, require, module) {${text}\n},\n`).join("")}};
const values = { __proto__: null,
${values.map(([name, value]) => `get ${JSON.stringify(name)}() { return ${value}; },\n`).join("")}};
const modules = { __proto__: null };
const join = (from, specifier) => {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) part === ".." ? parts.pop() : part === "." || parts.push(part);
  return parts.join("/");
};
export const load = (name) => {
  if (name in modules) return modules[name].exports;
  if (name in values) return (modules[name] = { exports: values[name] }).exports;
  const body = bodies[name];
  if (!body) throw new Error(\`Cannot require "\${name}": it is no CommonJS module of this program\`);
  const module = (modules[name] = { exports: {} });
  const require = (specifier) => {
    if (!specifier.startsWith(".")) throw new Error(\`Cannot require "\${specifier}": it is not part of this program\`);
    return load(join(name, specifier));
  };
  try {
    body.call(module.exports, module.exports, require, module);
  } catch (error) {
    delete modules[name];
    throw error;
  }
  return module.exports;
};
`;

/** Returns the path at which the client's entry point is served. */
const pathOf = (entry) => `/${entry.replace(/^src\//, "").replace(/\.[jt]sx?$/, ".js")}`;

/**
 * Returns the paths and texts of all modules. Each is at its name below the root, without `src/` if nothing
 * but packages is outside of it: an import that leaves the root of a site stays there, so that both work.
 */
const clientAssets = (clients) => {
  const modules = new Map(clients.flatMap((client) => client.modules.map(([name, ...rest]) => [name, rest])));
  const of = (is) => [...modules].filter(([, [kind]]) => is(kind));
  const commonjs = of((kind) => kind === "cjs").map(([name, [, text]]) => [name, text]);
  const values = of((kind) => kind !== "cjs" && kind !== "js").map(([name, [kind, content]]) => [name, valueOf(kind, content)]);
  const shown = new Map(commonjs.map(([name, text]) => [name, shownBy(text)]));
  const texts = new Map([
    ...of((kind) => kind === "js").map(([name, [, text]]) => [name, text]),
    ...commonjs.map(([name]) => [name, facadeOf(name, namesOf(name, shown))]),
    ...values.map(([name, value]) => [name, `export default ${value};\n`]),
  ]);

  const bare = (name) => name.replace(/^src\//, "");
  const names = [...texts.keys()];
  const isFlat = names.every((name) => /^(?:src|node_modules)\//.test(name))
    && new Set(names.map(bare)).size === names.length
    && clients.every(({ main, path }) => `/${bare(main)}` === path);
  const assets = new Map([...texts].map(([name, text]) => [`/${isFlat ? bare(name) : name}`, text]));
  if (commonjs.length > 0) assets.set(RUNTIME, runtimeOf(commonjs, values));
  for (const { main, path } of clients) {
    if (!assets.has(path)) assets.set(path, `import ${JSON.stringify(`/${main}`)};\n`);
  }
  return assets;
};

module.exports = { clientAssets, pathOf };
