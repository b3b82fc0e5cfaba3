//! Yields to other tasks.

use std::time::{Duration, Instant};

/// The time after which work that never waits yields.
const STRETCH: Duration = Duration::from_millis(5);

/// Paces work in steps, each of which may take long.
pub(super) struct Pace(Instant);

impl Pace {
    pub(super) fn new() -> Self {
        Self(Instant::now())
    }

    /// Yields between two steps if it is time.
    pub(super) async fn pause(&mut self) {
        if self.0.elapsed() > STRETCH {
            tokio::task::yield_now().await;
            self.0 = Instant::now();
        } else {
            tokio::task::consume_budget().await;
        }
    }
}
