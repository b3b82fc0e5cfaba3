//! Conversions between the guest's message, what was thrown, and the caller's error.

use isolet_wire::{ErrorParts, Kind, Value};

use crate::error::Exception;

/// The most bytes of a thrown value that a message shows. A message is for people, and
/// the value may be megabytes.
const MAX_MESSAGE_BYTES: usize = 4 << 10;

/// The most bytes of a name, a message or a stack.
const MAX_TEXT_BYTES: usize = 16 << 10;

/// Creates the exception for a value that JavaScript threw.
pub(crate) fn thrown(value: Value) -> Exception {
    match value.as_error() {
        Some(ErrorParts { name, message, stack, .. }) => Exception {
            name: bounded(name),
            message: bounded(message),
            stack: stack.map(bounded),
            value: Box::new(value),
        },
        None => Exception {
            name: "Uncaught".to_owned(),
            message: value.to_json_prefix(MAX_MESSAGE_BYTES),
            stack: None,
            value: Box::new(value),
        },
    }
}

/// Truncates a text that the value holds in full. Everyone who is told of the exception
/// gets a copy of it.
fn bounded(mut text: String) -> String {
    if text.len() > MAX_TEXT_BYTES {
        text.truncate(text.floor_char_boundary(MAX_TEXT_BYTES));
        text.push('…');
        text.shrink_to_fit();
    }
    text
}

/// Returns a value that is not an error as text, if that text is not its JSON.
fn plain(value: &Value, kind: Kind) -> Option<String> {
    match kind {
        Kind::Undefined => Some("undefined".to_owned()),
        Kind::String => value.to().ok().map(|mut text: String| {
            if text.len() > MAX_MESSAGE_BYTES {
                text.truncate(text.floor_char_boundary(MAX_MESSAGE_BYTES));
                text.push('…');
            }
            text
        }),
        _ => None,
    }
}

impl Exception {
    /// Returns a short copy for those who are only told of the exception. It leaves out
    /// what the value holds, such as stubs of the sandbox that has ended.
    pub(crate) fn in_short(&self) -> Self {
        let short = |text: &str| text[..text.floor_char_boundary(MAX_MESSAGE_BYTES)].to_owned();
        let (name, message) = (short(&self.name), short(&self.message));
        let stack = self.stack.as_deref().map(short);
        let parts = ErrorParts { name: name.clone(), message: message.clone(), stack };
        Self { name, message, value: Box::new(Value::error(&parts)), stack: parts.stack }
    }

    /// Returns the exception as the sandbox that loaded the worker sees it, in workerd's
    /// words.
    pub(crate) fn while_starting(self) -> Self {
        let Self { name, message, stack, value } = self;
        // workerd reports every thrown value as an error here.
        let (name, message) = match value.kind() {
            Kind::Error => (name, message),
            kind => ("Error".to_owned(), plain(&value, kind).unwrap_or(message)),
        };
        let mut text = format!("Failed to start Worker:\nUncaught {name}: {message}");
        for frame in stack.iter().flat_map(|stack| stack.lines()) {
            text.push_str("\n  ");
            text.push_str(frame.trim());
        }
        let parts =
            ErrorParts { name: "Error".to_owned(), message: text.clone(), ..ErrorParts::default() };
        Self {
            name: parts.name.clone(),
            message: text,
            stack: None,
            value: Box::new(Value::error(&parts)),
        }
    }
}
