//! The layers of the host, as in `docs/architecture.md`. Each folder of `runtime-host/src` names
//! only itself and the folders before it.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders, beginning with the lowest.
const LAYERS: [&str; 10] = [
    "support",
    "error",
    "limits",
    "engine",
    "rpc",
    "sandbox",
    "worker_code",
    "driver",
    "worker",
    "loader",
];

/// The names that belong to no layer: the public interface of the crate, its tests and the
/// lockdown.
const APART: [&str; 4] = ["lib.rs", "fuzzing.rs", "tests", "lockdown"];

fn level(name: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| *layer == name)
}

/// Returns the modules of the crate that a source names, except in its own tests.
fn named(source: &str) -> impl Iterator<Item = &str> {
    let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| line.split("crate::").skip(1)).map(|path| {
        let end = path.find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
        &path[..end.unwrap_or(path.len())]
    })
}

/// Returns the modules above `layer` that `source` names.
fn above<'a>(layer: &str, source: &'a str) -> Vec<&'a str> {
    let own = level(layer);
    named(source).filter(|name| level(name).is_some_and(|it| Some(it) > own)).collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_layer_of_the_host_names_a_higher_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime-host/src");
    let mut sources = Vec::new();
    files(&root, &mut sources);
    assert!(sources.len() > 60, "{} files", sources.len());
    for path in sources {
        let inside = path.strip_prefix(&root).expect("below the root");
        let first = inside.iter().next().and_then(|name| name.to_str()).expect("a name");
        if APART.contains(&first) {
            continue;
        }
        assert!(level(first).is_some(), "{} belongs to no layer", inside.display());
        let source = fs::read_to_string(&path).expect("a source");
        let above = above(first, &source);
        assert!(above.is_empty(), "{} names what is above it: {above:?}", inside.display());
    }
}

#[test]
fn a_higher_layer_that_is_named_is_found() {
    let source = "use crate::error::Error;\nuse crate::loader::Loader;\n// crate::worker\nfn f() -> crate::driver::Start {}\n#[cfg(test)]\nmod tests {\n    use crate::worker::Worker;\n}";
    assert_eq!(above("rpc", source), ["loader", "driver"]);
    assert!(above("loader", source).is_empty());
}
