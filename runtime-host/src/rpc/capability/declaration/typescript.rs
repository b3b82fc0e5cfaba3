//! Conversion of JSON Schemas to TypeScript types.
//!
//! `schemars` generates the schemas from the embedder's types, so they are trusted. What
//! has no counterpart in TypeScript, such as a range of numbers, is left out.

use std::fmt::Write;

use serde_json::{Map, Value};

/// Keys of a schema that say nothing about an object when they are true.
const OPEN: [&str; 2] = ["additionalProperties", "unevaluatedProperties"];

/// A key of a schema whose value is used verbatim as the type's text. It is for types whose
/// schema cannot express what JavaScript sees: `#[schemars(extend("x-typescript" = "…"))]`.
const VERBATIM: &str = "x-typescript";

/// A function that returns the text of a reference to a definition.
pub(super) type Names<'a> = &'a mut dyn FnMut(&str) -> String;

/// One member of a union.
struct Member {
    doc: String,
    text: String,
}

/// A type as text, with the facts needed to embed it in another type.
pub(super) struct Type {
    members: Vec<Member>,
    /// True if a member is built with an operator, so that embedding it needs parentheses.
    loose: bool,
}

impl Type {
    fn one(text: impl Into<String>) -> Self {
        Self { members: vec![Member { doc: String::new(), text: text.into() }], loose: false }
    }

    fn never() -> Self {
        Self { members: Vec::new(), loose: false }
    }

    /// Returns the intersection of the parts.
    fn intersection(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 {
            return parts.remove(0);
        }
        let operands: Vec<String> = parts.iter().map(Self::operand).collect();
        Self { loose: true, ..Self::one(operands.join(" & ")) }
    }

    /// Returns the text, on one line unless it has documented properties.
    pub(super) fn text(&self) -> String {
        let members: Vec<&str> = self.members.iter().map(|member| &*member.text).collect();
        if members.is_empty() { "never".to_owned() } else { members.join(" | ") }
    }

    /// Returns the text as an operand of `[]` and `&`.
    fn operand(&self) -> String {
        let text = self.text();
        if self.members.len() > 1 || self.loose { format!("({text})") } else { text }
    }

    /// Removes `null` from the type of something that may be left out instead.
    pub(super) fn without_null(mut self) -> Self {
        if self.members.len() > 1 {
            self.members.retain(|member| member.text != "null");
        }
        self
    }

    /// Returns true if it is null and nothing else, which is what `()` becomes.
    pub(super) fn is_null(&self) -> bool {
        self.members.iter().all(|member| member.text == "null") && !self.members.is_empty()
    }

    fn or(mut self, other: Self) -> Self {
        self.loose |= other.loose;
        for member in other.members {
            if self.members.iter().all(|known| known.text != member.text) {
                self.members.push(member);
            }
        }
        if self.members.iter().any(|member| member.text == "unknown") {
            return Self::one("unknown");
        }
        // Null reads best at the end, and its position in the schema varies.
        self.members.sort_by_key(|member| member.text == "null");
        self
    }
}

/// Returns the declaration of a definition: an `interface` if it is an object, else a `type`.
pub(super) fn definition(name: &str, schema: &Value, names: Names) -> String {
    let mut text = doc(&description(schema), 0);
    let object = schema.as_object().filter(|schema| is_plain_object(schema));
    if let Some(object) = object {
        let body = object_body(object, 0, true, names);
        let _ = writeln!(text, "export interface {name} {body}");
        return text;
    }
    let body = of(schema, 0, names);
    if body.members.iter().all(|member| member.doc.is_empty()) {
        // A unit is `undefined` as a whole value, and null inside another.
        let body = if body.is_null() { "null | undefined".to_owned() } else { body.text() };
        if body.len() + name.len() <= 80 || body.contains('\n') || !body.contains(" | ") {
            let _ = writeln!(text, "export type {name} = {body};");
            return text;
        }
    }
    let body = of(schema, 1, names);
    let _ = write!(text, "export type {name} =");
    for member in body.members {
        let _ = write!(text, "\n{}  | {}", doc(&member.doc, 1), member.text);
    }
    text.push_str(";\n");
    text
}

/// Returns the type that a schema describes, with its lines indented by `indent` steps.
pub(super) fn of(schema: &Value, indent: usize, names: Names) -> Type {
    match schema {
        Value::Bool(false) => Type::never(),
        Value::Object(schema) => object_schema(schema, indent, names),
        _ => Type::one("unknown"),
    }
}

fn object_schema(schema: &Map<String, Value>, indent: usize, names: Names) -> Type {
    if let Some(text) = schema.get(VERBATIM).and_then(Value::as_str) {
        let text = text.trim();
        return Type { loose: text.contains(['|', '&', ' ']), ..Type::one(text) };
    }
    if schema.get("not").is_some_and(|not| not == &Value::Bool(true) || not == &empty()) {
        return Type::never();
    }
    // All of these parts hold at once.
    let mut parts = Vec::new();
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference_name(reference).map(|name| names(&name));
        parts.push(Type::one(name.unwrap_or_else(|| "unknown".to_owned())));
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(members) = schema.get(key).and_then(Value::as_array) {
            parts.push(union(members, indent, names));
        }
    }
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        parts.push(of(part, indent, names));
    }
    if let Some(literals) = literals(schema) {
        parts.push(literals);
    } else if let Some(own) = typed(schema, parts.is_empty(), indent, names) {
        // The properties of a struct come before what was flattened into it.
        parts.insert(0, own);
    }
    parts.retain(|part| part.text() != "unknown");
    if parts.is_empty() { Type::one("unknown") } else { Type::intersection(parts) }
}

fn empty() -> Value {
    Value::Object(Map::new())
}

/// Returns the name in `#/$defs/NAME`, which is a JSON pointer in a URI.
fn reference_name(reference: &str) -> Option<String> {
    let pointer = reference.strip_prefix("#/$defs/")?;
    let mut bytes = Vec::with_capacity(pointer.len());
    let mut rest = pointer.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).filter(|_| *first == b'%');
        let code = code.and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(byte) = code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    Some(String::from_utf8_lossy(&bytes).replace("~1", "/").replace("~0", "~"))
}

/// Collects every name that a schema refers to.
pub(super) fn references(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(object) => {
            let reference = object.get("$ref").and_then(Value::as_str);
            found.extend(reference.and_then(reference_name));
            object.values().for_each(|value| references(value, found));
        }
        Value::Array(array) => array.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

fn union(schemas: &[Value], indent: usize, names: Names) -> Type {
    schemas.iter().fold(Type::never(), |union, schema| {
        let mut next = of(schema, indent, names);
        if let [member] = &mut *next.members {
            member.doc = description(schema);
        }
        union.or(next)
    })
}

fn literals(schema: &Map<String, Value>) -> Option<Type> {
    let constant = schema.get("const").map(std::slice::from_ref);
    let values = constant.or_else(|| schema.get("enum")?.as_array().map(Vec::as_slice))?;
    Some(values.iter().fold(Type::never(), |union, value| {
        union.or(Type::one(match value {
            Value::Array(_) | Value::Object(_) => "unknown".to_owned(),
            literal => literal.to_string(),
        }))
    }))
}

/// Returns the type that `type` states, or that is implied if it is missing. Next to
/// other parts, an object counts only if its schema says more than that it is an object.
fn typed(schema: &Map<String, Value>, alone: bool, indent: usize, names: Names) -> Option<Type> {
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ if describes_object(schema) => vec!["object"],
        _ if schema.contains_key("prefixItems") || schema.contains_key("items") => vec!["array"],
        _ => return None,
    };
    if !alone && types == ["object"] && !describes_object(schema) {
        return None;
    }
    Some(types.into_iter().fold(Type::never(), |union, name| {
        union.or(match name {
            "integer" | "number" => Type::one("number"),
            "array" => Type::one(array(schema, indent, names)),
            "object" => object(schema, indent, names),
            "string" | "boolean" | "null" => Type::one(name),
            _ => Type::one("unknown"),
        })
    }))
}

fn array(schema: &Map<String, Value>, indent: usize, names: Names) -> String {
    let items = schema.get("items").filter(|items| **items != Value::Bool(false));
    let Some(first) = schema.get("prefixItems").and_then(Value::as_array) else {
        let item = items.map_or_else(|| Type::one("unknown"), |item| of(item, indent, names));
        return format!("{}[]", item.operand());
    };
    let mut tuple: Vec<String> = first.iter().map(|item| of(item, indent, names).text()).collect();
    if let Some(items) = items {
        tuple.push(format!("...{}[]", of(items, indent, names).operand()));
    }
    format!("[{}]", tuple.join(", "))
}

fn describes_object(schema: &Map<String, Value>) -> bool {
    ["properties", "patternProperties"].iter().any(|key| schema.contains_key(*key))
        || OPEN.iter().any(|key| schema.get(*key).is_some_and(Value::is_object))
}

/// Returns true if the schema can be an `interface`.
fn is_plain_object(schema: &Map<String, Value>) -> bool {
    let object = schema.get("type").is_some_and(|name| name == "object");
    let beside =
        ["$ref", "anyOf", "oneOf", "allOf", "enum", "const", "patternProperties", VERBATIM];
    let map = OPEN.iter().any(|key| schema.get(*key).is_some_and(Value::is_object));
    let open = !schema.contains_key("properties")
        && OPEN.iter().any(|key| schema.get(*key) == Some(&Value::Bool(true)));
    object && !map && !open && beside.iter().all(|key| !schema.contains_key(*key))
}

fn object(schema: &Map<String, Value>, indent: usize, names: Names) -> Type {
    let mut parts = Vec::new();
    if schema.get("properties").and_then(Value::as_object).is_some_and(|known| !known.is_empty()) {
        parts.push(Type::one(object_body(schema, indent, false, names)));
    }
    let patterns = schema.get("patternProperties").and_then(Value::as_object);
    let open = OPEN.iter().filter_map(|key| schema.get(*key)).filter(|value| value.is_object());
    for value in patterns.into_iter().flat_map(Map::values).chain(open) {
        parts.push(Type::one(format!("Record<string, {}>", of(value, indent, names).text())));
    }
    if parts.is_empty() {
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false))
            || schema.contains_key("properties");
        return Type::one(if closed { "{}" } else { "Record<string, unknown>" });
    }
    Type::intersection(parts)
}

/// Returns the properties in braces. They are on one line if `tall` is false and none of
/// them is documented.
fn object_body(schema: &Map<String, Value>, indent: usize, tall: bool, names: Names) -> String {
    let empty = Map::new();
    let known = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let ordered = order(schema, known);
    let open = OPEN.iter().any(|key| schema.get(*key) == Some(&Value::Bool(true)));
    let index = open.then_some("[key: string]: unknown");
    let tall = tall || ordered.iter().any(|(.., schema)| !description(schema).is_empty());
    if ordered.is_empty() && index.is_none() {
        return "{}".to_owned();
    }
    let inner = indent + usize::from(tall);
    let mut lines: Vec<(String, String)> = ordered
        .into_iter()
        .map(|(name, required, schema)| {
            let question = if required { "" } else { "?" };
            let ty = of(schema, inner, names).text();
            (description(schema), format!("{}{question}: {ty}", property_name(name)))
        })
        .collect();
    lines.extend(index.map(|index| (String::new(), index.to_owned())));
    if !tall {
        let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
        return format!("{{ {} }}", lines.join("; "));
    }
    let mut text = "{\n".to_owned();
    for (about, line) in lines {
        let _ = writeln!(text, "{}{}{line};", doc(&about, inner), "  ".repeat(inner));
    }
    text + &"  ".repeat(indent) + "}"
}

/// Returns the required properties in source order, then the optional ones by name. The
/// order of the map itself depends on a feature of `serde_json` that any crate of the
/// program can enable.
fn order<'a>(
    schema: &'a Map<String, Value>,
    known: &'a Map<String, Value>,
) -> Vec<(&'a str, bool, &'a Value)> {
    let required = schema.get("required").and_then(Value::as_array);
    let required: Vec<&str> = required.into_iter().flatten().filter_map(Value::as_str).collect();
    let mut optional: Vec<_> = known
        .iter()
        .filter(|(name, _)| !required.contains(&name.as_str()))
        .map(|(name, schema)| (name.as_str(), false, schema))
        .collect();
    optional.sort_by_key(|(name, ..)| *name);
    let required =
        required.into_iter().filter_map(|name| known.get(name).map(|schema| (name, true, schema)));
    required.chain(optional).collect()
}

/// Returns a property's name as it is written before a colon.
pub(super) fn property_name(name: &str) -> String {
    if is_identifier(name) { name.to_owned() } else { Value::from(name).to_string() }
}

fn is_identifier(name: &str) -> bool {
    let part = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '$';
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(part)
}

/// Returns the documentation in a schema.
fn description(schema: &Value) -> String {
    let text = |key| schema.get(key).and_then(Value::as_str).map(str::to_owned);
    let default = schema.get("default").filter(|default| !default.is_null());
    let default = default.map(|default| format!("@default {default}"));
    let deprecated = schema.get("deprecated").is_some_and(|value| value == &Value::Bool(true));
    let mut paragraphs: Vec<String> =
        ["title", "description"].into_iter().filter_map(text).collect();
    let tags: Vec<String> =
        default.into_iter().chain(deprecated.then(|| "@deprecated".to_owned())).collect();
    if !tags.is_empty() {
        paragraphs.push(tags.join("\n"));
    }
    paragraphs.join("\n\n")
}

/// Returns a comment with its last newline, or an empty string if there is no text.
pub(super) fn doc(text: &str, indent: usize) -> String {
    let text = text.trim().replace("*/", "*\\/");
    let pad = "  ".repeat(indent);
    if text.is_empty() {
        return String::new();
    }
    if !text.contains('\n') {
        return format!("{pad}/** {text} */\n");
    }
    let mut comment = format!("{pad}/**\n");
    for line in text.lines() {
        let line = format!("{pad} * {line}");
        comment.push_str(line.trim_end());
        comment.push('\n');
    }
    comment + &pad + " */\n"
}
