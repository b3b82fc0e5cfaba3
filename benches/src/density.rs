//! The cost of a sandbox that is alive and idle.

use isolet::{Engine, EngineConfig, Error, Worker, WorkerCode};
use serde_json::{Value, json};

use crate::AGENT;

pub(crate) async fn run() -> Result<(), Error> {
    for count in [1_000_u32, 10_000] {
        let engine = Engine::with_config(EngineConfig::new().max_sandboxes(count + 16))?;
        let before = private_kib();
        let live = fill(&engine, count).await?;
        let each = (private_kib() - before) / u64::from(count);
        println!("| private memory of a live sandbox, {count} live | {each} KiB | |");
        drop(live);
        // The drivers end when they are next polled.
        tokio::task::yield_now().await;
    }
    Ok(())
}

async fn fill(engine: &Engine, count: u32) -> Result<Vec<Worker>, Error> {
    let mut live = Vec::new();
    for index in 0..count {
        let source = format!("{AGENT}// {index}\n");
        let worker = engine.loader().load(WorkerCode::module("agent.js", source))?;
        let answer: Value = worker.entrypoint().call("myAgent", (json!({"value": 21}),)).await?;
        assert_eq!(answer, json!({"doubled": 42}));
        live.push(worker);
    }
    Ok(live)
}

/// Returns the private memory of this process, in KiB.
fn private_kib() -> u64 {
    let rollup = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    rollup
        .lines()
        .filter(|line| line.starts_with("Private_"))
        .filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .sum()
}
