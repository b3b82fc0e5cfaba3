//! The amount of output, and a check that none of it passes for something else.

#[cfg(target_os = "linux")]
use std::process::Stdio;

use crate::folder::Folder;

const MAX_JSON_BYTES: usize = 64 << 20;

const LARGE: &[&str] = &["--memory", "512M", "--fuel", "100000000000", "--timeout", "5m"];

fn large(name: &str) -> Folder {
    Folder::js(
        name,
        "export default {
            bytes: () => new Uint8Array(31 << 20).fill(255),
            shared() { const b = new Uint8Array(1 << 20).fill(255); return [...'x'.repeat(30)].map(() => ({ b })) },
            text: () => '\\u0001'.repeat(12 << 20),
            steers: () => '\\u007f'.repeat(12 << 20),
            control_text: () => '\\u0001'.repeat(10 << 20),
            sparse() { const a = []; a.length = 60e6; a[5] = 'y'.repeat(31 << 20); return a },
            fits: n => 'x'.repeat(n),
            throws(n) { const e = new Error('m'.repeat(n)); e.stack = 's'.repeat(n) + '\\n'; throw e },
            control(n) { throw new Error('\\u0001'.repeat(n)) },
            name() { const e = new Error('x'); e.name = 'n'.repeat(10 << 20); throw e },
        }",
    )
}

fn call<'a>(method: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["main.js", "--call", method], LARGE, more].concat()
}

#[test]
fn a_result_that_needs_more_json_than_is_printed_is_3() {
    let folder = large("printed");
    for method in ["bytes", "steers"] {
        let text = "error: exceeded the limit of what is printed: more than 67108864 bytes of JSON";
        let said = folder.run(&call(method, &[])).expect_failure(3, &[text, "return"]);
        assert_eq!(said.err.lines().count(), 1, "{said:?}");
    }
    for method in ["text", "sparse"] {
        let said = folder.run(&call(method, &["--json"]));
        let record: serde_json::Value = serde_json::from_str(&said.out).expect("a record");
        assert_eq!((said.code, &record["outcome"]), (Some(3), &"exceededOutput".into()));
        assert_eq!(record["value"], serde_json::Value::Null);
        let message = record["error"]["message"].as_str().expect("text");
        assert!(message.contains("67108864"), "{record}");
        assert!(record["usage"]["fuel"].as_u64() > Some(0), "{record}");
    }
}

#[test]
fn what_fits_is_printed_whole() {
    let folder = large("fits");
    let bytes = 20 << 20;
    let said = folder.run(&call("fits", &["--arg", &bytes.to_string()]));
    assert_eq!((said.code, said.out.len()), (Some(0), bytes + 3));
    let said = folder.run(&call("shared", &[]));
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!((4 << 20..MAX_JSON_BYTES).contains(&said.out.len()) && said.out.contains("[Shared]"));
    serde_json::from_str::<serde_json::Value>(&said.out).expect("JSON");
}

#[test]
fn a_large_error_is_clipped_on_the_terminal() {
    let folder = large("clipped");
    let bytes = (10 << 20).to_string();
    let said =
        folder.run(&call("throws", &["--arg", &bytes])).expect_failure(1, &["error: Error: mmm"]);
    assert!(said.err.len() < 50 << 10 && said.err.contains('…'), "{}", said.err.len());
    let said = folder.run(&call("name", &[])).expect_failure(1, &["error: nnn", "…"]);
    assert!(said.err.len() < 50 << 10, "{}", said.err.len());

    for (method, bytes) in [("throws", 10 << 20), ("control", 12 << 20)] {
        let said = folder.run(&call(method, &["--json", "--arg", &bytes.to_string()]));
        let record: serde_json::Value = serde_json::from_str(&said.out).expect("a record");
        assert_eq!((said.code, &record["outcome"]), (Some(1), &"exception".into()));
        let message = record["error"]["message"].as_str().expect("text");
        assert!(message.ends_with('…') && message.len() <= (16 << 10) + 3, "{}", message.len());
    }
}

/// The program prints 60 MiB of JSON from 10 MiB of text.
#[cfg(target_os = "linux")]
#[test]
fn printing_takes_little_memory() {
    let folder = large("little");
    for more in [&[][..], &["--json"]] {
        let mut command = folder.command(&call("control_text", more));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the command starts");
        let status = format!("/proc/{}/status", child.id());
        let mut peak_kib = 0;
        while child.try_wait().expect("a status").is_none() {
            let status = std::fs::read_to_string(&status).unwrap_or_default();
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.parse().ok());
            peak_kib = peak.unwrap_or(peak_kib);
        }
        assert!(child.wait().expect("it ends").success());
        // The memory holds the text in the sandbox and on its way out of it, the command and its
        // guest.
        assert!((20 << 10..110 << 10).contains(&peak_kib), "{peak_kib} KiB");
    }
}

#[test]
fn no_line_of_the_guests_passes_for_one_of_the_commands() {
    let folder = Folder::js(
        "passes",
        "export default { log(text) { console.log(text); console.error(text) }, fail(text) { throw new Error(text) } }",
    );
    for text in [
        "error: internal error: x",
        "a\nerror: x",
        "\n\nerror: x\n",
        "\r\nerror: x",
        "\u{1b}[1G\u{1b}[2Kerror: x",
        "\u{2028}error: x\u{85}error: x\u{b}error: x\u{c}error: x",
        "\u{200b}error: x",
        "\u{feff}error\u{ad}: x",
        "| error: x",
        "",
    ] {
        let text = serde_json::to_string(text).expect("JSON");
        let log = folder.run(&["main.js", "--call", "log", "--arg", &text]);
        assert!(log.err.lines().count() >= 2, "{log:?}");
        assert!(log.err.lines().all(|line| line.starts_with("| ")), "{log:?}");
        let fail = folder.run(&["main.js", "--call", "fail", "--arg", &text]);
        assert!(fail.err.lines().skip(1).all(|line| line.starts_with("  ")), "{fail:?}");
        for said in [log, fail] {
            let hidden = |c: char| {
                (c.is_control() && c != '\n') || "\u{200b}\u{feff}\u{ad}\u{2028}".contains(c)
            };
            assert!(!said.err.contains(hidden), "{said:?}");
        }
    }
}

#[test]
fn invisible_text_becomes_visible() {
    let folder =
        Folder::js("invisible", "export default text => { console.log(text); return text }");
    let text = "a\u{e0041}\u{200b}\u{2060}\u{feff}\u{fff9}\u{ad}\u{180e}\u{115f}\u{3164}\u{ffa0}\u{e0100}\u{fffe}\u{e000}b👩‍🚀❤️";
    let json = serde_json::to_string(text).expect("JSON");
    let said = folder.run(&["main.js", "--arg", &json]);
    let shown = "a\\u{e0041}\\u{200b}\\u{2060}\\u{feff}\\u{fff9}\\u{ad}\\u{180e}\\u{115f}\\u{3164}\\u{ffa0}\\u{e0100}\\u{fffe}\\u{e000}b👩‍🚀❤️";
    assert_eq!(said.err, format!("| {shown}\n"));
    assert!(
        said.out.contains("\\udb40\\udc41\\u200b\\u2060") && said.out.contains("👩‍🚀❤️"),
        "{said:?}"
    );
    assert_eq!(serde_json::from_str::<String>(&said.out).expect("JSON"), text);
}

#[test]
fn what_caused_an_error_is_printed_below_it() {
    let folder = Folder::js(
        "causes",
        "export default () => {
            const first = new TypeError('first', { cause: 'no error' });
            throw new Error('last', { cause: new RangeError('', { cause: first }) });
        };",
    );
    let said = folder.run(&["main.js"]);
    let lines: Vec<_> = said.err.lines().map(str::trim).collect();
    let at = |text: &str| {
        lines.iter().position(|line| *line == text).unwrap_or_else(|| panic!("no {text}: {said:?}"))
    };
    let (cause, first) = (at("caused by RangeError"), at("caused by TypeError: first"));
    assert!(lines[0].starts_with("error:") && lines[0].contains("last"), "{said:?}");
    assert!(cause < first, "{said:?}");
    assert!(
        lines[cause + 1].contains("main.js:3:") && lines[first + 1].contains("main.js:2:"),
        "{said:?}"
    );
}
