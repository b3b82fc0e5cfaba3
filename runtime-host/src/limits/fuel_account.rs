//! The fuel of a tree of calls: whoever calls pays.
//!
//! An invocation that Rust began may use its limit, and one that another pays for
//! is within the limits of all who pay above it as well as its own. Fuel is leased
//! for a turn, a slice at a time, and what a turn has not used is back when it has
//! ended: at rest nobody holds any.
//!
//! So whether a limit is enough depends on nothing but what is used below it in
//! all, and not on who asked first. Who finds a limit used up waits until no turn
//! below that limit is running that could give something back. What is used up
//! then stays so: the invocation whose limit it is has run out, has no further turn
//! and ends, and all that it has called with it; what is stopped in the middle of a
//! turn is told of that limit. How far each callee has come by then is a matter of
//! scheduling, and nobody who could tell is left within the tree; tails and
//! capabilities of the host's may see it. It cannot be otherwise without making
//! callees that have nothing to do with one another wait for one another.

use std::cell::RefCell;
use std::iter::successors;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use crate::error::thrown::Thrown;
use crate::error::{LimitError, LimitKind};
use crate::limits::Limits;
use crate::limits::lineage::Lineage;
use crate::limits::quota::Quota;
use crate::support::sync::{AtomicU64, Mutex};

/// So much is leased at a time: about a third of a millisecond of computing.
pub(crate) const SLICE: u64 = 5_000_000;

/// How many invocations may pay for one another. Each turn looks at all of them,
/// and so does whoever drops the last.
const MAX_DEPTH: u32 = 1_000;

#[derive(Debug)]
pub(crate) struct FuelAccount {
    /// What the invocation, and those that it pays for, may use in all.
    limit: u64,
    /// When the invocation must have ended.
    pub(crate) deadline: Instant,
    /// The sandbox of the invocation.
    owner: Lineage,
    payer: Option<Arc<FuelAccount>>,
    /// How many pay above it.
    depth: u32,
    tree: Arc<Tree>,
    /// The most capability calls of the invocation and of those that it pays for.
    call_limit: u64,
    /// How many they have made.
    calls: AtomicU64,
    /// The most bytes that they may log.
    log_limit: u64,
    /// How many they have logged.
    logged: AtomicU64,
    /// The rest is of the invocation and all that it pays for, and is changed only
    /// under the tree's lock: what was used,
    used: AtomicU64,
    /// what running turns hold,
    leased: AtomicU64,
    /// and how many of those do not wait for more.
    running: AtomicU64,
}

/// What all purses below one root share.
#[derive(Debug, Default)]
struct Tree {
    /// Somebody waits for a change.
    awaited: Mutex<bool>,
    /// A turn has ended, or waits.
    changed: Notify,
    /// What the `TypeScript` guest may still use for them. Locked by the one that runs.
    transpiling: tokio::sync::Mutex<u64>,
}

/// What the `TypeScript` guest may use for a tree of calls at least, so that a worker
/// with little fuel can be loaded.
pub(crate) const MIN_TRANSPILING_FUEL: u64 = 100_000_000;

thread_local! {
    /// Who lets go of what is dropped on this thread now.
    static LETTING_GO: RefCell<Option<Arc<FuelAccount>>> = const { RefCell::new(None) };
}

/// Runs what may drop stubs: objects that nobody has any more run their disposers at
/// the cost of `payer`.
pub(crate) fn letting_go<R>(payer: Option<Arc<FuelAccount>>, run: impl FnOnce() -> R) -> R {
    /// Also when what is run panics.
    struct Back(Option<Arc<FuelAccount>>);

    impl Drop for Back {
        fn drop(&mut self) {
            let _now = LETTING_GO.replace(self.0.take());
        }
    }

    let _back = Back(LETTING_GO.replace(payer));
    run()
}

/// Who lets go of what is dropped now; none if it is Rust.
pub(crate) fn who_lets_go() -> Option<Arc<FuelAccount>> {
    // A thread that is ending has no such thing any more.
    LETTING_GO.try_with(|payer| payer.borrow().clone()).ok().flatten()
}

/// What a turn may use; dropped, it has used all of it.
pub(crate) struct Lease {
    account: Arc<FuelAccount>,
    fuel: u64,
    running: bool,
    /// Of a turn that has ended.
    used: Option<u64>,
}

/// So many times an invocation's own bytes of logs may be written by all that it has
/// called.
const LOGS_OF_TREE: u64 = 16;

fn count(used: &AtomicU64, more: u64, limit: u64, kind: LimitKind) -> Result<(), LimitError> {
    let actual = used.fetch_add(more, Ordering::Relaxed).saturating_add(more);
    if actual > limit { Err(LimitError { kind, limit, actual }) } else { Ok(()) }
}

fn add(to: &AtomicU64, more: u64) {
    to.store(to.load(Ordering::Relaxed).saturating_add(more), Ordering::Relaxed);
}

fn subtract(from: &AtomicU64, less: u64) {
    from.store(from.load(Ordering::Relaxed).saturating_sub(less), Ordering::Relaxed);
}

impl FuelAccount {
    pub(crate) fn new(
        limits: &Limits,
        deadline: Instant,
        owner: Lineage,
        payer: Option<Arc<Self>>,
    ) -> Arc<Self> {
        let Limits { fuel: limit, capability_calls: call_limit, log_bytes, .. } = *limits;
        let log_limit = log_bytes.saturating_mul(LOGS_OF_TREE);
        let tree = match &payer {
            Some(payer) => Arc::clone(&payer.tree),
            None => Arc::new(Tree {
                transpiling: limit.max(MIN_TRANSPILING_FUEL).into(),
                ..Tree::default()
            }),
        };
        let depth = payer.as_ref().map_or(0, |payer| payer.depth + 1);
        Arc::new(Self {
            limit,
            deadline,
            owner,
            payer,
            depth,
            tree,
            call_limit,
            calls: AtomicU64::new(0),
            log_limit,
            logged: AtomicU64::new(0),
            used: AtomicU64::new(0),
            leased: AtomicU64::new(0),
            running: AtomicU64::new(0),
        })
    }

    /// Who pays for a call by this invocation of something in the sandbox
    /// `callee`: the nearest in the chain of callers that is that sandbox, or
    /// one that it descends from. A worker so pays for the workers that it has
    /// loaded and for what they call of its own; what is out of its hand, such
    /// as a sandbox that it was handed a stub of, runs at its own expense: to be
    /// stopped in the middle of a turn is the end of a sandbox, and must not be in
    /// the hand of whoever calls it.
    ///
    /// # Errors
    /// Too many pay above it already.
    pub(crate) fn for_callee(
        chain: Option<&Arc<Self>>,
        callee: &Lineage,
    ) -> Result<Option<Arc<Self>>, Thrown> {
        let mut next = chain;
        while let Some(account) = next.filter(|account| !callee.descends_from(&account.owner)) {
            next = account.payer.as_ref();
        }
        match next {
            Some(payer) if payer.depth >= MAX_DEPTH => Err(Thrown::new(format!(
                "The call is too deep: {MAX_DEPTH} calls that led to one another are before it."
            ))),
            payer => Ok(payer.cloned()),
        }
    }

    /// Nobody but the invocation itself pays.
    fn is_root(&self) -> bool {
        self.payer.is_none()
    }

    /// Fuel for a turn of the invocation's own; none if there is none.
    pub(crate) async fn lease(self: &Arc<Self>) -> Option<Lease> {
        let mut lease = Lease { account: Arc::clone(self), fuel: 0, running: false, used: Some(0) };
        (lease.top_up().await > 0).then(|| {
            lease.used = None;
            lease
        })
    }

    /// The invocation is over. If another than its caller has paid, the caller's
    /// own limit counts what it has used.
    pub(crate) fn close(&self, caller: Option<&Arc<Self>>) {
        let Some(payer) = &self.payer else { return };
        let _locked = self.tree.lock();
        let used = self.used.load(Ordering::Relaxed);
        let mut next = caller;
        while let Some(account) = next.filter(|account| !Arc::ptr_eq(account, payer)) {
            add(&account.used, used);
            next = account.payer.as_ref();
        }
    }

    /// Counts what is done for it outside of a turn; false if a limit was used up
    /// before.
    pub(crate) fn charge(&self, operations: u64) -> bool {
        let _locked = self.tree.lock();
        let used_up = self.payers().any(|it| it.used.load(Ordering::Relaxed) >= it.limit);
        self.payers().for_each(|account| add(&account.used, operations));
        !used_up
    }

    /// Counts a capability call here and for all who pay.
    ///
    /// # Errors
    /// The limit of the nearest for whom it is one too many.
    pub(crate) fn count_call(&self) -> Result<(), LimitError> {
        self.payers().try_for_each(|account| {
            count(&account.calls, 1, account.call_limit, LimitKind::CapabilityCalls)
        })
    }

    /// Counts bytes of log lines here and for all who pay.
    ///
    /// # Errors
    /// The limit of the nearest for whom it is too much.
    pub(crate) fn count_log(&self, bytes: u64) -> Result<(), LimitError> {
        self.payers().try_for_each(|account| {
            count(&account.logged, bytes, account.log_limit, LimitKind::Log)
        })
    }

    /// The quota of the invocation's sandbox.
    pub(crate) fn quota(&self) -> Option<&Arc<Quota>> {
        self.owner.quota()
    }

    /// Whether the invocation is one of that sandbox.
    pub(crate) fn is_of(&self, sandbox: &Lineage) -> bool {
        self.owner.is(sandbox)
    }

    /// What the `TypeScript` guest may still use for this invocation's tree of calls.
    /// Held by one at a time: the memory of that guest is in use once for each tree.
    pub(crate) async fn transpiling(&self) -> tokio::sync::MutexGuard<'_, u64> {
        self.tree.transpiling.lock().await
    }

    /// Whether its own limit leaves nothing, and never will.
    pub(crate) fn is_used_up(&self) -> bool {
        let _locked = self.tree.lock();
        self.is_exhausted()
    }

    /// The limit that leaves nothing, and never will: its own, or that of the nearest
    /// who pays for it.
    pub(crate) fn exhausted(&self) -> Option<u64> {
        let _locked = self.tree.lock();
        self.payers().find(|account| account.is_exhausted()).map(|account| account.limit)
    }

    /// Itself and all who pay above it.
    fn payers(&self) -> impl Iterator<Item = &Self> {
        successors(Some(self), |account| account.payer.as_deref())
    }

    /// What its own limit leaves.
    fn left(&self) -> u64 {
        let taken = self.used.load(Ordering::Relaxed) + self.leased.load(Ordering::Relaxed);
        self.limit.saturating_sub(taken)
    }

    /// Counts one turn in or out, if that is news.
    fn set_running(&self, known: &mut bool, running: bool) {
        if *known != running {
            *known = running;
            let change = if running { add } else { subtract };
            self.payers().for_each(|account| change(&account.running, 1));
        }
    }

    /// Whether nothing will ever come back to a limit that is used up.
    fn is_dry(&self) -> bool {
        self.payers().any(Self::is_exhausted)
    }

    fn is_exhausted(&self) -> bool {
        self.left() == 0 && self.running.load(Ordering::Relaxed) == 0
    }
}

impl Tree {
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes whoever waits.
    fn changed(&self, mut awaited: MutexGuard<'_, bool>) {
        if std::mem::take(&mut *awaited) {
            drop(awaited);
            self.changed.notify_waiters();
        }
    }
}

impl Lease {
    pub(crate) fn fuel(&self) -> u64 {
        self.fuel
    }

    /// As with [`FuelAccount::exhausted`].
    pub(crate) fn exhausted(&self) -> Option<u64> {
        self.account.exhausted()
    }

    pub(crate) fn payer(&self) -> Arc<FuelAccount> {
        Arc::clone(&self.account)
    }

    /// What the turn may use with all that it may still be given.
    pub(crate) fn at_most(&self) -> u64 {
        let used = self.account.used.load(Ordering::Relaxed);
        self.account.limit.saturating_sub(used).max(self.fuel)
    }

    /// The next slice for the turn; 0 if there will be none.
    pub(crate) async fn top_up(&mut self) -> u64 {
        if let Some(slice) = self.try_top_up() {
            return slice;
        }
        let tree = Arc::clone(&self.account.tree);
        loop {
            let mut changed = std::pin::pin!(tree.changed.notified());
            changed.as_mut().enable();
            if let Some(slice) = self.try_top_up() {
                return slice;
            }
            changed.await;
        }
    }

    /// None if it has to wait. It then no longer counts as running.
    fn try_top_up(&mut self) -> Option<u64> {
        let Self { account, fuel, running, .. } = self;
        let mut awaited = account.tree.lock();
        // Its own turn comes first, and all is its own.
        let want = if account.is_root() { u64::MAX } else { SLICE };
        let slice = account.payers().map(FuelAccount::left).min().unwrap_or(0).min(want);
        if slice > 0 {
            account.payers().for_each(|account| add(&account.leased, slice));
            *fuel += slice;
            account.set_running(running, true);
            return Some(slice);
        }
        let waited = !*running;
        account.set_running(running, false);
        let is_dry = account.is_dry();
        if waited {
            *awaited |= !is_dry;
        } else {
            // For the others, that is news. It asks once more before it waits.
            account.tree.changed(awaited);
        }
        is_dry.then_some(0)
    }

    /// The turn is over; it may have used a little more than it had.
    pub(crate) fn end(mut self, used: u64) {
        self.used = Some(used);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Self { account, fuel, running, used } = self;
        let awaited = account.tree.lock();
        account.set_running(running, false);
        for account in account.payers() {
            subtract(&account.leased, *fuel);
            add(&account.used, used.unwrap_or(*fuel));
        }
        account.tree.changed(awaited);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use super::{FuelAccount, Lease, Limits, Lineage, SLICE};

    fn account(limit: u64, payer: Option<&Arc<FuelAccount>>) -> Arc<FuelAccount> {
        let limits = Limits::default().fuel(limit);
        FuelAccount::new(&limits, Instant::now(), Lineage::default(), payer.cloned())
    }

    #[test]
    fn calls_count_for_all_who_pay() {
        let account = |calls, payer: Option<&Arc<FuelAccount>>| {
            let limits = Limits::default().capability_calls(calls);
            FuelAccount::new(&limits, Instant::now(), Lineage::default(), payer.cloned())
        };
        let root = account(3, None);
        let (one, two) = (account(2, Some(&root)), account(2, Some(&root)));
        assert!(one.count_call().is_ok() && one.count_call().is_ok());
        assert_eq!(one.count_call().expect_err("its own limit").limit, 2);
        assert!(two.count_call().is_ok());
        assert_eq!(two.count_call().expect_err("the root's limit").limit, 3);
    }

    async fn lease(account: &Arc<FuelAccount>) -> Lease {
        account.lease().await.expect("fuel")
    }

    /// All that a turn gets before there is no more.
    async fn drain(account: &Arc<FuelAccount>) -> u64 {
        let Some(mut lease) = account.lease().await else { return 0 };
        while lease.top_up().await > 0 {}
        lease.fuel()
    }

    #[tokio::test]
    async fn callees_lease_slices_and_give_back() {
        let root = account(2 * SLICE + 7, None);
        let child = account(u64::MAX, Some(&root));
        let mut turn = lease(&child).await;
        assert_eq!((turn.fuel(), turn.top_up().await), (SLICE, SLICE));
        turn.end(2 * SLICE - 10);
        assert_eq!(lease(&root).await.fuel(), 17);
    }

    #[tokio::test]
    async fn nobody_gets_more_than_the_root_has() {
        let root = account(SLICE + 7, None);
        let child = account(u64::MAX, Some(&root));
        let grandchild = account(u64::MAX, Some(&child));
        assert_eq!(drain(&grandchild).await, SLICE + 7);
        assert!(child.lease().await.is_none());
        assert!(root.lease().await.is_none());
    }

    #[tokio::test]
    async fn nobody_gets_more_than_its_own_limit() {
        let root = account(10 * SLICE, None);
        let child = account(SLICE + 1, Some(&root));
        assert_eq!(drain(&child).await, SLICE + 1);
        assert!(child.lease().await.is_none());
        let turn = lease(&root).await;
        assert_eq!((turn.fuel(), turn.at_most()), (9 * SLICE - 1, 9 * SLICE - 1));
    }

    #[tokio::test]
    async fn what_another_pays_for_counts_for_the_caller() {
        let root = account(10 * SLICE, None);
        let child = account(2 * SLICE, Some(&root));
        let callback = account(u64::MAX, Some(&root));
        lease(&callback).await.end(SLICE - 3);
        callback.close(Some(&child));
        assert_eq!(drain(&child).await, SLICE + 3);
        assert_eq!(lease(&root).await.fuel(), 8 * SLICE);
    }

    #[tokio::test]
    async fn a_turn_of_the_payer_comes_first() {
        let root = account(SLICE, None);
        let child = account(u64::MAX, Some(&root));
        let turn = lease(&root).await;
        assert_eq!((turn.fuel(), turn.at_most()), (SLICE, SLICE));
        let waiting = tokio::spawn(async move { child.lease().await.map(|lease| lease.fuel()) });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        turn.end(SLICE - 3);
        assert_eq!(waiting.await.expect("a task"), Some(3));
    }

    #[tokio::test]
    async fn who_finds_nothing_waits_for_what_running_turns_give_back() {
        let root = account(SLICE, None);
        let (one, two) = (account(u64::MAX, Some(&root)), account(u64::MAX, Some(&root)));
        let turn = lease(&one).await;
        let waiting = tokio::spawn(async move { drain(&two).await });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        turn.end(SLICE - 5);
        assert_eq!(waiting.await.expect("a task"), 5);
    }

    #[tokio::test]
    async fn when_all_of_them_wait_there_is_nothing() {
        let root = account(2 * SLICE, None);
        let (one, two) = (account(u64::MAX, Some(&root)), account(u64::MAX, Some(&root)));
        let (mut first, mut second) = (lease(&one).await, lease(&two).await);
        assert_eq!(tokio::join!(first.top_up(), second.top_up()), (0, 0));
        first.end(SLICE);
        second.end(SLICE);
        assert!(root.lease().await.is_none());
    }

    #[tokio::test]
    async fn a_limit_is_not_used_up_while_somebody_may_give_back() {
        let root = account(SLICE, None);
        let child = account(u64::MAX, Some(&root));
        let mut turn = lease(&child).await;
        assert!(!root.is_used_up());
        assert_eq!(turn.top_up().await, 0);
        assert!(root.is_used_up() && !child.is_used_up());
        assert_eq!(child.exhausted(), Some(SLICE));
        turn.end(SLICE - 1);
        assert!(!root.is_used_up());
    }

    #[tokio::test]
    async fn a_turn_that_is_dropped_has_used_what_it_had() {
        let root = account(3 * SLICE, None);
        let child = account(u64::MAX, Some(&root));
        drop(lease(&child).await);
        assert_eq!(lease(&root).await.fuel(), 2 * SLICE);
    }

    #[tokio::test]
    async fn who_is_called_for_one_that_is_over_uses_what_is_left() {
        let root = account(2 * SLICE, None);
        let child = account(u64::MAX, Some(&root));
        let grandchild = account(u64::MAX, Some(&child));
        child.close(None);
        lease(&grandchild).await.end(SLICE);
        assert_eq!(lease(&root).await.fuel(), SLICE);
    }
}
