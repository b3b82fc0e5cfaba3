//! Options of a directory.

/// The options of a [`Directory`](super::Directory).
///
/// The limits are those of the capability and of all that are made from it with `dir()` and
/// `readOnly()`, in all sandboxes that hold them.
#[derive(Clone, Debug)]
#[must_use]
pub struct DirOptions {
    pub(super) read_only: bool,
    pub(super) overlay: bool,
    pub(super) max_bytes: u64,
    pub(super) max_files: u64,
    pub(super) max_read_bytes: u64,
    pub(super) max_entries: u32,
    pub(super) concurrency: u32,
    pub(super) max_open: u32,
}

impl DirOptions {
    /// Creates options that let the worker read and write.
    pub fn new() -> Self {
        Self {
            read_only: false,
            overlay: false,
            max_bytes: 64 << 20,
            max_files: 10_000,
            max_read_bytes: 16 << 20,
            max_entries: 10_000,
            concurrency: 8,
            max_open: 64,
        }
    }

    /// Refuses every change with `EROFS`. Default: changes are allowed.
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Keeps changes in memory, from where the embedder reads and applies them:
    /// [`Directory::changes`](super::Directory::changes). Default: they are made on the disk.
    ///
    /// An overlay follows no symbolic links: a path through one is `ELOOP`.
    pub fn overlay(mut self) -> Self {
        self.overlay = true;
        self
    }

    /// Sets the maximum number of bytes that the worker may add to what is there. Default: 64 MiB.
    /// More is `EDQUOT`.
    ///
    /// Removing or replacing files makes room; a file that is replaced counts until the new one is
    /// complete. In an overlay it bounds the memory of the changes:
    /// their contents, and 256 bytes with the path for each entry. They also count for
    /// [`Limits::tree_memory_bytes()`](crate::Limits::tree_memory_bytes()) of the worker that makes
    /// them. What other programs write is not counted.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets the maximum number of files and directories that the worker may add. In an overlay,
    /// removed ones count as well. Default: 10,000. More is `EDQUOT`.
    pub fn max_files(mut self, files: u64) -> Self {
        self.max_files = files;
        self
    }

    /// Sets the maximum number of bytes that `readText` and `readBytes` return. Default: 16 MiB.
    /// More is `EFBIG`, and nothing is read. A call returns at most 32 MiB in any case. Streams
    /// have no such limit.
    pub fn max_read_bytes(mut self, bytes: u64) -> Self {
        self.max_read_bytes = bytes;
        self
    }

    /// Sets the maximum number of entries that `list` and `glob` return. Default: 10,000. The
    /// rest is left out, and the answer says so.
    ///
    /// They look at 16 times as many at most.
    pub fn max_entries(mut self, entries: u32) -> Self {
        self.max_entries = entries;
        self
    }

    /// Sets the maximum number of operations at a time. Default: 8. Others wait.
    ///
    /// An operation runs on a thread of tokio's blocking pool, and keeps at most
    /// [`max_read_bytes`](Self::max_read_bytes) in the host.
    pub fn concurrency(mut self, operations: u32) -> Self {
        self.concurrency = operations;
        self
    }

    /// Sets the maximum number of open streams. Default: 64. More are `EMFILE`.
    pub fn max_open(mut self, streams: u32) -> Self {
        self.max_open = streams;
        self
    }
}

impl Default for DirOptions {
    fn default() -> Self {
        Self::new()
    }
}
