//! Errors of tools.

use super::options::ToolOptions;
use crate::error::thrown::Thrown;

/// The error for bytes from which no [`Tool`](super::Tool) can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ToolError {
    /// The module is larger than [`ToolOptions::max_module_bytes`].
    #[error(
        "the tool's module has {actual} bytes, more than {limit} (ToolOptions::max_module_bytes)"
    )]
    TooLarge {
        /// The limit.
        limit: usize,
        /// The size of the module.
        actual: usize,
    },
    /// The module has more than 1,000 imports.
    #[error("the tool's module has more than 1000 imports")]
    TooManyImports,
    /// The bytes are not a Wasm module or component, or an invalid one.
    #[error("the tool is not Wasm: {0}")]
    NotWasm(String),
    /// It is not a program for WASI: it imports something else, or cannot be started.
    #[error("the tool is not a program for WASI: {0}")]
    NotAProgram(String),
    /// It cannot be compiled.
    #[error("the tool cannot be compiled: {0}")]
    Compile(String),
    /// The compiled tool cannot be written to the folder of
    /// [`CompiledTools`](super::CompiledTools).
    #[error("the compiled tool cannot be kept: {0}")]
    NotKept(String),
    /// This build has no compiler (the feature `compiler` of the crate).
    #[error("this build of isolet has no compiler, which tools need that were not compiled before")]
    NoCompiler,
}

/// The reason why a run has no result.
#[derive(Debug)]
pub(super) enum RunError {
    Fuel,
    /// The fuel of the call, or of one that pays for it, is used up.
    CallersFuel,
    Memory,
    /// The memory of the caller's tree is used up.
    CallersMemory,
    Timeout,
    Trap(String),
    Arguments(String),
    Directory(String),
}

impl RunError {
    /// Returns the error that JavaScript sees.
    pub(super) fn thrown(self, options: &ToolOptions) -> Thrown {
        let name = &options.name;
        let (code, text) = match self {
            Self::Fuel => (
                "ERR_TOOL_FUEL",
                format!("exceeded the limit of {} operations (ToolOptions::fuel)", options.fuel),
            ),
            Self::CallersFuel => {
                ("ERR_TOOL_FUEL", "used up the fuel of its caller (Limits::fuel)".to_owned())
            }
            Self::CallersMemory => (
                "ERR_TOOL_MEMORY",
                "used up the memory of its caller (Limits::tree_memory_bytes)".to_owned(),
            ),
            Self::Memory => (
                "ERR_TOOL_MEMORY",
                format!(
                    "exceeded the limit of {} bytes of memory (ToolOptions::memory_bytes)",
                    options.memory_bytes
                ),
            ),
            Self::Timeout => (
                "ERR_TOOL_TIMEOUT",
                format!(
                    "exceeded the limit of {} ms (ToolOptions::wall)",
                    options.wall.as_millis()
                ),
            ),
            Self::Trap(trap) => ("ERR_TOOL_TRAP", format!("ended with a trap: {trap}")),
            Self::Arguments(text) => ("ERR_TOOL_ARGUMENTS", text),
            Self::Directory(text) => ("ERR_TOOL_DIRECTORY", text),
        };
        Thrown::new(format!("{name}: {text}")).with_code(code)
    }
}
