//! What a stub leads to.

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
    /// An object of the host's.
    Capability(Arc<dyn Capability>),
    /// A worker, or one of its exports: its sandbox begins when it is called.
    Worker(Arc<dyn Callee>),
    /// In a sandbox.
    Remote(Arc<Remote>),
    /// What a call will come to.
    Promised(Arc<PromisedAnswer>),
    /// Such as that to load workers, which nobody can use before a sandbox holds it.
    Right(Arc<dyn Right>),
    /// The same in the table of the sandbox that uses it. Never leaves that table.
    HeldRight(Arc<dyn HeldRight>),
}

/// A worker, or one of its exports, as its callers see it.
pub(crate) trait Callee: Holds + Send + Sync {
    fn request(self: Arc<Self>, call: Call) -> Answer;

    /// Ends when what it leads to is lost.
    fn broken(&self) -> Breaking {
        Box::pin(ready(None))
    }

    /// `ctx.props`
    fn props(&self) -> Option<Value> {
        None
    }
}

impl Target {
    /// Whether its method `fetch` takes a request. As far as that is known: what a
    /// call will come to may be anything.
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
