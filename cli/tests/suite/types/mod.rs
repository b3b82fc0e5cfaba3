//! `isolet types`.

mod declared;
mod truth;

use std::fs;
use std::process::Command;

use crate::folder::{Folder, Said, said};

pub(crate) fn types(folder: &Folder, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isolet"));
    command.arg("types").args(arguments).current_dir(folder.path());
    said(command.env_remove("RUST_BACKTRACE").env_remove("CLICOLOR_FORCE"))
}

/// Returns the members of `Env`, without the spaces before them.
fn env(said: &Said) -> Vec<String> {
    assert_eq!(said.code, Some(0), "{said:?}");
    let lines = said.out.lines().skip_while(|line| *line != "  interface Env {").skip(1);
    lines.take_while(|line| *line != "  }").map(|line| line.trim().to_owned()).collect()
}

const JSONC: &str = r#"{
  // The properties of env.
  "name": "me", "main": "src/index.ts",
  "vars": {
    "TEXT": "a", "NUMBER": 5, "FLAG": false, "NOTHING": null,
    "two words": [1, "a", 2, [], { "a": {}, "b-c": [true] }],
  },
  "worker_loaders": [{ "binding": "LOADER" }],
  "services": [
    { "binding": "OTHER", "service": "other" },
    { "binding": "OWN", "service": "me" },
    { "binding": "NAMED", "service": "me", "entrypoint": "Named" },
  ],
  "assets": { "binding": "ASSETS", "directory": "public" },
}"#;

const EXPECTED: [&str; 11] = [
    "TEXT: string;",
    "NUMBER: number;",
    "FLAG: boolean;",
    "NOTHING: null;",
    r#""two words": (number | string | unknown[] | { a: {}; "b-c": boolean[]; })[];"#,
    "LOADER: WorkerLoader;",
    "OTHER: Fetcher;",
    r#"OWN: Service<(typeof import("./src/index"))["default"]>;"#,
    r#"NAMED: Service<(typeof import("./src/index"))["Named"]>;"#,
    "ASSETS: Fetcher;",
    "SECRET: string;",
];

#[test]
fn env_is_declared() {
    let folder = Folder::new("types-env")
        .file("wrangler.jsonc", JSONC)
        .file(".dev.vars", "# Secrets.\nSECRET=\"a \\$ b\"\nTEXT=b\n");
    let said = types(&folder, &["--out", "-"]);
    assert_eq!(env(&said), EXPECTED);
    assert_eq!(said.err, "");
    assert!(said.out.contains("mainModule: typeof import(\"./src/index\");"));
    // By the file, by the folder from elsewhere, and with a byte-order mark.
    let _ = types(&folder, &["wrangler.jsonc", "--out", "-"]).expect_out(said.out.trim_end());
    let above = Folder::new("types-above");
    let path = folder.path().to_str().expect("a path");
    let _ = types(&above, &[path, "--out", "-"]).expect_out(said.out.trim_end());
    let folder = folder.file("wrangler.jsonc", format!("\u{feff}{JSONC}"));
    let _ = types(&folder, &["--out", "-"]).expect_out(said.out.trim_end());
}

#[test]
fn toml_is_read_as_well() {
    let toml = r#"
        name = "me"
        main = "src/index.mts"
        [vars]
        TEXT = "a"
        DATE = 2026-03-01
        NUMBER = 0x10
        LIST = [{ "b-c" = 1.5 }]
        [vars.A]
        b.c = true
        [[worker_loaders]]
        binding = "LOADER"
        [[services]]
        binding = "OWN"
        service = "me"
    "#;
    let folder = Folder::new("types-toml").file("wrangler.toml", toml);
    let said = types(&folder, &["--out", "-"]);
    let expected = [
        "TEXT: string;",
        "DATE: string;",
        "NUMBER: number;",
        r#"LIST: { "b-c": number; }[];"#,
        "A: { b: { c: boolean; }; };",
        "LOADER: WorkerLoader;",
        r#"OWN: Service<(typeof import("./src/index.mjs"))["default"]>;"#,
    ];
    assert_eq!(env(&said), expected);
}

#[test]
fn the_file_is_written_where_it_belongs() {
    let folder = Folder::new("types-out").file("p/wrangler.jsonc", JSONC);
    let _ = types(&folder, &["p"]).expect_out("p/worker-configuration.d.ts");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("the file");
    assert!(read("p/worker-configuration.d.ts").contains("typeof import(\"./src/index\")"));
    // Written again only if it is not up to date.
    let _ = types(&folder, &["p"]).expect_nothing();

    fs::create_dir_all(folder.path().join("other/types")).expect("a folder");
    let _ =
        types(&folder, &["p", "--out", "other/types/env.d.ts"]).expect_out("other/types/env.d.ts");
    assert!(read("other/types/env.d.ts").contains("typeof import(\"../../p/src/index\")"));
    let left = fs::read_dir(folder.path().join("other/types")).expect("a folder").count();
    assert_eq!(left, 1);
}

impl Said {
    #[track_caller]
    fn expect_nothing(self) -> Self {
        assert_eq!((self.code, self.out.as_str(), self.err.as_str()), (Some(0), "", ""));
        self
    }
}

#[test]
fn a_main_module_without_types_is_not_named() {
    for (at, main) in ["", r#""main": "index.js","#, r#""main": "index","#, r#""main": "a.d.ts","#]
        .iter()
        .enumerate()
    {
        let services = r#""services": [{ "binding": "OWN", "service": "me" }]"#;
        let text = format!(r#"{{ "name": "me", {main} {services} }}"#);
        let folder = Folder::new(&format!("types-main-{at}")).file("wrangler.json", text);
        let said = types(&folder, &["--out", "-"]);
        assert_eq!(env(&said), ["OWN: Fetcher;"]);
        assert!(!said.out.contains("GlobalProps {\n    mainModule:"), "{main}");
    }
}

#[test]
fn services_have_the_types_of_their_workers() {
    let folder = Folder::new("types-services")
        .file("a/wrangler.jsonc", JSONC)
        .file("b/wrangler.toml", "name = \"other\"\nmain = \"src/other.ts\"")
        .file("c/wrangler.toml", "name = \"third\"\nmain = \"src/third.js\"");
    let other = |arguments: &[&str]| {
        let said = types(&folder, &[&["a", "--out", "-"], arguments].concat());
        env(&said).into_iter().find(|line| line.starts_with("OTHER")).expect("a line")
    };
    let typed = r#"OTHER: Service<(typeof import("../b/src/other"))["default"]>;"#;
    assert_eq!(other(&["c", "b/wrangler.toml"]), typed);
    assert_eq!(other(&["c"]), "OTHER: Fetcher;");
    let _ = types(&folder, &["a", "none"]).expect_failure(2, &["none"]);
}

#[test]
fn check_fails_for_a_file_that_is_out_of_date() {
    let folder = Folder::new("types-check").file("wrangler.jsonc", JSONC);
    let _ = types(&folder, &["--check"]).expect_failure(1, &["does not exist"]);
    assert_eq!(types(&folder, &[]).code, Some(0));
    let _ = types(&folder, &["--check"]).expect_nothing();
    let folder = folder.file("wrangler.jsonc", JSONC.replace("NUMBER", "COUNT"));
    let _ = types(&folder, &["--check"]).expect_failure(1, &["is out of date", "isolet types"]);
    assert_eq!(types(&folder, &[]).code, Some(0));
    let _ = types(&folder, &["--check"]).expect_nothing();
    let folder = folder.file(".dev.vars", "NEW=1\n");
    let _ = types(&folder, &["--check"]).expect_failure(1, &["is out of date"]);
    let _ = types(&folder, &["--check", "--out", "-"]).expect_failure(2, &["--check"]);
}

#[test]
fn files_of_others_are_not_overwritten() {
    let folder = Folder::new("types-foreign")
        .file("wrangler.jsonc", JSONC)
        .file("worker-configuration.d.ts", "interface Mine {}\n")
        .file(
            "from-wrangler.d.ts",
            "/* eslint-disable */\n// Generated by Wrangler by running …\n",
        );
    let _ = types(&folder, &[]).expect_failure(2, &["worker-configuration.d.ts", "--out"]);
    let _ = types(&folder, &["--check"]).expect_failure(2, &["worker-configuration.d.ts"]);
    let kept = fs::read_to_string(folder.path().join("worker-configuration.d.ts")).expect("it");
    assert_eq!(kept, "interface Mine {}\n");
    let _ = types(&folder, &["--out", "from-wrangler.d.ts"]).expect_out("from-wrangler.d.ts");
    let _ = types(&folder, &["--out", "."]).expect_failure(2, &["."]);
    let _ = types(&folder, &["--out", "missing/a.d.ts"]).expect_failure(4, &["missing/a.d.ts"]);
    if cfg!(target_os = "linux") {
        let _ = types(&folder, &["--out", "/proc/a.d.ts"]).expect_failure(4, &["/proc/a.d.ts"]);
    }
}

#[test]
fn errors_name_the_place() {
    let long = format!(r#"{{ "a": "{}" }}"#, "x".repeat(1 << 20));
    let deep = "[".repeat(100_000);
    for (at, (name, text, expected)) in [
        ("wrangler.jsonc", "{\n  \"vars\": {\n    \"a\" 5\n", "wrangler.jsonc:3:9: "),
        ("wrangler.jsonc", "{ 'vars': {} }", "wrangler.jsonc:1:3: "),
        ("wrangler.jsonc", "", "wrangler.jsonc:1:1: The file is empty"),
        ("wrangler.jsonc", "[]", "wrangler.jsonc:1:1: the configuration must be an object"),
        ("wrangler.jsonc", "{\n \"ü\": 1, \"vars\": [] }", "wrangler.jsonc:2:18: \"vars\" must be an object"),
        ("wrangler.jsonc", "{\n\"vars\": { \"\": 1 } }", "wrangler.jsonc:2:15: a name of env must not be empty"),
        ("wrangler.jsonc", "{ \"assets\": true }", "wrangler.jsonc:1:13: \"assets\" must be an object"),
        ("wrangler.jsonc", "{ \"main\": 5 }", "wrangler.jsonc:1:11: \"main\" must be a string"),
        ("wrangler.jsonc", "{ \"services\": {} }", "wrangler.jsonc:1:15: \"services\" must be a list"),
        ("wrangler.jsonc", "{ \"services\": [\n {} ] }", "wrangler.jsonc:2:2: \"service\" is missing"),
        ("wrangler.jsonc", "{ \"worker_loaders\": [5] }", "wrangler.jsonc:1:22: \"binding\" is missing"),
        (
            "wrangler.jsonc",
            "{ \"vars\": { \"A\": 1 },\n \"worker_loaders\": [{ \"binding\": \"A\" }] }",
            "wrangler.jsonc:2:21: env has two values with the name \"A\", the other one at wrangler.jsonc:1:18",
        ),
        ("wrangler.jsonc", "{ \"vars\": { \"A\": { \"b\": 1,\n \"b\": 2 } } }", "wrangler.jsonc:2:2: the name \"b\" is given twice"),
        ("wrangler.jsonc", &long, "wrangler.jsonc: larger than 1048576 bytes"),
        ("wrangler.jsonc", &deep, "Maximum nesting depth exceeded"),
        ("wrangler.toml", "a = 1\nb = \n", "wrangler.toml:2:5: "),
        ("wrangler.toml", "vars = 5", "wrangler.toml:1:8: \"vars\" must be an object"),
        ("wrangler.toml", &format!("a = {deep}"), "wrangler.toml:1:"),
        (".dev.vars", "A=1\nsecret text\n", ".dev.vars:2:8: the line is not NAME=VALUE"),
    ]
    .into_iter()
    .enumerate()
    {
        let folder = Folder::new(&format!("types-error-{at}")).file(name, text);
        let folder = if name == ".dev.vars" { folder.file("wrangler.toml", "") } else { folder };
        let said = types(&folder, &[]).expect_failure(2, &[expected]);
        assert!(!said.err.contains("secret text"), "{said:?}");
        assert!(!folder.path().join("worker-configuration.d.ts").exists());
    }
    let folder = Folder::new("types-none");
    let _ = types(&folder, &[]).expect_failure(2, &["wrangler.jsonc", "isolet init"]);
    let _ = types(&folder, &["missing.toml"]).expect_failure(2, &["missing.toml"]);
    // As large as it may be.
    let fits = format!(r#"{{ "a": "{}" }}"#, "x".repeat((1 << 20) - 11));
    assert_eq!(fits.len(), 1 << 20);
    assert_eq!(types(&folder.file("wrangler.json", fits), &[]).code, Some(0));
}

#[test]
fn values_that_refer_to_values_do_not_grow() {
    let doubled = (1..200).map(|at| format!("A{at}=$A{0}$A{0}\n", at - 1));
    let text = format!("A0=xxxxxxxxxxxxxxxx\n{}", doubled.collect::<Vec<_>>().concat());
    let folder = Folder::new("types-growth").file("wrangler.toml", "").file(".dev.vars", text);
    assert_eq!(env(&types(&folder, &["--out", "-"])).len(), 200);
}

#[test]
fn what_isolet_lacks_is_named() {
    let text = r#"{
        "vars": { "A": 1 },
        "kv_namespaces": [{ "binding": "KV", "id": "x" }],
        "env": { "staging": {} },
        "observability": { "enabled": true }
    }"#;
    let folder = Folder::new("types-lacks").file("wrangler.jsonc", text);
    let said = types(&folder, &["--out", "-"]);
    assert_eq!(env(&said), ["A: number;"]);
    let warnings: Vec<_> = said.err.lines().collect();
    let expected = [
        "warning: wrangler.jsonc:3:26: isolet does not have \"kv_namespaces\": env lacks its names",
        "warning: wrangler.jsonc:4:16: isolet does not have \"env\": env lacks its names",
    ];
    assert_eq!(warnings, expected);
}

#[test]
fn names_and_values_cannot_leave_their_place() {
    let text = r#"{
        "name": "me", "main": "a\"; evil(); \"/b.ts",
        "vars": { "x: any }; declare const y: { z": { "*/\n}": "\u0000" } },
        "services": [{ "binding": "S", "service": "me", "entrypoint": "\"]> | any" }]
    }"#;
    let folder = Folder::new("types-injection").file("wrangler.jsonc", text);
    let said = types(&folder, &["--out", "-"]);
    let expected = [
        r#""x: any }; declare const y: { z": { "*/\n}": string; };"#,
        r#"S: Service<(typeof import("./a\"; evil(); \"/b"))["\"]> | any"]>;"#,
    ];
    assert_eq!(env(&said), expected);
}

#[test]
fn the_type_of_a_deep_value_is_bounded() {
    let nested = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    for (depth, is_any) in [(16, false), (17, true), (100, true)] {
        let text = format!(r#"{{ "vars": {{ "A": {} }} }}"#, nested(depth));
        let folder = Folder::new(&format!("types-deep-{depth}")).file("wrangler.jsonc", text);
        let said = types(&folder, &["--out", "-"]);
        assert_eq!(env(&said)[0].contains("any"), is_any, "{depth}");
    }
}

#[test]
fn help_names_every_flag_and_the_exit_codes() {
    let folder = Folder::new("types-help");
    let help = types(&folder, &["--help"]);
    assert_eq!(help.code, Some(0));
    for text in ["--out", "--check", "wrangler.jsonc", ".dev.vars", "1 MiB", "Exit status"] {
        assert!(help.out.contains(text), "{text}");
    }
    let _ = types(&folder, &["a", "--b"]).expect_failure(2, &["'--b'"]);
}
