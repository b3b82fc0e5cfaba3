//! Statistics of an engine, and of what the host's tables hold for a sandbox.

use std::time::Duration;

/// The state of an engine at a moment. When all workers are dropped and their sandboxes
/// have ended, the numbers of sandboxes and bytes are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EngineStats {
    /// The number of living sandboxes.
    pub sandboxes: u64,
    /// The number of pool slots that are taken.
    pub slots: u64,
    /// The bytes that count for
    /// [`EngineConfig::max_total_bytes`](crate::EngineConfig::max_total_bytes).
    pub bytes: u64,
    /// The CPU time of the longest poll of a sandbox's task, if
    /// [`EngineConfig::watch_polls`](crate::EngineConfig::watch_polls) is on.
    pub worst_poll: Duration,
}

/// The entries in the host's tables for a worker's one sandbox, at a moment between two of its
/// turns. When nothing is in flight, a sandbox that leaks nothing holds only what it was
/// loaded with and what its code has kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerStats {
    /// The number of its invocations that are not over.
    pub invocations: usize,
    /// The number of calls that it has made and that have not been answered, including
    /// those that wait to be sent ([`Limits::concurrency`](crate::Limits::concurrency)).
    pub calls: usize,
    /// The number of stubs that it holds, including those in its `env`.
    pub imported: usize,
    /// The number of answers that the host keeps for it, to be called.
    pub answers: usize,
    /// The number of its own objects and functions that others hold.
    pub exported: usize,
}
