//! Runs untrusted JavaScript and TypeScript inside a Rust service.

// So that the macro's paths also hold inside this crate.
extern crate self as isolet;

mod artifacts;
mod bindings;
mod capability;
mod config;
mod driver;
mod engine;
mod error;
mod exception;
mod image;
mod image_module;
mod invocation;
mod limits;
mod loader;
mod log;
mod outcome;
mod sandbox;
mod source;
mod transpile;
mod worker;
mod worker_code;

#[doc(hidden)]
pub use capability::private as __private;
pub use capability::{Answer, Capability, Thrown};
pub use engine::{Engine, EngineConfig};
pub use error::{Error, Exception, LimitError, LimitKind, Result};
pub use invocation::Report;
pub use isolet_macros::capability;
pub use isolet_wire::Value;
pub use limits::{Limits, Usage};
pub use loader::Loader;
pub use log::{Level, LogLine};
pub use outcome::Outcome;
pub use schemars;
pub use source::{Found, Module, ModuleSource};
pub use worker::{Calling, Entrypoint, Worker};
pub use worker_code::{Binding, WorkerCode};
