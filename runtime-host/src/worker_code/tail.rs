//! What an invocation came to, for those who watch.

use std::sync::Arc;

use isolet_wire::Value;
use serde::{Serialize, Serializer};

use crate::error::outcome::Outcome;

/// One invocation that is over. In JavaScript, `tail(events)` gets a list of one
/// of these, with the names in camel case.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TailEvent {
    /// How it ended.
    #[serde(serialize_with = "word")]
    pub outcome: Outcome,
    /// The main module of the worker.
    pub worker: String,
    /// The export that was called; none for the default export, and for an
    /// object or function that the worker had handed out.
    pub entrypoint: Option<String>,
    /// What of it was called, such as `myAgent` or `a.b`.
    pub method: String,
    /// `ctx.props`
    pub props: Option<Value>,
    /// When it began, in milliseconds since the Unix epoch.
    pub event_timestamp: u64,
    /// What it wrote with `console`.
    pub logs: Vec<TailLog>,
    /// What it threw, or the limit that it reached.
    pub exceptions: Vec<TailException>,
    /// Wasm operations.
    pub fuel: u64,
    /// Fuel in the peer's unit, milliseconds.
    pub cpu_time: u64,
    /// Milliseconds from the call to its end.
    pub wall_time: u64,
    /// Events that were delivered for it.
    pub turns: u64,
    /// Capability calls that it made.
    pub capability_calls: u64,
}

/// One call of a `console` method.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct TailLog {
    /// Such as `warn`.
    pub level: String,
    /// Milliseconds since the Unix epoch, as the guest saw it.
    pub timestamp: u64,
    /// An array: the arguments, as
    /// [`LogLine::arguments`](crate::LogLine::arguments) has them, or else the line
    /// as a person reads it.
    pub message: Value,
}

/// Why it has no value.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct TailException {
    /// Such as `TypeError`; `Error` for limits.
    pub name: String,
    /// What went wrong.
    pub message: String,
    /// The frames as the author wrote the code.
    pub stack: Option<String>,
    /// Milliseconds since the Unix epoch.
    pub timestamp: u64,
}

/// Called with each invocation that is over, on the task of its sandbox: it must
/// not block.
pub(crate) type TailSink = Arc<dyn Fn(&TailEvent) + Send + Sync>;

// Its signature is what serde asks for.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn word<S: Serializer>(outcome: &Outcome, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(outcome.as_str())
}
