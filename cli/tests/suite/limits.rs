//! The exit status and the message for each way to end.

use crate::folder::Folder;

/// Asserts the outcome in the record, and the exit status with and without `--json`.
#[track_caller]
fn assert_ends(folder: &Folder, arguments: &[&str], outcome: &str, code: i32, text: &str) {
    let said = folder.run(arguments).expect_failure(code, &["error: ", text]);
    assert!(!said.err.contains("panicked"), "{said:?}");
    let with_record = folder.run(&[&["--json"], arguments].concat());
    assert_eq!(with_record.code, Some(code), "{with_record:?}");
    let record: serde_json::Value = serde_json::from_str(&with_record.out).expect("a record");
    assert_eq!(record["outcome"], outcome);
    assert_eq!(record["value"], serde_json::Value::Null);
    let message = record["error"]["message"].as_str().expect("a message");
    assert!(!message.is_empty() || outcome == "exception", "{record}");
}

#[test]
fn exceptions_and_hung_are_1() {
    let folder = Folder::js(
        "exceptions",
        "export default { throws() { throw new RangeError('no') }, nothing() { throw null }, hangs: () => new Promise(() => {}) }",
    );
    assert_ends(&folder, &["main.js", "--call", "throws"], "exception", 1, "RangeError: no\n");
    assert_ends(&folder, &["main.js", "--call", "nothing"], "exception", 1, "null");
    assert_ends(&folder, &["main.js", "--call", "missing"], "exception", 1, "does not implement");
    assert_ends(&folder, &["main.js", "--call", "hangs"], "hung", 1, "hung");
    let said = folder.run(&["main.js", "--call", "throws"]);
    assert!(said.err.contains("at Object.throws (main.js:1:"), "{said:?}");
    let top = Folder::js("top", "throw new TypeError('top')");
    assert_ends(&top, &["main.js"], "exception", 1, "TypeError: top");
}

#[test]
fn what_does_not_load_is_2() {
    let folder = Folder::js("syntax", "export default {\n  run( { }\n}")
        .file("import.js", "import './missing.js'");
    assert_ends(&folder, &["main.js"], "loadFailed", 2, "SyntaxError");
    assert_ends(&folder, &["import.js"], "loadFailed", 2, "missing.js");
    let export = Folder::js("export", "import { nope } from './a.js'").file("a.js", "");
    assert_ends(&export, &["main.js"], "loadFailed", 2, "nope");
}

#[test]
fn a_syntax_error_shows_module_line_column_and_text() {
    let folder = Folder::js("shown", "import './lib/bad.js'")
        .file("lib/bad.js", "const fine = 1;\nconst broken = = 2;\n")
        .file("main.ts", "import './lib/bad.ts'")
        .file("lib/bad.ts", "type A = 1;\nconst broken: A = = 2;\n");
    let _ = folder
        .run(&["main.js"])
        .expect_failure(2, &["SyntaxError", "lib/bad.js:2:16", "const broken = = 2;"]);
    let _ = folder
        .run(&["main.ts"])
        .expect_failure(2, &["SyntaxError", "lib/bad.ts:2:19", "const broken: A = = 2;"]);
}

#[test]
fn limits_are_3() {
    let folder = Folder::js(
        "limits",
        "export default {
            loop() { while (true); },
            memory() { const a = []; for (;;) a.push(new Uint8Array(1 << 16).fill(1)) },
            log() { for (;;) console.log('x'.repeat(1 << 15)) },
            output: () => 'x'.repeat(33 << 20),
            wait: () => new Promise(resolve => setTimeout(resolve, 1e9)),
         }",
    );
    let call = |method, more: &[&'static str]| [&["main.js", "--call", method], more].concat();
    assert_ends(&folder, &call("loop", &["--fuel", "10000000"]), "exceededCpu", 3, "Limits::fuel");
    assert_ends(
        &folder,
        &call("loop", &["--timeout", "100ms"]),
        "exceededWallTime",
        3,
        "Limits::wall",
    );
    assert_ends(
        &folder,
        &call("wait", &["--timeout", "100ms"]),
        "exceededWallTime",
        3,
        "Limits::wall",
    );
    assert_ends(
        &folder,
        &call("memory", &["--memory", "16M"]),
        "exceededMemory",
        3,
        "Limits::memory_bytes",
    );
    assert_ends(&folder, &call("log", &[]), "exceededOutput", 3, "Limits::log_bytes");
    assert_ends(
        &folder,
        &call("output", &["--memory", "512M"]),
        "exceededOutput",
        3,
        "Limits::output_bytes",
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_machine_without_room_for_the_pool_is_4() {
    // This is enough for the command itself, but not for the address space of one slot.
    const ADDRESSES: u32 = 2_000_000;
    let folder = Folder::js("addresses", "export default () => 1");
    let _ = folder.run(&["main.js"]).expect_out("1");
    let happened = ["error: the engine is overloaded", "can map no more memory"];
    let said = folder.run_within(ADDRESSES, &["main.js"]).expect_failure(4, &happened);
    assert!(said.err.contains("raise `ulimit -v`") && !said.err.contains("panicked"), "{said:?}");

    let said = folder.run_within(ADDRESSES, &["main.js", "--json"]);
    assert_eq!((said.code, said.err.as_str()), (Some(4), ""), "{said:?}");
    let record: serde_json::Value = serde_json::from_str(&said.out).expect("a record");
    assert_eq!((&record["outcome"], &record["value"]), (&"internalError".into(), &().into()));
    assert!(record["error"]["message"].as_str().expect("text").contains("ulimit -v"), "{record}");
    assert_eq!((&record["logs"], &record["usage"]["turns"]), (&serde_json::json!([]), &0.into()));
}

#[test]
fn files_that_are_none_are_2() {
    let folder = Folder::new("files")
        .file("main.exe", "")
        .file("noending", "")
        .file("binary.js", [0xff, 0xfe]);
    let _ = folder.run(&["missing.js"]).expect_failure(2, &["error: missing.js: "]);
    let _ = folder.run(&["main.exe"]).expect_failure(2, &["main.exe", ".ts"]);
    let _ = folder.run(&["noending"]).expect_failure(2, &["noending"]);
    let _ = folder.run(&["binary.js"]).expect_failure(2, &["binary.js"]);
    let _ = folder.run(&["."]).expect_failure(2, &["error"]);
    let _ = folder.run(&[""]).expect_failure(2, &["error"]);
    let _ = folder.run(&["main.js/"]).expect_failure(2, &["main.js"]);
}
