//! The report of a completed call.

use isolet_wire::Value;

use crate::engine::log::LogLine;
use crate::error::outcome::Outcome;
use crate::error::{Error, Result};
use crate::limits::Usage;

/// A report of everything known about one completed call.
#[derive(Debug)]
#[non_exhaustive]
pub struct Report {
    /// The value that it returned, or the error that prevented it.
    pub result: Result<Value>,
    /// The lines that it wrote with `console`.
    pub logs: Vec<LogLine>,
    /// The resources that it used.
    pub usage: Usage,
    /// The seed of the sandbox's randomness. Passed to
    /// [`WorkerCode::seed`](crate::WorkerCode::seed), it repeats the first call of a warm
    /// sandbox. A later call also depends on the calls before it. The seed does not
    /// repeat a call of `fresh_per_call` whose seed was drawn: the modules were evaluated
    /// with another seed, once for all calls, and this one is only the call's own. Choose
    /// a seed to make such a run repeatable.
    pub seed: u64,
}

impl Report {
    /// Creates the report of a call that no sandbox has seen.
    pub(crate) fn not_started(error: Error) -> Self {
        Self { result: Err(error), logs: Vec::new(), usage: Usage::default(), seed: 0 }
    }
}

impl Report {
    /// Returns how the call ended, as one word.
    pub fn outcome(&self) -> Outcome {
        self.result.as_ref().err().map_or(Outcome::Ok, Error::outcome)
    }
}
