//! What capabilities throw.

use std::error::Error;

/// What a capability throws into JavaScript: an `Error` with this name and
/// message.
///
/// A method of a [`macro@crate::capability`] block can return
/// `Result<T, Thrown>` and use `?` on text, I/O errors and boxed errors. An
/// error type of one's own gets a name by a conversion:
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
/// Untrusted code reads the message: say nothing in it that the worker must
/// not know, such as paths or the text of a database's error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {message}")]
pub struct Thrown {
    /// `Error`, `TypeError`, or any other name; unknown names make an `Error`
    /// with that `name`.
    pub name: String,
    /// What went wrong, for the author of the worker.
    pub message: String,
}

impl Thrown {
    /// An `Error`.
    pub fn new(message: impl Into<String>) -> Self {
        Self::named("Error", message)
    }

    /// A `TypeError`.
    pub fn type_error(message: impl Into<String>) -> Self {
        Self::named("TypeError", message)
    }

    /// An error of any name.
    pub fn named(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { name: name.into(), message: message.into() }
    }

    /// The error for a method that the capability does not have.
    pub fn no_method(method: &str) -> Self {
        let method = method.escape_debug();
        Self::type_error(format!("The RPC receiver does not implement the method \"{method}\"."))
    }
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

/// A `Thrown` in the box keeps its name.
impl From<Box<dyn Error + Send + Sync>> for Thrown {
    fn from(error: Box<dyn Error + Send + Sync>) -> Self {
        match error.downcast::<Self>() {
            Ok(thrown) => *thrown,
            Err(error) => Self::new(error.to_string()),
        }
    }
}
