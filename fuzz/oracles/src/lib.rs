//! The checks of the fuzz targets for the crates that need no sandbox. The same code
//! replays the corpus in ordinary tests, without a fuzzer or a sanitizer.

mod memory;
mod resolver;
mod transpile;
mod wire;

pub use resolver::resolver;
pub use transpile::{Native, Outcome, transpile};

/// Reads bytes as a message, and does everything with it that can be done.
pub fn wire(data: &[u8]) {
    if let Some(value) = memory::message(data) {
        wire::check(&value);
    }
}
