//! The exact fuel of each fixture. This performance test does not depend on a machine.
//!
//! A difference is a change in speed that must be reviewed. `ISOLET_BLESS=1` records it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::harness::Case;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn record() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuel.txt")
}

/// Returns the fuel of a fixture: cold for load and call, and warm for the third call.
async fn measure(name: &str) -> (u64, u64) {
    let source = std::fs::read_to_string(folder().join(name)).expect("a fixture");
    let worker = Case::named(name, source).worker();
    let cold = crate::harness::call(&worker, 20).await;
    let expected = cold.json();
    let _ = crate::harness::call(&worker, 20).await.expect_ok(&expected);
    let warm = crate::harness::call(&worker, 20).await;
    assert_eq!(warm.json(), expected, "{name}: a fixture returns the same each time");
    (cold.fuel(), warm.fuel())
}

#[tokio::test]
async fn is_what_was_recorded() {
    let mut names: Vec<_> = std::fs::read_dir(folder())
        .expect("fixtures")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    names.sort();
    let mut measured = BTreeMap::new();
    let mut text = "# fixture cold warm\n".to_owned();
    for name in names {
        let (cold, warm) = measure(&name).await;
        writeln!(text, "{name} {cold} {warm}").expect("text");
        measured.insert(name, (cold, warm));
    }
    if std::env::var("ISOLET_BLESS").is_ok_and(|value| value == "1") {
        std::fs::write(record(), &text).expect("fuel.txt");
        return;
    }
    let recorded = std::fs::read_to_string(record()).expect("fuel.txt");
    assert_eq!(text, recorded, "run with ISOLET_BLESS=1 if this is meant");
}
