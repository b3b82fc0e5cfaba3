//! Programs compiled for WASI as capabilities.

mod caller;
mod compiled;
mod deserialize;
mod error;
mod exit;
mod files;
mod methods;
mod options;
mod output;
mod program;
mod run;
mod state;

pub use compiled::CompiledTools;
pub use error::ToolError;
pub use options::ToolOptions;
pub use program::Tool;
