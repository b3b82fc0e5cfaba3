//! The clients that are connected.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// The state of one connection.
pub(crate) struct Client {
    pub(crate) peer: Option<IpAddr>,
    pub(crate) is_tls: bool,
    requests: AtomicU64,
    in_flight: AtomicUsize,
    /// The number of the first request that is refused.
    refused_from: AtomicU64,
    is_in_head: AtomicBool,
    /// True if its connection is a WebSocket.
    is_upgraded: AtomicBool,
    /// The last time at which a head began or a response ended.
    changed_at: Mutex<Instant>,
    changed: Notify,
    is_unwanted: AtomicBool,
}

impl Client {
    pub(crate) fn new(peer: Option<IpAddr>, is_tls: bool) -> Self {
        Self {
            peer,
            is_tls,
            requests: AtomicU64::new(0),
            in_flight: AtomicUsize::new(0),
            refused_from: AtomicU64::new(u64::MAX),
            is_in_head: AtomicBool::new(false),
            is_upgraded: AtomicBool::new(false),
            changed_at: Mutex::new(Instant::now()),
            changed: Notify::new(),
            is_unwanted: AtomicBool::new(false),
        }
    }

    fn changed_at(&self) -> MutexGuard<'_, Instant> {
        self.changed_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) {
        *self.changed_at() = Instant::now();
        self.changed.notify_one();
    }

    /// Has the request of that number, and all after it, refused.
    pub(crate) fn refuse_from(&self, number: u64) {
        self.refused_from.fetch_min(number, Ordering::AcqRel);
    }

    /// Records whether the client is sending a head.
    pub(crate) fn in_head(&self, is_in_head: bool) {
        if self.is_in_head.swap(is_in_head, Ordering::AcqRel) != is_in_head {
            self.change();
        }
    }

    /// Records a request, which lasts until the guard is dropped. Also returns true if it must
    /// be refused.
    pub(crate) fn request(self: &Arc<Self>) -> (InFlight, bool) {
        let number = self.requests.fetch_add(1, Ordering::AcqRel);
        self.in_flight.fetch_add(1, Ordering::AcqRel);
        self.change();
        (InFlight(Arc::clone(self)), number >= self.refused_from.load(Ordering::Acquire))
    }

    /// Records that its connection is a WebSocket from now on, and never idle.
    pub(crate) fn upgrade(&self) {
        self.is_upgraded.store(true, Ordering::Release);
    }

    pub(crate) fn is_upgraded(&self) -> bool {
        self.is_upgraded.load(Ordering::Acquire)
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight.load(Ordering::Acquire) == 0 && !self.is_upgraded()
    }

    /// Waits until the client has sent nothing for too long, or its connection is needed for
    /// another.
    pub(crate) async fn is_done(&self, head_timeout: Duration, idle_timeout: Duration) {
        loop {
            if self.is_unwanted.load(Ordering::Acquire) && self.is_idle() {
                return;
            }
            let is_new = self.requests.load(Ordering::Acquire) == 0;
            let is_in_head = self.is_in_head.load(Ordering::Acquire);
            let time = if is_new || is_in_head { head_timeout } else { idle_timeout };
            let left = time.saturating_sub(self.changed_at().elapsed());
            if !self.is_idle() {
                self.changed.notified().await;
            } else if left.is_zero() {
                return;
            } else {
                tokio::select! {
                    () = tokio::time::sleep(left) => {}
                    () = self.changed.notified() => {}
                }
            }
        }
    }
}

/// A request whose response has not ended.
pub(crate) struct InFlight(Arc<Client>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
        self.0.change();
    }
}

/// The clients of a server, of which there is a maximum number.
pub(crate) struct Clients {
    max: usize,
    connected: Mutex<(u64, BTreeMap<u64, Arc<Client>>)>,
}

impl Clients {
    pub(crate) fn new(max: usize) -> Self {
        Self { max, connected: Mutex::default() }
    }

    /// Adds a client, until the guard is dropped. If there are too many, the one that is idle
    /// for longest is told to end. Returns `None` if none is idle.
    pub(crate) fn add(self: &Arc<Self>, client: &Arc<Client>) -> Option<Connected> {
        let mut connected = self.connected.lock().unwrap_or_else(PoisonError::into_inner);
        let (next, clients) = &mut *connected;
        if clients.len() >= self.max {
            let idle = clients.iter().filter(|(_, client)| client.is_idle());
            let (&number, _) = idle.min_by_key(|(_, client)| *client.changed_at())?;
            let longest = clients.remove(&number)?;
            longest.is_unwanted.store(true, Ordering::Release);
            longest.changed.notify_one();
        }
        let number = *next;
        *next += 1;
        clients.insert(number, Arc::clone(client));
        Some(Connected { clients: Arc::clone(self), number })
    }
}

/// A client that is connected.
pub(crate) struct Connected {
    clients: Arc<Clients>,
    number: u64,
}

impl Drop for Connected {
    fn drop(&mut self) {
        let mut connected = self.clients.connected.lock().unwrap_or_else(PoisonError::into_inner);
        connected.1.remove(&self.number);
    }
}
