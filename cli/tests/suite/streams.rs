//! Standard input, output and error.

use std::io::Read as _;
use std::process::Stdio;

use crate::folder::Folder;

#[test]
fn a_program_from_standard_input_is_typescript() {
    let folder = Folder::new("stdin")
        .file("lib.js", "export default 'lib'")
        .file("other.js", "export default 1");
    let source = b"const x: number = 41; export default (y?: number): number => x + (y ?? 1)";
    let _ = folder.run_with_input(&["-"], source).expect_out("42");
    let _ = folder.run_with_input(&["-", "--arg", "2"], source).expect_out("43");
    let _ = folder
        .run_with_input(&["-"], b"import x from './lib.js'; export default () => x")
        .expect_failure(2, &["lib.js"]);
    let _ = folder
        .run_with_input(
            &["-", "--module", "lib=lib.js"],
            b"import x from 'lib'; export default () => x",
        )
        .expect_out("\"lib\"");
    let said = folder
        .run_with_input(&["-"], b"\n\nthrow new Error('x')")
        .expect_failure(1, &["stdin.ts:3:"]);
    assert!(said.err.contains("Error: x"), "{said:?}");
    let _ = folder.run_with_input(&["-"], &[0xff]).expect_failure(2, &["standard input"]);
    assert_eq!(folder.run_with_input(&["-"], b"").code, Some(0));
}

#[test]
fn logs_go_to_standard_error_and_the_result_to_standard_output() {
    let folder = Folder::js(
        "streams",
        "console.log('top'); export default () => { for (const level of ['debug', 'info', 'log', 'warn', 'error']) console[level](level); return 'result' }",
    );
    let said = folder.run(&["main.js"]).expect_out("\"result\"");
    assert_eq!(said.err, "| top\n| debug\n| info\n| log\n| warn\n| error\n");
}

#[test]
fn control_characters_of_logs_and_errors_are_escaped() {
    let folder = Folder::js(
        "control",
        "export default { log() { console.log('a\\u001b[31mred\\u0007\\r\\nfake: line\\tb\\u202e\\u009b') },
            fail() { const e = new Error('x\\u001b]0;title\\u0007\\nerror: faked'); e.name = 'A\\u001b[1mB'; throw e } }",
    );
    let log = folder.run(&["main.js", "--call", "log"]);
    assert_eq!(log.err, "| a\\u{1b}[31mred\\u{7}\\u{d}\n| fake: line\tb\\u{202e}\\u{9b}\n");
    let fail = folder.run(&["main.js", "--call", "fail"]).expect_failure(1, &["\\u{1b}"]);
    assert!(!fail.err.contains('\u{1b}') && !fail.err.contains('\u{7}'), "{fail:?}");
    assert!(!fail.err.lines().skip(1).any(|line| line.starts_with("error:")), "{fail:?}");
    // The name of a file is escaped as well.
    let named = Folder::new("named").file("a\u{1b}[31m.js", "throw new Error('x')");
    let said = named.run(&["a\u{1b}[31m.js"]);
    assert!(!said.err.contains('\u{1b}'), "{said:?}");
    let said = named.run(&["missing\u{1b}[31m.js"]);
    assert!(!said.err.contains('\u{1b}'), "{said:?}");
}

#[test]
fn results_escape_what_steers_a_terminal() {
    let folder = Folder::js(
        "json",
        "export default { async run() {
            const text = 'A\\u001b\\n\\u009b31mRED \\u007f \\u202eevil\\u2028\\u061c\\u200f\\u009d0;title\\u009c';
            console.log(text);
            return { [text]: text } },
         fail() { throw new Error('\\u009b31m\\u202e') } }",
    );
    let text =
        "A\u{1b}\n\u{9b}31mRED \u{7f} \u{202e}evil\u{2028}\u{61c}\u{200f}\u{9d}0;title\u{9c}";
    let escaped =
        r#""A\u001b\n\u009b31mRED \u007f \u202eevil\u2028\u061c\u200f\u009d0;title\u009c""#;
    let call = ["main.js", "--call", "run"];
    let said = folder.run(&call);
    assert_eq!(said.out, format!("{{{escaped}:{escaped}}}\n"));
    let json: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(json[text], text);
    for method in ["run", "fail"] {
        let said = folder.run(&["main.js", "--json", "--call", method]);
        let controls = ['\u{1b}', '\u{9b}', '\u{9d}', '\u{9c}', '\u{7f}', '\u{202e}', '\u{200f}'];
        assert!(!said.out.contains(controls), "{said:?}");
        let record: serde_json::Value = serde_json::from_str(&said.out).expect("a record");
        if method == "run" {
            assert_eq!(
                (&record["value"][text], &record["logs"][0]["message"]),
                (&text.into(), &text.into())
            );
        } else {
            assert_eq!(record["error"]["message"], "\u{9b}31m\u{202e}");
        }
    }
}

#[test]
fn no_colours_where_there_is_no_terminal() {
    let folder =
        Folder::js("colours", "export default () => { console.error('e'); throw new Error('x') }");
    let said = folder.run(&["main.js"]);
    assert!(!said.err.contains('\u{1b}'), "{said:?}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let folder = Folder::js("pipe", "export default () => 'x'.repeat(1 << 20)");
    let mut child = folder
        .command(&["main.js"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().expect("standard error").read_to_string(&mut err).expect("UTF-8");
    assert_eq!((child.wait().expect("it ends").code(), err.as_str()), (Some(0), ""));
}

#[test]
fn a_log_that_nobody_reads_is_no_error() {
    let folder = Folder::js(
        "closed",
        "export default () => { for (let i = 0; i < 20000; i++) console.log(i); return 1 }",
    );
    let mut child = folder
        .command(&["main.js"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    drop(child.stderr.take());
    let mut out = String::new();
    child.stdout.take().expect("standard output").read_to_string(&mut out).expect("UTF-8");
    assert_eq!((child.wait().expect("it ends").code(), out.as_str()), (Some(0), "1\n"));
}

#[test]
fn logs_come_as_they_happen() {
    let folder =
        Folder::js("happen", "console.log('first'); await new Promise(r => setTimeout(r, 1e8))");
    let mut child = folder
        .command(&["main.js", "--timeout", "60s"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    // The line arrives while the program is still running.
    let mut line = [0; 8];
    child.stderr.take().expect("standard error").read_exact(&mut line).expect("a line");
    assert_eq!(&line, b"| first\n");
    assert!(child.try_wait().expect("a status").is_none());
    child.kill().expect("it ends");
    child.wait().expect("it ends");
}
