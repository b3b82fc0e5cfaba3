//! What the guest asks of the host in the middle of a turn.

use crate::{Level, Module, SourceError};

/// The two eager imports of `wit/sandbox.wit`.
pub trait Host {
    /// Writes one log line of `invocation`.
    fn log(&self, invocation: u32, level: Level, text: &str);

    /// Hands over the module that a resolved specifier names.
    ///
    /// # Errors
    /// There is no such module, or it could not be made into JavaScript.
    fn source(&self, specifier: &str) -> Result<Module, SourceError>;
}
