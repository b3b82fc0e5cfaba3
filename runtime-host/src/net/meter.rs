//! The rate and the concurrency of a rule.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Duration, Instant};

/// A number of requests in a number of seconds.
///
/// It is a token bucket: `requests` may be sent at once, and as many more become available evenly
/// over `seconds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// The number of requests. At least 1.
    pub requests: u32,
    /// The number of seconds. At least 1.
    pub seconds: u32,
}

/// The place of a request among those of its rule. Dropping it makes room for another.
pub(super) type Slot = OwnedSemaphorePermit;

/// Counts the requests of one rule.
#[derive(Debug)]
pub(super) struct Meter {
    bucket: Option<Mutex<Bucket>>,
    slots: Arc<Semaphore>,
    queue: usize,
    waiting: AtomicUsize,
}

/// The limit of a rule that a request exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exceeded {
    Rate,
    Concurrency,
}

impl Meter {
    pub(super) fn new(rate: Option<Rate>, concurrency: usize, queue: usize) -> Self {
        Self {
            bucket: rate.map(|rate| Mutex::new(Bucket::new(rate, Instant::now()))),
            slots: Arc::new(Semaphore::new(concurrency.min(Semaphore::MAX_PERMITS))),
            queue,
            waiting: AtomicUsize::new(0),
        }
    }

    /// Takes a request from the rate, and waits for a slot. At most `queue` requests wait.
    pub(super) async fn enter(&self) -> Result<Slot, Exceeded> {
        if let Some(bucket) = &self.bucket {
            let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
            if !bucket.take(Instant::now()) {
                return Err(Exceeded::Rate);
            }
        }
        if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
            return Ok(slot);
        }
        let place = Place(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= self.queue {
            return Err(Exceeded::Concurrency);
        }
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        drop(place);
        slot.map_err(|_| Exceeded::Concurrency)
    }
}

/// A place in the queue, which is left when the future is dropped as well.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct Bucket {
    rate: Rate,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    fn new(rate: Rate, now: Instant) -> Self {
        Self { rate, tokens: f64::from(rate.requests), filled: now }
    }

    fn take(&mut self, now: Instant) -> bool {
        let since: Duration = now.saturating_duration_since(self.filled);
        self.filled = now;
        let full = f64::from(self.rate.requests);
        let more = since.as_secs_f64() * full / f64::from(self.rate.seconds.max(1));
        self.tokens = (self.tokens + more).min(full);
        let some = self.tokens >= 1.0;
        if some {
            self.tokens -= 1.0;
        }
        some
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Waker};

    use super::*;

    #[test]
    fn a_bucket_fills_evenly() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Rate { requests: 2, seconds: 10 }, start);
        let mut take = |ms| bucket.take(start + Duration::from_millis(ms));
        assert_eq!([take(0), take(0), take(0)], [true, true, false]);
        assert_eq!([take(4_000), take(5_100), take(5_100)], [false, true, false]);
        assert_eq!([take(900_000), take(900_000), take(900_000)], [true, true, false]);
    }

    fn waits(future: Pin<&mut impl Future>) -> bool {
        future.poll(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    #[tokio::test]
    async fn the_queue_has_an_end() {
        let meter = Meter::new(None, 1, 1);
        let first = meter.enter().await.unwrap();
        let mut second = std::pin::pin!(meter.enter());
        assert!(waits(second.as_mut()));
        assert_eq!(meter.enter().await.unwrap_err(), Exceeded::Concurrency);
        drop(first);
        drop(second.await.unwrap());
        let held = meter.enter().await.unwrap();
        {
            let mut place = Box::pin(meter.enter());
            assert!(waits(place.as_mut()));
        }
        let mut again = std::pin::pin!(meter.enter());
        assert!(waits(again.as_mut()));
        drop(held);
        assert!(again.await.is_ok());
    }
}
