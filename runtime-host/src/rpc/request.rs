//! A call of a worker, from its caller to its report.

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

/// A command to the driver of a sandbox.
pub(crate) enum Command {
    Invoke(Box<Request>),
    /// The caller of the request with this token has gone away.
    Cancel(u64),
    /// Exported objects were released. The mailbox lists them.
    Released,
    /// Nobody holds the sandbox any more.
    Unheld,
    /// A hold on the sandbox was dropped, and others remain.
    LetGo,
    /// A request to name what the tables hold to a survey.
    LookThrough(Survey),
    /// A survey has found that nobody needs the sandbox.
    Unneeded,
    /// A request to count what the tables hold.
    Count(oneshot::Sender<WorkerStats>),
}

/// The part of a sandbox that is called.
#[derive(Clone)]
pub(crate) enum Receiver {
    Entrypoint(Arc<Export>),
    /// An object that the sandbox exported.
    Exported(u32),
}

/// The receiver of the answer, and the time at which it is sent.
pub(crate) enum Reply {
    /// Receives the value as soon as there is one.
    Value(oneshot::Sender<Kept<Result<Value>>>),
    /// Receives the whole report when `waitUntil` is over as well.
    Report(oneshot::Sender<Kept<Report>>),
}

/// An answer in transit. It counts against the quota of the sandbox that gave it until
/// the caller takes it.
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
    /// Returns true if the caller has gone away.
    pub(crate) fn is_closed(&self) -> bool {
        match self {
            Self::Value(reply) => reply.is_closed(),
            Self::Report(reply) => reply.is_closed(),
        }
    }
}

/// The path that is called and its arguments. Without arguments, the path is read.
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
    /// The invocation that makes the call. `None` if the embedder makes it.
    pub(crate) caller: Option<Arc<FuelAccount>>,
    /// The invocation that pays. `None` if the called invocation pays for itself.
    pub(crate) payer: Option<Arc<FuelAccount>>,
    /// The new seed to apply before the call, in a fresh sandbox.
    pub(crate) reseed: Option<u64>,
    pub(crate) began: Instant,
    pub(crate) reply: Reply,
}

impl Request {
    /// Creates a request that stands for loading a worker that nobody has called.
    pub(crate) fn loading(limits: &Limits, reply: oneshot::Sender<Kept<Result<Value>>>) -> Self {
        Self {
            token: u64::MAX,
            receiver: Receiver::Exported(0),
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
