//! A cache of workers by id. A worker is loaded once however many callers ask for it, and
//! the least recently used worker is evicted first.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::config::LoaderConfig;
use crate::error::Result;
use crate::limits::quota::Reservation;
use crate::rpc::survey::{Holds, Visitor};
use crate::worker::Worker;

/// Statistics of the requests for workers by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoaderStats {
    /// The number of requests for a worker that was present or being loaded.
    pub hits: u64,
    /// The number of requests for a worker that had to be loaded.
    pub misses: u64,
    /// The number of loads that failed. None of them is kept.
    pub failures: u64,
    /// The number of workers that were evicted to make room.
    pub evictions: u64,
    /// The number of workers that are kept.
    pub workers: usize,
    /// The size of their code and `env` in bytes.
    pub bytes: u64,
}

/// The digest of an id. Comparing ids of a megabyte each that differ only in their last
/// character would take long.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id([u8; 32]);

impl Id {
    pub(super) fn of(id: &str) -> Self {
        Self(Sha256::digest(id).into())
    }
}

pub(super) type Slot = Arc<OnceCell<Result<Worker>>>;

struct Entry {
    slot: Slot,
    bytes: u64,
    /// The clock value at which the id was last asked for.
    used: u64,
    /// The reservation for the id. Empty if the embedder chose the id.
    _reservation: Reservation,
}

impl Entry {
    /// Returns true if the worker was loaded and its modules could not be evaluated.
    fn failed_to_start(&self) -> bool {
        matches!(self.slot.get(), Some(Ok(worker)) if worker.code().failed_to_start())
    }

    /// Returns true if the worker has aborted a sandbox of its own since.
    fn aborted(&self) -> bool {
        matches!(self.slot.get(), Some(Ok(worker)) if worker.code().aborted())
    }
}

#[derive(Default)]
struct Entries {
    by_id: BTreeMap<Id, Entry>,
    by_use: BTreeMap<u64, Id>,
    clock: u64,
    stats: LoaderStats,
}

pub(super) struct Cache {
    max_workers: usize,
    max_bytes: u64,
    entries: Mutex<Entries>,
}

impl Default for Cache {
    fn default() -> Self {
        let LoaderConfig { max_workers, max_bytes } = LoaderConfig::default();
        Self::new(max_workers, max_bytes)
    }
}

impl Cache {
    pub(super) fn new(max_workers: usize, max_bytes: u64) -> Self {
        Self { max_workers, max_bytes, entries: Mutex::default() }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the slot of an id, whether or not its worker has been loaded. Calls
    /// `reservation` if the id is new.
    ///
    /// # Errors
    /// Returns the error of `reservation`.
    pub(super) fn slot(
        &self,
        id: Id,
        reservation: impl Fn() -> Result<Reservation>,
    ) -> Result<Slot> {
        let mut entries = self.entries();
        let slot = if let Some(slot) = entries.known(id) {
            slot
        } else {
            // Making room evicts other entries of this cache.
            drop(entries);
            let reservation = reservation()?;
            entries = self.entries();
            entries.known(id).unwrap_or_else(|| entries.new_slot(id, reservation))
        };
        entries.shrink(self.max_workers, self.max_bytes);
        Ok(slot)
    }

    /// Returns the worker of a slot, and loads it if nobody has done so.
    pub(super) async fn fill(
        &self,
        id: Id,
        slot: Slot,
        loading: impl Future<Output = Result<Worker>>,
    ) -> Result<Worker> {
        let result = slot.get_or_init(|| loading).await;
        let mut entries = self.entries();
        match result {
            Ok(worker) => {
                entries.loaded(id, &slot, worker.code().bytes);
                entries.shrink(self.max_workers, self.max_bytes);
            }
            Err(_) => entries.failed(id, &slot),
        }
        result.clone()
    }

    pub(super) fn evict(&self, id: Id) -> bool {
        self.entries().remove(id).is_some()
    }

    /// Evicts the least recently used worker that nobody is loading. Returns false
    /// if there is none.
    pub(super) fn evict_oldest(&self) -> bool {
        let mut entries = self.entries();
        let is_at_rest = |id: &&Id| {
            let entry = entries.by_id.get(id);
            entry.is_some_and(|entry| entry.bytes > 0 || Arc::strong_count(&entry.slot) == 1)
        };
        let Some(oldest) = entries.by_use.values().find(is_at_rest).copied() else { return false };
        entries.remove(oldest);
        entries.stats.evictions += 1;
        true
    }

    pub(super) fn stats(&self) -> LoaderStats {
        let entries = self.entries();
        LoaderStats { workers: entries.by_id.len(), ..entries.stats }
    }
}

impl Holds for Cache {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        for entry in self.entries().by_id.values() {
            visitor.shared(&entry.slot);
        }
    }
}

impl Holds for OnceCell<Result<Worker>> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        if let Some(Ok(worker)) = self.get() {
            worker.visit(visitor);
        }
    }
}

impl Entries {
    fn known(&mut self, id: Id) -> Option<Slot> {
        self.clock += 1;
        let now = self.clock;
        if self.by_id.get(&id).is_some_and(Entry::failed_to_start) {
            self.stats.failures += 1;
            self.remove(id);
        }
        if self.by_id.get(&id).is_some_and(Entry::aborted) {
            self.remove(id);
        }
        let entry = self.by_id.get_mut(&id)?;
        self.stats.hits += 1;
        self.by_use.remove(&entry.used);
        self.by_use.insert(now, id);
        entry.used = now;
        Some(Arc::clone(&entry.slot))
    }

    fn new_slot(&mut self, id: Id, reservation: Reservation) -> Slot {
        let now = self.clock;
        self.stats.misses += 1;
        let slot = Slot::default();
        let entry =
            Entry { slot: Arc::clone(&slot), bytes: 0, used: now, _reservation: reservation };
        self.by_id.insert(id, entry);
        self.by_use.insert(now, id);
        slot
    }

    /// Returns true if the id still refers to this slot.
    fn is(&self, id: Id, slot: &Slot) -> bool {
        self.by_id.get(&id).is_some_and(|entry| Arc::ptr_eq(&entry.slot, slot))
    }

    fn loaded(&mut self, id: Id, slot: &Slot, bytes: u64) {
        if self.is(id, slot)
            && let Some(entry) = self.by_id.get_mut(&id)
        {
            self.stats.bytes += bytes - entry.bytes;
            entry.bytes = bytes;
        }
    }

    fn failed(&mut self, id: Id, slot: &Slot) {
        if self.is(id, slot) {
            self.stats.failures += 1;
            self.remove(id);
        }
    }

    fn remove(&mut self, id: Id) -> Option<Entry> {
        let entry = self.by_id.remove(&id)?;
        self.by_use.remove(&entry.used);
        self.stats.bytes -= entry.bytes;
        Some(entry)
    }

    fn shrink(&mut self, max_workers: usize, max_bytes: u64) {
        while self.by_id.len() > max_workers || self.stats.bytes > max_bytes {
            let Some(oldest) = self.by_use.values().next().copied() else { return };
            self.remove(oldest);
            self.stats.evictions += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cache, Id};
    use crate::limits::Limits;
    use crate::limits::quota::{Ceiling, Quota, Reservation};

    #[test]
    fn an_id_takes_room_for_as_long_as_it_is_known() {
        let ceiling = Ceiling {
            bytes: 1 << 30,
            bytes_of_root: 1 << 30,
            sandboxes_of_root: 1,
            max_code_bytes: 64 << 20,
        };
        let limits = Limits::default().memory_bytes(0);
        let quota = Quota::of_root(&limits, ceiling, &Quota::of_engine(ceiling));
        let cache = Cache::default();
        let ask = |id: &str, bytes| cache.slot(Id::of(id), || quota.keep(bytes));
        let waiting = ask("a", 40 << 20).expect("room");
        // The id is known and needs no further reservation.
        drop(ask("a", 40 << 20).expect("no more"));
        assert!(ask("b", 40 << 20).is_err());
        // Somebody is loading the worker.
        assert!(!cache.evict_oldest());
        drop(waiting);
        assert!(cache.evict_oldest());
        assert!(ask("b", 40 << 20).is_ok());
        assert_eq!((cache.stats().workers, cache.stats().misses), (1, 2));
        assert!(cache.slot(Id::of("c"), || Ok(Reservation::default())).is_ok());
    }
}
