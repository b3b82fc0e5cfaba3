//! The fuel accounts of a tree of calls, in which the caller pays.
//!
//! An invocation that the embedder began may use its own limit. An invocation that
//! another pays for is bound by its own limit and by those of all payers above it. Fuel
//! is leased for a turn, one slice at a time. When a turn has ended, the fuel that it has
//! not used is returned, so that nobody holds any fuel at rest.
//!
//! Whether a limit suffices therefore depends only on the total that is used below it,
//! and not on who asked first. A turn that finds a limit used up waits until no turn
//! below that limit is running that could return some fuel. From then on the limit is
//! exhausted for good: the invocation whose limit it is has run out of fuel, gets no
//! further turn and ends, together with all that it has called. A callee that is stopped
//! in the middle of a turn is told of that limit. How far each callee has come by then
//! depends on scheduling. Nobody who could tell is left within the tree, but tails and
//! capabilities of the host may see it. To avoid this, unrelated callees would have to
//! wait for one another.

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

/// The fuel that is leased at a time: about a third of a millisecond of computing.
pub(crate) const SLICE: u64 = 5_000_000;

/// The most invocations that may pay for one another. Each turn looks at all of them, and
/// so does dropping the last one.
const MAX_DEPTH: u32 = 1_000;

#[derive(Debug)]
pub(crate) struct FuelAccount {
    /// The fuel that the invocation, and those that it pays for, may use in all.
    limit: u64,
    /// The time by which the invocation must have ended.
    pub(crate) deadline: Instant,
    /// The sandbox of the invocation.
    owner: Lineage,
    payer: Option<Arc<FuelAccount>>,
    /// The number of payers above it.
    depth: u32,
    tree: Arc<Tree>,
    /// The most capability calls of the invocation and of those that it pays for.
    call_limit: u64,
    /// The number of capability calls that they have made.
    calls: AtomicU64,
    /// The number of capability calls that the invocation itself has made.
    made: AtomicU64,
    /// The most bytes that they may log.
    log_limit: u64,
    /// The number of bytes that they have logged.
    logged: AtomicU64,
    /// The fuel that the invocation and all that it pays for have used. This and the next
    /// two fields are changed only under the tree's lock.
    used: AtomicU64,
    /// The fuel that is leased to their turns.
    leased: AtomicU64,
    /// The number of those turns that do not wait for more fuel.
    running: AtomicU64,
}

/// The state that all accounts below one root share.
#[derive(Debug, Default)]
struct Tree {
    /// True if somebody waits for a change.
    awaited: Mutex<bool>,
    /// Notified when a turn has ended, or waits.
    changed: Notify,
    /// The fuel that the `TypeScript` guest may still use for the tree. Locked while it
    /// runs.
    transpiling: tokio::sync::Mutex<u64>,
}

/// The least fuel that the `TypeScript` guest may use for a tree of calls, so that a
/// worker with little fuel can be loaded.
pub(crate) const MIN_TRANSPILING_FUEL: u64 = 100_000_000;

thread_local! {
    /// The account that pays for the disposers of what is dropped on this thread now.
    static LETTING_GO: RefCell<Option<Arc<FuelAccount>>> = const { RefCell::new(None) };
}

/// Runs a function that may drop stubs. The disposers of objects that lose their last
/// stub are charged to `payer`.
pub(crate) fn letting_go<R>(payer: Option<Arc<FuelAccount>>, run: impl FnOnce() -> R) -> R {
    /// Restores the previous account, even if the function panics.
    struct Back(Option<Arc<FuelAccount>>);

    impl Drop for Back {
        fn drop(&mut self) {
            let _now = LETTING_GO.replace(self.0.take());
        }
    }

    let _back = Back(LETTING_GO.replace(payer));
    run()
}

/// Returns the account that pays for what is dropped now, or `None` if the embedder drops
/// it.
pub(crate) fn who_lets_go() -> Option<Arc<FuelAccount>> {
    // The value is gone on a thread that is ending.
    LETTING_GO.try_with(|payer| payer.borrow().clone()).ok().flatten()
}

/// The fuel that a turn may use. If it is dropped without [`Lease::end`], all of it
/// counts as used.
pub(crate) struct Lease {
    account: Arc<FuelAccount>,
    fuel: u64,
    running: bool,
    /// The fuel used, once the turn has ended.
    used: Option<u64>,
}

/// The log bytes that an invocation and all that it has called may write together, as a
/// multiple of its own limit.
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
            made: AtomicU64::new(0),
            log_limit,
            logged: AtomicU64::new(0),
            used: AtomicU64::new(0),
            leased: AtomicU64::new(0),
            running: AtomicU64::new(0),
        })
    }

    /// Returns the account that pays for a call by this invocation of something in the
    /// sandbox `callee`. It is the nearest one in the chain of callers whose sandbox is
    /// the callee or one of its ancestors.
    ///
    /// A worker thus pays for the workers that it has loaded, and for what they call of
    /// its own. A sandbox outside of its control, such as one that it was handed a stub
    /// of, runs at its own expense: a turn that is stopped in the middle ends its
    /// sandbox, and a caller must not be able to cause that.
    ///
    /// # Errors
    /// Errors if too many payers are above it already.
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

    /// Returns true if nobody but the invocation itself pays.
    fn is_root(&self) -> bool {
        self.payer.is_none()
    }

    /// Leases fuel for a turn of the invocation itself. Returns `None` if there is none.
    pub(crate) async fn lease(self: &Arc<Self>) -> Option<Lease> {
        let mut lease = Lease { account: Arc::clone(self), fuel: 0, running: false, used: Some(0) };
        (lease.top_up().await > 0).then(|| {
            lease.used = None;
            lease
        })
    }

    /// Closes the account of an invocation that is over. If the payer is not the caller,
    /// the fuel used is added to the accounts from the caller up to the payer, which has
    /// it already.
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

    /// Counts work that is done for the invocation outside of a turn. Returns false if a
    /// limit was used up before.
    pub(crate) fn charge(&self, operations: u64) -> bool {
        let _locked = self.tree.lock();
        let used_up = self.payers().any(|it| it.used.load(Ordering::Relaxed) >= it.limit);
        self.payers().for_each(|account| add(&account.used, operations));
        !used_up
    }

    /// Counts a capability call here and for all payers.
    ///
    /// # Errors
    /// [`LimitKind::CapabilityCalls`] with the limit of the nearest account that has none
    /// left.
    pub(crate) fn count_call(&self) -> Result<(), LimitError> {
        self.made.fetch_add(1, Ordering::Relaxed);
        self.payers().try_for_each(|account| {
            count(&account.calls, 1, account.call_limit, LimitKind::CapabilityCalls)
        })
    }

    /// Returns the number of capability calls that the invocation itself has made.
    pub(crate) fn calls_made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// Counts bytes of log lines here and for all payers.
    ///
    /// # Errors
    /// [`LimitKind::Log`] with the limit of the nearest account that has too few left.
    pub(crate) fn count_log(&self, bytes: u64) -> Result<(), LimitError> {
        self.payers().try_for_each(|account| {
            count(&account.logged, bytes, account.log_limit, LimitKind::Log)
        })
    }

    /// Returns the quota of the invocation's sandbox.
    pub(crate) fn quota(&self) -> Option<&Arc<Quota>> {
        self.owner.quota()
    }

    /// Returns true if the invocation belongs to that sandbox.
    pub(crate) fn is_of(&self, sandbox: &Lineage) -> bool {
        self.owner.is(sandbox)
    }

    /// Locks the fuel that the `TypeScript` guest may still use for this invocation's
    /// tree of calls. One holds it at a time, so each tree uses the memory of that guest
    /// only once.
    pub(crate) async fn transpiling(&self) -> tokio::sync::MutexGuard<'_, u64> {
        self.tree.transpiling.lock().await
    }

    /// Returns true if its own limit is exhausted and no running turn can return fuel to
    /// it.
    pub(crate) fn is_used_up(&self) -> bool {
        let _locked = self.tree.lock();
        self.is_exhausted()
    }

    /// Returns the nearest limit, its own or a payer's, that is exhausted and that no
    /// running turn can return fuel to.
    pub(crate) fn exhausted(&self) -> Option<u64> {
        let _locked = self.tree.lock();
        self.payers().find(|account| account.is_exhausted()).map(|account| account.limit)
    }

    /// Iterates over the account and all payers above it.
    fn payers(&self) -> impl Iterator<Item = &Self> {
        successors(Some(self), |account| account.payer.as_deref())
    }

    /// Returns the fuel that its own limit leaves.
    fn left(&self) -> u64 {
        let taken = self.used.load(Ordering::Relaxed) + self.leased.load(Ordering::Relaxed);
        self.limit.saturating_sub(taken)
    }

    /// Adds one turn to the running ones, or removes it, if `running` differs from
    /// `known`.
    fn set_running(&self, known: &mut bool, running: bool) {
        if *known != running {
            *known = running;
            let change = if running { add } else { subtract };
            self.payers().for_each(|account| change(&account.running, 1));
        }
    }

    /// Returns true if a limit is exhausted and no running turn can return fuel to it.
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

    /// Wakes all waiting turns.
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

    /// As for [`FuelAccount::exhausted`].
    pub(crate) fn exhausted(&self) -> Option<u64> {
        self.account.exhausted()
    }

    pub(crate) fn payer(&self) -> Arc<FuelAccount> {
        Arc::clone(&self.account)
    }

    /// Returns the fuel that the turn may use, including all that it may still be given.
    pub(crate) fn at_most(&self) -> u64 {
        let used = self.account.used.load(Ordering::Relaxed);
        self.account.limit.saturating_sub(used).max(self.fuel)
    }

    /// Leases the next slice for the turn. Returns 0 if there will be none.
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

    /// Returns `None` if the turn has to wait. It then no longer counts as running.
    fn try_top_up(&mut self) -> Option<u64> {
        let Self { account, fuel, running, .. } = self;
        let mut awaited = account.tree.lock();
        // A root's own turn comes first: it gets all that is left.
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
            // The others must look again, because one turn less is running. The caller
            // asks once more before it waits.
            account.tree.changed(awaited);
        }
        is_dry.then_some(0)
    }

    /// Ends the lease after the turn, which may have used a little more than it had.
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
mod tests;
