//! Processes that are killed while a program runs, and what their records say.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use isolet::code_mode::{
    Approval, CallEnd, CodeTool, PlannedCall, Recording, RunContext, RunEnd, RunRecorder, ToolCall,
    ToolDefinition,
};
use isolet_runs::{Effect, EffectState, Options, RunId, RunReader, RunRecord, RunState, RunStore};
use rustix::process::{Signal, getpid, kill_process};
use serde_json::json;

use crate::ENGINE;

/// A recorder that kills its process at one stage.
struct Killed {
    record: RunRecord,
    stage: String,
}

fn kill() -> ! {
    kill_process(getpid(), Signal::KILL).unwrap();
    loop {
        std::thread::park();
    }
}

impl Killed {
    fn at(&self, stage: &str) {
        if self.stage == stage {
            kill();
        }
    }

    fn after(&self, stage: &str, recording: Recording) -> Recording {
        let is_it = self.stage == stage;
        Box::pin(async move {
            recording.await?;
            if is_it {
                kill();
            }
            Ok(())
        })
    }
}

impl RunRecorder for Killed {
    fn planned(&self, call: &PlannedCall<'_>) -> Recording {
        self.at("before the plan");
        self.record.planned(call)
    }

    fn started(&self, index: usize) -> Recording {
        let started = self.record.started(index);
        let stage = if index == 0 { "after the start" } else { "after the end" };
        self.after(stage, started)
    }

    fn ended(&self, index: usize, end: CallEnd<'_>) {
        self.at("before the end");
        self.record.ended(index, end);
    }

    fn finished(&self, end: RunEnd<'_>) -> Recording {
        self.at("before the end of the run");
        let finished = self.record.finished(end);
        self.after("after the end of the run", finished)
    }

    fn cancelled(&self) {
        self.record.cancelled();
    }
}

/// The process that is killed. Other tests start it.
#[test]
#[ignore = "a process of other tests"]
fn victim() {
    let folder = PathBuf::from(std::env::var("FOLDER").unwrap());
    let (stage, program) = (std::env::var("STAGE").unwrap(), std::env::var("PROGRAM").unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = RunStore::open(folder.join("runs"), Options::default()).unwrap();
        let record = store.begin(RunId::random().unwrap(), &program).await.unwrap();
        let definition = ToolDefinition::new("append", json!({"type": "integer"}));
        let (path, at) = (folder.join("effects"), stage.clone());
        let tool = move |call: ToolCall| {
            let (path, at) = (path.clone(), at.clone());
            async move {
                if at == "in the tool, before its effect" {
                    kill();
                }
                let mut file = fs::File::options().create(true).append(true).open(path).unwrap();
                writeln!(file, "{}", call.arguments).unwrap();
                println!("effect");
                if at == "in the tool, after its effect" {
                    kill();
                }
                Ok(json!(null))
            }
        };
        let at = stage.clone();
        let approver = move |_: ToolCall| {
            let at = at.clone();
            async move {
                if at == "after the plan" {
                    kill();
                }
                Approval::Approved
            }
        };
        let tool = CodeTool::builder(&ENGINE).tool("files", definition, tool).build().unwrap();
        let recorder = Killed { record, stage };
        let context = RunContext::new().recorder(recorder).approver(approver);
        tool.execute_with(&program, context).await.result.unwrap();
    });
}

fn start(folder: &Path, stage: &str, program: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["crash::victim", "--exact", "--ignored", "--nocapture"])
        .env("FOLDER", folder)
        .env("STAGE", stage)
        .env("PROGRAM", program)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Returns the only run, and the calls whose effect has happened. Reads the record twice: as the crash
/// has left it, and after another process has taken it over.
fn what_is_known(folder: &Path) -> (RunState, Vec<Effect>, BTreeSet<u64>) {
    let path = folder.join("runs");
    let read = || {
        let reader = RunReader::open(&path).unwrap();
        let runs = reader.list(10).unwrap();
        assert_eq!(runs.len(), 1);
        let (run, effects) = reader.run(runs[0].id).unwrap().unwrap();
        assert_eq!(run.run.state, runs[0].state);
        (run.run.state, effects)
    };
    let states = |effects: &[Effect]| effects.iter().map(|it| it.state).collect::<Vec<_>>();
    let (state, effects) = read();
    drop(RunStore::open(&path, Options::default()).unwrap());
    let later = read();
    assert_eq!((later.0, states(&later.1)), (state, states(&effects)));
    let happened = fs::read_to_string(folder.join("effects")).unwrap_or_default();
    let happened = happened.lines().map(|line| line.parse().unwrap()).collect();
    (state, effects, happened)
}

#[test]
fn the_record_is_right_wherever_a_process_is_killed() {
    use EffectState::{Done, NeverMade, Unknown};

    let program = "await files.append(0); await files.append(1)";
    for (stage, state, expected, happened) in [
        ("before the plan", RunState::Crashed, &[][..], &[][..]),
        ("after the plan", RunState::Crashed, &[NeverMade], &[]),
        ("after the start", RunState::Crashed, &[Unknown], &[]),
        ("in the tool, before its effect", RunState::Crashed, &[Unknown], &[]),
        ("in the tool, after its effect", RunState::Crashed, &[Unknown], &[0]),
        ("before the end", RunState::Crashed, &[Unknown], &[0]),
        ("after the end", RunState::Crashed, &[Done, Unknown], &[0]),
        ("before the end of the run", RunState::Crashed, &[Done, Done], &[0, 1]),
        ("after the end of the run", RunState::Returned, &[Done, Done], &[0, 1]),
        ("never", RunState::Returned, &[Done, Done], &[0, 1]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let status = start(folder.path(), stage, program).wait_with_output().unwrap().status;
        assert_eq!(status.success(), stage == "never", "{stage}");
        let known = what_is_known(folder.path());
        let mut states: Vec<_> = known.1.iter().map(|effect| effect.state).collect();
        // The end of a call is on its way to the disk until the next start, or the end of the run.
        if stage == "before the end of the run" && states.last() == Some(&Unknown) {
            states[1] = Done;
        }
        assert_eq!((known.0, states.as_slice()), (state, expected), "{stage}");
        assert_eq!(known.2.into_iter().collect::<Vec<_>>(), happened, "{stage}");
    }
}

/// Killed from outside, whatever it does at that time.
#[test]
fn no_call_has_happened_that_the_record_does_not_know() {
    let program = "for (let n = 0; ; n += 5) {
        await Promise.all([0, 1, 2, 3, 4].map((i) => files.append(n + i)));
    }";
    for count in [1, 2, 5, 17, 60] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = start(folder.path(), "never", program);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let effects = lines.map_while(Result::ok).filter(|line| line.ends_with("effect"));
        assert_eq!(effects.take(count).count(), count);
        child.kill().unwrap();
        child.wait().unwrap();
        let (state, effects, happened) = what_is_known(folder.path());
        assert_eq!(state, RunState::Crashed);
        assert!(happened.len() >= count);
        let known = |number: &u64| effects.iter().find(|effect| effect.number == *number);
        for number in &happened {
            let state = known(number).map(|effect| effect.state);
            assert!(matches!(state, Some(EffectState::Done | EffectState::Unknown)), "{state:?}");
        }
        for effect in effects.iter().filter(|effect| effect.state == EffectState::Done) {
            assert!(happened.contains(&effect.number), "{effect:?}");
        }
    }
}
