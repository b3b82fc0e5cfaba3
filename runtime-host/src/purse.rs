//! The fuel of a tree of calls: whoever calls pays.
//!
//! An invocation that Rust began has its limit in its purse from the first. One
//! that another invocation pays for has an empty purse, and fills it from its
//! caller's, a slice at a time; what it does not use goes back when it ends. So
//! all that is done for a call, wherever and by however many, is within the
//! limit of that call, and each part is within its own limit too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use crate::link::Lineage;

/// So much is drawn at a time: about a third of a millisecond of computing.
const SLICE: u64 = 5_000_000;

#[derive(Debug)]
pub(crate) struct Purse {
    /// What the invocation, and those that it calls, may use in all.
    limit: u64,
    /// When the invocation must have ended.
    pub(crate) deadline: Instant,
    /// The sandbox of the invocation.
    owner: Lineage,
    payer: Option<Arc<Purse>>,
    state: Mutex<State>,
    /// Rung when a turn has ended.
    free: Notify,
}

#[derive(Debug)]
struct State {
    left: u64,
    /// What came in, of the limit.
    drawn: u64,
    /// A turn has taken all that was left.
    busy: bool,
    /// Somebody waits for it to end.
    awaited: bool,
    closed: bool,
}

/// What a turn may use.
#[derive(Clone, Copy)]
pub(crate) struct Taken {
    /// Now.
    pub(crate) now: u64,
    /// With what the payer may still give.
    pub(crate) at_most: u64,
}

impl Purse {
    pub(crate) fn new(
        limit: u64,
        deadline: Instant,
        owner: Lineage,
        payer: Option<Arc<Self>>,
    ) -> Arc<Self> {
        let full = if payer.is_some() { 0 } else { limit };
        let state = State { left: full, drawn: full, busy: false, awaited: false, closed: false };
        Arc::new(Self {
            limit,
            deadline,
            owner,
            payer,
            state: Mutex::new(state),
            free: Notify::new(),
        })
    }

    /// Who pays for a call by this invocation of something in the sandbox
    /// `callee`: the nearest in the chain of callers that is that sandbox, or
    /// one that it descends from. A worker so pays for the workers that it has
    /// loaded and for what they call of its own; what is out of its hand, such
    /// as a sandbox that it was handed a stub of, runs at its own expense: to be
    /// stopped in the middle of a turn is the end of a sandbox, and must not be in
    /// the hand of whoever calls it.
    pub(crate) fn for_callee(self: &Arc<Self>, callee: &Lineage) -> Option<Arc<Self>> {
        let mut next = Some(self);
        while let Some(purse) = next {
            if callee.descends_from(&purse.owner) {
                return Some(Arc::clone(purse));
            }
            next = purse.payer.as_ref();
        }
        None
    }

    /// Nobody but the invocation itself pays.
    pub(crate) fn is_root(&self) -> bool {
        self.payer.is_none()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes all for a turn of the invocation's own.
    pub(crate) fn begin(&self) -> Taken {
        let mut state = self.state();
        state.busy = true;
        let now = std::mem::take(&mut state.left);
        Taken { now, at_most: (self.limit - state.drawn).saturating_add(now) }
    }

    /// Whether there is anything for a turn, drawing a slice if need be.
    pub(crate) async fn is_ready(&self) -> bool {
        if self.state().left == 0 {
            let slice = self.top_up().await;
            self.state().left += slice;
        }
        self.state().left > 0
    }

    /// Puts back what the turn has left.
    pub(crate) fn end(&self, left: u64) {
        let mut state = self.state();
        state.busy = false;
        state.left = left;
        let awaited = std::mem::take(&mut state.awaited);
        drop(state);
        if awaited {
            self.free.notify_waiters();
        }
    }

    /// The next slice for the turn that is running; 0 if there is none.
    pub(crate) async fn top_up(&self) -> u64 {
        let Some(payer) = &self.payer else { return 0 };
        let room = self.limit - self.state().drawn;
        if room == 0 {
            return 0;
        }
        let slice = Box::pin(payer.draw(room.min(SLICE))).await;
        let mut state = self.state();
        state.drawn = state.drawn.saturating_add(slice).min(self.limit);
        slice
    }

    /// A slice for an invocation that this one's calls.
    async fn draw(&self, want: u64) -> u64 {
        loop {
            let freed = {
                let mut state = self.state();
                if !state.busy {
                    let slice = state.left.min(want);
                    state.left -= slice;
                    if slice > 0 || want == 0 {
                        return slice;
                    }
                    break;
                }
                // Its own turn comes first, and ends on its own: which it cannot
                // before this is let go of.
                state.awaited = true;
                self.free.notified()
            };
            freed.await;
        }
        self.top_up().await
    }

    /// The invocation is over: what it did not use goes back. If another than
    /// its caller has paid, the caller's own limit counts what it has used.
    pub(crate) fn close(&self, caller: Option<&Arc<Self>>) {
        let Some(payer) = &self.payer else { return };
        let mut state = self.state();
        state.closed = true;
        let left = std::mem::take(&mut state.left);
        state.drawn = state.drawn.saturating_sub(left);
        let used = state.drawn;
        drop(state);
        payer.give_back(left);
        let mut next = caller;
        while let Some(purse) = next.filter(|purse| !Arc::ptr_eq(purse, payer)) {
            let mut state = purse.state();
            state.drawn = state.drawn.saturating_add(used).min(purse.limit);
            drop(state);
            next = purse.payer.as_ref();
        }
    }

    fn give_back(&self, unused: u64) {
        let mut state = self.state();
        if state.closed
            && let Some(payer) = &self.payer
        {
            state.drawn = state.drawn.saturating_sub(unused);
            drop(state);
            return payer.give_back(unused);
        }
        state.left += unused;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use super::{Lineage, Purse, SLICE};

    fn purse(limit: u64, payer: Option<Arc<Purse>>) -> Arc<Purse> {
        Purse::new(limit, Instant::now(), Lineage::default(), payer)
    }

    #[tokio::test]
    async fn callees_draw_slices_and_give_back() {
        let root = purse(2 * SLICE + 7, None);
        let child = purse(u64::MAX, Some(root.clone()));
        assert_eq!((child.begin().now, child.top_up().await), (0, SLICE));
        child.end(10);
        child.close(None);
        assert_eq!(root.begin().now, SLICE + 17);
    }

    #[tokio::test]
    async fn nobody_gets_more_than_the_root_has() {
        let root = purse(SLICE + 7, None);
        let child = purse(u64::MAX, Some(root.clone()));
        let grandchild = purse(u64::MAX, Some(child.clone()));
        assert_eq!(grandchild.top_up().await, SLICE);
        assert_eq!(grandchild.top_up().await, 7);
        assert_eq!(grandchild.top_up().await, 0);
        assert_eq!((child.begin().at_most, root.begin().now), (u64::MAX - SLICE - 7, 0));
    }

    #[tokio::test]
    async fn nobody_gets_more_than_its_own_limit() {
        let root = purse(10 * SLICE, None);
        let child = purse(SLICE + 1, Some(root.clone()));
        assert_eq!(child.top_up().await, SLICE);
        assert_eq!(child.top_up().await, 1);
        assert_eq!(child.top_up().await, 0);
    }

    #[tokio::test]
    async fn what_another_pays_for_counts_for_the_caller() {
        let root = purse(10 * SLICE, None);
        let child = purse(2 * SLICE, Some(root.clone()));
        let callback = purse(u64::MAX, Some(root.clone()));
        assert_eq!(callback.top_up().await, SLICE);
        callback.end(3);
        callback.close(Some(&child));
        assert_eq!((child.top_up().await, child.top_up().await), (SLICE, 3));
        assert_eq!(child.top_up().await, 0);
        assert_eq!(root.begin().now, 8 * SLICE);
    }

    #[tokio::test]
    async fn a_turn_of_the_payer_comes_first() {
        let root = purse(SLICE, None);
        let child = purse(u64::MAX, Some(root.clone()));
        assert_eq!(root.begin().now, SLICE);
        let waiting = tokio::spawn(async move { child.top_up().await });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        root.end(3);
        assert_eq!(waiting.await.expect("a slice"), 3);
    }

    #[tokio::test]
    async fn what_comes_back_late_goes_to_who_still_pays() {
        let root = purse(SLICE, None);
        let child = purse(u64::MAX, Some(root.clone()));
        let grandchild = purse(u64::MAX, Some(child.clone()));
        assert_eq!(grandchild.top_up().await, SLICE);
        child.close(None);
        grandchild.end(SLICE);
        grandchild.close(None);
        assert_eq!(root.begin().now, SLICE);
    }
}
