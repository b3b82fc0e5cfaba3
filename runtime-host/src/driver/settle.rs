//! Ends invocations.

use std::sync::Arc;

use isolet_wire::Value;

use super::call_queue::CallQueue;
use super::state::{Driver, Due};
use super::tails;
use crate::error::{Error, LimitError, LimitKind, Result, exception};
use crate::limits::fuel_account::letting_go;

impl Driver {
    pub(super) fn settle(
        &mut self,
        id: u32,
        result: Result<Result<Value, Value>>,
        waiting: bool,
    ) -> Result<()> {
        let Some(invocation) = self.invocations.get(&id) else { return Ok(()) };
        let result = result?;
        let (Ok(value) | Err(value)) = &result;
        let actual = value.as_bytes().len() as u64;
        let limit = invocation.limits.output_bytes;
        let result = if actual > limit {
            // The sandbox is intact: only this invocation has exceeded its limit.
            Err(LimitError { kind: LimitKind::Output, limit, actual }.into())
        } else {
            result.map_err(|thrown| Error::Exception(exception::thrown(thrown)))
        };
        if let Some(invocation) = self.invocations.get_mut(&id) {
            invocation.settle(result);
            if waiting && invocation.reports_early() {
                invocation.report(self.sandbox.logs().lines(id).to_vec());
            }
        }
        if !waiting {
            self.close(id);
        }
        Ok(())
    }

    /// Closes the invocation and sends its report. Calls that it did not wait for go on
    /// until its deadline.
    pub(super) fn close(&mut self, id: u32) {
        let (lines, uncaught) = self.sandbox.logs().close(id);
        let Some(mut invocation) = self.invocations.remove(&id) else { return };
        self.called_by_itself -= usize::from(invocation.is_called_by(self.mailbox.lineage()));
        self.due.remove(&(invocation.deadline, Due::Invocation(id)));
        for &call in &invocation.calls {
            let Some(orphan) = self.calls.get_mut(call) else { continue };
            // The guest has used an id twice.
            if orphan.owner != id || orphan.deadline.is_some() {
                continue;
            }
            self.open_calls.remove(orphan.of);
            if orphan.of.is_passive() {
                self.calls.abort(call);
                continue;
            }
            orphan.deadline = Some(invocation.deadline);
            self.due.insert((invocation.deadline, Due::Call(call)));
        }
        if !invocation.queue.is_empty() {
            self.left_behind.insert(id, std::mem::take(&mut invocation.queue));
        }
        invocation.close_account();
        invocation.record();
        tails::tell(&self.code, &invocation, &lines, uncaught);
        invocation.report(lines);
    }

    /// Fails the invocation and drops its calls. The guest forgets it next.
    pub(super) fn end(&mut self, id: u32, error: Error) {
        let payer = self.invocations.get(&id).map(|it| Arc::clone(&it.account));
        letting_go(payer.clone(), || self.end_paid(id, error));
        self.forgetting.push_back((id, payer));
    }

    fn end_paid(&mut self, id: u32, error: Error) {
        if let Some(invocation) = self.invocations.get_mut(&id) {
            invocation.settle(Err(error));
            invocation.queue = CallQueue::default();
            for call in std::mem::take(&mut invocation.calls) {
                if let Some(of) = self.calls.abort(call) {
                    self.open_calls.remove(of);
                }
            }
        }
        self.close(id);
        self.waiting.retain(|(waiting, _)| *waiting != id);
    }

    pub(super) fn cancel(&mut self, token: u64) {
        let found = self.invocations.iter_mut().find(|(_, it)| it.token == token);
        let Some((&id, invocation)) = found else { return };
        if self.loaded {
            return self.end(id, Error::Cancelled);
        }
        // It may be the invocation that pays for loading.
        invocation.abandoned = true;
        self.waiting.retain(|(waiting, _)| *waiting != id);
    }
}
