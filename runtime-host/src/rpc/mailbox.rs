//! Mailboxes, which lead to sandboxes that are driven elsewhere.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, Weak};

use tokio::sync::{Notify, mpsc, oneshot};

use crate::error::Result;
use crate::limits::Limits;
use crate::limits::fuel_account::{FuelAccount, who_lets_go};
use crate::limits::lineage::Lineage;
use crate::limits::stats::WorkerStats;
use crate::rpc::request::{Command, Request};
use crate::rpc::survey::{Survey, Surveyed, Visitor};
use crate::support::sync::{AtomicBool, AtomicU64, Mutex};

/// The mailbox of a driver. It keeps nothing alive: a [`Hold`] does.
#[derive(Clone)]
pub(crate) struct Mailbox(Arc<Inner>);

struct Inner {
    commands: mpsc::UnboundedSender<Command>,
    hold: Mutex<Weak<Hold>>,
    /// The number of requests so far.
    requests: AtomicU64,
    /// The exported objects that nobody holds any more.
    released: Mutex<Vec<Released>>,
    /// False if there are none. A driver asks twice for each event.
    has_released: AtomicBool,
    lineage: Lineage,
    limits: Limits,
    /// True if a hold was dropped since the driver last looked.
    is_suspect: AtomicBool,
    /// The number of requests that the driver has taken.
    taken: AtomicU64,
    /// True while the driver is at work on an event.
    is_at_work: AtomicBool,
    at_rest: AtRest,
}

/// The receiver that is told each time the driver comes to rest or ends, if there is one.
pub(crate) type AtRest = Option<Arc<Notify>>;

/// An exported object that nobody holds any more.
struct Released {
    number: u32,
    /// The number of requests that went before.
    requests: u64,
    /// The invocation that released it last. `None` if the embedder did.
    payer: Option<Arc<FuelAccount>>,
}

/// A hold on a sandbox. As long as one exists, the sandbox waits for calls.
pub(crate) struct Hold(Mailbox);

impl Hold {
    /// Names the sandbox to a survey.
    pub(crate) fn visit(self: &Arc<Self>, visitor: &mut Visitor<'_>) {
        visitor.hold(self, || Arc::new(self.mailbox().clone()));
    }

    pub(crate) fn mailbox(&self) -> &Mailbox {
        &self.0
    }
}

/// A hold that may be kept for long, for example by a stub. When it is dropped and other
/// holds remain, those may belong to nobody but the sandbox itself.
#[derive(Clone)]
pub(crate) struct StubHold(Arc<Hold>);

impl StubHold {
    pub(crate) fn of(hold: Arc<Hold>) -> Self {
        Self(hold)
    }

    pub(crate) fn shared(&self) -> &Arc<Hold> {
        &self.0
    }
}

impl Drop for StubHold {
    fn drop(&mut self) {
        let Mailbox(inner) = self.0.mailbox();
        if Arc::strong_count(&self.0) > 1 && !inner.is_suspect.swap(true, Ordering::AcqRel) {
            self.0.mailbox().send(Command::LetGo);
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.send(Command::Unheld);
    }
}

impl Mailbox {
    pub(crate) fn new(
        commands: mpsc::UnboundedSender<Command>,
        lineage: Lineage,
        limits: Limits,
        at_rest: AtRest,
    ) -> Self {
        Self(Arc::new(Inner {
            commands,
            hold: Mutex::default(),
            requests: AtomicU64::new(0),
            released: Mutex::default(),
            has_released: AtomicBool::new(false),
            lineage,
            limits,
            is_suspect: AtomicBool::new(false),
            taken: AtomicU64::new(0),
            is_at_work: AtomicBool::new(false),
            at_rest,
        }))
    }

    /// Returns true if the driver is at work on an event, or has requests that it has not
    /// taken.
    pub(crate) fn is_busy(&self) -> bool {
        let Inner { requests, taken, is_at_work, .. } = &*self.0;
        let is_behind = taken.load(Ordering::Acquire) != requests.load(Ordering::Acquire);
        !self.is_closed() && (is_behind || is_at_work.load(Ordering::Acquire))
    }

    /// Records that the driver begins to work on an event.
    pub(crate) fn begin_work(&self) {
        self.0.is_at_work.store(true, Ordering::Release);
    }

    /// Records that the driver has come to rest after `taken` requests, or has ended.
    pub(crate) fn end_work(&self, taken: u64) {
        self.0.taken.store(taken, Ordering::Release);
        self.0.is_at_work.store(false, Ordering::Release);
        if let Some(at_rest) = &self.0.at_rest {
            at_rest.notify_one();
        }
    }

    /// Returns true if both lead to the same sandbox.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Returns the hold that keeps the sandbox alive, if there is one.
    pub(crate) fn known_hold(&self) -> Option<Arc<Hold>> {
        self.0.hold.lock().unwrap_or_else(PoisonError::into_inner).upgrade()
    }

    /// Returns true if a hold was dropped since the last call of this method.
    pub(crate) fn take_suspicion(&self) -> bool {
        self.0.is_suspect.load(Ordering::Relaxed) && self.0.is_suspect.swap(false, Ordering::AcqRel)
    }

    /// Returns a hold that keeps the sandbox alive, if it still lives.
    pub(crate) fn hold(&self) -> Arc<Hold> {
        let mut known = self.0.hold.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(hold) = known.upgrade() {
            return hold;
        }
        let hold = Arc::new(Hold(self.clone()));
        *known = Arc::downgrade(&hold);
        hold
    }

    pub(crate) fn is_held(&self) -> bool {
        let known = self.0.hold.lock().unwrap_or_else(PoisonError::into_inner);
        known.strong_count() > 0
    }

    pub(crate) fn lineage(&self) -> &Lineage {
        &self.0.lineage
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.0.commands.is_closed()
    }

    /// Releases an exported object. The driver is told once, however many are released.
    pub(super) fn release(&self, number: u32) {
        let payer = who_lets_go();
        let mut released = self.0.released.lock().unwrap_or_else(PoisonError::into_inner);
        let requests = self.0.requests.load(Ordering::Acquire);
        released.push(Released { number, requests, payer });
        self.0.has_released.store(true, Ordering::Release);
        if released.len() == 1 {
            drop(released);
            self.send(Command::Released);
        }
    }

    /// Returns the objects released since the last call, for a driver that has taken
    /// `taken` requests. A release must not overtake a call that was made before it.
    pub(crate) fn released(&self, taken: u64) -> Vec<(u32, Option<Arc<FuelAccount>>)> {
        if !self.0.has_released.load(Ordering::Acquire) {
            return Vec::new();
        }
        let mut released = self.0.released.lock().unwrap_or_else(PoisonError::into_inner);
        let ripe = released.partition_point(|it| it.requests <= taken);
        let ripe = released.drain(..ripe).map(|it| (it.number, it.payer)).collect();
        self.0.has_released.store(!released.is_empty(), Ordering::Release);
        ripe
    }

    /// Sends a command. A driver that has ended does not receive it.
    fn send(&self, command: Command) {
        let _ = self.0.commands.send(command);
    }

    /// Sends a request.
    ///
    /// # Errors
    /// Returns the request if the sandbox has ended.
    pub(crate) fn invoke(&self, request: Box<Request>) -> Result<(), Box<Request>> {
        self.0.requests.fetch_add(1, Ordering::Release);
        match self.0.commands.send(Command::Invoke(request)) {
            Err(mpsc::error::SendError(Command::Invoke(request))) => Err(request),
            _ => Ok(()),
        }
    }

    /// Counts what the sandbox's tables hold, after everything that was asked of it
    /// before. Returns `None` if it has ended.
    pub(crate) async fn count(&self) -> Option<WorkerStats> {
        let (reply, counted) = oneshot::channel();
        self.send(Command::Count(reply));
        counted.await.ok()
    }

    /// Returns a guard that cancels the request of this token when it is dropped.
    pub(crate) fn cancel_on_drop(&self, token: u64) -> CancelOnDrop {
        CancelOnDrop { mailbox: Some(self.clone()), token }
    }
}

impl Surveyed for Mailbox {
    fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    fn look_through(&self, survey: Survey) {
        self.send(Command::LookThrough(survey));
    }

    fn unneeded(&self) {
        self.send(Command::Unneeded);
    }
}

/// A guard that tells the driver when nobody waits for a call any more.
pub(crate) struct CancelOnDrop {
    mailbox: Option<Mailbox>,
    token: u64,
}

impl CancelOnDrop {
    pub(crate) fn disarm(mut self) {
        self.mailbox = None;
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some(mailbox) = &self.mailbox {
            mailbox.send(Command::Cancel(self.token));
        }
    }
}

/// Returns a token that no other request of the process has.
pub(crate) fn new_token() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
