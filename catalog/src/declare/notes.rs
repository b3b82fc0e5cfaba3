//! Comments of documentation.

use serde_json::Value;

use crate::schema::{Node, NodeId, Schema, Types};
use crate::text;

/// The most characters of the description of a tool, a namespace or a type.
pub(super) const MAX_TOOL: usize = 1_000;

/// The most characters of the description of a property.
pub(super) const MAX_PROPERTY: usize = 300;

/// The most characters of a value in a tag.
const MAX_VALUE: usize = 80;

/// Returns a line with a comment, or nothing if there is no text.
pub(super) fn comment(text: &str, indent: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{indent}/** {text} */\n") }
}

/// Returns the description of a node and its constraints as tags, such as `@maximum 10`.
pub(super) fn of(schema: &Schema, id: NodeId, most: usize) -> String {
    let node = schema.node(id);
    let mut tags = Tags::default();
    tags.collect(schema, node);
    // The constraints of `T | null` are those of `T`.
    let only = only_branch(schema, node);
    if let Some(branch) = only {
        tags.collect(schema, branch);
    }
    if let Some(default) = &node.notes.default {
        tags.add("default", &default_text(default));
    }
    if node.notes.is_deprecated {
        tags.add("deprecated", "");
    }
    let mut described = [Some(node), only].into_iter().flatten();
    let description = described.find_map(|it| it.notes.description.as_deref());
    let description = text::comment(description.unwrap_or_default(), most);
    let parts = [description, tags.0.join(" ")];
    parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Returns the branch of a union that is not `null`, if it is one.
fn only_branch<'s>(schema: &'s Schema, node: &'s Node) -> Option<&'s Node> {
    let logic = node.logic.as_deref()?;
    let branches = logic.any_of.iter().chain(&logic.one_of).map(|id| schema.node(*id));
    let mut branches = branches.filter(|it| it.types != Some(Types::NULL));
    branches.next().filter(|_| branches.next().is_none())
}

fn default_text(value: &Value) -> String {
    match value {
        Value::String(string) => text::excerpt(string, MAX_VALUE),
        other => other.to_string(),
    }
}

#[derive(Default)]
struct Tags(Vec<String>);

impl Tags {
    fn add(&mut self, tag: &str, value: &str) {
        let value = text::comment(value, MAX_VALUE);
        let separator = if value.is_empty() { "" } else { " " };
        self.0.push(format!("@{tag}{separator}{value}"));
    }

    fn add_some<T: ToString>(&mut self, tag: &str, value: Option<&T>) {
        if let Some(value) = value {
            self.add(tag, &value.to_string());
        }
    }

    fn collect(&mut self, schema: &Schema, node: &Node) {
        let is_integer = |types: Types| types.has(Types::INTEGER) && !types.has(Types::NUMBER);
        if node.types.is_some_and(is_integer) && node.literals.is_none() {
            self.add("integer", "");
        }
        self.add_some("format", node.notes.format.as_ref());
        if let Some(number) = &node.number {
            // Some libraries write the bounds of safe integers down.
            let is_bound = |it: &&serde_json::Number| {
                it.as_f64().is_none_or(|it| it.abs() < 9_007_199_254_740_991.0)
            };
            self.add_some("minimum", number.min.as_ref().filter(is_bound));
            self.add_some("exclusiveMinimum", number.above.as_ref());
            self.add_some("maximum", number.max.as_ref().filter(is_bound));
            self.add_some("exclusiveMaximum", number.below.as_ref());
            self.add_some("multipleOf", number.multiple_of.as_ref());
        }
        if let Some(string) = &node.string {
            self.add_some("minLength", string.min.as_ref());
            self.add_some("maxLength", string.max.as_ref());
            self.add_some("pattern", string.pattern.and_then(|it| schema.patterns.get(it.0)));
        }
        if let Some(array) = &node.array {
            self.add_some("minItems", array.min.as_ref().filter(|_| array.prefix.is_empty()));
            self.add_some("maxItems", array.max.as_ref().filter(|_| array.prefix.is_empty()));
            if array.is_unique {
                self.add("uniqueItems", "");
            }
        }
        if let Some(object) = &node.object {
            self.add_some("minProperties", object.min.as_ref());
            self.add_some("maxProperties", object.max.as_ref());
        }
    }
}
