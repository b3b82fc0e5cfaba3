//! The calls of tools that one server has not answered, and the clients of the programs that make them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use rmcp::model::{Extensions, RequestId};
use rmcp::service::InboundStreamOrigin;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::question::{Answer, Asker, Question, Questions};

/// The calls that a server has not answered.
#[derive(Default)]
pub(super) struct Calls(Mutex<State>);

#[derive(Default)]
struct State {
    next: u64,
    calls: BTreeMap<u64, Arc<Call>>,
}

/// A call that has no answer yet.
pub(super) struct Call {
    request: Mutex<Option<RequestId>>,
    questions: Arc<Questions>,
    /// The number of questions that the call waits for.
    asking: watch::Sender<usize>,
    ended: CancellationToken,
}

impl Calls {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a call, until what is returned is dropped. The server may ask from then on.
    pub(super) fn begin(self: &Arc<Self>, questions: Arc<Questions>) -> Calling {
        let call = Arc::new(Call {
            request: Mutex::default(),
            questions,
            asking: watch::Sender::default(),
            ended: CancellationToken::new(),
        });
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        state.calls.insert(number, Arc::clone(&call));
        Calling { calls: Arc::clone(self), number, call }
    }

    /// Finds the run that a request of the server belongs to: that of the call on whose stream it has
    /// come, or else the only one that has calls.
    ///
    /// Errors, with a reason, if there is none or the server does not say which.
    pub(super) fn find(&self, extensions: &Extensions) -> Result<Origin, &'static str> {
        let state = self.state();
        if let Some(InboundStreamOrigin::OutboundRequest(id)) = extensions.get() {
            let call = state.calls.values().find(|call| call.is(id));
            if let Some(call) = call {
                return Ok(Origin(vec![Arc::clone(call)]));
            }
        }
        let calls: Vec<_> = state.calls.values().map(Arc::clone).collect();
        let Some(first) = calls.first() else { return Err("no call of a program waits for it") };
        if calls.iter().any(|call| !Arc::ptr_eq(&call.questions, &first.questions)) {
            return Err("it does not say which of several programs it asks");
        }
        Ok(Origin(calls))
    }
}

impl Call {
    fn is(&self, id: &RequestId) -> bool {
        self.request.lock().unwrap_or_else(PoisonError::into_inner).as_ref() == Some(id)
    }
}

/// A call that the server has not answered until this is dropped.
pub(super) struct Calling {
    calls: Arc<Calls>,
    number: u64,
    call: Arc<Call>,
}

impl Calling {
    /// Says which request the call is.
    pub(super) fn is_request(&self, id: RequestId) {
        *self.call.request.lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
    }

    /// Returns where a question comes from that the server asks as the answer of the call.
    pub(super) fn origin(&self) -> Origin {
        Origin(vec![Arc::clone(&self.call)])
    }

    pub(super) fn questions(&self) -> &Questions {
        &self.call.questions
    }

    /// Ready when the call has taken this long, without the time in which a person is asked.
    pub(super) async fn takes(&self, time: Duration) {
        let mut left = time;
        let mut asking = self.call.asking.subscribe();
        loop {
            // Fails never: the sender is here.
            let _ = asking.wait_for(|count| *count == 0).await;
            let began = Instant::now();
            tokio::select! {
                () = tokio::time::sleep(left) => return,
                _ = asking.wait_for(|count| *count > 0) => {
                    left = left.saturating_sub(began.elapsed());
                }
            }
        }
    }
}

impl Drop for Calling {
    fn drop(&mut self) {
        self.calls.state().calls.remove(&self.number);
        self.call.ended.cancel();
    }
}

/// The calls of one run that a question may come from, at least one.
pub(super) struct Origin(Vec<Arc<Call>>);

impl Origin {
    /// Asks the client of the run. The question is given up when the calls end, or after a time.
    ///
    /// Errors, with a reason, if there is no answer.
    pub(super) async fn ask(
        &self,
        question: Question,
        time: Duration,
    ) -> Result<Answer, &'static str> {
        let Some(first) = self.0.first() else { return Err("no call of a program waits for it") };
        let mut asked = first.questions.ask(Asker::Upstream, question)?;
        let _paused: Vec<_> = self.0.iter().map(|call| Paused::new(&call.asking)).collect();
        let ended = join_all(self.0.iter().map(|call| call.ended.cancelled()));
        tokio::select! {
            biased;
            answer = asked.answer() => answer.ok_or("the client of the program gave no answer"),
            _ = ended => Err("the call has ended"),
            () = tokio::time::sleep(time) => Err("nobody has answered in time"),
        }
    }
}

/// Stops the clock of a call until it is dropped.
struct Paused<'a>(&'a watch::Sender<usize>);

impl<'a> Paused<'a> {
    fn new(asking: &'a watch::Sender<usize>) -> Self {
        asking.send_modify(|count| *count += 1);
        Self(asking)
    }
}

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn the_clock_of_a_call_stands_still_while_it_asks() {
        let calls = Arc::<Calls>::default();
        let calling = calls.begin(Arc::default());
        let paused = Paused::new(&calling.call.asking);
        assert_eq!(calling.takes(Duration::ZERO).now_or_never(), None);
        drop(paused);
        calling.takes(Duration::ZERO).await;
    }

    #[test]
    fn calls_end_when_they_are_dropped() {
        let calls = Arc::<Calls>::default();
        let extensions = Extensions::default();
        assert!(calls.find(&extensions).is_err());
        let (one, two) = (Arc::default(), Arc::default());
        let first = calls.begin(Arc::clone(&one));
        let second = calls.begin(one);
        assert_eq!(calls.find(&extensions).map(|origin| origin.0.len()), Ok(2));
        let other = calls.begin(two);
        assert!(calls.find(&extensions).is_err());
        // It says which call it is of.
        other.is_request(RequestId::Number(7));
        let mut named = Extensions::default();
        named.insert(InboundStreamOrigin::OutboundRequest(RequestId::Number(7)));
        assert_eq!(calls.find(&named).map(|origin| origin.0.len()), Ok(1));
        drop(other);
        assert_eq!(calls.find(&extensions).map(|origin| origin.0.len()), Ok(2));
        let ended = first.call.ended.clone();
        drop((first, second));
        assert!(ended.is_cancelled() && calls.find(&extensions).is_err());
    }
}
