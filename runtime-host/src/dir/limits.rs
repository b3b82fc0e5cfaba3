//! The limits of a directory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::{FsError, Result};
use crate::limits::quota::Reservation;

/// The bytes and files that a directory may add. What is removed makes room again.
#[derive(Debug)]
pub(super) struct Quota {
    used: Mutex<Used>,
    max_bytes: u64,
    max_files: u64,
}

#[derive(Debug, Default)]
struct Used {
    bytes: i128,
    files: i128,
}

impl Quota {
    pub(super) fn new(max_bytes: u64, max_files: u64) -> Arc<Self> {
        Arc::new(Self { used: Mutex::default(), max_bytes, max_files })
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes room. It comes back when what is returned is dropped without having been kept.
    pub(super) fn take(self: &Arc<Self>, bytes: u64, files: u64) -> Result<Taken> {
        self.take_in_memory(bytes, files, Reservation::default())
    }

    /// Takes room for bytes that are kept in memory, which is reserved as well.
    pub(super) fn take_in_memory(
        self: &Arc<Self>,
        bytes: u64,
        files: u64,
        memory: Reservation,
    ) -> Result<Taken> {
        let mut taken = Taken { quota: Arc::clone(self), bytes: 0, files: 0, memory };
        taken.add(bytes, files)?;
        Ok(taken)
    }

    /// Gives room back.
    pub(super) fn give(&self, bytes: u64, files: u64) {
        let mut used = self.used();
        used.bytes -= i128::from(bytes);
        used.files -= i128::from(files);
    }
}

/// A part of a quota.
#[derive(Debug)]
pub(super) struct Taken {
    quota: Arc<Quota>,
    bytes: u64,
    files: u64,
    /// The memory for the bytes, of the sandboxes that pay for it.
    memory: Reservation,
}

impl Taken {
    /// Takes more.
    pub(super) fn add(&mut self, bytes: u64, files: u64) -> Result<()> {
        let Quota { max_bytes, max_files, .. } = *self.quota;
        let mut used = self.quota.used();
        let exceeds =
            |used: i128, more: u64, max: u64| more > 0 && used + i128::from(more) > i128::from(max);
        if exceeds(used.bytes, bytes, max_bytes) {
            return Err(exceeded(max_bytes, "bytes", "DirOptions::max_bytes"));
        }
        if exceeds(used.files, files, max_files) {
            return Err(exceeded(max_files, "files and directories", "DirOptions::max_files"));
        }
        self.memory.grow(bytes).map_err(|error| FsError::new("EDQUOT", error.to_string()))?;
        used.bytes += i128::from(bytes);
        used.files += i128::from(files);
        drop(used);
        self.bytes += bytes;
        self.files += files;
        Ok(())
    }

    /// Returns the number of files that were taken and not yet kept.
    pub(super) fn files(&self) -> u64 {
        self.files
    }

    /// Keeps what was taken so far for good. Returns the reservation of its memory.
    pub(super) fn keep(&mut self) -> Reservation {
        (self.bytes, self.files) = (0, 0);
        std::mem::take(&mut self.memory)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.quota.give(self.bytes, self.files);
    }
}

fn exceeded(max: u64, of: &str, option: &str) -> FsError {
    FsError::new(
        "EDQUOT",
        format!("more than {max} {of} would be added (remove some, or raise {option})"),
    )
}

#[cfg(test)]
mod tests {
    use super::Quota;

    #[test]
    fn room_comes_back() {
        let quota = Quota::new(10, 2);
        let mut first = quota.take(10, 1).unwrap();
        assert!(quota.take(1, 0).is_err_and(|error| error.is("EDQUOT")));
        // A request that takes nothing of an exhausted part is allowed.
        drop(quota.take(0, 1).unwrap());
        assert!(quota.take(0, 2).is_err_and(|error| error.is("EDQUOT")));
        drop(quota.take(0, 1).unwrap());
        first.keep();
        drop(first);
        assert!(quota.take(1, 0).is_err());
        quota.give(10, 1);
        assert!(quota.take(10, 2).is_ok());
        assert!(quota.take(u64::MAX, 0).is_err());
    }
}
