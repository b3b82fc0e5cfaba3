//! What was thrown, between the guest's message and the caller's error.

use isolet_wire::{ErrorParts, Value};

use crate::bindings::sandbox as wit;
use crate::capability::Thrown;
use crate::error::{Exception, Result};
use crate::sandbox::internal;
use crate::source::Sources;

/// A message is for people; what was thrown may be megabytes.
const MAX_MESSAGE_BYTES: usize = 4 << 10;

/// What JavaScript threw.
pub(crate) fn thrown(message: wit::Message, sources: &Sources) -> Result<Exception> {
    let value = Value::from_bytes(message.data, message.capabilities.len()).map_err(internal)?;
    Ok(match value.as_error() {
        Some(ErrorParts { name, message, stack, .. }) => {
            let stack = stack.map(|stack| sources.map_stack(&stack));
            Exception { name, message, stack, value }
        }
        None => Exception {
            name: "Uncaught".to_owned(),
            message: value.to_json_prefix(MAX_MESSAGE_BYTES),
            stack: None,
            value,
        },
    })
}

/// Why a module does not load; a syntax error shows its line.
pub(crate) async fn load(message: wit::Message, sources: &Sources) -> Result<Exception> {
    let mut exception = thrown(message, sources)?;
    if exception.name == "SyntaxError"
        && let Some(text) =
            sources.explain_syntax(&exception.message, exception.stack.as_deref()).await
    {
        exception.message = text;
    }
    Ok(exception)
}

pub(crate) fn to_value(thrown: &Thrown) -> Value {
    Value::error(&ErrorParts {
        name: thrown.name.clone(),
        message: thrown.message.clone(),
        ..ErrorParts::default()
    })
}
