//! What the guest asks of the host in the middle of a turn.

use crate::{Level, Module, SourceError};

/// The eager imports of `wit/sandbox.wit`.
pub trait Host {
    /// Writes one log line of `invocation`, with the data of what it was made of.
    fn log(&self, invocation: u32, level: Level, text: &str, arguments: Option<&[u8]>);

    /// Ends the sandbox; it returns in tests only.
    fn abort(&self, reason: Option<&str>);

    /// Hands over the module that a resolved specifier names.
    ///
    /// # Errors
    /// There is no such module, or it could not be made into JavaScript.
    fn source(&self, specifier: &str) -> Result<Module, SourceError>;
}
