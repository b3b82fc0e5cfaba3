//! The capability of a directory.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use isolet_wire::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::changes::Changes;
use super::disk::Disk;
use super::error::{FsError, Result};
use super::limits::Quota;
use super::methods::Methods;
use super::options::DirOptions;
use super::overlay::{Overlay, OverlayTree};
use super::path::RelativePath;
use super::tree::Tree;
use crate::engine::files::Files;
use crate::error::thrown::Thrown;
use crate::rpc::capability::{Answer, Call, Capability};

/// One folder of the host, with the files in it, as a capability of workers.
///
/// ```
/// use isolet::{Directory, DirOptions, Engine, Stub, WorkerCode};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("isolet-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let files = Directory::open(&folder, DirOptions::new().overlay())?;
/// let code = WorkerCode::module(
///     "agent.js",
///     "export default { go: (_, env) => env.FILES.write('note.txt', 'hello\\n') }",
/// )
/// .env("FILES", Stub::new(files.clone()));
/// let worker = Engine::new()?.loader().load(code)?;
/// worker.entrypoint().call::<()>("go", ((),)).await?;
///
/// let changes = files.changes()?;
/// for change in &changes {
///     assert!(change.diff()?.contains("+hello"));
/// }
/// changes.apply(|change| change.path().ends_with(".txt"))?;
/// assert_eq!(std::fs::read_to_string(folder.join("note.txt"))?, "hello\n");
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(())
/// # }
/// ```
///
/// # In JavaScript
///
/// `readText`, `readBytes`, `write`, `append`, `list`, `glob`, `stat`, `exists`, `mkdir`,
/// `rename`, `remove`, `readStream`, `writeStream`, `listStream`, and `dir(path)` and
/// `readOnly()`, which return capabilities that can do less. Paths are relative and separated by
/// `/`. An error is an `Error` with the `code` that Node uses, such as `ENOENT`, and never names a
/// path of the host. docs/directories.md has the details.
///
/// # In `node:fs`
///
/// A directory that is a property of the worker's `env` is mounted under its name: `node:fs/promises`
/// and the functions of `node:fs` that read know `env.FILES` as `/FILES`. Those that read do so in
/// the middle of the worker's turn, which waits for them.
///
/// # What it reaches
///
/// Nothing outside of the folder: no path, and no symbolic link, also not one that changes while
/// it is used. Links that lead to another place in the folder are followed, except in an overlay.
/// A file of the folder that is also known under a name elsewhere (a hard link) is read, and a
/// change gives the folder a file of its own. Workers create no links, and neither open devices
/// nor wait for FIFOs. Names are compared byte by byte, unless the file system does otherwise.
///
/// # Cost and lifetime
///
/// A clone is the same directory. The folder stays open while one exists. Operations run on
/// tokio's blocking pool, at most [`DirOptions::concurrency`] at a time. It needs the tokio
/// runtime of the call. Open streams do not survive in a sandbox that is restored elsewhere.
///
/// It does not watch for changes, set times or permissions, lock files, or sync them to the disk.
///
/// It requires the crate's feature `dir`.
#[derive(Clone)]
pub struct Directory {
    pub(super) tree: Arc<dyn Tree>,
    is_read_only: bool,
    overlay: Option<Arc<Overlay>>,
    pub(super) room: Arc<Room>,
}

/// The state that a directory shares with all that are made from it.
pub(super) struct Room {
    pub(super) options: DirOptions,
    #[cfg(feature = "wasi")]
    quota: Arc<Quota>,
    operations: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

/// True once nobody waits for an operation.
pub(super) struct Cancelled(Arc<AtomicBool>);

impl Cancelled {
    /// Returns an error if nobody waits.
    pub(super) fn check(&self) -> Result<()> {
        if self.0.load(Ordering::Relaxed) {
            return Err(FsError::new("ECANCELED", "the call was cancelled"));
        }
        Ok(())
    }
}

struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Directory {
    /// Opens a folder. Blocks.
    ///
    /// # Errors
    /// Errors if the folder does not exist or cannot be opened.
    pub fn open(path: impl AsRef<Path>, options: DirOptions) -> io::Result<Self> {
        let quota = Quota::new(options.max_bytes, options.max_files);
        let path = path.as_ref();
        let (tree, overlay): (Arc<dyn Tree>, _) = if options.overlay {
            // Applied bytes were counted already.
            let lower = Disk::open(path, false, Quota::new(u64::MAX, u64::MAX))?;
            let overlay = Arc::new(Overlay::new(lower, Arc::clone(&quota)));
            let base = RelativePath::default();
            (
                Arc::new(OverlayTree { overlay: Arc::clone(&overlay), base, payer: None }),
                Some(overlay),
            )
        } else {
            (Arc::new(Disk::open(path, true, Arc::clone(&quota))?), None)
        };
        let semaphore = |permits: u32| {
            Arc::new(Semaphore::new((permits as usize).clamp(1, Semaphore::MAX_PERMITS)))
        };
        let room = Room {
            operations: semaphore(options.concurrency),
            streams: semaphore(options.max_open),
            #[cfg(feature = "wasi")]
            quota,
            options,
        };
        let is_read_only = room.options.read_only;
        Ok(Self { tree, is_read_only, overlay, room: Arc::new(room) })
    }

    /// Returns the same directory, through which nothing can be changed.
    #[must_use]
    pub fn read_only(&self) -> Self {
        Self { is_read_only: true, ..self.clone() }
    }

    /// Returns what workers have changed, as it is now. Blocks: it compares with the disk.
    ///
    /// # Errors
    /// Errors if the directory is not an overlay, if the folder cannot be read, or if the changes
    /// remove more than 100,000 entries.
    pub fn changes(&self) -> io::Result<Changes> {
        Ok(Changes::of(self.overlay()?)?)
    }

    /// Forgets all changes.
    ///
    /// # Errors
    /// Errors if the directory is not an overlay.
    pub fn discard(&self) -> io::Result<()> {
        let overlay = self.overlay()?;
        let mut upper = overlay.upper();
        for path in upper.keys().cloned().collect::<Vec<_>>() {
            overlay.forget(&mut upper, &path);
        }
        Ok(())
    }

    fn overlay(&self) -> io::Result<&Arc<Overlay>> {
        let error =
            || io::Error::new(io::ErrorKind::InvalidInput, "the directory is not an overlay");
        self.overlay.as_ref().ok_or_else(error)
    }

    /// Returns true if nothing can be changed through it.
    pub(crate) fn is_read_only(&self) -> bool {
        self.is_read_only
    }

    /// Returns an open handle of the folder. `None` if the directory is an overlay.
    #[cfg(feature = "wasi")]
    pub(crate) fn handle(&self) -> Option<io::Result<cap_std::fs::Dir>> {
        self.tree.handle()
    }

    /// Counts bytes and files that a program writes.
    #[cfg(feature = "wasi")]
    pub(crate) fn charge(&self, bytes: u64, files: u64) -> Result<()> {
        // Files on the disk take no memory.
        drop(self.room.quota.take(bytes, files)?.keep());
        Ok(())
    }

    pub(super) fn check_writable(&self) -> Result<()> {
        if self.is_read_only { Err(FsError::read_only()) } else { Ok(()) }
    }

    /// Returns the directory below a path.
    pub(super) fn narrowed(&self, path: &RelativePath, read_only: bool) -> Result<Self> {
        let tree = self.tree.narrowed(path)?;
        Ok(Self { tree, is_read_only: self.is_read_only || read_only, ..self.clone() })
    }

    /// Takes a place for a stream.
    pub(super) fn stream(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.room.streams).try_acquire_owned().map_err(|_| {
            let most = self.room.options.max_open.max(1);
            FsError::new(
                "EMFILE",
                format!(
                    "{most} streams are open (end or cancel some, or raise DirOptions::max_open)"
                ),
            )
        })
    }

    /// Runs blocking work on a path. It is told when the future is dropped.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        operation: &'static str,
        path: &str,
        work: impl FnOnce(&Cancelled) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, Thrown> {
        self.work(work).await.map_err(|error| error.thrown(operation, path))
    }

    /// Does the same as [`Self::run`], without a path in its error.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Cancelled) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let failed = || FsError::new("EIO", "the operation failed in the host");
        let permit = Arc::clone(&self.room.operations).acquire_owned().await;
        let permit = Arc::new(permit.map_err(|_| failed())?);
        // A result counts as an operation in progress until it is taken.
        let untaken = Arc::clone(&permit);
        let guard = CancelOnDrop(Arc::default());
        let cancelled = Cancelled(Arc::clone(&guard.0));
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&cancelled);
            drop(permit);
            done
        });
        let done = done.await.unwrap_or_else(|_| Err(failed()));
        drop((guard, untaken));
        done
    }
}

impl Capability for Directory {
    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer {
        Arc::new(Methods((*self).clone())).call(method, arguments)
    }

    fn request(self: Arc<Self>, call: Call) -> Answer {
        let mut directory = (*self).clone();
        let quota = call.payer.as_ref().and_then(|payer| payer.quota());
        if let Some(tree) = quota.and_then(|quota| directory.tree.paid_by(quota)) {
            directory.tree = tree;
        }
        Arc::new(Methods(directory)).request(call)
    }

    fn files(&self) -> Option<Arc<dyn Files>> {
        Some(Arc::new(self.clone()))
    }

    #[cfg(feature = "declarations")]
    fn declaration(&self) -> Option<String> {
        Methods(self.clone()).declaration()
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory")
            .field("options", &self.room.options)
            .field("is_read_only", &self.is_read_only)
            .finish_non_exhaustive()
    }
}
