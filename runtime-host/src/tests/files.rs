//! A guest that lies when it reads files in the middle of a turn.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::dir::{DirOptions, Directory};
use crate::engine::EngineConfig;
use crate::error::{Error, LimitKind, Result};
use crate::limits::Limits;
use crate::rpc::stub::Stub;
use crate::tests::raw_guest::RawGuest;
use crate::worker_code::WorkerCode;

const IMPORTS: &str = r#"
  (import "$root" "log" (func $log (param i32 i32 i32 i32 i32 i32 i32)))
  (import "$root" "read-file" (func $read (param i32 i32 i32 i32 i64 i32 i64 i32)))
"#;

/// Creates a guest that reads, and logs what it got: the code of the error, or the contents. The
/// path lies at 512.
fn reader(path: &str, says: &str) -> RawGuest {
    RawGuest::importing(
        IMPORTS,
        &format!(
            r#"(data (i32.const 512) "{path}")
            (func $told
              (if (i32.load8_u (i32.const 1024))
                (then (call $log (i32.const 1) (i32.const 2) (i32.load (i32.const 1032))
                  (i32.load (i32.const 1036)) (i32.const 0) (i32.const 0) (i32.const 0)))
                (else (call $log (i32.const 1) (i32.const 2) (i32.load (i32.const 1040))
                  (i32.load (i32.const 1044)) (i32.const 0) (i32.const 0) (i32.const 0)))))
            (func (export "turn") (type $turn) (local $left i32)
              (if (i32.eqz (i32.load8_u offset=8 (local.get 0)))
                (then (return (i32.const 64))))
              {says}
              (i32.const 96))"#
        ),
    )
}

/// Reads all of a file, with the capability of that number and a path of that length.
fn reads(number: i64, length: i32) -> String {
    format!(
        "(call $read (i32.const {number}) (i32.const 512) (i32.const {length}) (i32.const 0)
            (i64.const 0) (i32.const 0) (i64.const 0) (i32.const 1024))"
    )
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("isolet-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        fs::write(path.join("a"), "inside").expect("a file");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Returns the result of a call, and what the guest has logged, which may do it again when it is
/// told that the call is over. The worker holds a directory under
/// the numbers 1 and 2, which is the mount.
async fn told(
    name: &str,
    guest: &RawGuest,
    limits: Limits,
) -> (Result<isolet::Value>, Vec<String>) {
    let folder = Folder::new(name);
    let directory = Directory::open(&folder.0, DirOptions::new()).expect("a directory");
    let engine = guest.engine(EngineConfig::new().max_sandboxes(4));
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&lines);
    let code = WorkerCode::module("main.js", "").limits(limits).env("D", Stub::new(directory));
    let code = code.on_log(move |line| sink.lock().expect("lines").push(line.message.clone()));
    let worker = engine.loader().load(code).expect("a worker");
    let answer = worker.entrypoint().call::<isolet::Value>("", ()).await;
    let lines = lines.lock().expect("lines").clone();
    (answer, lines)
}

#[tokio::test]
async fn only_numbers_of_directories_are_read() {
    let numbers = [(1, "inside"), (2, "inside"), (0, "EBADF"), (3, "EBADF"), (-1, "EBADF")];
    for (number, expected) in numbers {
        let guest = reader("a", &format!("{} (call $told)", reads(number, 1)));
        let (answer, lines) = told("numbers", &guest, Limits::default()).await;
        assert!(matches!(answer, Err(Error::Hung)), "{answer:?}");
        assert_eq!(lines[0], expected, "{number}");
    }
}

#[tokio::test]
async fn paths_are_checked_by_the_host() {
    for (path, length, expected) in [
        ("../a", 4, "EINVAL"),
        ("/etc/passwd", 11, "EINVAL"),
        ("a\\00", 2, "EINVAL"),
        ("gone", 4, "ENOENT"),
        ("./a", 3, "inside"),
        // Zeros after it.
        ("a", 500, "EINVAL"),
    ] {
        let guest = reader(path, &format!("{} (call $told)", reads(1, length)));
        let (answer, lines) = told("paths", &guest, Limits::default()).await;
        assert!(matches!(answer, Err(Error::Hung)), "{answer:?}");
        assert_eq!(lines[0], expected, "{path}");
    }
}

#[tokio::test]
async fn what_lies_nowhere_is_refused() {
    for says in [
        // Not text, text outside of the memory, and a question that does not exist.
        reads(1, 4),
        reads(1, -1),
        "(call $read (i32.const 1) (i32.const 512) (i32.const 1) (i32.const 4)
            (i64.const 0) (i32.const 0) (i64.const 0) (i32.const 1024))"
            .to_owned(),
        "(call $read (i32.const 1) (i32.const 512) (i32.const 1) (i32.const 0)
            (i64.const 0) (i32.const 2) (i64.const 0) (i32.const 1024))"
            .to_owned(),
        "(call $read (i32.const 1) (i32.const 512) (i32.const 1) (i32.const 0)
            (i64.const 0) (i32.const 0) (i64.const 0) (i32.const -8))"
            .to_owned(),
    ] {
        let (answer, _) = told("nowhere", &reader("a\\ff\\fe\\fd", &says), Limits::default()).await;
        assert!(matches!(answer, Err(Error::Internal(_))), "{says}: {answer:?}");
    }
}

#[tokio::test]
async fn parts_beyond_every_file_are_empty() {
    let says = "(call $read (i32.const 1) (i32.const 512) (i32.const 1) (i32.const 0)
        (i64.const 3) (i32.const 1) (i64.const -1) (i32.const 1024)) (call $told)
      (call $read (i32.const 1) (i32.const 512) (i32.const 1) (i32.const 0)
        (i64.const 6) (i32.const 1) (i64.const -1) (i32.const 1024)) (call $told)";
    let (_, lines) = told("parts", &reader("a", says), Limits::default()).await;
    assert_eq!(lines[..2], ["ide", ""]);
}

#[tokio::test]
async fn a_flood_of_reads_ends_at_a_limit() {
    let flood = |number: i64, times: u32| {
        let read = reads(number, 1);
        reader(
            "a",
            &format!(
                "(local.set $left (i32.const {times}))
                (loop $on
                  (global.set $free (i32.const 65536))
                  {read}
                  (br_if $on (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))"
            ),
        )
    };
    let limits = || Limits::default().capability_calls(100);
    let (answer, _) = told("flood", &flood(1, 100), limits()).await;
    assert!(matches!(answer, Err(Error::Hung)), "{answer:?}");
    // A number that leads nowhere counts as well.
    for number in [1, 9] {
        let (answer, _) = told("flood", &flood(number, 1_000_000), limits()).await;
        let limit = |limit: &crate::error::LimitError| limit.kind == LimitKind::CapabilityCalls;
        assert!(matches!(&answer, Err(Error::Limit(it)) if limit(it)), "{answer:?}");
        let fuel = Limits::default().capability_calls(1 << 40).fuel(10_000_000);
        let (answer, _) = told("flood", &flood(number, 1_000_000), fuel).await;
        assert!(
            matches!(&answer, Err(Error::Limit(it)) if it.kind == LimitKind::Fuel),
            "{answer:?}"
        );
    }
}
