//! An open call, as its driver sees it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use isolet_wire::Value;

use super::call_queue::CallQueue;
use super::capability_table::bytes_of;
use crate::engine::log::{Log, LogLine};
use crate::error::outcome::Outcome;
use crate::error::{Error, LimitError, LimitKind, Result};
use crate::limits::budget::Budget;
use crate::limits::fuel_account::{FuelAccount, Lease};
use crate::limits::lineage::Lineage;
use crate::limits::quota::Reservation;
use crate::limits::{Limits, Usage};
use crate::rpc::capability::Call;
use crate::rpc::report::Report;
use crate::rpc::request::{Kept, Receiver, Reply, Request};
use crate::support::trace::Span;
use crate::worker_code::spec::Code;

/// The size in bytes up to which an answer is not reserved. The number of calls
/// bounds such answers.
const SMALL_ANSWER: u64 = 1 << 10;

fn bytes_of_answer(answer: &Result<Value>) -> u64 {
    match answer {
        Ok(value) => bytes_of(value),
        Err(Error::Exception(exception) | Error::Load(exception)) => bytes_of(&exception.value),
        Err(_) => 0,
    }
}

/// An open call, as its driver sees it.
pub(crate) struct Invocation {
    pub(crate) token: u64,
    pub(crate) limits: Limits,
    pub(crate) deadline: Instant,
    pub(crate) usage: Usage,
    /// The ids of the calls that it made, answered or not.
    pub(crate) calls: Vec<u32>,
    /// True if it has asked for the signal of its request.
    pub(crate) watches_caller: bool,
    /// The queue that counts its calls under way and holds those that wait to be sent.
    pub(crate) queue: CallQueue,
    /// True if its caller has gone away and it is kept only because it may pay for loading.
    pub(crate) abandoned: bool,
    /// The receiver and path that are called. `None` if nobody watches.
    pub(crate) called: Option<Box<(Receiver, Vec<String>)>>,
    /// The error that it failed with, if anybody watches.
    pub(crate) failure: Option<Error>,
    /// The time at which it began, in milliseconds since the Unix epoch as guests see it.
    pub(crate) opened: u64,
    caller: Option<Arc<FuelAccount>>,
    /// The number of the call in the sandbox of the caller. 0 if it has none.
    pub(crate) number: u32,
    pub(crate) span: Span,
    seed: u64,
    began: Instant,
    pub(crate) account: Arc<FuelAccount>,
    result: Option<Result<Value>>,
    /// The reservation for the result.
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
        let Request { token, receiver, call, limits, caller, number, payer, reseed, began, reply } =
            request;
        // An invocation whose caller has gone away has no arguments: nobody waits for it.
        let call = call.take().unwrap_or_else(|| Call::of(Vec::new(), None));
        let own = began.checked_add(limits.wall).unwrap_or(began + Duration::from_secs(1 << 32));
        // Nobody waits for the invocation longer than its payer does.
        let deadline = payer.as_ref().map_or(own, |payer| payer.deadline.min(own));
        let to_host = caller.is_none();
        let invocation = Box::new(Self {
            token,
            deadline,
            usage: Usage::default(),
            calls: Vec::new(),
            watches_caller: false,
            queue: CallQueue::new(limits.concurrency),
            abandoned: false,
            called: watched.then(|| Box::new((receiver.clone(), call.path.clone()))),
            failure: None,
            opened: 0,
            caller,
            number,
            span: Span::none(),
            seed: reseed.unwrap_or(seed),
            began,
            account: FuelAccount::new(&limits, deadline, owner, payer),
            limits,
            result: None,
            kept: Reservation::default(),
            reply: Some(reply),
        });
        (invocation, Invoke { receiver, call, reseed, to_host })
    }

    pub(crate) fn log(&self, code: &Code) -> Log {
        let account = Arc::clone(&self.account);
        Log::new(self.limits.log_bytes, code.log_sink.clone(), self.span.clone(), account)
    }

    /// Closes the fuel account at the end of the invocation.
    pub(crate) fn close_account(&mut self) {
        self.usage.capability_calls = self.account.calls_made();
        self.account.close(self.caller.as_ref());
    }

    /// Returns true if the caller has received everything it will get.
    pub(crate) fn has_answered(&self) -> bool {
        self.reply.is_none()
    }

    /// Returns true if the sandbox itself made this call.
    pub(crate) fn is_called_by(&self, sandbox: &Lineage) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.is_of(sandbox))
    }

    /// Returns the value or error that it has settled to and that the caller has yet to get.
    pub(crate) fn result(&self) -> Option<&Value> {
        match self.result.as_ref()? {
            Ok(value) => Some(value),
            Err(Error::Exception(exception) | Error::Load(exception)) => Some(&exception.value),
            Err(_) => None,
        }
    }

    /// Returns the budget of one of its turns.
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
            Receiver::Exported(_) => "",
        };
        let date = code.compatibility_date.as_deref();
        self.span = Span::invocation(&code.main, date, entrypoint, path);
    }

    /// Records the outcome and the usage in the span.
    pub(crate) fn record(&self) {
        if self.called.is_none() {
            return;
        }
        let outcome = self.failure.as_ref().map_or(Outcome::Ok, Error::outcome);
        let Usage { fuel, turns, capability_calls, .. } = self.usage;
        self.span.record(outcome.as_str(), fuel, turns, capability_calls);
    }

    /// Counts a turn that used this much fuel.
    pub(crate) fn charge(&mut self, used: u64) {
        self.usage.fuel += used;
        self.usage.turns += 1;
    }

    /// Returns the error if the invocation's own limit is exhausted, including
    /// what it pays for.
    pub(crate) fn out_of_fuel(&self) -> Option<LimitError> {
        let limit = self.limits.fuel;
        let error = LimitError { kind: LimitKind::Fuel, limit, actual: limit };
        self.account.is_used_up().then_some(error)
    }

    /// Returns the error for an invocation whose deadline has passed.
    pub(crate) fn late(&self, now: Instant) -> LimitError {
        LimitError::wall(self.limits.wall, now - self.began)
    }

    /// Sets the result. The first result counts.
    pub(crate) fn settle(&mut self, result: Result<Value>) {
        if self.result.is_some() {
            return;
        }
        let bytes = bytes_of_answer(&result);
        let quota = self.account.quota().filter(|_| bytes > SMALL_ANSWER);
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
                let _ = reply.send(Kept::new(result, kept));
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

    /// Returns true if the report must be sent before the invocation ends. This is so if
    /// the result holds a stream: it can end only after somebody reads it, and nobody can
    /// before they have the report.
    pub(crate) fn reports_early(&self) -> bool {
        matches!(self.reply, Some(Reply::Report(_)))
            && matches!(&self.result, Some(Ok(value)) if value.has_streams())
    }

    pub(crate) fn report(&mut self, logs: Vec<LogLine>) {
        if let Some(Reply::Report(reply)) = self.reply.take() {
            self.usage.wall = self.began.elapsed();
            self.usage.capability_calls = self.account.calls_made();
            let result = self.result.replace(Ok(Value::undefined())).unwrap_or(Err(Error::Hung));
            let report = Report { result, logs, usage: self.usage, seed: self.seed };
            let _ = reply.send(Kept::new(report, std::mem::take(&mut self.kept)));
        }
    }
}

/// The part of a request that the guest receives.
pub(crate) struct Invoke {
    pub(crate) receiver: Receiver,
    pub(crate) call: Call,
    pub(crate) reseed: Option<u64>,
    /// True if no sandbox made the call.
    pub(crate) to_host: bool,
}
