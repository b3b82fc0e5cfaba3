//! The tools of a server, each pinned to the definition that it had at first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use isolet::code_mode::ToolDefinition;
use isolet_catalog::{Catalog, Namespace, canonical_json};
use rmcp::model::Tool;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::settings::{Event, Limits};
use crate::text::line;

/// The most bytes of the name of a tool.
const MAX_NAME: usize = 256;

/// The tools that a server has, and those that it had.
pub(crate) struct Tools {
    tools: BTreeMap<String, Pinned>,
    /// The names that the tools have in programs.
    names: BTreeSet<String>,
}

struct Pinned {
    digest: String,
    /// The server's hints for the tool with this definition.
    hints: Hints,
    /// The definition with this digest. `None` if the server has not shown it yet.
    definition: Option<ToolDefinition>,
    /// The bytes of the definition as JSON, about.
    bytes: usize,
    state: State,
}

/// A server's hints for a tool. By default, a tool writes and destroys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hints {
    pub(crate) is_read_only: bool,
    pub(crate) is_additive: bool,
}

impl Hints {
    fn of(tool: &Tool) -> Self {
        let annotations = tool.annotations.as_ref();
        let is = |hint: Option<Option<bool>>, value| hint.flatten() == Some(value);
        Self {
            is_read_only: is(annotations.map(|it| it.read_only_hint), true),
            is_additive: is(annotations.map(|it| it.destructive_hint), false),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Offered,
    /// The server has the tool with another definition.
    Changed,
    /// The server does not have the tool.
    Gone,
}

impl Tools {
    pub(crate) fn new(pins: &BTreeMap<String, String>) -> Self {
        let pinned = |digest: &String| Pinned {
            digest: digest.clone(),
            hints: Hints::default(),
            definition: None,
            bytes: 0,
            state: State::Gone,
        };
        Self {
            tools: pins.iter().map(|(name, digest)| (name.clone(), pinned(digest))).collect(),
            names: pins.keys().filter_map(|name| name_in_programs(name)).collect(),
        }
    }

    /// Takes over a new list of the server's, and returns the tools that are not offered.
    pub(crate) fn update(&mut self, server: &str, list: Vec<Tool>, limits: &Limits) -> Vec<Event> {
        let before: BTreeSet<_> = self.changed().map(str::to_owned).collect();
        for pinned in self.tools.values_mut() {
            pinned.state = State::Gone;
        }
        let (mut events, mut bytes) = (Vec::new(), 0);
        for tool in list {
            let name = tool.name.to_string();
            let mut leave_out = |reason: &str| {
                let (server, tool) = (server.to_owned(), line(&name, MAX_NAME));
                events.push(Event::LeftOut { server, tool, reason: reason.to_owned() });
            };
            if name.is_empty() || name.len() > MAX_NAME {
                leave_out("the name is too long or empty");
                continue;
            }
            let hints = Hints::of(&tool);
            let (definition, json) = definition_of(tool);
            let Some(json) = json else {
                leave_out("its definition nests too deeply");
                continue;
            };
            bytes += json.len();
            if bytes > limits.definition_bytes {
                leave_out("the definitions of the server's tools are too long");
                break;
            }
            let digest = hexadecimal(&json);
            let is_full = self.tools.len() >= limits.tools;
            match self.tools.get_mut(&name) {
                Some(pinned) if pinned.state != State::Gone => {
                    leave_out("the server lists it twice");
                }
                Some(pinned) if pinned.digest == digest => {
                    pinned.definition = Some(definition);
                    pinned.bytes = json.len();
                    pinned.hints = hints;
                    pinned.state = State::Offered;
                }
                Some(pinned) => {
                    pinned.state = State::Changed;
                    // The approved definition is not known after a restart, and the changed one is
                    // nothing that a model should read.
                    pinned.definition.get_or_insert_with(|| changed_definition(&name));
                    if !before.contains(&name) {
                        let (server, tool) = (server.to_owned(), line(&name, MAX_NAME));
                        events.push(Event::Changed { server, tool });
                    }
                }
                None if is_full => {
                    leave_out("the server has too many tools");
                    break;
                }
                // One tool must not take all others away.
                None if !name_in_programs(&name).is_some_and(|it| self.names.insert(it)) => {
                    leave_out("another tool of the server has the same name in programs");
                }
                None => {
                    let (definition, bytes) = (Some(definition), json.len());
                    let state = State::Offered;
                    self.tools.insert(name, Pinned { digest, hints, definition, bytes, state });
                }
            }
        }
        events
    }

    fn changed(&self) -> impl Iterator<Item = &str> {
        let tools = self.tools.iter().filter(|(_, pinned)| pinned.state == State::Changed);
        tools.map(|(name, _)| name.as_str())
    }

    /// Errors, with a sentence for the program, if a tool must not be called.
    pub(crate) fn check(&self, name: &str) -> Result<(), &'static str> {
        match self.tools.get(name).map(|pinned| pinned.state) {
            Some(State::Offered) => Ok(()),
            Some(State::Changed) => Err("the definition of this tool has changed since it was \
                approved, so it is disabled until the user approves the change, by starting the \
                server with --approve-changes"),
            Some(State::Gone) | None => Err("the server does not have this tool any more"),
        }
    }

    /// Returns what the server says of a tool.
    pub(super) fn hints(&self, name: &str) -> Hints {
        self.tools.get(name).map(|pinned| pinned.hints).unwrap_or_default()
    }

    /// Returns the definitions that programs see: those that are pinned. Each has its bytes as JSON.
    pub(crate) fn definitions(&self) -> Vec<(ToolDefinition, usize)> {
        let tools = self.tools.values().filter(|pinned| pinned.state != State::Gone);
        tools.filter_map(|pinned| Some((pinned.definition.clone()?, pinned.bytes))).collect()
    }

    pub(crate) fn pins(&self) -> BTreeMap<String, String> {
        self.tools.iter().map(|(name, pinned)| (name.clone(), pinned.digest.clone())).collect()
    }
}

/// Returns the name that a tool has in programs.
fn name_in_programs(name: &str) -> Option<String> {
    let (input, namespace) = (Value::Bool(true), "server".to_owned());
    let tool = ToolDefinition { name: name.to_owned(), description: None, input, output: None };
    let namespace = Namespace { name: namespace, description: None, tools: vec![tool] };
    let catalog = Catalog::new([namespace]).ok()?;
    catalog.tools().next().map(|tool| tool.name().to_owned())
}

/// Returns what is shown of a tool whose approved definition is not known.
fn changed_definition(name: &str) -> ToolDefinition {
    let description = "Changed since it was approved, so that it cannot be called. The user can \
        approve the change by starting the server with --approve-changes.";
    let mut definition = ToolDefinition::new(name, json!({"type": "object"}));
    definition.description = Some(description.to_owned());
    definition
}

/// Returns the definition of a tool and its canonical JSON: all that a model or a policy may see
/// of it. There is none if it nests too deeply.
fn definition_of(tool: Tool) -> (ToolDefinition, Option<String>) {
    let annotations = tool.annotations.and_then(|it| serde_json::to_value(it).ok());
    let definition = ToolDefinition {
        name: tool.name.into_owned(),
        description: tool.description.map(std::borrow::Cow::into_owned).or(tool.title),
        input: Value::Object(std::sync::Arc::unwrap_or_clone(tool.input_schema)),
        output: tool.output_schema.map(|it| Value::Object(std::sync::Arc::unwrap_or_clone(it))),
    };
    let parts = [
        &Value::from(definition.name.as_str()),
        &definition.description.as_deref().into(),
        &definition.input,
        definition.output.as_ref().unwrap_or(&Value::Null),
        annotations.as_ref().unwrap_or(&Value::Null),
    ];
    let parts: Option<Vec<_>> = parts.into_iter().map(canonical_json).collect();
    (definition, parts.map(|parts| parts.join("\n")))
}

fn hexadecimal(json: &str) -> String {
    Sha256::digest(json).iter().fold(String::new(), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
#[path = "pins_tests.rs"]
mod tests;
