//! Calls that a sandbox has made and that have not been answered.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::{AbortHandle, Abortable, Aborted};
use futures_util::stream::FuturesUnordered;
use isolet_wire::Value;

use crate::capability::{Answer, Thrown};
use crate::promised::Promised;

/// An answer, or that it will not come.
pub(super) type Answered = Result<(u32, Result<Value, Thrown>), Aborted>;
type Pending = Pin<Box<dyn std::future::Future<Output = Answered> + Send>>;

/// One call that is under way.
pub(super) struct PendingCall {
    pub(super) owner: u32,
    /// Of its arguments.
    pub(super) bytes: u64,
    pub(super) awaited: bool,
    /// What was called or handed on before the answer has come.
    pub(super) promised: Option<Arc<Promised>>,
    /// Until when it may go on without the invocation that made it.
    pub(super) deadline: Option<Instant>,
    abort: AbortHandle,
}

#[derive(Default)]
pub(super) struct Calls {
    answers: FuturesUnordered<Pending>,
    table: BTreeMap<u32, PendingCall>,
    /// Bytes of arguments that are under way.
    pub(super) bytes: u64,
}

impl Calls {
    pub(super) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    pub(super) fn contains(&self, id: u32) -> bool {
        self.table.contains_key(&id)
    }

    pub(super) fn add(&mut self, id: u32, mut call: PendingCall, answer: Answer) {
        // A defect of one capability is not the end of the sandbox.
        let answer = AssertUnwindSafe(answer).catch_unwind().map(move |answer| {
            let panicked = |_| Err(Thrown::new("The capability failed: it panicked."));
            (id, answer.unwrap_or_else(panicked))
        });
        let (abort, registration) = AbortHandle::new_pair();
        call.abort = abort;
        self.bytes += call.bytes;
        self.answers.push(Box::pin(Abortable::new(answer, registration)));
        self.table.insert(id, call);
    }

    pub(super) fn answers(&mut self) -> &mut FuturesUnordered<Pending> {
        &mut self.answers
    }

    pub(super) fn remove(&mut self, id: u32) -> Option<PendingCall> {
        let call = self.table.remove(&id)?;
        self.bytes -= call.bytes;
        Some(call)
    }

    /// What the pending call of that id will come to.
    pub(super) fn promised(&mut self, id: u32) -> Option<Arc<Promised>> {
        let call = self.table.get_mut(&id)?;
        Some(Arc::clone(call.promised.get_or_insert_with(Arc::default)))
    }

    /// False if it was answered before.
    pub(super) fn abort(&mut self, id: u32) -> bool {
        let Some(call) = self.remove(id) else { return false };
        call.abort.abort();
        if let Some(promised) = call.promised {
            promised.settle(Err(Thrown::new("The call was cancelled.")));
        }
        true
    }

    pub(super) fn get_mut(&mut self, id: u32) -> Option<&mut PendingCall> {
        self.table.get_mut(&id)
    }
}

impl PendingCall {
    pub(super) fn new(owner: u32, bytes: u64, awaited: bool) -> Self {
        let (abort, _) = AbortHandle::new_pair();
        Self { owner, bytes, awaited, promised: None, deadline: None, abort }
    }
}

/// The sandbox is gone, and nobody will hear of its calls.
impl Drop for Calls {
    fn drop(&mut self) {
        let ids: Vec<u32> = self.table.keys().copied().collect();
        for id in ids {
            self.abort(id);
        }
    }
}
