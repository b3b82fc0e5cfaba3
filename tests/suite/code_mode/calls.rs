//! Calls of tools: what is checked, what is recorded, and who decides.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use isolet::Limits;
use isolet::code_mode::{Approval, CallOutcome, CodeTool, Execution, RunContext, ToolCall};
use serde_json::json;
use tokio::sync::Notify;

use super::{definition, files};
use crate::harness::{Case, engine, soon};

fn message(execution: Execution) -> String {
    execution.result.expect_err("an error").message
}

#[tokio::test]
async fn declarations_and_search() {
    let tool = files().build().expect("a tool");
    assert!(tool.declarations().contains("declare const files: {"), "{}", tool.declarations());
    assert!(tool.declarations().contains("read(input: string): Promise<unknown>"));
    assert!(tool.description().contains(tool.declarations()));
    let found = tool.catalog().search("read a file", 1);
    assert_eq!(found.first().map(|tool| tool.path()).as_deref(), Some("files.read"));
}

#[tokio::test]
async fn arguments_are_checked_before_the_call() {
    let input = json!({
        "type": "object",
        "properties": {"to": {"type": "array", "items": {"type": "string"}}},
        "required": ["to"],
    });
    let made = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&made);
    let tool = CodeTool::builder(&engine())
        .tool("mail", definition("send", input), move |call: ToolCall| {
            seen.lock().expect("a lock").push(call.arguments);
            async { Ok(json!(null)) }
        })
        .build()
        .expect("a tool");
    let error = message(tool.execute("await mail.send({ to: ['a', 1] })").await);
    assert_eq!(error, "mail.send: input.to[1] must be a string, but is a number (1)");
    let execution =
        tool.execute("try { await mail.send() } catch {}; await mail.send({to: []})").await;
    assert!(matches!(execution.calls[0].outcome, CallOutcome::Refused { .. }));
    assert_eq!(execution.calls[1].outcome, CallOutcome::Done { value: Some(json!(null)) });
    assert_eq!(*made.lock().expect("a lock"), [json!({"to": []})]);
    for (program, expected) in [
        ("mail.send(1, 2)", "a tool takes one argument, an object, but there are 2"),
        ("mail.send({ to: () => 1 })", "functions and stubs cannot be passed to a tool"),
        ("mail.sent({})", "mail.sent is not a tool; did you mean mail.send?"),
    ] {
        let error = message(tool.execute(program).await);
        assert!(error.contains(expected), "{program}: {error}");
    }
}

#[tokio::test]
async fn results_are_checked_before_the_program_sees_them() {
    let output = json!({
        "type": "object",
        "properties": {"rows": {"type": "array", "items": {"type": "integer"}}},
        "required": ["rows"],
    });
    let with_output = |name: &str, output: serde_json::Value| {
        let mut tool = definition(name, json!({}));
        tool.output = Some(output);
        tool
    };
    let echo = |call: ToolCall| std::future::ready(Ok(call.arguments["it"].clone()));
    let tool = CodeTool::builder(&engine())
        .tool("db", with_output("query", output), echo)
        .tool("db", with_output("odd", json!({"pattern": "^(a)\\1$"})), echo)
        .build()
        .expect("a tool");
    let run = async |call: &str| {
        let code = format!(
            "try {{ return await {call} }} catch (error) {{ return [error.name, error.message] }}"
        );
        let mut execution = tool.execute(&code).await;
        (execution.result.expect("a result"), execution.calls.remove(0).outcome)
    };
    let (value, outcome) = run("db.query({ it: { rows: [1, 2] } })").await;
    assert_eq!(value, json!({"rows": [1, 2]}));
    assert_eq!(outcome, CallOutcome::Done { value: Some(value) });
    for (it, expected) in [
        (json!({"rows": [1, "x"]}), "db.query: output.rows[1] must be an integer, but is a string"),
        (json!({}), "db.query: output"),
        (json!(null), "db.query: output must be an object, but is null"),
        (json!("{\"rows\":[]}"), "db.query: output must be an object, but is a string"),
    ] {
        let (value, outcome) = run(&format!("db.query({{ it: {it} }})")).await;
        assert_eq!(value[0], "ToolError");
        let message = value[1].as_str().expect("a message");
        assert!(message.starts_with(expected), "{message}");
        assert!(message.contains("the call was made"), "{message}");
        // The record keeps what was received.
        let CallOutcome::Failed { reason, value } = outcome else { panic!("{outcome:?}") };
        assert_eq!((reason.as_str(), value), (message, Some(it)));
    }
    // A schema that cannot be used is declared as `unknown`.
    assert_eq!(run("db.odd({ it: 'b' })").await.0, "b");
}

#[tokio::test]
async fn an_error_of_a_tool_can_be_caught() {
    let tool = files().build().expect("a tool");
    let program = "try { await files.fail({}) } catch (error) { [error.name, error.message] }
        let it; try { await files.fail({}) } catch (error) { it = [error.name, error.message] } it";
    let execution = tool.execute(program).await;
    assert_eq!(execution.result.expect("a result"), json!(["ToolError", "the disk is full"]));
    assert_eq!(execution.calls_made, 2);
}

#[tokio::test]
async fn calls_run_at_once_and_are_recorded_in_order() {
    let barrier = Arc::new(tokio::sync::Barrier::new(3));
    let tool = CodeTool::builder(&engine())
        .tool("t", definition("wait", json!({"type": "integer"})), move |call: ToolCall| {
            let barrier = Arc::clone(&barrier);
            async move {
                barrier.wait().await;
                Ok(json!([call.index, call.idempotency_key]))
            }
        })
        .build()
        .expect("a tool");
    let execution = tool.execute("Promise.all([1, 2, 3].map((n) => t.wait(n)))").await;
    let result = execution.result.expect("a result");
    assert_eq!([&result[0][0], &result[1][0], &result[2][0]], [0, 1, 2]);
    assert_ne!(result[0][1], result[1][1]);
    let arguments: Vec<_> = execution.calls.iter().map(|call| call.arguments.clone()).collect();
    assert_eq!(arguments, [Some(json!(1)), Some(json!(2)), Some(json!(3))]);
}

#[tokio::test]
async fn handlers_know_the_context() {
    let tool = CodeTool::builder(&engine())
        .tool("t", definition("who", json!({"type": "object"})), async |call: ToolCall| {
            let context = call.context.and_then(|context| context.downcast::<String>().ok());
            Ok(json!(context.map(|name| name.to_string())))
        })
        .build()
        .expect("a tool");
    let context = |name: &str| RunContext::new().value(Arc::new(name.to_owned()));
    let (a, b) = tokio::join!(
        tool.execute_with("t.who()", context("a")),
        tool.execute_with("t.who()", context("b"))
    );
    assert_eq!(
        (a.result.expect("a result"), b.result.expect("a result")),
        (json!("a"), json!("b"))
    );
    assert_eq!(tool.execute("t.who()").await.result.expect("a result"), json!(null));
    let session = tool.session().expect("a session");
    for run in ["a", "b"] {
        let execution = session.execute_with("t.who()", context(run)).await;
        assert_eq!(execution.result.expect("a result"), run);
    }
    assert_eq!(session.execute("t.who()").await.result.expect("a result"), json!(null));
}

#[tokio::test]
async fn a_null_of_a_tool_is_null() {
    let value = json!({"a": null, "b": [null, {"c": null}], "n": 1.5});
    let answer = value.clone();
    let tool = CodeTool::builder(&engine())
        .tool("t", definition("get", json!({})), move |_: ToolCall| {
            std::future::ready(Ok(answer.clone()))
        })
        .tool("t", definition("none", json!({})), async |_: ToolCall| Ok(json!(null)))
        .build()
        .expect("a tool");
    let program = "const it = await t.get();
        [await t.none() === null, it.a === null, it.b[0] === null, it.b[1].c === null, it]";
    let execution = tool.execute(program).await;
    assert_eq!(execution.result.expect("a result"), json!([true, true, true, true, value]));
}

#[tokio::test]
async fn a_call_waits_for_its_approval() {
    let approver = async |call: ToolCall| match call.arguments.as_str() {
        Some("secret") => Approval::Rejected("not this one".to_owned()),
        _ => Approval::Approved,
    };
    let tool = files().approver(approver).build().expect("a tool");
    let execution = tool.execute("await files.read('a')").await;
    assert_eq!(execution.result.expect("a result"), json!("text of a"));
    let execution = tool.execute("await files.read('secret')").await;
    let reason = "not this one".to_owned();
    assert_eq!(execution.calls[0].outcome, CallOutcome::Refused { reason });
    let error = execution.result.expect_err("an error");
    assert_eq!((error.name.as_str(), error.message.as_str()), ("RejectedError", "not this one"));
}

#[tokio::test]
async fn calls_that_wait_when_the_program_ends_are_unfinished() {
    let tool = CodeTool::builder(&engine())
        .tool("t", definition("never", json!({"type": "object"})), |_: ToolCall| {
            std::future::pending()
        })
        .build()
        .expect("a tool");
    let execution = tool.execute("t.never(); 1").await;
    assert_eq!(execution.result.expect("a result"), json!(1));
    assert_eq!(execution.calls[0].outcome, CallOutcome::Unfinished);
}

#[tokio::test]
async fn no_call_goes_on_after_the_program() {
    let held = Arc::new(());
    let given = Arc::clone(&held);
    let tool = CodeTool::builder(&engine())
        .tool("t", definition("slow", json!({"type": "object"})), move |_: ToolCall| {
            let given = Arc::clone(&given);
            async move {
                std::future::pending::<()>().await;
                drop(given);
                Ok(json!(null))
            }
        })
        .build()
        .expect("a tool");
    let execution = tool.execute("t.slow(); t.slow(); 1").await;
    assert_eq!(execution.result.expect("a result"), json!(1));
    // The two that are left are this test's and the handler's.
    assert_eq!(Arc::strong_count(&held), 2);
}

#[tokio::test]
async fn arguments_under_way_are_bounded() {
    let tool = CodeTool::builder(&engine())
        .tool("t", definition("never", json!({})), |_: ToolCall| std::future::pending())
        .tool("t", definition("answer", json!({})), async |_: ToolCall| Ok(json!(null)))
        .build()
        .expect("a tool");
    let program = |count: u32| {
        format!(
            "const a = Array(100_000).fill(0);
             for (let i = 0; i < {count}; i++) t.never(a).catch((error) => globalThis.name = error.name);
             await t.answer(); globalThis.name"
        )
    };
    assert_eq!(tool.execute(&program(6)).await.result.expect("a result"), json!(null));
    assert_eq!(tool.execute(&program(7)).await.result.expect("a result"), json!("RangeError"));
}

#[tokio::test]
async fn the_number_of_calls_is_limited() {
    let limits = Limits::default().capability_calls(3);
    let tool = files().limits(limits).build().expect("a tool");
    let program = |calls: u32| format!("for (let i = 0; i < {calls}; i++) await files.list()");
    assert!(tool.execute(&program(3)).await.result.is_ok());
    let execution = tool.execute(&program(4)).await;
    let error = execution.result.expect_err("an error");
    assert_eq!(error.outcome, isolet::Outcome::ExceededCalls);
    assert_eq!(execution.calls.len(), 3);
}

#[tokio::test]
async fn names_that_clash_are_an_error() {
    let build = |first: &str, second: &str| {
        let tool = |name: &str| definition(name, json!({}));
        CodeTool::builder(&engine())
            .tool("a", tool(first), async |_: ToolCall| Ok(json!(1)))
            .tool("a", tool(second), async |_: ToolCall| Ok(json!(2)))
            .build()
    };
    assert!(build("read-file", "read_file").is_err());
    let with = |name: &str| {
        let entrypoint = Case::js("export default {}").worker().entrypoint();
        files().capability(name, entrypoint.stub(), "").build()
    };
    assert!(with("files").is_err());
    assert!(with("others").is_ok());
    let tool = build("read-file", "then").expect("a tool");
    let execution = tool.execute("[await a.read_file({}), await a.then_({})]").await;
    assert_eq!(execution.result.expect("a result"), json!([1, 2]));
}

#[tokio::test]
async fn a_call_that_is_approved_after_its_program_is_not_made() {
    let made = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&made);
    let tool = CodeTool::builder(&engine())
        .tool("t", definition("go", json!({})), move |_: ToolCall| {
            count.fetch_add(1, Ordering::Relaxed);
            std::future::ready(Ok(json!("done")))
        })
        .build()
        .expect("a tool");
    let (asked, decided) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let context = {
        let (asked, decided) = (Arc::clone(&asked), Arc::clone(&decided));
        RunContext::new().approver(move |_: ToolCall| {
            let (asked, decided) = (Arc::clone(&asked), Arc::clone(&decided));
            async move {
                asked.notify_one();
                decided.notified().await;
                Approval::Approved
            }
        })
    };
    let session = tool.session().expect("a session");
    let execution =
        session.execute_with("t.go().catch(() => 0); return 'ended'", context.clone()).await;
    assert_eq!(execution.result.expect("a result"), "ended");
    soon(asked.notified()).await;
    decided.notify_one();
    for _ in 0..3 {
        assert_eq!(session.execute("return 1").await.result.expect("a result"), 1);
    }
    assert_eq!(made.load(Ordering::Relaxed), 0);
    decided.notify_one();
    let execution = session.execute_with("await t.go()", context).await;
    assert_eq!(execution.result.expect("a result"), "done");
    assert_eq!(made.load(Ordering::Relaxed), 1);
}
