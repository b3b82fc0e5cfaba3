//! Paths as workers write them.

use std::path::Path;

use super::error::{FsError, Result};

/// The maximum number of bytes of a path.
const MAX_PATH_BYTES: usize = 4096;

/// The maximum number of bytes of one name in a path.
const MAX_NAME_BYTES: usize = 255;

/// The maximum number of names in a path.
pub(super) const MAX_DEPTH: usize = 128;

/// A path below a directory: names separated by `/`, without `.`, `..`, empty names and NUL. The
/// empty path is the directory itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RelativePath(String);

impl RelativePath {
    /// Parses a path of a worker. `.` and empty names are left out.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let invalid = |text: &'static str| Err(FsError::new("EINVAL", text));
        if text.contains('\0') {
            return invalid("a path cannot contain NUL");
        }
        if text.len() > MAX_PATH_BYTES {
            return Err(too_long());
        }
        if text.starts_with('/') {
            return invalid("a path must be relative, and begins without \"/\"");
        }
        if cfg!(windows) && text.contains(['\\', ':']) {
            return invalid("a path cannot contain \"\\\" or \":\"");
        }
        let mut path = Self::default();
        for name in text.split('/').filter(|name| !matches!(*name, "" | ".")) {
            if name == ".." {
                return invalid("a path cannot contain \"..\"");
            }
            path = path.join(name)?;
        }
        Ok(path)
    }

    /// Returns the path of an entry of the directory.
    pub(super) fn join(&self, name: &str) -> Result<Self> {
        let separator = usize::from(!self.is_empty());
        let is_long = self.0.len() + separator + name.len() > MAX_PATH_BYTES;
        if is_long || name.len() > MAX_NAME_BYTES || self.depth() >= MAX_DEPTH {
            return Err(too_long());
        }
        Ok(Self(if self.is_empty() { name.to_owned() } else { format!("{self}/{name}") }))
    }

    /// Returns the path that begins with this one and continues with another.
    pub(super) fn join_all(&self, path: &Self) -> Result<Self> {
        path.names().try_fold(self.clone(), |joined, name| joined.join(name))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the path in the form that the operating system takes.
    pub(super) fn as_path(&self) -> &Path {
        Path::new(if self.is_empty() { "." } else { &self.0 })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|name| !name.is_empty())
    }

    fn depth(&self) -> usize {
        self.names().count()
    }

    /// Returns the directory that contains it and its name there. `None` for the empty path.
    pub(super) fn split(&self) -> Option<(Self, &str)> {
        match self.0.rsplit_once('/') {
            Some((parent, name)) => Some((Self(parent.to_owned()), name)),
            None if self.is_empty() => None,
            None => Some((Self::default(), &self.0)),
        }
    }

    /// Returns the directories that contain it, beginning with the innermost. The empty path is
    /// not among them.
    pub(super) fn ancestors(&self) -> impl Iterator<Item = &str> {
        self.0.rmatch_indices('/').filter_map(|(at, _)| self.0.get(..at))
    }

    /// Returns the part after `directory`. `None` if the path is not below it.
    pub(super) fn below(&self, directory: &Self) -> Option<&str> {
        if directory.is_empty() {
            return (!self.is_empty()).then_some(&self.0);
        }
        self.0.strip_prefix(&directory.0)?.strip_prefix('/')
    }
}

impl std::fmt::Display for RelativePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn too_long() -> FsError {
    FsError::new(
        "ENAMETOOLONG",
        format!(
            "a path has at most {MAX_PATH_BYTES} bytes and {MAX_DEPTH} names of at most \
             {MAX_NAME_BYTES} bytes"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::{MAX_DEPTH, RelativePath};

    #[test]
    fn paths_stay_below() {
        for (text, expected) in [
            ("", ""),
            (".", ""),
            ("a", "a"),
            ("./a//b/./c/", "a/b/c"),
            ("...", "..."),
            ("a\\b", "a\\b"),
        ] {
            assert_eq!(RelativePath::parse(text).unwrap().as_str(), expected);
        }
        for text in ["..", "a/..", "../a", "a/../b", "/", "/a", "//a", "a\0b", "\0"] {
            assert!(RelativePath::parse(text).is_err_and(|error| error.is("EINVAL")), "{text:?}");
        }
    }

    #[test]
    fn length_and_depth_are_bounded() {
        let deep = |depth: usize| vec!["a"; depth].join("/");
        assert!(RelativePath::parse(&deep(MAX_DEPTH)).is_ok());
        let wide = |bytes: usize| "é".repeat(bytes / 2) + if bytes % 2 == 1 { "a" } else { "" };
        assert!(RelativePath::parse(&wide(255)).is_ok());
        for text in [deep(MAX_DEPTH + 1), wide(256), format!("{}a", "./".repeat(2048))] {
            assert!(RelativePath::parse(&text).is_err_and(|error| error.is("ENAMETOOLONG")));
        }
    }

    #[test]
    fn parts_are_found() {
        let path = RelativePath::parse("a/b/c").unwrap();
        assert_eq!(path.ancestors().collect::<Vec<_>>(), ["a/b", "a"]);
        let (parent, name) = path.split().unwrap();
        assert_eq!((parent.as_str(), name), ("a/b", "c"));
        assert_eq!(path.below(&parent), Some("c"));
        assert_eq!(path.below(&RelativePath::parse("a/bb").unwrap()), None);
        assert_eq!(path.below(&path), None);
        assert!(RelativePath::default().split().is_none());
    }
}
