//! The throughput of one-shot sandboxes on the whole machine.

use std::time::Instant;

use isolet::{Engine, Error, WorkerCode};
use serde_json::{Value, json};

use crate::AGENT;

const LOADS: usize = 40_000;

pub(crate) fn run(engine: &Engine) -> Result<(), Box<dyn std::error::Error>> {
    let threads = std::thread::available_parallelism()?.get();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let mut rates = Vec::new();
    for _ in 0..5 {
        let began = Instant::now();
        runtime.block_on(batch(engine, threads * 4))?;
        rates.push(began.elapsed());
    }
    rates.sort_unstable();
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    let rate = |index: usize| LOADS as f64 / rates[index].as_secs_f64();
    println!(
        "| one-shot loads per second on {threads} cores | {:.0} | {:.0} to {:.0} |",
        rate(2),
        rate(4),
        rate(0)
    );
    Ok(())
}

async fn batch(engine: &Engine, tasks: usize) -> Result<(), Error> {
    let count = tasks;
    let tasks: Vec<_> = (0..count)
        .map(|task| {
            let loader = engine.loader();
            tokio::spawn(async move {
                for index in (task..LOADS).step_by(count) {
                    let source = format!("{AGENT}// {index}\n");
                    let worker = loader.load(WorkerCode::module("agent.js", source))?;
                    let answer: Value =
                        worker.entrypoint().call("myAgent", (json!({"value": 21}),)).await?;
                    assert_eq!(answer, json!({"doubled": 42}));
                }
                Ok::<(), Error>(())
            })
        })
        .collect();
    for task in tasks {
        task.await.map_err(|_| Error::Cancelled)??;
    }
    Ok(())
}
