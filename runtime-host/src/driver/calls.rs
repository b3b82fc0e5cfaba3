//! The calls that a sandbox has made and that have not been answered.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;

use futures_util::future::{AbortHandle, Abortable, Aborted};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use isolet_wire::Value;

use super::capability_table;
use crate::error::Error;
use crate::error::thrown::Thrown;
use crate::limits::fuel_account::FuelAccount;
use crate::limits::quota::{Quota, Reservation};
use crate::rpc::capability::failed;
use crate::rpc::capability::{Answer, Call};
use crate::rpc::mapper::Mapper;
use crate::rpc::promised_answer::PromisedAnswer;
use crate::rpc::stub::Stub;

/// The id of a call and its result.
type Arrived = (u32, Result<Value, Thrown>);
/// The answer to a call, or an error if the call was aborted.
pub(super) type Answered = Result<Arrived, Aborted>;
type Pending = Abortable<Pin<Box<dyn Future<Output = Arrived> + Send>>>;

/// The party that can answer a call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Others,
    /// An invocation of the same sandbox.
    Itself,
    /// The callee of the call that this one derives from: a call of a promised answer, or
    /// one with a mapper, whose steps may call anybody.
    Derived,
    /// A loader of the sandbox, which waits for its callback.
    Loader,
    /// The host, about the sandbox itself. Nobody works on such a call, and it is aborted
    /// with its invocation.
    Host,
    /// The host, when the caller of the invocation leaves. That changes nothing for whoever
    /// waits for the invocation, and the call is aborted with it.
    Signal,
}

impl Of {
    /// Returns true if nobody works on the call.
    pub(super) fn is_passive(self) -> bool {
        matches!(self, Self::Host | Self::Signal)
    }
}

/// The calls of open invocations that are not surely answered by the sandbox itself.
#[derive(Default)]
pub(super) struct OpenCalls {
    /// The number of those that something outside the sandbox may answer.
    pub(super) outside: usize,
    /// The number of those that are [`Of::Derived`].
    pub(super) derived: usize,
}

impl OpenCalls {
    fn of(&mut self, of: Of) -> Option<&mut usize> {
        match of {
            Of::Itself | Of::Signal => None,
            Of::Derived => Some(&mut self.derived),
            Of::Others | Of::Loader | Of::Host => Some(&mut self.outside),
        }
    }

    pub(super) fn add(&mut self, of: Of) {
        if let Some(count) = self.of(of) {
            *count += 1;
        }
    }

    pub(super) fn remove(&mut self, of: Of) {
        if let Some(count) = self.of(of) {
            *count -= 1;
        }
    }
}

/// A call that has not been answered.
pub(super) struct PendingCall {
    pub(super) owner: u32,
    /// The size of its arguments and path in bytes.
    pub(super) bytes: u64,
    pub(super) awaited: bool,
    pub(super) of: Of,
    /// True if the call takes a slot of its invocation's call queue.
    pub(super) queued: bool,
    /// The promised answer, if the guest calls it or passes it on before it arrives.
    pub(super) promised: Option<Arc<PromisedAnswer>>,
    /// The mapper that is applied to the result, if there is one.
    pub(super) mapper: Option<Arc<Mapper>>,
    /// The time until which the call may go on after its invocation has ended.
    pub(super) deadline: Option<Instant>,
    /// `None` if the call has not been sent or its answer has arrived.
    abort: Option<AbortHandle>,
}

pub(super) struct Calls {
    answers: FuturesUnordered<Pending>,
    /// Answers that have arrived and have not been processed.
    arrived: VecDeque<Arrived>,
    /// The size of `arrived` in bytes.
    arrived_bytes: u64,
    table: BTreeMap<u32, PendingCall>,
    /// The bytes of the arguments and paths of all calls in `table`.
    pub(super) bytes: u64,
    /// The reservation for these bytes and those of the arrived answers.
    kept: Reservation,
}

impl Calls {
    /// Creates the calls of a sandbox with the given quota.
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

    /// Reserves the bytes that the calls and arrived answers take now.
    ///
    /// # Errors
    /// Errors if the quota of the sandbox's tree is exhausted.
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

    /// Returns true if the call has been sent and not yet answered.
    pub(super) fn is_under_way(&self, id: u32) -> bool {
        self.table.get(&id).is_some_and(|call| call.abort.is_some())
    }

    pub(super) fn contains(&self, id: u32) -> bool {
        self.table.contains_key(&id)
    }

    /// Adds a call whose answer is given to [`Self::add`] later.
    pub(super) fn put(&mut self, id: u32, call: PendingCall) {
        self.bytes += call.bytes;
        self.table.insert(id, call);
    }

    /// Adds a call and its answer, and polls the answer once. If the answer is ready and
    /// the call is not awaited, returns the result.
    pub(super) fn add(
        &mut self,
        id: u32,
        mut call: PendingCall,
        answer: Answer,
    ) -> Option<Result<Value, Thrown>> {
        // A panic in one capability must not end the sandbox.
        let answer = AssertUnwindSafe(answer)
            .catch_unwind()
            .map(move |answer| (id, answer.unwrap_or_else(|_| Err(Thrown::new(PANICKED)))));
        let mut answer: Pin<Box<dyn Future<Output = Arrived> + Send>> = Box::pin(answer);
        let awaited = call.awaited;
        // Many answers are ready without waiting. The others are polled again, with the
        // task's own waker, before the task sleeps.
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

    /// Returns true if the next answer is available without waiting.
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

    /// Returns true if no future of an answer has anything to do but to wait.
    pub(super) fn are_at_rest(&mut self) -> bool {
        /// A waker that remembers that it was woken.
        struct Woken(AtomicBool);
        impl Wake for Woken {
            fn wake(self: Arc<Self>) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let woken = Arc::new(Woken(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&woken));
        for _ in 0..POLLS {
            let mut next = tokio::task::coop::unconstrained(self.answers.next());
            match Pin::new(&mut next).poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(Some(Ok(arrived))) => {
                    self.arrived_bytes += bytes_of(&arrived.1);
                    self.arrived.push_back(arrived);
                    return false;
                }
                Poll::Ready(Some(Err(Aborted))) => {}
                Poll::Pending if woken.0.swap(false, Ordering::Relaxed) => {}
                Poll::Ready(None) | Poll::Pending => return true,
            }
        }
        false
    }

    /// Returns the calls that have not been answered, by their ids.
    pub(super) fn pending(&self) -> impl Iterator<Item = (u32, &PendingCall)> {
        self.table.iter().map(|(&id, call)| (id, call))
    }

    /// Returns the invocations that wait for an answer.
    pub(super) fn owners(&self) -> BTreeSet<u32> {
        let calls = self.table.values().filter(|call| call.of != Of::Signal);
        calls.map(|call| call.owner).collect()
    }

    /// Returns true if the arrived answers that are not yet processed exceed `bytes`, so
    /// that no further call should be sent.
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

    /// Returns the promised answer of the pending call `id`.
    pub(super) fn promised(&mut self, id: u32) -> Option<Arc<PromisedAnswer>> {
        let call = self.table.get_mut(&id)?;
        Some(Arc::clone(call.promised.get_or_insert_with(Arc::default)))
    }

    /// Aborts a call. Returns who could have answered it, or `None` if it was answered before.
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

/// The number of polls of the answers' futures before they count as busy.
const POLLS: usize = 64;

/// A mapper, and who pays for its calls.
pub(super) struct Mapping {
    pub(super) mapper: Arc<Mapper>,
    pub(super) payer: Arc<FuelAccount>,
    pub(super) concurrency: u64,
}

const PANICKED: &str = "The capability failed: it panicked.";

/// Sends a call. If it has a mapper, its answer is what the mapper makes of that of the
/// target, or of the call's arguments. A panic in the capability becomes its answer and does
/// not end the sandbox.
pub(super) fn send(target: &Stub, mut call: Call, mapper: Option<Mapping>) -> Answer {
    if let Some(Mapping { mapper, payer, concurrency }) = mapper {
        let number = call.number;
        let list = match call.arguments.take() {
            Some(list) => Box::pin(std::future::ready(Ok(list))),
            None => send(target, call, None),
        };
        return Box::pin(mapper.apply(list, payer, concurrency, number));
    }
    let sent = std::panic::catch_unwind(AssertUnwindSafe(|| target.request(call)));
    sent.unwrap_or_else(|_| failed(Thrown::new(PANICKED)))
}

/// Returns the size of an answer in the host in bytes.
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
            mapper: None,
            deadline: None,
            abort: None,
        }
    }
}

/// Aborts all calls when the sandbox has ended: nobody receives their answers.
impl Drop for Calls {
    fn drop(&mut self) {
        let ids: Vec<u32> = self.table.keys().copied().collect();
        for id in ids {
            self.abort(id);
        }
    }
}
