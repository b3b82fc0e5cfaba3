//! The time that the longest poll of a driver took, for tests and audits.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

/// The CPU time of the longest poll so far. Measuring costs two system calls a poll.
#[derive(Debug, Default)]
pub(crate) struct Polls {
    watched: bool,
    worst_micros: AtomicU64,
}

impl Polls {
    pub(crate) fn new(watched: bool) -> Self {
        Self { watched, worst_micros: AtomicU64::new(0) }
    }

    pub(crate) fn worst(&self) -> Duration {
        Duration::from_micros(self.worst_micros.load(Ordering::Relaxed))
    }

    pub(crate) fn are_watched(&self) -> bool {
        self.watched
    }

    /// Runs a future and records its longest poll.
    pub(crate) async fn of<F: Future>(&self, mut future: Pin<Box<F>>) -> F::Output {
        std::future::poll_fn(|cx| self.poll(future.as_mut(), cx)).await
    }

    fn poll<F: Future>(&self, future: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let began = cpu_time();
        let polled = future.poll(cx);
        let micros = cpu_time().saturating_sub(began).as_micros();
        self.worst_micros.fetch_max(u64::try_from(micros).unwrap_or(u64::MAX), Ordering::Relaxed);
        polled
    }
}

/// Returns the CPU time of this thread, or zero where the system does not count it.
fn cpu_time() -> Duration {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::try_from(time).unwrap_or_default()
    }
    #[cfg(not(unix))]
    Duration::ZERO
}
