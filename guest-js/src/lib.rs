//! The untrusted guest: QuickJS behind `wit/sandbox.wit`.
//!
//! An [`Interpreter`] takes one event at a time, runs JavaScript until no job is left and
//! returns the effects. On `wasm32` it lives in a static, and the host only sees the glue in
//! `export`. The native build has the same logic, which is tested with a [`Host`] that the
//! tests implement.

// The generated code passes an event in its flat form, as many arguments.
#![allow(clippy::too_many_arguments)]

mod attached;
mod clock;
mod commonjs_exports;
mod context;
mod event_loop;
#[cfg(target_arch = "wasm32")]
mod export;
mod globals;
#[cfg(target_arch = "wasm32")]
mod heap;
mod host;
mod http;
mod intrinsics;
mod modules;
mod node;
mod promise;
mod reaction;
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
pub use node::TEXTS as MODULES;

wit_bindgen::generate!({
    world: "sandbox",
    path: "wit/sandbox.wit",
    additional_derives: [Clone],
});
