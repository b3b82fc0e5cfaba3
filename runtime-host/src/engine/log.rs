//! The log lines that workers write with `console`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use isolet_wire::Value;

use crate::engine::bindings::sandbox as wit;
use crate::error::{LimitError, LimitKind};
use crate::limits::fuel_account::FuelAccount;
use crate::limits::quota::Reservation;
use crate::support::trace::Span;

/// The bytes that a line counts beside its text, so that empty lines reach the limit too.
const LINE_BYTES: u64 = 16;

/// The level of a log line: the `console` method that wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// `console.debug`
    Debug,
    /// `console.info`
    Info,
    /// `console.log`
    Log,
    /// `console.warn`
    Warn,
    /// `console.error`, and exceptions that nothing caught
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Log => "log",
            Self::Warn => "warn",
            Self::Error => "error",
        })
    }
}

impl From<wit::Level> for Level {
    fn from(level: wit::Level) -> Self {
        match level {
            wit::Level::Debug => Self::Debug,
            wit::Level::Info => Self::Info,
            wit::Level::Log => Self::Log,
            wit::Level::Warn => Self::Warn,
            wit::Level::Error | wit::Level::Uncaught => Self::Error,
        }
    }
}

/// A call of a `console` method.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogLine {
    /// The method that was called.
    pub level: Level,
    /// The time in milliseconds since the Unix epoch, as the guest saw it, which is the
    /// time of the turn.
    pub timestamp: u64,
    /// The arguments as a person reads them. It is the guest's text: escape control
    /// characters before it reaches a terminal.
    pub message: String,
    /// The arguments themselves, as an array. They are present if anybody is told of the
    /// worker's invocations ([`WorkerCode::tail`](crate::WorkerCode::tail) and
    /// [`WorkerCode::on_end`](crate::WorkerCode::on_end)) and they take at most 64 KiB.
    ///
    /// A value that cannot be cloned, such as a function, is present as its text. The
    /// arguments are cloned when the call is made. That reads their properties and runs
    /// their getters. Making [`Self::message`] runs none. The cost is charged to the
    /// invocation.
    pub arguments: Option<Value>,
}

/// A function that is called with each line at the moment it is written. It runs inside
/// the turn and must not block.
pub(crate) type LogSink = Arc<dyn Fn(&LogLine) + Send + Sync>;

/// The log of one invocation.
pub(crate) struct Log {
    limit: u64,
    used: u64,
    sink: Option<LogSink>,
    span: Span,
    pub(crate) lines: Vec<LogLine>,
    pub(crate) uncaught: Vec<Uncaught>,
    /// The reservation for the lines.
    kept: Reservation,
    account: Arc<FuelAccount>,
}

impl Log {
    pub(crate) fn new(
        limit: u64,
        sink: Option<LogSink>,
        span: Span,
        account: Arc<FuelAccount>,
    ) -> Self {
        let (lines, uncaught, kept) = (Vec::new(), Vec::new(), Reservation::default());
        Self { limit, used: 0, sink, span, lines, uncaught, kept, account }
    }
}

/// An exception or rejection that nothing handled, if anybody watches the worker.
pub(crate) struct Uncaught {
    pub(crate) timestamp: u64,
    pub(crate) thrown: Value,
}

/// The log of lines that belong to no open invocation, such as what a disposer throws.
#[derive(Default)]
pub(crate) struct Stray {
    pub(crate) sink: Option<LogSink>,
    /// The bytes that may still be written in the life of the sandbox.
    pub(crate) left: u64,
}

/// The logs of a sandbox's open invocations.
#[derive(Default)]
pub(crate) struct Logs {
    open: BTreeMap<u32, Log>,
    pub(crate) stray: Stray,
    /// The invocation whose event began the running turn.
    pub(crate) current: u32,
    /// The time of the running turn, in milliseconds since the Unix epoch.
    pub(crate) now: u64,
}

impl Logs {
    pub(crate) fn open(&mut self, invocation: u32, log: Log) {
        self.open.insert(invocation, log);
    }

    pub(crate) fn close(&mut self, invocation: u32) -> (Vec<LogLine>, Vec<Uncaught>) {
        let closed = self.open.remove(&invocation);
        closed.map(|log| (log.lines, log.uncaught)).unwrap_or_default()
    }

    /// Returns the lines that the invocation has written so far.
    pub(crate) fn lines(&self, invocation: u32) -> &[LogLine] {
        self.open.get(&invocation).map(|log| &*log.lines).unwrap_or_default()
    }

    /// Writes a line to the log of an invocation.
    ///
    /// # Errors
    /// Errors if the invocation has written too much, if its quota is exhausted, or if
    /// the arguments are not an array.
    pub(crate) fn write(
        &mut self,
        invocation: u32,
        level: wit::Level,
        message: String,
        arguments: Option<Vec<u8>>,
    ) -> wasmtime::Result<()> {
        // Code that an ended invocation has left behind writes to the log of the invocation
        // that woke it.
        let invocation =
            if self.open.contains_key(&invocation) { invocation } else { self.current };
        let timestamp = self.now;
        let bytes = message.len() + arguments.as_ref().map_or(0, Vec::len);
        let Some(log) = self.open.get_mut(&invocation) else {
            // Nobody pays for it, so what is too much is lost.
            if let Some(left) = self.stray.left.checked_sub(bytes as u64 + LINE_BYTES) {
                self.stray.left = left;
                if let Some(sink) = &self.stray.sink {
                    sink(&LogLine { level: level.into(), timestamp, message, arguments: None });
                }
            }
            return Ok(());
        };
        log.used += bytes as u64 + LINE_BYTES;
        if log.used > log.limit {
            let error = LimitError { kind: LimitKind::Log, limit: log.limit, actual: log.used };
            return Err(wasmtime::Error::new(error));
        }
        log.account.count_log(bytes as u64 + LINE_BYTES).map_err(wasmtime::Error::new)?;
        let each = size_of::<LogLine>() + size_of::<Uncaught>();
        let lines = log.used + (log.lines.len() + 1) as u64 * each as u64;
        if log.lines.is_empty()
            && let Some(quota) = log.account.quota()
        {
            log.kept = Reservation::none(quota, false);
        }
        log.kept.cover(lines).map_err(wasmtime::Error::new)?;
        let arguments = arguments.map(|data| Value::from_bytes(data, Vec::new())).transpose()?;
        if arguments.as_ref().is_some_and(|arguments| arguments.elements().is_none()) {
            return Err(wasmtime::Error::msg("the guest wrote a line with what is no array"));
        }
        let arguments = match (level, arguments) {
            (wit::Level::Uncaught, Some(thrown)) => {
                let thrown = thrown.element(0).unwrap_or_default();
                log.uncaught.push(Uncaught { timestamp, thrown });
                None
            }
            (_, arguments) => arguments,
        };
        let line = LogLine { level: level.into(), timestamp, message, arguments };
        log.span.line(line.level, &line.message);
        if let Some(sink) = &log.sink {
            sink(&line);
        }
        log.lines.push(line);
        Ok(())
    }
}
