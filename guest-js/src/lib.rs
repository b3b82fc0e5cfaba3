//! The untrusted side: QuickJS behind `wit/sandbox.wit`.
//!
//! An [`Interpreter`] is delivered one event at a time, runs JavaScript until no job
//! is left, and answers with the effects. On `wasm32` it lives in a static and
//! the glue in `export` is all that the host sees; natively the same logic is
//! built and tested against a [`Host`] of the test's own.

// The flat form of an event, in code that is generated.
#![allow(clippy::too_many_arguments)]

mod clock;
mod context;
mod event_loop;
#[cfg(target_arch = "wasm32")]
mod export;
mod globals;
mod host;
mod intrinsics;
mod modules;
mod rpc;
mod state;
mod throw;
mod timers;
mod value;

#[cfg(test)]
mod tests;

pub use event_loop::Interpreter;
pub use globals::{TEXTS as GLOBALS, compile as compile_globals};
pub use host::Host;
pub use modules::resolve;

wit_bindgen::generate!({
    world: "sandbox",
    path: "wit/sandbox.wit",
    additional_derives: [Clone],
});
