//! Runs that go on after the request that began them was answered, because their calls wait for a
//! decision.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, join_all};
use isolet_runs::RunId;
use rmcp::model::CallToolResult;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The time for which a result is kept.
const KEPT: Duration = Duration::from_mins(10);

/// The runs by their ids. Whoever has the id of a run may wait for its result, and end it, but not
/// decide about its calls.
pub(super) struct Held {
    most: usize,
    runs: Mutex<BTreeMap<RunId, Run>>,
}

struct Run {
    task: JoinHandle<()>,
    result: watch::Receiver<Option<Done>>,
}

#[derive(Clone)]
pub(super) struct Done {
    pub(super) result: CallToolResult,
    at: Instant,
}

impl Drop for Run {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Held {
    pub(super) fn new(most: usize) -> Self {
        Self { most, runs: Mutex::default() }
    }

    fn runs(&self) -> MutexGuard<'_, BTreeMap<RunId, Run>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a run go on until it ends or the client is gone. Returns it if too many runs go on.
    pub(super) fn hold(
        &self,
        id: RunId,
        run: BoxFuture<'static, CallToolResult>,
        gone: CancellationToken,
    ) -> Result<(), BoxFuture<'static, CallToolResult>> {
        let mut runs = self.runs();
        let is_old = |done: &Option<Done>| done.as_ref().is_some_and(|it| it.at.elapsed() > KEPT);
        runs.retain(|_, run| !is_old(&run.result.borrow()));
        if runs.len() >= self.most {
            let done = |run: &Run| run.result.borrow().as_ref().map(|done| done.at);
            let oldest = runs.iter().filter_map(|(id, run)| Some((done(run)?, *id))).min();
            match oldest {
                Some((_, id)) => drop(runs.remove(&id)),
                None => return Err(run),
            }
        }
        let (sender, result) = watch::channel(None);
        let task = tokio::spawn(async move {
            if let Some(result) = gone.run_until_cancelled_owned(run).await {
                // Nobody may wait any more.
                let _ = sender.send(Some(Done { result, at: Instant::now() }));
            }
        });
        runs.insert(id, Run { task, result });
        Ok(())
    }

    /// Returns where the result of a run will be. The sender is gone if the run was cancelled.
    pub(super) fn find(&self, id: RunId) -> Option<watch::Receiver<Option<Done>>> {
        self.runs().get(&id).map(|run| run.result.clone())
    }

    /// Forgets a run, and ends it if it goes on.
    pub(super) fn remove(&self, id: RunId) {
        self.runs().remove(&id);
    }

    /// Ends all runs, and waits until they have ended.
    pub(super) async fn end(&self) {
        let runs = std::mem::take(&mut *self.runs());
        let tasks = runs.into_values().map(|mut run| {
            run.task.abort();
            std::mem::replace(&mut run.task, tokio::spawn(async {}))
        });
        join_all(tasks).await;
    }
}
