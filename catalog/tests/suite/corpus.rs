//! About a thousand tools of well-known services, made from a table, and the real lists.
//!
//! A line of the table is `# namespace Product`, `object | plural | what it is | property: what
//! it is` for an object with the usual verbs, or `tool = description`.

use isolet_catalog::{Definition, Namespace};
use serde_json::{Value, json};

use crate::{definition, real_lists};

/// Names and descriptions of the usual verbs, in the three ways of speaking that servers have.
const VERBS: [[(&str, &str); 6]; 3] = [
    [
        ("create", "Creates a new {one} in {product}. {what}"),
        ("list", "Lists {many}, a page at a time."),
        ("get", "Gets the details of one {one} by its id. {what}"),
        ("update", "Updates fields of an existing {one}."),
        ("delete", "Deletes a {one} permanently."),
        ("search", "Searches for {many} that match a text."),
    ],
    [
        ("create", "Create a {product} {one}. {what} Returns the id."),
        ("list", "Return all {many} in {product} that you have access to"),
        ("retrieve", "Retrieve a single {one}. {what}"),
        ("update", "Modify an existing {one}. Only the given fields change."),
        ("delete", "Remove a {one}. This cannot be undone."),
        ("search", "Find {many} by name or other attributes"),
    ],
    [
        ("add", "Add a {one}. {what}"),
        ("list", "List the {many} of the {product} account"),
        ("get", "Fetch a {one}: {what}"),
        ("edit", "Edit a {one}"),
        ("remove", "Remove a {one}"),
        ("find", "Query {many} with filters"),
    ],
];

pub(crate) fn namespaces() -> Vec<Namespace> {
    let mut namespaces: Vec<Namespace> = Vec::new();
    for line in include_str!("data/services.txt").lines() {
        if let Some((name, product)) = line.strip_prefix("# ").and_then(|it| it.split_once(' ')) {
            namespaces.push(Namespace {
                name: name.to_owned(),
                description: Some(format!("{product}.")),
                tools: Vec::new(),
            });
            continue;
        }
        let style = namespaces.len() % VERBS.len();
        let namespace = namespaces.last_mut().unwrap();
        let product = namespace.description.clone().unwrap();
        let product = product.trim_end_matches('.');
        if let Some((name, description)) = line.split_once(" = ") {
            namespace.tools.push(tool(name, description, json!({ "id": id("target") })));
            continue;
        }
        let [one, many, what, property] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        for (verb, description) in VERBS[style] {
            let description = description
                .replace("{one}", &one.replace('_', " "))
                .replace("{many}", many)
                .replace("{what}", what)
                .replace("{product}", product);
            let noun = if ["list", "search", "find"].contains(&verb) {
                plural(one)
            } else {
                one.to_owned()
            };
            let name = format!("{verb}_{noun}");
            namespace.tools.push(tool(&name, description.trim(), properties(verb, one, property)));
        }
    }
    namespaces.extend(real_lists());
    namespaces
}

fn tool(name: &str, description: &str, properties: Value) -> Definition {
    let mut input = json!({ "type": "object" });
    input["properties"] = properties;
    Definition { description: Some(description.to_owned()), ..definition(name, input) }
}

fn properties(verb: &str, one: &str, property: &str) -> Value {
    match verb {
        "create" | "add" | "update" | "edit" => {
            let (name, description) = property.split_once(": ").unwrap();
            let mut properties = json!({
                "name": { "type": "string", "description": "The name that people see." },
                name: { "description": description },
            });
            if verb == "update" || verb == "edit" {
                properties["id"] = id(one);
            }
            properties
        }
        "list" | "search" | "find" => json!({
            "query": { "type": "string", "description": "Text to look for." },
            "limit": { "type": "integer", "description": "Most results of a page." },
            "cursor": { "type": "string", "description": "Where the next page starts." },
        }),
        _ => json!({ "id": id(one) }),
    }
}

fn id(of: &str) -> Value {
    json!({ "type": "string", "description": format!("Id of the {}.", of.replace('_', " ")) })
}

fn plural(one: &str) -> String {
    match one.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if one.ends_with(['s', 'x', 'h']) => format!("{one}es"),
        None => format!("{one}s"),
    }
}
