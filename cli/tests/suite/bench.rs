//! `isolet bench`.

use std::process::Command;

use serde_json::Value as Json;

use crate::folder::{Folder, Said, said};

fn bench(folder: &Folder, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isolet"));
    command.arg("bench").args(arguments).current_dir(folder.path());
    said(command.env_remove("RUST_BACKTRACE").env_remove("CLICOLOR_FORCE"))
}

#[test]
fn each_kind_of_call_with_each_engine() {
    let folder = Folder::js("bench", "let n = 0; export default { f: (by) => n += by }");
    let said = bench(&folder, &["main.js", "--call", "f", "--arg", "2", "--runs", "3", "--json"]);
    let record: Json = serde_json::from_str(&said.out).expect("a record");
    assert_eq!((said.code, &record["runs"]), (Some(0), &3.into()), "{said:?}");
    let rows = record["rows"].as_array().expect("rows");
    let named: Vec<_> = rows.iter().map(|row| [&row["engine"], &row["call"]]).collect();
    let expected =
        ["native", "pulley"].map(|engine| ["cold", "warm", "fresh"].map(|it| [engine, it]));
    assert_eq!(named, expected.concat());
    for (native, pulley) in rows[..3].iter().zip(&rows[3..]) {
        assert_eq!(native["fuel"], pulley["fuel"]);
        assert!(native["fuel"][0].as_u64() > Some(1_000), "{native}");
        assert_eq!(native["memoryPeakBytes"], pulley["memoryPeakBytes"]);
    }

    let said = bench(&folder, &["main.js", "--call", "f", "--runs", "1", "--engine", "pulley"]);
    let lines: Vec<_> = said.out.lines().collect();
    assert_eq!((said.code, lines.len()), (Some(0), 4), "{said:?}");
    assert!(lines[3].starts_with("pulley  fresh"), "{said:?}");
}

#[test]
fn a_program_that_fails_is_not_timed() {
    let folder = Folder::js("bench-fails", "export default () => { throw new RangeError('no') }");
    let _ = bench(&folder, &["main.js"]).expect_failure(1, &["RangeError: no"]);
    let _ = bench(&folder, &["main.js", "--fuel", "10000"]).expect_failure(3, &["Limits::fuel"]);
    let _ = bench(&folder, &["-"]).expect_failure(2, &["only once"]);
    let _ = bench(&folder, &["none.js"]).expect_failure(2, &["none.js"]);
    let _ = bench(&folder, &["main.js", "--runs", "0"]).expect_failure(2, &["--runs"]);
    let _ = bench(&folder, &["main.js", "--engine", "v8"]).expect_failure(2, &["native", "pulley"]);
    let _ = bench(&folder, &["main.js", "--engine", "pulley", "--memory", "1G"])
        .expect_failure(2, &["max_memory_bytes", "pulley"]);
}
