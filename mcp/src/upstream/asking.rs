//! Requests of a server for input, which clients of programs answer.

#![expect(deprecated, reason = "sampling is of the protocol of 2025")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use rmcp::ErrorData;
use rmcp::model::{
    ClientCapabilities, CreateMessageRequestParams, CreateMessageResult, ElicitRequestParams,
    ElicitResult, ElicitationAction, ElicitationCapability, ErrorCode, Extensions,
    FormElicitationCapability, InputRequest, InputRequests, InputResponses, JsonObject, MetaObject,
    SamplingCapability, UrlElicitationCapability,
};
use serde_json::Value;

use super::asks;
use super::calls::{Calling, Calls, Origin};
use crate::question::{Abilities, Answer, Question};
use crate::settings::{Event, Options};

/// The most requests for input in one answer of a server.
const MAX_INPUTS: usize = 8;
/// The most requests of a server that are reported because they are not passed on.
const MAX_REPORTED: usize = 16;
/// The field of an answer's `_meta` that says why nobody was asked.
const REASON: &str = "isolet/reason";

/// The requests of one server for input, and the clients that answer them.
pub(super) struct Asking {
    server: String,
    options: Arc<Options>,
    /// True if the server may ask the models of clients.
    may_sample: bool,
    pub(super) calls: Arc<Calls>,
    reported: AtomicUsize,
}

impl Asking {
    pub(super) fn new(server: String, options: Arc<Options>, may_sample: bool) -> Self {
        Self { server, options, may_sample, calls: Arc::default(), reported: AtomicUsize::new(0) }
    }

    /// Returns what a server is told that clients can do. Which client is asked is not known before a
    /// call, so it is told of all that may be passed on.
    pub(super) fn capabilities(&self) -> ClientCapabilities {
        let all = Abilities { forms: true, urls: true, sampling: self.may_sample };
        capabilities(all)
    }

    /// Passes an elicitation on to the client of the program whose call waits.
    pub(super) async fn elicit(
        &self,
        params: ElicitRequestParams,
        extensions: &Extensions,
    ) -> ElicitResult {
        let origin = self.calls.find(extensions);
        self.elicit_for(params, origin).await
    }

    async fn elicit_for(
        &self,
        params: ElicitRequestParams,
        origin: Result<Origin, &'static str>,
    ) -> ElicitResult {
        let asked = async {
            let question = Question::Elicit(Box::new(asks::elicitation(&self.server, params)?));
            match origin?.ask(question, self.options.limits.approval_time).await? {
                Answer::Elicited(result) => Ok(result),
                Answer::Sampled(_) => Err("the client of the program gave another answer"),
            }
        };
        match asked.await {
            Ok(result) => {
                let mut answer = ElicitResult::new(result.action);
                answer.content = result.content;
                answer
            }
            Err(reason) => {
                self.report("input", reason);
                let reason = Value::from(format!("nobody was asked: {reason}"));
                let meta = MetaObject(JsonObject::from_iter([(REASON.to_owned(), reason)]));
                ElicitResult::new(ElicitationAction::Cancel).with_meta(meta)
            }
        }
    }

    /// Passes a request for a model's message on to the client of the program whose call waits.
    pub(super) async fn sample(
        &self,
        params: CreateMessageRequestParams,
        extensions: &Extensions,
    ) -> Result<CreateMessageResult, ErrorData> {
        let asked = async {
            if !self.may_sample {
                return Err("the configuration does not allow it for this server");
            }
            let question = Question::Sample(Box::new(asks::sampling(&self.server, params)?));
            let origin = self.calls.find(extensions)?;
            match origin.ask(question, self.options.limits.approval_time).await? {
                Answer::Sampled(result) => Ok(*result),
                Answer::Elicited(_) => Err("the client of the program gave another answer"),
            }
        };
        asked.await.map_err(|reason| {
            self.report("a model's message", reason);
            let data = serde_json::json!({"name": "SamplingRefusedError"});
            let message = format!("sampling is refused: {reason}");
            ErrorData::new(ErrorCode(-1), message, Some(data))
        })
    }

    /// Answers what a server of the protocol of 2026 asks as the answer of a call.
    ///
    /// Errors, with a reason, if it asks for what it cannot have.
    pub(super) async fn input(
        &self,
        requests: InputRequests,
        calling: &Calling,
    ) -> Result<InputResponses, String> {
        if requests.len() > MAX_INPUTS {
            return Err("the tool asks too many questions at once".to_owned());
        }
        let mut elicitations = Vec::new();
        for (key, request) in requests {
            match request {
                InputRequest::Elicitation(request) => elicitations.push((key, request.params)),
                InputRequest::CreateMessage(_) => {
                    let reason = "sampling is for servers of the protocol of 2025 alone";
                    return Err(format!("SamplingRefusedError: sampling is refused: {reason}"));
                }
                _ => return Err("the tool asks for input that it cannot have".to_owned()),
            }
        }
        let answers = elicitations.into_iter().map(|(key, params)| async {
            let answer = self.elicit_for(params, Ok(calling.origin())).await;
            serde_json::to_value(answer).map(|answer| (key, answer))
        });
        let answers = join_all(answers).await.into_iter();
        answers.collect::<Result<BTreeMap<_, _>, _>>().map_err(|error| error.to_string())
    }

    /// Reports a request that is not passed on, unless there were many.
    fn report(&self, wanted: &str, reason: &str) {
        if self.reported.fetch_add(1, Ordering::Relaxed) < MAX_REPORTED {
            let (server, reason) = (self.server.clone(), reason.to_owned());
            let wanted = wanted.to_owned();
            self.options.observe(Event::NotAsked { server, wanted, reason });
        }
    }
}

/// Returns what a server is told of a client.
pub(super) fn capabilities(abilities: Abilities) -> ClientCapabilities {
    let mut capabilities = ClientCapabilities::default();
    if abilities.can_elicit() {
        let mut elicitation = ElicitationCapability::new();
        elicitation.form = abilities.forms.then(FormElicitationCapability::new);
        elicitation.url = abilities.urls.then(UrlElicitationCapability::new);
        capabilities.elicitation = Some(elicitation);
    }
    capabilities.sampling = abilities.sampling.then(SamplingCapability::default);
    capabilities
}
