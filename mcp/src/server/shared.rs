//! The state that all connections of a server share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use isolet::Engine;
use isolet::code_mode::ToolCall;
use tokio::sync::{Notify, Semaphore, watch};

use super::held::Held;
use super::pending::{Pending, WaitingCall};
use super::sessions::Sessions;
use crate::catalog::Catalog;
use crate::object;
use crate::policy::Policy;
use crate::provider::Provider;
use crate::settings::{Event, Options};
use crate::upstream::List;

/// The least time between two changes of the tools that clients see.
const CHANGE_TIME: Duration = Duration::from_millis(500);

pub(super) struct Shared {
    pub(super) engine: Engine,
    pub(super) options: Arc<Options>,
    pub(super) providers: Vec<Provider>,
    pub(super) runs: Semaphore,
    /// Places for what computes on threads of its own, such as searches.
    pub(super) computing: Semaphore,
    pub(super) sessions: Sessions,
    pub(super) policy: Policy,
    pub(super) pending: Arc<Pending>,
    pub(super) held: Held,
    /// The number of connections, and of addresses that are served over HTTP, until now.
    pub(super) endpoints: AtomicU64,
    /// Places for resources that clients are subscribed to.
    pub(super) watching: Arc<Semaphore>,
    pub(super) current: watch::Sender<Arc<Catalog>>,
    /// The numbers of changes of the lists of resources and prompts.
    pub(super) lists: watch::Sender<(u64, u64)>,
}

impl Shared {
    /// Returns the number of another connection, or of another address that is served over HTTP.
    pub(super) fn next_endpoint(&self) -> u64 {
        self.endpoints.fetch_add(1, Ordering::Relaxed)
    }

    /// Returns the catalog. A run keeps the one that it began with.
    pub(super) fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.current.borrow())
    }

    /// Returns true if a call needs approval.
    pub(super) fn needs_approval(&self, call: &ToolCall) -> bool {
        if let Some(capability) = &call.capability {
            return object::needs_approval(&self.options.objects, &self.policy, call, capability);
        }
        let provider = self.providers.iter().find(|it| it.name() == call.namespace);
        let hints = provider.map(|provider| provider.hints(&call.tool)).unwrap_or_default();
        self.policy.applies(&call.namespace, &call.tool, hints, &call.arguments)
    }

    /// Returns what replaces secrets in texts for people.
    pub(super) fn redactor(&self) -> Option<&isolet_runs::Redactor> {
        self.options.runs.as_ref()?.options().redactor.as_ref()
    }

    /// Says that a call waits.
    pub(super) fn waits(&self, call: &WaitingCall) {
        let WaitingCall { id, server, tool, .. } = call.clone();
        self.options.observe(Event::Waiting { id, server, tool });
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
            join_all(self.providers.iter().map(Provider::refresh)).await;
            let has_news = |list| {
                // Each forgets its news.
                self.providers.iter().filter(|provider| provider.has_news(list)).count() > 0
            };
            let news = (has_news(List::Resources), has_news(List::Prompts));
            if news != (false, false) {
                self.lists.send_modify(|(resources, prompts)| {
                    *resources += u64::from(news.0);
                    *prompts += u64::from(news.1);
                });
            }
            match Catalog::build(&self.engine, &self.providers, &self.options).await {
                Ok(catalog) => {
                    catalog.tell(&self.catalog(), &self.options);
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
