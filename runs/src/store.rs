//! The store.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use redb::backends::FileBackend;
use redb::{Builder, ConcurrencyMode, Database, DatabaseError};
use tokio::sync::oneshot;

use crate::error::{Error, Result};
use crate::files::{self, Lock};
use crate::id::RunId;
use crate::options::{Durability, Options};
use crate::record::{Run, RunState};
use crate::run::{RunRecord, bounded};
use crate::text::Text;
use crate::writer::{Change, Message, Writer, Writing, now};

/// The memory in bytes for pages of the file.
const CACHE_BYTES: usize = 16 << 20;

/// The most bytes of a program that are kept, and of its first line.
const MAX_PROGRAM: usize = 64 << 10;
const MAX_TITLE: usize = 120;

/// Records of runs in a file, and the only process that writes them. Others read it with
/// [`RunReader`](crate::RunReader). A clone is another handle to the same store.
///
/// The file is for its owner alone. Beside it lies `FILE.lock`, an empty file that tells readers if a
/// process writes.
#[derive(Clone)]
pub struct RunStore(Arc<Inner>);

struct Inner {
    path: PathBuf,
    options: Options,
    next: AtomicU64,
    sender: mpsc::Sender<Message>,
    writing: Arc<Writing>,
}

impl fmt::Debug for RunStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunStore")
            .field("path", &self.0.path)
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}

impl RunStore {
    /// Opens a store, which is made if there is none. Runs of a process that has crashed end with
    /// [`RunState::Crashed`]. Blocks for as long as the file takes to be read and checked; after a
    /// crash this grows with the file.
    ///
    /// # Errors
    /// Errors if another process writes to the store, or if the file cannot be opened or is no
    /// store.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self> {
        let path = path.as_ref();
        let lock = Lock::take(path).map_err(|error| Error::file(path, error))?;
        let lock = lock.ok_or_else(|| Error::InUse(path.display().to_string()))?;
        let database = files::retry(|| {
            let file = files::open_private(path, true)?;
            builder().create_with_backend(FileBackend::new(file)?)
        });
        let database = database.map_err(|error| of_database(path, error))?;
        files::make_private(path).map_err(|error| Error::file(path, error))?;
        let writing = Arc::new(Writing::default());
        let (writer, next) = Writer::new(database, lock, &options, Arc::clone(&writing))
            .map_err(|error| Error::file(path, error))?;
        let (sender, receiver) = mpsc::channel();
        // It ends when the last handle to the store and to its runs is gone.
        thread::Builder::new()
            .name("isolet-runs".to_owned())
            .spawn(move || writer.run(&receiver))
            .map_err(|error| Error::file(path, error))?;
        let (path, next) = (path.to_owned(), AtomicU64::new(next));
        Ok(Self(Arc::new(Inner { path, options, next, sender, writing })))
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Returns the options.
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// Begins the record of a run. Ready when that is on disk; with [`Durability::None`] at once,
    /// unless much is still to be written. Oldest runs make room for it.
    ///
    /// # Errors
    /// Errors if the record cannot be written. The run must not begin then.
    pub async fn begin(&self, id: RunId, program: &str) -> Result<RunRecord> {
        let program = self.redacted(program);
        let title = program.lines().map(str::trim).find(|line| !line.is_empty());
        let run = Box::new(Run {
            id,
            began: now(),
            ended: None,
            title: bounded(title.unwrap_or_default(), MAX_TITLE).to_owned(),
            durability: self.0.options.durability,
            state: RunState::Running,
            result: None,
            calls: 0,
        });
        let program = Text::new(program, MAX_PROGRAM);
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        // If this future is dropped, the record ends with it.
        let record = RunRecord::new(self.clone(), id, number);
        let change = Change::Begin { number, run, program };
        if self.0.options.durability == Durability::None && self.0.writing.has_room()? {
            self.send(change)?;
        } else {
            self.written(change).await?;
        }
        Ok(record)
    }

    /// Waits until all that was recorded before is on disk.
    ///
    /// # Errors
    /// Errors if something could not be written.
    pub async fn flush(&self) -> Result<()> {
        self.written(Change::Flush).await
    }

    pub(crate) fn redacted(&self, text: &str) -> String {
        match &self.0.options.redactor {
            Some(redactor) => redactor(text.to_owned()),
            None => text.to_owned(),
        }
    }

    /// Sends a change. What is returned is ready when it is on disk.
    pub(crate) fn written(
        &self,
        change: Change,
    ) -> impl Future<Output = Result<()>> + Send + use<> {
        let (reply, answer) = oneshot::channel();
        self.0.writing.add(1);
        let sent = self.0.sender.send(Message { change, reply: Some(reply) });
        async move {
            let ended = || Error::write("the thread that writes has ended");
            sent.map_err(|_| ended())?;
            answer.await.unwrap_or_else(|_| Err(ended()))
        }
    }

    /// Sends a change that nobody waits for.
    pub(crate) fn send(&self, change: Change) -> Result<()> {
        self.0.writing.add(1);
        let sent = self.0.sender.send(Message { change, reply: None });
        sent.map_err(|_| Error::write("the thread that writes has ended"))
    }
}

/// Returns what opens files. Other processes may read while this one writes.
pub(crate) fn builder() -> Builder {
    let mut builder = Database::builder();
    builder
        .set_cache_size(CACHE_BYTES)
        .set_concurrency_mode(ConcurrencyMode::SingleWriter)
        .set_check_integrity_on_open(true);
    builder
}

pub(crate) fn of_database(path: &Path, error: DatabaseError) -> Error {
    match error {
        DatabaseError::DatabaseAlreadyOpen => Error::InUse(path.display().to_string()),
        error => Error::file(path, error),
    }
}
