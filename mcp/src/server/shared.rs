//! The state that all connections of a server share.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use isolet::Engine;
use tokio::sync::{Notify, Semaphore, watch};

use super::sessions::Sessions;
use crate::catalog::Catalog;
use crate::settings::{Event, Options};
use crate::upstream::Upstream;

/// The least time between two changes of the tools that clients see.
const CHANGE_TIME: Duration = Duration::from_millis(500);

pub(super) struct Shared {
    pub(super) engine: Engine,
    pub(super) options: Arc<Options>,
    pub(super) upstreams: Vec<Arc<Upstream>>,
    pub(super) runs: Semaphore,
    pub(super) sessions: Sessions,
    pub(super) current: watch::Sender<Arc<Catalog>>,
}

impl Shared {
    /// Returns the catalog. A run keeps the one that it began with.
    pub(super) fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.current.borrow())
    }

    /// Returns a receiver that sees later changes of the catalog.
    pub(super) fn changes(&self) -> watch::Receiver<Arc<Catalog>> {
        self.current.subscribe()
    }

    /// Keeps the catalog up to date for ever.
    pub(super) async fn follow(&self, wake: &Notify) {
        loop {
            wake.notified().await;
            // One that hangs does not keep the news of the others back.
            join_all(self.upstreams.iter().map(|upstream| upstream.refresh())).await;
            match Catalog::new(&self.engine, &self.upstreams, &self.options) {
                Ok(catalog) => {
                    self.current.send_if_modified(|current| {
                        let is_other = current.description != catalog.description;
                        *current = Arc::new(catalog);
                        is_other
                    });
                }
                Err(error) => {
                    // The last catalog stays.
                    let server = "isolet".to_owned();
                    self.options.observe(Event::Failed { server, reason: error.to_string() });
                }
            }
            // A server that reports changes without end has no more effect than this.
            tokio::time::sleep(CHANGE_TIME).await;
        }
    }
}
