//! Objects of the host that JavaScript can call.

mod arguments;
mod call;
mod declaration;
mod returned;
mod typescript;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use isolet_wire::Value;

use crate::error::thrown::Thrown;

pub use call::{Call, Calling};
pub(crate) use call::{MAX_PATH, arguments_of};

/// The answer to a capability call, on its way.
pub type Answer = Pin<Box<dyn Future<Output = Result<Value, Thrown>> + Send>>;

/// What has broken a capability, when something has; none when nothing can.
pub(crate) type Breaking = Pin<Box<dyn Future<Output = Option<Thrown>> + Send>>;

pub(crate) fn failed(thrown: Thrown) -> Answer {
    Box::pin(std::future::ready(Err(thrown)))
}

/// An object of the host's that a worker can be handed under a name in `env`.
///
/// Made from an ordinary `impl` block by [`macro@crate::capability`]. A sandbox
/// reaches the methods of what it was handed and nothing else.
///
/// # `fetch`
///
/// `stub.fetch(...)` makes a request of its arguments, so that a method `fetch`
/// is called with one argument, and what it returns becomes a `Response`. In
/// Rust, wherever they are met, a `Request` is the object
/// `{url, method, headers, body, redirect}`, with `cache` and `credentials` if they are
/// not the defaults, and a `Response` `{status, statusText, headers, body}`, after a
/// fetch with `url` and `redirected`. `redirect` is `manual`: the worker follows what
/// redirects, 20 times at most, and each request comes here. `headers` is a list of pairs of strings, the names in lower
/// case and sorted, `set-cookie` once for each cookie; `body` is null or
/// [`Bytes`](crate::Bytes), or a stream that is still being made: take it as a
/// [`ByteStream`](crate::ByteStream), which takes bytes as well. In what is
/// returned all but `status` may be missing, and the body may be a string or a
/// `ByteStream`. The same object, or a URL, is what
/// [`Entrypoint::call`](crate::Entrypoint::call) hands to a worker's `fetch`.
/// Whatever a constructor would refuse is a `TypeError` or `RangeError` of the
/// one who receives it.
pub trait Capability: Send + Sync + 'static {
    /// Answers `await env.NAME.method(...arguments)`. `arguments` is an array.
    ///
    /// Calls of one sandbox run at the same time, on the task that drives it: a
    /// method that computes or blocks for long belongs on
    /// `tokio::task::spawn_blocking`. The future is dropped when the invocation
    /// is cancelled or ends at a limit.
    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer;

    /// Answers any use of it: longer paths and reads as well. By default a path
    /// of one name with arguments is a [`call`](Self::call), and nothing else is
    /// there. Called in the order in which a sandbox made its calls.
    fn request(self: Arc<Self>, call: Call) -> Answer {
        let name = match (call.path.as_slice(), call.arguments) {
            ([method], Some(arguments)) => return self.call(method, arguments),
            (path, _) => path.first().cloned().unwrap_or_default(),
        };
        private::no_method(&name)
    }

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
