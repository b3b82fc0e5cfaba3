//! Schemas and values that try to take too much.

use isolet_catalog::{Catalog, Error, Tool};
use serde_json::{Map, Value, json};

use crate::{definition, namespace, only, with_input, with_output};

fn is_too_complex(result: &Result<(), Error>) -> bool {
    matches!(result, Err(Error::TooComplex { .. }))
}

fn reason(tool: &Tool) -> String {
    match tool.validate_output(&Value::Null) {
        Err(Error::Schema { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

/// Definitions that each refer twice to the next, so that expanding them doubles each time.
fn doubling(keyword: &str, count: usize) -> Value {
    let mut definitions = Map::new();
    for index in 0..count {
        let next = json!({ "$ref": format!("#/$defs/a{}", index + 1) });
        definitions.insert(format!("a{index}"), json!({ keyword: [next, next] }));
    }
    definitions.insert(format!("a{count}"), json!({ "type": "string" }));
    json!({ "$ref": "#/$defs/a0", "$defs": definitions })
}

#[test]
fn graphs_of_references_are_printed_once_and_checked_in_bounded_time() {
    for keyword in ["anyOf", "allOf", "oneOf"] {
        assert!(with_input(doubling(keyword, 60)).declarations().contains("t(input: A0)"));
        let catalog = with_output(doubling(keyword, 60));
        assert_eq!(catalog.declarations().matches("type A").count(), 61);
        assert!(only(&catalog).signature().len() < 300);
        let is_bounded = is_too_complex(&only(&catalog).validate_output(&json!(1)));
        assert_eq!(is_bounded, keyword != "allOf", "{keyword}");
    }
}

#[test]
fn long_chains_of_references_take_no_stack() {
    let mut definitions = Map::new();
    for index in 0..10_000 {
        let next = json!({ "$ref": format!("#/$defs/a{}", index + 1), "minLength": 9 });
        definitions.insert(format!("a{index}"), next);
    }
    definitions.insert("a10000".to_owned(), json!({ "type": "string" }));
    let first = json!({ "$ref": "#/$defs/a0" });
    let schema = json!({ "anyOf": [first, { "type": "null" }], "$defs": definitions });
    let catalog = with_output(schema);
    assert_eq!(catalog.declarations().matches("type A").count(), 10_001);
    let error = only(&catalog).validate_output(&json!("short")).unwrap_err();
    assert_eq!(error.to_string(), "n.t: output must have at least 9 characters, but has 5");
    assert!(is_too_complex(&only(&catalog).validate_output(&json!("long enough"))));
}

#[test]
fn cycles_are_faults() {
    for schema in [
        json!({ "anyOf": [{ "type": "string" }, { "$ref": "#" }] }),
        json!({ "$ref": "#/$defs/a", "$defs": { "a": { "not": { "$ref": "#/$defs/b" } }, "b": { "allOf": [{ "$ref": "#/$defs/a" }] } } }),
        json!({ "dependentSchemas": { "a": { "if": { "$ref": "#" } } } }),
    ] {
        let catalog = with_output(schema);
        assert_eq!(reason(only(&catalog)), "a `$ref` leads back to itself");
        assert!(catalog.declarations().contains("Promise<unknown>"));
    }
}

/// Drops a deep value without recursion.
fn dismantle(value: Value) {
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        match value {
            Value::Array(items) => pending.extend(items),
            Value::Object(map) => pending.extend(map.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
}

#[test]
fn deep_schemas_are_faults_and_long_types_are_cut() {
    let nested = |depth| {
        (0..depth).fold(Value::Bool(true), |items, _| {
            Value::Object(Map::from_iter([("items".to_owned(), items)]))
        })
    };
    let output = |schema| isolet_catalog::Definition {
        output: Some(schema),
        ..definition("t", json!(true))
    };
    let catalog = |schema| Catalog::new([namespace("n", vec![output(schema)])]).unwrap();

    let deep = catalog(nested(10_000));
    assert_eq!(reason(only(&deep)), "it nests deeper than 500");
    assert!(deep.declarations().contains("Promise<unknown>"));
    assert_eq!(deep.search("t", 1).len(), 1);
    // Dropping a deep value takes a deep stack, which is the care of who made it.
    let thread = std::thread::Builder::new().stack_size(64 << 20);
    thread.spawn(move || drop(deep)).unwrap().join().unwrap();

    let long = catalog(nested(300));
    assert!(long.declarations().contains(&format!("Promise<unknown{}>", "[]".repeat(64))));
    assert!(only(&long).signature().chars().count() <= 301);
    assert!(only(&long).validate_output(&json!([[[]]])).is_ok());
}

#[test]
fn large_schemas_are_faults() {
    let wide: Map<String, Value> = (0..50_001).map(|it| (it.to_string(), json!({}))).collect();
    for schema in [
        json!({ "properties": wide }),
        json!({ "description": "x".repeat(10 << 20) }),
        json!({ "enum": vec![0; 1 << 20] }),
    ] {
        let catalog = with_output(schema);
        assert_eq!(reason(only(&catalog)), "it has more than 50000 values or 1048576 bytes");
        assert!(catalog.declarations().len() < 200);
    }
}

#[test]
fn nested_index_signatures_do_not_multiply() {
    let mut schema = json!({ "type": "number" });
    for _ in 0..60 {
        schema = json!({ "type": "object", "properties": { "a": schema }, "additionalProperties": schema });
        if schema.to_string().len() > 100_000 {
            break;
        }
    }
    assert!(with_output(schema).declarations().len() < 500_000);
}

#[test]
fn deep_values_are_refused() {
    let catalog = with_output(json!({ "type": "array", "items": { "$ref": "#" } }));
    let nested = |depth| (0..depth).fold(json!([]), |value, _| Value::Array(vec![value]));
    assert_eq!(only(&catalog).validate_output(&nested(100)), Ok(()));
    let deep = nested(10_000);
    assert!(is_too_complex(&only(&catalog).validate_output(&deep)));
    // A value that no schema looks into is not visited.
    assert_eq!(only(&with_output(json!(true))).validate_output(&deep), Ok(()));
    assert!(is_too_complex(&only(&with_output(json!({ "enum": [[1]] }))).validate_output(&deep)));
    dismantle(deep);
}

#[test]
fn deep_objects_take_little_stack() {
    let next = json!({ "anyOf": [{ "$ref": "#/$defs/node" }, { "type": "null" }] });
    let node = json!({ "type": "object", "properties": { "next": next }, "patternProperties": { "^n": next } });
    let schema = json!({ "oneOf": [{ "$ref": "#/$defs/node" }], "$defs": { "node": node } });
    let value = (0..1_000)
        .fold(Value::Null, |next, _| Value::Object(Map::from_iter([("next".to_owned(), next)])));
    let catalog = with_output(schema);
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    let check = move || {
        assert!(is_too_complex(&only(&catalog).validate_output(&value)));
        dismantle(value);
    };
    thread.spawn(check).unwrap().join().unwrap();
}

#[test]
fn every_part_of_the_work_is_counted() {
    let names: Map<String, Value> = (0..20_000).map(|it| (it.to_string(), json!([]))).collect();
    let dependent = with_output(json!({ "items": { "dependentRequired": names } }));
    let objects = |count| json!(vec![json!({}); count]);
    assert_eq!(only(&dependent).validate_output(&objects(90)), Ok(()));
    assert!(is_too_complex(&only(&dependent).validate_output(&objects(110))));

    let pattern = json!({ "items": { "pattern": "^(a|b)*$" } });
    let texts = json!(vec!["ab".repeat(50_000); 21]);
    assert!(is_too_complex(&only(&with_output(pattern)).validate_output(&texts)));
}

#[test]
fn alternatives_that_are_told_apart_do_not_multiply() {
    let operation = |name: &str| {
        json!({
            "type": "object",
            "properties": { "left": { "$ref": "#" }, "operation": { "const": name } },
            "required": ["left", "operation"],
        })
    };
    let schema = json!({ "anyOf": [{ "type": "number" }, operation("add"), operation("negate"), operation("root")] });
    let catalog = with_output(schema);
    let nested =
        |inner| (0..60).fold(inner, |left, _| json!({ "left": left, "operation": "root" }));
    assert_eq!(only(&catalog).validate_output(&nested(json!(1))), Ok(()));
    let error = only(&catalog).validate_output(&nested(json!("x"))).unwrap_err().to_string();
    assert!(
        error.ends_with(".left must be a number or an object, but is a string (\"x\")"),
        "{error}"
    );
}

#[test]
fn alternatives_that_multiply_are_refused() {
    let either = json!({ "type": "object", "properties": { "a": { "$ref": "#" } } });
    let schema = json!({ "anyOf": [{ "type": "number" }, either, either] });
    let value = (0..100).fold(json!("x"), |value, _| json!({ "a": value }));
    assert!(is_too_complex(&only(&with_output(schema)).validate_output(&value)));
}

#[test]
fn a_catalog_has_so_many_tools() {
    let tools =
        |count: usize| (0..count).map(|it| definition(&format!("t{it}"), json!(true))).collect();
    assert!(Catalog::new([namespace("n", tools(20_000))]).is_ok());
    let error = Catalog::new([namespace("n", tools(20_001))]).unwrap_err();
    assert_eq!(error, Error::TooManyTools { most: 20_000 });
}

#[test]
fn catalogs_are_shared_by_threads() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    is_shared(&Catalog::new([]).unwrap());
}
