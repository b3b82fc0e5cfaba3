//! Programs that models write against tools.

mod answers;
mod calls;
mod hostile;
mod objects;
mod records;
mod sessions;

use isolet::code_mode::{CodeTool, CodeToolBuilder, ToolCall, ToolDefinition, ToolFailure};
use serde_json::{Value, json};

use crate::harness::engine;

fn definition(name: &str, input: Value) -> ToolDefinition {
    let description = Some(format!("The tool {name}."));
    ToolDefinition { name: name.to_owned(), description, input, output: None }
}

/// Returns a builder with the tools `list`, `read` and `fail` of `files`.
fn files() -> CodeToolBuilder {
    CodeTool::builder(&engine())
        .tool("files", definition("list", json!({"type": "object"})), async |_: ToolCall| {
            Ok(json!(["a.txt", "b.txt"]))
        })
        .tool("files", definition("read", json!({"type": "string"})), async |call: ToolCall| {
            Ok(json!(format!("text of {}", call.arguments.as_str().unwrap_or_default())))
        })
        .tool("files", definition("fail", json!({"type": "object"})), async |_: ToolCall| {
            Err(ToolFailure::new("the disk is full"))
        })
}
