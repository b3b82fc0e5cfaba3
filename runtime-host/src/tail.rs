//! What an invocation came to, for those who watch.

use std::sync::Arc;

use isolet_wire::Value;
use serde::{Serialize, Serializer};

use crate::capability::Call;
use crate::code::Code;
use crate::error::Error;
use crate::invocation::{Invocation, Receiver, millis};
use crate::limits::{Limits, Usage};
use crate::log::LogLine;
use crate::outcome::Outcome;

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

impl TailEvent {
    fn new(code: &Code, invocation: &Invocation, lines: &[LogLine]) -> Self {
        let Usage { fuel, turns, capability_calls, .. } = invocation.usage;
        let called = invocation.called.as_deref();
        let (entrypoint, props) = match called {
            Some((Receiver::Entrypoint(it), _)) => (it.name.clone(), it.props.clone()),
            _ => (None, None),
        };
        let wall = millis(invocation.elapsed());
        let ended = invocation.opened.saturating_add(wall);
        let logs = lines.iter().map(|line| TailLog {
            level: line.level.to_string(),
            timestamp: line.timestamp,
            message: line.arguments.clone().unwrap_or_else(|| text(&line.message)),
        });
        Self {
            outcome: invocation.failure.as_ref().map_or(Outcome::Ok, Error::outcome),
            worker: code.main.clone(),
            entrypoint,
            method: called.map_or(String::new(), |(_, path)| path.join(".")),
            props,
            event_timestamp: invocation.opened,
            logs: logs.collect(),
            exceptions: invocation.failure.iter().map(|error| exception(error, ended)).collect(),
            fuel,
            cpu_time: fuel / Limits::FUEL_PER_CPU_MS,
            wall_time: wall,
            turns,
            capability_calls,
        }
    }
}

fn text(message: &str) -> Value {
    Value::array_of(&[Value::from_serialize(message).unwrap_or_default()])
}

fn exception(error: &Error, timestamp: u64) -> TailException {
    match error {
        Error::Exception(exception) | Error::Load(exception) => TailException {
            name: exception.name.clone(),
            message: exception.message.clone(),
            stack: exception.stack.clone(),
            timestamp,
        },
        error => TailException {
            name: "Error".to_owned(),
            message: error.to_string(),
            stack: None,
            timestamp,
        },
    }
}

/// Tells everybody who watches.
pub(crate) fn tell(code: &Code, invocation: &Invocation, lines: &[LogLine]) {
    if !code.has_tails() {
        return;
    }
    let event = TailEvent::new(code, invocation, lines);
    if let Some(sink) = &code.tail_sink {
        sink(&event);
    }
    let tails = code.tails();
    if tails.is_empty() {
        return;
    }
    let Ok(events) = Value::from_serialize(&[event]) else { return };
    for tail in &tails {
        // A copy for each, and no fuel of the guest's was spent on it.
        invocation.purse.charge(events.as_bytes().len() as u64);
        let arguments = Value::array_of(std::slice::from_ref(&events));
        let Ok(place) = code.quota.keep(arguments.as_bytes().len() as u64) else {
            tracing::warn!(worker = ?code.main, "a tail is too slow: an event is lost");
            continue;
        };
        // Whoever watches answers for itself: its failure is its own. What it does
        // in the sandbox of one who called is at that one's cost.
        let call = Call::method("tail", arguments).paid_by(Some(Arc::clone(&invocation.purse)));
        let told = tail.request(call);
        tokio::spawn(async move {
            let _failure = told.await;
            drop(place);
        });
    }
}
