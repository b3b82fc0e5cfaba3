//! The record of a program's calls.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value as Json;

use super::context::RunContext;
use super::recorder::CallEnd;
use crate::error::Result;
use crate::error::fault::internal;

/// The maximum number of calls that are recorded, and the bytes of memory that their text and
/// JSON take. The others are counted.
const MAX_RECORDS: usize = 1_000;
const MAX_BYTES: usize = 16 << 20;

/// The maximum number of bytes of memory of all arguments of calls that are under way.
const MAX_UNDER_WAY_BYTES: usize = 64 << 20;

/// The maximum number of bytes of a method's name in a record.
const MAX_NAME_BYTES: usize = 256;

/// The bytes of memory of a value of JSON beside its text, at most.
pub(super) const BYTES_PER_VALUE: usize = 96;

/// The maximum number of bytes of a reason.
const MAX_REASON_BYTES: usize = 4 << 10;

/// A call that a program has made.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CallRecord {
    /// The name of the global object.
    pub namespace: String,
    /// The name of the method.
    pub tool: String,
    /// The argument. `None` if it is no JSON, or if the record has no room for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Json>,
    /// The outcome.
    #[serde(flatten)]
    pub outcome: CallOutcome,
}

/// The outcome of a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "outcome")]
#[non_exhaustive]
pub enum CallOutcome {
    /// The program ended before the answer came. The effect of the call may have happened.
    Unfinished,
    /// The call was never made: there is no such tool, its argument is wrong, or it was rejected.
    Refused {
        /// The reason.
        reason: String,
    },
    /// The tool has returned.
    Done {
        /// The value. `None` if the record has no room for it.
        value: Option<Json>,
    },
    /// The tool has failed.
    Failed {
        /// The message of its error.
        reason: String,
        /// The result, if the tool has returned one that is not as its schema has it, and if the
        /// record has room for it.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<Json>,
    },
}

/// The argument of a call. One that is missing is an empty object.
#[derive(Clone)]
pub(super) struct Argument {
    pub(super) json: Json,
    /// The bytes of memory that it takes, at most.
    pub(super) bytes: usize,
    pub(super) is_missing: bool,
}

/// The room that the argument of a call takes until its end.
pub(super) struct UnderWay {
    calls: Arc<Calls>,
    bytes: usize,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.calls.state().under_way -= self.bytes;
    }
}

/// The calls of a program, or of one after the other, in their order.
#[derive(Debug)]
pub(super) struct Calls {
    /// A random number, so that no two runs have the same keys.
    run: u64,
    /// The context of the program that runs. `None` if no program may make calls.
    context: Mutex<Option<RunContext>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    records: Vec<CallRecord>,
    bytes: usize,
    made: usize,
    /// The bytes of the arguments of calls that are under way.
    under_way: usize,
    /// The calls that were made before the records begin.
    before: usize,
}

impl Calls {
    /// Creates an empty record.
    ///
    /// # Errors
    /// Errors if the operating system has no randomness.
    pub(super) fn new() -> Result<Self> {
        let run = getrandom::u64().map_err(internal)?;
        Ok(Self { run, context: Mutex::new(Some(RunContext::new())), state: Mutex::default() })
    }

    /// Sets the context of the program that runs.
    pub(super) fn set_context(&self, context: Option<RunContext>) {
        *self.context.lock().unwrap_or_else(PoisonError::into_inner) = context;
    }

    /// Returns the context of the program that runs. `None` if it has ended.
    pub(super) fn context(&self) -> Option<RunContext> {
        self.context.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the idempotency key of a call.
    pub(super) fn key(&self, number: usize) -> String {
        format!("{:016x}-{number}", self.run)
    }

    /// Records a call and returns its number.
    pub(super) fn begin(&self, namespace: &str, tool: &str, argument: Option<&Argument>) -> usize {
        let tool = tool.get(..tool.floor_char_boundary(MAX_NAME_BYTES)).unwrap_or_default();
        let mut state = self.state();
        let number = state.made;
        state.made += 1;
        // Records are in the order of the calls, so after the first that has no room there are
        // no others.
        let place = number - state.before;
        let is_next = place == state.records.len() && place < MAX_RECORDS;
        if is_next && state.takes(namespace.len() + tool.len()) {
            let argument = argument.filter(|it| state.takes(it.bytes));
            let arguments = argument.map(|it| it.json.clone());
            let (namespace, tool) = (namespace.to_owned(), tool.to_owned());
            let outcome = CallOutcome::Unfinished;
            state.records.push(CallRecord { namespace, tool, arguments, outcome });
        }
        number
    }

    /// Takes room for the argument of a call until what is returned is dropped. `None` if those
    /// that are under way leave none.
    pub(super) fn hold(self: &Arc<Self>, bytes: usize) -> Option<UnderWay> {
        let mut state = self.state();
        let sum = state.under_way.saturating_add(bytes);
        if sum > MAX_UNDER_WAY_BYTES {
            return None;
        }
        state.under_way = sum;
        Some(UnderWay { calls: Arc::clone(self), bytes })
    }

    /// Records how a call ended.
    pub(super) fn end(&self, number: usize, ended: Ended<'_>) {
        let mut state = self.state();
        // A call of a program that has ended is not recorded any more.
        let place = number.checked_sub(state.before).filter(|it| *it < state.records.len());
        let Some(place) = place else { return };
        let outcome = match ended {
            Ended::Refused(reason) => CallOutcome::Refused { reason: state.reason(reason) },
            Ended::Failed(reason) => {
                CallOutcome::Failed { reason: state.reason(reason), value: None }
            }
            Ended::Invalid(reason, json, bytes) => CallOutcome::Failed {
                reason: state.reason(reason),
                value: Some(json).filter(|_| state.takes(bytes)),
            },
            Ended::Answered => CallOutcome::Done { value: None },
            Ended::Done(json, bytes) => {
                CallOutcome::Done { value: Some(json).filter(|_| state.takes(bytes)) }
            }
        };
        if let Some(record) = state.records.get_mut(place) {
            record.outcome = outcome;
        }
    }

    /// Returns the records since the last time, and the number of calls.
    pub(super) fn take(&self) -> (Vec<CallRecord>, usize) {
        let mut state = self.state();
        let count = state.made - state.before;
        (state.before, state.bytes) = (state.made, 0);
        (std::mem::take(&mut state.records), count)
    }
}

/// The end of a call.
pub(super) enum Ended<'a> {
    Refused(&'a str),
    Failed(&'a str),
    /// An answer whose value is not recorded.
    Answered,
    /// A value, and the bytes of memory that it takes, at most.
    Done(Json, usize),
    /// The fault of a value, the value, and the bytes of memory that it takes, at most.
    Invalid(&'a str, Json, usize),
}

impl Ended<'_> {
    /// Returns what a recorder is told.
    pub(super) fn shown(&self) -> CallEnd<'_> {
        match self {
            Self::Refused(reason) => CallEnd::Refused(reason),
            Self::Failed(reason) => CallEnd::Failed(reason),
            Self::Answered => CallEnd::Answered,
            Self::Done(json, _) => CallEnd::Done(json),
            Self::Invalid(reason, value, _) => CallEnd::Invalid { reason, value },
        }
    }
}

impl State {
    /// Takes room for bytes, if it is there.
    fn takes(&mut self, bytes: usize) -> bool {
        let fits = self.bytes.saturating_add(bytes) <= MAX_BYTES;
        if fits {
            self.bytes += bytes;
        }
        fits
    }

    fn reason(&mut self, reason: &str) -> String {
        let end = reason.floor_char_boundary(MAX_REASON_BYTES);
        let reason = reason.get(..end).unwrap_or_default();
        if self.takes(reason.len()) { reason.to_owned() } else { String::new() }
    }
}
