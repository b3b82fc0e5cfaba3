//! `wrangler.jsonc` and `wrangler.toml`.

use serde_json::{Value as Json, json};

use super::{PROGRAM, Server, serve};
use crate::folder::{Folder, said};

fn env(server: &Server) -> Json {
    serde_json::from_str(&server.get("/env").body).expect("JSON")
}

#[test]
fn settings_are_taken_from_the_file() {
    const JSONC: &str = r#"{
        // A comment.
        "name": "it", "main": "src/main.js", "compatibility_date": "2026-01-01",
        "compatibility_flags": ["no_nodejs_compat", "nope"],
        "vars": { "A": "file", "B": { "n": 1 }, "C": "file" },
        "assets": { "directory": "./public", "serve_directly": true },
        "kv_namespaces": [{ "binding": "KV" }],
    }"#;
    const TOML: &str = "main = \"src/main.js\"\n[vars]\nA = \"file\"\nB = { n = 1 }\nC = \"file\"\n[assets]\ndirectory = \"public\"\n";
    let folder = Folder::new("serve-wrangler")
        .file("app/wrangler.jsonc", JSONC)
        .file("other/wrangler.toml", TOML)
        .file("other/src/main.js", PROGRAM)
        .file("other/public/a.txt", "asset")
        .file("app/src/main.js", PROGRAM)
        .file("app/public/a.txt", "asset")
        .file("app/.dev.vars", "C=dev");
    let listen = ["--listen", "127.0.0.1:0", "--env", "A=\"flag\""];
    let server = Server::of(&mut serve(&folder, &[&["app/wrangler.jsonc"][..], &listen].concat()));
    assert_eq!(env(&server), json!({ "A": "flag", "B": { "n": 1 }, "C": "dev" }));
    let _ = server.get("/a.txt").expect(200, "asset");
    let err = server.stop();
    for text in [
        "\"kv_namespaces\" is not supported",
        "\"assets.serve_directly\" is not",
        "\"nope\" has no effect",
    ] {
        assert!(err.contains(text), "{err}");
    }
    let server = Server::of(&mut serve(&folder, &[&["other/wrangler.toml"][..], &listen].concat()));
    assert_eq!(env(&server), json!({ "A": "flag", "B": { "n": 1 }, "C": "file" }));
    let _ = server.get("/a.txt").expect(200, "asset");
    let _ = server.stop();
}

#[test]
fn one_beside_the_program_is_used_if_it_names_it() {
    let folder = Folder::js("serve-beside", PROGRAM)
        .file("wrangler.toml", "main = \"main.js\"\nvars = { A = 1 }")
        .file("other.js", PROGRAM);
    let server = Server::start(&folder, &[]);
    assert_eq!(env(&server), json!({ "A": 1 }));
    let _ = server.stop();
    let server = Server::of(&mut serve(&folder, &["other.js", "--listen", "127.0.0.1:0"]));
    assert_eq!(env(&server), json!({}));
    assert!(server.stop().contains("its \"main\" is not FILE"));
}

#[test]
fn a_file_with_an_error_is_said() {
    let folder = Folder::new("serve-wrangler-bad")
        .file("a/wrangler.jsonc", "{ main: }")
        .file("b/wrangler.toml", "vars = {}")
        .file("c/wrangler.toml", "main = \"m.js\"\n[[services]]\nbinding = \"A\"\nservice = \"b\"")
        .file("d/wrangler.jsonc", "{ \"main\": 7 }");
    for (file, text) in [
        ("a/wrangler.jsonc", "a/wrangler.jsonc"),
        ("b/wrangler.toml", "\"main\""),
        ("c/wrangler.toml", "\"services\""),
        ("d/wrangler.jsonc", "d/wrangler.jsonc"),
    ] {
        let _ = said(&mut serve(&folder, &[file])).expect_failure(2, &[text]);
    }
}
