//! `--dir`, `--apply` and `--tool`.

use std::fs;

use crate::folder::Folder;

const PROGRAM: &str = "export default async (_, { D }) => {
    await D.write('note.txt', 'new\\n'); await D.append('old.txt', 'more\\u001b[31m\\n');
    return D.readText('old.txt') }";

fn folder(name: &str) -> Folder {
    Folder::js(name, PROGRAM).file("data/old.txt", "old\n")
}

#[test]
fn a_folder_is_read_and_written() {
    let folder = folder("dir-plain");
    let _ = folder.run(&["main.js", "--dir", "D=data"]).expect_out(r#""old\nmore\u001b[31m\n""#);
    assert_eq!(fs::read_to_string(folder.path().join("data/note.txt")).unwrap(), "new\n");
}

#[test]
fn a_folder_is_one_of_node_fs() {
    let source = "import { readFileSync } from 'node:fs'; import { readdir, writeFile } from 'node:fs/promises';
        const config = JSON.parse(readFileSync('/files/config.json', 'utf8'));
        export default async () => { process.chdir('/files'); await writeFile('out.txt', config.text); return readdir('.') }";
    let folder = Folder::js("dir-node", source).file("data/config.json", "{\"text\":\"hello\"}");
    for _ in 0..2 {
        let said = folder.run(&["main.js", "--dir", "files=data"]);
        let _ = said.expect_out(r#"["config.json","out.txt"]"#);
    }
    assert_eq!(fs::read_to_string(folder.path().join("data/out.txt")).unwrap(), "hello");
    let _ = folder.run(&["main.js"]).expect_failure(1, &["isolet run --dir NAME=PATH"]);
}

#[test]
fn a_read_only_folder_is_only_read() {
    let folder = folder("dir-ro");
    let _ =
        folder.run(&["main.js", "--dir", "D=data:ro"]).expect_failure(1, &["EROFS", "'note.txt'"]);
    assert!(!folder.path().join("data/note.txt").exists());
}

#[test]
fn an_overlay_is_shown_and_applied_on_request() {
    let folder = folder("dir-overlay");
    let note = folder.path().join("data/note.txt");
    let said = folder.run(&["main.js", "--dir", "D=data:overlay"]);
    for text in [
        "D: added file \"note.txt\" (4 bytes)",
        "--- /dev/null",
        "+++ b/note.txt",
        "+new",
        "D: modified file \"old.txt\"",
        "+more",
        "D: 2 changes were not applied (--apply does that)",
    ] {
        assert!(said.err.contains(text), "{text:?} is not in {said:?}");
    }
    // Text of the code does not reach the terminal as it is.
    assert!(!said.err.contains('\u{1b}'), "{said:?}");
    let _ = said.expect_out(r#""old\nmore\u001b[31m\n""#);
    assert!(!note.exists());

    let said = folder.run(&["main.js", "--dir", "D=data:overlay", "--apply"]);
    assert!(said.err.contains("D: 2 changes were applied"), "{said:?}");
    assert_eq!(said.code, Some(0));
    assert_eq!(fs::read_to_string(note).unwrap(), "new\n");
}

#[test]
fn nothing_is_applied_when_the_run_fails() {
    let source =
        "export default async (_, { D }) => { await D.write('x', 'x'); throw new Error('no') }";
    let folder = Folder::js("dir-failed", source).file("data/a", "a");
    let _ = folder
        .run(&["main.js", "--dir", "D=data:overlay", "--apply"])
        .expect_failure(1, &["Error: no", "added file \"x\"", "1 changes were not applied"]);
    assert!(!folder.path().join("data/x").exists());
}

#[test]
fn wrong_arguments_are_usage_errors() {
    let folder = folder("dir-wrong");
    for (arguments, text) in [
        (&["--dir", "D"][..], "NAME=PATH"),
        (&["--dir", "D=nowhere"], "--dir D: nowhere"),
        (&["--dir", "D=main.js"], "--dir D: main.js"),
        (&["--dir", "D=data", "--env", "D=1"], "--env has given this name already"),
        (&["--dir", "D=data", "--dir", "D=."], "--dir has given this name already"),
        (&["--dir", "D=data", "--lockdown"], "--lockdown cannot be combined with --dir"),
    ] {
        let _ = folder.run(&[&["main.js"], arguments].concat()).expect_failure(2, &[text]);
    }
}

#[cfg(feature = "wasi")]
#[test]
fn a_tool_is_run_on_a_folder() {
    // Ends with the number of its arguments.
    const COUNT: &str = r#"(module
        (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (func (export "_start")
          (drop (call $sizes (i32.const 0) (i32.const 4)))
          (call $exit (i32.load (i32.const 0)))))"#;
    let source = "export default async (_, { COUNT, D }) =>
        (await COUNT.run(['a', 'b'], { dirs: { '/': D } })).exitCode";
    let folder = Folder::js("tool", source)
        .file("count.wasm", wat::parse_str(COUNT).expect("a module"))
        .file("broken.wasm", "no Wasm")
        .file("data/a", "a");
    // The tests also run where no memory may be made executable.
    let arguments =
        ["main.js", "--engine", "pulley", "--tool", "COUNT=count.wasm", "--dir", "D=data:ro"];
    let _ = folder.run(&arguments).expect_out("3");
    for (tool, text) in [
        ("COUNT=broken.wasm", "the tool is not Wasm"),
        ("COUNT=data", "--tool COUNT: data"),
        ("COUNT=gone.wasm", "--tool COUNT: gone.wasm"),
    ] {
        let _ = folder.run(&["main.js", "--tool", tool]).expect_failure(2, &[text]);
    }
    let both = ["main.js", "--tool", "D=count.wasm", "--dir", "D=data"];
    let _ = folder.run(&both).expect_failure(2, &["--tool has given this name already"]);
    let locked = ["main.js", "--tool", "COUNT=count.wasm", "--lockdown"];
    let _ = folder.run(&locked).expect_failure(2, &["--lockdown with --tool needs --tool-cache"]);
}
