//! One thread and a guest that never yields: how late it is stopped, and how it affects others.

use std::time::{Duration, Instant};

use isolet::{Engine, Entrypoint, Error, LimitError, LimitKind, Limits, Report, WorkerCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::{AGENT, row, time};

const LOOP: &str = "export default { run() { console.log('running'); while (true) {} } }";

/// The wall time limit of a looping call.
const WALL: Duration = Duration::from_millis(50);

pub(crate) async fn run(engine: &Engine) -> Result<(), Error> {
    let mut late = Vec::new();
    for _ in 0..100 {
        let worker = engine.loader().load(looping(WALL))?;
        late.push(death(&worker.entrypoint(), WALL).await);
    }
    row("error of `while (true) {}` after its deadline of 50 ms", 1, late);

    let agent = engine.loader().load(WorkerCode::module("agent.js", AGENT))?.entrypoint();
    warm_call(&agent).await?;
    for neighbours in [0, 1, 4] {
        let loops = neighbours_of(engine, neighbours).await?;
        let agent = agent.clone();
        // The future of `block_on` is polled only after 61 others.
        let calls = tokio::spawn(async move { time(2_000, |_| warm_call(&agent)).await });
        let times = calls.await.map_err(|_| Error::Cancelled)??;
        assert!(loops.iter().all(|task| !task.is_finished()), "a loop has ended");
        row(&format!("warm call beside such loops on its thread: {neighbours}"), 1, times);
        loops.iter().for_each(JoinHandle::abort);
    }
    Ok(())
}

fn looping(wall: Duration) -> WorkerCode {
    let limits = Limits::default().wall(wall).fuel(1 << 50);
    WorkerCode::module("loop.js", LOOP).limits(limits)
}

/// Starts that many loops, and waits until all of them are running.
async fn neighbours_of(engine: &Engine, count: usize) -> Result<Vec<JoinHandle<Report>>, Error> {
    let (sender, mut running) = mpsc::unbounded_channel();
    let mut loops = Vec::new();
    for _ in 0..count {
        let sender = sender.clone();
        let code = looping(Duration::from_mins(10)).on_log(move |_| {
            let _ = sender.send(());
        });
        // A fresh call ends with its task, and a warm one at its deadline.
        let entrypoint = engine.loader().load(code)?.fresh_per_call().entrypoint();
        loops.push(tokio::spawn(entrypoint.run(Some("run"), ())));
    }
    for _ in 0..count {
        let _ = running.recv().await;
    }
    Ok(loops)
}

/// Returns the time between the deadline and the error at the caller.
async fn death(entrypoint: &Entrypoint, wall: Duration) -> Duration {
    let began = Instant::now();
    let answer = entrypoint.call::<()>("run", ()).await;
    let took = began.elapsed();
    let stopped = matches!(answer, Err(Error::Limit(LimitError { kind: LimitKind::Wall, .. })));
    assert!(stopped, "{answer:?}");
    took.checked_sub(wall).expect("no end before its deadline")
}

async fn warm_call(agent: &Entrypoint) -> Result<(), Error> {
    let answer: Value = agent.call("myAgent", (json!({"value": 21}),)).await?;
    assert_eq!(answer, json!({"doubled": 42}));
    Ok(())
}
