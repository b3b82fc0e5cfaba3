//! Objects of the host that JavaScript can call.

mod arguments;
mod declaration;
mod returned;
mod thrown;
mod typescript;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use isolet_wire::Value;

pub use thrown::Thrown;

/// The answer to a capability call, on its way.
pub type Answer = Pin<Box<dyn Future<Output = Result<Value, Thrown>> + Send>>;

/// An object of the host's that a worker can be handed under a name in `env`.
///
/// Made from an ordinary `impl` block by [`macro@crate::capability`]. A sandbox
/// reaches the methods of what it was handed and nothing else.
pub trait Capability: Send + Sync + 'static {
    /// Answers `await env.NAME.method(...arguments)`. `arguments` is an array.
    ///
    /// Calls of one sandbox run at the same time, on the task that drives it: a
    /// method that computes or blocks for long belongs on
    /// `tokio::task::spawn_blocking`. The future is dropped when the invocation
    /// is cancelled or ends at a limit.
    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer;

    /// The interface as a TypeScript declaration; none if it has none.
    ///
    /// Made anew at each call, in some tens of microseconds: keep it if you
    /// need it often. What it declares is exported, so that the declarations
    /// of several capabilities can be modules of their own.
    fn declaration(&self) -> Option<String> {
        None
    }
}

/// What [`macro@crate::capability`] expands to. No part of the public interface.
#[doc(hidden)]
pub mod private {
    pub use std::boxed::Box;
    pub use std::option::Option;
    pub use std::string::String;
    pub use std::sync::Arc;

    pub use isolet_wire::Value;

    pub use super::arguments::{Arguments, no_method};
    pub use super::declaration::Interface;
    pub use super::returned::{Probe, Returns};
}
