//! Quotas for what the host keeps and commits for a sandbox and for all sandboxes below
//! it.
//!
//! The quotas of a tree are nested in the way its sandboxes have loaded one another. The
//! engine's quota is above every root. A reservation counts in its own quota and in all
//! quotas above it, until it is dropped.

use std::iter::successors;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, LimitError, LimitKind, Overload, Result};
use crate::limits::Limits;
use crate::limits::MAX_ENV_BYTES;

/// The private memory in bytes of a living sandbox that has done little: its tables, its
/// stack and the pages of the image that it has written to.
const SANDBOX_BYTES: u64 = 256 << 10;

/// The step in bytes in which [`Reservation::cover`] reserves.
const STEP: u64 = 64 << 10;

/// The number of sandboxes up to which each generation may have one less than the one
/// above it. With more, it may have half as many.
const FEW_SANDBOXES: u64 = 64;

#[derive(Debug)]
pub(crate) struct Quota {
    /// The bytes that the host keeps for the sandbox itself.
    kept: Count,
    /// The bytes that the sandbox and all below it commit beyond the image, and the bytes
    /// that the host keeps for them.
    tree: Count,
    /// The number of living sandboxes: itself and all below it.
    sandboxes: Count,
    above: Option<Arc<Quota>>,
}

#[derive(Debug)]
struct Count {
    used: AtomicU64,
    limit: u64,
    /// Creates the error for a limit that is reached.
    error: fn(limit: u64, actual: u64) -> Error,
}

/// The amounts that an engine grants to all of its sandboxes, and to one root.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ceiling {
    pub(crate) bytes: u64,
    pub(crate) bytes_of_root: u64,
    pub(crate) sandboxes_of_root: u64,
    pub(crate) max_code_bytes: u64,
}

impl Quota {
    /// Creates the quota above all others of an engine.
    pub(crate) fn of_engine(ceiling: Ceiling) -> Arc<Self> {
        Arc::new(Self {
            kept: Count::new(u64::MAX, kept),
            tree: Count::new(ceiling.bytes, |limit, _| Overload::Bytes { limit }.into()),
            sandboxes: Count::new(u64::MAX, sandboxes),
            above: None,
        })
    }

    /// Creates the quota of a sandbox that the embedder has loaded, below the engine's
    /// quota.
    pub(crate) fn of_root(limits: &Limits, ceiling: Ceiling, engine: &Arc<Self>) -> Arc<Self> {
        let tree = match limits.tree_memory() {
            bytes if bytes > ceiling.bytes_of_root => {
                let share = |limit, _| Overload::ShareOfBytes { limit }.into();
                Count::new(ceiling.bytes_of_root, share)
            }
            bytes => Count::new(bytes, tree_memory),
        };
        let sandboxes = match limits.sandboxes {
            count if count > ceiling.sandboxes_of_root => {
                let share = |limit, _| Overload::ShareOfSandboxes { limit }.into();
                Count::new(ceiling.sandboxes_of_root, share)
            }
            count => Count::new(count, sandboxes),
        };
        let kept = Count::new(kept_limit(limits, ceiling), kept);
        Arc::new(Self { kept, tree, sandboxes, above: Some(Arc::clone(engine)) })
    }

    /// Creates the quota of a sandbox that another has loaded. It is always less than the
    /// parent's, so that no child by itself leaves nothing to its parent.
    pub(crate) fn of_child(limits: &Limits, ceiling: Ceiling, parent: &Arc<Self>) -> Arc<Self> {
        let above = &**parent;
        let bytes = above.tree.limit - above.tree.limit / 64;
        let count = above.sandboxes.limit;
        let count = (count / 2).max(count.saturating_sub(1).min(FEW_SANDBOXES));
        Arc::new(Self {
            kept: Count::new(kept_limit(limits, ceiling), kept),
            tree: Count::new(limits.tree_memory().min(bytes), tree_memory),
            sandboxes: Count::new(limits.sandboxes.min(count), sandboxes),
            above: Some(Arc::clone(parent)),
        })
    }

    /// Reserves bytes that the host keeps for the sandbox.
    ///
    /// # Errors
    /// [`LimitKind::HostMemory`] past the sandbox's own limit. Otherwise as for
    /// [`Quota::commit`].
    pub(crate) fn keep(self: &Arc<Self>, bytes: u64) -> Result<Reservation> {
        let mut reservation = Reservation::none(self, true);
        reservation.grow(bytes)?;
        Ok(reservation)
    }

    /// Reserves bytes that the sandbox commits, or that are committed for it.
    ///
    /// # Errors
    /// [`LimitKind::TreeMemory`] if a quota of the tree is exhausted.
    /// [`Error::Overloaded`] if the engine's, or the root's share of it, is.
    pub(crate) fn commit(self: &Arc<Self>, bytes: u64) -> Result<Reservation> {
        let mut reservation = Reservation::none(self, false);
        reservation.grow(bytes)?;
        Ok(reservation)
    }

    /// Reserves room for one more living sandbox.
    ///
    /// # Errors
    /// [`LimitKind::Sandboxes`] if too many sandboxes are alive. Otherwise as for
    /// [`Quota::commit`].
    pub(crate) fn sandbox(self: &Arc<Self>) -> Result<Reservation> {
        let mut reservation = Reservation::none(self, false);
        self.add(|quota| &quota.sandboxes, 1)?;
        reservation.sandboxes = 1;
        reservation.grow(SANDBOX_BYTES)?;
        Ok(reservation)
    }

    /// Returns the bytes that are left here and in all quotas above.
    pub(crate) fn left(&self) -> u64 {
        self.and_above().map(|quota| quota.tree.left()).min().unwrap_or(0)
    }

    /// Returns the bytes that are reserved here and in all quotas below.
    pub(crate) fn used(&self) -> u64 {
        self.tree.used.load(Ordering::Acquire)
    }

    /// Returns the number of living sandboxes here and in all quotas below.
    pub(crate) fn living(&self) -> u64 {
        self.sandboxes.used.load(Ordering::Acquire)
    }

    fn add(&self, count: fn(&Self) -> &Count, more: u64) -> Result<()> {
        for (taken, quota) in self.and_above().enumerate() {
            if let Err(error) = count(quota).add(more) {
                self.and_above().take(taken).for_each(|quota| count(quota).subtract(more));
                return Err(error);
            }
        }
        Ok(())
    }

    fn subtract(&self, count: fn(&Self) -> &Count, less: u64) {
        self.and_above().for_each(|quota| count(quota).subtract(less));
    }

    fn and_above(&self) -> impl Iterator<Item = &Self> {
        successors(Some(self), |quota| quota.above.as_deref())
    }
}

impl Count {
    fn new(limit: u64, error: fn(u64, u64) -> Error) -> Self {
        Self { used: AtomicU64::new(0), limit, error }
    }

    fn add(&self, more: u64) -> Result<()> {
        let sum = |used: u64| used.checked_add(more).filter(|sum| *sum <= self.limit);
        match self.used.fetch_update(Ordering::AcqRel, Ordering::Acquire, sum) {
            Ok(_) => Ok(()),
            Err(used) => Err((self.error)(self.limit, used.saturating_add(more))),
        }
    }

    fn subtract(&self, less: u64) {
        self.used.fetch_sub(less, Ordering::AcqRel);
    }

    fn left(&self) -> u64 {
        self.limit.saturating_sub(self.used.load(Ordering::Acquire))
    }
}

/// A reserved part of a quota, returned when it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Reservation {
    quota: Option<Arc<Quota>>,
    /// True if it counts as kept for the sandbox itself.
    is_kept: bool,
    bytes: u64,
    sandboxes: u64,
}

impl Reservation {
    /// Creates an empty reservation.
    pub(crate) fn none(quota: &Arc<Quota>, is_kept: bool) -> Self {
        Self { quota: Some(Arc::clone(quota)), is_kept, bytes: 0, sandboxes: 0 }
    }

    /// Reserves more bytes.
    ///
    /// # Errors
    /// Errors if a quota does not have that much left. The reservation then stays as it
    /// was.
    pub(crate) fn grow(&mut self, more: u64) -> Result<()> {
        let Some(quota) = &self.quota else { return Ok(()) };
        if more == 0 {
            return Ok(());
        }
        if self.is_kept {
            quota.kept.add(more)?;
        }
        if let Err(error) = quota.add(|quota| &quota.tree, more) {
            if self.is_kept {
                quota.kept.subtract(more);
            }
            return Err(error);
        }
        self.bytes += more;
        Ok(())
    }

    /// Gives bytes back, at most as many as are reserved.
    pub(crate) fn shrink(&mut self, less: u64) {
        let Some(quota) = &self.quota else { return };
        if self.is_kept {
            quota.kept.subtract(less);
        }
        quota.subtract(|quota| &quota.tree, less);
        self.bytes -= less;
    }

    /// Makes the reservation at least `bytes`, and not much more, in steps of 64 KiB. It
    /// is meant for amounts that change all the time.
    ///
    /// # Errors
    /// As for [`Reservation::grow`].
    pub(crate) fn cover(&mut self, bytes: u64) -> Result<()> {
        if bytes > self.bytes {
            return self.grow((bytes - self.bytes).next_multiple_of(STEP));
        }
        self.fit(bytes);
        Ok(())
    }

    /// Gives back what is reserved beyond `bytes`, in steps of 64 KiB. At most 256 KiB stay: they
    /// are asked for again soon.
    pub(crate) fn fit(&mut self, bytes: u64) {
        let spare = self.bytes.saturating_sub(bytes);
        if spare > 4 * STEP {
            self.shrink(spare - spare % STEP);
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.shrink(self.bytes);
        if let Some(quota) = self.quota.as_ref().filter(|_| self.sandboxes > 0) {
            quota.subtract(|quota| &quota.sandboxes, self.sandboxes);
        }
    }
}

/// Returns the limit of what the host keeps for one sandbox. The largest worker fits into
/// any quota that is empty.
fn kept_limit(limits: &Limits, ceiling: Ceiling) -> u64 {
    let largest = ceiling.max_code_bytes.saturating_add(2 * MAX_ENV_BYTES as u64);
    limits.memory_bytes.saturating_add(largest)
}

fn kept(limit: u64, actual: u64) -> Error {
    LimitError { kind: LimitKind::HostMemory, limit, actual }.into()
}

fn tree_memory(limit: u64, actual: u64) -> Error {
    LimitError { kind: LimitKind::TreeMemory, limit, actual }.into()
}

fn sandboxes(limit: u64, actual: u64) -> Error {
    LimitError { kind: LimitKind::Sandboxes, limit, actual }.into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Ceiling, Quota, Reservation, SANDBOX_BYTES, STEP};
    use crate::error::{Error, LimitError, LimitKind, Overload, Result};
    use crate::limits::Limits;

    const MIB: u64 = 1 << 20;

    fn ceiling() -> Ceiling {
        Ceiling {
            bytes: 400 * MIB,
            bytes_of_root: 300 * MIB,
            sandboxes_of_root: 200,
            max_code_bytes: 64 * MIB,
        }
    }

    fn root(limits: &Limits) -> (Arc<Quota>, Arc<Quota>) {
        let engine = Quota::of_engine(ceiling());
        (Quota::of_root(limits, ceiling(), &engine), engine)
    }

    fn kind(result: Result<Reservation>) -> LimitKind {
        match result {
            Err(Error::Limit(LimitError { kind, .. })) => kind,
            other => panic!("not a limit but {other:?}"),
        }
    }

    #[test]
    fn what_is_kept_for_a_child_counts_for_all_above_it() {
        let limits = Limits::default().memory_bytes(32 * MIB).tree_memory_bytes(130 * MIB);
        let (root, engine) = root(&limits);
        let child = Quota::of_child(&limits, ceiling(), &root);
        let kept = child.keep(90 * MIB).expect("room");
        assert_eq!((child.used(), root.used(), engine.used()), (90 * MIB, 90 * MIB, 90 * MIB));
        assert_eq!(kind(child.keep(10 * MIB)), LimitKind::HostMemory);
        assert_eq!(kind(root.commit(50 * MIB)), LimitKind::TreeMemory);
        drop(kept);
        assert_eq!((child.used(), root.used(), engine.used()), (0, 0, 0));
        drop(root.commit(50 * MIB).expect("room"));
    }

    #[test]
    fn a_child_leaves_something_to_its_parent() {
        let (root, _) = root(&Limits::default().memory_bytes(100 * MIB));
        let child = Quota::of_child(&Limits::default(), ceiling(), &root);
        let all = child.commit(child.left()).expect("all of it");
        assert!(child.commit(1).is_err());
        assert!(root.left() >= 4 * MIB);
        drop(root.sandbox().expect("room"));
        drop(all);
        let many: Vec<_> = std::iter::from_fn(|| child.sandbox().ok()).collect();
        assert_eq!((many.len(), root.living()), (100, 100));
        assert_eq!(root.used(), 100 * SANDBOX_BYTES);
        drop(root.sandbox().expect("room"));
    }

    #[test]
    fn each_of_64_generations_may_have_a_sandbox() {
        let (mut quota, _) = root(&Limits::default());
        let mut living = vec![quota.sandbox().expect("room")];
        for _ in 0..64 {
            quota = Quota::of_child(&Limits::default(), ceiling(), &quota);
            living.push(quota.sandbox().expect("room"));
        }
    }

    #[test]
    fn an_engine_has_a_ceiling_and_a_share_for_each_root() {
        let limits = Limits::default().tree_memory_bytes(1 << 40).sandboxes(1_000);
        let (root, engine) = root(&limits);
        let Err(Error::Overloaded(Overload::ShareOfBytes { limit })) = root.commit(301 * MIB)
        else {
            panic!("it is more than a root's share")
        };
        assert_eq!(limit, 300 * MIB);
        let many: Vec<_> = std::iter::from_fn(|| root.sandbox().ok()).collect();
        assert_eq!(many.len(), 200);
        drop(many);
        let _kept = root.commit(300 * MIB).expect("its share");
        let other = Quota::of_root(&limits, ceiling(), &engine);
        let Err(Error::Overloaded(Overload::Bytes { limit })) = other.commit(101 * MIB) else {
            panic!("it is more than the engine has")
        };
        assert_eq!(limit, 400 * MIB);
    }

    #[test]
    fn a_reservation_covers_what_changes() {
        let (root, _) = root(&Limits::default());
        let mut reservation = Reservation::none(&root, false);
        reservation.cover(1).expect("room");
        assert_eq!(root.used(), STEP);
        reservation.cover(10 * STEP).expect("room");
        reservation.cover(7 * STEP).expect("room");
        assert_eq!(root.used(), 10 * STEP);
        reservation.cover(0).expect("room");
        assert_eq!(root.used(), 0);
    }
}
