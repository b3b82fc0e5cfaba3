//! Approval of calls.

use super::tool::ToolCall;
use crate::rpc::capability::Calling;

/// The decision about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Approval {
    /// The call is made.
    Approved,
    /// The call is not made, and throws an `Error` with the name `RejectedError` and this
    /// reason.
    Rejected(String),
}

/// Decides about calls of tools and of capabilities. Async closures with one argument are approvers.
pub trait Approver: Send + Sync + 'static {
    /// Returns false if a call may be made without a decision. It must not block. Default: true.
    fn is_needed(&self, call: &ToolCall) -> bool {
        let _ = call;
        true
    }

    /// Decides about a call. The program waits at this very call, and other calls that it has
    /// made go on. The wall time of the program's limits passes meanwhile. The future is
    /// dropped if the program ends before it.
    fn approve(&self, call: &ToolCall) -> Calling<Approval>;
}

impl<F, R> Approver for F
where
    F: Fn(ToolCall) -> R + Send + Sync + 'static,
    R: Future<Output = Approval> + Send + 'static,
{
    fn approve(&self, call: &ToolCall) -> Calling<Approval> {
        Box::pin(self(call.clone()))
    }
}
