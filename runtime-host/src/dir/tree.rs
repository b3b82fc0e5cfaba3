//! The interface of a tree of files: the disk, or an overlay of it.

use std::io::{Read, Seek};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::error::Result;
use super::path::RelativePath;
use crate::limits::quota::Quota;

/// The kind of an entry of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(super) enum FileType {
    File,
    Directory,
    Symlink,
    /// A device, a FIFO, a socket, or an entry whose name is not UTF-8.
    Other,
}

/// The properties of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) file_type: FileType,
    pub(super) size: u64,
    pub(super) modified: Option<SystemTime>,
}

impl Metadata {
    /// Returns the time of the last change, in milliseconds since 1970.
    pub(super) fn modified_millis(&self) -> Option<f64> {
        let since = self.modified?.duration_since(UNIX_EPOCH).ok()?;
        Some((since.as_secs_f64() * 1e3).floor())
    }
}

/// An entry that was found by reading a directory.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    /// False if the name is not UTF-8. Then `name` has U+FFFD in it, and leads to nothing.
    pub(super) is_text: bool,
    pub(super) file_type: FileType,
    /// The size if it is a file.
    pub(super) size: u64,
}

/// The entries of a directory, in no order.
pub(super) type Entries = Box<dyn Iterator<Item = Result<Entry>> + Send>;

/// A file that is open for reading.
pub(super) struct Reader {
    pub(super) bytes: Box<dyn ReadSeek>,
    /// The size when it was opened.
    pub(super) size: u64,
}

pub(super) trait ReadSeek: Read + Seek + Send {}

impl<T: Read + Seek + Send> ReadSeek for T {}

/// A file that is being written. Nothing is seen of it before it is committed, except what is
/// appended in place. Dropping it gives it up.
pub(super) trait Writer: Send {
    fn write(&mut self, bytes: &[u8]) -> Result<()>;

    fn commit(self: Box<Self>) -> Result<()>;
}

/// A tree of files. Its methods block.
pub(super) trait Tree: Send + Sync {
    /// Returns the properties of an entry. A symbolic link is followed if the tree follows links.
    fn metadata(&self, path: &RelativePath) -> Result<Metadata>;

    /// Returns the properties of an entry itself, also if it is a symbolic link.
    fn own_metadata(&self, path: &RelativePath) -> Result<Metadata> {
        self.metadata(path)
    }

    fn open(&self, path: &RelativePath) -> Result<Reader>;

    fn entries(&self, path: &RelativePath) -> Result<Entries>;

    /// Begins to write a file: in place of the one that is there, or after its end.
    fn create(&self, path: &RelativePath, append: bool) -> Result<Box<dyn Writer>>;

    /// Creates one directory.
    fn create_directory(&self, path: &RelativePath) -> Result<()>;

    fn rename(&self, from: &RelativePath, to: &RelativePath) -> Result<()>;

    /// Removes a file, a link or an empty directory.
    fn remove(&self, path: &RelativePath) -> Result<()>;

    /// Returns the tree below a directory.
    fn narrowed(&self, path: &RelativePath) -> Result<Arc<dyn Tree>>;

    /// Returns the same tree, whose changes count against that quota. `None` if it keeps none in
    /// memory.
    fn paid_by(&self, _: &Arc<Quota>) -> Option<Arc<dyn Tree>> {
        None
    }

    /// Returns an open handle of the folder, for programs that work on it directly. `None` if the
    /// tree is not a folder of the disk.
    #[cfg(feature = "wasi")]
    fn handle(&self) -> Option<std::io::Result<cap_std::fs::Dir>> {
        None
    }
}
