//! A model answers a question with one program against two tools. A person approves each
//! order. The second answer has a mistake, and the error tells the model what to mend.

use isolet::Engine;
use isolet::code_mode::{Approval, CodeTool, ToolCall, ToolDefinition, ToolFailure};
use serde_json::json;

/// A possible answer of a model to "Order apples if there are fewer than five."
const ANSWER: &str = "Let me check the stock first:

```ts
const { left } = await shop.item({ name: \"apples\" });
if (left < 5) {
    const order = await shop.order({ name: \"apples\", count: 10 });
    return `ordered ${order.count}`;
}
return \"enough\";
```
";

const MISTAKE: &str = "await shop.order({ name: 'pears', count: 'ten' })";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::new()?;
    let name = json!({"type": "string", "description": "The name in the plural."});
    let item = ToolDefinition {
        name: "item".to_owned(),
        description: Some("Looks one item up.".to_owned()),
        input: json!({"type": "object", "properties": {"name": name}, "required": ["name"]}),
        output: Some(json!({"type": "object", "properties": {"left": {"type": "integer"}}})),
    };
    let order = ToolDefinition {
        name: "order".to_owned(),
        description: Some("Orders more of an item.".to_owned()),
        input: json!({
            "type": "object",
            "properties": {"name": name, "count": {"type": "integer", "minimum": 1}},
            "required": ["name", "count"],
        }),
        output: None,
    };
    let code_tool = CodeTool::builder(&engine)
        .tool("shop", item, async |call: ToolCall| match call.arguments["name"].as_str() {
            Some("apples") => Ok(json!({"left": 3})),
            _ => Err(ToolFailure::new("there is no such item")),
        })
        .tool("shop", order, async |call: ToolCall| Ok(call.arguments))
        .approver(async |call: ToolCall| {
            if call.tool == "order" {
                println!("approved: order {}", call.arguments);
            }
            Approval::Approved
        })
        .build()?;

    for answer in [ANSWER, MISTAKE] {
        let execution = code_tool.execute(answer).await;
        println!("{}", execution.to_text(1_000));
    }
    Ok(())
}
