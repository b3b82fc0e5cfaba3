//! Declarations in TypeScript.

mod notes;
mod types;

use std::collections::HashMap;

use crate::name;
use crate::schema::{NodeId, Schema};
use crate::text;
use crate::tool::Tool;
use types::{Printer, Type};

/// The most characters of a signature.
pub(crate) const MAX_SIGNATURE: usize = 300;

/// The most characters of a type in a message.
const MAX_SUMMARY: usize = 80;

/// Declarations of some namespaces. Types with a name come first, each once.
#[derive(Debug, Default)]
pub(crate) struct Declarations {
    /// Bodies of the types by name.
    types: HashMap<String, String>,
    /// The latest number of a name that was taken.
    latest: HashMap<String, usize>,
    aliases: String,
    constants: String,
}

type Names = HashMap<NodeId, String>;

impl Declarations {
    /// Declares a namespace as a constant with these tools.
    pub(crate) fn namespace<'t>(
        &mut self,
        name: &str,
        description: Option<&str>,
        tools: impl IntoIterator<Item = &'t Tool>,
    ) {
        let description = text::comment(description.unwrap_or_default(), notes::MAX_TOOL);
        let comment = notes::comment(&description, "");
        let methods: String = tools.into_iter().map(|tool| self.method(tool)).collect();
        self.constants.extend([&comment, "declare const ", name, ": {\n", &methods, "};\n"]);
    }

    pub(crate) fn finish(self) -> String {
        self.aliases + &self.constants
    }

    fn method(&mut self, tool: &Tool) -> String {
        let mut printed = |schema: &Schema, part| {
            let names = self.names(schema, tool, part);
            Printer { schema, names: &names, is_short: false }.of(Schema::ROOT, 1)
        };
        let input = tool.input().map(|schema| printed(schema, "Input"));
        let output = tool.output().map(|schema| printed(schema, "Output"));
        let signature = signature(tool, input, output).replace('\n', "\n  ");
        let description = tool.definition().description.as_deref().unwrap_or_default();
        let description = text::comment(description, notes::MAX_TOOL);
        format!("{}  {signature};\n", notes::comment(&description, "  "))
    }

    /// Declares the types of a schema that references lead to, and returns their names.
    ///
    /// If another type has a name already, all types of the schema get a number. Types that are
    /// there already are shared: those without a number, and those with the latest, as equal types
    /// are mostly found in tools that are neighbors.
    fn names(&mut self, schema: &Schema, tool: &Tool, part: &str) -> Names {
        let plain = plain_names(schema, &format!("{}_{part}", tool.name()));
        let numbered = |number: usize| -> Names {
            plain.iter().map(|(id, name)| (*id, format!("{name}_{number}"))).collect()
        };
        let latest = plain.values().filter_map(|name| self.latest.get(name)).max().copied();
        for names in [Some(plain.clone()), latest.map(numbered)].into_iter().flatten() {
            if self.declare(self.bodies(schema, &names)) {
                return names;
            }
        }
        // No plain name ends with one underscore and a number, so that these are free.
        let number = latest.unwrap_or(1) + 1;
        let names = numbered(number);
        self.declare(self.bodies(schema, &names));
        self.latest.extend(plain.into_values().map(|name| (name, number)));
        names
    }

    /// Returns the declared types in the order of their first use.
    fn bodies(&self, schema: &Schema, names: &Names) -> Vec<(String, String)> {
        let printer = Printer { schema, names, is_short: false };
        let declared = schema.targets.keys().filter_map(|id| {
            let name = names.get(id)?;
            let notes = notes::comment(&notes::of(schema, *id, notes::MAX_TOOL), "");
            let body = printer.of(*id, 0).text;
            Some((name.clone(), format!("{notes}type {name} = {body};\n")))
        });
        declared.collect()
    }

    /// Declares types that are not there yet. Returns false if another type has one of the names.
    fn declare(&mut self, bodies: Vec<(String, String)>) -> bool {
        let is_other = |(name, body): &(String, String)| {
            self.types.get(name).is_some_and(|known| known != body)
        };
        if bodies.iter().any(is_other) {
            return false;
        }
        for (name, body) in bodies {
            if !self.types.contains_key(&name) {
                self.aliases += &body;
                self.types.insert(name, body);
            }
        }
        true
    }
}

/// Returns the call of a tool in one line without comments, such as
/// `files.read_file(input: { path: string }): Promise<string>`.
pub(crate) fn short(tool: &Tool) -> String {
    let printed = |schema: &Schema| {
        let names = plain_names(schema, "");
        // The root is shown even if it is a reference.
        let root = schema.node(Schema::ROOT).reference.unwrap_or(Schema::ROOT);
        Printer { schema, names: &names, is_short: true }.of(root, 0)
    };
    let signature = signature(tool, tool.input().map(printed), tool.output().map(printed));
    text::line(&format!("{}.{signature}", tool.namespace()), MAX_SIGNATURE)
}

/// Returns a short type for messages.
pub(crate) fn summary(schema: &Schema, id: NodeId) -> String {
    let names = plain_names(schema, "Value");
    let printer = Printer { schema, names: &names, is_short: true };
    text::line(&printer.of(id, 1).text, MAX_SUMMARY)
}

/// Returns the method of a tool. A schema that cannot be used is `unknown`.
fn signature(tool: &Tool, input: Option<Type>, output: Option<Type>) -> String {
    let input = input.unwrap_or(Type::unknown()).text;
    let output = output.unwrap_or(Type::unknown()).text;
    let argument = if tool.input().is_some_and(Schema::has_no_properties) {
        String::new()
    } else {
        let mark = if tool.is_input_optional() { "?" } else { "" };
        format!("input{mark}: {input}")
    };
    format!("{}({argument}): Promise<{output}>", tool.name())
}

/// Returns a name for each node that a reference leads to, unique within the schema.
fn plain_names(schema: &Schema, root: &str) -> Names {
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut names = Names::new();
    for (id, hint) in &schema.targets {
        let name = name::pascal(if *id == Schema::ROOT { root } else { hint });
        let count = taken.entry(name.clone()).or_default();
        *count += 1;
        // Two underscores keep these apart from the numbers of other schemas.
        names.insert(*id, if *count == 1 { name } else { format!("{name}__{count}") });
    }
    names
}
