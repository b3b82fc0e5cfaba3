//! The record that `--json` prints.

use serde_json::json;

use crate::folder::Folder;

#[test]
fn of_a_run_that_is_ok() {
    let folder = Folder::js(
        "record",
        "export default { run(x) { console.log('a', x); console.warn('b\\n'); return { x, u: undefined } } }",
    );
    let mut record = folder.record(&["main.js", "--call", "run", "--arg", "1", "--seed", "5"]);
    let usage = record["usage"].take();
    assert_eq!(
        record,
        json!({
            "outcome": "ok", "value": { "x": 1 }, "error": null,
            "logs": [{ "level": "log", "message": "a 1" }, { "level": "warn", "message": "b\n" }],
            "usage": null, "seed": "5",
        })
    );
    let mut keys: Vec<_> = usage.as_object().expect("usage").keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["capabilityCalls", "fuel", "memoryPeakBytes", "turns", "wallMicros"]);
    assert_eq!((&usage["capabilityCalls"], &usage["turns"]), (&json!(0), &json!(2)));
    for key in ["fuel", "memoryPeakBytes", "wallMicros"] {
        assert!(usage[key].as_u64() > Some(0), "{key}");
    }
}

#[test]
fn of_an_exception() {
    let folder = Folder::js("thrown", "export default () => { throw new RangeError('no') }");
    let record = folder.record(&["main.js"]);
    assert_eq!(record["outcome"], "exception");
    assert_eq!(
        (&record["error"]["name"], &record["error"]["message"]),
        (&json!("RangeError"), &json!("no"))
    );
    assert!(record["error"]["stack"].as_str().expect("a stack").contains("main.js:1:"), "{record}");
}

#[test]
fn logs_also_go_to_standard_error_as_they_happen() {
    let folder = Folder::js("both", "export default () => { console.log('seen') }");
    let said = folder.run(&["main.js", "--json"]);
    assert_eq!(said.err, "| seen\n");
    assert!(said.out.contains("seen"));
}

#[test]
fn is_one_line_whatever_the_guest_says() {
    let folder = Folder::js(
        "line",
        "export default () => { console.log('a\\nb\\u001b[31m\\u2028'); throw new Error('c\\nd\\u001b[0m\\u0000') }",
    );
    let record = folder.record(&["main.js"]);
    assert_eq!(record["logs"][0]["message"], "a\nb\u{1b}[31m\u{2028}");
    let said = folder.run(&["main.js", "--json"]);
    assert!(!said.out.trim_end().contains(|c: char| c.is_control()), "{said:?}");
}

#[test]
fn undefined_is_null() {
    let folder = Folder::js("undefined", "export default () => undefined");
    assert_eq!(folder.record(&["main.js"])["value"], json!(null));
}
