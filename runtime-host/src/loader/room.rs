//! How much the host keeps for one sandbox beside its memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{LimitError, LimitKind};
use crate::worker_code::{MAX_CODE_BYTES, MAX_ENV_BYTES};

/// Room for the code and `env` of all workers that a sandbox has loaded and that
/// somebody still has, and for whatever else it has the host keep.
#[derive(Debug)]
pub(crate) struct Room {
    limit: u64,
    taken: AtomicU64,
}

/// What one of these takes of it, until it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Place(Option<(Arc<Room>, u64)>);

impl Room {
    /// For a sandbox of so much memory. The largest worker fits into any that is
    /// empty.
    pub(crate) fn beside(memory_bytes: u64) -> Self {
        let limit = memory_bytes.saturating_add(MAX_CODE_BYTES + 2 * MAX_ENV_BYTES as u64);
        Self { limit, taken: AtomicU64::new(0) }
    }

    /// # Errors
    /// It is not enough.
    pub(crate) fn take(self: &Arc<Self>, bytes: u64) -> Result<Place, LimitError> {
        let more = |taken: u64| taken.checked_add(bytes).filter(|sum| *sum <= self.limit);
        match self.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, more) {
            Ok(_) => Ok(Place(Some((Arc::clone(self), bytes)))),
            Err(taken) => Err(LimitError {
                kind: LimitKind::Kept,
                limit: self.limit,
                actual: taken.saturating_add(bytes),
            }),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((room, bytes)) = self.0.take() {
            room.taken.fetch_sub(bytes, Ordering::AcqRel);
        }
    }
}
