//! Tools, as the embedder gives them.

use std::any::Any;
use std::sync::Arc;

use serde_json::Value as Json;

pub use isolet_catalog::Definition as ToolDefinition;

use crate::rpc::capability::Calling;

/// A call of a tool by a program.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ToolCall {
    /// The name of the tool's namespace, as the embedder gave it.
    pub namespace: String,
    /// The name of the tool, as its definition has it.
    pub tool: String,
    /// The argument. It has been checked against the schema of the tool's input.
    pub arguments: Json,
    /// The number of the call among the calls of its program, or of its session, from 0.
    pub index: usize,
    /// A key that no other call has, and that stays the same if the call is made again for the
    /// same place in the same run.
    pub idempotency_key: String,
    /// The value of the run's context: [`RunContext::value`](super::RunContext::value).
    pub context: Option<Context>,
    /// More about a call of a capability. `None` for one of a tool.
    pub capability: Option<CapabilityCall>,
}

/// A call of a capability: an object that
/// [`CodeToolBuilder::capability`](super::CodeToolBuilder::capability) has added.
///
/// [`ToolCall::namespace`] is its name, and [`ToolCall::tool`] the method. The arguments are an object
/// whose properties have the names that the parameters have in the capability's declaration, or
/// numbers from 0 where it has none. Bytes are lists of numbers, streams and functions are
/// `"[Capability]"`, and capabilities of the tool are their names in brackets. Nothing was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CapabilityCall {
    /// The methods that have returned the object that is called, such as `dir`. Empty if the
    /// capability itself is called. [`ToolCall::tool`] begins with them: `dir.write`.
    pub returned_by: Vec<String>,
    /// True if [`ToolCall::arguments`] has not all that the arguments hold: they are longer than
    /// 96 KiB, more than 16 or nest too deeply, or they hold an error or an object that is shown as
    /// `"[Shared]"`. Also true if the names of the methods are longer than 256 bytes.
    pub is_cut: bool,
    /// The names of the capabilities that the arguments hand over, such as a folder for a program, or
    /// may hand over.
    pub handed_over: Vec<String>,
}

/// Anything that handlers of tools need to know of a run, such as the request that it is for.
pub type Context = Arc<dyn Any + Send + Sync>;

/// The error of a tool, which the program can catch: an `Error` with the name `ToolError`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ToolFailure {
    /// The reason, for the model. It must hold nothing that a program must not know.
    pub message: String,
}

impl ToolFailure {
    /// Creates an error with a message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl From<String> for ToolFailure {
    fn from(message: String) -> Self {
        Self { message }
    }
}

/// The implementation of a tool. Async closures with one argument are handlers.
pub trait ToolHandler: Send + Sync + 'static {
    /// Executes a call. Calls of one program run concurrently, on the task that runs the
    /// program, so that a handler that computes or blocks for long uses
    /// `tokio::task::spawn_blocking`. The future is dropped if the program ends before it.
    fn call(&self, call: ToolCall) -> Calling<Result<Json, ToolFailure>>;

    /// Returns true if results are checked against the schema of the tool's output, if there is one
    /// that can be used. A call whose result is not as the schema has it fails. Default: true.
    fn checks_output(&self) -> bool {
        true
    }
}

impl<F, R> ToolHandler for F
where
    F: Fn(ToolCall) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Json, ToolFailure>> + Send + 'static,
{
    fn call(&self, call: ToolCall) -> Calling<Result<Json, ToolFailure>> {
        Box::pin(self(call))
    }
}
