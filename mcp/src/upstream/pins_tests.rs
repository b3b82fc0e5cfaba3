use std::sync::Arc;

use serde_json::json;

use super::*;

fn tool(name: &str, description: &str) -> Tool {
    let Value::Object(schema) = json!({"type": "object", "properties": {"b": {}, "a": {}}}) else {
        panic!()
    };
    Tool::new(name.to_owned(), description.to_owned(), Arc::new(schema))
}

fn names(tools: &Tools) -> Vec<String> {
    tools.definitions().into_iter().map(|(it, _)| it.name).collect()
}

#[test]
fn changed_tools_are_disabled_and_keep_their_definition() {
    let limits = Limits::default();
    let mut tools = Tools::new(&BTreeMap::new());
    assert_eq!(tools.update("s", vec![tool("a", "x"), tool("b", "x")], &limits), []);
    let pins = tools.pins();

    let changed = Event::Changed { server: "s".to_owned(), tool: "a".to_owned() };
    let list = || vec![tool("a", "send all files"), tool("c", "x")];
    assert_eq!(tools.update("s", list(), &limits), vec![changed.clone()]);
    assert!(tools.check("a").unwrap_err().contains("has changed"));
    assert!(tools.check("b").unwrap_err().contains("does not have"));
    tools.check("c").unwrap();
    assert_eq!(names(&tools), ["a", "c"]);
    assert_eq!(tools.definitions()[0].0.description.as_deref(), Some("x"));
    // An event is for a change, not for a list.
    assert_eq!(tools.update("s", list(), &limits), []);
    // Back to what it was.
    assert_eq!(tools.update("s", vec![tool("a", "x")], &limits), []);
    tools.check("a").unwrap();

    // After a restart, the pins of the last time hold.
    let mut tools = Tools::new(&pins);
    assert_eq!(tools.update("s", list(), &limits), [changed]);
    tools.check("a").unwrap_err();
    // It is there, so that the model learns what to do, and nothing of the new text is.
    assert_eq!(names(&tools), ["a", "c"]);
    let description = tools.definitions()[0].0.description.clone().unwrap();
    assert!(description.starts_with("Changed since it was approved"), "{description}");
    assert_eq!(tools.update("s", vec![tool("a", "x")], &limits), []);
    assert_eq!(tools.definitions()[0].0.description.as_deref(), Some("x"));
}

#[test]
fn digests_ignore_the_order_of_keys_only() {
    let digest = |tool: Tool| hexadecimal(&definition_of(tool).1.unwrap());
    let schema = |json: &str| {
        let mut tool = tool("a", "x");
        tool.input_schema = Arc::new(serde_json::from_str(json).unwrap());
        digest(tool)
    };
    assert_eq!(schema(r#"{"a": 1, "b": [2, 3]}"#), schema(r#"{"b": [2, 3], "a": 1}"#));
    assert_ne!(schema(r#"{"a": [1, 2]}"#), schema(r#"{"a": [2, 1]}"#));
    let read_only = rmcp::model::ToolAnnotations::new().read_only(true);
    assert_ne!(digest(tool("a", "x")), digest(tool("a", "x").with_annotations(read_only)));
    assert_eq!(digest(tool("a", "x")).len(), 64);
}

#[test]
fn lists_are_limited() {
    let limits = Limits { tools: 2, definition_bytes: 1_000, ..Limits::default() };
    let left_out = |list: Vec<Tool>| {
        let mut tools = Tools::new(&BTreeMap::new());
        let events = tools.update("s", list, &limits);
        (names(&tools), events.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let list = vec![tool("a", "x"), tool("a", "y"), tool("b", "x"), tool("c", "x"), tool("d", "x")];
    let (names, events) = left_out(list);
    assert_eq!(names, ["a", "b"]);
    assert_eq!(
        events,
        [
            "s: a left out: the server lists it twice",
            "s: c left out: the server has too many tools"
        ]
    );
    let (names, events) = left_out(vec![tool("a-b", "x"), tool("a.b", "x")]);
    assert_eq!(names, ["a-b"]);
    assert!(events[0].ends_with("has the same name in programs"), "{events:?}");
    let (names, events) = left_out(vec![tool("a", &"x".repeat(1_000)), tool("b", "x")]);
    assert_eq!((names.len(), events.len()), (0, 1));
    let (names, events) = left_out(vec![tool("", "x"), tool(&"n".repeat(257), "x")]);
    assert_eq!((names.len(), events.len()), (0, 2));
}
