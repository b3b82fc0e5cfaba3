//! The cost of a call in a warm sandbox.

use isolet::{Engine, Error, WorkerCode};
use serde_json::{Value, json};

use crate::{row, time};

struct Counter;

#[isolet::capability]
impl Counter {
    /// One more.
    pub fn next(&self, number: u32) -> u32 {
        number + 1
    }
}

const CALLER: &str = "export default {
  myAgent(p) { return { doubled: p.value * 2 } },
  async count(n, env) { let i = 0; while (i < n) i = await env.COUNTER.next(i); return i },
}";

pub(crate) async fn run(engine: &Engine) -> Result<(), Error> {
    let code = WorkerCode::module("caller.js", CALLER).env("COUNTER", Counter);
    let entrypoint = engine.loader().load(code)?.entrypoint();
    let times = time(20_000, |_| async {
        let answer: Value = entrypoint.call("myAgent", (json!({"value": 21}),)).await?;
        assert_eq!(answer, json!({"doubled": 42}));
        Ok(())
    });
    row("warm call, small object in and out", 1, times.await?);
    let times = time(200, |_| async {
        let answer: u32 = entrypoint.call("count", (1_000,)).await?;
        assert_eq!(answer, 1_000);
        Ok(())
    });
    row("capability call and back, 1,000 in sequence", 1_000, times.await?);
    Ok(())
}
