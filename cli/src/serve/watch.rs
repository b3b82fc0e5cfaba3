//! Changes of files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The files of a program, as they were when they were read.
pub(crate) struct Stamps(BTreeMap<PathBuf, Option<Stamp>>);

/// The state of a file that a change alters.
#[derive(PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    /// The inode, and the time of its last change.
    #[cfg(unix)]
    inode: (u64, i64, i64),
}

impl Stamp {
    /// Returns `None` if there is no such file.
    fn of(path: &Path) -> Option<Self> {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt as _;

        let metadata = std::fs::metadata(path).ok()?;
        Some(Self {
            modified: metadata.modified().ok(),
            length: metadata.len(),
            #[cfg(unix)]
            inode: (metadata.ino(), metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

impl Stamps {
    pub(crate) fn of(files: Vec<PathBuf>) -> Self {
        let mut stamps = Self(BTreeMap::new());
        stamps.add(files);
        stamps
    }

    /// Adds files that are not known yet.
    pub(crate) fn add(&mut self, files: Vec<PathBuf>) {
        for path in files {
            self.0.entry(path).or_insert_with_key(|path| Stamp::of(path));
        }
    }

    pub(crate) fn have_changed(&self) -> bool {
        self.0.iter().any(|(path, stamp)| *stamp != Stamp::of(path))
    }

    /// Returns the same files as they are now.
    pub(crate) fn again(&self) -> Self {
        Self(self.0.keys().map(|path| (path.clone(), Stamp::of(path))).collect())
    }
}
