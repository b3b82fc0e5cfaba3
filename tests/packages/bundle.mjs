// Bundles each program with what it imports, as a bundler for workers does:
//
//   node bundle.mjs INSTALLED OUT [NAME...]
//
// INSTALLED is the folder of package.json and node_modules, and OUT gets NAME.mjs of each program.
// The default export of a bundle returns the result of its program as JSON.
import { mkdir, readdir } from "node:fs/promises";
import { builtinModules, createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const programs = join(dirname(fileURLToPath(import.meta.url)), "programs");
const [installed, out, ...names] = process.argv.slice(2);
const { build } = createRequire(resolve(installed, "package.json"))("esbuild");

// What packages require only when it is used: drivers of databases.
const ABSENT = /^(better-sqlite3|mariadb|mysql2?|oracledb|pg|pg-query-stream|sqlite3|tedious)(\/|$)/;

/** Leaves Node's modules to be imported under `node:`, also where CommonJS requires them. */
const node = {
  name: "node",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(node:.*|(${builtinModules.join("|")})/?)$`) }, ({ path, kind }) => {
      const name = `node:${path.replace(/^node:|\/$/g, "")}`;
      return kind === "require-call" ? { path: name, namespace: "required" } : { path: name, external: true };
    });
    onResolve({ filter: /^cloudflare:/ }, ({ path }) => ({ path, external: true }));
    onResolve({ filter: ABSENT }, ({ path }) => ({ path, namespace: "absent" }));
    onLoad({ filter: /.*/, namespace: "absent" }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`Cannot find module '${path}'`)});`,
    }));
    onLoad({ filter: /.*/, namespace: "required" }, ({ path }) => ({
      contents: `import all from ${JSON.stringify(path)}; module.exports = all;`,
    }));
  },
};

const bundle = (name) =>
  build({
    stdin: {
      contents: `import program from "./${name}.mjs"; export default async () => JSON.stringify(await program());`,
      resolveDir: programs,
      sourcefile: "main.mjs",
    },
    outfile: join(out, `${name}.mjs`),
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    nodePaths: [resolve(installed, "node_modules")],
    target: "es2024",
    define: { "process.env.NODE_ENV": '"production"', __filename: '"/main.mjs"', __dirname: '"/"' },
    jsx: "automatic",
    legalComments: "none",
    logLevel: "silent",
    plugins: [node],
  });

await mkdir(out, { recursive: true });
const all = (await readdir(programs)).map((file) => file.replace(/\.mjs$/, "")).sort();
for (const name of names.length > 0 ? names : all) {
  try {
    await bundle(name);
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}
