//! Runs of programs for a client.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use isolet::code_mode::{CodeSession, CodeTool, Execution, RunContext};
use isolet_runs::RunId;
use rmcp::model::{CallToolResponse, CallToolResult, ContentBlock};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, Peer, RoleServer};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::approver::RunApprover;
use super::caller::{self, Caller};
use super::handler::{Handler, cancelled, refused};
use super::held::Dialogue;
use super::output;
use super::rounds::digest;
use super::shared::Shared;
use crate::question::{Questions, RunClient};
use crate::settings::Event;
use crate::text::{harmless, prefix};

/// The session that is no handle, but begins one.
const NEW_SESSION: &str = "new";

/// The most calls that the answer of a run that goes on shows, and the most bytes of an argument.
pub(super) const MAX_SHOWN: usize = 32;
const MAX_SHOWN_BYTES: usize = 1_000;

/// The answer to a request. It is an error if the client is gone or has cancelled it.
pub(super) type Answer = Result<CallToolResponse, ErrorData>;

/// A program and where it runs.
struct Program {
    shared: Arc<Shared>,
    id: RunId,
    code: String,
    session: Option<String>,
    approver: Option<RunApprover>,
    client: Arc<RunClient>,
    /// The client, if it is asked by requests.
    asked: Option<Peer<RoleServer>>,
}

impl Handler {
    /// Runs a program. If its calls wait for a decision, the answer says so, and the run goes on.
    pub(super) async fn run_code(
        &self,
        code: &str,
        session: Option<&str>,
        context: &RequestContext<RoleServer>,
    ) -> Answer {
        // One that waits for another program of its session must not take a place meanwhile.
        let known = session.and_then(|handle| self.shared.sessions.find(handle));
        if known.is_some_and(|session| session.is_busy()) {
            let text = "The session is busy with another program. Wait for its result.";
            return Ok(refused(text).into());
        }
        let id = match RunId::random() {
            Ok(id) => id,
            Err(error) => {
                return Ok(refused(&format!("The program does not begin: {error}.")).into());
            }
        };
        let shared = Arc::clone(&self.shared);
        let (waiting, mut waits) = watch::channel(0);
        let waiting = Arc::new(waiting);
        let (abilities, takes_requests) = caller::abilities(context);
        let client =
            Arc::new(RunClient { progress: Arc::default(), questions: Questions::new(abilities) });
        client.progress.tell_to(caller::progress(context));
        let approver = (!shared.policy.is_empty()).then(|| RunApprover {
            shared: Arc::clone(&shared),
            run: id,
            questions: Arc::clone(&client.questions),
            waiting: Arc::clone(&waiting),
        });
        let run = Program {
            shared,
            id,
            code: code.to_owned(),
            session: session.map(str::to_owned),
            approver,
            client: Arc::clone(&client),
            asked: takes_requests.then(|| context.peer.clone()),
        };
        let mut run = run.run().boxed();
        let limits = &self.shared.options.limits;
        let time = if abilities.forms { limits.hold_time } else { limits.waiting_time };
        let asks = async {
            if takes_requests || !abilities.can_elicit() {
                return std::future::pending().await;
            }
            client.questions.wait().await;
        };
        let calls_wait = async {
            if !takes_requests && abilities.forms {
                return std::future::pending().await;
            }
            waits_for(&mut waits, time).await;
        };
        let asks = tokio::select! {
            biased;
            result = &mut run => return Ok(result.into()),
            () = asks => true,
            () = calls_wait => false,
        };
        let dialogue = asks.then(|| Dialogue {
            client: Arc::clone(&client),
            caller: Caller::of(self.endpoint, context),
            request: digest(code, session),
            state: None,
        });
        let held = self.shared.held.hold(id, run, self.gone.clone(), dialogue);
        if !takes_requests && (!asks || held.is_err()) {
            // It does not come back with answers.
            client.questions.close();
        }
        match held {
            Ok(()) if asks => self.go_on(id, &client, context).await,
            Ok(()) => {
                client.progress.tell_to(None);
                Ok(self.waiting(id).into())
            }
            // Too many go on, so the client waits for its answer.
            Err(run) => Ok(run.await.into()),
        }
    }

    /// Waits for the result of a run that goes on.
    pub(super) async fn wait_run(&self, id: &str, context: &RequestContext<RoleServer>) -> Answer {
        let unknown = "There is no such run, or its result was fetched, or its time is over.";
        let id = id.parse::<RunId>().ok();
        let found = id.and_then(|id| Some((id, self.shared.held.result(id)?)));
        let Some((id, result)) = found else { return Ok(refused(unknown).into()) };
        tokio::select! {
            biased;
            result = result => {
                self.shared.held.remove(id);
                Ok(result.into())
            }
            () = self.is_gone(context) => {
                self.shared.held.remove(id);
                Err(cancelled())
            }
            () = tokio::time::sleep(self.shared.options.limits.hold_time) => {
                Ok(self.waiting(id).into())
            }
        }
    }

    /// Ready when a request is cancelled, or its client is gone.
    pub(super) async fn is_gone(&self, context: &RequestContext<RoleServer>) {
        tokio::select! {
            () = context.ct.cancelled() => {}
            () = self.gone.cancelled() => {}
        }
    }

    /// Returns the answer of a run that goes on.
    fn waiting(&self, id: RunId) -> CallToolResult {
        let calls = self.shared.pending.list(Some(id));
        let mut text = String::from("The program still runs.");
        if !calls.is_empty() {
            text.push_str(" These calls wait for the approval of a person:");
        }
        let others = calls.len().saturating_sub(MAX_SHOWN);
        let calls = calls.iter().take(MAX_SHOWN).map(|call| {
            let tool = harmless(&format!("{}.{}", call.server, call.tool));
            let arguments = harmless(prefix(&call.arguments, MAX_SHOWN_BYTES).0);
            // Writing to a string cannot fail.
            let _ = write!(text, "\n- {tool}({arguments})");
            json!({"id": call.id, "tool": tool, "arguments": arguments})
        });
        let calls: Vec<_> = calls.collect();
        if others > 0 {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n- and {others} others");
        }
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\nIt goes on by itself after the decision. Do not run it again: call `wait_run` with \
             the run {id} for its result."
        );
        let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
        result.structured_content = Some(output::waiting(id, &calls));
        result
    }
}

/// Ready when calls have waited for a time, and one still does.
async fn waits_for(waits: &mut watch::Receiver<usize>, time: Duration) {
    loop {
        if waits.wait_for(|count| *count > 0).await.is_err() {
            return std::future::pending().await;
        }
        tokio::time::sleep(time).await;
        if *waits.borrow() > 0 {
            return;
        }
    }
}

/// The place in which a program runs.
enum Place {
    Alone(CodeTool),
    Session(String, Arc<CodeSession>),
}

impl Program {
    async fn run(self) -> CallToolResult {
        let Self { shared, id, code, session, approver, client, asked } = self;
        // Fails if the semaphore is closed, which it never is.
        let _place = shared.runs.acquire().await;
        let catalog = shared.catalog();
        let sessions = &shared.sessions;
        let place = match session {
            None => Place::Alone(catalog.code.clone()),
            Some(handle) if handle == NEW_SESSION => match sessions.begin(&catalog.code) {
                Ok((handle, session)) => Place::Session(handle, session),
                Err(reason) => return refused(&format!("No session begins: {reason}")),
            },
            Some(handle) => match sessions.find(&handle) {
                Some(session) => Place::Session(handle, session),
                None => {
                    return refused(
                        "There is no such session, or it has ended and its variables are lost. \
                         `new` begins another one.",
                    );
                }
            },
        };
        let questions = Arc::clone(&client.questions);
        // Nobody is asked after the program has ended.
        let _closing = Closing(&questions);
        let mut context = RunContext::new().value(client);
        if let Some(store) = &shared.options.runs {
            match store.begin(id, &code).await {
                Ok(record) => context = context.recorder(record),
                Err(error) => {
                    shared.options.observe(Event::Unrecorded { reason: error.to_string() });
                    return refused(&format!("The program was not run: {error}."));
                }
            }
        }
        if let Some(approver) = approver {
            context = context.approver(approver);
        }
        let limits = &shared.options.limits;
        match place {
            Place::Alone(tool) => {
                let execution = tool.execute_with(&code, context);
                let execution = asking(asked.as_ref(), &questions, execution).await;
                report(&shared, &execution);
                output::render(execution, limits)
            }
            Place::Session(handle, session) => {
                let execution = session.execute_with(&code, context);
                let execution = asking(asked.as_ref(), &questions, execution).await;
                report(&shared, &execution);
                let mut result = output::render(execution, limits);
                // Another session may have taken its place while it waited.
                if session.has_ended() || sessions.find(&handle).is_none() {
                    sessions.remove(&handle);
                    let text = "The session has ended, and its variables are lost.";
                    result.content.push(ContentBlock::text(text));
                } else {
                    result.content.push(ContentBlock::text(format!("Session: {handle}")));
                    if let Some(Value::Object(structured)) = &mut result.structured_content {
                        structured.insert("session".to_owned(), handle.into());
                    }
                }
                result
            }
        }
    }
}

/// Puts the questions of a program to a client that takes requests, until the program ends.
async fn asking(
    client: Option<&Peer<RoleServer>>,
    questions: &Questions,
    program: impl Future<Output = Execution>,
) -> Execution {
    match client {
        Some(client) => questions.put_to(client, program).await,
        None => program.await,
    }
}

/// Gives up the questions of a program when it is dropped.
struct Closing<'a>(&'a Questions);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn report(shared: &Shared, execution: &Execution) {
    if let Some(error) = &execution.record_error {
        shared.options.observe(Event::Unrecorded { reason: error.to_string() });
    }
}
