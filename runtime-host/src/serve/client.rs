//! Clients that leave before they have their response.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use isolet_wire::Value;
use serde::{Serialize, Serializer};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

use super::pool::Place;
use crate::error::thrown::Thrown;
use crate::rpc::capability::{Answer, Calling, Capability, private::no_method};
use crate::rpc::stub::Stub;

/// The time for a handler to end after its client has left.
const GRACE: Duration = Duration::from_secs(1);

/// The maximum number of handlers that have this time. Further ones are cancelled at once.
pub(super) const MAX_LEFT: usize = 1_024;

/// A client that is connected.
pub(super) struct Client(watch::Sender<bool>);

/// The `signal` of a client's request.
#[derive(Clone)]
pub(super) struct Signal(watch::Receiver<bool>);

/// Creates a client and its signal.
pub(super) fn connected() -> (Client, Signal) {
    let (client, signal) = watch::channel(false);
    (Client(client), Signal(signal))
}

impl Client {
    /// Aborts the signal.
    pub(super) fn leaves(self) {
        self.0.send_replace(true);
    }
}

/// As its source, which the worker asks when its `request.signal` is read for the first time.
impl Serialize for Signal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Stub::new(self.clone()).serialize(serializer)
    }
}

impl Capability for Signal {
    fn call(self: Arc<Self>, method: &str, _: Value) -> Answer {
        if method != "aborted" {
            return no_method(method);
        }
        let mut signal = self.0.clone();
        Box::pin(async move {
            if signal.wait_for(|has_left| *has_left).await.is_err() {
                // The client has its response.
                std::future::pending::<()>().await;
            }
            let reason = Thrown::dom_exception("AbortError", "The client has disconnected.");
            Ok(Value::array_of(&[reason.to_value()]))
        })
    }

    fn is_signal(&self) -> bool {
        true
    }
}

/// A call for which a client waits. If it is dropped, the client has left.
pub(super) struct Awaited<T: Send + 'static> {
    /// `None` if the call has been answered.
    call: Option<(Calling<T>, Place, Client)>,
    left: Arc<Semaphore>,
}

impl<T: Send + 'static> Awaited<T> {
    pub(super) fn new(
        call: Calling<T>,
        place: Place,
        client: Client,
        left: &Arc<Semaphore>,
    ) -> Self {
        Self { call: Some((call, place, client)), left: Arc::clone(left) }
    }
}

impl<T: Send + 'static> Future for Awaited<T> {
    type Output = (T, Place, Client);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // It is polled no more once it is ready.
        let Some((call, ..)) = &mut self.call else { return Poll::Pending };
        let answer = ready!(call.as_mut().poll(cx));
        match self.call.take() {
            Some((_, place, client)) => Poll::Ready((answer, place, client)),
            None => Poll::Pending,
        }
    }
}

impl<T: Send + 'static> Drop for Awaited<T> {
    fn drop(&mut self) {
        let Some((call, place, client)) = self.call.take() else { return };
        client.leaves();
        let left = Arc::clone(&self.left).try_acquire_owned();
        if let (Ok(left), Ok(runtime)) = (left, Handle::try_current()) {
            runtime.spawn(async move {
                // Nobody is there for its answer.
                let _ = tokio::time::timeout(GRACE, call).await;
                drop((place, left));
            });
        }
    }
}
