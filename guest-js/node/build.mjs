// Builds dist from src and the packages that package-lock.json pins:
//
//   npm ci && node build.mjs
//
// Each module becomes one text, a function of `require`, `module`, `exports` and `native`. The
// modules reach one another through `require`, so that none contains another. `dist` and
// `LICENSES` are committed: building the crate needs no npm.
import { build } from "esbuild";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const src = join(root, "src");
const dist = join(root, "dist");

/** The modules of isolet itself: the name, and the file of src that it is built from. */
const ISOLET = [["isolet:bundler", "bundler/index.js"]];

/** The modules that exist under `node:` alone. */
const PREFIXED = ["node:sea", "node:sqlite", "node:test", "node:test/reporters"];

/** The modules of src: the file's name, with slashes for the first hyphen of those below. */
const BELOW = { "assert-strict": "assert/strict", "path-posix": "path/posix", "path-win32": "path/win32" };
const nameOf = (file) => {
  const name = file.replace(/\.js$/, "");
  const below = /^(stream|timers|util|dns|fs|readline|inspector|test)-(.*)$/.exec(name);
  return `node:${BELOW[name] ?? (below ? `${below[1]}/${below[2]}` : name)}`;
};

/** Replaces a part of a package's file, which must be there once. */
const replaceOnce = (text, from, to, path) => {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${path} has ${parts.length - 1} places of ${from}`);
  return parts.join(to);
};

// What packages bring along and the modules have better.
const REPLACED = [
  [/readable-stream\/lib\/ours\/errors\.js$/, 'module.exports = require("node:internal/stream-errors");'],
  [/readable-stream\/lib\/ours\/util\.js$/, 'module.exports = require("node:internal/stream-util");'],
  [/readable-stream\/lib\/internal\/validators\.js$/, 'module.exports = require("node:internal/validators");'],
  [/readable-stream\/lib\/internal\/shims\/process\.js$/, 'module.exports = require("node:process");'],
];
const PATCHED = [
  // The package guesses at what the engine knows.
  [/node-inspect-extracted\/dist\/inspect\.js$/, (text, path) => {
    text = replaceOnce(text, "727(t,e,n){", '727(t){t.exports=require("node:internal/binding")},7270(t,e,n){', path);
    // The engine's stacks may lack the line that names the error.
    const stack = 'if("string"==typeof n)return n;t.seen.push(e)';
    text = replaceOnce(text, stack, 'if("string"==typeof n)return n.startsWith("    at ")?`${M(e)}\\n${n.trimEnd()}`:n;t.seen.push(e)', path);
    return replaceOnce(text, "499(t,e,n){", '499(t){t.exports=require("node:util/types")},4990(t,e,n){', path);
  }],
  // Without a fragment, backslashes of the query were taken for slashes.
  [/node_modules\/url\/url\.js$/, (text, path) =>
    replaceOnce(text, "queryIndex < url.indexOf('#') ?", "!/^[^?]*#/.test(url) ?", path)],
];
const ALIASES = {
  "punycode/": "node:punycode", "process/": "node:process", "string_decoder/": "node:string_decoder", "buffer": "node:buffer",
  "events": "node:events", "stream": "node:stream", "qs": "node:internal/url-qs", "abort-controller": "node:internal/globals-of",
};

const plugin = {
  name: "node",
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, kind }) => {
      if (kind === "entry-point") return undefined;
      if (path.startsWith("node:")) return { path, external: true };
      if (path in ALIASES) return { path: ALIASES[path], external: true };
      // The package exports only an ES module that wraps this file.
      if (path === "node-inspect-extracted") return { path: join(root, "node_modules", path, "dist/inspect.js") };
      return undefined;
    });
    build.onLoad({ filter: /node_modules/ }, async ({ path }) => {
      const replaced = REPLACED.find(([pattern]) => pattern.test(path));
      if (replaced) return { contents: replaced[1] };
      const patched = PATCHED.find(([pattern]) => pattern.test(path));
      return patched ? { contents: patched[1](await readFile(path, "utf8"), path) } : undefined;
    });
  },
};

const files = async (folder, prefix = "") => {
  const found = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name !== "stubs" && entry.name !== "bundler") found.push(...await files(join(folder, entry.name), `${prefix}${entry.name}/`));
    else if (entry.isFile() && entry.name.endsWith(".js")) found.push(`${prefix}${entry.name}`);
  }
  return found;
};

// The modules that are made of the lists of stubs.json, and of what src/stubs adds.
const stubs = JSON.parse(await readFile(join(root, "stubs.json"), "utf8"));
const stubOf = async (name) => {
  const own = await readFile(join(src, "stubs", `${name.replace("/", "-")}.js`), "utf8").catch(() => "");
  return `"use strict";\nconst made = module.exports = require("node:internal/stub")(${JSON.stringify(name)}, ${JSON.stringify(stubs[name])});\n${own}`;
};

const licences = new Set();
const modules = [];

/** Builds a file of src into one of dist. */
const bundle = async (name, source, file) => {
  const { outputFiles: [output], metafile } = await build({
    entryPoints: [join(src, source)],
    bundle: true,
    write: false,
    metafile: true,
    format: "cjs",
    platform: "neutral",
    target: "es2023",
    mainFields: ["main"],
    charset: "utf8",
    logLevel: "warning",
    plugins: [plugin],
    legalComments: "none",
  });
  for (const input of Object.keys(metafile.inputs)) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    if (found) licences.add(found);
  }
  const body = output.text.replace(/^"use strict";\n/, "");
  if (body.includes("\0")) throw new Error(`${file} has a NUL`);
  await writeFile(join(dist, file), `(require, module, exports, native) => {\n${body}}\n`);
  modules.push([name, file]);
};

await rm(dist, { recursive: true, force: true });
await mkdir(join(dist, "internal"), { recursive: true });
for (const file of (await files(src)).sort()) await bundle(nameOf(file), file, file);
for (const [name, source] of ISOLET) await bundle(name, source, `${name.slice("isolet:".length)}.js`);

for (const name of Object.keys(stubs)) {
  const file = `${name.replace("/", "-")}.js`;
  await writeFile(join(dist, file), `(require, module, exports, native) => {\n${await stubOf(name)}}\n`);
  modules.push([`node:${name}`, file]);
}

const bare = (name) => name.replace(/^\w+:/, "");
modules.sort(([a], [b]) => (bare(a) < bare(b) ? -1 : 1));
const names = modules.map(([name]) => name).filter((name) => /^node:(?!internal\/)/.test(name));
const quoted = (list) => list.map((name) => `    "${name}",\n`).join("");
await writeFile(join(dist, "modules.rs"), `// Written by build.mjs.

/// Node's modules that can be imported, in the order of their names.
pub const NAMES: [&str; ${names.length}] = [
${quoted(names)}];

/// Those that have no name without \`node:\`.
pub const PREFIXED: [&str; ${PREFIXED.length}] = [
${quoted(PREFIXED)}];

/// All names and texts. Each is followed by a NUL.
pub const TEXTS: &str = concat!(
${modules.map(([name, file]) => `    "${name}\\0",\n    include_str!("${file}"),\n    "\\0",\n`).join("")});
`);

const parts = ["The files in dist contain code of these packages.\n"];
for (const name of [...licences].sort()) {
  const folder = join(root, "node_modules", name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  parts.push(`\n${"=".repeat(72)}\n${name} ${version} (${license})\n\n${(await readFile(join(folder, file), "utf8")).trim()}\n`);
}
await writeFile(join(root, "LICENSES"), parts.join(""));
