//! The configuration of a project: where it starts, `wrangler` files, `tsconfig.json`.

use serde_json::json;

use super::bundler;

#[tokio::test]
async fn the_entry_point_is_found() {
    let _ = bundler(
        r#"const main = async (files, entry) => (await createWorker({ files: { ...files, [entry]: OK } })).mainModule;
        const manifest = (value) => ({ "package.json": JSON.stringify(value) });
        return [
            await main({ "wrangler.toml": `main = "./src/a.ts"`, ...manifest({ main: "b.js" }) }, "src/a.ts"),
            await main(manifest({ main: "./lib/c.js" }), "lib/c.js"),
            await main(manifest({ module: "d.js", main: "b.js" }), "d.js"),
            await main(manifest({ exports: "./e.js", module: "d.js" }), "e.js"),
            await main(manifest({ exports: { ".": { import: "./src/f.ts" } } }), "src/f.ts"),
            await main({}, "src/worker.ts"),
            await main({}, "index.ts"),
            (await createWorker({ files: { "g.ts": OK, "index.ts": "" }, entryPoint: "./g.ts" })).mainModule,
        ];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        "src/a.js", "lib/c.js", "d.js", "e.js", "src/f.js", "src/worker.js", "index.js", "g.js"
    ]));
}

#[tokio::test]
async fn an_entry_point_that_is_missing_is_an_error_that_lists_files() {
    let _ = bundler(
        r#"const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`a${String(index).padStart(2, "0")}.ts`, ""]));
        return [await caught(createWorker({ files: { "src/other.ts": "", "node_modules/a/b.js": "" }, entryPoint: "src/index.ts" })),
            await caught(createWorker({ files: many, entryPoint: "x.ts" })),
            await caught(createWorker({ files: {}, entryPoint: "x.ts" })),
            await caught(createWorker({ files: { "lib/other.ts": "" } }))];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        "Error: Entry point \"src/index.ts\" was not found in `files`. Available files: src/other.ts.",
        "Error: Entry point \"x.ts\" was not found in `files`. Available files: a00.ts, a01.ts, a02.ts, a03.ts, a04.ts, a05.ts, a06.ts, a07.ts, a08.ts, a09.ts, … (+2 more).",
        "Error: Entry point \"x.ts\" was not found in `files`. Available files: (none: `files` is empty, or holds installed packages alone).",
        "Error: Could not determine entry point for createWorker. Tried (in order): the `entryPoint` option, `main` in wrangler config, `exports`/`module`/`main` in package.json, and the defaults src/index.ts, src/index.js, src/index.mts, src/index.mjs, index.ts, index.js, index.py, src/worker.ts, src/worker.js. Pass `entryPoint` explicitly or add one of those files."
    ]));
}

#[tokio::test]
async fn the_configuration_is_read_from_all_three_files() {
    let _ = bundler(
        r#"const config = async (name, content) => (await createWorker({ files: { "src/index.ts": OK, [name]: content } })).wranglerConfig ?? null;
        return [
            await config("wrangler.toml", `# A comment.
"main" = 'src/index.ts' # another
name.first = 1
inline = { a = [1, "}"], b.c = 2026-01-01T00:00:00Z }
long = """a
"b" \\" ""
"""
date = 1979-05-27 07:32:00
compatibility_date = "2026-01-01"
compatibility_flags = [ # one
  "nodejs_\\u0063ompat",
]
[env.other]
main = "no"`),
            await config("wrangler.json", `{ "main": "src/index.ts", "compatibilityDate": "2026-01-02", "compatibility_flags": ["a"] }`),
            await config("wrangler.jsonc", `{ // a "
                "main": "src/index.ts", /* , ] */ "x": "// no /* \\" , }", "compatibility_flags": ["a", /* x */ ], }`),
            await config("none", ""),
        ];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        { "main": "src/index.ts", "compatibilityDate": "2026-01-01", "compatibilityFlags": ["nodejs_compat"] },
        { "main": "src/index.ts", "compatibilityDate": "2026-01-02", "compatibilityFlags": ["a"] },
        { "main": "src/index.ts", "compatibilityFlags": ["a"] },
        null
    ]));
}

#[tokio::test]
async fn a_configuration_that_cannot_be_read_is_empty() {
    let _ = bundler(
        r#"const config = async (name, content) => (await createWorker({ files: { "src/index.ts": OK, [name]: content } })).wranglerConfig;
        const nested = (depth) => `a = ${"[".repeat(depth)}${"]".repeat(depth)}\nmain = "src/index.ts"`;
        const bad = ["not valid toml {{{", "a = 1\na = 2", `a = "x`, "a = [1", `a = "\\q"`, "a = 1 b = 2", "a", "a =", nested(66)];
        const all = await Promise.all(bad.map((content) => config("wrangler.toml", content)));
        return [all.every((found) => Object.keys(found).length === 0), await config("wrangler.json", "{"), await config("wrangler.json", "null"),
            await config("wrangler.toml", nested(65)), await config("wrangler.toml", "compatibility_date = 2026-01-01\ncompatibility_flags = [1]"),
            await config("wrangler.jsonc", `{ "main": "src/index.ts" }${" ".repeat((1 << 20) - 26)}`), await config("wrangler.jsonc", `{ "main": "src/index.ts" }${" ".repeat((1 << 20) - 25)}`)];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        true, {}, {}, { "main": "src/index.ts" }, {}, { "main": "src/index.ts" }, {}
    ]));
}

#[tokio::test]
async fn jsx_of_tsconfig_is_the_default() {
    let _ = bundler(
        r#"const of = async (files, options) => text(env, {
            files: { "src/index.tsx": `const React = { createElement: () => "classic" }; export default { fetch: () => new Response(<a />) };`,
                "node_modules/ui/package.json": `{ "type": "module", "exports": { "./jsx-runtime": "./jsx.js" } }`,
                "node_modules/ui/jsx.js": `export const jsx = () => "automatic";`, ...files },
            entryPoint: "src/index.tsx", ...options,
        });
        const automatic = `{ "compilerOptions": { "jsx": "react-jsx", /* from */ "jsxImportSource": "ui", }, }`;
        return [
            await of({}),
            await of({ "tsconfig.json": automatic }),
            await of({ "tsconfig.json": automatic }, { jsx: "transform" }),
            await of({ "tsconfig.json": `{ "extends": ["./no-jsx", "@base/config"] }`, "no-jsx.json": "{}", "node_modules/@base/config/tsconfig.json": automatic }),
        ];"#,
    )
    .run()
    .await
    .expect_ok(json!(["classic", "automatic", "classic", "automatic"]));
}

#[tokio::test]
async fn a_tsconfig_that_cannot_be_read_is_a_warning() {
    let _ = bundler(
        r#"const warnings = async (files) => (await createWorker({ files: { "src/index.ts": OK, ...files } })).warnings ?? [];
        const chain = (length) => Object.fromEntries(Array.from({ length }, (_, index) =>
            [index === 0 ? "tsconfig.json" : `${index}.json`, index === length - 1 ? "{}" : `{ "extends": "./${index + 1}.json" }`]));
        return [await warnings({ "tsconfig.json": `{ "extends": "./gone" }` }), await warnings(chain(32)), await warnings(chain(33)),
            (await warnings({ "tsconfig.json": `{ "extends": "./tsconfig.json" }` })).length];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        ["The settings of JSX in tsconfig.json are ignored: tsconfig.json extends \"./gone\", which is not in `files`"],
        [],
        ["The settings of JSX in tsconfig.json are ignored: 32.json is one of more than 32 files that extend one another"],
        1
    ]));
}

#[tokio::test]
async fn paths_of_tsconfig_resolve() {
    let _ = bundler(
        r#"return text(env, { files: {
            "src/index.ts": `import { name } from "@/lib/name"; export default { fetch: () => new Response(name) };`,
            "src/lib/name.ts": `export const name = "by a path";`,
            "tsconfig.json": `{ "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./src/*"] } } }`,
        } });"#,
    )
    .run()
    .await
    .expect_ok(json!("by a path"));
}
