//! The outcome of a call.

use crate::error::{Error, LimitKind};

/// The outcome of a call as one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The call returned.
    Ok,
    /// The call threw.
    Exception,
    /// The call used up its fuel.
    ExceededCpu,
    /// The call asked for more memory, stack or sandboxes than it may have.
    ExceededMemory,
    /// The call took too long.
    ExceededWallTime,
    /// The call returned or logged too much.
    ExceededOutput,
    /// The call made too many capability calls.
    ExceededCalls,
    /// The call waited for something that cannot happen.
    Hung,
    /// The code ended its own sandbox.
    Aborted,
    /// The code could not be resolved, parsed or linked.
    LoadFailed,
    /// The caller went away.
    Cancelled,
    /// The call failed for any other reason, which is on the side of the host, not of the
    /// code.
    InternalError,
}

impl Outcome {
    /// Returns the word used in records, such as `exceededCpu`.
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
    /// Returns the outcome of a call that ended with this error.
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
