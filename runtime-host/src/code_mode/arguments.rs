//! The arguments of calls of capabilities, as records, rules and people see them.

use isolet_wire::{Attachment, Elements, Event, Token, Value, Walker};
use serde_json::{Map, Value as Json};

use super::calls::{Argument, BYTES_PER_VALUE};

/// The maximum number of bytes of all arguments of a call as JSON.
const MAX_BYTES: usize = 96 << 10;

/// The maximum number of arguments. Those that are undefined count as well.
const MAX_ARGUMENTS: usize = 16;

/// The maximum number of bytes of all arguments that are looked at, each with all that it refers to.
const MAX_LOOKED_AT: usize = 4 << 20;

/// The arguments of a call.
pub(super) struct Shown {
    /// An object with a property for each argument that is not undefined.
    pub(super) argument: Argument,
    /// True if it has not all of them, or not all that they hold.
    pub(super) is_cut: bool,
}

impl Shown {
    /// Converts arguments. `names` are the parameters, and `object` returns the name of a capability
    /// that is one of the tool's.
    pub(super) fn new(
        arguments: Option<&Value>,
        names: &[String],
        object: impl Fn(&Attachment) -> Option<String>,
    ) -> Self {
        let (mut properties, mut is_cut) = (Map::new(), false);
        let (mut left, mut bytes, mut unseen) = (MAX_BYTES, BYTES_PER_VALUE, MAX_LOOKED_AT);
        let mut elements = arguments.and_then(Value::elements);
        for index in 0..MAX_ARGUMENTS {
            if left == 0 || unseen == 0 {
                break;
            }
            let Some(value) = elements.as_mut().and_then(Elements::next_value) else { break };
            let name = names.get(index).filter(|name| !name.is_empty()).cloned();
            let name = name.unwrap_or_else(|| index.to_string());
            let Ok(value) = value else {
                is_cut = true;
                break;
            };
            unseen = unseen.saturating_sub(value.as_bytes().len());
            if value.is_undefined() {
                continue;
            }
            is_cut |= has_errors(&value);
            let text = with_names(value, &object).to_json_prefix(left);
            is_cut |= ELSEWHERE.iter().any(|mark| text.contains(mark));
            let is_whole = text.len() <= left;
            left = left.saturating_sub(text.len() + name.len());
            bytes += text.len() + BYTES_PER_VALUE * (values(&text) + 1);
            // A value that is nested too deeply stays text.
            let json = serde_json::from_str(&text).ok().filter(|_| is_whole);
            is_cut |= json.is_none();
            properties.insert(name, json.unwrap_or(Json::String(text)));
        }
        is_cut |= elements.is_some_and(|elements| elements.len() > 0);
        let json = Json::Object(properties);
        Self { argument: Argument { json, bytes, is_missing: false }, is_cut }
    }
}

/// Stands in JSON for an object that is shown elsewhere, or was too often.
const ELSEWHERE: [&str; 2] = ["\"[Shared]\"", "\"[Circular]\""];

/// Returns true if it holds an error, anywhere: its stack is no part of its JSON.
fn has_errors(value: &Value) -> bool {
    let Ok(mut walker) = Walker::new(value.as_bytes()) else { return true };
    loop {
        match walker.event() {
            Ok(Some(Event::Value(Token::Error { .. }))) | Err(_) => return true,
            Ok(Some(_)) => {}
            Ok(None) => return false,
        }
    }
}

/// Returns the same data with the names of capabilities in their places.
fn with_names(value: Value, object: &impl Fn(&Attachment) -> Option<String>) -> Value {
    if value.capabilities().is_empty() {
        return value;
    }
    let named = |capability: &Attachment| {
        let name = object(capability)?;
        Value::from_serialize(&format!("[{name}]")).ok()
    };
    // A value that is much too long is cut in any case.
    value.replace_capabilities(16 * MAX_BYTES, named).unwrap_or(value)
}

/// Returns the number of values of a text, at most about. Commas in strings count as well.
fn values(json: &str) -> usize {
    json.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count()
}
