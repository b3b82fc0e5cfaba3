//! The clock of the sandbox: set when a turn begins, still until it ends.

use std::cell::Cell;

thread_local! {
    static NOW: Cell<f64> = const { Cell::new(0.0) };
}

/// Milliseconds since the Unix epoch.
pub fn now() -> f64 {
    NOW.get()
}

pub fn set(now: f64) {
    NOW.set(now);
}
