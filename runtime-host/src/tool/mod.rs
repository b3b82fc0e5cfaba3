//! Programs compiled for WASI as capabilities.

mod error;
#[cfg(feature = "compiler")]
mod exit;
mod files;
mod methods;
mod options;
mod output;
mod program;
mod run;
mod state;

pub use error::ToolError;
pub use options::ToolOptions;
pub use program::Tool;
