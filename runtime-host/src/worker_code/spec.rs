//! What every sandbox of a worker is made from.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use isolet_wire::Value;

use crate::engine::Engine;
use crate::engine::log::LogSink;
use crate::engine::source::Sources;
use crate::error::fault::internal;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::limits::lineage::Lineage;
use crate::limits::quota::Quota;
use crate::limits::watchers::Watchers;
use crate::rpc::right::Child;
use crate::rpc::stub::Stub;
use crate::rpc::survey::{Holds, Visitor};
use crate::support::iterative_drop;
use crate::worker_code::tail::TailSink;

pub(crate) struct Code {
    pub(crate) engine: Engine,
    pub(crate) main: String,
    pub(crate) sources: Arc<Sources>,
    pub(crate) bound: Mutex<Bound>,
    pub(crate) limits: Limits,
    pub(crate) compatibility_date: Option<String>,
    pub(crate) seed: Option<u64>,
    pub(crate) dynamic_code: bool,
    pub(crate) transfers_stubs: bool,
    pub(crate) log_sink: Option<LogSink>,
    /// Whether it was loaded with tails.
    pub(crate) is_tailed: bool,
    pub(crate) tail_sink: Option<TailSink>,
    /// Where that counts which the host keeps for the worker: of the sandbox that has
    /// loaded it, or its own.
    pub(crate) quota: Arc<Quota>,
    /// The sandbox that loaded it; none if Rust did.
    pub(crate) parent: Lineage,
    /// Of its modules and `env`.
    pub(crate) bytes: u64,
    pub(crate) failed_to_start: AtomicBool,
    pub(crate) aborted: AtomicBool,
    /// Of the worker's one sandbox, whichever that is.
    pub(crate) watchers: Watchers,
}

/// What a worker was given that leads to others. Workers may lead to one another, and
/// so it ends with whoever has loaded them.
#[derive(Default)]
pub(crate) struct Bound {
    /// An array: `env`, and what `fetch` leads to.
    pub(crate) env: Value,
    /// Who is told of each invocation that is over.
    pub(crate) tails: Vec<Stub>,
}

impl Code {
    fn bound(&self) -> MutexGuard<'_, Bound> {
        self.bound.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn env(&self) -> Value {
        self.bound().env.clone()
    }

    pub(crate) fn tails(&self) -> Vec<Stub> {
        self.bound().tails.clone()
    }

    /// The seed of a new sandbox.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub(crate) fn new_seed(&self) -> Result<u64> {
        match self.seed {
            Some(seed) => Ok(seed),
            None => getrandom::u64().map_err(internal),
        }
    }

    /// Whether log lines are wanted with their arguments.
    pub(crate) fn has_tails(&self) -> bool {
        self.is_tailed || self.tail_sink.is_some()
    }

    /// Whether anybody is told of its invocations.
    pub(crate) fn is_watched(&self) -> bool {
        self.has_tails() || tracing::enabled!(tracing::Level::INFO)
    }

    /// Remembers that its modules could not be evaluated.
    pub(crate) fn has_failed_to_start(&self) {
        self.failed_to_start.store(true, Ordering::Release);
    }

    pub(crate) fn failed_to_start(&self) -> bool {
        self.failed_to_start.load(Ordering::Acquire)
    }

    /// Remembers that it has ended a sandbox of its own.
    pub(crate) fn has_aborted(&self) {
        self.aborted.store(true, Ordering::Release);
    }

    pub(crate) fn aborted(&self) -> bool {
        self.aborted.load(Ordering::Acquire)
    }

    /// Ends when the worker's one sandbox is stopped, be it one that there is or one
    /// that is yet to begin, and says by what; or with none, when there will be none.
    pub(crate) fn stopped(&self) -> impl Future<Output = Option<Error>> + Send + use<> {
        let (watching, parent) = (self.watchers.watch(), self.parent.watch());
        let orphaned = async move {
            match parent {
                // However it has ended.
                Some(parent) => drop(parent.await),
                None => std::future::pending().await,
            }
        };
        async move {
            tokio::select! {
                biased;
                stopped = watching => stopped.ok(),
                () = orphaned => Some(Error::Stopped(Box::new(Error::ParentEnded))),
            }
        }
    }

    /// Whether a sandbox loaded it.
    pub(crate) fn is_child(&self) -> bool {
        self.parent.is_some()
    }
}

impl Child for Code {
    /// Lets go of what it was given: whoever has loaded it has ended.
    fn unbind(&self) {
        let Bound { env, tails } = std::mem::take(&mut *self.bound());
        iterative_drop::drop(env);
        for tail in tails {
            let value = tail.to_value();
            drop(tail);
            iterative_drop::drop(value);
        }
    }
}

impl Holds for Code {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        let bound = self.bound();
        visitor.value(&bound.env);
        bound.tails.iter().for_each(|tail| tail.visit(visitor));
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        self.unbind();
    }
}
