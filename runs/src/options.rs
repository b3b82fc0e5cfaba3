//! Options of a store.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Replaces secrets in a text before it is recorded. It must not block, and it sees whole texts,
/// before they are cut.
pub type Redactor = Arc<dyn Fn(String) -> String + Send + Sync>;

/// The records that are on disk before a run goes on. Everything is written as soon as the disk takes it,
/// unless nobody waits for it; this decides who does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Durability {
    /// A call is made only after its start is on disk, with all that came before. After a crash, no
    /// call has happened that the record does not know.
    #[default]
    Effects,
    /// Only the beginning and the end of a run are waited for. After a crash, the last calls may be
    /// missing.
    Runs,
    /// Nothing is waited for, and what comes within a second is written together. After a crash, what
    /// was recorded in the last second or so may be missing, whole runs included. A run whose record
    /// cannot be written begins all the same, unless that is known already.
    None,
}

/// Options of a store.
#[derive(Clone)]
pub struct Options {
    /// The records that are on disk before a run goes on. Default: [`Durability::Effects`].
    pub durability: Durability,
    /// The most runs that are kept. The oldest go first. Default: 1,000.
    pub max_runs: usize,
    /// The most bytes of all records. The oldest runs go first, those that are under way never.
    /// The file may be some times as large. Default: 256 MiB.
    pub max_bytes: u64,
    /// A function that replaces secrets in programs, arguments, results and reasons. Default: none.
    pub redactor: Option<Redactor>,
}

impl Default for Options {
    fn default() -> Self {
        let durability = Durability::default();
        Self { durability, max_runs: 1_000, max_bytes: 256 << 20, redactor: None }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("durability", &self.durability)
            .field("max_runs", &self.max_runs)
            .field("max_bytes", &self.max_bytes)
            .finish_non_exhaustive()
    }
}
