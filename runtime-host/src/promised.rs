//! The answer to a call before it has come, and what is already asked of it.

use std::sync::{Arc, Mutex, PoisonError};

use isolet_wire::Value;
use tokio::sync::oneshot;

use crate::capability::{Answer, Call, Thrown};
use crate::stub::Stub;

/// What a call will come to. Calls of it wait, and leave in their order when
/// the answer has come.
#[derive(Default)]
pub(crate) struct Promised(Mutex<State>);

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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn request(self: &Arc<Self>, call: Call) -> Answer {
        let mut state = self.state();
        match &mut *state {
            State::Waiting(queue) => {
                let (sender, receiver) = oneshot::channel();
                queue.push((call, sender));
                Box::pin(async move {
                    match receiver.await {
                        Ok(answer) => answer.await,
                        Err(_) => Err(Thrown::new(
                            "The call on whose answer this one waited was cancelled.",
                        )),
                    }
                })
            }
            State::Settled(result) => {
                let result = result.clone();
                drop(state);
                follow(&result, call)
            }
        }
    }

    /// Sends what has waited, in order.
    pub(crate) fn settle(&self, result: Result<Value, Thrown>) {
        let before = std::mem::replace(&mut *self.state(), State::Settled(result.clone()));
        let State::Waiting(queue) = before else { return };
        for (call, sender) in queue {
            // A caller that has gone away is not called for.
            if !sender.is_closed() {
                let _ = sender.send(follow(&result, call));
            }
        }
    }

    /// The stub that it comes to; none if it is none.
    pub(crate) async fn stub(self: &Arc<Self>) -> Option<Stub> {
        let value = self.request(Call::of(Vec::new(), None)).await.ok()?;
        value.as_capability().and_then(Stub::from_attachment)
    }
}

/// Goes down a path of an answer: through its data here, and from the first
/// stub on over there.
fn follow(result: &Result<Value, Thrown>, mut call: Call) -> Answer {
    let mut value = match result {
        Ok(value) => value.clone(),
        Err(thrown) => return failed(thrown.clone()),
    };
    for index in 0..=call.path.len() {
        if let Some(capability) = value.as_capability() {
            let stub = Stub::from_attachment(capability);
            call.path.drain(..index);
            return match stub {
                // Reading a stub is having it.
                Some(_) if call.path.is_empty() && call.arguments.is_none() => {
                    Box::pin(std::future::ready(Ok(value)))
                }
                Some(stub) => stub.request(call),
                None => failed(Thrown::type_error("There is no such capability.")),
            };
        }
        let Some(name) = call.path.get(index) else { break };
        value = match value.property(name) {
            Some(value) => value,
            None => return failed(Thrown::no_method(name)),
        };
    }
    if call.arguments.is_none() {
        return Box::pin(std::future::ready(Ok(value)));
    }
    let name = call.path.last().map_or("default", String::as_str).escape_debug().to_string();
    failed(Thrown::type_error(format!("\"{name}\" is not a function.")))
}

pub(crate) fn failed(thrown: Thrown) -> Answer {
    Box::pin(std::future::ready(Err(thrown)))
}
