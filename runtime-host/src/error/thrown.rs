//! The errors that capabilities throw into JavaScript.

use std::error::Error as StdError;

use isolet_wire::{ErrorParts, Text, Value, Writer};

use crate::error::{Error, Exception, LimitError, LimitKind};

/// The most bytes that the arguments of a call, or its answer, may take, as in Cloudflare
/// Workers.
pub(crate) const MAX_MESSAGE_BYTES: u64 = 32 << 20;

/// An error that a capability throws into JavaScript: an `Error` with this name and
/// message.
///
/// A method of a [`macro@crate::capability`] block can return `Result<T, Thrown>` and use
/// `?` on text, I/O errors and boxed errors. A conversion gives an error type of the
/// embedder a name:
///
/// ```
/// use isolet::Thrown;
///
/// struct RoomClosed;
///
/// impl From<RoomClosed> for Thrown {
///     fn from(_: RoomClosed) -> Self {
///         Self::named("RoomError", "the room is closed")
///     }
/// }
///
/// assert_eq!(Thrown::from(RoomClosed).to_string(), "RoomError: the room is closed");
/// ```
///
/// Untrusted code reads the message. It must contain nothing that the worker must not
/// know, such as paths or the text of a database's error.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{name}: {message}")]
pub struct Thrown {
    /// The name: `Error`, `TypeError`, or any other. An unknown name makes an `Error`
    /// with that `name`.
    pub name: String,
    /// The description of what went wrong, for the author of the worker.
    pub message: String,
    /// The origin of the error, unless it is a capability of the host.
    cause: Option<Box<Cause>>,
}

#[derive(Clone, Debug)]
enum Cause {
    /// JavaScript threw it, or it has more than a name and a message.
    Value(Value),
    /// A worker was stopped.
    Error(Error),
}

impl Thrown {
    /// Creates an `Error`.
    pub fn new(message: impl Into<String>) -> Self {
        Self::named("Error", message)
    }

    /// Creates a `TypeError`.
    pub fn type_error(message: impl Into<String>) -> Self {
        Self::named("TypeError", message)
    }

    /// Creates an error of any name.
    pub fn named(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { name: name.into(), message: message.into(), cause: None }
    }

    /// Creates a `DOMException`, which the web platform has in place of an `Error`: an
    /// `AbortError`, a `TimeoutError` and others.
    pub fn dom_exception(name: impl Into<String>, message: impl Into<String>) -> Self {
        let thrown = Self::named(name, message);
        let mut writer = Writer::new();
        let (name, message) = (Text::Utf8(&thrown.name), Text::Utf8(&thrown.message));
        writer.begin_dom_exception(name, message, None);
        thrown.with_value(writer)
    }

    /// Sets the property `code` of the error, as errors of Node have one.
    #[must_use]
    pub fn with_code(self, code: &str) -> Self {
        let mut writer = Writer::new();
        writer.begin_error(Text::Utf8(&self.name), Text::Utf8(&self.message), None);
        writer.string("code");
        writer.string(code);
        self.with_value(writer)
    }

    /// Sets what JavaScript sees to an error that has begun.
    fn with_value(mut self, mut error: Writer) -> Self {
        error.end();
        let value = Value::from_bytes(error.finish(), Vec::new());
        self.cause = value.ok().map(|value| Box::new(Cause::Value(value)));
        self
    }

    /// Returns the error that JavaScript sees. If JavaScript threw it, it keeps its
    /// cause, stack and own properties.
    pub fn to_value(&self) -> Value {
        if let Some(Cause::Value(value)) = self.cause.as_deref() {
            return value.clone();
        }
        Value::error(&ErrorParts {
            name: self.name.clone(),
            message: self.message.clone(),
            ..ErrorParts::default()
        })
    }

    /// Returns the bytes that it takes in the host.
    pub(crate) fn bytes(&self) -> u64 {
        let value = match self.cause.as_deref() {
            Some(Cause::Value(value)) => value.as_bytes().len(),
            Some(Cause::Error(Error::Exception(exception))) => exception.value.as_bytes().len(),
            _ => 0,
        };
        (value + self.name.len() + self.message.len()) as u64
    }

    /// Returns the value that JavaScript threw, if it did.
    pub(crate) fn thrown(&self) -> Option<&Value> {
        match self.cause.as_deref()? {
            Cause::Value(value) => Some(value),
            Cause::Error(Error::Exception(Exception { value, .. })) => Some(value),
            Cause::Error(_) => None,
        }
    }

    /// Returns the value that JavaScript threw, if it did, by value.
    pub(crate) fn into_thrown(self) -> Option<Value> {
        match *self.cause? {
            Cause::Value(value) => Some(value),
            Cause::Error(Error::Exception(Exception { value, .. })) => Some(*value),
            Cause::Error(_) => None,
        }
    }

    /// Converts the error of a worker's call to what its caller in JavaScript catches.
    pub(crate) fn from_error(error: Error) -> Self {
        match error {
            Error::Exception(Exception { name, message, value, .. }) => {
                Self { name, message, cause: Some(Box::new(Cause::Value(*value))) }
            }
            error => {
                let cause = Some(Box::new(Cause::Error(error.clone())));
                let thrown = match error {
                    // These are workerd's own words, for programs that match on them.
                    Error::InvalidCode(error) => Self::new(error.to_string()),
                    Error::Limit(LimitError { kind: LimitKind::Output, actual, .. })
                        if actual > MAX_MESSAGE_BYTES =>
                    {
                        Self::too_large(actual)
                    }
                    error => Self::new(error.to_string()),
                };
                Self { cause, ..thrown }
            }
        }
    }

    /// Converts to the error that a caller in Rust gets.
    pub(crate) fn into_error(self) -> Error {
        let value = self.to_value();
        if let Some(Cause::Error(error)) = self.cause.map(|cause| *cause) {
            return error;
        }
        let stack = value.as_error().and_then(|parts| parts.stack);
        let (name, message) = (self.name, self.message);
        Error::Exception(Exception { name, message, stack, value: Box::new(value) })
    }

    /// Creates the error for a message of more than [`MAX_MESSAGE_BYTES`], in workerd's
    /// words.
    pub(crate) fn too_large(bytes: u64) -> Self {
        Self::new(format!(
            "Serialized RPC arguments or return values are limited to 32MiB, but the size of this \
             value was: {bytes} bytes."
        ))
    }

    /// Creates the error for a method that the capability does not have.
    pub fn no_method(method: &str) -> Self {
        let method = shown(method);
        Self::type_error(format!("The RPC receiver does not implement the method \"{method}\"."))
    }
}

/// Returns a name that untrusted code may have chosen, escaped for a message. Only the
/// first KiB is kept.
pub(crate) fn shown(name: &str) -> String {
    const MOST: usize = 1 << 10;
    name.get(..name.floor_char_boundary(MOST)).unwrap_or(name).escape_debug().to_string()
}

impl From<String> for Thrown {
    fn from(message: String) -> Self {
        Self::new(message)
    }
}

impl From<&str> for Thrown {
    fn from(message: &str) -> Self {
        Self::new(message)
    }
}

impl From<std::io::Error> for Thrown {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// Passes on the error of a call of a worker or a stub unchanged.
impl From<Error> for Thrown {
    fn from(error: Error) -> Self {
        Self::from_error(error)
    }
}

/// Keeps the name of a boxed `Thrown`.
impl From<Box<dyn StdError + Send + Sync>> for Thrown {
    fn from(error: Box<dyn StdError + Send + Sync>) -> Self {
        match error.downcast::<Self>() {
            Ok(thrown) => *thrown,
            Err(error) => Self::new(error.to_string()),
        }
    }
}
