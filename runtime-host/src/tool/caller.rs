//! The caller, which pays for a run of a program.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::error::RunError;
use crate::limits::fuel_account::FuelAccount;
use crate::limits::quota::Reservation;

/// The invocation that has called the tool. `None` if the embedder has, who pays nothing.
#[derive(Clone, Default)]
pub(super) struct Caller(pub(super) Option<Arc<FuelAccount>>);

impl Caller {
    /// Counts operations for the caller and all that pay for it.
    ///
    /// # Errors
    /// Errors if a limit was used up before.
    pub(super) fn charge(&self, operations: u64) -> Result<(), RunError> {
        match &self.0 {
            Some(account) if !account.charge(operations) => Err(RunError::CallersFuel),
            _ => Ok(()),
        }
    }

    /// Returns an empty reservation of memory of the caller's tree.
    pub(super) fn memory(&self) -> Reservation {
        let quota = self.0.as_ref().and_then(|account| account.quota());
        quota.map(|quota| Reservation::none(quota, false)).unwrap_or_default()
    }

    /// Completes `running`, which yields after `slice` operations each. Each slice is charged when
    /// it is over, and added to `charged`.
    ///
    /// # Errors
    /// Errors if the caller's fuel is used up.
    pub(super) async fn pay_for<T>(
        &self,
        running: impl Future<Output = T>,
        slice: u64,
        charged: &mut u64,
    ) -> Result<T, RunError> {
        self.charge(0)?;
        let mut running = pin!(running);
        poll_fn(|cx| {
            let yielded =
                Arc::new(Yielded { is_woken: AtomicBool::new(false), waker: cx.waker().clone() });
            let waker = Waker::from(Arc::clone(&yielded));
            match running.as_mut().poll(&mut Context::from_waker(&waker)) {
                // A run that waits for something else is not woken at once.
                Poll::Pending if yielded.is_woken.load(Ordering::Acquire) => {
                    *charged = charged.saturating_add(slice);
                    match self.charge(slice) {
                        Ok(()) => Poll::Pending,
                        Err(error) => Poll::Ready(Err(error)),
                    }
                }
                polled => polled.map(Ok),
            }
        })
        .await
    }
}

/// A waker that remembers that it was woken.
struct Yielded {
    is_woken: AtomicBool,
    waker: Waker,
}

impl Wake for Yielded {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        self.waker.wake_by_ref();
    }
}
