//! The outcome of a program, as the host gets it.

use isolet::code_mode::{CallRecord, Execution, ExecutionError};
use isolet::{LogLine, Usage};
use serde::Serialize;
use serde_json::Value as Json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
    is_cut: bool,
    text: String,
    logs: Vec<Log>,
    calls: Vec<CallRecord>,
    calls_made: usize,
    usage: Used,
    /// True if the session of the program has ended.
    session_ended: bool,
}

#[derive(Serialize)]
struct Failure {
    name: String,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frame: Option<String>,
}

#[derive(Serialize)]
struct Log {
    level: String,
    message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Used {
    fuel: u64,
    memory_peak_bytes: u64,
    capability_calls: u64,
    wall_micros: u64,
}

impl Outcome {
    pub(super) fn new(execution: Execution, text_bytes: usize, session_ended: bool) -> Self {
        let text = execution.to_text(text_bytes);
        let Execution { result, is_cut, logs, calls, calls_made, usage, .. } = execution;
        let (outcome, result, error) = match result {
            Ok(value) => ("ok", Some(value), None),
            Err(error) => (error.outcome.as_str(), None, Some(error.into())),
        };
        let logs = logs.into_iter().map(Log::from).collect();
        let usage = usage.into();
        Self { outcome, result, error, is_cut, text, logs, calls, calls_made, usage, session_ended }
    }
}

impl From<ExecutionError> for Failure {
    fn from(error: ExecutionError) -> Self {
        let ExecutionError { name, message, position, frame, .. } = error;
        let (line, column) = position.unzip();
        Self { name, message, line, column, frame }
    }
}

impl From<LogLine> for Log {
    fn from(line: LogLine) -> Self {
        Self { level: line.level.to_string(), message: line.message }
    }
}

impl From<Usage> for Used {
    fn from(usage: Usage) -> Self {
        Self {
            fuel: usage.fuel,
            memory_peak_bytes: usage.memory_peak_bytes,
            capability_calls: usage.capability_calls,
            wall_micros: u64::try_from(usage.wall.as_micros()).unwrap_or(u64::MAX),
        }
    }
}
