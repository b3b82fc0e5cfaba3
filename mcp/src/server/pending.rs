//! Calls that wait for a decision.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use isolet::code_mode::{Approval, ToolCall};
use isolet_runs::RunId;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

/// The most calls that wait at a time, of all runs.
const MAX_CALLS: usize = 256;
/// The most bytes of the argument of a call that is decided about: whoever decides sees all of it.
const MAX_ARGUMENT: usize = 32 << 10;

/// A call that waits for a decision. It has not been made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WaitingCall {
    /// The id of the call, which decisions name. It is the key of the call in the record of runs.
    pub id: String,
    /// The id of the run.
    pub run: RunId,
    /// The name of the upstream server, document or object.
    pub server: String,
    /// The name of the tool.
    pub tool: String,
    /// The whole argument as JSON, in which secrets are replaced.
    pub arguments: String,
}

/// All calls that wait for a decision.
#[derive(Default)]
pub(crate) struct Pending {
    calls: Mutex<BTreeMap<String, Entry>>,
}

struct Entry {
    call: WaitingCall,
    decide: oneshot::Sender<Approval>,
}

/// A call that waits until this is dropped.
pub(super) struct Asked {
    pending: Arc<Pending>,
    pub(super) call: WaitingCall,
    decision: oneshot::Receiver<Approval>,
}

impl Pending {
    fn calls(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a call. Errors, with a reason for the program, if nobody could decide about it.
    pub(super) fn ask(
        self: &Arc<Self>,
        run: RunId,
        call: &ToolCall,
        redactor: Option<&isolet_runs::Redactor>,
    ) -> Result<Asked, String> {
        let arguments = call.arguments.to_string();
        let is_cut = call.capability.as_ref().is_some_and(|it| it.is_cut);
        if is_cut || arguments.len() > MAX_ARGUMENT {
            return Err(format!(
                "the call needs approval, and its argument is longer than {MAX_ARGUMENT} bytes, or \
                 cannot be shown as a whole"
            ));
        }
        let arguments =
            redactor.map_or_else(|| arguments.clone(), |redact| redact(arguments.clone()));
        let call = WaitingCall {
            id: call.idempotency_key.clone(),
            run,
            server: call.namespace.clone(),
            tool: call.tool.clone(),
            arguments,
        };
        let (decide, decision) = oneshot::channel();
        let mut calls = self.calls();
        if calls.len() >= MAX_CALLS || calls.contains_key(&call.id) {
            return Err("the call needs approval, and too many calls wait for it".to_owned());
        }
        calls.insert(call.id.clone(), Entry { call: call.clone(), decide });
        Ok(Asked { pending: Arc::clone(self), call, decision })
    }

    /// Returns the calls that wait, or those of one run.
    pub(crate) fn list(&self, run: Option<RunId>) -> Vec<WaitingCall> {
        let calls = self.calls();
        let calls = calls.values().map(|entry| &entry.call);
        calls.filter(|call| run.is_none_or(|run| call.run == run)).cloned().collect()
    }

    /// Decides about a call. Returns false if no such call waits.
    pub(crate) fn decide(&self, id: &str, decision: Approval) -> bool {
        let entry = self.calls().remove(id);
        entry.is_some_and(|entry| entry.decide.send(decision).is_ok())
    }
}

impl Asked {
    pub(super) async fn decision(&mut self) -> Approval {
        let gone = |_| Approval::Rejected("nobody can decide about the call any more".to_owned());
        (&mut self.decision).await.unwrap_or_else(gone)
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.pending.calls().remove(&self.call.id);
    }
}
