//! How much the host keeps for one sandbox beside its memory.

use std::iter::successors;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{LimitError, LimitKind};
use crate::worker_code::MAX_ENV_BYTES;

/// Room for the code and `env` of all workers that a sandbox has loaded and that
/// somebody still has, and for whatever else it has the host keep.
#[derive(Debug)]
pub(crate) struct Room {
    limit: u64,
    taken: AtomicU64,
    /// Of the sandbox that loaded this one.
    above: Option<Arc<Room>>,
    /// What is taken here and in all rooms below. That may be twice as much, so that
    /// no child by itself leaves nothing to its parent.
    of_all: AtomicU64,
}

/// What one of these takes of it, until it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Place(Option<(Arc<Room>, u64)>);

impl Room {
    /// For a sandbox of so much memory. The largest worker fits into any that is
    /// empty.
    pub(crate) fn beside(
        memory_bytes: u64,
        max_code_bytes: u64,
        above: Option<&Arc<Self>>,
    ) -> Self {
        let largest = max_code_bytes.saturating_add(2 * MAX_ENV_BYTES as u64);
        let limit = memory_bytes.saturating_add(largest);
        let (taken, of_all) = Default::default();
        Self { limit, taken, above: above.cloned(), of_all }
    }

    /// # Errors
    /// It is not enough.
    pub(crate) fn take(self: &Arc<Self>, bytes: u64) -> Result<Place, LimitError> {
        add(&self.taken, bytes, self.limit)?;
        for (count, room) in self.and_above().enumerate() {
            if let Err(error) = add(&room.of_all, bytes, room.limit.saturating_mul(2)) {
                self.taken.fetch_sub(bytes, Ordering::AcqRel);
                self.and_above().take(count).for_each(|room| room.give_back(bytes));
                return Err(error);
            }
        }
        Ok(Place(Some((Arc::clone(self), bytes))))
    }

    fn and_above(&self) -> impl Iterator<Item = &Self> {
        successors(Some(self), |room| room.above.as_deref())
    }

    fn give_back(&self, bytes: u64) {
        self.of_all.fetch_sub(bytes, Ordering::AcqRel);
    }
}

fn add(to: &AtomicU64, bytes: u64, limit: u64) -> Result<(), LimitError> {
    let more = |taken: u64| taken.checked_add(bytes).filter(|sum| *sum <= limit);
    match to.fetch_update(Ordering::AcqRel, Ordering::Acquire, more) {
        Ok(_) => Ok(()),
        Err(taken) => {
            let actual = taken.saturating_add(bytes);
            Err(LimitError { kind: LimitKind::Kept, limit, actual })
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((room, bytes)) = self.0.take() {
            room.taken.fetch_sub(bytes, Ordering::AcqRel);
            room.and_above().for_each(|room| room.give_back(bytes));
        }
    }
}
