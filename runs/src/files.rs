//! The file of a store, and the file beside it that tells if a process writes.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// The number of tries of a lock that a reader may hold for a moment, and the time between them.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// The sign that a process writes. The system takes it back when the process ends, in whatever way.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a store. `None` if another process has it.
    pub(crate) fn take(store: &Path) -> io::Result<Option<Self>> {
        let file = open_private(&path(store), true)?;
        for attempt in 1..=TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self { _file: file })),
                Err(TryLockError::WouldBlock) if attempt < TRIES => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Returns true if a process writes to a store.
    pub(crate) fn is_taken(store: &Path) -> io::Result<bool> {
        let file = match File::open(path(store)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        // Shared, so that readers do not take one another for writers.
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Calls a function again while another process is about to close the file.
pub(crate) fn retry<T>(
    mut open: impl FnMut() -> Result<T, redb::DatabaseError>,
) -> Result<T, redb::DatabaseError> {
    for _ in 1..TRIES {
        match open() {
            Err(redb::DatabaseError::DatabaseAlreadyOpen) => thread::sleep(PAUSE),
            outcome => return outcome,
        }
    }
    open()
}

fn path(store: &Path) -> PathBuf {
    let mut path = OsString::from(store);
    path.push(".lock");
    path.into()
}

/// Opens a file for reading and writing. One that is new is for its owner alone.
pub(crate) fn open_private(path: &Path, create: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(create).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Takes a file that was there before from all but its owner.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
