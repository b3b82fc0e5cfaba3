//! The shapes that models answer in: the corpus of the transpiler's own tests, run.

use isolet::Module;
use isolet::code_mode::Execution;
use serde_json::{Value, json};

use super::files;

fn corpus() -> Value {
    let text = include_str!("../../../guest-ts/tests/program/corpus.json");
    serde_json::from_str(text).expect("JSON")
}

/// Returns the position of an error, which must be one.
fn position(execution: &Execution) -> (u32, u32) {
    let error = execution.result.as_ref().expect_err("an error");
    error.position.unwrap_or_else(|| panic!("no position: {error}"))
}

#[tokio::test]
async fn every_answer_of_the_corpus_runs() {
    let corpus = corpus();
    let mut tool = files();
    for (name, text) in corpus["modules"].as_object().expect("modules") {
        let text = text.as_str().expect("text");
        tool = tool.module(name, Module::JavaScript(text.to_owned()));
    }
    let tool = tool.build().expect("a tool");
    let answers = corpus["answers"].as_array().expect("answers");
    assert!(answers.len() >= 60, "{}", answers.len());
    for answer in answers {
        let name = &answer["name"];
        // Its value is the `typeof` of the tools, which are a stub here.
        if name == "function with types" {
            continue;
        }
        let execution = tool.execute(answer["source"].as_str().expect("a source")).await;
        if let Some(expected) = answer.get("error") {
            let expected = (expected["line"].clone(), expected["column"].clone());
            let (line, column) = position(&execution);
            assert_eq!((json!(line), json!(column)), expected, "{name}");
        } else if let Some(expected) = answer.get("throws") {
            assert_eq!(json!(position(&execution).0), expected["line"], "{name}");
            let error = execution.result.expect_err("an error");
            let message = expected["message"].as_str().expect("a message");
            assert!(error.message.contains(message), "{name}: {error}");
            let line = error.frame.as_deref().and_then(|frame| frame.lines().next());
            assert!(line.is_some_and(|line| !line.trim().is_empty()), "{name}: {error}");
        } else {
            let result = execution.result.unwrap_or_else(|error| panic!("{name}: {error}"));
            let expected = answer.get("value").unwrap_or(&Value::Null);
            assert_eq!(&result, expected, "{name}");
        }
    }
}

#[tokio::test]
async fn an_error_shows_the_line_of_the_program() {
    let tool = files().build().expect("a tool");
    let answer = "Sure:\n```ts\nconst all: string[] = await files.list();\nall.first.name\n```\n";
    let error = tool.execute(answer).await.result.expect_err("an error");
    assert_eq!(error.name, "TypeError");
    assert_eq!(error.position, Some((2, 11)));
    assert_eq!(
        error.to_string(),
        "TypeError: Cannot read properties of undefined (reading 'name')\n  at line 2, column 11\n  \
         all.first.name\n            ^"
    );
}

#[tokio::test]
async fn results_are_json() {
    let tool = files().build().expect("a tool");
    for (program, expected) in [
        ("new Map([[1, 2]])", json!([[1, 2]])),
        ("new Date(0)", json!("1970-01-01T00:00:00.000Z")),
        ("undefined", json!(null)),
        ("({ a: undefined, b: NaN })", json!({"b": null})),
        ("class A { x = 1 }; new A()", json!({"x": 1})),
    ] {
        let result = tool.execute(program).await.result;
        assert_eq!(result.expect(program), expected, "{program}");
    }
}

#[tokio::test]
async fn a_long_result_is_cut_and_says_so() {
    let tool = files().max_result_bytes(20).build().expect("a tool");
    let execution = tool.execute("'x'.repeat(18)").await;
    assert!(!execution.is_cut);
    let execution = tool.execute("'x'.repeat(19)").await;
    assert!(execution.is_cut);
    let expected = format!("\"{}… (cut: a result has at most 20 bytes)", "x".repeat(19));
    assert_eq!(execution.result.expect("a result"), json!(expected));
}

#[tokio::test]
async fn text_for_the_model() {
    let tool = files().build().expect("a tool");
    let execution = tool.execute("console.log('a'); console.warn('b'); ({ x: [1] })").await;
    assert_eq!(execution.to_text(1000), "{\"x\":[1]}\n\nconsole:\na\n[warn] b");
    assert_eq!(execution.to_text(5), "{\"x\":… (cut: 25 more bytes)");
    let program = "await files.read('c');\nawait files.fail({ at: 1 });";
    let text = tool.execute(program).await.to_text(1000);
    assert_eq!(
        text,
        "ToolError: the disk is full\n  at line 2, column 1\n  await files.fail({ at: 1 });\n  \
         ^\n\nCalls made before (2):\n- files.read(\"c\") returned \"text of c\"\n- files.fail({\"at\":1}) \
         failed: the disk is full"
    );
}
