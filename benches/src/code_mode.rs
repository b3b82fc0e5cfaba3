//! The cost of programs that models write against tools.

use isolet::code_mode::{CodeTool, ToolCall, ToolDefinition};
use isolet::{Engine, Error};
use serde_json::json;

use crate::{row, time};

const CALLS: &str = "const a = await math.add({ a: 1, b: 2 });
const b = await math.add({ a, b: 3 });
return (await math.add({ a: b, b: 4 })) * 2;
";

pub(crate) async fn run(engine: &Engine) -> Result<(), Error> {
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
    let tool = tool.unwrap_or_else(|error| panic!("{error}"));
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
