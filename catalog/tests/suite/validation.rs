//! Validation of arguments and results.

use isolet_catalog::{Catalog, Error};
use serde_json::{Value, json};

use crate::{only, real_lists, with_input, with_output};

/// Returns the message about a result, without the path of the tool, or nothing if it is valid.
fn fault(schema: &Value, value: &Value) -> String {
    match only(&with_output(schema.clone())).validate_output(value) {
        Ok(()) => String::new(),
        Err(error) => error.to_string().strip_prefix("n.t: ").unwrap().to_owned(),
    }
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "literals are passed")]
fn accepts(schema: Value, valid: &[Value], invalid: &[Value]) {
    for value in valid {
        assert_eq!(fault(&schema, value), "", "{schema} {value}");
    }
    for value in invalid {
        assert_ne!(fault(&schema, value), "", "{schema} {value}");
    }
}

#[test]
fn messages_name_path_expectation_and_value() {
    let catalog = Catalog::new(real_lists()).unwrap();
    let message = |namespace, tool, input: Value| {
        let tool = catalog.get(namespace, tool).unwrap();
        tool.validate_input(Some(&input)).map_err(|error| error.to_string())
    };
    let read = |input| message("filesystem", "read_file", input);
    assert_eq!(
        read(json!({ "path": 42 })).unwrap_err(),
        "filesystem.read_file: input.path must be a string, but is a number (42)"
    );
    assert_eq!(
        read(json!({})).unwrap_err(),
        "filesystem.read_file: input.path must be a string, but is missing"
    );
    assert_eq!(
        read(json!([])).unwrap_err(),
        "filesystem.read_file: input must be an object, but is an array of 0 items"
    );
    assert_eq!(
        read(json!({ "head": "ten", "tail": null })).unwrap_err(),
        "filesystem.read_file: input.path must be a string, but is missing; input.head must be a \
         number, but is a string (\"ten\"); input.tail must be a number, but is null"
    );
    assert_eq!(
        message(
            "memory",
            "create_relations",
            json!({ "relations": [{ "from": "a", "to": true, "relationType": "x" }] })
        )
        .unwrap_err(),
        "memory.create_relations: input.relations[0].to must be a string, but is a boolean (true)"
    );
    assert_eq!(
        message("everything", "get_annotated_message", json!({ "messageType": "warn" }))
            .unwrap_err(),
        "everything.get_annotated_message: input.messageType must be one of \"error\", \"success\", \
         \"debug\", but is a string (\"warn\")"
    );
    assert_eq!(read(json!({ "path": "a", "head": 3, "more": 1 })), Ok(()));
}

#[test]
fn errors_are_typed_and_few() {
    let schema = json!({ "type": "array", "items": { "type": "string" } });
    let catalog = with_output(schema);
    let Error::Invalid { tool, violations } =
        only(&catalog).validate_output(&json!([1, 2, "a", 3, 4])).unwrap_err()
    else {
        panic!("wrong error");
    };
    let paths: Vec<_> = violations.iter().map(|it| it.path.as_str()).collect();
    assert_eq!((tool.as_str(), paths), ("n.t", vec!["output[0]", "output[1]", "output[3]"]));
}

#[test]
fn messages_of_keywords() {
    for (schema, value, message) in [
        (
            json!({ "type": ["string", "null"] }),
            json!(1),
            "output must be a string or null, but is a number (1)",
        ),
        (
            json!({ "type": "integer" }),
            json!(1.5),
            "output must be an integer, but is a number (1.5)",
        ),
        (json!({ "const": "a" }), json!("b"), "output must be \"a\", but is a string (\"b\")"),
        (json!({ "minimum": 3 }), json!(2), "output must be at least 3, but is a number (2)"),
        (
            json!({ "exclusiveMaximum": 3 }),
            json!(3),
            "output must be less than 3, but is a number (3)",
        ),
        (
            json!({ "multipleOf": 0.01 }),
            json!(0.015),
            "output must be a multiple of 0.01, but is a number (0.015)",
        ),
        (
            json!({ "maxLength": 2 }),
            json!("abc"),
            "output must have at most 2 characters, but has 3",
        ),
        (json!({ "minItems": 1 }), json!([]), "output must have at least 1 item, but has 0"),
        (
            json!({ "minProperties": 2 }),
            json!({ "a": 1 }),
            "output must have at least 2 properties, but has 1",
        ),
        (json!({ "uniqueItems": true }), json!([1, 1.0]), "output[1] must not repeat an item"),
        (
            json!({ "pattern": "^a+$" }),
            json!("b"),
            "output must match /^a+$/, but is a string (\"b\")",
        ),
        (
            json!({ "contains": { "const": 1 } }),
            json!([2]),
            "output must have at least 1 item that matches `contains`, but has 0",
        ),
        (
            json!({ "not": { "type": "null" } }),
            json!(null),
            "output must not match the schema of `not`, but is null",
        ),
        (
            json!({ "propertyNames": { "maxLength": 1 } }),
            json!({ "ab": 1 }),
            "output.ab is not an allowed name of a property",
        ),
        (
            json!({ "dependentRequired": { "a": ["b"] } }),
            json!({ "a": 1 }),
            "output.b must be given, but is missing",
        ),
        (json!(false), json!(1), "output must not be there"),
        (
            json!({ "properties": { "path": {}, "limit": {} }, "additionalProperties": false }),
            json!({ "a-b": 1 }),
            "output[\"a-b\"] is not a known property: known are path, limit",
        ),
        (
            json!({ "anyOf": [{ "type": "string" }, { "type": "number" }] }),
            json!(true),
            "output must be a string or a number, but is a boolean (true)",
        ),
        (
            json!({ "anyOf": [{ "type": "string", "minLength": 2 }, { "type": "null" }] }),
            json!("a"),
            "output must have at least 2 characters, but has 1",
        ),
        (
            json!({ "oneOf": [{ "type": "number" }, { "minimum": 1 }] }),
            json!(2),
            "output must match one alternative, but matches 2",
        ),
        (
            json!({ "anyOf": [
                { "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"] },
                { "type": "object", "properties": { "b": { "type": "string" } }, "required": ["b"] },
            ] }),
            json!({}),
            "output must match one of { a: string }, { b: string }, but is an object",
        ),
        (
            json!({ "oneOf": [
                { "type": "object", "properties": { "kind": { "const": "a" }, "x": { "type": "string" } } },
                { "type": "object", "properties": { "kind": { "const": "b" }, "y": { "type": "string" } } },
            ] }),
            json!({ "kind": "b", "y": 1 }),
            "output.y must be a string, but is a number (1)",
        ),
    ] {
        assert_eq!(fault(&schema, &value), message, "{schema}");
    }
}

#[test]
fn texts_of_messages_are_harmless_and_short() {
    let schema = json!({ "additionalProperties": { "type": "null" } });
    let message = fault(&schema, &json!({ "\u{1b}[31m\n": "\u{202e}".repeat(1_000) }));
    assert!(
        message.starts_with(r#"output["\u001b[31m\n"] must be null, but is a string ("\u202e"#)
    );
    assert!(message.len() < 400 && !message.contains(|c: char| c.is_control() || c == '\u{202e}'));
}

#[test]
fn undefined_is_an_empty_object_if_nothing_is_required() {
    let optional = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    assert_eq!(only(&with_input(optional.clone())).validate_input(None), Ok(()));
    assert_eq!(only(&with_input(json!(true))).validate_input(None), Ok(()));
    let mut required = optional;
    required["required"] = json!(["a"]);
    let error = only(&with_input(required)).validate_input(None).unwrap_err();
    assert_eq!(error.to_string(), "n.t: input must be an object, but is null");
    let any = with_input(json!({ "type": "object" }));
    assert!(only(&any).validate_input(Some(&Value::Null)).is_err());
}

#[test]
fn results_without_a_schema_are_not_checked() {
    let catalog = with_input(json!({}));
    assert_eq!(only(&catalog).validate_output(&json!([1, null])), Ok(()));
}

#[test]
fn drafts_have_their_keywords() {
    accepts(json!({ "minimum": 1, "exclusiveMinimum": true }), &[json!(1.5)], &[json!(1)]);
    accepts(
        json!({ "items": [{ "type": "string" }], "additionalItems": { "type": "number" } }),
        &[json!(["a", 1]), json!([])],
        &[json!([1]), json!(["a", "b"])],
    );
    accepts(
        json!({ "dependencies": { "a": ["b"], "c": { "required": ["d"] } } }),
        &[json!({ "a": 1, "b": 1 }), json!({ "c": 1, "d": 1 })],
        &[json!({ "a": 1 }), json!({ "c": 1 })],
    );
    accepts(json!({ "type": "string", "nullable": true }), &[json!(null), json!("a")], &[json!(1)]);
    let sibling = |schema| json!({ "$schema": schema, "properties": { "a": { "$ref": "#/definitions/S", "maxLength": 1 } }, "definitions": { "S": { "type": "string" } } });
    let long = json!({ "a": "ab" });
    accepts(
        sibling("http://json-schema.org/draft-07/schema#"),
        std::slice::from_ref(&long),
        &[json!({ "a": 1 })],
    );
    accepts(
        sibling("https://json-schema.org/draft/2020-12/schema"),
        &[json!({ "a": "a" })],
        &[long],
    );
}

#[test]
fn references_lead_to_any_part() {
    let list = json!({ "type": "object", "properties": { "value": { "type": "integer" }, "next": { "$ref": "#" } }, "required": ["value"] });
    accepts(
        list,
        &[json!({ "value": 1, "next": { "value": 2.0 } })],
        &[json!({ "value": 1, "next": { "next": { "value": 1 } } })],
    );
    accepts(
        json!({ "properties": { "a": { "$ref": "#/$defs/x~1y/items/0" } }, "$defs": { "x/y": { "items": [{ "type": "null" }] } } }),
        &[json!({ "a": null })],
        &[json!({ "a": 1 })],
    );
}

#[test]
fn conditions_and_alternatives() {
    accepts(
        json!({ "if": { "type": "string" }, "then": { "minLength": 1 }, "else": { "type": "number" } }),
        &[json!("a"), json!(1)],
        &[json!(""), json!(null)],
    );
    accepts(
        json!({ "type": "object", "patternProperties": { "^x-": { "type": "string" } }, "additionalProperties": false }),
        &[json!({ "x-a": "b" })],
        &[json!({ "x-a": 1 }), json!({ "y": "b" })],
    );
    accepts(
        json!({ "contains": { "const": 1 }, "minContains": 2, "maxContains": 2 }),
        &[json!([1, 1.0, 2])],
        &[json!([1]), json!([1, 1, 1])],
    );
    accepts(
        json!({ "multipleOf": 0.01 }),
        &[json!(19.99), json!(0), json!(1e300)],
        &[json!(19.995)],
    );
    accepts(
        json!({ "enum": [[1, { "a": 2 }]] }),
        &[json!([1.0, { "a": 2 }])],
        &[json!([1, { "a": 3 }]), json!("[1,{\"a\":2}]")],
    );
    accepts(
        json!({ "maxLength": 1, "format": "email", "x-unknown": 1 }),
        &[json!("é"), json!("💡")],
        &[json!("ab")],
    );
}

#[test]
fn schemas_that_cannot_be_used_accept_nothing() {
    for (schema, reason) in [
        (
            json!({ "$ref": "https://example.com/a" }),
            "`$ref` \"https://example.com/a\" leads outside of the schema",
        ),
        (json!({ "$ref": "#/$defs/a" }), "`$ref` \"#/$defs/a\" leads nowhere"),
        (json!({ "$ref": "#" }), "a `$ref` leads back to itself"),
        (json!({ "properties": { "a": { "type": "text" } } }), "`type` must be the name of a type"),
        (json!({ "required": true }), "`required` must be an array"),
        (json!({ "multipleOf": 0 }), "`multipleOf` must be a number above 0"),
        (json!({ "minLength": -1 }), "`minLength` must be a whole number of at least 0"),
        (json!({ "items": 1 }), "a schema must be an object or a boolean"),
        (json!({ "unevaluatedProperties": false }), "`unevaluatedProperties` is not supported"),
        (json!({ "$dynamicRef": "#a" }), "`$dynamicRef` is not supported"),
        (
            json!({ "properties": { "a": { "$id": "a" } } }),
            "`$id` within a schema is not supported",
        ),
        (
            json!({ "pattern": "(a)\\1" }),
            "`pattern` \"(a)\\\\1\" is not a regular expression that takes linear time",
        ),
    ] {
        let message = format!("the schema of the output cannot be used: {reason}");
        assert_eq!(fault(&schema, &json!(null)), message);
    }
    // These are names of properties, and no keywords.
    let names = json!({ "properties": { "$id": { "type": "string" }, "$ref": { "type": "string" }, "required": { "type": "string" } } });
    accepts(names, &[json!({ "$ref": "a" })], &[json!({ "$ref": 1 })]);
}
