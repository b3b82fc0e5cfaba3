//! Questions of a run to its client, while the run goes on.

#![expect(deprecated, reason = "sampling is of the protocol of 2025")]

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use rmcp::model::{
    CancelledNotificationParam, ClientCapabilities, ClientResult, CreateMessageRequest,
    CreateMessageRequestParams, CreateMessageResult, ElicitRequest, ElicitRequestParams,
    ElicitResult, RequestId, ServerRequest,
};
use rmcp::service::PeerRequestOptions;
use rmcp::{Peer, RoleServer};
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::progress::Progress;

/// The most questions of upstream servers that wait at a time, of one run.
const MAX_OPEN: usize = 8;
/// The most questions that upstream servers ask in one run.
const MAX_ASKED: usize = 64;

/// The client of a run, as the calls of the run know it.
#[derive(Default)]
pub(crate) struct RunClient {
    pub(crate) progress: Arc<Progress>,
    pub(crate) questions: Arc<Questions>,
}

/// The questions that a client can be asked.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Abilities {
    /// Elicitation with a form.
    pub(crate) forms: bool,
    /// Elicitation with an address that the user opens.
    pub(crate) urls: bool,
    /// Sampling, of the protocol of 2025 only.
    pub(crate) sampling: bool,
}

impl Abilities {
    /// Returns what a client declares. Sampling needs requests of the server, which there are none of in
    /// the protocol of 2026.
    pub(crate) fn of(capabilities: &ClientCapabilities, takes_requests: bool) -> Self {
        let elicitation = capabilities.elicitation.as_ref();
        Self {
            // One that says nothing of forms has them.
            forms: elicitation.is_some_and(|it| it.form.is_some() || it.url.is_none()),
            urls: elicitation.is_some_and(|it| it.url.is_some()),
            sampling: takes_requests && capabilities.sampling.is_some(),
        }
    }

    /// Returns what is left in the protocol of 2026.
    pub(crate) fn without_sampling(self) -> Self {
        Self { sampling: false, ..self }
    }

    /// Returns true if the client can be asked for some kind of input.
    pub(crate) fn can_elicit(self) -> bool {
        self.forms || self.urls
    }
}

#[derive(Clone)]
pub(crate) enum Question {
    Elicit(Box<ElicitRequestParams>),
    Sample(Box<CreateMessageRequestParams>),
}

pub(crate) enum Answer {
    Elicited(ElicitResult),
    Sampled(Box<CreateMessageResult>),
}

/// The party that asks a question.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    /// This server, about a call that needs approval. Those calls have a limit of their own.
    Approval,
    /// An upstream server.
    Upstream,
}

/// The questions of one run that have no answer yet.
#[derive(Default)]
pub(crate) struct Questions {
    pub(crate) abilities: Abilities,
    state: Mutex<State>,
    /// The number of changes of the open questions.
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    is_closed: bool,
    /// The questions that upstream servers have asked.
    asked: usize,
    /// In the order in which they were asked.
    open: Vec<Open>,
}

struct Open {
    key: String,
    asker: Asker,
    question: Question,
    /// True if the client is asked by a request that has no answer yet.
    is_put: bool,
    answer: oneshot::Sender<Answer>,
    /// Cancelled when nobody waits for the answer.
    gone: CancellationToken,
}

impl Questions {
    pub(crate) fn new(abilities: Abilities) -> Arc<Self> {
        Arc::new(Self { abilities, ..Self::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Asks a question. Errors, with a reason, if it cannot be asked.
    pub(crate) fn ask(
        self: &Arc<Self>,
        asker: Asker,
        question: Question,
    ) -> Result<Asked, &'static str> {
        let can = match &question {
            Question::Elicit(params) => match **params {
                ElicitRequestParams::FormElicitationParams { .. } => self.abilities.forms,
                ElicitRequestParams::UrlElicitationParams { .. } => self.abilities.urls,
                _ => false,
            },
            Question::Sample(_) => self.abilities.sampling,
        };
        if !can {
            return Err("the client of the program cannot be asked for this");
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| "there are no random numbers")?;
        let key = format!("{:032x}", u128::from_ne_bytes(random));
        let gone = CancellationToken::new();
        let (answer, answered) = oneshot::channel();
        {
            let mut state = self.state();
            if state.is_closed {
                return Err("the client of the program waits for its result, and cannot be asked");
            }
            if asker == Asker::Upstream {
                let open = state.open.iter().filter(|it| it.asker == asker).count();
                if open >= MAX_OPEN || state.asked >= MAX_ASKED {
                    return Err("too many questions were asked");
                }
                state.asked += 1;
            }
            state.open.push(Open {
                key: key.clone(),
                asker,
                question,
                is_put: false,
                answer,
                gone: gone.clone(),
            });
        }
        self.changed();
        Ok(Asked { questions: Arc::clone(self), key, answered, gone })
    }

    /// Answers a question. Nothing happens if nobody waits for the answer.
    pub(crate) fn answer(&self, key: &str, answer: Answer) {
        if let Some(open) = self.take(key) {
            // Fails if the question is about to be given up.
            let _ = open.answer.send(answer);
        }
    }

    fn take(&self, key: &str) -> Option<Open> {
        let mut state = self.state();
        let index = state.open.iter().position(|it| it.key == key)?;
        Some(state.open.remove(index))
    }

    /// Returns the questions that wait for an answer, at most so many, each with its key.
    pub(crate) fn open(&self, most: usize) -> Vec<(String, Question)> {
        let state = self.state();
        let open = state.open.iter().take(most);
        open.map(|it| (it.key.clone(), it.question.clone())).collect()
    }

    /// Waits until there is a question.
    pub(crate) async fn wait(&self) {
        let mut changes = self.changes.subscribe();
        while self.state().open.is_empty() {
            changes.borrow_and_update();
            if !self.state().open.is_empty() {
                return;
            }
            // Fails never: the sender is here.
            let _ = changes.changed().await;
        }
    }

    /// Gives up all questions, those to come as well.
    pub(crate) fn close(&self) {
        let open = {
            let mut state = self.state();
            state.is_closed = true;
            std::mem::take(&mut state.open)
        };
        drop(open);
        self.changed();
    }

    /// Puts the questions to a client of the protocol of 2025 as requests, until a future is ready.
    /// Questions that have no answer then are taken back.
    pub(crate) async fn put_to<T>(
        &self,
        client: &Peer<RoleServer>,
        until: impl Future<Output = T>,
    ) -> T {
        let mut changes = self.changes.subscribe();
        let mut dialogs = FuturesUnordered::new();
        tokio::pin!(until);
        loop {
            changes.borrow_and_update();
            for open in self.state().open.iter_mut().filter(|it| !it.is_put) {
                open.is_put = true;
                let (key, question) = (open.key.clone(), open.question.clone());
                let gone = open.gone.clone();
                dialogs.push(async move {
                    (key, gone.run_until_cancelled_owned(put(client, question)).await.flatten())
                });
            }
            tokio::select! {
                biased;
                value = &mut until => return value,
                _ = changes.changed() => {}
                Some((key, answer)) = dialogs.next() => match answer {
                    Some(answer) => self.answer(&key, answer),
                    // The client has failed, so the question has no answer.
                    None => drop(self.take(&key)),
                },
            }
        }
    }
}

/// A question that waits for its answer until this is dropped.
pub(crate) struct Asked {
    questions: Arc<Questions>,
    key: String,
    answered: oneshot::Receiver<Answer>,
    gone: CancellationToken,
}

impl Asked {
    /// Waits for the answer. Returns nothing if there will be none.
    pub(crate) async fn answer(&mut self) -> Option<Answer> {
        (&mut self.answered).await.ok()
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.gone.cancel();
        if self.questions.take(&self.key).is_some() {
            self.questions.changed();
        }
    }
}

/// Sends a question as a request, and returns the answer if it is one.
async fn put(client: &Peer<RoleServer>, question: Question) -> Option<Answer> {
    let request = match question {
        Question::Elicit(params) => ServerRequest::ElicitRequest(ElicitRequest::new(*params)),
        Question::Sample(params) => {
            ServerRequest::CreateMessageRequest(CreateMessageRequest::new(*params))
        }
    };
    let options = PeerRequestOptions::no_options();
    let sent = client.send_cancellable_request(request, options).await.ok()?;
    let mut dialog = Dialog { client: client.clone(), id: Some(sent.id.clone()) };
    let answer = sent.await_response().await;
    dialog.id = None;
    match answer.ok()? {
        ClientResult::ElicitResult(result) => Some(Answer::Elicited(result)),
        ClientResult::CreateMessageResult(result) => Some(Answer::Sampled(result)),
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
