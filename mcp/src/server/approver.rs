//! The approver of one run's calls.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use isolet::code_mode::{Approval, Approver, ToolCall};
use isolet_runs::RunId;
use rmcp::model::{ElicitRequestParams, ElicitationAction, ElicitationSchema};
use tokio::sync::watch;

use super::pending::{Asked, WaitingCall};
use super::shared::Shared;
use crate::question::{Answer, Asker, Question, Questions};
use crate::text::harmless;

/// Asks about the calls of one run that need approval: the client, if it can ask its user, and whoever
/// else decides about the calls that wait.
#[derive(Clone)]
pub(super) struct RunApprover {
    pub(super) shared: Arc<Shared>,
    pub(super) run: RunId,
    pub(super) questions: Arc<Questions>,
    /// The number of calls that wait.
    pub(super) waiting: Arc<watch::Sender<usize>>,
}

impl Approver for RunApprover {
    fn is_needed(&self, call: &ToolCall) -> bool {
        self.shared.needs_approval(call)
    }

    fn approve(&self, call: &ToolCall) -> isolet::Calling<Approval> {
        let redactor = self.shared.redactor();
        let asked = self.shared.pending.ask(self.run, call, redactor);
        let this = self.clone();
        Box::pin(async move {
            match asked {
                Ok(asked) => this.decide(asked).await,
                Err(reason) => Approval::Rejected(reason),
            }
        })
    }
}

impl RunApprover {
    async fn decide(self, mut asked: Asked) -> Approval {
        let _waiting = Waiting::new(&self.waiting);
        self.shared.waits(&asked.call);
        let limit = self.shared.options.limits.approval_time;
        let call = asked.call.clone();
        tokio::select! {
            biased;
            decision = asked.decision() => decision,
            decision = self.elicit(&call) => decision,
            () = tokio::time::sleep(limit) => Approval::Rejected(format!(
                "no decision within {}", shown(limit)
            )),
        }
    }

    /// Asks the client's user. Never ready if the client cannot, or fails.
    async fn elicit(&self, call: &WaitingCall) -> Approval {
        match self.asked(call).await {
            Some(decision) => decision,
            None => std::future::pending().await,
        }
    }

    async fn asked(&self, call: &WaitingCall) -> Option<Approval> {
        let mut asked = self.questions.ask(Asker::Approval, question(call)).ok()?;
        let Answer::Elicited(result) = asked.answer().await? else { return None };
        Some(match result.action {
            ElicitationAction::Accept => Approval::Approved,
            _ => Approval::Rejected("the user has rejected the call".to_owned()),
        })
    }
}

/// Counts a call for as long as it waits.
struct Waiting<'a>(&'a watch::Sender<usize>);

impl<'a> Waiting<'a> {
    fn new(waiting: &'a watch::Sender<usize>) -> Self {
        waiting.send_modify(|count| *count += 1);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

/// Returns what the client's user is asked about a call.
fn question(call: &WaitingCall) -> Question {
    let WaitingCall { server, tool, arguments, .. } = call;
    let message = format!(
        "A program waits for your approval of this call. Accept to let it be made, decline to reject \
         it.\n\n{}",
        harmless(&format!("{server}.{tool}({arguments})"))
    );
    let requested_schema = ElicitationSchema::new(BTreeMap::new());
    let meta = None;
    let form = ElicitRequestParams::FormElicitationParams { meta, message, requested_schema };
    Question::Elicit(Box::new(form))
}

fn shown(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 60 && seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        seconds if seconds > 0 => format!("{seconds} s"),
        _ => format!("{time:?}"),
    }
}
