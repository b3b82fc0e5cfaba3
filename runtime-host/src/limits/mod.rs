//! What a worker may use.

pub(crate) mod budget;
pub(crate) mod fuel_account;
pub(crate) mod lineage;
pub(crate) mod quota;
pub(crate) mod stats;
pub(crate) mod watchers;

use std::time::Duration;

use crate::error::{Error, Result};
use crate::support::config::MAX_STACK_BYTES;

/// The most that `env` may take, as the peer has it.
pub(crate) const MAX_ENV_BYTES: usize = 1 << 20;

/// What a worker may use. Every limit is armed by default.
///
/// Fuel, wall time, log, output and capability calls, those under way among
/// them, are counted for each invocation; memory and stack for each sandbox. The
/// turn that loads a worker is charged to the invocation that made it necessary.
///
/// ```
/// use isolet::Limits;
/// let limits = Limits::default().fuel(50_000_000).memory_bytes(32 << 20);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Limits {
    pub(crate) fuel: u64,
    pub(crate) memory_bytes: u64,
    pub(crate) wall: Duration,
    pub(crate) stack_bytes: u32,
    pub(crate) log_bytes: u64,
    pub(crate) output_bytes: u64,
    pub(crate) capability_calls: u64,
    pub(crate) concurrency: u64,
    pub(crate) tree_memory_bytes: Option<u64>,
    pub(crate) sandboxes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: 5_000_000_000,
            memory_bytes: 128 << 20,
            wall: Duration::from_secs(30),
            stack_bytes: 256 << 10,
            log_bytes: 1 << 20,
            output_bytes: 32 << 20,
            capability_calls: 10_000,
            concurrency: 1_000,
            tree_memory_bytes: None,
            sandboxes: 220,
        }
    }
}

impl Limits {
    /// What a millisecond of the peer's `cpuMs`, and of a tail event's `cpuTime`, is
    /// in fuel: 14,000,000, wherever it runs.
    pub const FUEL_PER_CPU_MS: u64 = 14_000_000;

    /// Wasm operations of one invocation, exactly counted. Default
    /// 5,000,000,000. Any value up to `i64::MAX` is valid.
    ///
    /// How long that is depends on the code. A current server core does some
    /// 12 to 17 thousand million a second in calls, sorting, JSON and regular
    /// expressions, and 20 to 25 thousand million in a tight loop, so that the
    /// default is a quarter to half a second of CPU.
    ///
    /// Workers that this one loads and calls use of it too, as far as their own
    /// limits go. Whether it is enough for all of them does not depend on how
    /// they are scheduled, but on what they use: fuel is leased for a turn in
    /// slices of 5,000,000, what is not used comes back, and who finds none waits
    /// until no turn is left that could give some back. Then the call whose limit it
    /// is ends, and all that it has called with it; how far each of those has come is
    /// not said.
    ///
    /// The disposer of an object runs at the cost of whoever lets go of it last, which
    /// is added afterwards: the limit may be exceeded by one disposer, at most
    /// 50,000,000.
    ///
    /// Past it the sandbox is stopped where it is. Fuel does not see time that
    /// the host spends in a capability. What is asked of an answer that has not come,
    /// such as a property of it, takes an operation for each byte that the host looks
    /// through, 64 for each value, and 256 to copy one; of calls that lead to one another there may be 1,000. Taking the types
    /// out of `TypeScript` is done once for a worker and is nobody's usage. All modules
    /// of a worker together may use this many operations for it, or 100,000,000 if that
    /// is more; and so may all workers together that are loaded for one invocation that
    /// Rust began.
    pub fn fuel(mut self, operations: u64) -> Self {
        self.fuel = operations;
        self
    }

    /// Linear memory of the sandbox, the engine and the worker's modules
    /// included. Default 128 MiB; a multiple of 64 KiB is what counts. At most
    /// what the engine was configured for.
    ///
    /// Past it the sandbox is stopped: JavaScript cannot catch it.
    ///
    /// The workers that it loads are sandboxes of their own. Their code and `env`
    /// may take as many bytes again and 66 MiB, for as long as it or another has
    /// the worker; those that only `get` keeps make way. Past that `load` and
    /// `get` throw. `props` that it gives to entrypoints and answers that it calls or
    /// hands on before they have come are counted with them
    /// ([`LimitKind::HostMemory`](crate::LimitKind::HostMemory)). All of it counts for
    /// [`Limits::tree_memory_bytes`] as well.
    ///
    /// Taking the types out of a `TypeScript` module happens outside the
    /// sandbox, in memory that is given back at once. That may be twice as
    /// much, or 64 MiB if that is more, and never more than what the engine was
    /// configured for. Past it the module does not load.
    pub fn memory_bytes(mut self, bytes: u64) -> Self {
        self.memory_bytes = bytes;
        self
    }

    /// Wall time of one invocation, waiting for capabilities included. Default
    /// 30 seconds. The only limit that is not deterministic.
    pub fn wall(mut self, time: Duration) -> Self {
        self.wall = time;
        self
    }

    /// How deep JavaScript may recurse, in bytes of the engine's stack. Default
    /// 256 KiB, at most 512 KiB. Past it JavaScript gets a `RangeError`, at the
    /// same depth on every run.
    pub fn stack_bytes(mut self, bytes: u32) -> Self {
        self.stack_bytes = bytes;
        self
    }

    /// UTF-8 bytes of all log lines of one invocation, and the encoded bytes of
    /// their arguments where they are kept for tails. Default 1 MiB. All invocations
    /// that it has called may write 16 times as much with it.
    pub fn log_bytes(mut self, bytes: u64) -> Self {
        self.log_bytes = bytes;
        self
    }

    /// Encoded bytes of the value that one invocation returns or throws.
    /// Default 32 MiB. What the callback of a loader's `get` returns is bounded by
    /// what code may take instead.
    pub fn output_bytes(mut self, bytes: u64) -> Self {
        self.output_bytes = bytes;
        self
    }

    /// Capability calls of one invocation and of all that it has called, in however
    /// many sandboxes. Default 10,000. Each chunk of a stream
    /// that is read from another worker or the host, or written to one, is a call;
    /// it holds at most 256 KiB.
    pub fn capability_calls(mut self, calls: u64) -> Self {
        self.capability_calls = calls;
        self
    }

    /// Capability calls of one invocation that are under way at once. Default
    /// 1,000, at least 1.
    ///
    /// Past it nothing fails: the call waits, and sets off when another has come
    /// back, in the order in which they were made. Calls that can only come back
    /// together, more of them than this, wait until their deadline. A call of an
    /// answer that has not come is under way as well, and one that the
    /// invocation did not wait for stays so when it has returned. What waits
    /// counts for [`Limits::capability_calls`] and [`Limits::memory_bytes`] as if
    /// it were under way. The call that cancels a stream does not wait for the one
    /// that asked for its bytes: there may be twice as many calls if some of them
    /// are such.
    pub fn concurrency(mut self, calls: u64) -> Self {
        self.concurrency = calls;
        self
    }

    /// Bytes of the sandbox and of all sandboxes below it together: the linear memory
    /// that they have beyond the image that they began with, 256 KiB for each that is
    /// alive, and whatever the host keeps for them (code, `env`, `props`, answers on
    /// their way, log lines, memory of the `TypeScript` guest). Default:
    /// [`Limits::memory_bytes`] and 160 MiB.
    ///
    /// Past it whoever asks for more is refused: a sandbox whose memory would grow is
    /// stopped, a worker does not load, a call fails
    /// ([`LimitKind::TreeMemory`](crate::LimitKind::TreeMemory)). A child always has
    /// less than its parent, by 1/64 of that. Which of several sandboxes is refused
    /// depends on who asks first.
    pub fn tree_memory_bytes(mut self, bytes: u64) -> Self {
        self.tree_memory_bytes = Some(bytes);
        self
    }

    /// Sandboxes that may be alive at a time: this one and all below it. Default 220;
    /// a child may have half as many as its parent, or 64 if that is more, and always
    /// fewer than its parent.
    ///
    /// A sandbox is alive from the first call of its worker until nobody needs it.
    /// Past the limit that call fails
    /// ([`LimitKind::Sandboxes`](crate::LimitKind::Sandboxes)).
    pub fn sandboxes(mut self, count: u64) -> Self {
        self.sandboxes = count;
        self
    }

    /// As [`Limits::tree_memory_bytes`] says it, or its default.
    pub(crate) fn tree_memory(&self) -> u64 {
        let default = self.memory_bytes.saturating_add(160 << 20);
        self.tree_memory_bytes.unwrap_or(default)
    }

    /// Of each limit the lower.
    pub(crate) fn lower(&self, other: &Self) -> Self {
        Self {
            fuel: self.fuel.min(other.fuel),
            memory_bytes: self.memory_bytes.min(other.memory_bytes),
            wall: self.wall.min(other.wall),
            stack_bytes: self.stack_bytes.min(other.stack_bytes),
            log_bytes: self.log_bytes.min(other.log_bytes),
            output_bytes: self.output_bytes.min(other.output_bytes),
            capability_calls: self.capability_calls.min(other.capability_calls),
            concurrency: self.concurrency.min(other.concurrency),
            tree_memory_bytes: self
                .tree_memory_bytes
                .or(other.tree_memory_bytes)
                .map(|_| self.tree_memory().min(other.tree_memory())),
            sandboxes: self.sandboxes.min(other.sandboxes),
        }
    }

    /// # Errors
    /// A limit that no sandbox of the engine could have.
    pub(crate) fn validate(&self, max_memory_bytes: u64, base_bytes: u64) -> Result<()> {
        let refuse = |text: String| Err(Error::InvalidLimits(text));
        if self.fuel > i64::MAX.cast_unsigned() {
            return refuse(format!("fuel {} is more than {}", self.fuel, i64::MAX));
        }
        if self.memory_bytes > max_memory_bytes {
            return refuse(format!(
                "memory_bytes {} is more than the {max_memory_bytes} that the engine was \
                 configured for",
                self.memory_bytes
            ));
        }
        if self.memory_bytes < base_bytes {
            return refuse(format!(
                "memory_bytes {} is less than the {base_bytes} that an empty sandbox has",
                self.memory_bytes
            ));
        }
        if self.stack_bytes > MAX_STACK_BYTES || self.stack_bytes < 16 << 10 {
            return refuse(format!(
                "stack_bytes {} is not between {} and {MAX_STACK_BYTES}",
                self.stack_bytes,
                16 << 10
            ));
        }
        if self.wall.is_zero() {
            return refuse("wall is zero".to_owned());
        }
        if self.concurrency == 0 {
            return refuse("concurrency is zero".to_owned());
        }
        if self.sandboxes == 0 {
            return refuse("sandboxes is zero".to_owned());
        }
        Ok(())
    }
}

/// What one invocation used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Wasm operations.
    pub fuel: u64,
    /// The most linear memory that the sandbox had so far, in bytes.
    pub memory_peak_bytes: u64,
    /// Events that were delivered for it.
    pub turns: u64,
    /// Capability calls that it made.
    pub capability_calls: u64,
    /// From the call to its end.
    pub wall: Duration,
}
