//! TypeScript declarations of capabilities.

mod schemas;
mod typescript;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;

use isolet_wire::Value as Message;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use schemas::Generate;
pub use schemas::{Schema, Shape};

/// Names that would hide a type which the declaration itself uses, or that TypeScript reserves.
const TAKEN_TYPES: [&str; 17] = [
    "Promise",
    "Record",
    "any",
    "bigint",
    "boolean",
    "never",
    "null",
    "number",
    "object",
    "string",
    "symbol",
    "undefined",
    "unknown",
    "void",
    "true",
    "false",
    "this",
];

/// Names that no parameter can have in a declaration.
const TAKEN_PARAMETERS: [&str; 44] = [
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "try",
    "typeof",
    "void",
    "yield",
];

/// The direction of a value. serde can write a type differently from how it reads it, and
/// then there are two schemas of one name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    In,
    Out,
}

/// A declaration under construction. Call `method`, then add the method's parameters and
/// what it returns.
pub struct Interface {
    name: &'static str,
    doc: &'static str,
    methods: Vec<Method>,
    read: SchemaGenerator,
    written: SchemaGenerator,
}

struct Method {
    name: &'static str,
    doc: &'static str,
    parameters: Vec<Parameter>,
    returns: Value,
}

struct Parameter {
    name: &'static str,
    schema: Value,
    may_be_missing: bool,
}

impl Interface {
    /// Creates an interface without methods.
    pub fn new(name: &'static str, doc: &'static str) -> Self {
        let settings = SchemaSettings::draft2020_12;
        let (read, written) = (settings().for_deserialize(), settings().for_serialize());
        let (read, written) = (read.into_generator(), written.into_generator());
        Self { name, doc, methods: Vec::new(), read, written }
    }

    /// Begins a method.
    pub fn method(&mut self, name: &'static str, doc: &'static str) {
        self.methods.push(Method { name, doc, parameters: Vec::new(), returns: Value::Null });
    }

    /// Adds the next parameter of the method begun last.
    pub fn parameter<T: DeserializeOwned>(&mut self, name: &'static str, schema: Generate) {
        let schema = schema(&mut self.read);
        // Asking the type itself sees through aliases, and finds types that give
        // `undefined` a meaning of their own.
        let may_be_missing = Message::undefined().to::<T>().is_ok();
        if let Some(method) = self.methods.last_mut() {
            method.parameters.push(Parameter { name, schema, may_be_missing });
        }
    }

    /// Sets the return type of the method begun last.
    pub fn returns(&mut self, schema: Generate) {
        let schema = schema(&mut self.written);
        if let Some(method) = self.methods.last_mut() {
            method.returns = schema;
        }
    }

    /// Returns the text of the declaration.
    pub fn finish(mut self) -> String {
        let definitions = Definitions::new(
            self.name,
            self.read.take_definitions(true),
            self.written.take_definitions(true),
        );
        let mut wanted = Wanted::default();
        let mut text = typescript::doc(self.doc, 0);
        if self.methods.is_empty() {
            let _ = writeln!(text, "export interface {} {{}}", self.name);
            return text;
        }
        let _ = writeln!(text, "export interface {} {{", self.name);
        for method in &self.methods {
            text.push_str(&typescript::doc(method.doc, 1));
            let signature = method.signature(&definitions, &mut wanted);
            let _ = writeln!(text, "  {signature};");
        }
        text.push_str("}\n");
        while let Some((way, name)) = wanted.queue.pop_front() {
            let Some((name, schema)) = definitions.get(way, &name) else { continue };
            let mut names = |inner: &str| wanted.name(&definitions, way, inner);
            text.push_str(&typescript::definition(name, schema, &mut names));
        }
        text
    }
}

impl Method {
    fn signature(&self, definitions: &Definitions, wanted: &mut Wanted) -> String {
        let last_needed = self.parameters.iter().rposition(|parameter| !parameter.may_be_missing);
        let optional_from = last_needed.map_or(0, |last| last + 1);
        let mut names = |name: &str| wanted.name(definitions, Way::In, name);
        let mut parameters = Vec::with_capacity(self.parameters.len());
        for (index, parameter) in self.parameters.iter().enumerate() {
            let ty = typescript::of(&parameter.schema, 1, &mut names);
            let taken = TAKEN_PARAMETERS.contains(&parameter.name);
            let name = format!("{}{}", parameter.name, if taken { "_" } else { "" });
            parameters.push(if index < optional_from {
                format!("{name}: {}", ty.text())
            } else if ty.is_null() {
                format!("{name}?: undefined")
            } else {
                format!("{name}?: {}", ty.without_null().text())
            });
        }
        let mut names = |name: &str| wanted.name(definitions, Way::Out, name);
        let returns = typescript::of(&self.returns, 1, &mut names);
        let returns = if returns.is_null() { "void".to_owned() } else { returns.text() };
        let name = typescript::property_name(self.name);
        format!("{name}({}): Promise<{returns}>", parameters.join(", "))
    }
}

/// The definitions that were referred to, in the order of their first use.
#[derive(Default)]
struct Wanted {
    queue: VecDeque<(Way, String)>,
    seen: BTreeSet<String>,
}

impl Wanted {
    /// Returns the TypeScript name of a definition and marks the definition as wanted.
    fn name(&mut self, definitions: &Definitions, way: Way, name: &str) -> String {
        let Some((typescript, _)) = definitions.get(way, name) else {
            return "unknown".to_owned();
        };
        if self.seen.insert(typescript.to_owned()) {
            self.queue.push_back((way, name.to_owned()));
        }
        typescript.to_owned()
    }
}

/// The named types of both directions, each with a name of its own.
struct Definitions {
    by_way: BTreeMap<(Way, String), (String, Value)>,
}

impl Definitions {
    fn new(interface: &str, read: Map<String, Value>, written: Map<String, Value>) -> Self {
        let read: BTreeMap<String, Value> = read.into_iter().collect();
        let mut written: BTreeMap<String, Value> = written.into_iter().collect();
        let apart = apart(&read, &written);
        let mut names = Names::new(interface);
        let mut by_way = BTreeMap::new();
        for (name, schema) in read {
            let typescript = names.unused(&name, "");
            let other = if apart.contains(&name) { None } else { written.remove(&name) };
            let schema = match other.and_then(|other| merge(&schema, &other)) {
                Some(merged) => {
                    by_way.insert((Way::Out, name.clone()), (typescript.clone(), merged.clone()));
                    merged
                }
                None => schema,
            };
            by_way.insert((Way::In, name), (typescript, schema));
        }
        for (name, schema) in written {
            let suffix = if apart.contains(&name) { "Output" } else { "" };
            let typescript = names.unused(&name, suffix);
            by_way.insert((Way::Out, name), (typescript, schema));
        }
        Self { by_way }
    }

    fn get(&self, way: Way, name: &str) -> Option<(&str, &Value)> {
        // The map cannot be searched by a borrowed name in a tuple, and this code is not hot.
        let (name, schema) = self.by_way.get(&(way, name.to_owned()))?;
        Some((name, schema))
    }
}

/// Returns the names that need two types: those whose schemas differ in more than which
/// properties may be missing, and those that refer to one of these.
fn apart(read: &BTreeMap<String, Value>, written: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let both = || read.iter().filter_map(|(name, read)| Some((name, read, written.get(name)?)));
    let mut apart: BTreeSet<String> = both()
        .filter(|(_, read, written)| merge(read, written).is_none())
        .map(|(name, ..)| name.clone())
        .collect();
    loop {
        let before = apart.len();
        for (name, schema, _) in both() {
            let mut references = Vec::new();
            typescript::references(schema, &mut references);
            if references.iter().any(|reference| apart.contains(reference)) {
                apart.insert(name.clone());
            }
        }
        if apart.len() == before {
            return apart;
        }
    }
}

/// Returns one schema for both directions, in which a property is required if it is
/// required in both. Returns `None` if they differ in anything else.
fn merge(read: &Value, written: &Value) -> Option<Value> {
    match (read, written) {
        (Value::Object(read), Value::Object(written)) => {
            let keys: BTreeSet<&String> = read.keys().chain(written.keys()).collect();
            let mut merged = Map::new();
            for key in keys {
                let both = (read.get(key), written.get(key));
                let value = match both {
                    (Some(Value::Array(read)), Some(Value::Array(written)))
                        if key == "required" =>
                    {
                        read.iter().filter(|name| written.contains(name)).cloned().collect()
                    }
                    (Some(read), Some(written)) => merge(read, written)?,
                    (Some(Value::Array(_)), None) | (None, Some(Value::Array(_)))
                        if key == "required" =>
                    {
                        continue;
                    }
                    _ => return None,
                };
                merged.insert(key.clone(), value);
            }
            Some(Value::Object(merged))
        }
        (Value::Array(read), Value::Array(written)) if read.len() == written.len() => {
            read.iter().zip(written).map(|(read, written)| merge(read, written)).collect()
        }
        _ => (read == written).then(|| read.clone()),
    }
}

/// A source of names that TypeScript accepts, each handed out once.
struct Names {
    used: BTreeSet<String>,
}

impl Names {
    fn new(interface: &str) -> Self {
        let taken = TAKEN_TYPES.into_iter().chain([interface]);
        Self { used: taken.map(str::to_owned).collect() }
    }

    fn unused(&mut self, name: &str, suffix: &str) -> String {
        let part = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '$';
        let mut clean: String =
            name.chars().map(|char| if part(char) { char } else { '_' }).collect();
        if clean.is_empty() || clean.starts_with(|first: char| first.is_ascii_digit()) {
            clean.insert(0, '_');
        }
        clean.push_str(suffix);
        let mut candidate = clean.clone();
        let mut number = 2_usize;
        while !self.used.insert(candidate.clone()) {
            candidate = format!("{clean}{number}");
            number += 1;
        }
        candidate
    }
}

#[cfg(test)]
mod tests;
