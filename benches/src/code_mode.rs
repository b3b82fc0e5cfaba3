//! The cost of programs that models write against tools.

use std::sync::Arc;
use std::time::{Duration, Instant};

use isolet::code_mode::{CodeTool, ToolCall, ToolDefinition};
use isolet::{Engine, Error};
use serde_json::json;

use crate::{row, text, time};

const SESSIONS: usize = 100;
const PROGRAMS: usize = 20;

const CALLS: &str = "const a = await math.add({ a: 1, b: 2 });
const b = await math.add({ a, b: 3 });
return (await math.add({ a: b, b: 4 })) * 2;
";

fn tool(engine: &Engine) -> CodeTool {
    let number = json!({"type": "number"});
    let add = ToolDefinition {
        name: "add".to_owned(),
        description: Some("Adds two numbers.".to_owned()),
        input: json!({"type": "object", "properties": {"a": number, "b": number}}),
        output: Some(number),
    };
    let tool = CodeTool::builder(engine)
        .tool("math", add, async |call: ToolCall| {
            let number = |name: &str| call.arguments[name].as_f64().unwrap_or_default();
            Ok(json!(number("a") + number("b")))
        })
        .build();
    tool.unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) async fn run(engine: &Engine) -> Result<(), Error> {
    let tool = tool(engine);
    for (name, program, expected) in [
        ("a program without calls", "return 20.0;\n", json!(20)),
        ("a program with three calls of tools", CALLS, json!(20)),
    ] {
        let times = time(1_000, |index| {
            let (tool, expected) = (&tool, &expected);
            async move {
                let execution = tool.execute(&format!("{program}// {index}")).await;
                let result = execution.result.unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(result.as_f64(), expected.as_f64());
                Ok(())
            }
        });
        row(name, 1, times.await?);
    }
    Ok(())
}

/// A hundred sessions on all cores, in each of which one program runs after another.
pub(crate) fn sessions(engine: &Engine) -> Result<(), Box<dyn std::error::Error>> {
    let threads = std::thread::available_parallelism()?.get();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let tool = tool(engine);
    let sessions = (0..SESSIONS).map(|_| tool.session()).collect::<Result<Vec<_>, _>>()?;
    let all_run = Arc::new(tokio::sync::Barrier::new(SESSIONS));
    let mut times: Vec<Duration> = runtime.block_on(async {
        let tasks: Vec<_> = sessions
            .into_iter()
            .map(|session| {
                let all_run = Arc::clone(&all_run);
                tokio::spawn(async move {
                    let mut times = Vec::with_capacity(PROGRAMS);
                    for index in 0..=PROGRAMS {
                        let began = Instant::now();
                        let execution = session.execute(&format!("{CALLS}// {index}")).await;
                        let result = execution.result.unwrap_or_else(|error| panic!("{error}"));
                        assert_eq!(result.as_f64(), Some(20.0));
                        // The first one makes the sandbox.
                        if index == 0 {
                            all_run.wait().await;
                        } else {
                            times.push(began.elapsed());
                        }
                    }
                    times
                })
            })
            .collect();
        let mut times = Vec::new();
        for task in tasks {
            times.extend(task.await?);
        }
        Ok::<_, tokio::task::JoinError>(times)
    })?;
    times.sort_unstable();
    let p99 = text(times[times.len() * 99 / 100]);
    row(
        &format!("the same in each of {SESSIONS} sessions at once (99th percentile: {p99})"),
        1,
        times,
    );
    Ok(())
}
