//! Records of runs and of their calls.

use serde_json::Value as Json;

use super::execution::{Execution, ExecutionError};
use crate::rpc::capability::Calling;

/// Keeps the record of one run. Each method takes what it records at once, in the order of its calls,
/// and does not block. A future that is returned is ready when that is safe, with all that was taken
/// before.
///
/// `isolet_runs::RunRecord` is a recorder that writes to a file (feature `runs`).
pub trait RunRecorder: Send + Sync + 'static {
    /// Records a call that the program has made. It may be refused, or wait for its approval,
    /// for which this future is waited for.
    fn planned(&self, call: &PlannedCall<'_>) -> Recording;

    /// Records that a call is about to be made. It is made when this future is ready, and refused
    /// if that errors.
    fn started(&self, index: usize) -> Recording;

    /// Records the end of a call.
    fn ended(&self, index: usize, end: CallEnd<'_>);

    /// Records the end of the run. Calls may end later in a session, but none is made any more.
    fn finished(&self, end: RunEnd<'_>) -> Recording;

    /// Records that the run was cancelled.
    fn cancelled(&self);
}

/// The outcome of recording.
pub type Recording = Calling<Result<(), RecordError>>;

/// A record that could not be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RecordError {
    /// The reason, for the model.
    pub message: String,
}

impl RecordError {
    /// Creates an error with a message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// A call that a program has made.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PlannedCall<'a> {
    /// The number of the call among the calls of its program, or of its session, from 0.
    pub index: usize,
    /// The name of the global object.
    pub namespace: &'a str,
    /// The name of the method.
    pub tool: &'a str,
    /// The argument. `None` if it is no JSON. It has not been checked.
    pub arguments: Option<&'a Json>,
    /// The key that no other call has.
    pub idempotency_key: &'a str,
}

/// The end of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum CallEnd<'a> {
    /// The call was never made, for this reason.
    Refused(&'a str),
    /// The tool has failed, for this reason.
    Failed(&'a str),
    /// The tool has returned this value.
    Done(&'a Json),
    /// The tool has returned a value that is not as its schema has it, so that the call has failed.
    Invalid {
        /// The fault.
        reason: &'a str,
        /// The value.
        value: &'a Json,
    },
    /// The capability has answered.
    Answered,
}

/// The end of a run.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum RunEnd<'a> {
    /// The program has returned a value.
    Returned(&'a Json),
    /// The program has failed.
    Failed(&'a ExecutionError),
    /// The program was refused before it began.
    NeverRan(&'a ExecutionError),
}

impl<'a> RunEnd<'a> {
    pub(super) fn of(execution: &'a Execution) -> Self {
        match &execution.result {
            Ok(value) => Self::Returned(value),
            Err(error) if execution.has_run => Self::Failed(error),
            Err(error) => Self::NeverRan(error),
        }
    }
}
