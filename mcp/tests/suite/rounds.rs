//! Runs of clients of the protocol of 2026, which go on by the state of a request.

use std::sync::Arc;

use isolet::code_mode::Approval;
use isolet_mcp::{Limits, Options, Pins, Server};
use rmcp::RoleClient;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ElicitationAction, InputRequiredResult,
};
use rmcp::service::RunningService;
use serde_json::{Value, json};

use crate::asker::Asker;
use crate::peer::{NEW, OLD};
use crate::user::{User, run};
use crate::{Events, modern, start_with};

/// A server whose upstream server `up` has a tool that needs approval, `count`, and one that asks.
struct Rounds {
    server: Arc<Server>,
    asker: Asker,
}

type Running = RunningService<RoleClient, User>;

impl Rounds {
    async fn new(limits: Limits) -> Self {
        Self::of(limits, OLD).await
    }

    async fn of(limits: Limits, versions: &'static [rmcp::model::ProtocolVersion]) -> Self {
        let asker = Asker::new(versions);
        let config = json!({
            "mcpServers": {"up": {"url": asker.over_http().await}},
            "approve": ["up.count"],
        });
        let options: Options = Events::default().options(limits, Pins::new());
        Self { server: Arc::new(start_with(config, options).await.unwrap()), asker }
    }

    async fn client(&self) -> Running {
        User::with_forms().connect(&self.server, modern()).await
    }
}

fn request(code: &str) -> CallToolRequestParams {
    crate::params("run_code", &json!({"code": code}))
}

/// Sends a request, and returns the questions.
async fn asks(client: &Running, params: CallToolRequestParams) -> InputRequiredResult {
    match client.peer().call_tool_once(params).await.unwrap() {
        CallToolResponse::InputRequired(result) => result,
        other => panic!("{other:?}"),
    }
}

/// Sends a request, and returns the result.
async fn completes(client: &Running, params: CallToolRequestParams) -> CallToolResult {
    match client.peer().call_tool_once(params).await.unwrap() {
        CallToolResponse::Complete(result) => result,
        other => panic!("{other:?}"),
    }
}

/// Sends a request with a state that is not accepted.
async fn is_refused(client: &Running, params: CallToolRequestParams) {
    let error = client.peer().call_tool_once(params).await.unwrap_err();
    let rmcp::ServiceError::McpError(error) = error else { panic!("{error}") };
    assert_eq!(error.data, Some(json!({"name": "RequestStateError"})));
    assert!(error.message.contains("nothing was run"), "{}", error.message);
}

/// Returns the request again with these answers.
fn again(code: &str, asked: &InputRequiredResult, action: &str) -> CallToolRequestParams {
    let keys = asked.input_requests.as_ref().unwrap().keys();
    let answers = keys.map(|key| (key.clone(), json!({"action": action, "content": {}})));
    request(code)
        .with_input_responses(answers.collect())
        .with_request_state(asked.request_state.clone().unwrap())
}

const CODE: &str = "return [(await up.count({})).answers, (await up.count({})).answers]";

/// Each call that needs approval asks, and the program goes on from there.
#[tokio::test]
async fn an_approval_is_asked_and_the_run_goes_on() {
    for versions in [OLD, NEW] {
        let rounds = Rounds::of(Limits::default(), versions).await;
        let user = User::with_forms();
        let client = user.connect(&rounds.server, modern()).await;
        let code = "const x = {}; x.first = (await up.count({})).answers;
            const [answer] = (await up.ask({})).answers;
            return [x.first, answer.content.n, (await up.count({n: 1})).answers]";
        // A program that began again would count further.
        assert_eq!(run(&client, code).await["result"], json!([1, 7, 3]));
        let asked = user.asked.lock().unwrap().clone();
        let messages: Vec<_> = asked.iter().map(|it| it["message"].as_str().unwrap()).collect();
        assert!(messages[0].ends_with("\n\nup.count({})"), "{messages:?}");
        assert!(messages[1].starts_with("The server \"up\" asks for input."), "{messages:?}");
        assert!(messages[2].ends_with("\n\nup.count({\"n\":1})"), "{messages:?}");
        assert_eq!(messages.len(), 3);
        assert_eq!(rounds.asker.count(), 3);
        let names = client.list_all_tools().await.unwrap();
        assert_eq!(names.last().unwrap().name, "wait_run");
    }
}

#[tokio::test]
async fn calls_that_wait_together_are_asked_about_together() {
    let rounds = Rounds::new(Limits::default()).await;
    let client = rounds.client().await;
    let code = "return (await Promise.all([up.count({}), up.count({}), up.ask({})])).length";
    let asked = asks(&client, request(code)).await;
    // The question of the server may have come later.
    assert!(asked.input_requests.as_ref().unwrap().len() >= 2, "{asked:?}");
    let params = again(code, &asked, "accept");
    match client.peer().call_tool_once(params).await.unwrap() {
        CallToolResponse::Complete(result) => {
            assert_eq!(result.structured_content.unwrap()["result"], 3);
        }
        CallToolResponse::InputRequired(asked) => {
            let result = completes(&client, again(code, &asked, "accept")).await;
            assert_eq!(result.structured_content.unwrap()["result"], 3);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_call_that_is_declined_throws() {
    let rounds = Rounds::new(Limits::default()).await;
    let code = "try { await up.count({}) } catch (error) { return error.name }";
    for action in [ElicitationAction::Decline, ElicitationAction::Cancel] {
        let client = User::with_forms().who_says(action).connect(&rounds.server, modern()).await;
        assert_eq!(run(&client, code).await["result"], "RejectedError");
    }
    assert_eq!(rounds.asker.count(), 0);
}

/// A state is used once, by whoever got it, for the same request. Nothing is run otherwise.
#[tokio::test]
async fn a_state_is_of_one_caller_and_one_request() {
    let rounds = Rounds::new(Limits::default()).await;
    let (client, other) = (rounds.client().await, rounds.client().await);
    let asked = asks(&client, request(CODE)).await;
    let state = asked.request_state.clone().unwrap();
    assert_eq!(state.len(), 43);
    let right = again(CODE, &asked, "accept");

    let mut altered = state.clone();
    altered.replace_range(..1, if state.starts_with('A') { "B" } else { "A" });
    for wrong in ["", "x", &altered, &state[1..], &format!("{state} "), &format!("{state}A")] {
        is_refused(&client, right.clone().with_request_state(wrong)).await;
    }
    // Without a state, with another program or tool, in a session, and of another connection.
    let mut without = right.clone();
    without.request_state = None;
    let mut tool = right.clone();
    tool.name = "search_tools".into();
    tool.arguments = json!({"query": "count"}).as_object().cloned();
    let mut session = right.clone();
    session.arguments = json!({"code": CODE, "session": "new"}).as_object().cloned();
    let mut code = right.clone();
    code.arguments = json!({"code": format!("{CODE} ")}).as_object().cloned();
    for wrong in [without, tool, session, code] {
        is_refused(&client, wrong).await;
    }
    is_refused(&other, right.clone()).await;
    assert_eq!(rounds.asker.count(), 0);

    // It is still good, once.
    let second = asks(&client, right.clone()).await;
    assert_ne!(second.request_state, asked.request_state);
    assert_eq!(rounds.asker.count(), 1);
    is_refused(&client, right).await;
    let right = again(CODE, &second, "accept");
    let result = completes(&client, right.clone()).await;
    assert_eq!(result.structured_content.unwrap()["result"], json!([1, 2]));
    is_refused(&client, right).await;
    is_refused(&client, again(CODE, &asked, "accept")).await;
    assert_eq!(rounds.asker.count(), 2);
}

#[tokio::test]
async fn answers_that_are_none_use_up_nothing() {
    let rounds = Rounds::new(Limits::default()).await;
    let client = rounds.client().await;
    let code = "return (await up.count({})).answers";
    let asked = asks(&client, request(code)).await;
    let key = asked.input_requests.as_ref().unwrap().keys().next().unwrap().clone();
    let with = |key: &str, answer: Value| {
        request(code)
            .with_input_responses([(key.to_owned(), answer)].into())
            .with_request_state(asked.request_state.clone().unwrap())
    };
    for wrong in [json!(null), json!("accept"), json!({}), json!({"action": "approve"})] {
        let error = client.peer().call_tool_once(with(&key, wrong)).await.unwrap_err();
        assert!(error.to_string().contains("no result of an elicitation"), "{error}");
    }
    // An answer to no question leaves it open, and it is asked again.
    let asked_again = asks(&client, with("other", json!({"action": "accept"}))).await;
    assert_eq!(asked_again.input_requests, asked.input_requests);
    assert_eq!(rounds.asker.count(), 0);
    let result = completes(&client, again(code, &asked_again, "accept")).await;
    assert_eq!(result.structured_content.unwrap()["result"], 1);
}

#[tokio::test]
async fn an_answer_to_another_run_decides_nothing() {
    let rounds = Rounds::new(Limits::default()).await;
    let client = rounds.client().await;
    let code = "try { return (await up.count({})).answers } catch (error) { return error.name }";
    let first = asks(&client, request(code)).await;
    let second = asks(&client, request(code)).await;
    // The state of one, and the answer to the other.
    let mut mixed = again(code, &first, "accept");
    mixed.request_state.clone_from(&second.request_state);
    let open = asks(&client, mixed).await;
    assert_eq!(open.input_requests, second.input_requests);
    assert_eq!(rounds.server.waiting().len(), 2);
    assert_eq!(rounds.asker.count(), 0);
    let result = completes(&client, again(code, &open, "decline")).await;
    assert_eq!(result.structured_content.unwrap()["result"], "RejectedError");
    let result = completes(&client, again(code, &first, "accept")).await;
    assert_eq!(result.structured_content.unwrap()["result"], 1);
}

/// Somebody else decides, and the client comes back for the result.
#[tokio::test]
async fn the_result_waits_for_the_client() {
    let rounds = Rounds::new(Limits::default()).await;
    let client = rounds.client().await;
    let code = "return (await up.count({})).answers";
    let asked = asks(&client, request(code)).await;
    let waiting = rounds.server.waiting();
    assert!(rounds.server.decide(&waiting[0].id, Approval::Approved));
    let result = completes(&client, again(code, &asked, "decline")).await;
    assert_eq!(result.structured_content.unwrap()["result"], 1);
    // The run is over, and so is its state.
    is_refused(&client, again(code, &asked, "accept")).await;
}

#[tokio::test]
async fn runs_that_wait_for_answers_are_bounded() {
    let rounds = Rounds::new(Limits { held_runs: 1, ..Limits::default() }).await;
    let client = rounds.client().await;
    let code = "return (await up.count({})).answers";
    let asked = asks(&client, request(code)).await;
    // Another one cannot be asked, and waits for whoever else decides.
    let approve = async {
        let first = rounds.server.waiting()[0].id.clone();
        loop {
            let waiting = rounds.server.waiting();
            if let Some(other) = waiting.iter().find(|call| call.id != first) {
                assert!(rounds.server.decide(&other.id, Approval::Approved));
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let (second, ()) = tokio::join!(completes(&client, request(code)), approve);
    assert_eq!(second.structured_content.unwrap()["result"], 1);
    // A question of a server is answered without the user.
    let ask = "return (await up.ask({})).answers[0]._meta['isolet/reason']";
    let result = completes(&client, request(ask)).await;
    let reason = result.structured_content.unwrap()["result"].take();
    assert!(reason.as_str().unwrap().starts_with("nobody was asked"), "{reason}");
    let result = completes(&client, again(code, &asked, "accept")).await;
    assert_eq!(result.structured_content.unwrap()["result"], 3);
}

/// A client that is gone ends its runs, and their calls are never made.
#[tokio::test]
async fn a_client_that_is_gone_ends_its_runs() {
    let rounds = Rounds::new(Limits::default()).await;
    let client = rounds.client().await;
    asks(&client, request(CODE)).await;
    let id = rounds.server.waiting()[0].id.clone();
    client.cancel().await.unwrap();
    while !rounds.server.waiting().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!rounds.server.decide(&id, Approval::Approved));
    assert_eq!(rounds.asker.count(), 0);
}

/// Cancelling the request that came back ends the run.
#[tokio::test]
async fn cancelling_a_later_request_ends_the_run() {
    let rounds = Rounds::new(Limits::default()).await;
    let client = rounds.client().await;
    let code = "await up.count({}); await up.wait({})";
    let asked = asks(&client, request(code)).await;
    let right = again(code, &asked, "accept");
    tokio::select! {
        _ = client.peer().call_tool_once(right.clone()) => panic!("it waits"),
        () = rounds.asker.waiting.notified() => {}
    }
    rounds.asker.cancelled.notified().await;
    is_refused(&client, right).await;
}
