//! The descriptions of packages and projects, as far as the resolver needs them.
//!
//! Its parsers recurse, and it enters each path that a description has into its tables, name by
//! name. So a description is bounded and written anew before the resolver sees it.

use std::io;

use serde_json::{Map, Value};

use super::is_short;

/// The maximum number of bytes of a `package.json` or `tsconfig.json`.
pub(super) const MAX_BYTES: u64 = 1 << 20;

/// The maximum number of arrays and objects inside one another in such a file.
const MAX_DEPTH: u32 = 64;

/// The members of `package.json` that decide what a specifier means.
const OF_PACKAGE: [&str; 9] =
    ["name", "type", "main", "module", "browser", "exports", "imports", "version", "sideEffects"];

/// The members of `tsconfig.json` that do, and of its `compilerOptions`.
const OF_PROJECT: [&str; 6] =
    ["extends", "references", "compilerOptions", "files", "include", "exclude"];
const OF_COMPILER: [&str; 4] = ["baseUrl", "paths", "rootDirs", "allowJs"];

/// Returns a `package.json` with the members that the resolver needs.
///
/// # Errors
/// Errors if it is malformed, or nested too deeply, or has a path that is too long.
pub(super) fn of_package(text: &[u8]) -> io::Result<Vec<u8>> {
    written(kept(parsed(text)?, &OF_PACKAGE))
}

/// Returns a `tsconfig.json` without comments, with the members that the resolver needs.
///
/// # Errors
/// Errors like [`of_package`].
pub(super) fn of_project(text: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut text = String::from_utf8(text).map_err(invalid)?;
    json_strip_comments::strip(&mut text)?;
    let mut project = kept(parsed(text.as_bytes())?, &OF_PROJECT);
    if let Some(options) = project.get_mut("compilerOptions") {
        *options = Value::Object(kept(options.take(), &OF_COMPILER));
    }
    written(project)
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

fn parsed(text: &[u8]) -> io::Result<Value> {
    check_depth(text)?;
    serde_json::from_slice(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)).map_err(invalid)
}

/// Returns the members of an object, or none if the value is none.
fn kept(value: Value, names: &[&str]) -> Map<String, Value> {
    let Value::Object(mut members) = value else { return Map::new() };
    members.retain(|name, _| names.contains(&name.as_str()));
    members
}

fn written(members: Map<String, Value>) -> io::Result<Vec<u8>> {
    let value = Value::Object(members);
    if !has_short_paths(&value) {
        return Err(invalid("a path in it is too long, or has too many names"));
    }
    serde_json::to_vec(&value).map_err(invalid)
}

fn has_short_paths(value: &Value) -> bool {
    match value {
        Value::String(text) => is_short(text),
        Value::Array(values) => values.iter().all(has_short_paths),
        Value::Object(members) => {
            members.iter().all(|(name, value)| is_short(name) && has_short_paths(value))
        }
        _ => true,
    }
}

/// Checks the depth of a JSON text, which a parser follows in its stack.
fn check_depth(text: &[u8]) -> io::Result<()> {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_u32, 0, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    if deepest > MAX_DEPTH {
        return Err(invalid(format!("JSON has more than {MAX_DEPTH} levels")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{MAX_DEPTH, check_depth, of_package, of_project};

    #[test]
    fn depth_of_json_is_bounded() {
        let nested = |depth: u32| "[".repeat(depth as usize);
        assert!(check_depth(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(check_depth(nested(MAX_DEPTH + 1).as_bytes()).is_err());
        assert!(check_depth(format!("\"{}\"", nested(1000)).as_bytes()).is_ok());
        assert!(check_depth(format!("\"\\\"\"{}", nested(1000)).as_bytes()).is_err());
        assert!(check_depth("[]".repeat(1000).as_bytes()).is_ok());
    }

    #[test]
    fn only_paths_are_bounded() {
        let long = "a/".repeat(100);
        let with = |name: &str| format!(r#"{{"{name}":"{long}","type":"module"}}"#);
        for name in ["main", "browser", "exports"] {
            assert!(of_package(with(name).as_bytes()).is_err(), "{name}");
        }
        let kept = of_package(with("description").as_bytes()).expect("a description");
        assert_eq!(kept, br#"{"type":"module"}"#);
        // A member that stands twice is read once.
        let twice = format!(r#"{{"main":"{long}","main":"a.js"}}"#);
        assert_eq!(of_package(twice.as_bytes()).expect("a description"), br#"{"main":"a.js"}"#);
    }

    #[test]
    fn order_of_conditions_stays() {
        let text = br#"{"exports":{"b":"./b.js","a":"./a.js","default":"./c.js"}}"#;
        assert_eq!(of_package(text).expect("a description"), text);
    }

    #[test]
    fn projects_have_comments() {
        let text = br#"{ /* a */ "compilerOptions": { "paths": { "x": ["./x"] }, "strict": true, }, } // b"#;
        let kept = of_project(text.to_vec()).expect("a project");
        assert_eq!(kept, br#"{"compilerOptions":{"paths":{"x":["./x"]}}}"#);
    }
}
