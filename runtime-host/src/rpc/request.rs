//! A call of a worker, from its caller to its report.

use std::sync::Arc;
use std::time::Instant;

use isolet_wire::Value;
use tokio::sync::oneshot;

use crate::error::Result;
use crate::error::thrown::Thrown;
use crate::limits::Limits;
use crate::limits::fuel_account::FuelAccount;
use crate::limits::lineage::Lineage;
use crate::limits::quota::Reservation;
use crate::limits::stats::WorkerStats;
use crate::rpc::cancel_slot::{CancelSlot, Owner, cancel_slot};
use crate::rpc::capability::Call;
use crate::rpc::export::Export;
use crate::rpc::mailbox::new_token;
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

pub(crate) struct Request {
    pub(crate) token: u64,
    pub(crate) receiver: Receiver,
    /// Without its payer, who is `caller`.
    pub(crate) call: CancelSlot<Call>,
    pub(crate) limits: Limits,
    /// The invocation that makes the call. `None` if the embedder makes it.
    pub(crate) caller: Option<Arc<FuelAccount>>,
    /// The number of the call in the sandbox of `caller`. 0 if it has none.
    pub(crate) number: u32,
    /// The invocation that pays. `None` if the called invocation pays for itself.
    pub(crate) payer: Option<Arc<FuelAccount>>,
    /// The new seed to apply before the call, in a fresh sandbox.
    pub(crate) reseed: Option<u64>,
    pub(crate) began: Instant,
    pub(crate) reply: Reply,
}

impl Request {
    /// Returns the entrypoint and method that are called, and the arguments. `None` if they
    /// contain stubs, which are of this process.
    #[cfg(feature = "cache")]
    pub(crate) fn identity(&self) -> Option<(String, Vec<u8>)> {
        let Receiver::Entrypoint(export) = &self.receiver else { return None };
        let mut identity = None;
        self.call.peek(|call| {
            let values = [export.props.as_ref(), call.arguments.as_ref()];
            if values.iter().flatten().all(|value| value.capabilities().is_empty()) {
                let [props, arguments] = values.map(|it| it.map(Value::as_bytes));
                let target = format!("{:?} {:?} {props:?}", export.name, call.path);
                identity = Some((target, arguments.unwrap_or_default().to_vec()));
            }
        });
        identity
    }

    /// Creates a request, and the caller's half of its call. `sandbox` is the one that is
    /// called, or that loaded the called worker.
    ///
    /// # Errors
    /// Errors if the call is too deep.
    pub(crate) fn new(
        receiver: Receiver,
        mut call: Call,
        limits: &Limits,
        sandbox: &Lineage,
        reply: Reply,
    ) -> Result<(Box<Self>, Owner<Call>), Thrown> {
        let payer = FuelAccount::for_callee(call.payer.as_ref(), sandbox)?;
        let mut limits = limits.clone();
        limits.output_bytes = call.answer_bytes.unwrap_or(limits.output_bytes);
        let (caller, number) = (call.payer.take(), call.number);
        let (owner, call) = cancel_slot(call);
        let request = Self {
            token: new_token(),
            receiver,
            call,
            limits,
            caller,
            number,
            payer,
            reseed: None,
            began: Instant::now(),
            reply,
        };
        Ok((Box::new(request), owner))
    }

    /// Creates a request that stands for loading a worker that nobody has called.
    pub(crate) fn loading(limits: &Limits, reply: oneshot::Sender<Kept<Result<Value>>>) -> Self {
        Self {
            token: u64::MAX,
            receiver: Receiver::Exported(0),
            call: CancelSlot::default(),
            limits: limits.clone(),
            caller: None,
            number: 0,
            payer: None,
            reseed: None,
            began: Instant::now(),
            reply: Reply::Value(reply),
        }
    }
}
