//! The targets of stubs.

use std::future::ready;
use std::sync::Arc;

use isolet_wire::Value;

use crate::rpc::capability::{Answer, Breaking, Call, Capability};
use crate::rpc::promised_answer::PromisedAnswer;
use crate::rpc::remote::Remote;
use crate::rpc::right::{HeldRight, Right};
use crate::rpc::survey::Holds;

#[derive(Clone)]
pub(crate) enum Target {
    /// An object of the host.
    Capability(Arc<dyn Capability>),
    /// A worker or one of its exports. Its sandbox starts when it is called.
    Worker(Arc<dyn Callee>),
    /// An object or an entrypoint in a sandbox.
    Remote(Arc<Remote>),
    /// The promised answer to a call.
    Promised(Arc<PromisedAnswer>),
    /// A right, such as the right to load workers. Nobody can use it before a sandbox holds it.
    Right(Arc<dyn Right>),
    /// The same right in the capability table of the sandbox that uses it. It never
    /// leaves that table.
    HeldRight(Arc<dyn HeldRight>),
}

/// A worker or one of its exports, as its callers see it.
pub(crate) trait Callee: Holds + Send + Sync {
    fn request(self: Arc<Self>, call: Call) -> Answer;

    /// Resolves when the sandbox behind the callee is lost.
    fn broken(&self) -> Breaking {
        Box::pin(ready(None))
    }

    /// Returns the value of `ctx.props`.
    fn props(&self) -> Option<Value> {
        None
    }
}

impl Target {
    /// Returns true if its method `fetch` is known to take a request. Returns false for
    /// an answer that has not settled, which may be anything.
    pub(crate) fn fetches(&self) -> bool {
        match self {
            Self::Capability(_) | Self::Worker(_) => true,
            Self::Remote(remote) => remote.is_entrypoint(),
            Self::Promised(promised) => promised.settled().is_some_and(|stub| {
                !matches!(stub.target(), Self::Promised(_)) && stub.target().fetches()
            }),
            Self::Right(_) | Self::HeldRight(_) => false,
        }
    }
}
