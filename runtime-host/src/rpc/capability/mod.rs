//! Capabilities: objects of the host that JavaScript can call.

#[allow(missing_debug_implementations, reason = "for the macro alone")]
mod arguments;
mod call;
#[cfg(feature = "declarations")]
#[allow(missing_debug_implementations, reason = "for the macro alone")]
mod declaration;
#[allow(missing_debug_implementations, reason = "for the macro alone")]
mod returned;

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use isolet_wire::Value;

use super::stub::Stub;
use crate::engine::files::Files;
use crate::error::thrown::Thrown;

pub use call::{Call, Calling};
pub(crate) use call::{MAX_PATH, arguments_of};

/// A future that resolves to the answer to a capability call.
pub type Answer = Pin<Box<dyn Future<Output = Result<Value, Thrown>> + Send>>;

/// A future that resolves to the error that breaks a capability, or to `None` if nothing
/// can break it.
pub(crate) type Breaking = Pin<Box<dyn Future<Output = Option<Thrown>> + Send>>;

pub(crate) fn failed(thrown: Thrown) -> Answer {
    Box::pin(std::future::ready(Err(thrown)))
}

/// An object of the host that can be handed to a worker under a name in `env`.
///
/// Created from an ordinary `impl` block by [`macro@crate::capability`]. A sandbox
/// reaches the methods of what it was handed and nothing else.
///
/// # `fetch`
///
/// `stub.fetch(...)` makes a request from its arguments. A method `fetch` is therefore
/// called with one argument, and what it returns becomes a `Response`. In Rust, a
/// `Request` is always the object `{url, method, headers, body, redirect}`, with `cache`
/// and `credentials` if they are not the defaults. A `Response` is
/// `{status, statusText, headers, body}`, and has `url` and `redirected` after a fetch.
///
/// `redirect` is `manual`: the worker follows redirects itself, 20 times at most, and
/// each request arrives here. `headers` is a list of pairs of strings. The names are in
/// lower case and sorted, and `set-cookie` occurs once for each cookie. `body` is null, text
/// or [`Bytes`](crate::Bytes), which can both be taken as `Bytes`, or a stream that is still
/// being made: take it as a [`ByteStream`](crate::ByteStream), which accepts all three.
///
/// A request for a WebSocket has the header `upgrade: websocket`. The response that opens one has
/// the status 101 and `webSocket`, a stub of the other end. Each call of its `receive(milliseconds)`
/// returns the next messages: a list of strings, bytes and, as the last one, `[code, reason]` of the
/// close. The list is empty if there is none within that time. `send(messages)` resolves when they
/// were received.
///
/// In a returned response all but `status` may be missing, and the body may be a string
/// or a `ByteStream`. The same object, or a URL, is what
/// [`Entrypoint::call`](crate::Entrypoint::call) passes to a worker's `fetch`. Whatever a
/// constructor would refuse is a `TypeError` or `RangeError` at the receiver.
pub trait Capability: Any + Send + Sync {
    /// Answers `await env.NAME.method(...arguments)`. `arguments` is an array.
    ///
    /// Calls of one sandbox run concurrently, on the task that drives it. A method that
    /// computes or blocks for long belongs on `tokio::task::spawn_blocking`. The future
    /// is dropped when the invocation is cancelled or ends at a limit.
    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer;

    /// Answers any use of the capability, including longer paths and reads. By default, a
    /// path of one name with arguments is a [`call`](Self::call), and nothing else
    /// exists. Called in the order in which a sandbox made its calls.
    fn request(self: Arc<Self>, call: Call) -> Answer {
        let name = match (call.path.as_slice(), call.arguments) {
            ([method], Some(arguments)) => return self.call(method, arguments),
            (path, _) => path.first().cloned().unwrap_or_default(),
        };
        private::no_method(&name)
    }

    /// Returns true for the source of a signal that tells an invocation that its caller has
    /// left. An invocation that waits for nothing else is hung.
    #[doc(hidden)]
    fn is_signal(&self) -> bool {
        false
    }

    /// Returns true for the source or the sink of a stream.
    #[doc(hidden)]
    fn is_stream_end(&self) -> bool {
        false
    }

    /// Returns the stub to which all its calls go, if it is but a wrapper of one, so that the host
    /// knows its own objects in wrappers.
    #[doc(hidden)]
    fn wrapped(&self) -> Option<&Stub> {
        None
    }

    /// Returns the directory of files that it is, which a worker may read in the middle of a turn.
    #[doc(hidden)]
    fn files(&self) -> Option<Arc<dyn Files>> {
        None
    }

    /// Returns the interface as a TypeScript declaration. Returns `None` if it has none.
    ///
    /// The declaration is generated at each call, in some tens of microseconds: store it
    /// if you need it often. Everything in it is exported, so that the declarations of
    /// several capabilities can be modules of their own.
    ///
    /// It requires the crate's feature `declarations`.
    #[cfg(feature = "declarations")]
    fn declaration(&self) -> Option<String> {
        None
    }
}

/// The names that the expansion of [`macro@crate::capability`] uses. Not part of the
/// public interface.
#[doc(hidden)]
pub mod private {
    pub use std::boxed::Box;
    pub use std::option::Option;
    pub use std::string::String;
    pub use std::sync::Arc;

    pub use isolet_wire::Value;

    pub use super::arguments::{Arguments, no_method};
    #[cfg(feature = "declarations")]
    pub use super::declaration::{Interface, Schema, Shape};
    pub use super::returned::{Kind, Probe, Returns};
}

/// Keeps the part of the macro's expansion that makes the declaration. The macro cannot know
/// whether this crate has the feature.
#[cfg(feature = "declarations")]
#[doc(hidden)]
#[macro_export]
macro_rules! __declaration {
    ($($method:tt)*) => { $($method)* };
}

/// Drops the part of the macro's expansion that makes the declaration.
#[cfg(not(feature = "declarations"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __declaration {
    ($($method:tt)*) => {};
}
