//! Calls that a sandbox has made and that have not been answered.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use futures_util::future::{AbortHandle, Abortable, Aborted};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use isolet_wire::Value;

use super::capability_table;
use crate::error::Error;
use crate::error::thrown::Thrown;
use crate::limits::quota::{Quota, Reservation};
use crate::rpc::capability::failed;
use crate::rpc::capability::{Answer, Call};
use crate::rpc::promised_answer::PromisedAnswer;
use crate::rpc::stub::Stub;

/// The call, and what it came to.
type Arrived = (u32, Result<Value, Thrown>);
/// An answer, or that it will not come.
pub(super) type Answered = Result<Arrived, Aborted>;
type Pending = Abortable<Pin<Box<dyn Future<Output = Arrived> + Send>>>;

/// Who can answer a call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Others,
    /// An invocation of the sandbox itself.
    Itself,
    /// Whoever answers the call that it came from: a call on an answer, or a loader's,
    /// which waits for a callback.
    Derived,
    /// The host, about the sandbox: nobody's work, and nobody's without the invocation.
    Host,
}

impl Of {
    /// How many sources of an answer outside the sandbox the call adds.
    pub(super) fn outside(self) -> usize {
        usize::from(self != Self::Itself)
    }
}

/// One call that is under way.
pub(super) struct PendingCall {
    pub(super) owner: u32,
    /// Of its arguments.
    pub(super) bytes: u64,
    pub(super) awaited: bool,
    pub(super) of: Of,
    /// Whether it keeps others from being under way.
    pub(super) queued: bool,
    /// What was called or handed on before the answer has come.
    pub(super) promised: Option<Arc<PromisedAnswer>>,
    /// Until when it may go on without the invocation that made it.
    pub(super) deadline: Option<Instant>,
    /// None if the answer is here.
    abort: Option<AbortHandle>,
}

pub(super) struct Calls {
    answers: FuturesUnordered<Pending>,
    /// Answers that were there at once.
    arrived: VecDeque<Arrived>,
    /// What they take.
    arrived_bytes: u64,
    table: BTreeMap<u32, PendingCall>,
    /// Bytes of arguments that are under way.
    pub(super) bytes: u64,
    /// What these and the answers take.
    kept: Reservation,
}

impl Calls {
    /// Those of a sandbox with that quota.
    pub(super) fn new(quota: Option<&Arc<Quota>>) -> Self {
        let kept = quota.map(|quota| Reservation::none(quota, false));
        Self {
            answers: FuturesUnordered::new(),
            arrived: VecDeque::new(),
            arrived_bytes: 0,
            table: BTreeMap::new(),
            bytes: 0,
            kept: kept.unwrap_or_default(),
        }
    }

    /// Reserves what they take now.
    ///
    /// # Errors
    /// The sandbox's tree has no more.
    pub(super) fn cover(&mut self) -> Result<(), Error> {
        self.kept.cover(self.bytes + self.arrived_bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    pub(super) fn are_to_itself(&self) -> bool {
        self.table.values().all(|call| call.of != Of::Others)
    }

    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// It has set off and has not come back.
    pub(super) fn is_under_way(&self, id: u32) -> bool {
        self.table.get(&id).is_some_and(|call| call.abort.is_some())
    }

    pub(super) fn contains(&self, id: u32) -> bool {
        self.table.contains_key(&id)
    }

    /// Takes a call whose answer [`Self::add`] is given later.
    pub(super) fn put(&mut self, id: u32, call: PendingCall) {
        self.bytes += call.bytes;
        self.table.insert(id, call);
    }

    /// Takes an answer that may be there at once: one that is not awaited is then
    /// handed back.
    pub(super) fn add(
        &mut self,
        id: u32,
        mut call: PendingCall,
        answer: Answer,
    ) -> Option<Result<Value, Thrown>> {
        // A defect of one capability is not the end of the sandbox.
        let answer = AssertUnwindSafe(answer)
            .catch_unwind()
            .map(move |answer| (id, answer.unwrap_or_else(|_| Err(Thrown::new(PANICKED)))));
        let mut answer: Pin<Box<dyn Future<Output = Arrived> + Send>> = Box::pin(answer);
        let awaited = call.awaited;
        // Much is answered without waiting. What is not is polled again before
        // the task sleeps, with the task's own waker.
        let arrived = match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(arrived) => Some(arrived),
            Poll::Pending => {
                let (abort, registration) = AbortHandle::new_pair();
                call.abort = Some(abort);
                self.answers.push(Abortable::new(answer, registration));
                None
            }
        };
        self.put(id, call);
        match arrived {
            Some((_, result)) if !awaited => Some(result),
            Some(arrived) => {
                self.arrived_bytes += bytes_of(&arrived.1);
                self.arrived.push_back(arrived);
                None
            }
            None => None,
        }
    }

    pub(super) fn next_arrived(&mut self) -> Option<Arrived> {
        let arrived = self.arrived.pop_front()?;
        self.arrived_bytes -= bytes_of(&arrived.1);
        Some(arrived)
    }

    /// Whether the next answer comes without waiting for anybody.
    pub(super) fn has_arrived(&mut self) -> bool {
        while self.arrived.is_empty() {
            // The task's budget must not make a ready answer look pending.
            let next = tokio::task::coop::unconstrained(self.answers.next());
            match next.now_or_never() {
                Some(Some(Ok(arrived))) => {
                    self.arrived_bytes += bytes_of(&arrived.1);
                    self.arrived.push_back(arrived);
                }
                Some(Some(Err(Aborted))) => {}
                Some(None) | None => return false,
            }
        }
        true
    }

    /// The invocations that wait for an answer.
    pub(super) fn owners(&self) -> BTreeSet<u32> {
        self.table.values().map(|call| call.owner).collect()
    }

    /// Whether so much has arrived, and was not looked at, that more should not
    /// be asked for.
    pub(super) fn are_flooded(&self, bytes: u64) -> bool {
        self.arrived_bytes > bytes
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
    pub(super) fn promised(&mut self, id: u32) -> Option<Arc<PromisedAnswer>> {
        let call = self.table.get_mut(&id)?;
        Some(Arc::clone(call.promised.get_or_insert_with(Arc::default)))
    }

    /// Returns who could have answered it, `None` if it was answered before.
    pub(super) fn abort(&mut self, id: u32) -> Option<Of> {
        let call = self.remove(id)?;
        if let Some(abort) = call.abort {
            abort.abort();
        }
        if let Some(promised) = call.promised {
            let cancelled = Thrown::new("The call was cancelled.");
            promised.settle(Err(cancelled), Reservation::default());
        }
        Some(call.of)
    }

    pub(super) fn get_mut(&mut self, id: u32) -> Option<&mut PendingCall> {
        self.table.get_mut(&id)
    }
}

const PANICKED: &str = "The capability failed: it panicked.";

/// Sends a call. A defect of one capability is not the end of the sandbox.
pub(super) fn send(target: &Stub, call: Call) -> Answer {
    let sent = std::panic::catch_unwind(AssertUnwindSafe(|| target.request(call)));
    sent.unwrap_or_else(|_| failed(Thrown::new(PANICKED)))
}

/// What an answer takes in the host.
pub(super) fn bytes_of(answer: &Result<Value, Thrown>) -> u64 {
    match answer {
        Ok(value) => capability_table::bytes_of(value),
        Err(thrown) => thrown.bytes(),
    }
}

impl PendingCall {
    pub(super) fn new(owner: u32, bytes: u64, awaited: bool) -> Self {
        Self {
            owner,
            bytes,
            awaited,
            of: Of::Others,
            queued: false,
            promised: None,
            deadline: None,
            abort: None,
        }
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
