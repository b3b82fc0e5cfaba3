//! Runs untrusted JavaScript and `TypeScript` inside a Rust service.
//!
//! ```
//! use isolet::{Engine, Limits, WorkerCode};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> isolet::Result<()> {
//! let engine = Engine::new()?;
//! let worker = engine.loader().load(
//!     WorkerCode::module("agent.ts", "export default { twice: (n: number) => n * 2 }")
//!         .limits(Limits::default().fuel(50_000_000).memory_bytes(32 << 20)),
//! )?;
//! let doubled: u32 = worker.entrypoint().call("twice", (21,)).await?;
//! assert_eq!(doubled, 42);
//! # Ok(())
//! # }
//! ```
//!
//! | | what it is | cost |
//! |---|---|---|
//! | [`Engine`] | the compiled guests and the pool; one per process, cheap to clone, `Send + Sync` | some milliseconds, and a large range of addresses |
//! | [`Loader`] | loads workers, and keeps those that are requested by an id | none |
//! | [`WorkerCode`] | the parts that a worker is made of: modules, `env`, limits | its text |
//! | [`Worker`] | a loaded worker, with one sandbox or a fresh one per call | a sandbox at the first call |
//! | [`Entrypoint`] | an export of a worker, ready to be called | none |
//! | [`Capability`] | an object of the host that the worker may call | a boxed future per call |
//! | [`Stub`] | a value that can be called: an object of the host, or one in another sandbox, which it keeps alive | an `Arc` |
//! | [`ByteStream`], [`ByteSink`] | a stream of bytes, sent as fast as the reader takes them | a call per chunk |
//! | [`Value`] | data that crosses the boundary as structured clone, never as a tree | one `Vec<u8>` |
//!
//! Sandboxes run on the tokio runtime that calls them. Each is driven by a task of its own. A
//! long turn yields to other tasks about every 25 microseconds. Errors distinguish what
//! JavaScript threw ([`Error::Exception`]), a limit that it reached ([`Error::Limit`]) and code
//! that does not load ([`Error::Load`]).
//!
//! # Cargo features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `native` | yes | [`Backend::Native`]: the guests as machine code |
//! | `pulley` | no | [`Backend::Pulley`]: the guests as bytecode for Wasmtime's portable interpreter |
//! | `compiler` | yes | Cranelift, with which [`Backend::Native`] maps app images. Without it their pages are written into each new sandbox, and the program is 8 MB smaller |
//! | `typescript` | yes | TypeScript, TSX and JSX. It is a second guest of 6 MB, which takes half of the build script's time. Without it, such a module is an [`Error::Load`] |
//! | `cache` | no | `ImageCache`: app images on disk |
//! | `declarations` | no | `Capability::declaration`: the interface of a capability in TypeScript, made from the JSON Schemas of its types |
//! | `dir` | no | `Directory`: files of one folder of the host |
//! | `lockdown` | no | `Lockdown`: a second wall around the process, of Landlock and seccomp |
//! | `mcp` | no | `code_mode`: programs that models write against tools |
//! | `net` | no | `Network`: requests of workers to the outside, within a policy |
//! | `packages` | no | `Packages`: packages of npm that workers import, and a bundler |
//! | `serve` | no | `HttpService`: the `fetch` handler of a worker as a `tower::Service` for HTTP servers, such as hyper |
//! | `wasi` | no | `Tool`: programs compiled for WASI |
//! | `tracing` | no | a span for each invocation, and an event for each line of its log, for subscribers of the crate `tracing`. Their targets are `isolet` and `isolet::console` |

#![cfg_attr(not(test), warn(clippy::expect_used, clippy::panic, clippy::unwrap_used))]

// Lets the paths in the macro's output resolve inside this crate too.
extern crate self as isolet;

#[cfg(feature = "mcp")]
pub mod code_mode;
#[cfg(feature = "dir")]
mod dir;
mod driver;
mod engine;
mod error;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "cache")]
mod image_cache;
mod limits;
mod loader;
#[cfg(feature = "lockdown")]
mod lockdown;
#[cfg(feature = "net")]
mod net;
#[cfg(feature = "packages")]
mod packages;
#[cfg(feature = "packages")]
mod resolver;
mod rpc;
mod sandbox;
#[cfg(feature = "serve")]
mod serve;
mod support;
#[cfg(any(all(test, feature = "compiler"), fuzzing))]
#[allow(missing_docs, dead_code, reason = "not part of the interface")]
mod tests;
#[cfg(feature = "wasi")]
#[cfg_attr(not(feature = "compiler"), allow(dead_code, reason = "nothing can be compiled"))]
mod tool;
mod worker;
mod worker_code;

#[cfg(feature = "dir")]
pub use dir::{Change, ChangeKind, Changes, DirOptions, Directory};
pub use engine::log::{Level, LogLine};
pub use engine::source::{Found, Module, ModuleSource, Resolved, Specifier};
pub use engine::transpiler::TranspileOptions;
pub use engine::{Engine, EngineConfig};
pub use error::internal::InternalError;
pub use error::invalid::{CodeError, ConfigError, LimitsError};
pub use error::outcome::Outcome;
pub use error::thrown::Thrown;
pub use error::{Aborted, Error, Exception, LimitError, LimitKind, Overload, Result};
#[cfg(feature = "cache")]
pub use image_cache::ImageCache;
#[doc = include_str!("rpc/capability/macro.md")]
pub use isolet_macros::capability;
/// Installing packages of npm.
#[cfg(feature = "packages")]
pub use isolet_npm as npm;
pub use isolet_wire::{DecodeError, EncodeError, Kind, Value};
pub use limits::stats::{EngineStats, WorkerStats};
pub use limits::{Limits, Usage};
pub use loader::{Loader, LoaderConfig, LoaderStats};
#[cfg(feature = "lockdown")]
pub use lockdown::{Lockdown, LockdownError};
#[cfg(feature = "net")]
pub use net::{
    AddressRange, AddressRangeError, Destination, DestinationError, Network, NetworkAudit,
    NetworkError, NetworkOutcome, NetworkPolicy, NetworkRecord, Rate, Resolver, Resolving, Rule,
    Secret,
};
#[cfg(feature = "packages")]
pub use packages::{Bundle, BundleError, BundleOptions, Jsx, PackageInstaller, Packages};
pub use rpc::bytes::Bytes;
#[doc(hidden)]
pub use rpc::capability::private as __private;
pub use rpc::capability::{Answer, Call, Calling, Capability};
pub use rpc::report::Report;
pub use rpc::stream::{ByteSink, ByteStream};
pub use rpc::stub::Stub;
#[cfg(feature = "declarations")]
pub use schemars;
#[cfg(feature = "serve")]
pub use serve::{Connection, HttpService, ResponseBody, ServeError, WebSockets};
pub use support::backend::Backend;
#[cfg(feature = "wasi")]
pub use tool::{CompiledTools, Tool, ToolError, ToolOptions};
pub use worker::Worker;
pub use worker::entrypoint::Entrypoint;
pub use worker_code::tail::{TailEvent, TailException, TailLog};
pub use worker_code::{Binding, WorkerCode};

/// The types that services share between threads.
const _: () = {
    const fn is_shared<T: Send + Sync>() {}
    is_shared::<(Engine, EngineConfig, Loader, LoaderConfig, WorkerCode, Worker, Entrypoint)>();
    is_shared::<(Stub, Value, Limits, Report, Error, Thrown, ByteStream, ByteSink, TailEvent)>();
};
