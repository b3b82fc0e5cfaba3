//! The declarations beside a sandbox. Each name and each member that one of them has, the other
//! has too.

use serde_json::{Value as Json, json};

use super::declared::declared;
use super::types;
use crate::folder::Folder;

const PROGRAM: &str = include_str!("truth.js");

#[test]
fn the_declarations_are_what_a_sandbox_has() {
    let folder = Folder::new("types-truth").file("wrangler.jsonc", "{}");
    let text = types(&folder, &["--out", "-"]).out;
    let all = declared(&text);
    // Nothing was overlooked.
    for line in text.lines() {
        let starts = ["interface ", "declare var ", "declare function ", "declare module "];
        let is_other = line.starts_with("declare ") && !line.starts_with("declare namespace ");
        assert!(!is_other || starts.iter().any(|start| line.starts_with(start)), "{line}");
    }
    assert!(all.classes.len() > 50 && all.interfaces.len() > 120, "{all:?}");

    let json = serde_json::to_string(&all).expect("JSON");
    let folder = folder.file("truth.js", PROGRAM).file("declared.json", json);
    let arguments = ["truth.js", "--loader", "LOADER", "--compatibility-flag", "no_nodejs_compat"];
    let said = folder.run(&arguments);
    let found: Json = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
    assert_eq!(found["wrong"], Json::Array(Vec::new()));
    // Fails if the program compares nothing.
    assert!(found["compared"].as_u64() > Some(900), "{found}");
}

/// Runs a program of `tests/types`, which `just types-check` gives to `tsc`, and returns what its
/// response says.
fn response(name: &str, source: &str) -> Json {
    let folder = Folder::new(&format!("types-{name}")).file(name, source);
    let request = r#"{"url":"http://localhost/"}"#;
    let arguments = [name, "--loader", "LOADER", "--call", "fetch", "--arg", request];
    let said = folder.run(&arguments);
    let response: Json = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
    serde_json::from_str(response["body"].as_str().expect("a body")).expect("JSON")
}

#[test]
fn programs_that_tsc_accepts_run() {
    let told = response("loader.ts", include_str!("../../types/loader.ts"));
    let expected = json!({
        "again": "Hello first, #1!",
        "text": "Hello second, #2",
        "page": "Hello example.com for acme",
        "count": 2,
        "seen": told["seen"],
    });
    assert_eq!(told, expected);
    let seen = told["seen"].as_array().expect("a list");
    assert!(seen.contains(&"greet: ok, greeting first".into()), "{told}");

    let told = response("platform.ts", include_str!("../../types/platform.ts"));
    let expected = json!([
        [2, 1, ["apples 1970"], "/a", "me", 2, 1, true, true],
        "one twoABCDXY",
        [32, 1, 4, 16, 1, 36],
        [5, 0, true, true],
        ["text", "x", 1, ["a", "b"], "1", true, 2, "isolet", "x"],
        "Error",
    ]);
    assert_eq!(told["results"], expected);

    let told = response("bundler.ts", include_str!("../../types/bundler.ts"));
    let expected = json!([
        "child",
        ["/client.js", "app", "application/javascript; charset=utf-8"],
        [false, [], 1, "a", "TypeError", "Error", "image/svg+xml", true, true],
    ]);
    assert_eq!(told["results"], expected);
}
