//! Paths of URLs as names of files.

use http::StatusCode;
use serde::Deserialize;

/// The longest path, in bytes.
const MAX_PATH: usize = 4 << 10;

/// The most folders above a path in which a page is looked for.
const MAX_DEPTH: usize = 32;

/// The paths at which pages are served. `/a` and `/a/` may both stand for `a.html` and for
/// `a/index.html`; the other paths of a page lead to the one that is its own.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Html {
    /// `/a` for `a.html`, and `/a/` for `a/index.html`.
    #[default]
    AutoTrailingSlash,
    /// `/a/` for both.
    ForceTrailingSlash,
    /// `/a` for both.
    DropTrailingSlash,
    /// The names as they are, and no page for a folder.
    None,
}

/// The answer to a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target<T> {
    Found(T),
    /// A page in place of what is not there.
    Instead(T, StatusCode),
    /// The path of the page.
    Redirect(String),
    None,
}

/// Finds what a path stands for. `find` opens a file by its name.
pub(super) fn target<T>(path: &str, html: Html, find: impl Fn(&str) -> Option<T>) -> Target<T> {
    let Some(path) = plain(path) else { return Target::None };
    let exact = || if path.is_empty() || path.ends_with('/') { None } else { find(&path) };
    let is_page = path.strip_suffix(".html").is_some();
    if (html == Html::None || !is_page)
        && let Some(found) = exact()
    {
        return Target::Found(found);
    }
    if html == Html::None {
        return Target::None;
    }
    let (stem, is_index) = stem(&path);
    let folder = if stem.is_empty() { String::new() } else { format!("{stem}/") };
    let index = || {
        let own = if html == Html::DropTrailingSlash { stem } else { &folder };
        find(&format!("{folder}index.html")).map(|found| (found, own))
    };
    let page = || {
        let own = if html == Html::ForceTrailingSlash { &folder } else { stem };
        let found = if stem.is_empty() { None } else { find(&format!("{stem}.html")) };
        found.map(|found| (found, own))
    };
    let found = if is_index { index().or_else(page) } else { page().or_else(index) };
    match found {
        Some((found, own)) if own == path => Target::Found(found),
        Some((_, own)) => Target::Redirect(encoded(own)),
        None => Target::None,
    }
}

/// Returns the name of a page without what the path adds to it, and true if the path is that of a
/// folder.
fn stem(path: &str) -> (&str, bool) {
    for end in ["index.html", "index"] {
        if let Some(stem) = path.strip_suffix(end)
            && (stem.is_empty() || stem.ends_with('/'))
        {
            return (stem.trim_end_matches('/'), true);
        }
    }
    match path.strip_suffix('/') {
        Some(stem) => (stem, true),
        None => (path.strip_suffix(".html").unwrap_or(path), path.is_empty()),
    }
}

/// Finds the nearest file of a name, in the folder of a path or above it.
pub(super) fn nearest<T>(path: &str, name: &str, find: impl Fn(&str) -> Option<T>) -> Option<T> {
    let path = plain(path).unwrap_or_default();
    let mut folder = path.as_str();
    for _ in 0..MAX_DEPTH {
        let Some((parent, _)) = folder.rsplit_once('/') else { break };
        if let Some(found) = find(&format!("{parent}/{name}")) {
            return Some(found);
        }
        folder = parent;
    }
    find(name)
}

/// Returns a path without its first slash and its escapes. `None` if no file can have it.
fn plain(path: &str) -> Option<String> {
    if path.len() > MAX_PATH {
        return None;
    }
    let path = String::from_utf8(decoded(path.strip_prefix('/')?)?).ok()?;
    let name = path.strip_suffix('/').unwrap_or(&path);
    let is_plain = |part: &str| !part.is_empty() && !part.starts_with('.');
    let is_safe =
        path.is_empty() || (name.split('/').all(is_plain) && !name.contains(['\0', '\\', ':']));
    is_safe.then_some(path)
}

/// Returns the bytes of a text with `%` escapes. A slash that is escaped is part of a name, and no
/// name has one.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        let byte = u8::try_from(high * 16 + low).ok().filter(|byte| *byte != b'/')?;
        decoded.push(byte);
    }
    Some(decoded)
}

/// Returns the path of a name that [`plain`] has returned.
fn encoded(name: &str) -> String {
    use std::fmt::Write as _;

    let mut path = "/".to_owned();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=@".contains(&byte) {
            path.push(char::from(byte));
        } else {
            // Writing to a `String` does not fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}

/// Returns true if a text is one that a pattern stands for, in which `*` is any text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        match text.find(part) {
            Some(at) => text = text.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{Html, Target, matches, nearest, plain, target};

    #[test]
    fn names_stay_in_the_folder() {
        for (path, name) in [
            ("/", ""),
            ("/a/", "a/"),
            ("/a/b.css", "a/b.css"),
            ("/a%20b.txt", "a b.txt"),
            ("/%C3%BC", "ü"),
        ] {
            assert_eq!(plain(path).as_deref(), Some(name), "{path}");
        }
        for path in [
            "*",
            "",
            "//",
            "//etc/passwd",
            "/..",
            "/../a",
            "/a/../b",
            "/%2e%2e/a",
            "/a/%2e%2e%2fb",
            "/.git/config",
            "/a/.env",
            "/.env",
            "/a//b",
            "/a%2f/b",
            "/a%2fb",
            "/%",
            "/%2",
            "/%zz",
            "/%00",
            "/a\\b",
            "/%5c..",
            "/c:a",
            "/%ff",
        ] {
            assert_eq!(plain(path), None, "{path}");
        }
    }

    #[test]
    fn pages_have_one_path() {
        let files = [
            "index.html",
            "a.html",
            "b/index.html",
            "c.html",
            "c/index.html",
            "d e.html",
            "x",
            "index",
        ];
        let root = &files[..7];
        let find = |files: &[&'static str], path: &str, html| {
            target(path, html, |name| files.iter().copied().find(|file| *file == name))
        };
        let to = |path: &str| Target::Redirect(path.to_owned());
        use Html::{
            AutoTrailingSlash as Auto, DropTrailingSlash as Drop, ForceTrailingSlash as Force,
        };
        for (path, auto, force, drop) in [
            (
                "/",
                Target::Found("index.html"),
                Target::Found("index.html"),
                Target::Found("index.html"),
            ),
            ("/index.html", to("/"), to("/"), to("/")),
            ("/index", to("/"), to("/"), to("/")),
            ("/a", Target::Found("a.html"), to("/a/"), Target::Found("a.html")),
            ("/a/", to("/a"), Target::Found("a.html"), to("/a")),
            ("/a.html", to("/a"), to("/a/"), to("/a")),
            ("/a/index", to("/a"), to("/a/"), to("/a")),
            ("/b", to("/b/"), to("/b/"), Target::Found("b/index.html")),
            ("/b/", Target::Found("b/index.html"), Target::Found("b/index.html"), to("/b")),
            ("/b/index.html", to("/b/"), to("/b/"), to("/b")),
            ("/b.html", to("/b/"), to("/b/"), to("/b")),
            ("/c", Target::Found("c.html"), to("/c/"), Target::Found("c.html")),
            ("/c/", Target::Found("c/index.html"), Target::Found("c/index.html"), to("/c")),
            ("/d%20e.html", to("/d%20e"), to("/d%20e/"), to("/d%20e")),
            ("/x", Target::Found("x"), Target::Found("x"), Target::Found("x")),
            ("/x/", Target::None, Target::None, Target::None),
            ("/none", Target::None, Target::None, Target::None),
            ("/.html", Target::None, Target::None, Target::None),
        ] {
            assert_eq!(find(root, path, Auto), auto, "{path}");
            assert_eq!(find(root, path, Force), force, "{path}");
            assert_eq!(find(root, path, Drop), drop, "{path}");
        }
        assert_eq!(find(&files, "/index", Auto), Target::Found("index"));
        for (path, found) in [
            ("/a.html", Target::Found("a.html")),
            ("/b/index.html", Target::Found("b/index.html")),
            ("/", Target::None),
            ("/a", Target::None),
            ("/b/", Target::None),
        ] {
            assert_eq!(find(&files, path, Html::None), found, "{path}");
        }
    }

    #[test]
    fn the_nearest_page_is_found() {
        let files = ["404.html", "a/404.html"];
        let find = |path| nearest(path, "404.html", |name| files.iter().find(|it| **it == name));
        for (path, found) in [
            ("/a/b", "a/404.html"),
            ("/a/", "a/404.html"),
            ("/a/b/c", "a/404.html"),
            ("/a", "404.html"),
            ("/b/c/d", "404.html"),
            ("/a/../b", "404.html"),
        ] {
            assert_eq!(find(path), Some(&found), "{path}");
        }
    }

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text) in [
            ("/a", "/a"),
            ("/a/*", "/a/"),
            ("/a/*", "/a/b/c"),
            ("*", ""),
            ("/*/b*d", "/a/bcd"),
            ("/a*a", "/aa"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("/a", "/ab"), ("/a/*", "/a"), ("/*/b", "/b"), ("/a*a", "/a"), ("/*/b*d", "/a/bc")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
