//! The functions of the host that the guest calls in the middle of a turn.

use crate::{
    FileAnswer, FileError, FileQuery, Importer, Level, LinkRequest, Linked, Module, SourceError,
};

/// The imports of `wit/sandbox.wit` that take effect at once.
pub trait Host {
    /// Writes one log line of `invocation`. `arguments` is the data that the line was made of,
    /// if it is wanted.
    fn log(&self, invocation: u32, level: Level, text: &str, arguments: Option<&[u8]>);

    /// Ends the sandbox. Returns in tests only.
    fn abort(&self, reason: Option<&str>);

    /// Returns the module that a specifier names. A bare specifier that may name a package has an
    /// importer.
    ///
    /// # Errors
    /// Errors if there is no such module, or if it could not be turned into JavaScript.
    fn source(&self, specifier: &str, importer: Option<&Importer>) -> Result<Module, SourceError>;

    /// Compiles and links files as the modules of a worker.
    ///
    /// # Errors
    /// Errors with a message that names file, line and column.
    fn link(&self, request: &LinkRequest) -> Result<Linked, String>;

    /// Returns a piece of the runtime's own data, or `None` if there is none of that name.
    fn data(&self, name: &str) -> Option<Vec<u8>>;

    /// Reads from a directory that the sandbox holds under that number.
    ///
    /// # Errors
    /// Errors with one of Node's codes.
    fn read_file(
        &self,
        directory: u32,
        path: &str,
        query: FileQuery,
    ) -> Result<FileAnswer, FileError>;
}

/// Calls [`Host::source`]. Each worker does, so that the build for `wasm32`, which has one host,
/// reads no table of functions for it.
///
/// # Errors
/// Errors like the method.
pub fn source(
    host: &dyn Host,
    specifier: &str,
    importer: Option<&Importer>,
) -> Result<Module, SourceError> {
    if cfg!(target_arch = "wasm32") {
        return crate::source(specifier, importer);
    }
    host.source(specifier, importer)
}
