//! Time as guests see it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A clock that counts whole milliseconds and never goes back.
pub(super) struct Clock {
    began: Instant,
    epoch_millis: f64,
}

impl Clock {
    pub(super) fn new() -> Self {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        #[allow(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
        Self { began: Instant::now(), epoch_millis: epoch.as_millis() as f64 }
    }

    pub(super) fn now(&self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "milliseconds of uptime fit")]
        let elapsed = self.began.elapsed().as_millis() as f64;
        self.epoch_millis + elapsed
    }

    /// Returns the milliseconds since the Unix epoch as an integer.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, and positive"
    )]
    pub(super) fn millis(&self) -> u64 {
        self.now() as u64
    }

    pub(super) fn instant(&self, epoch_millis: f64) -> Instant {
        let millis = (epoch_millis - self.epoch_millis).clamp(0.0, 1e15);
        self.began + Duration::from_secs_f64(millis / 1000.0)
    }
}
