//! The events that tails receive about invocations.

use std::sync::Arc;

use isolet_wire::Value;
use serde::{Serialize, Serializer};

use crate::error::outcome::Outcome;

/// The event of an invocation that has ended. In JavaScript, `tail(events)` gets an array
/// of one such event, with the names in camel case.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TailEvent {
    /// The outcome of the invocation.
    #[serde(serialize_with = "word")]
    pub outcome: Outcome,
    /// The main module of the worker.
    pub worker: String,
    /// The export that was called. `None` for the default export, and for an object or
    /// function that the worker had handed out.
    pub entrypoint: Option<String>,
    /// The path that was called, such as `myAgent` or `a.b`.
    pub method: String,
    /// The `ctx.props` of the export.
    pub props: Option<Value>,
    /// The time at which it began, in milliseconds since the Unix epoch.
    pub event_timestamp: u64,
    /// The lines that it wrote with `console`.
    pub logs: Vec<TailLog>,
    /// The exceptions and rejections that nothing handled, in the order in which they were
    /// reported, and the exception that it threw, or the limit that it reached.
    pub exceptions: Vec<TailException>,
    /// The number of Wasm operations that it used.
    pub fuel: u64,
    /// The fuel in milliseconds of CPU time, the unit of Cloudflare Workers. The rate is
    /// [`Limits::FUEL_PER_CPU_MS`](crate::Limits::FUEL_PER_CPU_MS).
    pub cpu_time: u64,
    /// The milliseconds from the call to its end.
    pub wall_time: u64,
    /// The number of events that were delivered for it.
    pub turns: u64,
    /// The number of capability calls that it made.
    pub capability_calls: u64,
}

/// A call of a `console` method.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct TailLog {
    /// The level, such as `warn`.
    pub level: String,
    /// The time in milliseconds since the Unix epoch, as the guest saw it.
    pub timestamp: u64,
    /// An array of the arguments, as in [`LogLine::arguments`](crate::LogLine::arguments).
    /// If these were not kept, an array of the line as text.
    pub message: Value,
}

/// The reason why an invocation has no value.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct TailException {
    /// The name of the error, such as `TypeError`, or `Error` for limits.
    pub name: String,
    /// The message of the error.
    pub message: String,
    /// The stack, with frames as the author wrote the code.
    pub stack: Option<String>,
    /// The time in milliseconds since the Unix epoch.
    pub timestamp: u64,
}

/// A sink that is called with each invocation that has ended, on the task of its sandbox.
/// It must not block.
pub(crate) type TailSink = Arc<dyn Fn(&TailEvent) + Send + Sync>;

// serde requires this signature.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn word<S: Serializer>(outcome: &Outcome, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(outcome.as_str())
}
