//! One path for some seconds, for a profiler: `perf record -g FIGURES profile image 10`, where
//! FIGURES is the program that `cargo bench -p isolet-benches --no-run` names.

use std::time::{Duration, Instant};

use isolet::{Engine, Error, WorkerCode};
use serde_json::{Value, json};

use crate::AGENT;

/// Runs the path `path` (`fresh`, `types`, `image` or `warm`) for `seconds` and prints the mean time.
pub(crate) async fn run(engine: &Engine, path: &str, seconds: u64) -> Result<(), Error> {
    let loader = engine.loader();
    let image = path == "image";
    let worker = loader.load(WorkerCode::module("agent.js", AGENT))?;
    let worker = if image { worker.fresh_per_call() } else { worker };
    let (began, mut runs) = (Instant::now(), 0_u32);
    while began.elapsed() < Duration::from_secs(seconds) {
        let entrypoint = if path == "fresh" || path == "types" {
            let name = if path == "types" { "agent.ts" } else { "agent.js" };
            let source = format!("{AGENT}// {runs}\n");
            loader.load(WorkerCode::module(name, source))?.entrypoint()
        } else {
            worker.entrypoint()
        };
        let answer: Value = entrypoint.call("myAgent", (json!({"value": 21}),)).await?;
        assert_eq!(answer, json!({"doubled": 42}));
        runs += 1;
    }
    println!("{path}: {:?} each", began.elapsed() / runs.max(1));
    Ok(())
}
