//! The output of `--json`.

use std::borrow::Cow;
use std::io::{self, Write as _};

use isolet::{Error, LogLine, Outcome, Report, Value};
use serde::Serialize;

use crate::audit::Host;
use crate::output::Output;

/// The record of one run, on one line of standard output.
pub(crate) struct Record<'a> {
    outcome: Outcome,
    value: Option<&'a Value>,
    error: Option<Failure<'a>>,
    logs: &'a [LogLine],
    usage: Usage,
    seed: u64,
    host: Option<Host>,
}

#[derive(Serialize)]
struct Failure<'a> {
    name: &'a str,
    message: Cow<'a, str>,
    stack: Option<&'a str>,
}

#[derive(Serialize)]
struct Line<'a> {
    level: String,
    message: &'a str,
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

impl<'a> Record<'a> {
    /// Creates the record of a run that never reached a sandbox.
    pub(crate) fn not_started(outcome: Outcome, message: &'a str) -> Self {
        Self {
            outcome,
            value: None,
            error: Some(Failure { name: "Error", message: message.into(), stack: None }),
            logs: &[],
            usage: Usage::default(),
            seed: 0,
            host: None,
        }
    }

    pub(crate) fn new(report: &'a Report, host: Option<Host>) -> Self {
        let usage = &report.usage;
        let (value, error) = match &report.result {
            Ok(value) => (Some(value), None),
            Err(error) => (None, Some(Failure::new(error))),
        };
        Self {
            outcome: report.outcome(),
            value,
            error,
            logs: &report.logs,
            usage: Usage {
                fuel: usage.fuel,
                memory_peak_bytes: usage.memory_peak_bytes,
                turns: usage.turns,
                capability_calls: usage.capability_calls,
                wall_micros: u64::try_from(usage.wall.as_micros()).unwrap_or(u64::MAX),
            },
            seed: report.seed,
            host,
        }
    }

    /// Replaces the result by one that fits, with the outcome `ExceededOutput`.
    pub(crate) fn exceeded_output(self, message: &'a str) -> Self {
        let error = Failure { name: "Error", message: message.into(), stack: None };
        Self { outcome: Outcome::ExceededOutput, value: None, error: Some(error), ..self }
    }

    pub(crate) fn write(&self, out: &mut Output<'_>) -> io::Result<()> {
        out.write_all(b"{\"outcome\":")?;
        json(out, self.outcome.as_str())?;
        out.write_all(b",\"value\":")?;
        match self.value {
            Some(value) => out.value(value)?,
            None => out.write_all(b"null")?,
        }
        out.write_all(b",\"error\":")?;
        json(out, &self.error)?;
        out.write_all(b",\"logs\":[")?;
        for (index, line) in self.logs.iter().enumerate() {
            if index > 0 {
                out.write_all(b",")?;
            }
            json(out, &Line { level: line.level.to_string(), message: &line.message })?;
        }
        out.write_all(b"],\"usage\":")?;
        json(out, &self.usage)?;
        // A string, because not every JSON reader has 64-bit integers.
        write!(out, ",\"seed\":\"{}\"", self.seed)?;
        if let Some(host) = &self.host {
            out.write_all(b",\"host\":")?;
            json(out, host)?;
        }
        out.write_all(b"}")
    }
}

fn json(out: &mut Output<'_>, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
    serde_json::to_writer(out, value).map_err(Into::into)
}

impl<'a> Failure<'a> {
    fn new(error: &'a Error) -> Self {
        match error {
            Error::Exception(exception) | Error::Load(exception) => Self {
                name: &exception.name,
                message: exception.message.as_str().into(),
                stack: exception.stack.as_deref(),
            },
            other => Self { name: "Error", message: other.to_string().into(), stack: None },
        }
    }
}
