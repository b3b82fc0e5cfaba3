//! Runs of clients of the protocol of 2026, which come back with answers and the state of a request.

use std::time::Duration;

use isolet_runs::RunId;
use rmcp::model::{
    ElicitRequest, ElicitResult, InputRequest, InputRequests, InputRequiredResult, InputResponses,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::caller::{self, Caller};
use super::handler::{Handler, cancelled};
use super::held::Held;
use super::run::{Answer, MAX_SHOWN};
use crate::question::{Answer as Asked, Question, Questions, RunClient};

/// The time in which the questions of a run are gathered before its client is asked.
const TOGETHER: Duration = Duration::from_millis(10);

impl Handler {
    /// Takes the answers to the questions of a run, and waits for its result or for further questions. No
    /// program is run.
    ///
    /// Errors if the state is not that of a run, or was used, or is that of another caller or of another
    /// request.
    pub(super) async fn answer_run(
        &self,
        code: &str,
        session: Option<&str>,
        state: Option<&str>,
        responses: InputResponses,
        context: &RequestContext<RoleServer>,
    ) -> Answer {
        let parse =
            |(key, answer)| Some((key, serde_json::from_value::<ElicitResult>(answer).ok()?));
        let answers: Option<Vec<_>> = responses.into_iter().map(parse).collect();
        let Some(answers) = answers else {
            let text = "`inputResponses` has what is no result of an elicitation";
            let data = json!({"name": "InputResponseError"});
            return Err(ErrorData::invalid_params(text, Some(data)));
        };
        let caller = Caller::of(self.endpoint, context);
        let request = digest(code, session);
        let found = state.and_then(|state| self.shared.held.redeem(state, &caller, &request));
        let Some((id, client)) = found else { return Err(wrong_state()) };
        client.progress.tell_to(caller::progress(context));
        for (key, answer) in answers {
            client.questions.answer(&key, Asked::Elicited(answer));
        }
        self.go_on(id, &client, context).await
    }

    /// Waits until a run that goes on has its result, or asks its client. Dropping the future ends the run,
    /// and so does a client that is gone.
    pub(super) async fn go_on(
        &self,
        id: RunId,
        client: &RunClient,
        context: &RequestContext<RoleServer>,
    ) -> Answer {
        let mut ending = Ending(Some((&self.shared.held, id)));
        let Some(result) = self.shared.held.result(id) else { return Err(wrong_state()) };
        tokio::select! {
            biased;
            result = result => Ok(result.into()),
            () = self.is_gone(context) => Err(cancelled()),
            requests = questions(&client.questions) => {
                client.progress.tell_to(None);
                let Some(state) = self.shared.held.issue(id) else { return Err(wrong_state()) };
                ending.0 = None;
                Ok(InputRequiredResult::new(Some(requests), Some(state)).into())
            }
        }
    }
}

/// Forgets a run, and ends it if it goes on, when this is dropped with it.
struct Ending<'a>(Option<(&'a Held, RunId)>);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if let Some((held, id)) = self.0.take() {
            held.remove(id);
        }
    }
}

/// Waits for questions, and returns them by their keys.
async fn questions(questions: &Questions) -> InputRequests {
    loop {
        questions.wait().await;
        // Calls that are made together ask together.
        tokio::time::sleep(TOGETHER).await;
        let open = questions.open(MAX_SHOWN).into_iter();
        let requests: InputRequests = open
            .filter_map(|(key, question)| match question {
                Question::Elicit(params) => {
                    Some((key, InputRequest::Elicitation(ElicitRequest::new(*params))))
                }
                Question::Sample(_) => None,
            })
            .collect();
        if !requests.is_empty() {
            return requests;
        }
    }
}

/// Returns the digest of a request to run a program.
pub(super) fn digest(code: &str, session: Option<&str>) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(code.len().to_le_bytes());
    digest.update(code);
    // No handle of a session has this byte.
    digest.update(session.unwrap_or("\0"));
    digest.finalize().into()
}

/// The error of a request whose state is not valid. It does not say why, as that would help to guess one.
pub(super) fn wrong_state() -> ErrorData {
    let text = "`requestState` is unknown, was used, or is of another caller, another request or a run \
                whose time is over; nothing was run";
    ErrorData::invalid_params(text, Some(json!({"name": "RequestStateError"})))
}
