//! `createWorker`: programs that are linked and run.

use serde_json::json;

use super::bundler;
use crate::harness::Case;

#[tokio::test]
async fn the_peers_program_runs() {
    // The program of the peer's documentation, with a package of the same shape.
    let _ = Case::js(
        r#"import { createWorker } from "@cloudflare/worker-bundler";
        export default { async run(arg, env) {
            const worker = env.LOADER.get("my-worker", async () => {
                const { mainModule, modules } = await createWorker({ files: {
                    "src/index.ts": `
                        import { Router } from 'router';
                        import { cors } from 'router/cors';
                        const app = new Router();
                        app.use(cors());
                        app.get('/', () => 'Hello!');
                        export default app;`,
                    "package.json": JSON.stringify({ dependencies: { router: "^4.0.0" } }),
                    "node_modules/router/package.json": JSON.stringify({ type: "module",
                        exports: { ".": { types: "./x.d.ts", import: "./dist/index.js", require: "./dist/index.cjs" },
                            "./cors": "./dist/cors.js" } }),
                    "node_modules/router/dist/index.js": `
                        export class Router {
                            routes = new Map(); headers = {};
                            use(headers) { Object.assign(this.headers, headers) }
                            get(path, handler) { this.routes.set(path, handler) }
                            fetch = (request) => new Response(this.routes.get(new URL(request.url).pathname)(), { headers: this.headers });
                        }`,
                    "node_modules/router/dist/cors.js": "export const cors = () => ({ 'access-control-allow-origin': '*' });",
                } });
                return { mainModule, modules, compatibilityDate: "2026-01-01" };
            });
            const response = await worker.getEntrypoint().fetch("http://worker/");
            return [await response.text(), response.headers.get("access-control-allow-origin")];
        } };"#,
    )
    .code(|code| code.loader("LOADER"))
    .run()
    .await
    .expect_ok(json!(["Hello!", "*"]));
}

#[tokio::test]
async fn all_exports_of_the_peer_are_there() {
    let _ = Case::js(
        r#"import * as peer from "@cloudflare/worker-bundler"; import * as own from "isolet:bundler";
        export default { run: () => [Object.keys(peer).every((name) => peer[name] === own[name]), Object.keys(own).sort()] };"#,
    )
    .run()
    .await
    .expect_ok(json!([
        true,
        [
            "DurableObjectKVFileSystem", "DurableObjectRawFileSystem", "InMemoryFileSystem", "buildAssetManifest",
            "buildAssets", "createApp", "createFileSystemSnapshot", "createMemoryStorage", "createWorker", "default",
            "handleAssetRequest", "hasDependencies", "inferContentType", "installDependencies", "isTextContentType"
        ]
    ]));
}

#[tokio::test]
async fn several_files_become_several_modules() {
    let _ = bundler(
        r#"const files = {
            "src/index.ts": `import { greet } from "./utils"; export default { fetch: () => new Response(greet("world")) };`,
            "src/utils.ts": `export function greet(name: string): string { return "Hello, " + name + "!"; }`,
        };
        const built = await createWorker({ files });
        return [await text(env, { files }), built.mainModule, Object.keys(built)];"#,
    )
    .run()
    .await
    .expect_ok(json!(["Hello, world!", "src/index.js", ["mainModule", "modules"]]));
}

#[tokio::test]
async fn each_kind_of_module_is_what_the_loader_takes() {
    let _ = bundler(
        r#"const files = {
            "src/index.ts": `import data from "./data.json"; import style from "./style.css"; import add from "add";
                import logo from "./logo.svg";
                export default { fetch: () => Response.json([data.list, style, add(1, 2), logo]) };`,
            "src/data.json": `{ "list": [1, null] }`,
            "src/style.css": "a { b: c }",
            "src/logo.svg": "<svg/>",
            "node_modules/add/package.json": `{ "main": "add.js" }`,
            "node_modules/add/add.js": "module.exports = (a, b) => a + b;",
        };
        const { modules } = await createWorker({ files, loader: { ".svg": "text" } });
        const kinds = Object.entries(modules).map(([name, module]) => [name, typeof module === "string" ? "plain" : Object.keys(module).join()]);
        return [Object.fromEntries(kinds), modules["src/data.json"].json, modules["src/style.css"].text,
            JSON.parse(await text(env, { files, loader: { ".svg": "text" } }))];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        {
            "src/index.js": "plain", "src/data.json": "json", "src/style.css": "text", "node_modules/add/add.js": "cjs",
            "src/logo.svg": "text"
        },
        { "list": [1, null] },
        "a { b: c }",
        [[1, null], "a { b: c }", 3, "<svg/>"]
    ]));
}

#[tokio::test]
async fn of_two_endings_the_longer_one_decides() {
    let _ = bundler(
        r#"return text(env, {
            files: { "src/index.ts": `import doc from "./readme.d.ts"; export default { fetch: () => new Response(doc) };`,
                "src/readme.d.ts": "docs as text" },
            loader: { ".ts": "ts", ".d.ts": "text" },
        });"#,
    )
    .run()
    .await
    .expect_ok(json!("docs as text"));
}

#[tokio::test]
async fn virtual_modules_stand_for_specifiers() {
    let _ = bundler(
        r#"return text(env, {
            files: {
                "src/index.ts": `import whole, { readFileSync as read } from "node:fs"; import * as all from "fs"; import { value } from "./helper";
                    export default { fetch: () => new Response([read("/a"), whole.readFileSync("/a"), all.readFileSync("/a"), value].join("|")) };`,
                "src/helper.ts": `import { readFileSync } from "node:fs"; export const value = readFileSync("/b");`,
            },
            virtualModules: {
                "node:fs": `const files = { "/a": "hello", "/b": "helper" };
                    export function readFileSync(path) { return files[path]; }
                    export default { readFileSync };`,
                fs: `export * from "node:fs"; export { default } from "node:fs";`,
            },
        });"#,
    )
    .run()
    .await
    .expect_ok(json!("hello|hello|hello|helper"));
}

#[tokio::test]
async fn names_are_replaced() {
    let _ = bundler(
        r#"return text(env, {
            files: { "src/index.ts": `declare const __GREETING__: string;
                export default { fetch: () => new Response([__GREETING__, process.env.NODE_ENV].join()) };` },
            define: { __GREETING__: '"hello"' },
        });"#,
    )
    .run()
    .await
    .expect_ok(json!("hello,development"));
}

#[tokio::test]
async fn packages_choose_by_the_environment_when_they_are_built() {
    let _ = bundler(
        r#"const files = {
            "src/index.ts": `import { mode } from "modes"; export default { fetch: () => new Response(mode) };`,
            "node_modules/modes/package.json": `{ "main": "index.js" }`,
            "node_modules/modes/index.js": `if (process.env.NODE_ENV === "production") { module.exports = require("./fast.js"); } else { module.exports = require("./slow.js"); }`,
            "node_modules/modes/fast.js": `exports.mode = "fast";`,
            "node_modules/modes/slow.js": `exports.mode = "slow";`,
        };
        const has = async (options) => {
            const { modules } = await createWorker({ files, ...options });
            return ["fast", "slow"].filter((name) => `node_modules/modes/${name}.js` in modules);
        };
        return [await text(env, { files }), await text(env, { files, minify: true }), await has({}), await has({ minify: true })];"#,
    )
    .run()
    .await
    .expect_ok(json!(["slow", "fast", ["slow"], ["fast"]]));
}

#[tokio::test]
async fn minified_programs_are_smaller_and_work() {
    let _ = bundler(
        r#"const files = { "src/index.ts": `export default { fetch() { const longVariableName = "minified"; return new Response(longVariableName); } };` };
        const size = async (minify) => (await createWorker({ files, minify })).modules["src/index.js"].length;
        return [await text(env, { files, minify: true }), await size(true) < await size(false)];"#,
    )
    .run()
    .await
    .expect_ok(json!(["minified", true]));
}

#[tokio::test]
async fn externals_stay_as_they_are() {
    let _ = bundler(
        r#"const options = {
            files: { "src/index.ts": `import pg from "pg"; import { WorkerEntrypoint } from "cloudflare:workers";
                export default class extends WorkerEntrypoint { fetch() { return new Response(pg); } }` },
            externals: ["pg"],
        };
        const { mainModule, modules } = await createWorker(options);
        const worker = env.LOADER.load({ mainModule, modules: { ...modules, pg: { js: "export default 'from outside'" } } });
        const source = modules[mainModule];
        return [source.includes('"pg"'), source.includes("cloudflare:workers"), await (await worker.getEntrypoint().fetch("http://worker/")).text()];"#,
    )
    .run()
    .await
    .expect_ok(json!([true, true, "from outside"]));
}

#[tokio::test]
async fn jsx_is_compiled_as_the_options_say() {
    let _ = bundler(
        r#"const source = "export default { fetch: () => Response.json(<div>hello</div>) };";
        const runtime = "export const jsx = (type, props) => ({ type, props });";
        const automatic = await text(env, {
            files: { "src/index.tsx": source, "node_modules/preact/package.json": `{ "exports": { "./jsx-runtime": "./jsx.js" }, "type": "module" }`,
                "node_modules/preact/jsx.js": runtime },
            entryPoint: "src/index.tsx", jsx: "automatic", jsxImportSource: "preact",
        });
        const classic = await text(env, {
            files: { "src/index.tsx": `const React = { createElement: (...all) => all }; ${source}` }, entryPoint: "src/index.tsx", jsx: "transform",
        });
        return [JSON.parse(automatic), JSON.parse(classic)];"#,
    )
    .run()
    .await
    .expect_ok(json!([{ "type": "div", "props": { "children": "hello" } }, ["div", null, "hello"]]));
}

#[tokio::test]
async fn a_syntax_error_names_file_line_and_column() {
    let run = bundler(
        r#"return caught(createWorker({ files: { "src/index.ts": `import "./bad";`, "src/bad.ts": "const a = 1;\nlet b = ;" } }));"#,
    )
    .run()
    .await;
    let error = run.json();
    let error = error.as_str().expect("a text");
    assert!(error.starts_with("SyntaxError: ") && error.contains("src/bad.ts:2:9"), "{error}");
}

#[tokio::test]
async fn a_module_that_is_missing_is_an_error_that_names_both() {
    let run = bundler(
        r#"return caught(createWorker({ files: { "src/index.ts": `import "./gone";` } }));"#,
    )
    .run()
    .await;
    let error = run.json();
    let error = error.as_str().expect("a text");
    assert!(error.contains("./gone") && error.contains("src/index.ts"), "{error}");
}

#[tokio::test]
async fn without_bundling_some_options_are_ignored_with_a_warning() {
    let _ = bundler(
        r#"const files = {
            "src/index.ts": `import { greet } from "./utils"; export default { fetch: () => new Response(greet("world")) };`,
            "src/utils.ts": `export const greet = (name: string): string => "Hello, " + name + "!";`,
        };
        const plain = await createWorker({ files, bundle: false });
        const more = await createWorker({ files, bundle: false, define: { greet: "1" }, jsx: "transform", conditions: ["x"], virtualModules: { "./utils": "" },
            __dangerouslyUseEsBuildPluginsDoNotUseOrYouWillBeFired: [{ name: "a", setup() {} }] });
        const one = await createWorker({ files, bundle: false, loader: {} });
        return [plain.mainModule, Object.keys(plain.modules).sort(), plain.warnings ?? null, more.warnings, one.warnings,
            await text(env, { files, bundle: false, define: { greet: "1" } })];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        "src/index.js",
        ["src/index.js", "src/utils.js"],
        null,
        ["jsx, define, conditions, virtualModules, __dangerouslyUseEsBuildPluginsDoNotUseOrYouWillBeFired are ignored when `bundle: false`. Set `bundle: true` (the default) to apply them."],
        ["loader is ignored when `bundle: false`. Set `bundle: true` (the default) to apply them."],
        "Hello, world!"
    ]));
}

#[tokio::test]
async fn plugins_of_esbuild_and_python_are_refused_by_name() {
    let _ = bundler(
        r#"const plugins = (list) => createWorker({ files: { "index.ts": OK }, __dangerouslyUseEsBuildPluginsDoNotUseOrYouWillBeFired: list });
        return [await caught(plugins([{ name: "a", setup() {} }])), await caught(plugins([])), await caught(plugins("a")),
            await caught(createWorker({ files: { "index.py": "" } }))];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        "Error: createWorker(): `__dangerouslyUseEsBuildPluginsDoNotUseOrYouWillBeFired` is not supported: isolet does not run esbuild. Use `virtualModules`, `loader` or `define`.",
        "no error",
        "TypeError: createWorker(): `__dangerouslyUseEsBuildPluginsDoNotUseOrYouWillBeFired` must be an array.",
        "Error: Entry point \"index.py\" is Python, which isolet does not run. Use JavaScript or TypeScript."
    ]));
}

#[tokio::test]
async fn options_of_another_type_are_refused() {
    let _ = bundler(
        r#"const of = (options) => caught(createWorker({ files: { "index.ts": OK }, ...options }));
        return [await of({ minify: 1 }), await of({ externals: "pg" }), await of({ define: { A: 1 } }), await of({ loader: { ".a": "file" } }),
            await of({ jsx: "react" }), await of({ entryPoint: 5 }), await of({ files: undefined }), await of({ files: { "index.ts": 5 } }),
            await caught(createWorker())];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        "TypeError: createWorker(): `minify` must be a boolean.",
        "TypeError: createWorker(): `externals` must be an array of strings.",
        "TypeError: createWorker(): `define` must be an object of strings.",
        "TypeError: createWorker(): `loader` must be an object whose values are among: js, jsx, ts, tsx, json, css, text, binary, base64, dataurl.",
        "TypeError: createWorker(): `jsx` must be one of: transform, preserve, automatic.",
        "TypeError: createWorker(): `entryPoint` must be a string.",
        "TypeError: createWorker(): `files` must be an object of paths and texts, or a FileSystem.",
        "TypeError: The file \"index.ts\" must be a string: the bundler takes text alone.",
        "TypeError: createWorker(): the options must be an object."
    ]));
}

/// A worker that has the package itself gets what that exports.
#[tokio::test]
async fn the_language_service_is_refused_by_name() {
    let name = "@cloudflare/worker-bundler/typescript";
    let own = "{ mainModule: 'a.js', modules: {
        'a.js': `export { default } from '@cloudflare/worker-bundler/typescript'`,
        '@cloudflare/worker-bundler/typescript': { js: 'export default { own: () => 42 }' },
    } }";
    let _ = bundler(&format!(
        "const own = await env.LOADER.load({own}).getEntrypoint().own();
         return [await caught(import('{name}')), own];"
    ))
    .run()
    .await
    .expect_ok(json!([
        "SyntaxError: @cloudflare/worker-bundler/typescript is not supported: there is no language service of \
         TypeScript, and types are not checked",
        42
    ]));
}
