//! The layers of the host and of the guest, as in `docs/architecture.md`. Each module at the top
//! of `runtime-host/src` and `guest-js/src` names only itself and those before it.

use std::fs;
use std::path::{Path, PathBuf};

/// The layers of the host, beginning with the lowest.
const HOST: [&str; 18] = [
    "support",
    "error",
    "limits",
    "resolver",
    "engine",
    "image_cache",
    "rpc",
    "sandbox",
    "worker_code",
    "driver",
    "worker",
    "loader",
    "net",
    "serve",
    "dir",
    "tool",
    "packages",
    "code_mode",
];

/// The layers of the guest, beginning with the lowest.
const GUEST: [&str; 20] = [
    "attached",
    "heap",
    "clock",
    "host",
    "http",
    "context",
    "promise",
    "timers",
    "commonjs_exports",
    "value",
    "state",
    "intrinsics",
    "throw",
    "reaction",
    "rpc",
    "globals",
    "node",
    "modules",
    "event_loop",
    "export",
];

/// The names that belong to no layer: the public interface of a crate, its tests and the
/// lockdown.
const APART: [&str; 4] = ["lib", "fuzzing", "tests", "lockdown"];

fn level(layers: &[&str], name: &str) -> Option<usize> {
    layers.iter().position(|layer| *layer == name)
}

/// Returns the modules of the crate that a source names, except in its own tests.
fn named(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    let name = |path: &str| {
        let path = path.trim_start();
        let end = path.find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
        path[..end.unwrap_or(path.len())].to_owned()
    };
    let mut names = Vec::new();
    for path in code.split("crate::").skip(1) {
        match path.strip_prefix('{') {
            Some(list) => names.extend(members(list).into_iter().map(name)),
            None => names.push(name(path)),
        }
    }
    names
}

/// Returns the members of the list in braces that begins a text, without the opening brace.
fn members(list: &str) -> Vec<&str> {
    let (mut members, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, char) in list.char_indices() {
        match char {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth == 0 => {
                members.push(&list[start..at]);
                start = at + 1;
            }
            '}' => {
                members.push(&list[start..at]);
                break;
            }
            _ => {}
        }
    }
    members
}

/// Returns the modules above `layer` that `source` names.
fn above(layers: &[&str], layer: &str, source: &str) -> Vec<String> {
    let own = level(layers, layer);
    let mut names = named(source);
    names.retain(|name| level(layers, name).is_some_and(|it| Some(it) > own));
    names
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

fn check(sources: &str, layers: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(sources);
    let mut sources = Vec::new();
    files(&root, &mut sources);
    assert!(sources.len() > 60, "{} files", sources.len());
    for path in sources {
        let inside = path.strip_prefix(&root).expect("below the root");
        let first = inside.iter().next().and_then(|name| name.to_str()).expect("a name");
        let first = first.strip_suffix(".rs").unwrap_or(first);
        if APART.contains(&first) {
            continue;
        }
        assert!(level(layers, first).is_some(), "{} belongs to no layer", inside.display());
        let source = fs::read_to_string(&path).expect("a source");
        let above = above(layers, first, &source);
        assert!(above.is_empty(), "{} names what is above it: {above:?}", inside.display());
    }
}

#[test]
fn no_layer_of_the_host_names_a_higher_one() {
    check("runtime-host/src", &HOST);
}

#[test]
fn no_layer_of_the_guest_names_a_higher_one() {
    check("guest-js/src", &GUEST);
}

#[test]
fn a_higher_layer_that_is_named_is_found() {
    let source = "use crate::error::Error;\nuse crate::loader::Loader;\n// crate::worker\nfn f() -> crate::driver::Start {}\n#[cfg(test)]\nmod tests {\n    use crate::worker::Worker;\n}";
    assert_eq!(above(&HOST, "rpc", source), ["loader", "driver"]);
    assert!(above(&HOST, "loader", source).is_empty());
    let list = "use crate::{\n    error, rpc::{self, driver},\n    worker::Worker, loader\n};\nuse crate::driver::A;";
    assert_eq!(above(&HOST, "rpc", list), ["worker", "loader", "driver"]);
}
