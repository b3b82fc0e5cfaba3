//! Subscriptions of clients to single resources.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use rmcp::model::{ResourceUpdatedNotificationParam, SubscriptionFilter};
use rmcp::service::{SubscriptionSendError, SubscriptionSink};
use rmcp::{ErrorData, Peer, RoleServer};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;

use super::handler::SESSION_CHECK;
use super::shared::Shared;
use crate::upstream::Watching;

/// The most resources that one client is subscribed to.
const MAX: usize = 64;
/// The most bytes of the address of a resource.
const MAX_URI: usize = 4 << 10;
/// The least time between two notifications of one resource. Changes between them are one.
const INTERVAL: Duration = Duration::from_millis(100);

/// A resource of some server that is watched until this is dropped.
struct Watched {
    watching: Watching,
    _place: OwnedSemaphorePermit,
}

impl Watched {
    /// Waits until the resource changes, as [`Watching::changed`] does.
    async fn changed(&mut self) {
        self.watching.changed().await;
    }
}

impl Shared {
    /// Watches a resource.
    ///
    /// Errors if there is no such resource, if its server does not say when it changes, or if too many are
    /// watched.
    async fn watch(&self, uri: &str) -> Result<Watched, ErrorData> {
        let found = self.resource(uri).filter(|_| uri.len() <= MAX_URI);
        let Some((server, own)) = found else {
            return Err(ErrorData::resource_not_found("there is no such resource", None));
        };
        if !server.has_updates() {
            let text = format!("server {}: it does not say when resources change", server.name());
            return Err(ErrorData::invalid_params(text, None));
        }
        let place = Arc::clone(&self.watching).try_acquire_owned();
        let place = place.map_err(|_| too_many())?;
        Ok(Watched { watching: server.watch(own).await?, _place: place })
    }
}

fn too_many() -> ErrorData {
    ErrorData::invalid_request("there are too many subscriptions", None)
}

/// The subscriptions of one client of the protocol of 2025.
#[derive(Default)]
pub(super) struct Subscriptions(Mutex<BTreeMap<String, Task>>);

/// A task that ends when this is dropped.
struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Subscriptions {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Task>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns true if there is one of this resource. Errors if there is none, and no room for one.
    fn has(&self, uri: &str) -> Result<bool, ErrorData> {
        let all = self.all();
        let has = all.contains_key(uri);
        if has || all.len() < MAX { Ok(has) } else { Err(too_many()) }
    }

    /// Tells a client of the changes of a resource, until it is gone.
    pub(super) async fn add(
        &self,
        shared: &Shared,
        uri: String,
        client: Peer<RoleServer>,
        gone: CancellationToken,
    ) -> Result<(), ErrorData> {
        if self.has(&uri)? {
            return Ok(());
        }
        let mut watched = shared.watch(&uri).await?;
        let param = ResourceUpdatedNotificationParam::new(uri.clone());
        let telling = async move {
            // Nothing else says that a session over HTTP has ended.
            while !client.is_transport_closed() {
                let changed = tokio::time::timeout(SESSION_CHECK, watched.changed());
                if changed.await.is_ok() {
                    if client.notify_resource_updated(param.clone()).await.is_err() {
                        break;
                    }
                    tokio::time::sleep(INTERVAL).await;
                }
            }
        };
        let task = tokio::spawn(gone.run_until_cancelled_owned(telling));
        let task = Task(task.abort_handle());
        // Others may have been added meanwhile.
        if !self.has(&uri)? {
            self.all().insert(uri, task);
        }
        Ok(())
    }

    pub(super) fn remove(&self, uri: &str) {
        self.all().remove(uri);
    }
}

/// Returns the resources that a client of the protocol of 2026 is told of.
pub(super) fn accepted(shared: &Shared, requested: &SubscriptionFilter) -> Vec<String> {
    let can = |uri: &&String| {
        uri.len() <= MAX_URI && shared.resource(uri).is_some_and(|(server, _)| server.has_updates())
    };
    let requested = requested.resource_subscriptions.iter().flatten();
    requested.filter(can).take(MAX).cloned().collect()
}

/// Tells a client of the protocol of 2026 of the changes of its resources, for ever or until it is gone.
pub(super) async fn tell(shared: &Shared, sink: &SubscriptionSink) {
    let uris = sink.accepted().resource_subscriptions.clone().unwrap_or_default();
    if uris.is_empty() {
        return std::future::pending().await;
    }
    let telling = uris.iter().map(|uri| async move {
        // One that cannot be watched does not change, as far as the client hears.
        let Ok(mut watched) = shared.watch(uri).await else { return std::future::pending().await };
        // The client knows of the subscription already, so a change until now is told as one of now.
        loop {
            let told = sink.notify_resource_updated(uri.clone()).await;
            if let Err(SubscriptionSendError::SubscriptionClosed) = told {
                return;
            }
            tokio::time::sleep(INTERVAL).await;
            watched.changed().await;
        }
    });
    join_all(telling).await;
}
