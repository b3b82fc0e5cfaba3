//! One call of a worker, from the caller's hand to its report.

use std::sync::Arc;
use std::time::{Duration, Instant};

use isolet_wire::Value;
use tokio::sync::oneshot;
use tracing::Span;
use tracing::field::Empty;

use crate::claim::Claim;
use crate::code::Code;
use crate::driver::{Lane, bytes_of as tables_bytes};
use crate::error::{Error, LimitError, LimitKind, Result};
use crate::export::Export;
use crate::limits::{Limits, Usage};
use crate::link::Lineage;
use crate::log::{Log, LogLine};
use crate::outcome::Outcome;
use crate::ownership::Survey;
use crate::purse::{Lease, Purse};
use crate::quota::Reservation;
use crate::sandbox::Budget;
use crate::stats::WorkerStats;

/// What callers ask of a driver.
pub(crate) enum Command {
    Invoke(Box<Request>),
    /// The caller that holds this token has gone away.
    Cancel(u64),
    /// Objects that were offered have been let go: [`Link::released`] says which.
    ///
    /// [`Link::released`]: crate::link::Link::released
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
    pub(crate) fn take(self) -> T {
        self.answer
    }
}

/// A smaller answer is bounded by the number of calls.
const SMALL_ANSWER: u64 = 1 << 10;

fn bytes_of(answer: &Result<Value>) -> u64 {
    match answer {
        Ok(value) => tables_bytes(value),
        Err(Error::Exception(exception) | Error::Load(exception)) => tables_bytes(&exception.value),
        Err(_) => 0,
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
    pub(crate) asked: Claim<Asked>,
    pub(crate) limits: Limits,
    /// The invocation that calls; none if Rust does.
    pub(crate) caller: Option<Arc<Purse>>,
    /// The one that pays; none if this one does itself.
    pub(crate) payer: Option<Arc<Purse>>,
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
            asked: Claim::default(),
            limits: limits.clone(),
            caller: None,
            payer: None,
            reseed: None,
            began: Instant::now(),
            reply: Reply::Value(reply),
        }
    }
}

/// All there is to know of one call that is over.
#[derive(Debug)]
#[non_exhaustive]
pub struct Report {
    /// What it returned, or why it did not.
    pub result: Result<Value>,
    /// What it wrote with `console`.
    pub logs: Vec<LogLine>,
    /// What it used.
    pub usage: Usage,
    /// Where the sandbox's randomness came from. Given to
    /// [`WorkerCode::seed`](crate::WorkerCode::seed) it repeats the first call
    /// of a warm sandbox; a later one depends on the calls before it too. It
    /// does not repeat a call of `fresh_per_call` whose seed was drawn: the
    /// modules were evaluated with another one, for all calls at once, and this
    /// is only the call's own. Choose a seed to have such a run repeat.
    pub seed: u64,
}

impl Report {
    /// For a call that no sandbox has seen.
    pub(crate) fn not_started(error: Error) -> Self {
        Self { result: Err(error), logs: Vec::new(), usage: Usage::default(), seed: 0 }
    }
}

/// An open call, as its driver sees it.
pub(crate) struct Invocation {
    pub(crate) token: u64,
    pub(crate) limits: Limits,
    pub(crate) deadline: Instant,
    pub(crate) usage: Usage,
    /// Those that it made, answered or not.
    pub(crate) calls: Vec<u32>,
    /// Those of them that others have, and those that wait for that.
    pub(crate) lane: Lane,
    /// Its caller has gone away, and it is kept because it pays for loading.
    pub(crate) abandoned: bool,
    /// What is called, if anybody watches.
    pub(crate) called: Option<Box<(Receiver, Vec<String>)>>,
    /// Why it has no value.
    pub(crate) failure: Option<Error>,
    /// When it began, as guests see time.
    pub(crate) opened: u64,
    caller: Option<Arc<Purse>>,
    pub(crate) span: Span,
    seed: u64,
    began: Instant,
    pub(crate) purse: Arc<Purse>,
    result: Option<Result<Value>>,
    /// What the result takes.
    kept: Reservation,
    reply: Option<Reply>,
}

impl Invocation {
    pub(crate) fn new(
        request: Request,
        code: &Code,
        seed: u64,
        owner: Lineage,
    ) -> (Box<Self>, Invoke) {
        let watched = code.is_watched();
        let Request { token, receiver, asked, limits, caller, payer, reseed, began, reply } =
            request;
        // Nobody waits for one whose caller has gone away.
        let Asked { path, arguments } = asked.take().unwrap_or_default();
        let own = began.checked_add(limits.wall).unwrap_or(began + Duration::from_secs(1 << 32));
        // Nobody waits for it any longer than its caller does.
        let deadline = payer.as_ref().map_or(own, |payer| payer.deadline.min(own));
        let to_host = caller.is_none();
        let invocation = Box::new(Self {
            token,
            deadline,
            usage: Usage::default(),
            calls: Vec::new(),
            lane: Lane::new(limits.concurrency),
            abandoned: false,
            called: watched.then(|| Box::new((receiver.clone(), path.clone()))),
            failure: None,
            opened: 0,
            caller,
            span: Span::none(),
            seed: reseed.unwrap_or(seed),
            began,
            purse: Purse::new(&limits, deadline, owner, payer),
            limits,
            result: None,
            kept: Reservation::default(),
            reply: Some(reply),
        });
        (invocation, Invoke { receiver, path, arguments, reseed, to_host })
    }

    pub(crate) fn log(&self, code: &Code) -> Log {
        let purse = Arc::clone(&self.purse);
        Log::new(self.limits.log_bytes, code.log_sink.clone(), self.span.clone(), purse)
    }

    /// It is over.
    pub(crate) fn close_purse(&self) {
        self.purse.close(self.caller.as_ref());
    }

    /// Whether its caller has all that it will get.
    pub(crate) fn has_answered(&self) -> bool {
        self.reply.is_none()
    }

    /// Whether the sandbox itself has called it.
    pub(crate) fn is_called_by(&self, sandbox: &Lineage) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.is_of(sandbox))
    }

    /// What a turn of its own may use.
    pub(crate) fn budget(&self, lease: &Lease) -> Budget {
        Budget {
            fuel: lease.at_most(),
            fuel_limit: self.limits.fuel,
            memory_bytes: self.limits.memory_bytes,
            began: self.began,
            deadline: self.deadline,
        }
    }

    /// Begins the span that subscribers of `tracing` see.
    pub(crate) fn watch(&mut self, code: &Code) {
        let Some(called) = &self.called else { return };
        let (receiver, path) = &**called;
        let entrypoint = match receiver {
            Receiver::Entrypoint(export) => export.name.as_deref().unwrap_or("default"),
            Receiver::Offered(_) => "",
        };
        self.span = tracing::info_span!(
            "isolet.invocation",
            worker = ?code.main,
            compatibility_date = code.compatibility_date,
            entrypoint = ?entrypoint,
            method = ?path,
            outcome = Empty,
            fuel = Empty,
            turns = Empty,
            capability_calls = Empty,
        );
    }

    /// Writes into the span what there is to know at the end.
    pub(crate) fn record(&self) {
        if self.called.is_none() {
            return;
        }
        let outcome = self.failure.as_ref().map_or(Outcome::Ok, Error::outcome);
        self.span.record("outcome", outcome.as_str());
        self.span.record("fuel", self.usage.fuel);
        self.span.record("turns", self.usage.turns);
        self.span.record("capability_calls", self.usage.capability_calls);
    }

    /// Counts a turn that used so much fuel.
    pub(crate) fn charge(&mut self, used: u64) {
        self.usage.fuel += used;
        self.usage.turns += 1;
    }

    /// The error for an invocation whose own limit is used up, with all that it
    /// pays for.
    pub(crate) fn out_of_fuel(&self) -> Option<LimitError> {
        let limit = self.limits.fuel;
        let error = LimitError { kind: LimitKind::Fuel, limit, actual: limit };
        self.purse.is_used_up().then_some(error)
    }

    /// The error for an invocation whose deadline has passed.
    pub(crate) fn late(&self, now: Instant) -> LimitError {
        LimitError {
            kind: LimitKind::Wall,
            limit: millis(self.limits.wall),
            actual: millis(now - self.began),
        }
    }

    /// The first result counts.
    pub(crate) fn settle(&mut self, result: Result<Value>) {
        if self.result.is_some() {
            return;
        }
        let bytes = bytes_of(&result);
        let quota = self.purse.quota().filter(|_| bytes > SMALL_ANSWER);
        let (result, kept) = match quota.map(|quota| quota.keep(bytes)).transpose() {
            Ok(kept) => (result, kept.unwrap_or_default()),
            Err(error) => (Err(error), Reservation::default()),
        };
        if self.called.is_some() {
            self.failure = result.as_ref().err().cloned();
        }
        // A caller that has gone away needs no answer.
        match self.reply.take() {
            Some(Reply::Value(reply)) => {
                let _ = reply.send(Kept { answer: result, _kept: kept });
                self.result = Some(Ok(Value::undefined()));
            }
            reply => {
                self.reply = reply;
                self.result = Some(result);
                self.kept = kept;
            }
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Whether its report must not wait for its end: the result holds a stream,
    /// which nobody can read, and so end, before they have it.
    pub(crate) fn reports_early(&self) -> bool {
        matches!(self.reply, Some(Reply::Report(_)))
            && matches!(&self.result, Some(Ok(value)) if value.has_streams())
    }

    pub(crate) fn report(&mut self, logs: Vec<LogLine>) {
        if let Some(Reply::Report(reply)) = self.reply.take() {
            self.usage.wall = self.began.elapsed();
            let result = self.result.replace(Ok(Value::undefined())).unwrap_or(Err(Error::Hung));
            let report = Report { result, logs, usage: self.usage, seed: self.seed };
            let _ = reply.send(Kept { answer: report, _kept: std::mem::take(&mut self.kept) });
        }
    }
}

/// What of a request is for the guest.
pub(crate) struct Invoke {
    pub(crate) receiver: Receiver,
    pub(crate) path: Vec<String>,
    pub(crate) arguments: Option<Value>,
    pub(crate) reseed: Option<u64>,
    /// No sandbox has called.
    pub(crate) to_host: bool,
}

pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
