//! The cost of a sandbox that is used once.

use std::time::{Duration, Instant};

use isolet::{Engine, Error, WorkerCode};
use serde_json::{Value, json};

use crate::{AGENT, row, time};

const TYPESCRIPT: &str = "interface P { value: number; name?: string }
enum Kind { A = 1, B, C }
class Box<T> {
  constructor(private readonly v: T, public k: Kind = Kind.A) {}
  get(): T { return this.v }
}
export default {
  async myAgent(input: P, env: unknown): Promise<{ doubled: number }> {
    const b = new Box<number>(input.value);
    return { doubled: (b.get() as number) * 2 };
  }
}
";

const ERASABLE: &str = "interface P { value: number }
export default {
  async myAgent(input: P): Promise<{ doubled: number }> {
    return { doubled: input.value * 2 };
  },
};
";

pub(crate) async fn run(engine: &Engine) -> Result<(), Error> {
    let worker = engine.loader().load(WorkerCode::module("agent.js", AGENT))?.fresh_per_call();
    // The image is prepared first, because its effect on the slots of the pool would slow down all
    // that comes.
    worker.prepare().await?;
    let fresh = cold(engine, "agent.js", AGENT).await?;
    let fresh = row("fresh load + call + drop, new JavaScript each time", 1, fresh);
    let native = row("the same in a native rquickjs runtime, no isolation", 1, native());
    println!("| ratio of the two | {:.2} | |", fresh.as_secs_f64() / native.as_secs_f64());
    let times = cold(engine, "agent.ts", ERASABLE).await?;
    row("fresh load + call + drop, new TypeScript with types only", 1, times);
    let times = cold(engine, "agent.ts", TYPESCRIPT).await?;
    row("the same with an enum and parameter properties", 1, times);

    let entrypoint = worker.entrypoint();
    let times = time(5_000, |_| async {
        let answer: Value = entrypoint.call("myAgent", (json!({"value": 21}),)).await?;
        assert_eq!(answer, json!({"doubled": 42}));
        Ok(())
    });
    row("call in a fresh sandbox from the app image", 1, times.await?);
    Ok(())
}

async fn cold(engine: &Engine, name: &str, source: &str) -> Result<Vec<Duration>, Error> {
    let loader = engine.loader();
    time(3_000, |index| {
        let source = format!("{source}// {index}\n");
        let loader = loader.clone();
        async move {
            let worker = loader.load(WorkerCode::module(name, source))?;
            let answer: Value =
                worker.entrypoint().call("myAgent", (json!({"value": 21}),)).await?;
            assert_eq!(answer, json!({"doubled": 42}));
            Ok(())
        }
    })
    .await
}

fn native() -> Vec<Duration> {
    (0..2_000)
        .map(|index| {
            let began = Instant::now();
            let answer = native_once(&format!("{AGENT}// {index}\n"));
            assert_eq!(answer.as_deref(), Ok(r#"{"doubled":42}"#));
            began.elapsed()
        })
        .collect()
}

fn native_once(source: &str) -> Result<String, String> {
    use rquickjs::{Context, Function, Module, Object, Runtime};
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    let context = Context::full(&runtime).map_err(|error| error.to_string())?;
    context
        .with(|ctx| -> rquickjs::Result<String> {
            let (module, promise) = Module::declare(ctx.clone(), "agent.js", source)?.eval()?;
            promise.finish::<()>()?;
            let export: Object<'_> = module.namespace()?.get("default")?;
            let agent: Function<'_> = export.get("myAgent")?;
            let argument = ctx.json_parse(r#"{"value":21}"#)?;
            let answer: rquickjs::Value<'_> = agent.call((argument,))?;
            let text = ctx.json_stringify(answer)?;
            text.map_or(Ok(String::new()), |text| text.to_string())
        })
        .map_err(|error| error.to_string())
}
