//! Giving way to other tasks.

use std::time::{Duration, Instant};

/// Time after which work that never waits gives way.
const STRETCH: Duration = Duration::from_millis(5);

/// Paces work in steps, each of which may take long.
pub(super) struct Pace(Instant);

impl Pace {
    pub(super) fn new() -> Self {
        Self(Instant::now())
    }

    /// Between two steps.
    pub(super) async fn pause(&mut self) {
        if self.0.elapsed() > STRETCH {
            tokio::task::yield_now().await;
            self.0 = Instant::now();
        } else {
            tokio::task::consume_budget().await;
        }
    }
}
