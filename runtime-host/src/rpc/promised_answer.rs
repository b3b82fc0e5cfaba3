//! Promised answers: the answer to a call before it has arrived, and the calls that
//! already wait for it.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use isolet_wire::Value;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::error::thrown::{Thrown, shown};
use crate::limits::lineage::Lineage;
use crate::limits::quota::Reservation;
use crate::rpc::cancel_slot::{CancelSlot, cancel_slot};
use crate::rpc::capability::{Answer, Call, failed};
use crate::rpc::stub::Stub;
use crate::rpc::survey::{Holds, Visitor};
use crate::rpc::target::Target;
use crate::support::iterative_drop;
use crate::support::sync::{AtomicBool, Mutex};

/// The maximum number of answers that may lead to one another. A longer chain counts as a
/// cycle.
const MAX_CHAIN: usize = 100;

/// The maximum number of answers nested in those that one answer holds. Closed answers,
/// which have settled together with everything in them, do not count. Each answer that
/// settles looks at up to this many.
const MAX_NESTED: usize = 1_000;

/// The maximum number of bytes to look through without yielding when an answer settles,
/// if each waiting call looks through the answer once.
const AT_ONCE: usize = 32 << 10;

/// The maximum number of bytes that one call may look through: about 20 ms, and as much
/// again to copy a part. Each name of the path adds the bytes that it looks through. A
/// name that is a reference adds four times the size of the answer.
const MAX_LOOKED_THROUGH: usize = 4 << 20;
/// The same limit for an answer with references.
const MAX_UNTANGLED: usize = 1 << 20;

/// The fuel for looking at a value. This constant and the next two are the host's time at
/// the rate of [`Limits::FUEL_PER_CPU_MS`](crate::Limits).
const LOOKING: usize = 64;
/// The fuel for copying a value.
const COPYING: usize = 256;
/// The fuel for each byte of an answer with references from which a part is copied.
const UNTANGLING: usize = 256;

/// The future result of a call. Calls of it wait in a queue and are sent in order when
/// the answer settles.
#[derive(Default)]
pub(crate) struct PromisedAnswer {
    state: Mutex<State>,
    /// True if it may settle to any value, and not only to a stub.
    any: AtomicBool,
    /// True if it has settled, and so have all answers in it. It can then be part of no cycle.
    closed: AtomicBool,
}

enum State {
    Waiting(Vec<Asked>),
    Settled {
        result: Arc<Result<Value, Thrown>>,
        /// The calls that have yet to be sent. While there are any, new calls queue
        /// behind them.
        left: Option<VecDeque<Asked>>,
        /// The reservation for the result.
        reservation: Reservation,
    },
}

/// A call that waits for the answer.
struct Asked {
    call: CancelSlot<Call>,
    sender: oneshot::Sender<Answer>,
}

impl Default for State {
    fn default() -> Self {
        Self::Waiting(Vec::new())
    }
}

impl PromisedAnswer {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Marks the answer as able to settle to any value, as the sandbox that made the call
    /// has declared it.
    pub(crate) fn may_be_any(&self) {
        self.any.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    pub(crate) fn request(self: &Arc<Self>, call: Call) -> Answer {
        let (sender, receiver) = oneshot::channel();
        let (owner, call) = cancel_slot(call);
        match self.route(Asked { call, sender }) {
            Some((answer, _)) => answer,
            None => Box::pin(async move {
                let answer = receiver.await;
                drop(owner);
                match answer {
                    Ok(answer) => answer.await,
                    Err(_) => {
                        Err(Thrown::new("The call on whose answer this one waited was cancelled."))
                    }
                }
            }),
        }
    }

    /// Settles the answer and sends the waiting calls in order. The answer keeps its
    /// reservation for as long as anybody can call it.
    pub(crate) fn settle(
        self: &Arc<Self>,
        result: Result<Value, Thrown>,
        reservation: Reservation,
    ) {
        let bytes = result.as_ref().map_or(0, |value| value.as_bytes().len());
        let waiting = {
            let mut state = self.state();
            let left = match std::mem::take(&mut *state) {
                State::Waiting(queue) => {
                    Some(queue.into()).filter(|it: &VecDeque<_>| !it.is_empty())
                }
                State::Settled { left, .. } => left,
            };
            let waiting = left.as_ref().map_or(0, VecDeque::len);
            *state = State::Settled { result: Arc::new(result), left, reservation };
            waiting
        };
        if self.holds_itself() {
            let circle = "The answer to a call holds itself, or more answers than it may.";
            let circle = Arc::new(Err(Thrown::type_error(circle)));
            if let State::Settled { result, reservation, .. } = &mut *self.state() {
                (*result, *reservation) = (circle, Reservation::default());
            }
        }
        let runtime = Handle::try_current().ok();
        match runtime.filter(|_| waiting.saturating_mul(bytes) > AT_ONCE) {
            Some(runtime) => {
                runtime.spawn(Arc::clone(self).send_all());
            }
            None => while self.send_next() {},
        }
    }

    /// Sends the waiting calls and yields to other tasks between them, because each may
    /// look through all of a large answer.
    async fn send_all(self: Arc<Self>) {
        while self.send_next() {
            tokio::task::yield_now().await;
        }
    }

    /// Sends the first waiting call. Returns false if there is none. While there is one,
    /// calls made in the meantime queue behind it.
    fn send_next(self: &Arc<Self>) -> bool {
        let (asked, result) = match &mut *self.state() {
            State::Settled { left: Some(left), result, .. } if !left.is_empty() => {
                (left.pop_front(), Arc::clone(result))
            }
            State::Settled { left, .. } => {
                *left = None;
                return false;
            }
            State::Waiting(_) => return false,
        };
        if let Some(asked) = asked
            && let Some((answer, sender)) = self.route_from(asked, Some(result))
        {
            let _ = sender.send(answer);
        }
        true
    }

    /// Sends a call to the target that the answers lead to. Returns `None` if the call
    /// has to wait there, or if nobody waits for it. Uses no stack, however many answers
    /// lead to one another.
    fn route(self: &Arc<Self>, asked: Asked) -> Option<(Answer, oneshot::Sender<Answer>)> {
        self.route_from(asked, None)
    }

    /// Does the same as [`Self::route`]. `known` is the result of this answer, if it is
    /// the call's turn.
    fn route_from(
        self: &Arc<Self>,
        asked: Asked,
        mut known: Option<Arc<Result<Value, Thrown>>>,
    ) -> Option<(Answer, oneshot::Sender<Answer>)> {
        let mut call = asked.call.take()?;
        let mut this = Arc::clone(self);
        for _ in 0..MAX_CHAIN {
            let result = match (known.take(), &mut *this.state()) {
                (Some(result), _) => result,
                (None, State::Settled { left: Some(left), .. }) => {
                    asked.call.put_back(call);
                    left.push_back(asked);
                    return None;
                }
                (None, State::Waiting(queue)) => {
                    asked.call.put_back(call);
                    if queue.len() == queue.capacity() {
                        // Before the queue grows, the calls whose callers have gone away
                        // are removed.
                        queue.retain(|asked| !asked.call.is_void());
                        queue.reserve(queue.len() + 1);
                    }
                    queue.push(asked);
                    return None;
                }
                (None, State::Settled { result, .. }) => Arc::clone(result),
            };
            match follow(&result, call) {
                Next::Answer(answer) => return Some((answer, asked.sender)),
                Next::Promised(promised, rest) => (this, call) = (promised, rest),
            }
        }
        let circle = "The answer to a call is itself, or leads from one to another too often.";
        Some((failed(Thrown::type_error(circle)), asked.sender))
    }

    /// Returns true if the answer would keep itself alive forever, directly or through
    /// other answers. Does not search closed answers: they settled before this one.
    fn holds_itself(self: &Arc<Self>) -> bool {
        let Some(mut left) = self.held() else { return true };
        let most = left.len() + MAX_NESTED;
        let mut met = BTreeSet::new();
        let mut closed = true;
        while let Some(next) = left.pop() {
            if Arc::ptr_eq(&next, self) {
                return true;
            }
            if next.closed.load(Ordering::Acquire) || !met.insert(Arc::as_ptr(&next)) {
                continue;
            }
            closed &= next.has_come();
            let Some(held) = next.held() else { return true };
            if left.len() + met.len() + held.len() > most && !held.is_empty() {
                return true;
            }
            left.extend(held);
        }
        self.closed.store(closed, Ordering::Release);
        false
    }

    fn has_come(&self) -> bool {
        matches!(*self.state(), State::Settled { .. })
    }

    /// Returns the answers in this one, including those in the `props` of an entrypoint.
    /// Returns `None` if there are too many such `props`.
    fn held(&self) -> Option<Vec<Arc<Self>>> {
        let mut found = Vec::new();
        let mut left = match &*self.state() {
            State::Settled { result, .. } => match &**result {
                Ok(value) => vec![value.clone()],
                Err(thrown) => thrown.thrown().cloned().into_iter().collect(),
            },
            State::Waiting(_) => return Some(found),
        };
        let mut props = 0;
        while let Some(value) = left.pop() {
            for attachment in value.capabilities() {
                let Some(stub) = attachment.downcast_ref::<Stub>() else { continue };
                if let Target::Promised(promised) = stub.target() {
                    found.push(Arc::clone(promised));
                } else if let Some(more) = stub.props() {
                    props += 1;
                    left.push(more);
                }
                if props > MAX_NESTED {
                    return None;
                }
            }
        }
        Some(found)
    }

    /// Shows the calls of a sandbox that wait for the answer.
    pub(crate) fn waiting(&self, caller: &Lineage, mut look: impl FnMut(&Call)) {
        let State::Waiting(queue) = &*self.state() else { return };
        for asked in queue {
            asked.call.peek(|call| {
                if call.payer.as_ref().is_some_and(|payer| payer.is_of(caller)) {
                    look(call);
                }
            });
        }
    }

    /// Returns the stub that it has settled to. Returns `None` if it has not settled, or
    /// has settled to another value.
    pub(crate) fn settled(&self) -> Option<Stub> {
        match &*self.state() {
            State::Settled { result, .. } => {
                let value = (**result).as_ref().ok()?;
                value.as_capability().and_then(Stub::from_attachment)
            }
            State::Waiting(_) => None,
        }
    }

    /// Waits for the answer and returns its stub. Returns `None` if it settles to another
    /// value.
    pub(crate) async fn stub(self: &Arc<Self>) -> Result<Option<Stub>, Thrown> {
        let value = self.request(Call::of(Vec::new(), None)).await?;
        Ok(value.as_capability().and_then(Stub::from_attachment))
    }
}

impl Holds for PromisedAnswer {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        if let State::Settled { result, .. } = &*self.state() {
            visitor.shared(result);
        }
    }
}

impl Holds for Result<Value, Thrown> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        match self {
            Ok(value) => visitor.value(value),
            Err(thrown) => thrown.thrown().into_iter().for_each(|value| visitor.value(value)),
        }
    }
}

impl Drop for PromisedAnswer {
    fn drop(&mut self) {
        let state = std::mem::take(self.state.get_mut().unwrap_or_else(PoisonError::into_inner));
        let State::Settled { result, .. } = state else { return };
        let value = match Arc::into_inner(result) {
            Some(Ok(value)) => Some(value),
            Some(Err(thrown)) => thrown.into_thrown(),
            None => None,
        };
        if let Some(value) = value {
            iterative_drop::drop(value);
        }
    }
}

/// The destination of a call of an answer.
enum Next {
    Answer(Answer),
    /// The answer is itself the result of another call.
    Promised(Arc<PromisedAnswer>, Call),
}

/// Follows the path of a call into an answer. Data is looked through here. From the first
/// stub on, the call goes to the stub's target. The caller pays for looking through data.
fn follow(result: &Arc<Result<Value, Thrown>>, mut call: Call) -> Next {
    let value = match &**result {
        Ok(value) => value,
        Err(thrown) => return Next::Answer(failed(thrown.clone())),
    };
    let mut part = value.whole();
    let mut looked_through = 0;
    let most = if value.has_refs() { MAX_UNTANGLED } else { MAX_LOOKED_THROUGH };
    for index in 0..=call.path.len() {
        if let Some(capability) = part.as_capability() {
            let Some(stub) = Stub::from_attachment(capability) else {
                let nothing = Thrown::type_error("There is no such capability.");
                return Next::Answer(failed(nothing));
            };
            call.path.drain(..index);
            return match stub.target() {
                Target::Promised(promised) => Next::Promised(Arc::clone(promised), call),
                // A read of the stub itself returns the stub.
                _ if call.path.is_empty() && call.arguments.is_none() => {
                    Next::Answer(Box::pin(std::future::ready(Ok(stub.to_value()))))
                }
                _ => Next::Answer(stub.request(call)),
            };
        }
        let Some(name) = call.path.get(index) else { break };
        let (bytes, steps) = (part.bytes_ahead(), part.steps());
        if looked_through + bytes > most {
            return Next::Answer(failed(too_large(value, most)));
        }
        if !call.charge(bytes) {
            return Next::Answer(failed(Thrown::new(NO_FUEL)));
        }
        let is_there = part.enter(name);
        let steps = part.steps() - steps;
        looked_through += bytes.max(steps);
        if !call.charge(steps * LOOKING) {
            return Next::Answer(failed(Thrown::new(NO_FUEL)));
        }
        if !is_there {
            return Next::Answer(failed(Thrown::no_method(name)));
        }
    }
    if call.arguments.is_none() {
        if call.path.is_empty() {
            return Next::Answer(Box::pin(std::future::ready(Ok(value.clone()))));
        }
        let bytes = value.as_bytes().len();
        if value.has_refs() && bytes > most {
            return Next::Answer(failed(too_large(value, most)));
        }
        let cost = if value.has_refs() { bytes * UNTANGLING } else { part.values() * COPYING };
        // Copying follows the path once more.
        if !call.charge(bytes + part.steps() * LOOKING + cost) {
            return Next::Answer(failed(Thrown::new(NO_FUEL)));
        }
        // Copied when the future is polled: many calls may wait for a part of one answer.
        let (result, path) = (Arc::clone(result), call.path);
        return Next::Answer(Box::pin(async move { copied(&result, &path) }));
    }
    let name = shown(call.path.last().map_or("default", String::as_str));
    Next::Answer(failed(Thrown::type_error(format!("\"{name}\" is not a function."))))
}

const NO_FUEL: &str = "There is no fuel left to ask an answer.";

fn too_large(value: &Value, most: usize) -> Thrown {
    Thrown::type_error(format!(
        "The answer, of {} bytes, is too large to be asked before it has come: at most {most} \
         bytes are looked through for a call. Await it first.",
        value.as_bytes().len()
    ))
}

/// Copies the data at a path.
fn copied(result: &Result<Value, Thrown>, path: &[String]) -> Result<Value, Thrown> {
    let value = result.as_ref().map_err(Clone::clone)?;
    let mut part = value.whole();
    match path.iter().find(|name| !part.enter(name)) {
        Some(name) => Err(Thrown::no_method(name)),
        None => Ok(part.to_value()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Weak};

    use isolet_wire::Value;

    use super::{PromisedAnswer, State};
    use crate::limits::quota::Reservation;
    use crate::rpc::capability::Call;

    fn call() -> (Call, Weak<()>) {
        let argument = Arc::new(());
        let known = Arc::downgrade(&argument);
        (Call::method("f", Value::array_of(&[Value::from_capability(argument)])), known)
    }

    #[test]
    fn calls_that_nobody_waits_for_are_gone() {
        let promised = Arc::new(PromisedAnswer::default());
        let (first, kept) = call();
        let waits = promised.request(first);
        for _ in 0..10_000 {
            let (call, gone) = call();
            drop(promised.request(call));
            assert!(gone.upgrade().is_none());
        }
        assert!(kept.upgrade().is_some());
        let State::Waiting(queue) = &*promised.state() else { panic!("it has settled") };
        assert!(queue.len() < 100, "{}", queue.len());
        drop(waits);
        assert!(kept.upgrade().is_none());
    }

    #[tokio::test]
    async fn calls_that_somebody_waits_for_are_sent_when_the_answer_comes() {
        let promised = Arc::new(PromisedAnswer::default());
        let (waits, gone) = (promised.request(call().0), promised.request(call().0));
        drop(gone);
        promised.settle(Ok(Value::null()), Reservation::default());
        let refused = waits.await.expect_err("null has no methods");
        assert!(refused.message.contains("does not implement"), "{refused}");
    }
}
