//! The resources of one server that clients are subscribed to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use rmcp::model::{
    ServerNotification, SubscribeRequestParams, SubscriptionFilter, UnsubscribeRequestParams,
};
use rmcp::service::Subscription;
use rmcp::{ErrorData, Peer, RoleClient};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::{SUBSCRIPTION, Upstream};

/// The time after which a subscription that has ended begins again.
const AGAIN: Duration = Duration::from_secs(1);

/// The resources, and the task that tells the server of them.
#[derive(Default)]
pub(super) struct Watched {
    resources: Arc<Resources>,
    follower: Mutex<Option<Follower>>,
}

#[derive(Default)]
struct Resources {
    resources: Mutex<BTreeMap<String, Resource>>,
    /// The number of changes of which resources there are.
    changes: watch::Sender<u64>,
    /// The changes that the server knows of.
    told: watch::Sender<u64>,
}

struct Resource {
    watchers: usize,
    /// True if the server does not say when it changes.
    is_refused: bool,
    /// The number of its changes.
    updates: watch::Sender<u64>,
}

/// A task that ends when this is dropped.
struct Follower(AbortHandle);

impl Drop for Follower {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Watched {
    /// Notes that a resource has changed.
    pub(super) fn updated(&self, uri: &str) {
        self.resources.updated(uri);
    }

    /// Tells a new connection of the resources. What has changed meanwhile is not known, so all have.
    pub(super) fn connected(&self, peer: &Peer<RoleClient>) {
        let resources = Arc::clone(&self.resources);
        for resource in resources.all().values() {
            resource.updates.send_modify(|count| *count += 1);
        }
        let peer = peer.clone();
        let is_old = peer.peer_info().is_some_and(|info| info.protocol_version.has_initialize());
        let task = tokio::spawn(async move {
            if is_old {
                follow_old(&resources, &peer).await;
            } else {
                follow_new(&resources, &peer).await;
            }
        });
        let follower = Follower(task.abort_handle());
        *self.follower.lock().unwrap_or_else(PoisonError::into_inner) = Some(follower);
    }
}

impl Resources {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Resource>> {
        self.resources.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn uris(&self) -> BTreeSet<String> {
        self.all().keys().cloned().collect()
    }

    fn updated(&self, uri: &str) {
        if let Some(resource) = self.all().get(uri) {
            resource.updates.send_modify(|count| *count += 1);
        }
    }

    fn set_refused(&self, uri: &str, is_refused: bool) {
        if let Some(resource) = self.all().get_mut(uri) {
            resource.is_refused = is_refused;
        }
    }

    /// Adds a watcher of a resource. Returns the number of the change.
    fn watch(self: &Arc<Self>, uri: &str) -> (Watching, u64) {
        let updates = {
            let mut all = self.all();
            let resource = all.entry(uri.to_owned()).or_insert_with(|| Resource {
                watchers: 0,
                is_refused: false,
                updates: watch::Sender::default(),
            });
            resource.watchers += 1;
            resource.updates.subscribe()
        };
        self.changes.send_modify(|count| *count += 1);
        let watching = Watching { resources: Arc::clone(self), uri: uri.to_owned(), updates };
        (watching, *self.changes.borrow())
    }
}

/// A resource that is watched until this is dropped.
pub(crate) struct Watching {
    resources: Arc<Resources>,
    uri: String,
    updates: watch::Receiver<u64>,
}

impl Watching {
    /// Waits until the resource changes. Several changes are one if nobody waits. Dropping the future
    /// loses no change.
    pub(crate) async fn changed(&mut self) {
        if self.updates.changed().await.is_err() {
            // The resource is forgotten after this is dropped only.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let mut all = self.resources.all();
        let Some(resource) = all.get_mut(&self.uri) else { return };
        resource.watchers = resource.watchers.saturating_sub(1);
        if resource.watchers == 0 {
            all.remove(&self.uri);
            drop(all);
            self.resources.changes.send_modify(|count| *count += 1);
        }
    }
}

impl Upstream {
    /// Watches a resource.
    ///
    /// Errors if the server does not say when it changes.
    pub(crate) async fn watch(&self, uri: &str) -> Result<Watching, ErrorData> {
        let failed = |reason: &str| {
            ErrorData::internal_error(format!("server {}: {reason}", self.name), None)
        };
        self.connect().await.map_err(|reason| failed(&reason))?;
        let (watching, change) = self.watched.resources.watch(uri);
        let mut told = self.watched.resources.told.subscribe();
        let limit = self.options.limits.call_time;
        let told = tokio::time::timeout(limit, told.wait_for(|told| *told >= change)).await;
        told.map_err(|_| failed(&format!("no answer within {limit:?}")))
            .and_then(|told| told.map(drop).map_err(|_| failed("it has ended")))?;
        let is_refused = watching.resources.all().get(uri).is_some_and(|it| it.is_refused);
        if is_refused {
            return Err(failed("it does not say when this resource changes"));
        }
        Ok(watching)
    }
}

/// Subscribes to each resource by a request, and hears of changes by notifications.
#[expect(deprecated, reason = "it is the way of the protocol of 2025")]
async fn follow_old(resources: &Resources, peer: &Peer<RoleClient>) {
    let mut changes = resources.changes.subscribe();
    let mut known = BTreeSet::new();
    loop {
        let change = *changes.borrow_and_update();
        let wanted = resources.uris();
        for uri in wanted.difference(&known.clone()) {
            let asked = peer.subscribe(SubscribeRequestParams::new(uri));
            let asked = tokio::time::timeout(SUBSCRIPTION, asked).await;
            let is_subscribed = matches!(asked, Ok(Ok(())));
            resources.set_refused(uri, !is_subscribed);
            if is_subscribed {
                known.insert(uri.clone());
            }
        }
        for uri in known.clone().difference(&wanted) {
            let asked = peer.unsubscribe(UnsubscribeRequestParams::new(uri));
            // One that does not answer may report what nobody listens to.
            let _ = tokio::time::timeout(SUBSCRIPTION, asked).await;
            known.remove(uri);
        }
        resources.told.send_replace(change);
        // Fails never: the sender is there.
        let _ = changes.changed().await;
    }
}

/// Subscribes to all resources by one stream, and to others by another stream.
async fn follow_new(resources: &Resources, peer: &Peer<RoleClient>) {
    let mut changes = resources.changes.subscribe();
    let mut stream: Option<Subscription> = None;
    loop {
        let change = *changes.borrow_and_update();
        let wanted = resources.uris();
        let next = if wanted.is_empty() { None } else { listen(peer, &wanted).await };
        let accepted =
            next.as_ref().and_then(|next| next.acknowledged().resource_subscriptions.clone());
        let accepted = accepted.unwrap_or_default();
        for uri in &wanted {
            resources.set_refused(uri, !accepted.contains(uri));
        }
        // The last stream may have said more before it ends.
        while let Some(Some(Ok(Some(said)))) = stream.as_mut().map(|it| it.next().now_or_never()) {
            tell(resources, said);
        }
        stream = next;
        resources.told.send_replace(change);
        if peer.is_transport_closed() {
            return;
        }
        loop {
            let said = async {
                match &mut stream {
                    Some(stream) => stream.next().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                // Fails never: the sender is there.
                _ = changes.changed() => break,
                said = said => {
                    if let Ok(Some(said)) = said {
                        tell(resources, said);
                        continue;
                    }
                    // The server has ended it, or has said more than there is room for.
                    stream = None;
                    tokio::time::sleep(AGAIN).await;
                    for resource in resources.all().values() {
                        resource.updates.send_modify(|count| *count += 1);
                    }
                    break;
                }
            }
        }
    }
}

async fn listen(peer: &Peer<RoleClient>, uris: &BTreeSet<String>) -> Option<Subscription> {
    let filter = SubscriptionFilter::builder().resource_subscriptions(uris).build();
    let stream = tokio::time::timeout(SUBSCRIPTION, peer.listen(filter)).await;
    stream.ok()?.ok()
}

fn tell(resources: &Resources, said: ServerNotification) {
    if let ServerNotification::ResourceUpdatedNotification(updated) = said {
        resources.updated(&updated.params.uri);
    }
}
