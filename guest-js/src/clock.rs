//! The clock of the sandbox. It is set when a turn begins and stands still until the turn ends.

use std::cell::Cell;

thread_local! {
    static NOW: Cell<f64> = const { Cell::new(0.0) };
}

/// Returns the time of the turn in milliseconds since the Unix epoch.
pub fn now() -> f64 {
    NOW.get()
}

pub fn set(now: f64) {
    NOW.set(now);
}
