//! What `--json` prints.

use isolet::{Error, Report};
use serde::Serialize;
use serde_json::value::RawValue;

/// One run, on one line of standard output.
#[derive(Serialize)]
pub(crate) struct Record {
    outcome: &'static str,
    value: Option<Box<RawValue>>,
    error: Option<Failure>,
    logs: Vec<Line>,
    usage: Usage,
    /// A string, because not every JSON reader has integers of 64 bits.
    seed: String,
}

#[derive(Serialize)]
struct Failure {
    name: String,
    message: String,
    stack: Option<String>,
}

#[derive(Serialize)]
struct Line {
    level: String,
    message: String,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    fuel: u64,
    memory_peak_bytes: u64,
    turns: u64,
    capability_calls: u64,
    wall_micros: u64,
}

impl Record {
    /// Of a run that no sandbox has seen.
    pub(crate) fn not_started(error: &Error) -> Self {
        Self {
            outcome: error.outcome().as_str(),
            value: None,
            error: Some(Failure::new(error)),
            logs: Vec::new(),
            usage: Usage::default(),
            seed: "0".to_owned(),
        }
    }

    pub(crate) fn new(report: &Report) -> Self {
        let usage = &report.usage;
        let (value, error) = match &report.result {
            Ok(value) => (RawValue::from_string(value.to_json()).ok(), None),
            Err(error) => (None, Some(Failure::new(error))),
        };
        Self {
            outcome: report.outcome().as_str(),
            value,
            error,
            logs: report
                .logs
                .iter()
                .map(|line| Line { level: line.level.to_string(), message: line.message.clone() })
                .collect(),
            usage: Usage {
                fuel: usage.fuel,
                memory_peak_bytes: usage.memory_peak_bytes,
                turns: usage.turns,
                capability_calls: usage.capability_calls,
                wall_micros: u64::try_from(usage.wall.as_micros()).unwrap_or(u64::MAX),
            },
            seed: report.seed.to_string(),
        }
    }
}

impl Failure {
    fn new(error: &Error) -> Self {
        match error {
            Error::Exception(exception) | Error::Load(exception) => Self {
                name: exception.name.clone(),
                message: exception.message.clone(),
                stack: exception.stack.clone(),
            },
            other => Self { name: "Error".to_owned(), message: other.to_string(), stack: None },
        }
    }
}
