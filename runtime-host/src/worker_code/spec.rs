//! The parts that every sandbox of a worker is made from.

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
use crate::support::{iterative_drop, trace};
use crate::worker_code::Flags;
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
    pub(crate) flags: Flags,
    pub(crate) time_zone: Option<String>,
    pub(crate) log_sink: Option<LogSink>,
    /// True if the worker was loaded with tails.
    pub(crate) is_tailed: bool,
    pub(crate) tail_sink: Option<TailSink>,
    /// The quota for what the host keeps for the worker: that of the sandbox that
    /// loaded it, or its own.
    pub(crate) quota: Arc<Quota>,
    /// The lineage of the sandbox that loaded the worker. Empty if the embedder did.
    pub(crate) parent: Lineage,
    /// The size of its modules and `env` in bytes.
    pub(crate) bytes: u64,
    pub(crate) failed_to_start: AtomicBool,
    pub(crate) aborted: AtomicBool,
    /// The cache that keeps its app image on disk.
    #[cfg(feature = "cache")]
    pub(crate) cached_for: Option<crate::image_cache::CachedFor>,
    /// The watchers of the worker's one sandbox, across all sandboxes that replace it.
    pub(crate) watchers: Watchers,
}

/// The stubs that a worker was given. Workers may refer to one another through these, so
/// they are released when the sandbox that loaded the worker ends.
#[derive(Default)]
pub(crate) struct Bound {
    /// An array of `env`, the stub that receives `fetch`, and the one that installs packages.
    pub(crate) env: Value,
    /// The tails, which receive an event for each invocation that has ended.
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

    /// Returns the seed of a new sandbox.
    ///
    /// # Errors
    /// Errors if the operating system cannot provide randomness.
    pub(crate) fn new_seed(&self) -> Result<u64> {
        match self.seed {
            Some(seed) => Ok(seed),
            None => getrandom::u64().map_err(internal),
        }
    }

    /// Returns true if log lines are wanted with their arguments.
    pub(crate) fn has_tails(&self) -> bool {
        self.is_tailed || self.tail_sink.is_some()
    }

    /// Returns true if anybody is told of the worker's invocations.
    pub(crate) fn is_watched(&self) -> bool {
        self.has_tails() || trace::is_enabled()
    }

    /// Records that its modules could not be evaluated.
    pub(crate) fn has_failed_to_start(&self) {
        self.failed_to_start.store(true, Ordering::Release);
    }

    pub(crate) fn failed_to_start(&self) -> bool {
        self.failed_to_start.load(Ordering::Acquire)
    }

    /// Records that the worker has aborted a sandbox of its own.
    pub(crate) fn has_aborted(&self) {
        self.aborted.store(true, Ordering::Release);
    }

    pub(crate) fn aborted(&self) -> bool {
        self.aborted.load(Ordering::Acquire)
    }

    /// Waits until the worker's one sandbox is stopped, whether it exists or has yet to
    /// begin, and returns the error. Returns `None` once there can be no such sandbox.
    pub(crate) fn stopped(&self) -> impl Future<Output = Option<Error>> + Send + use<> {
        let (watching, parent) = (self.watchers.watch(), self.parent.watch());
        let orphaned = async move {
            match parent {
                // The parent may have ended for any reason.
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

    /// Returns true if a sandbox loaded the worker.
    pub(crate) fn is_child(&self) -> bool {
        self.parent.is_some()
    }
}

impl Child for Code {
    /// Releases what the worker was given: the sandbox that loaded it has ended.
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
