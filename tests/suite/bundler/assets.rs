//! `handleAssetRequest` and the functions around it.

use serde_json::json;

use super::bundler;

#[tokio::test]
async fn each_mode_says_where_pages_are() {
    // Of each path: the status, and the content or where it redirects to.
    let _ = bundler(
        r#"const assets = { "/index.html": "home", "/a.html": "a", "/b/index.html": "b", "/c": "c", "/d.js": "d" };
        const paths = ["/", "/index", "/index.html", "/a", "/a/", "/a.html", "/a/index", "/b", "/b/", "/b/index.html", "/b.html", "/c", "/d.js", "/x"];
        const modes = ["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"];
        return Promise.all(modes.map((mode) => Promise.all(paths.map(async (path) => (await ask(assets, path, { html_handling: mode }))?.join(" ") ?? null))));"#,
    )
    .run()
    .await
    .expect_ok(json!([
        [
            "200 home", "307 /", "307 /", "200 a", "307 /a", "307 /a", "307 /a", "307 /b/", "200 b", "307 /b/", "307 /b/",
            "200 c", "200 d", null
        ],
        [
            "200 home", "307 /", "307 /", "307 /a/", "200 a", "307 /a/", "307 /a/", "307 /b/", "200 b", "307 /b/", "307 /b/",
            "200 c", "200 d", null
        ],
        [
            "200 home", "307 /", "307 /", "200 a", "307 /a", "307 /a", "307 /a", "200 b", "307 /b", "307 /b", "307 /b",
            "200 c", "200 d", null
        ],
        [
            null, null, "200 home", null, null, "200 a", null, null, null, "200 b", null, "200 c", "200 d", null
        ]
    ]));
}

#[tokio::test]
async fn of_a_page_and_an_index_each_mode_serves_what_it_can() {
    let _ = bundler(
        r#"const assets = { "/a.html": "page", "/a/index.html": "index" };
        const modes = ["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash"];
        return Promise.all(modes.map((mode) => Promise.all(["/a", "/a/", "/a.html", "/a/index.html"].map(async (path) =>
            (await ask(assets, path, { html_handling: mode })).join(" ")))));"#,
    )
    .run()
    .await
    .expect_ok(json!([
        ["200 page", "200 index", "307 /a", "307 /a/"],
        ["307 /a/", "200 index", "200 page", "307 /a/"],
        ["200 page", "307 /a", "307 /a", "200 index"]
    ]));
}

#[tokio::test]
async fn paths_have_one_spelling() {
    let _ = bundler(
        r#"const assets = { "/a b.txt": "space", "/@c/d.js": "at", "/é.txt": "letter", "/e/index.html": "folder" };
        return Promise.all(["/a b.txt", "/a%20b.txt", "//a%20b.txt?q=1", "/@c/d.js", "/%40c/d.js", "/%65/", "/é.txt", "/%zz", "/%2F%2Fa%20b.txt"].map((path) => ask(assets, path)));"#,
    )
    .run()
    .await
    .expect_ok(json!([
        [200, "space"],
        [200, "space"],
        [307, "/a%20b.txt?q=1"],
        [200, "at"],
        [200, "at"],
        [307, "/e/"],
        [200, "letter"],
        null,
        [307, "/a%20b.txt"]
    ]));
}

#[tokio::test]
async fn what_is_not_found_falls_through_or_has_a_page() {
    let _ = bundler(
        r#"const html = { headers: { accept: "text/html,*/*" } };
        const assets = { "/index.html": "home", "/404.html": "lost", "/blog/404.html": "no post", "/a.js": "a" };
        const app = { not_found_handling: "single-page-application" }, pages = { not_found_handling: "404-page" };
        return [await ask(assets, "/x/y", app, html), await ask(assets, "/x/y", app), await ask(assets, "/a.js", app, html),
            await ask(assets, "/x", pages), await ask(assets, "/blog/2020/x", pages), await ask(assets, "/blog", pages), await ask({ "/a.js": "" }, "/x", pages),
            await ask(assets, "/x", {}, html), await ask(assets, "/a.js", {}, { method: "POST" })];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        [200, "home"],
        null,
        [200, "a"],
        [404, "lost"],
        [404, "no post"],
        [404, "lost"],
        null,
        null,
        null
    ]));
}

#[tokio::test]
async fn headers_say_type_hash_and_age() {
    let _ = bundler(
        r#"const { manifest, storage } = await buildAssets({ "/a.css": "x", "/app.0123abcd.js": "x", "/none": new Uint8Array([120]).buffer });
        const headers = async (path, init) => {
            const response = await handleAssetRequest(new Request(`http://site${path}`, init), manifest, storage);
            return [response.status, await response.text(), ...["content-type", "cache-control", "etag"].map((name) => response.headers.get(name))];
        };
        const etag = `"${manifest.get("/a.css").etag}"`;
        const known = async (tags) => (await headers("/a.css", { headers: { "if-none-match": tags } }))[0];
        return [await headers("/a.css"), await headers("/app.0123abcd.js"), await headers("/none", { method: "HEAD" }),
            await known(etag), await known(`W/${etag}`), await known(`"other", ${etag}`), await known('"other"')];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        [200, "x", "text/css; charset=utf-8", "public, max-age=0, must-revalidate", "\"2d711642b726b044\""],
        [200, "x", "application/javascript; charset=utf-8", "public, max-age=31536000, immutable", "\"2d711642b726b044\""],
        [200, "", null, "public, max-age=0, must-revalidate", "\"2d711642b726b044\""],
        304,
        304,
        304,
        200
    ]));
}

#[tokio::test]
async fn redirects_are_by_path_and_by_pattern() {
    let _ = bundler(
        r#"const fixed = (path, rules) => ask({ "/users/id.html": "page" }, path, { html_handling: "none", redirects: { static: rules } });
        const dynamic = async (from, to, path) => (await ask({}, path, { redirects: { dynamic: { [from]: { status: 302, to } } } }))?.[1] ?? null;
        return [
            await fixed("/old?q=1", { "/old": { status: 301, to: "/new#part" } }),
            await fixed("/old", { "https://site/old": { status: 301, to: "https://other.example/" }, "/old": { status: 302, to: "/b" } }),
            await fixed("/users/5", { "/users/5": { status: 200, to: "/users/id.html" } }),
            await dynamic("/blog/:slug", "/posts/:slug", "/blog/my-post"), await dynamic("/blog/:slug", "/x", "/blog/a/b"), await dynamic("/blog/:slug", "/x", "/blog/"),
            await dynamic("/docs/*", "/wiki/*", "/docs/a/b"), await dynamic("/docs/*", "/wiki/:splat", "/docs/"), await dynamic("/:a-:b", "/:b/:a", "/x-y-z"),
            await dynamic("/:name.html", "/:name", "/a.b.html"), await dynamic("/*.php", "/:splat", "/a/b.php"), await dynamic("/*/*", "/x", "/a/b"),
            await dynamic("/a+(b)", "/literal", "/a+(b)"), await dynamic("/go/*", "/*", "/go//evil.example/x"),
        ];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        [301, "/new?q=1#part"],
        [301, "https://other.example/"],
        [200, "page"],
        "/posts/my-post", null, null,
        "/wiki/a/b", "/wiki/", "/z/x-y",
        "/a.b", "/a/b", null,
        "/literal", "/evil.example/x"
    ]));
}

#[tokio::test]
async fn headers_are_set_by_pattern() {
    let _ = bundler(
        r#"const { manifest, storage } = await buildAssets({ "/a/b.js": "x" });
        const headers = { "/*": { set: { "X-A": "1", "Cache-Control": "no-store" } }, "/a*.js": { set: { "x-a": "2" }, unset: ["ETag"] },
            "/b*": { set: { "x-b": "1" } }, "*b*j*s": { set: { "x-c": "3" } }, "/a*a/*": { set: { "x-d": "4" } } };
        const response = await handleAssetRequest(new Request("http://site/a/b.js"), manifest, storage, { headers });
        return ["x-a", "cache-control", "etag", "x-b", "x-c", "x-d"].map((name) => response.headers.get(name));"#,
    )
    .run()
    .await
    .expect_ok(json!(["1, 2", "no-store", null, null, "3", null]));
}

#[tokio::test]
async fn patterns_take_linear_time() {
    // Backtracking over these would take more than any limit of fuel.
    let _ = bundler(
        r#"const path = `/${"a".repeat(4000)}/${"a/".repeat(2000)}x`;
        const stars = `/${"*a".repeat(500)}b`;
        const rules = { [stars]: { status: 302, to: "/" }, [`/${":a-".repeat(100)}`]: { status: 302, to: "/" }, "/:a/*a/:b": { status: 302, to: "/" } };
        return ask({ "/i": "" }, path, { headers: { [stars]: {} }, redirects: { dynamic: rules }, not_found_handling: "404-page" });"#,
    )
    .run()
    .await
    .expect_ok(json!(null));
}

#[tokio::test]
async fn an_asset_that_the_storage_lacks_falls_through() {
    let _ = bundler(
        r#"const manifest = await buildAssetManifest({ "/a": "text" });
        const stream = { get: async () => new Response("streamed").body };
        const of = (storage) => handleAssetRequest(new Request("http://site/a"), manifest, storage);
        return [await of({ get: async () => null }), await (await of(stream)).text(), await createMemoryStorage({ "/a": "x" }).get("/b")];"#,
    )
    .run()
    .await
    .expect_ok(json!([null, "streamed", null]));
}

#[tokio::test]
async fn types_are_by_the_ending_of_a_name() {
    let _ = bundler(
        r#"return [["/index.html", "/APP.JS", "/a.min.css", "/a.woff2", "/a.b/c", "/a.xyz", "/a.constructor"].map((path) => inferContentType(path) ?? null),
            ["text/css", "application/json", "image/svg+xml", "application/xml", "image/png", "application/wasm"].map(isTextContentType)];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        [
            "text/html; charset=utf-8", "application/javascript; charset=utf-8", "text/css; charset=utf-8", "font/woff2", null,
            null, null
        ],
        [true, true, true, true, false, false]
    ]));
}
