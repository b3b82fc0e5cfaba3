//! The cost of workers that a worker loads and calls.

use isolet::{Engine, Error, Limits, WorkerCode};

use crate::{AGENT, row, time};

const PARENT: &str = "
const code = (source) => ({ mainModule: 'agent.js', modules: { 'agent.js': source } });
const counter = 'export default { next(n) { return n + 1 } }';
let loaded = 0;

export default {
  async cold(n, env) {
    for (let i = 0; i < n; i++) {
      const worker = env.LOADER.load(code(`${env.AGENT}// ${loaded++}`));
      const { doubled } = await worker.getEntrypoint().myAgent({ value: 21 });
      if (doubled !== 42) throw new Error(`${doubled}`);
    }
  },
  async get(n, env) {
    for (let i = 0; i < n; i++) {
      const worker = env.LOADER.get('agent', () => code(env.AGENT));
      const { doubled } = await worker.getEntrypoint().myAgent({ value: 21 });
      if (doubled !== 42) throw new Error(`${doubled}`);
    }
  },
  async stub(n, env) {
    const counting = env.LOADER.get('counter', () => code(counter)).getEntrypoint();
    let i = 0;
    while (i < n) i = await counting.next(i);
    if (i !== n) throw new Error(`${i}`);
  },
}";

pub(crate) async fn run(engine: &Engine) -> Result<(), Error> {
    let limits = Limits::default().capability_calls(1_000_000);
    let code = WorkerCode::module("parent.js", PARENT)
        .limits(limits)
        .loader("LOADER")
        .env_value("AGENT", AGENT);
    let parent = engine.loader().load(code)?.entrypoint();
    let rows = [
        ("cold", 100_u32, "a worker that loads a worker, new each time, and calls it"),
        ("get", 1_000, "a worker that gets a warm worker by its id and calls it"),
        ("stub", 1_000, "a call from one sandbox to another and back"),
    ];
    for (method, per, name) in rows {
        let times = time(50, |_| async { parent.call(method, (per,)).await }).await?;
        row(name, per, times);
    }
    Ok(())
}
