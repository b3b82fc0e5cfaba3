//! Types of TypeScript for the nodes of a schema.

use std::collections::HashMap;

use serde_json::Value;

use super::notes;
use crate::name::is_identifier;
use crate::schema::{Array, NodeId, Object, Schema, Types};
use crate::text;

/// Types nest at most this deep. Deeper ones are `unknown`.
const MAX_DEPTH: usize = 64;

/// Objects in types of one line nest at most this deep.
const SHORT_DEPTH: usize = 2;

/// The most bytes of the type of an index signature that covers known properties as well. It
/// repeats their types, so a longer one is `unknown`.
const MAX_INDEX: usize = 60;

/// Prints types of a schema.
pub(super) struct Printer<'s> {
    pub(super) schema: &'s Schema,
    /// Names of the nodes that references lead to.
    pub(super) names: &'s HashMap<NodeId, String>,
    /// True for types in one line: without comments, and with `object` for what is deep.
    pub(super) is_short: bool,
}

/// The text of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) text: String,
    rank: Rank,
}

/// The operator that binds least in a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
enum Rank {
    Atom,
    Intersection,
    Union,
}

impl Type {
    fn atom(text: impl Into<String>) -> Self {
        Self { text: text.into(), rank: Rank::Atom }
    }

    pub(super) fn unknown() -> Self {
        Self::atom("unknown")
    }

    fn is(&self, name: &str) -> bool {
        self.text == name
    }

    /// Returns the text as an operand of something that binds more.
    fn operand(self, rank: Rank) -> String {
        if self.rank > rank { format!("({})", self.text) } else { self.text }
    }

    fn union(types: impl IntoIterator<Item = Self>) -> Self {
        let mut members = distinct(types);
        if members.iter().any(|it| it.is("unknown")) {
            return Self::unknown();
        }
        members.retain(|it| !it.is("never"));
        Self::join(members, Rank::Union, " | ", "never")
    }

    fn intersection(types: impl IntoIterator<Item = Self>) -> Self {
        let mut members = distinct(types);
        if members.iter().any(|it| it.is("never")) {
            return Self::atom("never");
        }
        members.retain(|it| !it.is("unknown"));
        Self::join(members, Rank::Intersection, " & ", "unknown")
    }

    fn join(mut members: Vec<Self>, rank: Rank, operator: &str, empty: &str) -> Self {
        match members.len() {
            0 => Self::atom(empty),
            1 => members.remove(0),
            _ => {
                let texts: Vec<_> = members.into_iter().map(|it| it.operand(rank)).collect();
                Self { text: texts.join(operator), rank }
            }
        }
    }
}

/// Returns the types without repetitions, in their order.
fn distinct(types: impl IntoIterator<Item = Type>) -> Vec<Type> {
    let types = types.into_iter().map(|it| (it.text, it.rank));
    let distinct: indexmap::IndexMap<_, _> = types.collect();
    distinct.into_iter().map(|(text, rank)| Type { text, rank }).collect()
}

impl Printer<'_> {
    /// Returns the type of a node, with references by name.
    pub(super) fn of(&self, id: NodeId, depth: usize) -> Type {
        match self.names.get(&id) {
            // The place that defines the name is at depth 0.
            Some(name) if depth > 0 => Type::atom(name),
            _ => self.definition(id, depth),
        }
    }

    fn definition(&self, id: NodeId, depth: usize) -> Type {
        if depth > MAX_DEPTH {
            return Type::unknown();
        }
        let node = self.schema.node(id);
        if node.is_never {
            return Type::atom("never");
        }
        let mut parts = Vec::new();
        if let Some(target) = node.reference {
            parts.push(self.of(target, depth + 1));
        }
        parts.push(match &node.literals {
            Some(literals) => {
                let allowed =
                    |value: &Value| node.types.is_none_or(|types| types.has(Types::of(value)));
                let values = literals.iter().map(|it| &it.value).filter(|it| allowed(it));
                Type::union(values.map(|it| literal(it, 0)))
            }
            None => self.shape(id, depth),
        });
        if let Some(logic) = &node.logic {
            let branch = |id: &NodeId| self.of(*id, depth + 1);
            parts.extend(logic.all_of.iter().map(branch));
            for union in [&logic.any_of, &logic.one_of] {
                if !union.is_empty() {
                    parts.push(Type::union(union.iter().map(branch)));
                }
            }
        }
        Type::intersection(parts)
    }

    /// Returns the type that `type`, `properties`, `items` and so on make.
    fn shape(&self, id: NodeId, depth: usize) -> Type {
        let node = self.schema.node(id);
        let object = node.object.as_deref();
        let array = node.array.as_deref();
        // Schemas often leave `type` out where the keywords tell it.
        let types = node.types.or_else(|| {
            let is_object = object.is_some_and(|it| {
                !it.properties.is_empty() || !it.patterns.is_empty() || it.additional.is_some()
            });
            let is_array = array.is_some_and(|it| !it.prefix.is_empty() || it.items.is_some());
            match (is_object, is_array) {
                (true, false) => Some(Types::OBJECT),
                (false, true) => Some(Types::ARRAY),
                _ => None,
            }
        });
        let Some(types) = types else { return Type::unknown() };
        let mut members = Vec::new();
        for (one, name) in [
            (Types::STRING, "string"),
            (Types::NUMBER.and(Types::INTEGER), "number"),
            (Types::BOOLEAN, "boolean"),
        ] {
            if types.has(one) {
                members.push(Type::atom(name));
            }
        }
        if types.has(Types::ARRAY) {
            members.push(self.array(array, depth));
        }
        if types.has(Types::OBJECT) {
            members.push(self.object(object, depth));
        }
        if types.has(Types::NULL) {
            members.push(Type::atom("null"));
        }
        Type::union(members)
    }

    fn array(&self, array: Option<&Array>, depth: usize) -> Type {
        let item = |id: Option<NodeId>| id.map_or(Type::unknown(), |id| self.of(id, depth + 1));
        let Some(array) = array else { return Type::atom("unknown[]") };
        let rest = item(array.items);
        if array.prefix.is_empty() {
            let is_empty = rest.is("never") || array.max == Some(0);
            let item = if is_empty { String::new() } else { rest.operand(Rank::Atom) };
            return Type::atom(item + "[]");
        }
        let length = array.prefix.len() as u64;
        let mut members: Vec<String> = (0..)
            .zip(&array.prefix)
            .map(|(index, id)| {
                let item = item(Some(*id));
                let is_optional = index >= array.min.unwrap_or(0);
                if is_optional { item.operand(Rank::Atom) + "?" } else { item.text }
            })
            .collect();
        if !rest.is("never") && array.max.is_none_or(|max| max > length) {
            members.push(format!("...{}[]", rest.operand(Rank::Atom)));
        }
        Type::atom(format!("[{}]", members.join(", ")))
    }

    fn object(&self, object: Option<&Object>, depth: usize) -> Type {
        let open = "{ [key: string]: unknown }";
        let Some(object) = object else { return Type::atom(open) };
        if self.is_short && depth >= SHORT_DEPTH {
            return Type::atom("object");
        }
        let rest = object.additional.map(|id| self.of(id, depth + 1));
        let mut members = Vec::new();
        let mut types = Vec::new();
        for (name, id) in &object.properties {
            let of = self.of(*id, depth + 1);
            let is_required = object.required.contains(name);
            members.push((self.notes(*id), property(name, is_required, &of)));
            types.push(of);
            if !is_required {
                types.push(Type::atom("undefined"));
            }
        }
        for name in &object.required {
            if !object.properties.contains_key(name) {
                let of = rest.clone().filter(|it| !it.is("never")).unwrap_or(Type::unknown());
                members.push((String::new(), property(name, true, &of)));
                types.push(of);
            }
        }
        let mut others: Vec<_> =
            object.patterns.iter().map(|(_, id)| self.of(*id, depth + 1)).collect();
        match rest {
            Some(rest) if !rest.is("never") => others.push(rest),
            // Any property is allowed, which goes without saying beside those that are known.
            None if members.is_empty() || !others.is_empty() => others.push(Type::unknown()),
            _ => {}
        }
        if !others.is_empty() {
            // An index signature is one for the known properties too.
            let has_known = !types.is_empty();
            let of = Type::union(others.into_iter().chain(types));
            let is_long = has_known && of.text.len() > MAX_INDEX;
            let of = if is_long { Type::unknown() } else { of };
            members.push((String::new(), format!("[key: string]: {}", of.text)));
        } else if members.is_empty() {
            return Type::atom("{ [key: string]: never }");
        }
        Type::atom(block(&members))
    }

    /// Returns the comment on a property.
    fn notes(&self, id: NodeId) -> String {
        if self.is_short {
            return String::new();
        }
        notes::of(self.schema, id, notes::MAX_PROPERTY)
    }
}

/// Returns members in one line, or one a line if any has a comment or more lines.
fn block(members: &[(String, String)]) -> String {
    if members.iter().all(|(notes, member)| notes.is_empty() && !member.contains('\n')) {
        let members: Vec<_> = members.iter().map(|(_, member)| member.as_str()).collect();
        return format!("{{ {} }}", members.join("; "));
    }
    let line = |(notes, member): &(String, String)| {
        let notes = notes::comment(notes, "  ");
        format!("{notes}  {};\n", member.replace('\n', "\n  "))
    };
    format!("{{\n{}}}", members.iter().map(line).collect::<String>())
}

fn property(name: &str, is_required: bool, of: &Type) -> String {
    let name = if is_identifier(name) { name.to_owned() } else { text::quote(name) };
    let mark = if is_required { "" } else { "?" };
    format!("{name}{mark}: {}", of.text)
}

/// Returns the type that has one value.
fn literal(value: &Value, depth: usize) -> Type {
    if depth > MAX_DEPTH {
        return Type::unknown();
    }
    let inner = |value: &Value| literal(value, depth + 1);
    Type::atom(match value {
        Value::String(string) => text::quote(string),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|it| inner(it).text).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) if map.is_empty() => "{ [key: string]: never }".to_owned(),
        Value::Object(map) => {
            let members = map.iter().map(|(name, it)| property(name, true, &inner(it)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join("; "))
        }
        scalar => scalar.to_string(),
    })
}
