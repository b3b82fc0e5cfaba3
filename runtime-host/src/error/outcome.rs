//! One word for how a call ended.

use crate::error::{Error, LimitKind};

/// How a call ended, as one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It returned.
    Ok,
    /// It threw.
    Exception,
    /// It used up its fuel.
    ExceededCpu,
    /// It asked for more memory, stack or sandboxes than it may have.
    ExceededMemory,
    /// It took too long.
    ExceededWallTime,
    /// It returned or logged too much.
    ExceededOutput,
    /// It made too many capability calls.
    ExceededCalls,
    /// It waited for what cannot happen.
    Hung,
    /// Its code ended the sandbox.
    Aborted,
    /// Its code could not be resolved, parsed or linked.
    LoadFailed,
    /// Its caller went away.
    Cancelled,
    /// Anything else: the host's side, not the code's.
    InternalError,
}

impl Outcome {
    /// The word as records have it, such as `exceededCpu`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Exception => "exception",
            Self::ExceededCpu => "exceededCpu",
            Self::ExceededMemory => "exceededMemory",
            Self::ExceededWallTime => "exceededWallTime",
            Self::ExceededOutput => "exceededOutput",
            Self::ExceededCalls => "exceededCalls",
            Self::Hung => "hung",
            Self::Aborted => "aborted",
            Self::LoadFailed => "loadFailed",
            Self::Cancelled => "canceled",
            Self::InternalError => "internalError",
        }
    }
}

impl Error {
    /// The error as one word.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Exception(_) => Outcome::Exception,
            Self::Load(_) => Outcome::LoadFailed,
            Self::Hung => Outcome::Hung,
            Self::Aborted(_) => Outcome::Aborted,
            Self::Cancelled => Outcome::Cancelled,
            Self::Stopped(cause) | Self::NotStarted(cause) => cause.outcome(),
            Self::Limit(limit) => match limit.kind {
                LimitKind::Fuel => Outcome::ExceededCpu,
                LimitKind::Memory
                | LimitKind::Stack
                | LimitKind::HostMemory
                | LimitKind::TreeMemory
                | LimitKind::Sandboxes => Outcome::ExceededMemory,
                LimitKind::Wall => Outcome::ExceededWallTime,
                LimitKind::Log | LimitKind::Output | LimitKind::Transfer => Outcome::ExceededOutput,
                LimitKind::CapabilityCalls | LimitKind::Stubs | LimitKind::Numbers => {
                    Outcome::ExceededCalls
                }
            },
            _ => Outcome::InternalError,
        }
    }
}
