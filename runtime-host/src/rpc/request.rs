//! One call of a worker, from the caller's hand to its report.

use std::sync::Arc;
use std::time::Instant;

use isolet_wire::Value;
use tokio::sync::oneshot;

use crate::error::Result;
use crate::limits::Limits;
use crate::limits::fuel_account::FuelAccount;
use crate::limits::quota::Reservation;
use crate::limits::stats::WorkerStats;
use crate::rpc::cancel_slot::CancelSlot;
use crate::rpc::export::Export;
use crate::rpc::report::Report;
use crate::rpc::survey::Survey;

/// What callers ask of a driver.
pub(crate) enum Command {
    Invoke(Box<Request>),
    /// The caller that holds this token has gone away.
    Cancel(u64),
    /// Objects that were offered have been let go: the mailbox knows which.
    Released,
    /// Nobody holds the sandbox any more.
    Unheld,
    /// One who held the sandbox has let go of it, and others have not.
    LetGo,
    /// Name what the tables hold.
    LookThrough(Survey),
    /// A survey has found that nobody needs the sandbox.
    Unneeded,
    /// Say what the tables hold.
    Count(oneshot::Sender<WorkerStats>),
}

/// What of a sandbox is called.
#[derive(Clone)]
pub(crate) enum Receiver {
    Entrypoint(Arc<Export>),
    /// An object that the sandbox offered.
    Offered(u32),
}

/// Whom to tell, and when.
pub(crate) enum Reply {
    /// The value, as soon as there is one.
    Value(oneshot::Sender<Kept<Result<Value>>>),
    /// Everything, when `waitUntil` is over as well.
    Report(oneshot::Sender<Kept<Report>>),
}

/// An answer on its way, which counts against the quota of the sandbox that gave it
/// until the one who waits takes it.
pub(crate) struct Kept<T> {
    answer: T,
    _kept: Reservation,
}

impl<T> Kept<T> {
    pub(crate) fn new(answer: T, kept: Reservation) -> Self {
        Self { answer, _kept: kept }
    }

    pub(crate) fn take(self) -> T {
        self.answer
    }
}

impl Reply {
    /// The caller has gone away.
    pub(crate) fn is_closed(&self) -> bool {
        match self {
            Self::Value(reply) => reply.is_closed(),
            Self::Report(reply) => reply.is_closed(),
        }
    }
}

/// What is called, and with what; without arguments it is read.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) path: Vec<String>,
    pub(crate) arguments: Option<Value>,
}

pub(crate) struct Request {
    pub(crate) token: u64,
    pub(crate) receiver: Receiver,
    pub(crate) asked: CancelSlot<Asked>,
    pub(crate) limits: Limits,
    /// The invocation that calls; none if Rust does.
    pub(crate) caller: Option<Arc<FuelAccount>>,
    /// The one that pays; none if this one does itself.
    pub(crate) payer: Option<Arc<FuelAccount>>,
    /// New randomness before the call, for a sandbox that is fresh.
    pub(crate) reseed: Option<u64>,
    pub(crate) began: Instant,
    pub(crate) reply: Reply,
}

impl Request {
    /// Stands for the loading of a worker that nobody has called.
    pub(crate) fn loading(limits: &Limits, reply: oneshot::Sender<Kept<Result<Value>>>) -> Self {
        Self {
            token: u64::MAX,
            receiver: Receiver::Offered(0),
            asked: CancelSlot::default(),
            limits: limits.clone(),
            caller: None,
            payer: None,
            reseed: None,
            began: Instant::now(),
            reply: Reply::Value(reply),
        }
    }
}
