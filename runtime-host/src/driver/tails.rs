//! Reports finished invocations to tails.

use std::sync::Arc;

use isolet_wire::Value;

use super::invocation::Invocation;
use crate::engine::log::{LogLine, Uncaught};
use crate::error::fault::millis;
use crate::error::outcome::Outcome;
use crate::error::{Error, exception};
use crate::limits::{Limits, Usage};
use crate::rpc::capability::Call;
use crate::rpc::request::Receiver;
use crate::support::trace;
use crate::worker_code::spec::Code;
use crate::worker_code::tail::{TailEvent, TailException, TailLog};

fn event(
    code: &Code,
    invocation: &Invocation,
    lines: &[LogLine],
    uncaught: Vec<Uncaught>,
) -> TailEvent {
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
    let failure = invocation.failure.iter().map(|error| ended_by(error, ended));
    let uncaught = uncaught.into_iter().map(|it| {
        let thrown = Error::Exception(exception::thrown(it.thrown));
        ended_by(&thrown, it.timestamp)
    });
    TailEvent {
        outcome: invocation.failure.as_ref().map_or(Outcome::Ok, Error::outcome),
        worker: code.main.clone(),
        entrypoint,
        method: called.map_or(String::new(), |(_, path)| path.join(".")),
        props,
        event_timestamp: invocation.opened,
        logs: logs.collect(),
        exceptions: uncaught.chain(failure).collect(),
        fuel,
        cpu_time: fuel / Limits::FUEL_PER_CPU_MS,
        wall_time: wall,
        turns,
        capability_calls,
    }
}

fn text(message: &str) -> Value {
    Value::array_of(&[Value::from_serialize(message).unwrap_or_default()])
}

fn ended_by(error: &Error, timestamp: u64) -> TailException {
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

/// Sends the event of an invocation to the sink and to each tail.
pub(crate) fn tell(
    code: &Code,
    invocation: &Invocation,
    lines: &[LogLine],
    uncaught: Vec<Uncaught>,
) {
    if !code.has_tails() {
        return;
    }
    let event = event(code, invocation, lines, uncaught);
    if let Some(sink) = &code.tail_sink {
        sink(&event);
    }
    let tails = code.tails();
    if tails.is_empty() {
        return;
    }
    let Ok(events) = Value::from_serialize(&[event]) else { return };
    for tail in &tails {
        // Each tail gets a copy, and the guest spent no fuel on it.
        invocation.account.charge(events.as_bytes().len() as u64);
        let arguments = Value::array_of(std::slice::from_ref(&events));
        let Ok(reservation) = code.quota.keep(arguments.as_bytes().len() as u64) else {
            trace::event_lost(&code.main);
            continue;
        };
        // A failure of a tail concerns only the tail. The work that it does in the sandbox
        // of a caller is charged to that caller.
        let call = Call::method("tail", arguments).paid_by(Some(Arc::clone(&invocation.account)));
        let told = tail.request(call);
        tokio::spawn(async move {
            let _failure = told.await;
            drop(reservation);
        });
    }
}
