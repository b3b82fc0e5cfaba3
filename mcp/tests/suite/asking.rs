//! Questions of upstream servers to the user and the model of a client.

use std::time::Duration;

use isolet_mcp::{Limits, Pins};
use rmcp::ClientLifecycleMode;
use rmcp::model::ElicitationAction;
use serde_json::{Value, json};

use crate::asker::Asker;
use crate::peer::{NEW, OLD};
use crate::user::{User, run};
use crate::{Client, World, modern, params, process};

const ASK: &str = "return (await up.ask({})).answers[0]";

/// Returns the events about requests that were not passed on.
fn not_asked(world: &World) -> Vec<String> {
    let lines = world.events.lines();
    lines.into_iter().filter(|line| line.contains("nobody was asked")).collect()
}

/// Upstream servers and clients each speak the protocol of 2025 and that of 2026.
#[tokio::test]
async fn elicitation_is_passed_on_in_all_pairings() {
    let (old, new) = (Asker::new(OLD), Asker::new(NEW));
    let world = World::new(json!({
        "a": {"url": old.over_http().await},
        "b": {"url": new.over_http().await},
        "c": process("asks-old"),
        "d": process("asks-new"),
    }))
    .await;
    for lifecycle in [ClientLifecycleMode::Initialize, modern()] {
        for name in ["a", "b", "c", "d"] {
            let user = User::with_forms();
            let client = user.connect(&world.server, lifecycle.clone()).await;
            let code = format!(
                "const before = (await {name}.count({{}})).answers;
                 const [answer] = (await {name}.ask({{}})).answers;
                 return [answer, (await {name}.count({{}})).answers - before]"
            );
            let done = run(&client, &code).await;
            let result = &done["result"];
            assert_eq!(result[0]["action"], "accept", "{name}: {done}");
            assert_eq!(result[0]["content"], json!({"n": 7}));
            // The tool was called once.
            assert_eq!(result[1], 2, "{name}");
            let asked = user.is_asked(1).await;
            assert_eq!(asked.len(), 1);
            let message = asked[0]["message"].as_str().unwrap();
            let expected = format!(
                "The server \"{name}\" asks for input. It approves no call of a program. The server \
                 says:\n> Which\\u001b[2J one?"
            );
            assert_eq!(message, expected);
            let field = &asked[0]["requestedSchema"]["properties"]["n"];
            assert_eq!(*field, json!({"type": "integer", "title": "N\\u202e"}));
            let statuses = done["calls"].as_array().unwrap().iter();
            let statuses: Vec<_> = statuses.map(|call| call["status"].clone()).collect();
            assert_eq!(statuses, ["done"; 3]);
        }
    }
    assert!(not_asked(&world).is_empty());
}

#[tokio::test]
async fn the_answer_of_the_user_is_passed_on_as_it_is() {
    for versions in [OLD, NEW] {
        let world =
            World::new(json!({"up": {"url": Asker::new(versions).over_http().await}})).await;
        for lifecycle in [ClientLifecycleMode::Initialize, modern()] {
            for (action, expected) in
                [(ElicitationAction::Decline, "decline"), (ElicitationAction::Cancel, "cancel")]
            {
                let user = User::with_forms().who_says(action);
                let client = user.connect(&world.server, lifecycle.clone()).await;
                let answer = run(&client, ASK).await["result"].take();
                assert_eq!(answer["action"], expected);
                assert!(answer.get("content").is_none() && answer.get("_meta").is_none());
            }
        }
    }
}

/// The server is told that nobody was asked, and in the protocol of 2026 that nobody can be.
#[tokio::test]
async fn a_client_that_cannot_ask_is_not_asked() {
    for versions in [OLD, NEW] {
        let world =
            World::new(json!({"up": {"url": Asker::new(versions).over_http().await}})).await;
        for lifecycle in [ClientLifecycleMode::Initialize, modern()] {
            let client = Client::new(&world.server, lifecycle).await;
            let result = client.call("run_code", json!({"code": ASK})).await;
            let answer = &result.structured_content.unwrap()["result"];
            assert_eq!(answer["action"], "cancel");
            let reason = "nobody was asked: the client of the program cannot be asked for this";
            assert_eq!(answer["_meta"]["isolet/reason"], reason);
            assert_eq!(answer.get("can").unwrap_or(&Value::Null), &Value::Null);
        }
        world.events.wait("up: it has asked for input, and nobody was asked").await;
    }
}

#[tokio::test]
async fn addresses_are_opened_where_the_client_says_that_it_can() {
    let question = json!({
        "mode": "url", "message": "Log in.", "url": "https://a.example/x", "elicitationId": "1",
    });
    let code = format!("return (await up.ask({{question: {question}}})).answers[0]");
    let forms = json!({"elicitation": {"form": {}}});
    let urls = json!({"elicitation": {"url": {}}});
    for versions in [OLD, NEW] {
        let world =
            World::new(json!({"up": {"url": Asker::new(versions).over_http().await}})).await;
        for lifecycle in [ClientLifecycleMode::Initialize, modern()] {
            for (capabilities, is_asked) in [(&urls, true), (&forms, false)] {
                let user = User::new(capabilities.clone());
                let client = user.connect(&world.server, lifecycle.clone()).await;
                let answer = run(&client, &code).await["result"].take();
                assert_eq!(answer["action"], if is_asked { "accept" } else { "cancel" });
                let asked = user.asked.lock().unwrap().clone();
                assert_eq!(asked.len(), usize::from(is_asked));
                if is_asked {
                    assert_eq!(asked[0]["url"], "https://a.example/x");
                    let message = asked[0]["message"].as_str().unwrap();
                    let shown = "asks to open this address: https://a.example/x.";
                    assert!(message.contains(shown), "{message}");
                }
            }
            // One that opens addresses alone is shown no forms.
            let client = User::new(urls.clone()).connect(&world.server, lifecycle).await;
            assert_eq!(run(&client, ASK).await["result"]["action"], "cancel");
        }
    }
}

/// A server that asks without end is answered, and its client is not flooded.
#[tokio::test]
async fn a_flood_of_questions_reaches_nobody() {
    let asker = Asker::new(OLD);
    let world = World::new(json!({"up": {"url": asker.over_http().await}})).await;
    let user = User::with_forms().who_waits();
    let client = user.connect(&world.server, ClientLifecycleMode::Initialize).await;
    let code = "return (await up.ask({times: 200})).answers.map(it => it.action)";
    let answer = async {
        asker.answers.subscribe().wait_for(|count| *count >= 192).await.unwrap();
        assert_eq!(user.is_asked(8).await.len(), 8);
        user.answers.add_permits(8);
    };
    let (done, ()) = tokio::join!(run(&client, code), answer);
    let actions = done["result"].as_array().unwrap();
    let count = |action: &str| actions.iter().filter(|it| *it == action).count();
    assert_eq!((count("accept"), count("cancel")), (8, 192));
    assert_eq!(user.asked.lock().unwrap().len(), 8);
    // So many are reported.
    assert_eq!(not_asked(&world).len(), 16);
    // One after the other, there is an end as well.
    user.answers.add_permits(1_000);
    let code = "const all = [];
        for (let n = 0; n < 70; n++) all.push((await up.ask({})).answers[0].action);
        return all.filter(it => it === 'accept').length";
    assert_eq!(run(&client, code).await["result"], 64);
}

#[tokio::test]
async fn many_questions_of_one_answer_fail_the_call() {
    let world = World::new(json!({"up": {"url": Asker::new(NEW).over_http().await}})).await;
    for lifecycle in [ClientLifecycleMode::Initialize, modern()] {
        let client = User::with_forms().connect(&world.server, lifecycle).await;
        let done = run(&client, "return (await up.ask({times: 8})).answers.length").await;
        assert_eq!(done["result"], 8, "{done}");
        let done = run(&client, "return await up.ask({times: 9})").await;
        let message = done["error"]["message"].as_str().unwrap();
        assert!(message.contains("asks too many questions at once"), "{message}");
    }
    let done = world.run("return await up.endless({})").await;
    let message = done["error"]["message"].as_str().unwrap();
    assert!(message.contains("asks for input without end"), "{message}");
}

/// A question that could not be shown as a whole, or would deceive, is not shown.
#[tokio::test]
async fn giant_and_deceptive_questions_are_not_asked() {
    let world = World::new(json!({"up": {"url": Asker::new(OLD).over_http().await}})).await;
    let user = User::new(json!({"elicitation": {"form": {}, "url": {}}}));
    let client = user.connect(&world.server, ClientLifecycleMode::Initialize).await;
    let form = |message: &str, properties: &str| {
        format!(
            "{{mode: 'form', message: {message}, requestedSchema: {{type: 'object', properties: \
             {properties}}}}}"
        )
    };
    for (question, reason) in [
        (form("'x'.repeat(9000)", "{}"), "its message is too long"),
        (
            form(
                "''",
                "Object.fromEntries(Array.from({length: 65}, (_, n) => [n, {type: 'boolean'}]))",
            ),
            "its form has too many fields",
        ),
        (
            form("''", "{a: {type: 'string', description: 'x'.repeat(40000)}}"),
            "its form is too long",
        ),
        (form("''", r"{'a\u202e': {type: 'string'}}"), "its form has hidden characters"),
        (
            "{mode: 'url', message: '', url: 'https://a.example@b.example/', elicitationId: ''}"
                .to_owned(),
            "its address is not a plain one",
        ),
    ] {
        let code = format!("return (await up.ask({{question: {question}}})).answers[0]");
        let answer = run(&client, &code).await["result"].take();
        assert_eq!(answer["action"], "cancel", "{question}");
        let meta = answer["_meta"]["isolet/reason"].as_str().unwrap();
        assert!(meta.contains(reason), "{meta}");
    }
    assert!(user.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_question_outside_of_a_call_reaches_nobody() {
    let asker = Asker::new(OLD);
    let world = World::new(json!({"up": {"url": asker.over_http().await}})).await;
    let user = User::with_forms();
    let client = user.connect(&world.server, ClientLifecycleMode::Initialize).await;
    assert_eq!(run(&client, "return (await up.leave({})).answers").await["result"], "left");
    asker.cancelled.notify_one();
    let mut failures = asker.failures.subscribe();
    let failures = failures.wait_for(|all| !all.is_empty()).await.unwrap().clone();
    assert!(failures[0].contains("no call of a program waits for it"), "{failures:?}");
    assert!(user.asked.lock().unwrap().is_empty());
}

/// Over HTTP, a question comes with the call that it is of. A process does not say which program it asks.
#[tokio::test]
async fn a_question_reaches_the_client_of_its_own_call() {
    let asker = Asker::new(OLD);
    let servers = json!({"up": {"url": asker.over_http().await}, "c": process("asks-old")});
    let world = World::new(servers).await;
    for (name, is_known) in [("up", true), ("c", false)] {
        let others = User::with_forms();
        let other = others.connect(&world.server, ClientLifecycleMode::Initialize).await;
        let user = User::with_forms();
        let client = user.connect(&world.server, ClientLifecycleMode::Initialize).await;
        // It waits in another call of the same server.
        let code = format!("await {name}.wait({{}})");
        let arguments = json!({"code": code});
        let waiting = other.call_tool(params("run_code", &arguments));
        let code = format!("return (await {name}.ask({{}})).answers[0]");
        let asking = async {
            if is_known {
                asker.waiting.notified().await;
                return run(&client, &code).await["result"].take();
            }
            // Until the other call has begun, there is one program alone.
            loop {
                let answer = run(&client, &code).await["result"].take();
                if answer["action"] == "cancel" {
                    return answer;
                }
            }
        };
        let answer = tokio::select! {
            _ = waiting => panic!("it waits"),
            answer = asking => answer,
        };
        if is_known {
            assert_eq!(answer["action"], "accept");
            assert_eq!(user.asked.lock().unwrap().len(), 1);
        } else {
            let reason = answer["_meta"]["isolet/reason"].as_str().unwrap();
            assert!(reason.contains("which of several programs"), "{reason}");
        }
        assert!(others.asked.lock().unwrap().is_empty());
    }
}

/// A call that ends takes its question back.
#[tokio::test]
async fn a_question_ends_with_its_call() {
    for versions in [OLD, NEW] {
        let asker = Asker::new(versions);
        let world = World::new(json!({"up": {"url": asker.over_http().await}})).await;
        let user = User::with_forms().who_waits();
        let client = user.connect(&world.server, ClientLifecycleMode::Initialize).await;
        let race = "await Promise.race([up.ask({}), up.wait({})])";
        let arguments = json!({"code": race});
        let call = client.call_tool(params("run_code", &arguments));
        tokio::select! {
            _ = call => panic!("it waits"),
            _ = user.is_asked(1) => {}
        }
        // The request was cancelled, and so is the call that waits beside the question.
        asker.cancelled.notified().await;
        assert_eq!(user.is_asked(2).await[1], "cancelled");
    }
}

/// The time for which a person is asked has a limit of its own.
#[tokio::test]
async fn nobody_is_asked_for_ever() {
    let limits = Limits { approval_time: Duration::from_millis(1), ..Limits::default() };
    for versions in [OLD, NEW] {
        let servers = json!({"up": {"url": Asker::new(versions).over_http().await}});
        let world = World::with(servers, limits.clone(), Pins::new()).await;
        let user = User::with_forms().who_waits();
        let client = user.connect(&world.server, ClientLifecycleMode::Initialize).await;
        let answer = run(&client, ASK).await["result"].take();
        let reason = &answer["_meta"]["isolet/reason"];
        assert_eq!(*reason, "nobody was asked: nobody has answered in time");
    }
}

#[tokio::test]
async fn sampling_is_passed_on_where_it_is_allowed() {
    let asker = Asker::new(OLD);
    let url = asker.over_http().await;
    let code = "return (await up.sample({})).answers";
    let servers = json!({"up": {"url": url, "sampling": true}});
    let world = World::new(servers).await;
    let able = json!({"sampling": {}});
    let user = User::new(able.clone());
    let client = user.connect(&world.server, ClientLifecycleMode::Initialize).await;
    let answer = run(&client, code).await["result"].take();
    assert_eq!(answer["content"]["text"], "said", "{answer}");
    let sampled = user.sampled.lock().unwrap().clone();
    assert_eq!(sampled.len(), 1);
    assert_eq!(sampled[0]["messages"][0]["content"]["text"], "Say it\\u001b");
    let prompt = "This request is of the MCP server \"up\".\n\nBe brief.";
    assert_eq!(sampled[0]["systemPrompt"], prompt);
    assert!(sampled[0].get("includeContext").is_none());

    // In the protocol of 2026, and with a client that cannot, there is none.
    let modern_user = User::new(able.clone());
    let modern_client = modern_user.connect(&world.server, modern()).await;
    let unable = User::with_forms().connect(&world.server, ClientLifecycleMode::Initialize).await;
    for client in [&modern_client, &unable] {
        let answer = run(client, code).await["result"].take();
        let error = answer["error"].as_str().unwrap();
        assert!(error.contains("sampling is refused: the client"), "{error}");
    }
    assert!(modern_user.sampled.lock().unwrap().is_empty());

    // By default it is not allowed.
    let world = World::new(json!({"up": {"url": url}})).await;
    let user = User::new(able.clone());
    let client = user.connect(&world.server, ClientLifecycleMode::Initialize).await;
    let answer = run(&client, code).await["result"].take();
    let error = answer["error"].as_str().unwrap();
    assert!(error.contains("the configuration does not allow it"), "{error}");

    // A server of the protocol of 2026 gets an error for its call.
    let servers = json!({"up": {"url": Asker::new(NEW).over_http().await, "sampling": true}});
    let world = World::new(servers).await;
    for lifecycle in [ClientLifecycleMode::Initialize, modern()] {
        let user = User::new(able.clone());
        let client = user.connect(&world.server, lifecycle).await;
        let done = run(&client, code).await;
        let message = done["error"]["message"].as_str().unwrap();
        assert!(message.contains("SamplingRefusedError"), "{message}");
        assert!(user.sampled.lock().unwrap().is_empty());
    }
}
