//! Schemas of a document as schemas that stand alone.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use super::document::Document;
use crate::text::prefix;

/// The most bytes of one schema that others refer to.
const MAX_BYTES: usize = 32 << 10;
/// The maximum depth of a schema. Deeper parts are not described.
const MAX_DEPTH: usize = 32;
/// The most bytes of a description.
const MAX_DESCRIPTION: usize = 400;
/// The most bytes of all schemas that others refer to, each once for arguments and for results.
const MAX_WORK: usize = 64 << 20;
/// The bytes that a keyword and a schema take beside their text.
const OVERHEAD: usize = 8;

/// The way of a value: properties that are only read are not required of arguments, and those that
/// are only written not of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    In,
    Out,
}

/// Makes schemas stand alone. Each that others refer to is read once.
pub(super) struct Schemas<'d> {
    document: &'d Document,
    /// The names of the targets of references, by their references.
    names: BTreeMap<&'d str, String>,
    taken: BTreeSet<String>,
    parts: BTreeMap<(Way, &'d str), Part<'d>>,
    work: usize,
}

/// A schema whose references lead to `$defs`.
struct Part<'d> {
    schema: Value,
    bytes: usize,
    references: Vec<&'d str>,
}

/// The conversion of one schema.
struct Reading<'s, 'd> {
    schemas: &'s mut Schemas<'d>,
    way: Way,
    /// The bytes that the schema may still take. A part that has no room becomes `{}`.
    left: usize,
    references: Vec<&'d str>,
}

impl<'d> Schemas<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        let (names, taken) = (BTreeMap::new(), BTreeSet::new());
        Self { document, names, taken, parts: BTreeMap::new(), work: MAX_WORK }
    }

    /// Returns a schema that has all that it refers to in `$defs`. It has about `budget` bytes at
    /// most: what is past it, or nested very deeply, accepts any value.
    pub(super) fn schema(&mut self, source: &'d Value, way: Way, budget: usize) -> Value {
        self.complete(way, budget, |reading| reading.schema(source, 0))
    }

    /// Returns the schema of an argument: an object that has these properties and no others.
    pub(super) fn object(&mut self, properties: Vec<Property<'d>>, budget: usize) -> Value {
        self.complete(Way::In, budget, |reading| reading.object(properties))
    }

    fn complete(
        &mut self,
        way: Way,
        budget: usize,
        read: impl FnOnce(&mut Reading<'_, 'd>) -> Value,
    ) -> Value {
        let mut reading = Reading { schemas: self, way, left: budget, references: Vec::new() };
        let mut schema = read(&mut reading);
        let (left, references) = (reading.left, reading.references);
        let definitions = self.definitions(references, way, left);
        if let Value::Object(object) = &mut schema
            && !definitions.is_empty()
        {
            object.insert("$defs".to_owned(), Value::Object(definitions));
        }
        schema
    }

    /// Returns what references lead to, the nearest first, until there is no room left.
    fn definitions(
        &mut self,
        references: Vec<&'d str>,
        way: Way,
        mut left: usize,
    ) -> Map<String, Value> {
        let mut definitions = Map::new();
        let mut pending = VecDeque::from(references);
        while let Some(reference) = pending.pop_front() {
            let Some(name) = self.names.get(reference) else { continue };
            if definitions.contains_key(name) {
                continue;
            }
            let name = name.clone();
            let part = self.part(reference, way);
            let schema = match left.checked_sub(part.bytes + name.len()) {
                Some(rest) => {
                    left = rest;
                    pending.extend(&part.references);
                    part.schema.clone()
                }
                None => json!({}),
            };
            definitions.insert(name, schema);
        }
        definitions
    }

    fn part(&mut self, reference: &'d str, way: Way) -> &Part<'d> {
        let key = (way, reference);
        if !self.parts.contains_key(&key) {
            let source = self.document.target(reference).unwrap_or(&Value::Null);
            let budget = MAX_BYTES.min(self.work);
            let mut reading = Reading { schemas: self, way, left: budget, references: Vec::new() };
            let schema = reading.schema(source, 0);
            let (bytes, references) = (budget - reading.left, reading.references);
            self.work -= bytes;
            self.parts.insert(key, Part { schema, bytes, references });
        }
        // It is there now.
        self.parts.entry(key).or_insert_with(|| Part {
            schema: json!({}),
            bytes: 0,
            references: Vec::new(),
        })
    }

    /// Returns the name of what a reference leads to, if that is in the document.
    fn name(&mut self, reference: &'d str) -> Option<String> {
        if let Some(name) = self.names.get(reference) {
            return Some(name.clone());
        }
        self.document.target(reference).filter(|it| it.is_object() || it.is_boolean())?;
        let last = reference.rsplit('/').next().unwrap_or_default();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let base: String =
            last.chars().take(64).map(|c| if is_plain(c) { c } else { '_' }).collect();
        let mut name = base.clone();
        let mut count = 1;
        while name.is_empty() || !self.taken.insert(name.clone()) {
            count += 1;
            name = format!("{base}_{count}");
        }
        self.names.insert(reference, name.clone());
        Some(name)
    }
}

/// A property of an argument.
pub(super) struct Property<'d> {
    pub(super) name: String,
    pub(super) description: Option<&'d str>,
    pub(super) schema: &'d Value,
    pub(super) is_required: bool,
}

impl<'d> Reading<'_, 'd> {
    /// Takes room. False if there is not that much.
    fn takes(&mut self, bytes: usize) -> bool {
        let rest = self.left.checked_sub(bytes + OVERHEAD);
        self.left = rest.unwrap_or(self.left);
        rest.is_some()
    }

    fn object(&mut self, given: Vec<Property<'d>>) -> Value {
        let mut required = Vec::new();
        let mut properties = Map::new();
        for Property { name, description, schema, is_required } in given {
            if is_required {
                required.push(Value::from(name.as_str()));
            }
            let mut schema = self.schema(schema, 1);
            if let (Value::Object(object), Some(text)) = (&mut schema, description)
                && self.takes(text.len().min(MAX_DESCRIPTION))
            {
                object.insert("description".to_owned(), prefix(text, MAX_DESCRIPTION).0.into());
            }
            properties.insert(name, schema);
        }
        let mut object = json!({"type": "object", "properties": properties});
        if !required.is_empty() {
            object["required"] = required.into();
        }
        object["additionalProperties"] = false.into();
        object
    }

    fn schema(&mut self, source: &'d Value, depth: usize) -> Value {
        let keywords = match source {
            Value::Object(keywords) if depth <= MAX_DEPTH && self.takes(0) => keywords,
            Value::Bool(all) => return Value::Bool(*all),
            _ => return json!({}),
        };
        let mut schema = Map::new();
        if let Some(reference) = keywords.get("$ref").and_then(Value::as_str) {
            if let Some(name) = self.schemas.name(reference)
                && self.takes(name.len())
            {
                self.references.push(reference);
                schema.insert("$ref".to_owned(), format!("#/$defs/{name}").into());
            }
            if self.schemas.document.is_old {
                return Value::Object(schema);
            }
        }
        for (keyword, value) in keywords {
            if let Some(value) = self.keyword(keyword, value, keywords, depth + 1) {
                // A schema that was cut accepts anything, so that more than one may fit.
                let keyword = if keyword == "oneOf" { "anyOf" } else { keyword };
                schema.insert(keyword.to_owned(), value);
            }
        }
        let count = |object: &Map<String, Value>| {
            object.get("properties").and_then(Value::as_object).map_or(0, Map::len)
        };
        if count(&schema) < count(keywords) {
            // Properties that were cut must not be refused.
            schema.remove("additionalProperties");
        }
        Value::Object(schema)
    }

    /// Returns the value of a keyword, or nothing if it is left out.
    fn keyword(
        &mut self,
        keyword: &str,
        value: &'d Value,
        keywords: &Map<String, Value>,
        depth: usize,
    ) -> Option<Value> {
        match (keyword, value) {
            ("properties" | "patternProperties" | "dependentSchemas", Value::Object(map)) => {
                let schemas = map.iter().map_while(|(name, source)| {
                    self.takes(name.len()).then(|| (name.clone(), self.schema(source, depth)))
                });
                Some(Value::Object(schemas.collect()))
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems" | "items", Value::Array(list)) => {
                let mut schemas = Vec::new();
                let mut rest = list.iter();
                for source in rest.by_ref() {
                    schemas.push(self.schema(source, depth));
                    if self.left < OVERHEAD {
                        break;
                    }
                }
                // Values of schemas that have no room must not be refused.
                schemas.extend(rest.next().map(|_| json!({})));
                Some(schemas.into())
            }
            ("items" | "additionalProperties" | "propertyNames", _) => {
                Some(self.schema(value, depth))
            }
            ("required", Value::Array(names)) => {
                let names = names.iter().filter(|name| self.is_sent(name, keywords));
                Some(names.cloned().collect())
            }
            ("description" | "title", Value::String(text)) => {
                let (text, _) = prefix(text.trim(), MAX_DESCRIPTION);
                self.takes(text.len()).then(|| text.into())
            }
            (
                "type" | "enum" | "const" | "default" | "format" | "nullable" | "deprecated"
                | "pattern" | "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum"
                | "multipleOf" | "minLength" | "maxLength" | "minItems" | "maxItems"
                | "uniqueItems" | "minContains" | "maxContains" | "minProperties" | "maxProperties"
                | "dependentRequired",
                value,
            ) => {
                let bytes = value.to_string().len();
                self.takes(bytes).then(|| value.clone())
            }
            // The rest describes, or would refuse too much if a part of it were cut, as `not` does.
            _ => None,
        }
    }

    /// Returns true if a value of this way has a property that is required.
    fn is_sent(&self, name: &Value, keywords: &Map<String, Value>) -> bool {
        let property = name.as_str().and_then(|name| keywords.get("properties")?.get(name));
        let mark = match self.way {
            Way::In => "readOnly",
            Way::Out => "writeOnly",
        };
        !property.is_some_and(|property| property.get(mark) == Some(&Value::Bool(true)))
    }
}

/// Removes what may make a schema unusable: patterns that need backtracking.
pub(super) fn remove_patterns(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => {
            if keywords.get("pattern").is_some_and(Value::is_string) {
                keywords.remove("pattern");
            }
            if keywords.get("patternProperties").is_some_and(Value::is_object) {
                keywords.remove("patternProperties");
            }
            keywords.values_mut().for_each(remove_patterns);
        }
        Value::Array(values) => values.iter_mut().for_each(remove_patterns),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(document: &Value, way: Way, budget: usize) -> Value {
        let document = Document::parse(&document.to_string()).unwrap();
        let schema = document.get("schema").unwrap();
        Schemas::new(&document).schema(schema, way, budget)
    }

    #[test]
    fn references_become_definitions() {
        let document = json!({
            "openapi": "3.0.0",
            "schema": {
                "type": "object", "example": {"$ref": "#/x"}, "x-internal": 1,
                "properties": {
                    "example": {"$ref": "#/components/schemas/Tree", "description": "ignored"},
                    "other": {"$ref": "https://evil.example/#/x"},
                    "none": {"$ref": "#/components/schemas/None"},
                    "inner": {"$ref": "#/components/schemas/Tree/properties/name"},
                    "odd": {"$ref": "#/components/schemas/a b~1c"},
                },
            },
            "components": {"schemas": {
                "Tree": {"type": "object", "properties": {
                    "name": {"type": "string", "nullable": true},
                    "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
                }},
                "a b/c": {"enum": [1, null]},
            }},
        });
        let expected = json!({
            "type": "object",
            "properties": {
                "example": {"$ref": "#/$defs/Tree"},
                "other": {},
                "none": {},
                "inner": {"$ref": "#/$defs/name"},
                "odd": {"$ref": "#/$defs/a_b_1c"},
            },
            "$defs": {
                "Tree": {"type": "object", "properties": {
                    "name": {"type": "string", "nullable": true},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
                }},
                "name": {"type": "string", "nullable": true},
                "a_b_1c": {"enum": [1, null]},
            },
        });
        assert_eq!(convert(&document, Way::In, 4_000), expected);
        // With little room, what is further away is not described.
        let short = convert(&document, Way::In, 300);
        assert!(short.to_string().len() < 500, "{short}");
        assert_eq!(short["$defs"]["Tree"], json!({}));
    }

    #[test]
    fn what_is_only_read_is_not_required_of_arguments() {
        let document = json!({
            "openapi": "3.1.0",
            "schema": {
                "required": ["id", "secret", "name"],
                "properties": {
                    "id": {"type": ["integer", "null"], "readOnly": true},
                    "secret": {"type": "string", "writeOnly": true},
                    "name": {"$ref": "#/components/schemas/Name", "description": "The name."},
                },
            },
            "components": {"schemas": {"Name": {"type": "string"}}},
        });
        let input = convert(&document, Way::In, 4_000);
        assert_eq!(input["required"], json!(["secret", "name"]));
        let name = json!({"$ref": "#/$defs/Name", "description": "The name."});
        assert_eq!(input["properties"]["name"], name);
        assert_eq!(convert(&document, Way::Out, 4_000)["required"], json!(["id", "name"]));
    }

    #[test]
    fn hostile_schemas_are_cut() {
        let mut deep = json!({"type": "string"});
        for _ in 0..50 {
            deep = json!({"items": deep});
        }
        let wide: Vec<_> =
            (0..5_000).map(|n| json!({"$ref": format!("#/components/schemas/S{n}")})).collect();
        let all = |n: usize| json!({"anyOf": (0..40).map(|k| json!({"$ref": format!("#/components/schemas/S{}", (n * 7 + k) % 5_000)})).collect::<Vec<_>>()});
        let schemas: Map<_, _> = (0..5_000).map(|n| (format!("S{n}"), all(n))).collect();
        for schema in
            [deep, json!({"anyOf": wide}), json!(1), json!({"$ref": 7}), json!({"properties": 3})]
        {
            let document =
                json!({"openapi": "3.1.0", "schema": schema, "components": {"schemas": schemas}});
            let converted = convert(&document, Way::In, 10_000);
            assert!(converted.to_string().len() < 30_000);
        }
    }
}
