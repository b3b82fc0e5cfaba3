//! The answer to a call before it has come, and what is already asked of it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use isolet_wire::{Attachment, Value};
use tokio::sync::oneshot;

use crate::capability::{Answer, Call, Thrown};
use crate::flat;
use crate::stub::{Stub, Target};

/// How many answers may lead to one another; more are a circle.
const MAX_CHAIN: usize = 100;

/// How many answers may be within the answers that are within one.
const MAX_NESTED: usize = 10_000;

/// What a call will come to. Calls of it wait, and leave in their order when
/// the answer has come.
#[derive(Default)]
pub(crate) struct Promised {
    state: Mutex<State>,
    /// It may come to any value, and not to a stub alone.
    any: AtomicBool,
}

enum State {
    Waiting(Vec<(Call, oneshot::Sender<Answer>)>),
    Settled(Result<Value, Thrown>),
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
        match self.route(call, sender) {
            Some((answer, _)) => answer,
            None => Box::pin(async move {
                match receiver.await {
                    Ok(answer) => answer.await,
                    Err(_) => {
                        Err(Thrown::new("The call on whose answer this one waited was cancelled."))
                    }
                }
            }),
        }
    }

    /// Sends what has waited, in order.
    pub(crate) fn settle(self: &Arc<Self>, result: Result<Value, Thrown>) {
        let before = std::mem::replace(&mut *self.state(), State::Settled(result));
        if self.holds_itself() {
            let circle = "The answer to a call holds itself, or more answers than it may.";
            *self.state() = State::Settled(Err(Thrown::type_error(circle)));
        }
        let State::Waiting(queue) = before else { return };
        for (call, sender) in queue {
            // A caller that has gone away is not called for.
            if !sender.is_closed()
                && let Some((answer, sender)) = self.route(call, sender)
            {
                let _ = sender.send(answer);
            }
        }
    }

    /// Sends a call to where the answers lead; none if it has to wait there.
    /// Neither takes stack, however many lead to one another.
    fn route(
        self: &Arc<Self>,
        mut call: Call,
        sender: oneshot::Sender<Answer>,
    ) -> Option<(Answer, oneshot::Sender<Answer>)> {
        let mut this = Arc::clone(self);
        for _ in 0..MAX_CHAIN {
            let result = match &mut *this.state() {
                State::Waiting(queue) => {
                    queue.push((call, sender));
                    return None;
                }
                State::Settled(result) => result.clone(),
            };
            match follow(result, call) {
                Next::Answer(answer) => return Some((answer, sender)),
                Next::Promised(promised, rest) => (this, call) = (promised, rest),
            }
        }
        let circle = "The answer to a call is itself, or leads from one to another too often.";
        Some((failed(Thrown::type_error(circle)), sender))
    }

    /// Whether it would keep itself for ever, through whatever other answers.
    fn holds_itself(self: &Arc<Self>) -> bool {
        let mut left = self.held();
        let mut met = BTreeSet::new();
        while let Some(next) = left.pop() {
            if Arc::ptr_eq(&next, self) {
                return true;
            }
            if !met.insert(Arc::as_ptr(&next)) {
                continue;
            }
            let held = next.held();
            if left.len() + met.len() + held.len() > MAX_NESTED && !held.is_empty() {
                return true;
            }
            left.extend(held);
        }
        false
    }

    /// The answers that are in this one.
    fn held(&self) -> Vec<Arc<Self>> {
        let State::Settled(Ok(value)) = &*self.state() else { return Vec::new() };
        let promised = |attachment: &Attachment| match attachment.downcast_ref::<Stub>()?.target() {
            Target::Promised(promised) => Some(Arc::clone(promised)),
            _ => None,
        };
        value.capabilities().iter().filter_map(promised).collect()
    }

    /// The stub that it has come to; none if it has not, or is none.
    pub(crate) fn settled(&self) -> Option<Stub> {
        match &*self.state() {
            State::Settled(Ok(value)) => value.as_capability().and_then(Stub::from_attachment),
            _ => None,
        }
    }

    /// The stub that it comes to; none if it is none.
    pub(crate) async fn stub(self: &Arc<Self>) -> Result<Option<Stub>, Thrown> {
        let value = self.request(Call::of(Vec::new(), None)).await?;
        Ok(value.as_capability().and_then(Stub::from_attachment))
    }
}

impl Drop for Promised {
    fn drop(&mut self) {
        let state = std::mem::take(self.state.get_mut().unwrap_or_else(PoisonError::into_inner));
        match state {
            State::Waiting(queue) => {
                queue.into_iter().filter_map(|(call, _)| call.arguments).for_each(flat::drop);
            }
            State::Settled(Ok(value)) => flat::drop(value),
            State::Settled(Err(thrown)) => {
                if let Some(value) = thrown.into_thrown() {
                    flat::drop(value);
                }
            }
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
/// stub on over there.
fn follow(result: Result<Value, Thrown>, mut call: Call) -> Next {
    let mut value = match result {
        Ok(value) => value,
        Err(thrown) => return Next::Answer(failed(thrown)),
    };
    for index in 0..=call.path.len() {
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
                    Next::Answer(Box::pin(std::future::ready(Ok(value))))
                }
                _ => Next::Answer(stub.request(call)),
            };
        }
        let Some(name) = call.path.get(index) else { break };
        value = match value.property(name) {
            Some(value) => value,
            None => return Next::Answer(failed(Thrown::no_method(name))),
        };
    }
    if call.arguments.is_none() {
        return Next::Answer(Box::pin(std::future::ready(Ok(value))));
    }
    let name = call.path.last().map_or("default", String::as_str).escape_debug().to_string();
    Next::Answer(failed(Thrown::type_error(format!("\"{name}\" is not a function."))))
}

pub(crate) fn failed(thrown: Thrown) -> Answer {
    Box::pin(std::future::ready(Err(thrown)))
}
