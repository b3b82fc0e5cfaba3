//! `import … with { type: … }`, which the linker applies.

use serde_json::json;

use super::bundler;

const FILES: &str = r#"const files = {
    "src/index.ts": `import data from "./data.json" with { type: "json" };
        import own from "./a.js" with { type: "text" };
        import { a } from "./a.js";
        import bytes from "./a.js" with { type: "bytes" };
        import plain from "./plain.txt" with { type: "json" };
        export { default as again } from "./plain.txt";
        const show = async () => [data.a, own, a, [...bytes].length, bytes.constructor.name, plain.b,
            (await import("./plain.txt", { with: { type: "text" } })).default,
            (await import("./data.json", { with: { type: "json" } })).default === data];
        globalThis.show = show;
        export default { fetch: async () => Response.json(await show()) };`,
    "src/data.json": `{ "a": 1 }`, "src/a.js": `export const a = "a";`, "src/plain.txt": `{ "b": 2 }`,
};"#;

#[tokio::test]
async fn attributes_decide_how_a_file_is_read() {
    let _ = bundler(&format!(
        r#"{FILES}
        const built = await createWorker({{ files }});
        const kinds = Object.entries(built.modules).map(([name, it]) => [name, typeof it === "string" ? "js" : Object.keys(it)[0]]);
        const response = await (await load(env, {{ files }})).fetch("http://worker/");
        return [await response.json(), Object.fromEntries(kinds), built.warnings ?? null];"#,
    ))
    .run()
    .await
    .expect_ok(json!([
        [1, "export const a = \"a\";", "a", 21, "Uint8Array", 2, "{ \"b\": 2 }", true],
        {
            "src/index.js": "js",
            "src/data.json": "json",
            "src/a.js": "text",
            "src/a_2.js": "js",
            "src/a_3.js": "js",
            "src/plain.txt": "json",
            "src/plain_2.txt": "text"
        },
        null
    ]));
}

/// Browsers take no attribute of modules that are JavaScript, as those of a client are.
#[tokio::test]
async fn modules_of_a_client_have_no_attributes() {
    let _ = bundler(&format!(
        r#"{FILES}
        const client = "globalThis.out = (async () => await globalThis.show())();";
        const built = await createApp({{ client: "src/client.ts", files: {{ ...files, "src/client.ts": `import "./index.ts"; ${{client}}` }} }});
        const texts = Object.entries(built.assets).filter(([, text]) => /\bwith\s*[:{{]/.test(text)).map(([name]) => name);
        const modules = {{ "main.js": `import "./client.js"; export default {{ out: () => globalThis.out }};` }};
        for (const [name, text] of Object.entries(built.assets)) modules[name.slice(1)] = {{ js: text }};
        return [await env.LOADER.load({{ mainModule: "main.js", modules }}).getEntrypoint().out(), texts];"#,
    ))
    .run()
    .await
    .expect_ok(json!([
        [1, "export const a = \"a\";", "a", 21, "Uint8Array", 2, "{ \"b\": 2 }", true],
        []
    ]));
}

#[tokio::test]
async fn other_attributes_stay() {
    let _ = bundler(
        r#"const files = { "src/index.js": `import a from "./a.css" with { type: "css" }; export default { fetch: () => new Response(a) };`,
            "src/a.css": "a {}" };
        const { modules } = await createWorker({ files });
        return [modules["src/index.js"].includes(`with { type: "css" }`), await caught(text(env, { files }))];"#,
    )
    .run()
    .await
    .expect_ok(json!([true, "Error: TypeError: Import attribute \"type\" with value \"css\" is not supported."]));
}
