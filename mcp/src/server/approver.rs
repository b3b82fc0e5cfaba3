//! The approver of one run's calls.

use std::sync::Arc;
use std::time::Duration;

use isolet::code_mode::{Approval, Approver, ToolCall};
use isolet_runs::RunId;
use rmcp::model::{
    CancelledNotificationParam, ClientResult, ElicitRequest, ElicitRequestParams,
    ElicitationAction, ElicitationSchema, RequestId, ServerRequest,
};
use rmcp::service::PeerRequestOptions;
use rmcp::{Peer, RoleServer};
use tokio::sync::watch;

use super::pending::{Asked, WaitingCall};
use super::shared::Shared;
use crate::text::harmless;

/// Asks about the calls of one run that need approval: the client, if it can ask its user, and whoever
/// else decides about the calls that wait.
#[derive(Clone)]
pub(super) struct RunApprover {
    pub(super) shared: Arc<Shared>,
    pub(super) run: RunId,
    pub(super) client: Option<Peer<RoleServer>>,
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
        let decision = match &self.client {
            Some(client) => elicit(client, call).await,
            None => None,
        };
        match decision {
            Some(decision) => decision,
            None => std::future::pending().await,
        }
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

/// Returns true if a client can ask its user. In the protocol of 2026, servers send no requests.
pub(super) fn can_elicit(client: &Peer<RoleServer>) -> bool {
    let Some(info) = client.peer_info() else { return false };
    // One that says nothing of forms has them.
    let elicitation = info.capabilities.elicitation.as_ref();
    let forms = elicitation.is_some_and(|it| it.form.is_some() || it.url.is_none());
    forms && info.protocol_version.has_initialize()
}

async fn elicit(client: &Peer<RoleServer>, call: &WaitingCall) -> Option<Approval> {
    let WaitingCall { server, tool, arguments, .. } = call;
    let message = format!(
        "A program waits for your approval of this call. Accept to let it be made, decline to reject \
         it.\n\n{}",
        harmless(&format!("{server}.{tool}({arguments})"))
    );
    let requested_schema = ElicitationSchema::new(std::collections::BTreeMap::new());
    let params =
        ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema };
    let request = ServerRequest::ElicitRequest(ElicitRequest::new(params));
    let sent =
        client.send_cancellable_request(request, PeerRequestOptions::no_options()).await.ok()?;
    let mut dialog = Dialog { client: client.clone(), id: Some(sent.id.clone()) };
    let answer = sent.await_response().await;
    dialog.id = None;
    match answer {
        Ok(ClientResult::ElicitResult(result)) => Some(match result.action {
            ElicitationAction::Accept => Approval::Approved,
            _ => Approval::Rejected("the user has rejected the call".to_owned()),
        }),
        _ => None,
    }
}

/// A question that the client shows. If it is dropped with its id, the client is told that nobody waits
/// for the answer any more.
struct Dialog {
    client: Peer<RoleServer>,
    id: Option<RequestId>,
}

impl Drop for Dialog {
    fn drop(&mut self) {
        let (Some(id), Ok(runtime)) = (self.id.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let client = self.client.clone();
        runtime.spawn(async move {
            let reason = Some("it was decided elsewhere, or the run has ended".to_owned());
            let param = CancelledNotificationParam::new(Some(id), reason);
            // A client that is gone shows nothing.
            let _ = client.notify_cancelled(param).await;
        });
    }
}

fn shown(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 60 && seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        seconds if seconds > 0 => format!("{seconds} s"),
        _ => format!("{time:?}"),
    }
}
