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
