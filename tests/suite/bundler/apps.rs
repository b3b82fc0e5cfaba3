//! `createApp`: a worker, modules for browsers, and assets.

use serde_json::json;

use super::bundler;
use crate::harness::Case;

/// `respond(env, options, path, init)` builds an app and sends it a request: first to the assets,
/// then to the worker. `browse(env, app, path)` runs a module of a client as a browser does: what
/// the assets respond with, and imports that are URLs, which do not leave the root of a site. The
/// modules push to `globalThis.out`.
const CLIENT: &str = r#"
const respond = async (env, options, path = "/", init) => {
  const app = await createApp(options);
  const request = new Request(`http://site${path}`, init);
  const asset = await handleAssetRequest(request, app.assetManifest, createMemoryStorage(app.assets), app.assetConfig);
  if (asset) return asset;
  const { mainModule, modules } = app;
  return env.LOADER.load({ mainModule, modules }).getEntrypoint().fetch(request);
};
const show = async (response) => [response.status, response.headers.get("content-type"), await response.text()];
const browse = async (env, app, path) => {
  const storage = createMemoryStorage(app.assets);
  const modules = { "main.js": `globalThis.out = []; await import(${JSON.stringify(`.${path}`)}); export default { out: () => globalThis.out };` };
  for (const [name, { contentType }] of app.assetManifest) {
    const response = await handleAssetRequest(new Request(`http://site${name}`), app.assetManifest, storage);
    const resolve = (_, before, specifier) => `${before}"${new URL(specifier, `http://site${name}`).pathname}"`;
    const source = (await response.text()).replace(/(\bfrom\s*|\bimport\s*)["'](\.[^"']*)["']/g, resolve);
    if (contentType.includes("javascript")) modules[name.slice(1)] = { js: source };
  }
  return env.LOADER.load({ mainModule: "main.js", modules }).getEntrypoint().out();
};
"#;

/// Creates a worker whose method `run(arg, env)` has that body.
fn app(body: &str) -> Case {
    bundler(&format!("{CLIENT}\n{body}"))
}

#[tokio::test]
async fn assets_come_before_the_worker() {
    let _ = app(
        r#"const options = {
            files: { "src/index.ts": `export default { fetch: (request) => new Response(request.method + " " + new URL(request.url).pathname) };` },
            assets: { "/index.html": "<h1>Home</h1>", "app.js": "1", "/data.bin": new Uint8Array([104, 105]).buffer },
        };
        const of = async (path, init) => show(await respond(env, options, path, init));
        return [await of("/"), await of("/app.js"), await of("/data.bin"), await of("/api/data"), await of("/index.html", { method: "POST" })];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        [200, "text/html; charset=utf-8", "<h1>Home</h1>"],
        [200, "application/javascript; charset=utf-8", "1"],
        [200, null, "hi"],
        [200, "text/plain;charset=UTF-8", "GET /api/data"],
        [200, "text/plain;charset=UTF-8", "POST /index.html"]
    ]));
}

#[tokio::test]
async fn the_result_has_assets_apart_from_modules() {
    let _ = app(
        r#"const built = await createApp({ files: { "src/index.ts": OK, "src/client.ts": "const a: number = 1; out.push(a);", "wrangler.json": "{}" },
            client: "src/client.ts", assets: { "/index.html": "<h1>" }, assetConfig: { html_handling: "none" } });
        return [Object.keys(built), Object.keys(built.modules), Object.keys(built.assets), [...built.assetManifest.keys()], built.assetConfig,
            built.clientBundles, (await createApp({ files: { "src/index.ts": OK } })).clientBundles ?? null];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        ["mainModule", "modules", "wranglerConfig", "assets", "assetManifest", "assetConfig", "clientBundles"],
        ["src/index.js"],
        ["/index.html", "/client.js"],
        ["/index.html", "/client.js"],
        { "html_handling": "none" },
        ["/client.js"],
        null
    ]));
}

#[tokio::test]
async fn modules_of_a_client_are_assets_of_their_own() {
    let _ = app(
        r#"const built = await createApp({ client: "src/client.ts", files: { "src/index.ts": OK,
            "src/client.ts": `import { add } from "./lib/add"; import own from "@scope/own"; globalThis.out.push(add(own));`,
            "src/lib/add.ts": `import own from "@scope/own"; export const add = (n: number): number => n + own;`,
            "node_modules/@scope/own/package.json": `{ "type": "module", "main": "a.js" }`,
            "node_modules/@scope/own/a.js": `export { default } from "./b.js";`,
            "node_modules/@scope/own/b.js": `export default 2; globalThis.out.push("once");` } });
        return [Object.keys(built.assets).sort(), await browse(env, built, "/client.js")];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        ["/client.js", "/lib/add.js", "/node_modules/@scope/own/a.js", "/node_modules/@scope/own/b.js"],
        ["once", 4]
    ]));
}

#[tokio::test]
async fn a_client_with_sources_outside_of_src_keeps_all_names() {
    let _ = app(
        r#"const built = await createApp({ client: ["src/client.ts"], files: { "src/index.ts": OK,
            "src/client.ts": `import { shared } from "../shared/a"; globalThis.out.push(shared);`,
            "shared/a.ts": `import own from "../src/own"; export const shared = own;`, "src/own.ts": "export default 3;" } });
        return [Object.keys(built.assets).sort(), built.clientBundles, await browse(env, built, "/client.js")];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        ["/client.js", "/shared/a.js", "/src/client.js", "/src/own.js"],
        ["/client.js"],
        [3]
    ]));
}

#[tokio::test]
async fn two_clients_share_modules() {
    let _ = app(
        r#"const built = await createApp({ client: ["src/a.ts", "src/b.tsx"], files: { "src/index.ts": OK,
            "src/a.ts": `import "./shared"; globalThis.out.push("a");`, "src/b.tsx": `import "./shared"; globalThis.out.push("b");`,
            "src/shared.ts": `globalThis.out.push("shared");` } });
        return [built.clientBundles, Object.keys(built.assets).sort(), await browse(env, built, "/b.js")];"#,
    )
    .run()
    .await
    .expect_ok(json!([["/a.js", "/b.js"], ["/a.js", "/b.js", "/shared.js"], ["shared", "b"]]));
}

#[tokio::test]
async fn json_and_text_are_modules_for_a_client() {
    let _ = app(
        r#"const built = await createApp({ client: "src/client.ts", files: { "src/index.ts": OK,
            "src/client.ts": `import data from "./data.json"; import style from "./style.css"; globalThis.out.push(data.a, style);`,
            "src/data.json": `{ "a": "</script>" }`, "src/style.css": "a {\n}" } });
        const type = (path) => built.assetManifest.get(path).contentType;
        return [type("/data.json"), type("/style.css"), await browse(env, built, "/client.js")];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        "application/javascript; charset=utf-8",
        "application/javascript; charset=utf-8",
        ["</script>", "a {\n}"]
    ]));
}

#[tokio::test]
async fn commonjs_runs_in_a_client() {
    let _ = app(
        r#"const built = await createApp({ client: "src/client.ts", files: { "src/index.ts": OK,
            "src/client.ts": `import whole, { useState, made, listed, quoted } from "ui"; import * as compiled from "compiled";
                globalThis.out.push(useState(), made, listed, quoted, whole.useState === useState, compiled.b, compiled.default.b);`,
            "node_modules/ui/package.json": "{}",
            "node_modules/ui/index.js": `"use strict";
                if (process.env.NODE_ENV === "production") { module.exports = require("./cjs/fast.js"); } else { module.exports = require("./cjs/slow.js"); }`,
            "node_modules/ui/cjs/fast.js": `exports.useState = () => "fast";`,
            "node_modules/ui/cjs/slow.js": `const data = require("./data.json"); const helper = require("helper");
                exports.useState = () => helper.prefix + data.name;
                Object.defineProperty(exports, "made", { get: () => 7 }); exports["quoted"] = "q";
                function __exportStar(from, to) { Object.assign(to, from); } __exportStar(require("./listed.js"), exports);`,
            "node_modules/ui/cjs/listed.js": `module.exports = { listed: 1, other() {} };`,
            "node_modules/ui/cjs/data.json": `{ "name": "slow" }`,
            "node_modules/helper/package.json": `{ "main": "main.js" }`, "node_modules/helper/main.js": `exports.prefix = "very ";`,
            "node_modules/compiled/package.json": "{}",
            "node_modules/compiled/index.js": `const all = {}; __export(all, { b: () => 5 }); module.exports = all;
                function __export(to, from) { for (const name in from) Object.defineProperty(to, name, { get: from[name], enumerable: true }); }` } });
        return [await browse(env, built, "/client.js"), "/node_modules/ui/cjs/fast.js" in built.assets];"#,
    )
    .run()
    .await
    .expect_ok(json!([["very slow", 7, 1, "q", true, 5, 5], false]));
}

#[tokio::test]
async fn options_apply_to_both_sides() {
    let _ = app(
        r#"const options = { client: "src/client.ts", define: { __NAME__: '"both"' }, files: {
            "src/index.ts": "export default { fetch: () => new Response(__NAME__) };", "src/client.ts": "globalThis.out.push(__NAME__);" } };
        const built = await createApp(options);
        return [await (await respond(env, options, "/api")).text(), await browse(env, built, "/client.js"), built.assets["/client.js"].includes("__NAME__")];"#,
    )
    .run()
    .await
    .expect_ok(json!(["both", ["both"], false]));
}

#[tokio::test]
async fn a_client_is_linked_for_browsers() {
    let _ = app(
        r#"const files = { "src/index.ts": `import side from "sides"; export default { fetch: () => new Response(side) };`,
            "src/client.ts": `import side from "sides"; globalThis.out.push(side);`,
            "node_modules/sides/package.json": `{ "type": "module", "exports": { "workerd": "./worker.js", "browser": "./browser.js" } }`,
            "node_modules/sides/worker.js": `export default "worker";`, "node_modules/sides/browser.js": `export default "browser";` };
        const options = { files, client: "src/client.ts" };
        return [await (await respond(env, options, "/api")).text(), await browse(env, await createApp(options), "/client.js")];"#,
    )
    .run()
    .await
    .expect_ok(json!(["worker", ["browser"]]));
}

#[tokio::test]
async fn entry_points_that_are_missing_and_paths_that_clash_are_errors() {
    let _ = app(
        r#"const files = { "src/index.ts": OK, "src/client.ts": `import "./a";`, "src/a.ts": "" };
        return [await caught(createApp({ files, client: "src/gone.ts" })), await caught(createApp({ files, server: "src/gone.ts" })),
            (await caught(createApp({ files: { "lib/other.ts": "" } }))).slice(0, 96),
            await caught(createApp({ files, client: "src/client.ts", assets: { "/a.js": "" } })),
            await caught(createApp({ files, client: "src/client.ts", assets: { "/client.js": "old" } })),
            await caught(createApp({ files, assets: { a: 1 } }))];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        "Error: Client entry point \"src/gone.ts\" was not found in `files`. Available files: src/a.ts, src/client.ts, src/index.ts.",
        "Error: Server entry point \"src/gone.ts\" was not found in `files`. Available files: src/a.ts, src/client.ts, src/index.ts.",
        "Error: Could not determine server entry point for createApp. Tried (in order): the `server` opti",
        "Error: The asset \"/a.js\" and a module of the client have the same path. Rename one of them.",
        "no error",
        "TypeError: createApp(): `assets` must be an object of strings and ArrayBuffers."
    ]));
}
