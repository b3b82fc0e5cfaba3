//! Declarations in TypeScript, against texts that were checked with the compiler in strict mode.

use isolet_catalog::{Catalog, Definition};
use serde_json::{Value, json};

use crate::{definition, namespace, only, real_lists, with_input, with_output};

/// Returns the declared type of a schema, with the types that it names before it.
fn declared(schema: Value) -> String {
    let text = with_output(schema).declarations();
    let (types, method) = text
        .split_once("declare const n: {\n  t(input?: { [key: string]: unknown }): Promise<")
        .unwrap();
    format!("{types}={}", method.strip_suffix(">;\n};\n").unwrap())
}

#[test]
fn types_of_all_kinds() {
    let cases: Vec<_> = include_str!("data/types.txt").trim_end().split("\n\n").collect();
    assert!(cases.len() > 60);
    for case in cases {
        let (schema, expected) = case.split_once('\n').unwrap();
        assert_eq!(declared(serde_json::from_str(schema).unwrap()), expected, "{schema}");
    }
}

#[test]
fn real_lists_of_tools() {
    let catalog = Catalog::new(real_lists()).unwrap();
    assert_eq!(catalog.declarations().trim(), include_str!("data/declarations.d.ts").trim());
}

#[test]
fn arguments_are_optional_if_nothing_is_required() {
    let argument = |input: Value| {
        let text = with_input(input).declarations();
        let (_, method) = text.split_once("  t(").unwrap();
        method.strip_suffix("): Promise<unknown>;\n};\n").unwrap().to_owned()
    };
    let object = |more: Value| {
        let mut object = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    assert_eq!(argument(object(json!({}))), "input?: { a?: string }");
    assert_eq!(argument(object(json!({ "required": ["a"] }))), "input: { a: string }");
    assert_eq!(argument(object(json!({ "minProperties": 1 }))), "input: { a?: string }");
    assert_eq!(argument(json!({ "type": "object", "properties": {} })), "");
    assert_eq!(argument(json!({ "type": "object", "additionalProperties": false })), "");
    assert_eq!(argument(json!({ "type": "object" })), "input?: { [key: string]: unknown }");
    assert_eq!(argument(json!({ "type": "string" })), "input: string");
    assert_eq!(argument(json!(true)), "input?: unknown");
    assert_eq!(
        argument(json!({ "allOf": [object(json!({})), object(json!({ "required": ["a"] }))] })),
        "input: { a?: string } & { a: string }"
    );
}

fn tree(name: &str, of: &Value) -> Definition {
    let node = json!({
        "type": "object",
        "properties": { "of": of, "next": { "$ref": "#/$defs/Node" } },
    });
    definition(
        name,
        json!({ "type": "object", "properties": { "a": { "$ref": "#/$defs/Node" } }, "$defs": { "Node": node } }),
    )
}

#[test]
fn equal_types_are_shared_and_others_get_a_number() {
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "number" }));
    let tools = vec![
        tree("a", &text),
        tree("b", &number),
        tree("b2", &number),
        tree("c", &text),
        tree("d", &json!({ "$ref": "#/$defs/Node" })),
    ];
    let catalog = Catalog::new([namespace("n", tools)]).unwrap();
    assert_eq!(
        catalog.declarations(),
        "type Node = { of?: string; next?: Node };\n\
         type Node_2 = { of?: number; next?: Node_2 };\n\
         type Node_3 = { of?: Node_3; next?: Node_3 };\n\
         declare const n: {\n\
         \x20 a(input?: { a?: Node }): Promise<unknown>;\n\
         \x20 b(input?: { a?: Node_2 }): Promise<unknown>;\n\
         \x20 b2(input?: { a?: Node_2 }): Promise<unknown>;\n\
         \x20 c(input?: { a?: Node }): Promise<unknown>;\n\
         \x20 d(input?: { a?: Node_3 }): Promise<unknown>;\n\
         };\n"
    );
    assert_eq!(
        catalog.get("n", "b").unwrap().declaration(),
        "type Node = { of?: number; next?: Node };\n\
         declare const n: {\n  b(input?: { a?: Node }): Promise<unknown>;\n};\n"
    );
}

#[test]
fn types_with_one_name_in_a_schema_stay_apart() {
    let input = json!({
        "type": "object",
        "properties": { "a": { "$ref": "#/$defs/my-node" }, "b": { "$ref": "#/$defs/MyNode" } },
        "$defs": { "my-node": { "type": "string" }, "MyNode": { "type": "number" } },
    });
    let other = json!({ "$ref": "#/$defs/MyNode", "$defs": { "MyNode": { "type": "boolean" } } });
    let tools = vec![definition("a", other), definition("b", input)];
    let text = Catalog::new([namespace("n", tools)]).unwrap().declarations();
    let (types, _) = text.split_once("declare").unwrap();
    assert_eq!(
        types,
        "type MyNode = boolean;\ntype MyNode_2 = string;\ntype MyNode__2_2 = number;\n"
    );
}

#[test]
fn text_stays_in_its_place() {
    let hostile = "*/ }; alert(1); /*\n// \u{1b}[2J\u{202e}\"`${1}\\";
    let input = json!({
        "type": "object",
        "description": hostile,
        "properties": { hostile: { "enum": [hostile], "default": hostile, "format": hostile, "pattern": hostile } },
        "required": [hostile],
    });
    let tool = Definition { description: Some(hostile.to_owned()), ..definition("t", input) };
    let mut namespace = namespace("n", vec![tool]);
    namespace.description = Some(hostile.to_owned());
    let catalog = Catalog::new([namespace]).unwrap();
    let quoted = r#""*\/ }; alert(1); /*\n// \u001b[2J\u202e\"`${1}\\""#;
    let line = r#"*\/ }; alert(1); /* // [2J"`${1}\"#;
    assert_eq!(
        catalog.declarations(),
        format!(
            "/** {line} */\ndeclare const n: {{\n  /** {line} */\n  t(input: {{\n    /** @format {line} @pattern \
             {line} @default {quoted} */\n    {quoted}: {quoted};\n  }}): Promise<unknown>;\n}};\n"
        )
    );
    assert!(!only(&catalog).signature().contains(|c: char| c.is_control() || c == '\u{202e}'));
}

#[test]
fn long_descriptions_are_cut() {
    let input =
        json!({ "type": "object", "properties": { "a": { "description": "é ".repeat(10_000) } } });
    let tool = Definition { description: Some("x".repeat(1 << 20)), ..definition("t", input) };
    let text = Catalog::new([namespace("n", vec![tool])]).unwrap().declarations();
    assert!(text.contains(&format!("/** {}… */", "x".repeat(1_000))));
    assert!(text.contains("é é… */") && text.len() < 2_000, "{}", text.len());
}

#[test]
fn signatures_take_one_line() {
    let signature = |input: Value| only(&with_input(input)).signature();
    let point = json!({ "type": "object", "description": "D.", "properties": { "x": { "type": "number" } } });
    let input = json!({
        "type": "object",
        "properties": { "at": point, "deep": { "type": "object", "properties": { "at": point } }, "n": { "$ref": "#/$defs/Node" } },
        "required": ["at"],
        "$defs": { "Node": { "type": "array", "items": { "$ref": "#/$defs/Node" } } },
    });
    assert_eq!(
        signature(input),
        "n.t(input: { at: { x?: number }; deep?: { at?: object }; n?: Node }): Promise<unknown>"
    );
    let root = json!({ "$ref": "#/$defs/Point", "$defs": { "Point": point } });
    assert_eq!(signature(root), "n.t(input?: { x?: number }): Promise<unknown>");
    let wide: Vec<_> = (0..1_000).collect();
    assert_eq!(signature(json!({ "enum": wide })).chars().count(), 301);
}

#[test]
fn a_namespace_is_declared_alone() {
    let catalog = Catalog::new(real_lists()).unwrap();
    let text = catalog.declaration_of_namespace("memory").unwrap();
    assert!(catalog.declarations().contains(&text));
    assert!(catalog.declaration_of_namespace("no").is_none());
}
