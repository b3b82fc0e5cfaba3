//! The outcome of a program.

use std::fmt::{self, Write as _};

use isolet_catalog::is_hidden_between;
use isolet_wire::Value;
use serde_json::Value as Json;

use super::calls::{CallOutcome, CallRecord, Calls};
use super::from_line;
use super::recorder::RecordError;
use crate::engine::log::{Level, LogLine};
use crate::engine::source::position_of;
use crate::engine::transpiler::{ProgramError, Refusal};
use crate::error::Error;
use crate::error::diagnostics::frame;
use crate::error::outcome::Outcome;
use crate::limits::Usage;
use crate::rpc::report::Report;

/// The maximum number of bytes of a value that [`Execution::to_text`] shows for a call.
const MAX_SHOWN_BYTES: usize = 400;

/// The maximum number of calls that it shows.
const MAX_SHOWN_CALLS: usize = 50;

/// The outcome of a program.
#[derive(Debug)]
#[non_exhaustive]
pub struct Execution {
    /// The value of the program as JSON, as `JSON.stringify` makes it, and null if it has none.
    /// A value that is longer than the limit is a text that begins like its JSON and says that
    /// it was cut.
    pub result: Result<Json, ExecutionError>,
    /// True if the value was longer than the limit, or nested too deeply for JSON of this host, and
    /// is a text.
    pub is_cut: bool,
    /// True if the program began. If not, it has made no call.
    pub has_run: bool,
    /// The error if the end of the run could not be recorded.
    pub record_error: Option<RecordError>,
    /// The lines that the program wrote with `console`.
    pub logs: Vec<LogLine>,
    /// The calls that the program made, in its order: at most 1,000, which take at most 16 MiB of
    /// memory.
    pub calls: Vec<CallRecord>,
    /// The number of calls that it made.
    pub calls_made: usize,
    /// The resources that it used.
    pub usage: Usage,
}

/// The reason why a program returned no value, in words that a model can act on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExecutionError {
    /// The kind of the failure.
    pub outcome: Outcome,
    /// The name of the error, such as `TypeError`.
    pub name: String,
    /// The message.
    pub message: String,
    /// The line of the program and the column in it, both from 1, if the error has a place.
    /// Lines count from the first one of the program, without the prose around its fence.
    pub position: Option<(u32, u32)>,
    /// That line with a mark below the column.
    pub frame: Option<String>,
}

impl fmt::Display for ExecutionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)?;
        if let Some((line, column)) = self.position {
            write!(f, "\n  at line {line}, column {column}")?;
        }
        match &self.frame {
            Some(frame) => write!(f, "\n{frame}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ExecutionError {}

impl Execution {
    /// Creates the outcome of an answer that is no program.
    pub(super) fn not_compiled(answer: &str, refusal: Refusal<ProgramError>) -> Self {
        let (message, place) = match refusal {
            Refusal::Other(reason) => (reason, None),
            Refusal::Syntax(ProgramError { error, first_line }) => {
                let (line, column) = (error.line, error.column);
                let frame = frame(from_line(answer, first_line), line, column);
                (error.message, Some(((line, column), frame)))
            }
        };
        let (position, frame) = place.unzip();
        let (outcome, name) = (Outcome::LoadFailed, "SyntaxError".to_owned());
        Self::failed(ExecutionError { outcome, name, message, position, frame })
    }

    /// Creates the outcome of a program whose session has ended.
    pub(super) fn of_ended_session() -> Self {
        let message = "the session has ended, because an earlier program of it was stopped at a \
                       limit or cancelled; its variables are lost, and another session can be begun";
        Self::failed(ExecutionError {
            outcome: Outcome::Aborted,
            name: "SessionEndedError".to_owned(),
            message: message.to_owned(),
            position: None,
            frame: None,
        })
    }

    /// Creates the outcome of a program that no sandbox has seen.
    pub(super) fn not_started(error: &Error) -> Self {
        Self::failed(ExecutionError::of(error, "", ""))
    }

    fn failed(error: ExecutionError) -> Self {
        Self {
            result: Err(error),
            is_cut: false,
            has_run: false,
            record_error: None,
            logs: Vec::new(),
            calls: Vec::new(),
            calls_made: 0,
            usage: Usage::default(),
        }
    }

    /// Creates the outcome of a program that was run.
    pub(super) fn of(
        report: Report,
        name: &str,
        source: &str,
        calls: &Calls,
        max_bytes: usize,
    ) -> Self {
        let Report { result, logs, usage, .. } = report;
        let (calls, calls_made) = calls.take();
        let (result, is_cut) = match result {
            Ok(value) => {
                let (json, is_cut) = json(&value, max_bytes);
                (Ok(json), is_cut)
            }
            Err(error) => (Err(ExecutionError::of(&error, name, source)), false),
        };
        Self { result, is_cut, has_run: true, record_error: None, logs, calls, calls_made, usage }
    }

    /// Returns the outcome as text for the model: the value or the error, the lines that were
    /// logged, and after an error the calls that had been made. At most about `max_bytes` bytes,
    /// of which the value may have been cut before. Control characters, and those that reorder or
    /// hide text, are spaces.
    pub fn to_text(&self, max_bytes: usize) -> String {
        let mut text = match &self.result {
            Ok(Json::String(value)) => value.clone(),
            Ok(value) => value.to_string(),
            Err(error) => error.to_string(),
        };
        if self.result.is_err() {
            self.write_calls(&mut text);
        }
        if !self.logs.is_empty() {
            text.push_str("\n\nconsole:");
        }
        for LogLine { level, message, .. } in &self.logs {
            let level = match level {
                Level::Log | Level::Info => String::new(),
                level => format!("[{level}] "),
            };
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{level}{message}");
        }
        let mut text = without_controls(&text);
        if text.len() > max_bytes {
            let more = text.len() - max_bytes;
            text.truncate(text.floor_char_boundary(max_bytes));
            let _ = write!(text, "… (cut: {more} more bytes)");
        }
        text
    }

    fn write_calls(&self, text: &mut String) {
        if self.calls.is_empty() {
            return;
        }
        let _ = write!(text, "\n\nCalls made before ({}):", self.calls_made);
        for call in self.calls.iter().take(MAX_SHOWN_CALLS) {
            let argument = call.arguments.as_ref().map_or_else(|| "…".to_owned(), short);
            let outcome = match &call.outcome {
                CallOutcome::Unfinished => "no answer yet".to_owned(),
                CallOutcome::Refused { reason } => format!("not made: {reason}"),
                CallOutcome::Done { value } => {
                    format!("returned {}", value.as_ref().map_or_else(|| "…".to_owned(), short))
                }
                CallOutcome::Failed { reason, .. } => format!("failed: {reason}"),
            };
            let CallRecord { namespace, tool, .. } = call;
            let _ = write!(text, "\n- {namespace}.{tool}({argument}) {outcome}");
        }
        if self.calls_made > MAX_SHOWN_CALLS {
            text.push_str("\n- …");
        }
    }
}

impl ExecutionError {
    fn of(error: &Error, name: &str, source: &str) -> Self {
        let outcome = error.outcome();
        let (Error::Exception(exception) | Error::Load(exception)) = error else {
            let (name, message) = (outcome.as_str().to_owned(), error.to_string());
            return Self { outcome, name, message, position: None, frame: None };
        };
        let lines = exception.stack.iter().flat_map(|stack| stack.lines());
        let place = lines.filter_map(position_of).find(|place| place.module == name);
        let position = place.map(|place| (place.line, place.column));
        Self {
            outcome,
            name: exception.name.clone(),
            message: exception.message.clone(),
            position,
            frame: position.map(|(line, column)| frame(source, line, column)),
        }
    }
}

/// Returns a value as JSON of at most `max_bytes`, and true if it was cut.
fn json(value: &Value, max_bytes: usize) -> (Json, bool) {
    if value.is_undefined() {
        return (Json::Null, false);
    }
    let text = value.to_json_prefix(max_bytes);
    if text.len() <= max_bytes {
        return match serde_json::from_str(&text) {
            Ok(json) => (json, false),
            // A value that is nested too deeply stays text.
            Err(_) => (Json::String(text), true),
        };
    }
    (Json::String(format!("{text} (cut: a result has at most {max_bytes} bytes)")), true)
}

/// Replaces characters that could make a terminal, a person or a model see another text.
fn without_controls(text: &str) -> String {
    let mut before = None;
    let mut characters = text.chars().peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(c) = characters.next() {
        let after = characters.peek().copied();
        let is_kept = matches!(c, '\n' | '\t') || !is_hidden_between(before, c, after);
        out.push(if is_kept { c } else { ' ' });
        before = Some(c);
    }
    out
}

fn short(value: &Json) -> String {
    let mut text = value.to_string();
    if text.len() > MAX_SHOWN_BYTES {
        text.truncate(text.floor_char_boundary(MAX_SHOWN_BYTES));
        text.push('…');
    }
    text
}
