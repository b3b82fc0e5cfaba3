//! The context of one run: its approver, its recorder and a value for handlers.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::approval::Approver;
use super::calls::Calls;
use super::execution::Execution;
use super::recorder::{RunEnd, RunRecorder};
use super::tool::Context;

/// The approver and the recorder of one run's calls, and a value that their handlers get.
#[derive(Clone, Default)]
pub struct RunContext {
    pub(super) approver: Option<Arc<dyn Approver>>,
    pub(super) recorder: Option<Arc<dyn RunRecorder>>,
    pub(super) value: Option<Context>,
    /// True if the run has ended, and with it its calls.
    has_ended: Arc<AtomicBool>,
}

impl fmt::Debug for RunContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunContext")
            .field("approver", &self.approver.is_some())
            .field("recorder", &self.recorder.is_some())
            .field("value", &self.value.is_some())
            .finish_non_exhaustive()
    }
}

impl RunContext {
    /// Creates a context in which the tool's own approver decides, and nothing is recorded.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets who decides about the calls, in place of the tool's approver.
    #[must_use]
    pub fn approver(mut self, approver: impl Approver) -> Self {
        self.approver = Some(Arc::new(approver));
        self
    }

    /// Sets who records the run. A call is made only after its start is recorded.
    #[must_use]
    pub fn recorder(mut self, recorder: impl RunRecorder) -> Self {
        self.recorder = Some(Arc::new(recorder));
        self
    }

    /// Sets what the calls of the run have as [`ToolCall::context`](super::ToolCall::context). In a
    /// session, a call that a program did not wait for has the value of the program that runs.
    #[must_use]
    pub fn value(mut self, value: Context) -> Self {
        self.value = Some(value);
        self
    }

    /// Returns true if the run has ended, so that none of its calls may be made any more.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::Relaxed)
    }

    /// Returns true if the calls of one run differ from those of another one.
    fn is_own(&self) -> bool {
        self.approver.is_some() || self.recorder.is_some()
    }
}

/// A program that runs. Only until this is dropped may it make calls.
pub(super) struct Running<'a> {
    calls: &'a Calls,
    context: RunContext,
}

impl<'a> Running<'a> {
    pub(super) fn begin(calls: &'a Calls, context: &RunContext) -> Self {
        // A context may be that of several runs.
        let context = RunContext { has_ended: Arc::default(), ..context.clone() };
        calls.set_context(Some(context.clone()));
        Self { calls, context }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if self.context.is_own() {
            self.context.has_ended.store(true, Ordering::Relaxed);
            self.calls.set_context(None);
        }
    }
}

/// Records that a run was cancelled if it is dropped before the end of the run.
pub(super) struct Cancelled(Option<Arc<dyn RunRecorder>>);

impl Cancelled {
    pub(super) fn new(context: &RunContext) -> Self {
        Self(context.recorder.clone())
    }

    pub(super) fn disarm(&mut self) {
        self.0 = None;
    }
}

impl Drop for Cancelled {
    fn drop(&mut self) {
        if let Some(recorder) = self.0.take() {
            recorder.cancelled();
        }
    }
}

/// Records the end of a run.
pub(super) async fn finish(context: &RunContext, mut execution: Execution) -> Execution {
    if let Some(recorder) = &context.recorder
        && let Err(error) = recorder.finished(RunEnd::of(&execution)).await
    {
        execution.record_error = Some(error);
    }
    execution
}
