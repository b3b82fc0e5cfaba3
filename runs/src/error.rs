//! Errors of the store.

use std::path::Path;

use crate::run::MAX_EFFECTS;

/// Result of an operation of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The reason why a record cannot be written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process writes to the file.
    #[error("{0}: another process records its runs there")]
    InUse(String),
    /// The file cannot be opened or read, or it is no store.
    #[error("{path}: {reason}")]
    File {
        /// The path of the file.
        path: String,
        /// The cause.
        reason: String,
    },
    /// The record cannot be written. Nothing can be recorded any more.
    #[error("the record of runs cannot be written: {0}")]
    Write(String),
    /// The run has made more calls than a record holds.
    #[error("the record of the run is full: it holds {MAX_EFFECTS} calls")]
    Full,
    /// The run has ended, so no call of it is made any more.
    #[error("the run has ended")]
    Ended,
    /// As many runs are under way as the store may hold.
    #[error("as many runs are under way as the record may hold")]
    Busy,
    /// The operating system has no randomness.
    #[error("the operating system has no randomness: {0}")]
    Randomness(String),
}

impl Error {
    pub(crate) fn file(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::File { path: path.display().to_string(), reason: reason.to_string() }
    }

    pub(crate) fn write(reason: impl std::fmt::Display) -> Self {
        Self::Write(reason.to_string())
    }
}
