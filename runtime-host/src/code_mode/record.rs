//! The record of one call, in the order of what happens to it.

use std::sync::Arc;

use isolet_wire::Value;
use serde_json::Value as Json;

use super::approval::{Approval, Approver};
use super::calls::{Calls, Ended};
use super::context::RunContext;
use super::recorder::{PlannedCall, RecordError, Recording};
use super::tool::ToolCall;
use crate::error::thrown::Thrown;

/// The record of one call.
pub(super) struct Record {
    calls: Arc<Calls>,
    pub(super) context: RunContext,
    number: usize,
    /// The outcome of recording that the call was made, if that is recorded.
    pub(super) planned: Option<Recording>,
}

impl Record {
    pub(super) fn plan(
        context: RunContext,
        calls: &Arc<Calls>,
        namespace: &str,
        tool: &str,
        arguments: Option<&Json>,
        number: usize,
    ) -> Self {
        let planned = context.recorder.as_ref().map(|recorder| {
            let idempotency_key = &calls.key(number);
            let index = number;
            recorder.planned(&PlannedCall { index, namespace, tool, arguments, idempotency_key })
        });
        Self { calls: Arc::clone(calls), context, number, planned }
    }

    /// Waits until the plan is recorded.
    pub(super) async fn wait(&mut self) -> Result<(), Thrown> {
        match self.planned.take() {
            Some(planned) => planned.await.map_err(|error| self.refuse(&error)),
            None => Ok(()),
        }
    }

    /// Returns who decides about a call, if it needs a decision. `general` decides in every run that
    /// has no approver of its own.
    pub(super) fn approver(
        &self,
        general: Option<&Arc<dyn Approver>>,
        call: &ToolCall,
    ) -> Option<Arc<dyn Approver>> {
        let approver = self.context.approver.as_ref().or(general)?;
        approver.is_needed(call).then(|| Arc::clone(approver))
    }

    /// Waits for a decision. The call must not be made if this errors.
    pub(super) async fn decide(
        &mut self,
        approver: &dyn Approver,
        call: &ToolCall,
    ) -> Result<(), Thrown> {
        // The approver may read the record.
        self.wait().await?;
        match approver.approve(call).await {
            Approval::Approved => Ok(()),
            Approval::Rejected(reason) => {
                self.end(Ended::Refused(&reason));
                Err(Thrown::named("RejectedError", reason))
            }
        }
    }

    /// Waits until the start is recorded. The call must not be made if this errors.
    pub(super) async fn start(&mut self) -> Result<(), Thrown> {
        let started = self.context.recorder.as_ref().map(|it| it.started(self.number));
        // Both are on their way.
        self.wait().await?;
        if let Some(started) = started {
            started.await.map_err(|error| self.refuse(&error))?;
        }
        // The program may have ended meanwhile, or while somebody decided.
        if self.context.has_ended() {
            return Err(ended(&self.calls, self.number));
        }
        Ok(())
    }

    pub(super) fn answered(&self, answer: Result<Value, Thrown>) -> Result<Value, Thrown> {
        match &answer {
            Ok(_) => self.end(Ended::Answered),
            Err(thrown) => self.end(Ended::Failed(&thrown.message)),
        }
        answer
    }

    fn refuse(&self, error: &RecordError) -> Thrown {
        let thrown = unrecorded(error);
        self.end(Ended::Refused(&thrown.message));
        thrown
    }

    pub(super) fn end(&self, ended: Ended<'_>) {
        if let Some(recorder) = &self.context.recorder {
            recorder.ended(self.number, ended.shown());
        }
        self.calls.end(self.number, ended);
    }
}

pub(super) fn unrecorded(error: &RecordError) -> Thrown {
    Thrown::named("RecordError", format!("the call was not made: {error}"))
}

/// Records a call that comes after the end of the program that it would belong to.
pub(super) fn ended(calls: &Calls, number: usize) -> Thrown {
    let text = "the call was not made: the program has ended";
    calls.end(number, Ended::Refused(text));
    Thrown::named("Error", text)
}
