//! A transport whose messages do not pile up before a server that does not read.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use rmcp::RoleClient;
use rmcp::model::JsonRpcMessage;
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// A transport that ends when a server does not read what it is sent. The number of requests is
/// bounded by the programs, and that of answers, which a server asks for by requests such as `ping`,
/// by nobody else.
pub(super) struct Bounded<T> {
    inner: T,
    /// Places for answers and notifications that wait until they are read.
    places: Arc<Semaphore>,
    /// The time within which a message must be read, if it does not include that of its answer.
    time: Option<Duration>,
    /// Cancelled when the server does not read.
    is_stuck: CancellationToken,
}

impl<T> Bounded<T> {
    pub(super) fn new(inner: T, messages: usize, time: Option<Duration>) -> Self {
        let places = Semaphore::new(messages.clamp(1, Semaphore::MAX_PERMITS));
        let is_stuck = CancellationToken::new();
        Self { inner, places: Arc::new(places), time, is_stuck }
    }
}

/// The failure of a message.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unsent<E> {
    #[error(transparent)]
    Transport(E),
    #[error("it does not read what it is sent")]
    Unread,
}

impl<T: Transport<RoleClient>> Transport<RoleClient> for Bounded<T> {
    type Error = Unsent<T::Error>;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let place = match &item {
            JsonRpcMessage::Request(_) => Ok(None),
            _ => Arc::clone(&self.places).try_acquire_owned().map(Some),
        };
        // Many calls that are cancelled at once are no fault of the server's.
        if place.is_err() && !matches!(item, JsonRpcMessage::Notification(_)) {
            self.is_stuck.cancel();
        }
        let sending = place.map(|place| (place, self.inner.send(item)));
        let (time, is_stuck) = (self.time, self.is_stuck.clone());
        async move {
            let (_place, sending) = sending.map_err(|_| Unsent::Unread)?;
            let sent = match time {
                None => sending.await,
                Some(time) => tokio::time::timeout(time, sending).await.map_err(|_| {
                    is_stuck.cancel();
                    Unsent::Unread
                })?,
            };
            sent.map_err(Unsent::Transport)
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleClient>> {
        self.is_stuck.run_until_cancelled(self.inner.receive()).await.flatten()
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.inner.close().await.map_err(Unsent::Transport)
    }
}
