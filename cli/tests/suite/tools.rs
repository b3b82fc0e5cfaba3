//! Limits of tools, and `isolet tool compile`.

use std::process::Command;

use crate::folder::{Folder, Said, said};
use crate::lockdown;

/// Grows its memory by 16 MiB, counts to ten million, and writes 1,000 zeros.
pub(crate) const PROGRAM: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start") (local $n i32)
      (drop (memory.grow (i32.const 256)))
      (local.set $n (i32.const 10000000))
      (loop $again
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $again (local.get $n)))
      (i32.store (i32.const 4) (i32.const 1000))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;

const SOURCE: &str = "export default async (_, { T }) =>
    T.run().then((it) => [it.exitCode, it.stdout.length, it.truncated], (error) => error.code)";

fn folder(name: &str) -> Folder {
    Folder::js(name, SOURCE).file("t.wasm", wat::parse_str(PROGRAM).expect("a module"))
}

fn run(folder: &Folder, arguments: &[&str]) -> Said {
    // The tests also run where no memory may be made executable.
    folder.run(&[&["main.js", "--engine", "pulley", "--tool", "T=t.wasm"], arguments].concat())
}

/// Runs `isolet tool compile`.
pub(crate) fn compile(folder: &Folder, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isolet"));
    command.args(["tool", "compile", "--engine", "pulley"]).args(arguments);
    said(command.current_dir(folder.path()).env_remove("CLICOLOR_FORCE"))
}

#[test]
fn limits_are_obeyed_and_violated() {
    let folder = folder("tool-limits");
    let done = "[0,1000,false]";
    for (option, enough, little, outcome) in [
        ("--tool-fuel", "100000000", "10000000", r#""ERR_TOOL_FUEL""#),
        ("--tool-memory", "20M", "16M", r#""ERR_TOOL_MEMORY""#),
        ("--tool-output", "1000", "999", "[0,999,true]"),
        ("--tool-timeout", "1m", "1ns", r#""ERR_TOOL_TIMEOUT""#),
    ] {
        let _ = run(&folder, &[option, enough]).expect_out(done);
        let _ = run(&folder, &[option, little]).expect_out(outcome);
        let _ = folder.run(&["main.js", option, enough]).expect_failure(2, &["--tool"]);
    }
    // The fuel of the call counts as well.
    let _ = run(&folder, &["--fuel", "30000000"]).expect_failure(3, &["fuel"]);
}

pub(crate) const CACHE: [&str; 4] = ["--tool-cache", "cache", "--tool-key", "key"];

#[test]
fn compiled_tools_are_found_again() {
    let folder = folder("tool-compile");
    let said = compile(&folder, &[&CACHE[..], &["t.wasm"]].concat());
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.err.contains("t.wasm was compiled for pulley"), "{said:?}");
    let _ = run(&folder, &CACHE).expect_out("[0,1000,false]");
    let locked = [&CACHE[..], &["--lockdown"]].concat();
    let locked = run(&folder, &locked);
    if lockdown::supported() {
        let _ = locked.expect_out("[0,1000,false]");
    }
    let _ = compile(&folder, &["t.wasm"]).expect_failure(2, &["needs --tool-cache DIR"]);
    let broken = [&CACHE[..], &["main.js"]].concat();
    let _ = compile(&folder, &broken).expect_failure(2, &["main.js: the tool is not Wasm"]);
}

#[test]
fn a_locked_process_compiles_nothing() {
    let folder = folder("tool-locked");
    let locked =
        |key: &str| run(&folder, &["--tool-cache", "cache", "--tool-key", key, "--lockdown"]);
    let _ = locked("key").expect_failure(2, &["it is not in --tool-cache"]);
    let said = compile(&folder, &[&CACHE[..], &["t.wasm"]].concat());
    assert_eq!(said.code, Some(0), "{said:?}");
    let _ = locked("other-key").expect_failure(2, &["it is not in --tool-cache"]);
    // Without a lockdown it is compiled, and kept.
    let other = ["--tool-cache", "cache", "--tool-key", "other-key"];
    let _ = run(&folder, &other).expect_out("[0,1000,false]");
    if lockdown::supported() {
        let _ = locked("other-key").expect_out("[0,1000,false]");
    }
}
