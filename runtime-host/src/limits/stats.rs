//! What the host's tables hold of a sandbox, and an engine of all.

use std::time::Duration;

/// What an engine has at a moment. When all workers are dropped and their sandboxes have
/// ended, sandboxes and bytes are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EngineStats {
    /// Sandboxes that are alive.
    pub sandboxes: u64,
    /// Slots of the pool that are taken.
    pub slots: u64,
    /// Bytes that count for
    /// [`EngineConfig::max_total_bytes`](crate::EngineConfig::max_total_bytes).
    pub bytes: u64,
    /// CPU time of the longest poll of a sandbox's task, if
    /// [`EngineConfig::watch_polls`](crate::EngineConfig::watch_polls) is on.
    pub worst_poll: Duration,
}

/// What the host's tables hold of a worker's one sandbox at a moment between two
/// of its turns. A sandbox that has forgotten nothing holds, when nothing is
/// under way, what it was loaded with and what its code has kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerStats {
    /// Calls of it that are not over.
    pub invocations: usize,
    /// Calls that it has made and that have not been answered; those that wait
    /// to be sent ([`Limits::concurrency`](crate::Limits::concurrency)) are among
    /// them.
    pub calls: usize,
    /// Stubs that it holds, those in its `env` among them.
    pub held: usize,
    /// Answers that the host keeps for it, to be called.
    pub answers: usize,
    /// Objects and functions of its own that others hold.
    pub offered: usize,
}
