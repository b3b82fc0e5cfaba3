//! File systems.

use serde_json::json;

use super::bundler;

#[tokio::test]
async fn a_file_system_in_memory_reads_writes_and_lists() {
    let _ = bundler(
        r#"const files = new InMemoryFileSystem({ "a.ts": "1", "src/b.ts": "2" });
        const before = [files.read("a.ts"), files.read("gone"), files.list(), files.list("src/"), files.list("lib/")];
        files.write("a.ts", "3"); files.write("c", ""); files.delete("src/b.ts"); files.delete("gone");
        return [before, files.read("a.ts"), files.read("c"), files.list(), await files.flush() ?? null, files.read("a.ts"), new InMemoryFileSystem().list()];"#,
    )
    .run()
    .await
    .expect_ok(json!([
        ["1", null, ["a.ts", "src/b.ts"], ["src/b.ts"], []],
        "3", "", ["a.ts", "c"], null, "3", []
    ]));
}

#[tokio::test]
async fn a_map_is_used_as_it_is_and_an_object_is_copied() {
    let _ = bundler(
        r#"const map = new Map(), object = {};
        new InMemoryFileSystem(map).write("a", "1"); new InMemoryFileSystem(object).write("a", "1");
        return [[...map], object];"#,
    )
    .run()
    .await
    .expect_ok(json!([[["a", "1"]], {}]));
}

#[tokio::test]
async fn a_snapshot_takes_what_can_be_iterated() {
    let _ = bundler(
        r#"const later = (async function* () { yield ["src/index.ts", OK]; })();
        const files = await createFileSystemSnapshot(later);
        return [files instanceof InMemoryFileSystem, (await createFileSystemSnapshot([["a", "b"]])).read("a"), await text(env, { files })];"#,
    )
    .run()
    .await
    .expect_ok(json!([true, "b", "ok"]));
}

#[tokio::test]
async fn programs_are_built_from_any_file_system() {
    let _ = bundler(
        r#"const own = { read: (path) => path === "index.js" ? OK : null, list: () => ["index.js", "gone.js"], write() {}, delete() {}, async flush() {} };
        return text(env, { files: own });"#,
    )
    .run()
    .await
    .expect_ok(json!("ok"));
}

#[tokio::test]
async fn file_systems_of_durable_objects_are_refused_by_name() {
    let _ = bundler(
        r#"return [DurableObjectKVFileSystem, DurableObjectRawFileSystem].map((Class) => {
            try { new Class({}); return "no error"; } catch (error) { return [Class.name, error.message]; }
        });"#,
    )
    .run()
    .await
    .expect_ok(json!([
        ["DurableObjectKVFileSystem", "DurableObjectKVFileSystem is not available: isolet has no storage of Durable Objects. Use InMemoryFileSystem."],
        ["DurableObjectRawFileSystem", "DurableObjectRawFileSystem is not available: isolet has no storage of Durable Objects. Use InMemoryFileSystem."]
    ]));
}
