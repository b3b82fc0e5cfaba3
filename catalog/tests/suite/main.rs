//! The catalog, on schemas of all kinds, real lists of tools, and a thousand tools of services.

mod bounds;
mod corpus;
mod declarations;
mod names;
mod searching;
mod validation;

use isolet_catalog::{Catalog, Definition, Namespace, Tool};
use serde_json::{Value, json};

/// Lists of tools of the reference servers of MCP, as `tools/list` returns them.
const LISTS: [(&str, &str); 4] = [
    ("everything", include_str!("data/everything.json")),
    ("filesystem", include_str!("data/filesystem.json")),
    ("memory", include_str!("data/memory.json")),
    ("sequential-thinking", include_str!("data/sequential-thinking.json")),
];

fn real_lists() -> Vec<Namespace> {
    let namespace = |(name, list): (&str, &str)| {
        let mut list: Value = serde_json::from_str(list).unwrap();
        list["name"] = json!(name);
        serde_json::from_value(list).unwrap()
    };
    LISTS.into_iter().map(namespace).collect()
}

fn definition(name: &str, input: Value) -> Definition {
    Definition { name: name.to_owned(), description: None, input, output: None }
}

fn namespace(name: &str, tools: Vec<Definition>) -> Namespace {
    Namespace { name: name.to_owned(), description: None, tools }
}

/// Makes a catalog with the one tool `n.t`.
fn with_input(input: Value) -> Catalog {
    Catalog::new([namespace("n", vec![definition("t", input)])]).unwrap()
}

fn with_output(output: Value) -> Catalog {
    let tool = Definition { output: Some(output), ..definition("t", json!({ "type": "object" })) };
    Catalog::new([namespace("n", vec![tool])]).unwrap()
}

fn only(catalog: &Catalog) -> &Tool {
    catalog.get("n", "t").unwrap()
}
