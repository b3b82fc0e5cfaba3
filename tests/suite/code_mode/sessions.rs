//! Programs that share their variables.

use isolet::code_mode::CodeTool;
use isolet::{Engine, Limits, Outcome};
use serde_json::{Value, json};

use super::files;

#[tokio::test]
async fn every_session_of_the_corpus_runs() {
    let text = include_str!("../../../guest-ts/tests/program/corpus.json");
    let corpus: Value = serde_json::from_str(text).expect("JSON");
    let tool = files().build().expect("a tool");
    let sessions = corpus["sessions"].as_array().expect("sessions");
    assert!(sessions.len() >= 5);
    for case in sessions {
        let session = tool.session().expect("a session");
        for program in case["programs"].as_array().expect("programs") {
            let execution = session.execute(program["source"].as_str().expect("a source")).await;
            let result = execution.result.unwrap_or_else(|error| panic!("{case}: {error}"));
            if let Some(expected) = program.get("value") {
                assert_eq!(&result, expected, "{case}");
            }
        }
    }
}

#[tokio::test]
async fn each_program_has_its_own_calls_logs_and_lines() {
    let session = files().build().expect("a tool").session().expect("a session");
    let first = session.execute("console.log(1);\nlet all = await files.list();").await;
    assert_eq!((first.calls.len(), first.logs.len()), (1, 1));
    let second = session.execute("\n\nfiles.read(all[0]);\nall.first.name").await;
    assert_eq!((second.calls.len(), second.calls_made, second.logs.len()), (1, 1, 0));
    let error = second.result.expect_err("an error");
    assert_eq!(error.position, Some((4, 11)));
    // An error ends no session.
    let third = session.execute("all.length").await;
    assert_eq!(third.result.expect("a result"), json!(2));
}

#[tokio::test]
async fn sessions_share_nothing() {
    let tool = files().build().expect("a tool");
    let (first, second) = (tool.session().expect("one"), tool.session().expect("another"));
    first.execute("let secret = 1; globalThis.other = 2").await.result.expect("a result");
    let result = second.execute("[typeof secret, typeof other]").await.result;
    assert_eq!(result.expect("a result"), json!(["undefined", "undefined"]));
}

#[tokio::test]
async fn a_limit_ends_the_session_and_says_so() {
    let tool = files().limits(Limits::default().fuel(50_000_000)).build().expect("a tool");
    let session = tool.session().expect("a session");
    session.execute("let a = 1").await.result.expect("a result");
    let stopped = session.execute("for (;;);").await;
    assert_eq!(stopped.result.expect_err("an error").outcome, Outcome::ExceededCpu);
    assert!(session.has_ended());
    let error = session.execute("a").await.result.expect_err("an error");
    assert_eq!(error.name, "SessionEndedError");
}

/// The text of a program that has ended takes no memory in the host until the session ends.
#[tokio::test]
async fn ended_programs_are_forgotten() {
    let engine = Engine::new().expect("an engine");
    let tool = CodeTool::builder(&engine).build().expect("a tool");
    let session = tool.session().expect("a session");
    let comment = "x".repeat(500_000);
    let mut bytes = Vec::new();
    for n in 0..20 {
        let program = format!("/* {comment} */ let n = {n}; n");
        assert_eq!(session.execute(&program).await.result.expect("a result"), json!(n));
        bytes.push(engine.stats().bytes);
    }
    assert_eq!(session.execute("n + 1").await.result.expect("a result"), json!(20));
    // The sandbox keeps the text of each.
    assert!(bytes[19] - bytes[9] < 10 * 750_000, "{bytes:?}");
}
