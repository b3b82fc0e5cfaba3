//! The way to a sandbox that is driven elsewhere.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, Weak};
use std::time::Instant;

use isolet_wire::Value;
use tokio::sync::{mpsc, oneshot, watch};

use crate::capability::{Answer, Call, Thrown};
use crate::claim::claim;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::invocation::{Asked, Command, Receiver, Reply, Request};
use crate::limits::Limits;
use crate::ownership::{Holds, Survey, Visitor};
use crate::promised::failed;
use crate::purse::{Purse, who_lets_go};
use crate::quota::Quota;
use crate::stats::WorkerStats;
use crate::sync::{AtomicBool, AtomicU64, Mutex};
use crate::watchers::{Watchers, Watching};

/// The way to a driver. It keeps nothing alive: a [`Hold`] does.
#[derive(Clone)]
pub(crate) struct Link(Arc<Inner>);

struct Inner {
    commands: mpsc::UnboundedSender<Command>,
    hold: Mutex<Weak<Hold>>,
    /// Requests so far.
    requests: AtomicU64,
    /// Offered objects that nobody has any more.
    released: Mutex<Vec<Released>>,
    lineage: Lineage,
    limits: Limits,
    /// It was told that one has let go of it, and has not looked since.
    is_suspect: AtomicBool,
}

/// An offered object that nobody has any more.
struct Released {
    number: u32,
    /// How many requests went before.
    requests: u64,
    /// Who let go of it last; none if Rust did.
    payer: Option<Arc<Purse>>,
}

/// As long as someone has it, the sandbox waits for calls.
pub(crate) struct Hold(Link);

impl Hold {
    pub(crate) fn link(&self) -> &Link {
        &self.0
    }
}

/// The hold of one who may keep it for long, such as a stub. When it is let go and
/// others are left, those may be no more than the sandbox itself.
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
        let Link(inner) = self.0.link();
        if Arc::strong_count(&self.0) > 1 && !inner.is_suspect.swap(true, Ordering::AcqRel) {
            self.0.link().send(Command::LetGo);
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.send(Command::Unheld);
    }
}

/// Which sandbox loaded which.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lineage(Option<Arc<Ancestor>>);

/// How many may have loaded one another. Each looks at all those before it.
const MAX_GENERATIONS: u32 = 64;

#[derive(Debug)]
pub(crate) struct Ancestor {
    parent: Lineage,
    /// How many came before it.
    generation: u32,
    /// Closed when the sandbox has ended.
    alive: watch::Receiver<()>,
    watchers: Watchers,
    /// For what the host keeps and commits for it.
    quota: Arc<Quota>,
}

impl Lineage {
    pub(crate) fn child_of(
        parent: &Self,
        alive: watch::Receiver<()>,
        limits: &Limits,
        engine: &Engine,
    ) -> Self {
        let quota = match parent.quota() {
            Some(parent) => Quota::of_child(limits, engine.ceiling(), parent),
            None => engine.quota_of_root(limits),
        };
        let generation = parent.0.as_ref().map_or(0, |parent| parent.generation + 1);
        let (parent, watchers) = (parent.clone(), Watchers::default());
        Self(Some(Arc::new(Ancestor { parent, generation, alive, watchers, quota })))
    }

    /// Whether what it loads would be too far from who loaded the first.
    ///
    /// # Errors
    /// It would.
    pub(crate) fn check_depth(&self) -> Result<()> {
        match &self.0 {
            Some(this) if this.generation >= MAX_GENERATIONS => Err(Error::InvalidCode(format!(
                "The worker is too deep: {MAX_GENERATIONS} workers that loaded one another are \
                  before it."
            ))),
            _ => Ok(()),
        }
    }

    /// None if it is Rust that loads.
    pub(crate) fn quota(&self) -> Option<&Arc<Quota>> {
        self.0.as_ref().map(|this| &this.quota)
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        matches!((&self.0, &other.0), (Some(one), Some(two)) if Arc::ptr_eq(one, two))
    }

    pub(crate) fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Whether `other` is this sandbox or one that it descends from.
    pub(crate) fn descends_from(&self, other: &Self) -> bool {
        let mut next = self.0.as_ref();
        let Some(other) = &other.0 else { return false };
        while let Some(ancestor) = next {
            if Arc::ptr_eq(ancestor, other) {
                return true;
            }
            next = ancestor.parent.0.as_ref();
        }
        false
    }

    /// Ends when the sandbox that loaded this one has ended; never without one.
    pub(crate) async fn parent_ended(&self) {
        let parent = self.0.as_ref().and_then(|this| this.parent.0.as_ref());
        let Some(parent) = parent else { return std::future::pending().await };
        let mut alive = parent.alive.clone();
        while alive.changed().await.is_ok() {}
    }

    /// Is told when the sandbox is stopped; of nothing when it ends because nobody
    /// needs it. None without a sandbox.
    pub(crate) fn watch(&self) -> Option<Watching> {
        self.0.as_ref().map(|this| this.watchers.watch())
    }

    /// The sandbox has ended, and what has stopped it, if anything did.
    pub(crate) fn end(&self, error: Option<Error>) {
        if let Some(this) = &self.0 {
            this.watchers.end(error);
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.0.as_ref().is_none_or(|this| this.alive.has_changed().is_ok())
    }
}

impl Link {
    pub(crate) fn new(
        commands: mpsc::UnboundedSender<Command>,
        lineage: Lineage,
        limits: Limits,
    ) -> Self {
        Self(Arc::new(Inner {
            commands,
            hold: Mutex::default(),
            requests: AtomicU64::new(0),
            released: Mutex::default(),
            lineage,
            limits,
            is_suspect: AtomicBool::new(false),
        }))
    }

    /// What tells it from all other links that there are.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// What keeps the sandbox alive, if anybody has that.
    pub(crate) fn known_hold(&self) -> Option<Arc<Hold>> {
        self.0.hold.lock().unwrap_or_else(PoisonError::into_inner).upgrade()
    }

    /// Whether one has let go of it since this was last asked.
    pub(crate) fn take_suspicion(&self) -> bool {
        self.0.is_suspect.load(Ordering::Relaxed) && self.0.is_suspect.swap(false, Ordering::AcqRel)
    }

    pub(crate) fn look_through(&self, survey: Survey) {
        self.send(Command::LookThrough(survey));
    }

    pub(crate) fn unneeded(&self) {
        self.send(Command::Unneeded);
    }

    /// Keeps the sandbox alive, if it still is.
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

    /// An object is let go. However many are, the driver is told once.
    fn release(&self, number: u32) {
        let payer = who_lets_go();
        let mut released = self.0.released.lock().unwrap_or_else(PoisonError::into_inner);
        let requests = self.0.requests.load(Ordering::Acquire);
        released.push(Released { number, requests, payer });
        if released.len() == 1 {
            drop(released);
            self.send(Command::Released);
        }
    }

    /// What was let go since this was last asked, for a driver that has taken so
    /// many requests: to let go must not overtake a call that was made before.
    pub(crate) fn released(&self, taken: u64) -> Vec<(u32, Option<Arc<Purse>>)> {
        let mut released = self.0.released.lock().unwrap_or_else(PoisonError::into_inner);
        let ripe = released.partition_point(|it| it.requests <= taken);
        released.drain(..ripe).map(|it| (it.number, it.payer)).collect()
    }

    /// A driver that has ended hears nothing.
    fn send(&self, command: Command) {
        let _ = self.0.commands.send(command);
    }

    /// Hands over a request.
    ///
    /// # Errors
    /// The request, if the sandbox has ended.
    pub(crate) fn invoke(&self, request: Box<Request>) -> Result<(), Box<Request>> {
        self.0.requests.fetch_add(1, Ordering::Release);
        match self.0.commands.send(Command::Invoke(request)) {
            Err(mpsc::error::SendError(Command::Invoke(request))) => Err(request),
            _ => Ok(()),
        }
    }

    /// What the sandbox's tables hold, after all that was asked of it before; none
    /// if it has ended.
    pub(crate) async fn count(&self) -> Option<WorkerStats> {
        let (reply, counted) = oneshot::channel();
        self.send(Command::Count(reply));
        counted.await.ok()
    }

    /// Cancels the request of this token when it is dropped.
    pub(crate) fn cancel_on_drop(&self, token: u64) -> CancelOnDrop {
        CancelOnDrop { link: Some(self.clone()), token }
    }
}

/// Tells the driver when nobody waits for a call any more.
pub(crate) struct CancelOnDrop {
    link: Option<Link>,
    token: u64,
}

impl CancelOnDrop {
    pub(crate) fn disarm(mut self) {
        self.link = None;
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some(link) = &self.link {
            link.send(Command::Cancel(self.token));
        }
    }
}

/// A token that no other request of the process has.
pub(crate) fn new_token() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// An object or an entrypoint in a certain sandbox.
pub(crate) struct Remote {
    link: Link,
    receiver: Receiver,
    /// The sandbox need not hear when it is let go.
    lent: AtomicBool,
}

impl Remote {
    pub(crate) fn new(link: Link, receiver: Receiver) -> Self {
        Self { link, receiver, lent: AtomicBool::new(false) }
    }

    /// An object that the sandbox has until its next event, unless it is kept.
    pub(crate) fn lent(link: Link, number: u32) -> Self {
        Self { link, receiver: Receiver::Offered(number), lent: AtomicBool::new(true) }
    }

    pub(crate) fn keep(&self) {
        self.lent.store(false, Ordering::Relaxed);
    }

    /// What keeps the sandbox alive for whoever has the stub; none if it has
    /// ended.
    pub(crate) fn hold(&self) -> Option<StubHold> {
        (!self.link.is_closed()).then(|| StubHold::of(self.link.hold()))
    }

    /// Whether it lives in the sandbox of that link.
    pub(crate) fn is_in(&self, link: &Link) -> bool {
        self.link.address() == link.address()
    }

    /// Whether it lives in the sandbox of that lineage, or in one that this
    /// descends from: those end later than it does.
    pub(crate) fn outlives(&self, holder: &Lineage) -> bool {
        holder.descends_from(self.link.lineage())
    }

    pub(crate) fn props(&self) -> Option<Value> {
        match &self.receiver {
            Receiver::Entrypoint(export) => export.props.clone(),
            Receiver::Offered(_) => None,
        }
    }

    pub(crate) fn is_entrypoint(&self) -> bool {
        matches!(self.receiver, Receiver::Entrypoint(_))
    }

    pub(crate) fn watch(&self) -> Option<Watching> {
        self.link.lineage().watch()
    }

    pub(crate) fn request(&self, call: Call) -> Answer {
        let (reply, answer) = oneshot::channel();
        let token = new_token();
        let payer = match Purse::for_callee(call.payer.as_ref(), self.link.lineage()) {
            Ok(payer) => payer,
            Err(thrown) => return failed(thrown),
        };
        let mut limits = self.link.0.limits.clone();
        let (owner, asked) = claim(Asked { path: call.path, arguments: call.arguments });
        limits.output_bytes = call.answer_bytes.unwrap_or(limits.output_bytes);
        let request = Box::new(Request {
            token,
            receiver: self.receiver.clone(),
            asked,
            limits,
            payer,
            caller: call.payer,
            reseed: None,
            began: Instant::now(),
            reply: Reply::Value(reply),
        });
        if self.link.invoke(request).is_err() {
            return failed(Thrown::new(BROKEN));
        }
        let cancel = self.link.cancel_on_drop(token);
        Box::pin(async move {
            let result = answer.await;
            cancel.disarm();
            drop(owner);
            match result {
                Ok(result) => result.take().map_err(Thrown::from_error),
                Err(_) => Err(Thrown::new(BROKEN)),
            }
        })
    }
}

impl Holds for Remote {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        if let Receiver::Entrypoint(export) = &self.receiver {
            visitor.shared(export);
        }
    }
}

const BROKEN: &str = "The RPC stub is broken: the worker that it belongs to has ended.";

impl Drop for Remote {
    fn drop(&mut self) {
        if let Receiver::Offered(number) = self.receiver
            && !*self.lent.get_mut()
        {
            self.link.release(number);
        }
    }
}

pub(crate) fn lost() -> Error {
    Error::Internal("the sandbox's driver ended without an answer".to_owned())
}
