//! A tree of files with a root.

use std::io;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
}

/// Files by their paths from a root: names separated by `/`, without `.` and `..`. The empty
/// path is the root. Untrusted code chooses the paths.
pub(crate) trait Files: Send + Sync + 'static {
    /// Returns the kind of a file or folder. A link counts as the file that it leads to, if
    /// that lies below the root. Returns `None` if there is neither file nor folder.
    ///
    /// # Errors
    /// Errors if the system does.
    fn kind(&self, path: &str) -> io::Result<Option<Kind>>;

    /// Reads a file.
    ///
    /// # Errors
    /// Errors if there is none, or if it has more than `max_bytes` bytes.
    fn read(&self, path: &str, max_bytes: u64) -> io::Result<Vec<u8>>;

    /// Returns the path of a file without links.
    ///
    /// # Errors
    /// Errors if there is no such file.
    fn real(&self, path: &str) -> io::Result<String>;
}
