//! Runs that go on after the request that began them was answered, because they wait for a decision or an
//! answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures_util::future::{BoxFuture, join_all};
use isolet_runs::RunId;
use rmcp::model::CallToolResult;
use subtle::ConstantTimeEq as _;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::caller::Caller;
use super::handler::refused;
use crate::question::RunClient;

/// The time for which a result is kept.
const KEPT: Duration = Duration::from_mins(10);

/// The runs by their ids. Whoever has the id of a run may wait for its result, and end it, but not
/// decide about its calls. The state of a request is another matter: whoever sends it answers questions.
pub(super) struct Held {
    most: usize,
    runs: Mutex<BTreeMap<RunId, Run>>,
}

struct Run {
    task: JoinHandle<()>,
    result: watch::Receiver<Option<Done>>,
    dialogue: Option<Dialogue>,
}

/// A client of the protocol of 2026 that has been asked, and comes back with answers.
#[derive(Clone)]
pub(super) struct Dialogue {
    pub(super) client: Arc<RunClient>,
    pub(super) caller: Caller,
    /// The digest of the request.
    pub(super) request: [u8; 32],
    /// The state that the client has, until it comes back with it.
    pub(super) state: Option<String>,
}

#[derive(Clone)]
struct Done {
    result: CallToolResult,
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
        dialogue: Option<Dialogue>,
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
        runs.insert(id, Run { task, result, dialogue });
        Ok(())
    }

    /// Returns the answer of a run, for as soon as it has ended. The answer says so if the run was
    /// cancelled. Returns nothing if there is no such run.
    pub(super) fn result(&self, id: RunId) -> Option<impl Future<Output = CallToolResult> + use<>> {
        let mut result = self.runs().get(&id)?.result.clone();
        Some(async move {
            let done = result.wait_for(Option::is_some).await;
            let done = done.ok().and_then(|done| done.clone());
            done.map_or_else(|| refused("The run was cancelled."), |done| done.result)
        })
    }

    /// Returns the state with which the client of a run comes back, once. It cannot be guessed, and the
    /// one before it is void. Returns nothing if there is no such run, or no random number.
    pub(super) fn issue(&self, id: RunId) -> Option<String> {
        let mut random = [0; 32];
        getrandom::fill(&mut random).ok()?;
        let state = BASE64_URL_SAFE_NO_PAD.encode(random);
        let mut runs = self.runs();
        runs.get_mut(&id)?.dialogue.as_mut()?.state = Some(state.clone());
        Some(state)
    }

    /// Takes a state back, and returns its run. Returns nothing, and takes nothing, if it is not the
    /// state of a run, or that of another caller or another request.
    pub(super) fn redeem(
        &self,
        state: &str,
        caller: &Caller,
        request: &[u8; 32],
    ) -> Option<(RunId, Arc<RunClient>)> {
        let mut runs = self.runs();
        runs.iter_mut().find_map(|(id, run)| {
            let dialogue = run.dialogue.as_mut()?;
            let own = dialogue.state.as_ref()?;
            let is_own: bool = own.as_bytes().ct_eq(state.as_bytes()).into();
            if !is_own || dialogue.caller != *caller || dialogue.request != *request {
                return None;
            }
            dialogue.state = None;
            Some((*id, Arc::clone(&dialogue.client)))
        })
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
