//! Files in memory.

use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;

use super::files::{Files, Kind};

/// The texts of files by their paths.
#[derive(Debug, Default)]
pub(crate) struct Memory(BTreeMap<String, String>);

impl Memory {
    /// Creates a tree of files. `./` and `/` at the start of a path are left out.
    ///
    /// # Errors
    /// Errors with the first path that is not the path of a file below the root.
    pub(crate) fn new(files: Vec<(String, String)>) -> Result<Self, String> {
        let mut tree = BTreeMap::new();
        for (path, text) in files {
            let name = path.trim_start_matches("./").trim_start_matches('/');
            let is_name = |name: &str| !matches!(name, "" | "." | "..");
            if !name.split('/').all(is_name) || name.contains(['\0', '\\']) {
                return Err(path);
            }
            let name = name.to_owned();
            tree.insert(name, text);
        }
        Ok(Self(tree))
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }
}

impl Files for Memory {
    fn kind(&self, path: &str) -> io::Result<Option<Kind>> {
        if self.0.contains_key(path) {
            return Ok(Some(Kind::File));
        }
        if path.is_empty() {
            return Ok(Some(Kind::Folder));
        }
        let folder = format!("{path}/");
        let below = (Bound::Included(folder.as_str()), Bound::Unbounded);
        let next = self.0.range::<str, _>(below).next();
        Ok(next.is_some_and(|(name, _)| name.starts_with(&folder)).then_some(Kind::Folder))
    }

    fn read(&self, path: &str, max_bytes: u64) -> io::Result<Vec<u8>> {
        let text = self.text(path).ok_or(io::ErrorKind::NotFound)?;
        if text.len() as u64 > max_bytes {
            return Err(io::Error::other(format!("larger than {max_bytes} bytes")));
        }
        Ok(text.as_bytes().to_vec())
    }

    fn real(&self, path: &str) -> io::Result<String> {
        Ok(path.to_owned())
    }
}
