//! The errors of this crate. Each kind of failure is distinct: JavaScript threw, a limit
//! was reached, the code does not load, the host is at fault.

pub(crate) mod diagnostics;
pub(crate) mod exception;
pub(crate) mod fault;
pub(crate) mod internal;
pub(crate) mod invalid;
pub(crate) mod outcome;
pub(crate) mod thrown;

use std::fmt;

use isolet_wire::Value;

use internal::InternalError;
use invalid::{CodeError, ConfigError, LimitsError};

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The most bytes kept of a reason, which is for people.
const MAX_REASON_BYTES: usize = 4 << 10;

/// The reason why a call returned no value.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// JavaScript threw, and nothing caught it.
    #[error("{0}")]
    Exception(Exception),
    /// A module could not be resolved, parsed or linked; none of it ran.
    #[error("{0}")]
    Load(Exception),
    /// The sandbox was stopped at a limit.
    #[error("{0}")]
    Limit(#[from] LimitError),
    /// The call waits for something that cannot happen: no capability call, no
    /// timer and no `waitUntil` is pending.
    #[error(
        "the code had hung: it waits for a promise that nothing is left to settle (no pending \
         capability call, timer or waitUntil)"
    )]
    Hung,
    /// The caller went away.
    #[error("the call was cancelled")]
    Cancelled,
    /// The engine, or the machine, has no room for more. Try again after a sandbox has
    /// ended.
    #[error("the engine is overloaded: {0}")]
    Overloaded(#[from] Overload),
    /// The call ended because its sandbox was stopped on account of another call.
    #[error("the sandbox was stopped: {0}")]
    Stopped(Box<Error>),
    /// Like [`Error::Stopped`], but the call had not begun. It can be made again.
    #[error("the call never began, because the sandbox was stopped: {0}")]
    NotStarted(Box<Error>),
    /// The code ended its own sandbox. Other calls of the sandbox end with this error in
    /// an [`Error::Stopped`].
    #[error("{0}")]
    Aborted(Aborted),
    /// The worker that loaded this one has ended, and so has this one.
    #[error("the worker has ended, because the one that loaded it has")]
    ParentEnded,
    /// The engine cannot be created with this configuration on any machine.
    #[error("invalid engine configuration: {0}")]
    InvalidConfig(#[from] ConfigError),
    /// A limit has a value that no sandbox could have.
    #[error("invalid limits: {0}")]
    InvalidLimits(#[from] LimitsError),
    /// The worker code cannot be loaded, or the call cannot be made, whatever the modules
    /// contain.
    #[error("invalid worker code: {0}")]
    InvalidCode(#[from] CodeError),
    /// The worker's value does not match what the caller's type expects.
    #[error("the returned value: {0}")]
    Decode(#[from] isolet_wire::DecodeError),
    /// A Rust value cannot be passed to a worker.
    #[error("the given value: {0}")]
    Encode(#[from] isolet_wire::EncodeError),
    /// There is no tokio runtime to run the sandbox on.
    #[error("a worker is called from within a tokio runtime, and there is none here")]
    NoRuntime,
    /// A defect of isolet or of its guest; the sandbox is gone.
    #[error("internal error: {0}")]
    Internal(#[source] InternalError),
}

/// The argument of `abortIsolate()`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Aborted {
    /// The guest's text, of which 4 KiB are kept.
    pub reason: Option<String>,
}

impl Aborted {
    pub(crate) fn because(mut reason: Option<String>) -> Self {
        if let Some(reason) = &mut reason {
            reason.truncate(reason.floor_char_boundary(MAX_REASON_BYTES));
        }
        Self { reason }
    }
}

impl std::error::Error for Aborted {}

impl fmt::Display for Aborted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the worker has aborted its isolate")?;
        match &self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

/// The resource that an engine has run out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Overload {
    /// [`EngineConfig::max_sandboxes`](crate::EngineConfig::max_sandboxes)
    #[error(
        "all of its sandboxes are in use (raise EngineConfig::max_sandboxes, or wait until one \
         has ended)"
    )]
    Sandboxes,
    /// [`EngineConfig::max_total_bytes`](crate::EngineConfig::max_total_bytes)
    #[error(
        "its sandboxes and what is kept for them take the {limit} bytes that they may (raise \
         EngineConfig::max_total_bytes, or wait until a sandbox has ended)"
    )]
    Bytes {
        /// The limit in bytes.
        limit: u64,
    },
    /// [`EngineConfig::max_root_percent`](crate::EngineConfig::max_root_percent) of the
    /// sandboxes.
    #[error(
        "one root and all below it have the {limit} sandboxes that they may (raise \
         EngineConfig::max_root_percent or max_sandboxes, or wait until one has ended)"
    )]
    ShareOfSandboxes {
        /// The number of sandboxes allowed.
        limit: u64,
    },
    /// [`EngineConfig::max_root_percent`](crate::EngineConfig::max_root_percent) of the
    /// bytes.
    #[error(
        "one root and all below it take the {limit} bytes that they may (raise \
         EngineConfig::max_root_percent or max_total_bytes, or wait until a sandbox has ended)"
    )]
    ShareOfBytes {
        /// The limit in bytes.
        limit: u64,
    },
    /// The process may open no more files. Each app image takes a descriptor.
    #[error("the process has no file descriptors left (raise `ulimit -n`)")]
    Descriptors,
    /// The process may map no more memory: addresses, mappings or the machine's own
    /// memory are used up.
    #[error(
        "the process can map no more memory (raise `ulimit -v` or vm.max_map_count, or lower \
         EngineConfig::max_sandboxes)"
    )]
    Mappings,
}

/// The kind of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitKind {
    /// [`Limits::fuel`](crate::Limits::fuel)
    Fuel,
    /// [`Limits::memory_bytes`](crate::Limits::memory_bytes)
    Memory,
    /// [`Limits::wall`](crate::Limits::wall), in milliseconds
    Wall,
    /// The native stack under the interpreter. It is reached by code that recurses in a
    /// way that JavaScript's own limit does not see.
    Stack,
    /// [`Limits::log_bytes`](crate::Limits::log_bytes)
    Log,
    /// [`Limits::output_bytes`](crate::Limits::output_bytes)
    Output,
    /// [`Limits::capability_calls`](crate::Limits::capability_calls)
    CapabilityCalls,
    /// The number of capabilities that one sandbox holds at a time.
    Stubs,
    /// The bytes that the host keeps for one sandbox beside its memory. The limit is the
    /// sandbox's memory limit plus 66 MiB. Workers that only `get` keeps are evicted
    /// first. The limit counts:
    ///
    /// - code and `env` of the workers that it has loaded and still has, with 256 bytes
    ///   for each module and its name;
    /// - `props` of entrypoints, and ids of `get`;
    /// - answers that are in flight, and those that are called or passed on before they
    ///   have come;
    /// - what tails have yet to be told of the workers that it has loaded.
    HostMemory,
    /// [`Limits::tree_memory_bytes`](crate::Limits::tree_memory_bytes)
    TreeMemory,
    /// [`Limits::sandboxes`](crate::Limits::sandboxes)
    Sandboxes,
    /// The numbers of one sandbox for its invocations, calls, stubs or objects, of which
    /// there are 4,294,967,295 each. The next call gets a new sandbox.
    Numbers,
    /// The bytes that one turn hands to the host as calls, results and log lines, or is
    /// handed as modules. The limit is twice the sandbox's memory plus 64 MiB. By how
    /// much it was exceeded is not known.
    Transfer,
}

/// A limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitError {
    /// The kind of the limit.
    pub kind: LimitKind,
    /// The amount that was allowed.
    pub limit: u64,
    /// The amount that was used, or that was asked for if that was refused.
    pub actual: u64,
}

impl std::error::Error for LimitError {}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, limit, actual } = self;
        match kind {
            LimitKind::Fuel => write!(
                f,
                "exceeded the CPU limit: fuel of {limit} Wasm operations, {actual} used \
                 (Limits::fuel)"
            ),
            LimitKind::Memory => write!(
                f,
                "exceeded the memory limit: {actual} bytes asked for, {limit} allowed \
                 (Limits::memory_bytes)"
            ),
            LimitKind::Wall => write!(
                f,
                "exceeded the wall time limit: {actual} ms passed, {limit} ms allowed \
                 (Limits::wall)"
            ),
            LimitKind::Stack => write!(f, "exceeded the native stack of {limit} bytes"),
            LimitKind::Log => write!(
                f,
                "exceeded the log limit: {actual} bytes written, {limit} allowed \
                 (Limits::log_bytes)"
            ),
            LimitKind::Output => write!(
                f,
                "exceeded the output limit: a value of {actual} bytes, {limit} allowed \
                 (Limits::output_bytes)"
            ),
            LimitKind::CapabilityCalls => write!(
                f,
                "exceeded the limit of capability calls: {actual} made, {limit} allowed \
                 (Limits::capability_calls)"
            ),
            LimitKind::HostMemory => write!(
                f,
                "exceeded the limit of what the host keeps for the sandbox: {actual} bytes, such \
                 as code and env of the workers that it has loaded and still has, {limit} \
                 allowed, which is the sandbox's memory and 66 MiB (let go of workers and stubs \
                 that are no longer needed, or raise Limits::memory_bytes)"
            ),
            LimitKind::TreeMemory => write!(
                f,
                "exceeded the memory limit of a sandbox and all below it: {actual} bytes asked \
                 for, {limit} allowed, with what the host keeps for them (let go of workers that \
                 are no longer needed, or raise Limits::tree_memory_bytes)"
            ),
            LimitKind::Sandboxes => write!(
                f,
                "exceeded the limit of living sandboxes: {actual} asked for, {limit} allowed for a \
                 sandbox and all below it (let go of workers that are no longer needed, or raise \
                 Limits::sandboxes)"
            ),
            LimitKind::Transfer => write!(
                f,
                "exceeded the limit of what one turn hands to the host: more than {limit} bytes, \
                 which is twice the sandbox's memory and 64 MiB (make fewer calls at a time, or \
                 hand over less with each)"
            ),
            LimitKind::Numbers => write!(
                f,
                "the sandbox has used up its numbers for calls and stubs: {actual} asked for, \
                 {limit} allowed (the next call gets a new sandbox)"
            ),
            LimitKind::Stubs => {
                write!(f, "exceeded the limit of stubs: {actual} held, {limit} allowed")
            }
        }
    }
}

/// The value that JavaScript threw. It is usually an `Error`, but anything can be thrown.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exception {
    /// The error's `name`, such as `TypeError`, or `Uncaught` for another value.
    pub name: String,
    /// The error's `message`, of which 16 KiB are kept here and all in [`Self::value`].
    /// For another value it is its JSON, of which 4 KiB are kept.
    pub message: String,
    /// The stack, with frames named as the author wrote them. 16 KiB of it are kept here.
    pub stack: Option<String>,
    /// The thrown value itself, with `cause` and own properties.
    pub value: Box<Value>,
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.is_empty() {
            f.write_str(&self.name)
        } else {
            write!(f, "{}: {}", self.name, self.message)
        }
    }
}
