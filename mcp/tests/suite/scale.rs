//! A thousand tools.

use serde_json::json;

use crate::peer::{NEW, Peer, tool};
use crate::{World, text};

#[tokio::test]
async fn a_thousand_tools_take_few_tokens() {
    let tools = (0..1_000).map(|n| tool(&format!("tool_{n}"), &format!("Does the task {n}.")));
    let peer = Peer::with_tools(NEW, tools.collect());
    let world = World::new(json!({"many": {"url": peer.over_http().await}})).await;
    let listed = world.client.service.list_tools(None).await.unwrap();
    let json = serde_json::to_string(&listed).unwrap();
    // A token of a public tokenizer is some four bytes of such text.
    assert!(json.len() < 6_000, "{} bytes: {json}", json.len());
    assert!(json.contains("many (1000 tools)"), "{json}");

    let found = world.client.call("search_tools", json!({"query": "task 777", "limit": 3})).await;
    assert!(text(&found).contains("many.tool_777"), "{}", text(&found));
    let structured = found.structured_content.unwrap();
    assert!(structured["tools"].as_array().unwrap().len() <= 3);
    let described = world.client.call("describe_tool", json!({"name": "many.tool_777"})).await;
    assert!(text(&described).contains("tool_777"));
    let value = world.value("return await many.tool_777({})").await;
    assert_eq!(value, json!({"called": "tool_777"}));
}
