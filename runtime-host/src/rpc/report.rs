//! What is told of a call that is over.

use isolet_wire::Value;

use crate::engine::log::LogLine;
use crate::error::outcome::Outcome;
use crate::error::{Error, Result};
use crate::limits::Usage;

/// All there is to know of one call that is over.
#[derive(Debug)]
#[non_exhaustive]
pub struct Report {
    /// What it returned, or why it did not.
    pub result: Result<Value>,
    /// What it wrote with `console`.
    pub logs: Vec<LogLine>,
    /// What it used.
    pub usage: Usage,
    /// Where the sandbox's randomness came from. Given to
    /// [`WorkerCode::seed`](crate::WorkerCode::seed) it repeats the first call
    /// of a warm sandbox; a later one depends on the calls before it too. It
    /// does not repeat a call of `fresh_per_call` whose seed was drawn: the
    /// modules were evaluated with another one, for all calls at once, and this
    /// is only the call's own. Choose a seed to have such a run repeat.
    pub seed: u64,
}

impl Report {
    /// For a call that no sandbox has seen.
    pub(crate) fn not_started(error: Error) -> Self {
        Self { result: Err(error), logs: Vec::new(), usage: Usage::default(), seed: 0 }
    }
}

impl Report {
    /// How the call ended, as one word.
    pub fn outcome(&self) -> Outcome {
        self.result.as_ref().err().map_or(Outcome::Ok, Error::outcome)
    }
}
