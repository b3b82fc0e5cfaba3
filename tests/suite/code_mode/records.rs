//! Records of runs and of their calls.

use std::sync::{Arc, Mutex};

use isolet::code_mode::{
    Approval, CallEnd, CallOutcome, CodeTool, PlannedCall, RecordError, Recording, RunContext,
    RunEnd, RunRecorder, ToolCall,
};
use serde_json::json;

use super::{definition, files};
use crate::harness::engine;

/// A recorder of lines, which fails at one of them.
#[derive(Clone, Default)]
pub(super) struct Lines {
    lines: Arc<Mutex<Vec<String>>>,
    fails_at: &'static str,
}

impl Lines {
    fn failing_at(line: &'static str) -> Self {
        Self { fails_at: line, ..Self::default() }
    }

    fn add(&self, line: String) -> Recording {
        let outcome =
            if line == self.fails_at { Err(RecordError::new("the disk is full")) } else { Ok(()) };
        self.lines.lock().expect("a lock").push(line);
        Box::pin(std::future::ready(outcome))
    }

    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().expect("a lock"))
    }

    pub(super) fn context(&self) -> RunContext {
        RunContext::new().recorder(self.clone())
    }
}

impl RunRecorder for Lines {
    fn planned(&self, call: &PlannedCall<'_>) -> Recording {
        let PlannedCall { index, namespace, tool, arguments, .. } = call;
        let arguments = arguments.map(ToString::to_string).unwrap_or_default();
        self.add(format!("{index} {namespace}.{tool}({arguments})"))
    }

    fn started(&self, index: usize) -> Recording {
        self.add(format!("{index} started"))
    }

    fn ended(&self, index: usize, end: CallEnd<'_>) {
        drop(self.add(format!("{index} {end:?}")));
    }

    fn finished(&self, end: RunEnd<'_>) -> Recording {
        self.add(match end {
            RunEnd::Returned(value) => format!("returned {value}"),
            RunEnd::Failed(error) => format!("failed {}", error.name),
            RunEnd::NeverRan(error) => format!("never ran {}", error.name),
            _ => "?".to_owned(),
        })
    }

    fn cancelled(&self) {
        drop(self.add("cancelled".to_owned()));
    }
}

#[tokio::test]
async fn each_step_is_recorded_in_order() {
    let tool = files().build().expect("a tool");
    let lines = Lines::default();
    let program = "await files.read('a'); try { await files.fail({}) } catch {}
        try { await files.read(5) } catch {}
        try { await files.nothing({}) } catch {}
        try { await files.read(() => 1) } catch {}
        return 1";
    tool.execute_with(program, lines.context()).await.result.expect("a result");
    let recorded = lines.take();
    let expected = [
        "0 files.read(\"a\")",
        "0 started",
        "0 Done(String(\"text of a\"))",
        "1 files.fail({})",
        "1 started",
        "1 Failed(\"the disk is full\")",
        "2 files.read(5)",
        "2 Refused(",
        "3 files.nothing({})",
        "3 Refused(",
        "4 files.read()",
        "4 Refused(",
        "returned 1",
    ];
    assert_eq!(recorded.len(), expected.len(), "{recorded:?}");
    for (line, expected) in recorded.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line} {expected}");
    }
    tool.execute_with("throw new TypeError('x')", lines.context())
        .await
        .result
        .expect_err("an error");
    assert_eq!(lines.take(), ["failed TypeError"]);
    let execution = tool.execute_with("const = 1", lines.context()).await;
    assert!(!execution.has_run);
    assert_eq!(lines.take(), ["never ran SyntaxError"]);
}

#[tokio::test]
async fn a_call_whose_start_cannot_be_recorded_is_not_made() {
    for fails_at in ["0 files.read(\"a\")", "0 started"] {
        let made = Arc::new(Mutex::new(0));
        let count = Arc::clone(&made);
        let tool = CodeTool::builder(&engine())
            .tool("files", definition("read", json!({"type": "string"})), move |_: ToolCall| {
                *count.lock().expect("a lock") += 1;
                async { Ok(json!(1)) }
            })
            .build()
            .expect("a tool");
        let lines = Lines::failing_at(fails_at);
        let program =
            "try { await files.read('a') } catch (error) { return [error.name, error.message] }";
        let execution = tool.execute_with(program, lines.context()).await;
        let expected = json!(["RecordError", "the call was not made: the disk is full"]);
        assert_eq!(execution.result.expect("a result"), expected);
        assert!(matches!(execution.calls[0].outcome, CallOutcome::Refused { .. }));
        assert_eq!(*made.lock().expect("a lock"), 0);
    }
    let tool = files().build().expect("a tool");
    let execution = tool.execute_with("1", Lines::failing_at("returned 1").context()).await;
    assert_eq!(execution.result.expect("a result"), 1);
    assert_eq!(execution.record_error, Some(RecordError::new("the disk is full")));
}

#[tokio::test]
async fn a_plan_is_recorded_before_the_decision_and_only_if_there_is_one() {
    let lines = Lines::default();
    let seen = lines.clone();
    let approver = move |_: ToolCall| {
        let before = seen.take();
        async move {
            assert_eq!(before, ["0 files.read(\"a\")"]);
            Approval::Rejected("no".to_owned())
        }
    };
    let tool = files().approver(async |_: ToolCall| Approval::Rejected("not asked".to_owned()));
    let tool = tool.build().expect("a tool");
    let context = lines.context().approver(approver);
    let execution = tool.execute_with("await files.read('a')", context).await;
    assert_eq!(execution.result.expect_err("an error").name, "RejectedError");
    assert_eq!(lines.take(), ["0 Refused(\"no\")", "failed RejectedError"]);
}

#[tokio::test]
async fn a_run_that_is_dropped_was_cancelled() {
    let tool = CodeTool::builder(&engine())
        .tool("t", definition("never", json!({})), |_: ToolCall| std::future::pending())
        .build()
        .expect("a tool");
    let session = tool.session().expect("a session");
    for in_session in [false, true] {
        let lines = Lines::default();
        let started = async {
            while lines.lines.lock().expect("a lock").len() < 2 {
                tokio::task::yield_now().await;
            }
        };
        let (program, context) = ("await t.never({})", lines.context());
        if in_session {
            tokio::select! {
                _ = session.execute_with(program, context) => panic!("it waits"),
                () = started => {}
            }
        } else {
            tokio::select! {
                _ = tool.execute_with(program, context) => panic!("it waits"),
                () = started => {}
            }
        }
        assert_eq!(lines.take(), ["0 t.never({})", "0 started", "cancelled"]);
    }
}

/// A call that a program leaves behind is in no later program's record, and is not made without one.
#[tokio::test]
async fn no_call_is_made_between_the_programs_of_a_session() {
    let gate = Arc::new(tokio::sync::Notify::new());
    let opened = Arc::clone(&gate);
    let tool = CodeTool::builder(&engine())
        .tool("t", definition("wait", json!({})), move |_: ToolCall| {
            let opened = Arc::clone(&opened);
            async move {
                opened.notified().await;
                Ok(json!(1))
            }
        })
        .tool("t", definition("act", json!({})), async |_: ToolCall| Ok(json!(2)))
        .build()
        .expect("a tool");
    let session = tool.session().expect("a session");
    let (first, second) = (Lines::default(), Lines::default());
    let program = "var left = t.wait({}).then(() => t.act({})).catch((error) => error.message); 1";
    session.execute_with(program, first.context()).await.result.expect("a result");
    gate.notify_one();
    // Until the first call has ended, for the record as well.
    while !first.lines.lock().expect("a lock").iter().any(|line| line.starts_with("0 Done")) {
        tokio::task::yield_now().await;
    }
    // The rest of the first program may never settle.
    session.execute_with("await left", second.context()).await.result.ok();
    let recorded = [first.take(), second.take()].concat();
    assert!(!recorded.iter().any(|line| line.contains("act")), "{recorded:?}");
}

#[tokio::test]
async fn each_program_of_a_session_has_its_own_record() {
    let session = files().build().expect("a tool").session().expect("a session");
    let (first, second) = (Lines::default(), Lines::default());
    let program = "const read = () => files.read('a'); await read()";
    session.execute_with(program, first.context()).await.result.expect("a result");
    session.execute_with("await read()", second.context()).await.result.expect("a result");
    assert!(session.execute("await read()").await.result.is_ok());
    for (lines, number) in [(first.take(), 0), (second.take(), 1)] {
        let expected = format!("{number} files.read(\"a\")");
        assert_eq!((lines.len(), &lines[0]), (4, &expected), "{lines:?}");
    }
}

/// Through the store, as `isolet mcp` does it.
#[tokio::test]
async fn a_store_is_a_recorder() {
    use isolet_runs::{EffectState, Options, RunId, RunReader, RunState, RunStore};

    let name = format!("isolet-runs-{}", RunId::random().expect("an id"));
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir(&folder).expect("a folder");
    let path = folder.join("runs");
    let store = RunStore::open(&path, Options::default()).expect("a store");
    let mut odd = definition("odd", json!({}));
    odd.output = Some(json!({"type": "string"}));
    let odd = files().tool("files", odd, async |_: ToolCall| Ok(json!({"a": 1})));
    let tool = odd.build().expect("a tool");
    let program = "await files.read('a'); try { await files.fail({}) } catch {}
        try { await files.odd({}) } catch {}; await files.list(1)";
    let id = RunId::random().expect("an id");
    let record = store.begin(id, program).await.expect("a record");
    let context = RunContext::new().recorder(record);
    let execution = tool.execute_with(program, context).await;
    assert!(execution.result.is_err());
    let (run, effects) =
        RunReader::open(&path).expect("a reader").run(id).expect("it is read").expect("a run");
    drop(store);
    let _ = std::fs::remove_dir_all(&folder);
    assert_eq!(run.run.state, RunState::Failed);
    let states: Vec<_> = effects.iter().map(|effect| effect.state).collect();
    let expected =
        [EffectState::Done, EffectState::Failed, EffectState::Failed, EffectState::Refused];
    assert_eq!(states, expected);
    assert_eq!(effects[0].arguments.text, "\"a\"");
    assert_eq!(effects[0].result.as_ref().expect("a value").text, "\"text of a\"");
    assert!(effects[1].result.as_ref().expect("a reason").text.contains("the disk is full"));
    // The received value is kept.
    let odd = &effects[2].result.as_ref().expect("a reason").text;
    assert!(odd.starts_with("files.odd: output must be a string, but is an object"), "{odd}");
    assert!(odd.ends_with("\nreceived: {\"a\":1}"), "{odd}");
}
