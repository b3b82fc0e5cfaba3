//! The answer to a call before it has come, and what is already asked of it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use isolet_wire::{Attachment, Value};
use tokio::sync::oneshot;

use crate::capability::{Answer, Call, Thrown, shown};
use crate::claim::{Claim, claim};
use crate::flat;
use crate::ownership::{Holds, Visitor};
use crate::quota::Reservation;
use crate::stub::{Stub, Target};

/// How many answers may lead to one another; more are a circle.
const MAX_CHAIN: usize = 100;

/// How many answers may be within the answers that are within one, those left out that
/// have come with all that is in them. Each answer that comes looks at so many.
const MAX_NESTED: usize = 1_000;

/// What a call will come to. Calls of it wait, and leave in their order when
/// the answer has come.
#[derive(Default)]
pub(crate) struct Promised {
    state: Mutex<State>,
    /// It may come to any value, and not to a stub alone.
    any: AtomicBool,
    /// It has come, and so have all answers in it: it can be in no circle.
    closed: AtomicBool,
}

enum State {
    Waiting(Vec<Asked>),
    Settled {
        result: Arc<Result<Value, Thrown>>,
        /// What it takes.
        _place: Reservation,
    },
}

/// A call that waits for the answer.
struct Asked {
    call: Claim<Call>,
    sender: oneshot::Sender<Answer>,
}

impl Default for State {
    fn default() -> Self {
        Self::Waiting(Vec::new())
    }
}

impl Promised {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As whoever has made the call says.
    pub(crate) fn may_be_any(&self) {
        self.any.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    pub(crate) fn request(self: &Arc<Self>, call: Call) -> Answer {
        let (sender, receiver) = oneshot::channel();
        let (owner, call) = claim(call);
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

    /// Sends what has waited, in order. The answer takes room for as long as
    /// anybody can ask for it.
    pub(crate) fn settle(self: &Arc<Self>, result: Result<Value, Thrown>, place: Reservation) {
        let settled = State::Settled { result: Arc::new(result), _place: place };
        let before = std::mem::replace(&mut *self.state(), settled);
        if self.holds_itself() {
            let circle = "The answer to a call holds itself, or more answers than it may.";
            let circle = Arc::new(Err(Thrown::type_error(circle)));
            *self.state() = State::Settled { result: circle, _place: Reservation::default() };
        }
        let State::Waiting(queue) = before else { return };
        for asked in queue {
            if let Some((answer, sender)) = self.route(asked) {
                let _ = sender.send(answer);
            }
        }
    }

    /// Sends a call to where the answers lead; none if it has to wait there, or
    /// nobody waits for it. Neither takes stack, however many lead to one another.
    fn route(self: &Arc<Self>, asked: Asked) -> Option<(Answer, oneshot::Sender<Answer>)> {
        let mut call = asked.call.take()?;
        let mut this = Arc::clone(self);
        for _ in 0..MAX_CHAIN {
            let result = match &mut *this.state() {
                State::Waiting(queue) => {
                    asked.call.put_back(call);
                    if queue.len() == queue.capacity() {
                        // Those whose callers have gone away, before it grows.
                        queue.retain(|asked| !asked.call.is_void());
                        queue.reserve(queue.len() + 1);
                    }
                    queue.push(asked);
                    return None;
                }
                State::Settled { result, .. } => Arc::clone(result),
            };
            match follow(&result, call) {
                Next::Answer(answer) => return Some((answer, asked.sender)),
                Next::Promised(promised, rest) => (this, call) = (promised, rest),
            }
        }
        let circle = "The answer to a call is itself, or leads from one to another too often.";
        Some((failed(Thrown::type_error(circle)), asked.sender))
    }

    /// Whether it would keep itself for ever, through whatever other answers. Does not
    /// look into those that are closed: they came before this one.
    fn holds_itself(self: &Arc<Self>) -> bool {
        let mut left = self.held();
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
            let held = next.held();
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

    /// The answers that are in this one.
    fn held(&self) -> Vec<Arc<Self>> {
        let state = self.state();
        let State::Settled { result, .. } = &*state else { return Vec::new() };
        let Ok(value) = &**result else { return Vec::new() };
        let promised = |attachment: &Attachment| match attachment.downcast_ref::<Stub>()?.target() {
            Target::Promised(promised) => Some(Arc::clone(promised)),
            _ => None,
        };
        value.capabilities().iter().filter_map(promised).collect()
    }

    /// The stub that it has come to; none if it has not, or is none.
    pub(crate) fn settled(&self) -> Option<Stub> {
        match &*self.state() {
            State::Settled { result, .. } => {
                let value = (**result).as_ref().ok()?;
                value.as_capability().and_then(Stub::from_attachment)
            }
            State::Waiting(_) => None,
        }
    }

    /// The stub that it comes to; none if it is none.
    pub(crate) async fn stub(self: &Arc<Self>) -> Result<Option<Stub>, Thrown> {
        let value = self.request(Call::of(Vec::new(), None)).await?;
        Ok(value.as_capability().and_then(Stub::from_attachment))
    }
}

impl Holds for Promised {
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

impl Drop for Promised {
    fn drop(&mut self) {
        let state = std::mem::take(self.state.get_mut().unwrap_or_else(PoisonError::into_inner));
        let State::Settled { result, .. } = state else { return };
        let value = match Arc::into_inner(result) {
            Some(Ok(value)) => Some(value),
            Some(Err(thrown)) => thrown.into_thrown(),
            None => None,
        };
        if let Some(value) = value {
            flat::drop(value);
        }
    }
}

/// Where a call of an answer goes.
enum Next {
    Answer(Answer),
    /// It is what another call will come to.
    Promised(Arc<Promised>, Call),
}

/// Goes down a path of an answer: through its data here, and from the first
/// stub on over there. Looking through data is paid for by who asks, an operation
/// for each byte.
fn follow(result: &Arc<Result<Value, Thrown>>, mut call: Call) -> Next {
    let value = match &**result {
        Ok(value) => value,
        Err(thrown) => return Next::Answer(failed(thrown.clone())),
    };
    let mut within = None;
    for index in 0..=call.path.len() {
        let value = within.as_ref().unwrap_or(value);
        if let Some(capability) = value.as_capability() {
            let Some(stub) = Stub::from_attachment(capability) else {
                let nothing = Thrown::type_error("There is no such capability.");
                return Next::Answer(failed(nothing));
            };
            call.path.drain(..index);
            return match stub.target() {
                Target::Promised(promised) => Next::Promised(Arc::clone(promised), call),
                // Reading a stub is having it.
                _ if call.path.is_empty() && call.arguments.is_none() => {
                    Next::Answer(Box::pin(std::future::ready(Ok(stub.to_value()))))
                }
                _ => Next::Answer(stub.request(call)),
            };
        }
        if !call.charge(value.as_bytes().len()) {
            return Next::Answer(failed(Thrown::new("There is no fuel left to ask an answer.")));
        }
        let Some(name) = call.path.get(index) else { break };
        match value.property(name) {
            Some(value) => within = Some(value),
            None => return Next::Answer(failed(Thrown::no_method(name))),
        }
    }
    if call.arguments.is_none() {
        if within.is_none() {
            return Next::Answer(Box::pin(std::future::ready(Ok(value.clone()))));
        }
        drop(within);
        // Made anew when it is taken: many may wait for a part of one answer.
        let (result, path) = (Arc::clone(result), call.path);
        return Next::Answer(Box::pin(async move { part(&result, &path) }));
    }
    let name = shown(call.path.last().map_or("default", String::as_str));
    Next::Answer(failed(Thrown::type_error(format!("\"{name}\" is not a function."))))
}

/// What a path leads to, through data alone.
fn part(result: &Result<Value, Thrown>, path: &[String]) -> Result<Value, Thrown> {
    let mut value = result.clone()?;
    for name in path {
        value = value.property(name).ok_or_else(|| Thrown::no_method(name))?;
    }
    Ok(value)
}

pub(crate) fn failed(thrown: Thrown) -> Answer {
    Box::pin(std::future::ready(Err(thrown)))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Weak};

    use isolet_wire::Value;

    use super::{Promised, State};
    use crate::capability::Call;
    use crate::quota::Reservation;

    fn call() -> (Call, Weak<()>) {
        let argument = Arc::new(());
        let known = Arc::downgrade(&argument);
        (Call::method("f", Value::array_of(&[Value::from_capability(argument)])), known)
    }

    #[test]
    fn calls_that_nobody_waits_for_are_gone() {
        let promised = Arc::new(Promised::default());
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
        let promised = Arc::new(Promised::default());
        let (waits, gone) = (promised.request(call().0), promised.request(call().0));
        drop(gone);
        promised.settle(Ok(Value::null()), Reservation::default());
        let refused = waits.await.expect_err("null has no methods");
        assert!(refused.message.contains("does not implement"), "{refused}");
    }
}
