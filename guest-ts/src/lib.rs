//! The second guest of isolet, which compiles TypeScript, TSX and JSX to JavaScript.
//!
//! Untrusted text is parsed inside Wasm, because a recursive parser crashes on deep input and
//! would take the host with it. This crate is compiled to one core module that imports nothing.
//! The host makes a component of it, gives each run a new instance with fuel, memory and a
//! stack of its own, and throws the instance away.
//!
//! The logic also builds natively, where its tests run. [`transpile()`](transpile::transpile)
//! parses, [`erase`] plans, [`edits`] erases types in place, [`lower`] transforms what cannot
//! be erased, and [`rewrite`] first rewrites what the transformer does not support.
//! [`link()`](link::link) does the same for a bundler, and finds the [`specifiers`].
//! [`program()`](program::program) makes a module of what a language model answers.

pub mod compilation;
pub mod edits;
pub mod erase;
pub mod link;
pub mod lower;
mod optimize;
pub mod position;
pub mod program;
pub mod rewrite;
pub mod scan;
pub mod specifiers;
pub mod transpile;

#[cfg(target_arch = "wasm32")]
mod heap;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: heap::Heap = heap::Heap::new();

#[cfg(target_arch = "wasm32")]
mod guest;
