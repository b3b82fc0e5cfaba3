//! The limits of a worker, and what enforces them.

pub(crate) mod budget;
pub(crate) mod fuel_account;
pub(crate) mod lineage;
pub(crate) mod quota;
pub(crate) mod stats;
pub(crate) mod watchers;

use std::time::Duration;

use crate::error::Result;
use crate::error::invalid::LimitsError;
use crate::support::config::MAX_STACK_BYTES;

/// The most bytes that `env` may take, as in Cloudflare Workers.
pub(crate) const MAX_ENV_BYTES: usize = 1 << 20;

/// The smallest stack that JavaScript may be given.
const MIN_STACK_BYTES: u32 = 16 << 10;

/// The limits of a worker. Every limit is armed by default.
///
/// Fuel, wall time, log, output and capability calls, including those in flight, are
/// counted for each invocation. Memory and stack are counted for each sandbox. The turn
/// that loads a worker is charged to the invocation that made it necessary.
///
/// Each limit is set by the method of its name, and read as the field of its name.
///
/// ```
/// use isolet::Limits;
/// let limits = Limits::default().fuel(50_000_000).memory_bytes(32 << 20);
/// assert_eq!(limits.fuel, 50_000_000);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Limits {
    /// Wasm operations of an invocation and all that it calls.
    pub fuel: u64,
    /// Bytes of linear memory of a sandbox.
    pub memory_bytes: u64,
    /// Time from the call to its end.
    pub wall: Duration,
    /// Bytes of JavaScript stack of a sandbox.
    pub stack_bytes: u32,
    /// Bytes that an invocation may log.
    pub log_bytes: u64,
    /// Bytes of a result.
    pub output_bytes: u64,
    /// Calls that an invocation may make.
    pub capability_calls: u64,
    /// Calls of an invocation that may be in flight at a time.
    pub concurrency: u64,
    /// Bytes that a worker and all that it loads may take together. `None`: see
    /// [`Limits::tree_memory_bytes()`].
    pub tree_memory_bytes: Option<u64>,
    /// Living sandboxes below a worker, itself included.
    pub sandboxes: u64,
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
    /// Returns all limits as numbers, in an order that never changes.
    pub(crate) fn numbers(&self) -> [u64; 11] {
        let Self { fuel, memory_bytes, wall, stack_bytes, .. } = *self;
        let Self { log_bytes, output_bytes, capability_calls, concurrency, .. } = *self;
        let tree_memory_bytes = self.tree_memory_bytes.unwrap_or(u64::MAX);
        [
            fuel,
            memory_bytes,
            wall.as_secs(),
            u64::from(wall.subsec_nanos()),
            u64::from(stack_bytes),
            log_bytes,
            output_bytes,
            capability_calls,
            concurrency,
            tree_memory_bytes,
            self.sandboxes,
        ]
    }

    /// The fuel that one millisecond of Cloudflare Workers' `cpuMs`, and of a tail
    /// event's `cpuTime`, stands for: 14,000,000, on any machine.
    pub const FUEL_PER_CPU_MS: u64 = 14_000_000;

    /// Sets the fuel of one invocation: the number of Wasm operations, exactly counted.
    /// Default 5,000,000,000. Any value up to `i64::MAX` is valid.
    ///
    /// Past it the sandbox is stopped where it is. Fuel does not cover time that the host
    /// spends in a capability, but it covers the runs of a `Tool`.
    ///
    /// How long this fuel lasts depends on the code. A current server core executes about
    /// 12 to 17 billion operations a second in calls, sorting, JSON and regular
    /// expressions, and 20 to 25 billion in a tight loop. The default is therefore a
    /// quarter to half a second of CPU.
    ///
    /// Workers that this one loads and calls use this fuel too, within their own limits.
    /// Whether it suffices for all of them depends on what they use, not on how they are
    /// scheduled. Fuel is leased for a turn in slices of 5,000,000, and what the turn has
    /// not used is returned. A turn that finds no fuel waits until no running turn is
    /// left that could return some. Then the call whose limit it is ends, together with
    /// all that it has called. How far each of those has come by then is not specified.
    ///
    /// The disposer of an object is charged, afterwards, to whoever releases the object
    /// last. The limit may therefore be exceeded by one disposer, by at most 50,000,000.
    ///
    /// A request to a promised answer, such as for a property of it, costs one operation
    /// for each byte that the host looks through, 64 for each value, and 256 to copy one.
    /// At most 1,000 calls may lead to one another.
    ///
    /// Stripping the types from `TypeScript` is done once for a worker and appears in no
    /// invocation's usage. All modules of a worker together may use this many operations
    /// for it, or 100,000,000 if that is more. The same bound applies to all workers
    /// together that are loaded for one invocation that the embedder began.
    pub fn fuel(mut self, operations: u64) -> Self {
        self.fuel = operations;
        self
    }

    /// Sets the linear memory of the sandbox in bytes, including the engine and the
    /// worker's modules. Default 128 MiB. Only whole multiples of 64 KiB count. At most
    /// [`EngineConfig::max_memory_bytes`](crate::EngineConfig::max_memory_bytes).
    ///
    /// Past it the sandbox is stopped: JavaScript cannot catch it.
    ///
    /// The workers that it loads are sandboxes of their own. Their code and `env` may
    /// take as many bytes again plus 66 MiB, for as long as this sandbox or another holds
    /// the worker. Workers that only `get` keeps are evicted first. Past that `load` and
    /// `get` throw. `props` that it gives to entrypoints, and answers that it calls or
    /// passes on before they have come, count with them
    /// ([`LimitKind::HostMemory`](crate::LimitKind::HostMemory)). All of this also counts
    /// for [`Limits::tree_memory_bytes`].
    ///
    /// Stripping the types from a `TypeScript` module happens outside the sandbox, in
    /// memory that is freed at once. It may take twice this limit, or 64 MiB if that is
    /// more, and never more than the engine was configured for. Past it the module does
    /// not load.
    pub fn memory_bytes(mut self, bytes: u64) -> Self {
        self.memory_bytes = bytes;
        self
    }

    /// Sets the wall time of one invocation, including waits for capabilities. Default 30
    /// seconds. It is the only limit that is not deterministic.
    ///
    /// Past it the invocation ends. If that is in the middle of a turn, the sandbox is
    /// stopped.
    pub fn wall(mut self, time: Duration) -> Self {
        self.wall = time;
        self
    }

    /// Sets how deep JavaScript may recurse, in bytes of the engine's stack. Default 256
    /// KiB, at most 512 KiB. Past it JavaScript gets a `RangeError`, at the same depth on
    /// every run.
    pub fn stack_bytes(mut self, bytes: u32) -> Self {
        self.stack_bytes = bytes;
        self
    }

    /// Sets the log size of one invocation: the UTF-8 bytes of all its log lines, plus
    /// the encoded bytes of their arguments where they are kept for tails. Default 1 MiB.
    /// The invocation and all that it has called may together write 16 times as much.
    ///
    /// Past it the sandbox is stopped.
    pub fn log_bytes(mut self, bytes: u64) -> Self {
        self.log_bytes = bytes;
        self
    }

    /// Sets the encoded bytes of the value that one invocation returns or throws. Default
    /// 32 MiB. Past it the invocation fails.
    ///
    /// It does not limit what the callback of a loader's `get` returns. That is bounded
    /// by what code may take.
    pub fn output_bytes(mut self, bytes: u64) -> Self {
        self.output_bytes = bytes;
        self
    }

    /// Sets the number of capability calls of one invocation and of all that it has
    /// called, across all sandboxes. Default 10,000. Past it the invocation fails.
    ///
    /// Each chunk of a stream that is read from another worker or the host, or written to
    /// one, is a call. A chunk holds at most 256 KiB.
    pub fn capability_calls(mut self, calls: u64) -> Self {
        self.capability_calls = calls;
        self
    }

    /// Sets the number of capability calls of one invocation that may be in flight at
    /// once. Default 1,000, at least 1.
    ///
    /// Past it nothing fails: further calls wait, and are sent in the order in which they
    /// were made, as others come back. Calls that can only come back together, if there
    /// are more than this, wait until their deadline. Waiting calls count for
    /// [`Limits::capability_calls`] and [`Limits::memory_bytes`] as if they were in
    /// flight.
    ///
    /// A call of a promised answer is in flight as well. A call that the invocation did
    /// not wait for stays in flight after the invocation has returned. The call that
    /// cancels a stream does not wait for the one that asked for its bytes, so there may
    /// be twice as many calls in flight if some of them are of this kind.
    pub fn concurrency(mut self, calls: u64) -> Self {
        self.concurrency = calls;
        self
    }

    /// Sets the bytes of the sandbox and of all sandboxes below it together. Default:
    /// [`Limits::memory_bytes`] plus 160 MiB.
    ///
    /// The limit counts their linear memory beyond the image that they began with, 256 KiB for
    /// each living sandbox, and whatever the host keeps for them (code, `env`, `props`,
    /// answers in flight, log lines, memory of the `TypeScript` guest, memory and output of
    /// a `Tool`, changes in an overlay of a `Directory`).
    ///
    /// Past it the request for more is refused: a sandbox whose memory would grow is
    /// stopped, a worker does not load, a call fails
    /// ([`LimitKind::TreeMemory`](crate::LimitKind::TreeMemory)). A child's limit is
    /// always less than its parent's, by at least 1/64 of it. Which of several sandboxes
    /// is refused depends on which asks first.
    pub fn tree_memory_bytes(mut self, bytes: u64) -> Self {
        self.tree_memory_bytes = Some(bytes);
        self
    }

    /// Sets the number of sandboxes that may be alive at a time: this one and all below
    /// it. Default 220. A child may have half as many as its parent, or 64 if that is
    /// more, and always fewer than its parent.
    ///
    /// A sandbox is alive from the first call of its worker until nobody needs it. Past
    /// the limit that call fails ([`LimitKind::Sandboxes`](crate::LimitKind::Sandboxes)).
    pub fn sandboxes(mut self, count: u64) -> Self {
        self.sandboxes = count;
        self
    }

    /// Returns [`Limits::tree_memory_bytes`], or its default.
    pub(crate) fn tree_memory(&self) -> u64 {
        let default = self.memory_bytes.saturating_add(160 << 20);
        self.tree_memory_bytes.unwrap_or(default)
    }

    /// Returns the lower value of each limit.
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

    /// Checks the limits against those of the engine.
    ///
    /// # Errors
    /// [`LimitsError`] if no sandbox of the engine could have one of the limits.
    pub(crate) fn validate(&self, max_memory_bytes: u64, base_bytes: u64) -> Result<()> {
        let most_fuel = i64::MAX.cast_unsigned();
        let (memory, stack) = (self.memory_bytes, self.stack_bytes);
        let error = if self.fuel > most_fuel {
            LimitsError::Fuel { actual: self.fuel, limit: most_fuel }
        } else if memory > max_memory_bytes {
            LimitsError::MemoryAbove { actual: memory, limit: max_memory_bytes }
        } else if memory < base_bytes {
            LimitsError::MemoryBelow { actual: memory, least: base_bytes }
        } else if !(MIN_STACK_BYTES..=MAX_STACK_BYTES).contains(&stack) {
            LimitsError::Stack { actual: stack, least: MIN_STACK_BYTES, limit: MAX_STACK_BYTES }
        } else if self.wall.is_zero() {
            LimitsError::Wall
        } else if self.concurrency == 0 {
            LimitsError::Concurrency
        } else if self.sandboxes == 0 {
            LimitsError::Sandboxes
        } else {
            return Ok(());
        };
        Err(error.into())
    }
}

/// The resources that one invocation used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// The number of Wasm operations.
    pub fuel: u64,
    /// The largest linear memory that the sandbox has had so far, in bytes.
    pub memory_peak_bytes: u64,
    /// The number of events that were delivered for it.
    pub turns: u64,
    /// The number of capability calls that it made.
    pub capability_calls: u64,
    /// The time from the call to its end.
    pub wall: Duration,
}
