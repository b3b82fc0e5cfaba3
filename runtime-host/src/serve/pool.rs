//! The sandboxes of a service, and the requests that wait for one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Mutex, Notify, OwnedSemaphorePermit, Semaphore};

use super::error::ServeError;
use crate::error::Result as Returned;
use crate::rpc::capability::Calling;
use crate::worker::entrypoint::Entrypoint;

#[derive(Debug)]
pub(super) struct Pool {
    entrypoint: Entrypoint,
    /// The sandboxes, or the number of calls at a time if each has a fresh one.
    count: Option<usize>,
    max_waiting: usize,
    waiting: AtomicUsize,
    sandboxes: Sandboxes,
}

#[derive(Debug)]
enum Sandboxes {
    /// A fresh sandbox for each call.
    Fresh(Arc<Semaphore>),
    Shared(Shared),
}

/// Sandboxes that serve many calls.
#[derive(Debug)]
struct Shared {
    replicas: Vec<Entrypoint>,
    /// The next replica to look at, so that all of them are used.
    next: AtomicUsize,
    /// The holder chooses a sandbox. The lock is fair, so requests are served in their order.
    chooser: Mutex<()>,
    at_rest: Arc<Notify>,
}

/// A place among the calls at a time, free again when it is dropped.
pub(super) type Place = Option<OwnedSemaphorePermit>;

impl Pool {
    pub(super) fn new(entrypoint: Entrypoint, count: Option<usize>, max_waiting: usize) -> Self {
        let sandboxes = if entrypoint.worker().is_fresh() {
            let most = count.unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
            Sandboxes::Fresh(Arc::new(Semaphore::new(most)))
        } else {
            let at_rest = Arc::new(Notify::new());
            let replica = |_| {
                let worker = entrypoint.worker().replica(Some(Arc::clone(&at_rest)));
                entrypoint.of(worker)
            };
            Sandboxes::Shared(Shared {
                replicas: (0..count.unwrap_or(1)).map(replica).collect(),
                next: AtomicUsize::new(0),
                chooser: Mutex::default(),
                at_rest,
            })
        };
        Self { entrypoint, count, max_waiting, waiting: AtomicUsize::new(0), sandboxes }
    }

    pub(super) fn with_sandboxes(&self, count: usize) -> Self {
        Self::new(self.entrypoint.clone(), Some(count), self.max_waiting)
    }

    pub(super) fn with_queue(&self, max_waiting: usize) -> Self {
        Self::new(self.entrypoint.clone(), self.count, max_waiting)
    }

    /// Returns the longest time of a call.
    pub(super) fn wall(&self) -> Duration {
        self.entrypoint.limits().wall
    }

    /// Makes a call as soon as there is a sandbox for it, and returns its answer to come.
    ///
    /// # Errors
    /// Errors if too many calls wait.
    pub(super) async fn call<R: DeserializeOwned + Send + 'static>(
        &self,
        method: &str,
        arguments: impl Serialize,
    ) -> Result<(Calling<Returned<R>>, Place), ServeError> {
        match &self.sandboxes {
            Sandboxes::Fresh(semaphore) => {
                let place = if let Ok(place) = Arc::clone(semaphore).try_acquire_owned() {
                    Some(place)
                } else {
                    let _waiting = self.wait()?;
                    // It is never closed.
                    Arc::clone(semaphore).acquire_owned().await.ok()
                };
                Ok((self.entrypoint.call(method, arguments), place))
            }
            Sandboxes::Shared(shared) => {
                if let Ok(_chooser) = shared.chooser.try_lock()
                    && let Some(replica) = shared.free()
                {
                    return Ok((replica.call(method, arguments), None));
                }
                let _waiting = self.wait()?;
                let _chooser = shared.chooser.lock().await;
                loop {
                    if let Some(replica) = shared.free() {
                        return Ok((replica.call(method, arguments), None));
                    }
                    shared.at_rest.notified().await;
                }
            }
        }
    }

    fn wait(&self) -> Result<Waiting<'_>, ServeError> {
        let waiting = Waiting(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::Relaxed) < self.max_waiting {
            Ok(waiting)
        } else {
            Err(ServeError::QueueFull { limit: self.max_waiting })
        }
    }
}

impl Shared {
    /// Returns a sandbox that is in no turn.
    fn free(&self) -> Option<&Entrypoint> {
        let first = self.next.fetch_add(1, Ordering::Relaxed) % self.replicas.len().max(1);
        let (before, after) = self.replicas.split_at_checked(first)?;
        after.iter().chain(before).find(|replica| !replica.worker().is_busy())
    }
}

/// One of the calls that wait.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
