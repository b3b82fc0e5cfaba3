//! The state of one run of a program.

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use wasmtime::{Error, ResourceLimiter, Result};
use wasmtime_wasi::{
    Deterministic, HostMonotonicClock, HostWallClock, ResourceTable, WasiCtx, WasiCtxBuilder,
    WasiCtxView, WasiView,
};

use super::options::ToolOptions;
use crate::dir::Directory;
use crate::limits::quota::Reservation;

/// The maximum number of open files and other resources of a run.
const MAX_RESOURCES: usize = 512;

/// The bytes of an element of a table in the host.
const ELEMENT_BYTES: usize = 16;

/// The maximum number of random bytes of one call.
const MAX_RANDOM_BYTES: u64 = 1 << 20;

/// A directory that is handed to a program, and the path that it has there.
pub(super) struct Mount {
    pub(super) path: String,
    pub(super) directory: Directory,
    pub(super) folder: std::fs::File,
}

pub(super) struct State {
    wasi: WasiCtx,
    pub(super) table: ResourceTable,
    pub(super) mounts: Vec<Mount>,
    pub(super) memory: Memory,
}

impl State {
    /// Creates the state of a run whose memory is reserved.
    pub(super) fn new(
        wasi: WasiCtx,
        mounts: Vec<Mount>,
        options: &ToolOptions,
        reserved: Reservation,
    ) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_RESOURCES);
        let memory = Memory { left: options.memory_bytes, reserved };
        Self { wasi, table, mounts, memory }
    }

    /// Returns the directories that the program may change.
    pub(super) fn writable(&self) -> Vec<Directory> {
        let directories = self.mounts.iter().map(|mount| &mount.directory);
        directories.filter(|directory| !directory.is_read_only()).cloned().collect()
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// The limit of memory that ends a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Exceeded {
    #[error("the limit of memory of the tool is exceeded")]
    OfTool,
    #[error("the limit of memory of the tool's caller is exceeded")]
    OfCaller,
}

/// The memory that a run may still take.
pub(super) struct Memory {
    left: usize,
    /// The memory of the caller's tree that the run has taken.
    reserved: Reservation,
}

impl Memory {
    fn take(&mut self, current: usize, desired: usize, unit: usize) -> Result<bool> {
        let more = desired.saturating_sub(current).saturating_mul(unit);
        let left = self.left.checked_sub(more).ok_or_else(|| Error::new(Exceeded::OfTool))?;
        self.reserved.grow(more as u64).map_err(|_| Error::new(Exceeded::OfCaller))?;
        self.left = left;
        Ok(true)
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        self.take(current, desired, 1)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        self.take(current, desired, ELEMENT_BYTES)
    }
}

/// Returns what every run begins with: no network, no files, no variables.
pub(super) fn context(options: &ToolOptions) -> WasiCtxBuilder {
    let mut builder = WasiCtxBuilder::new();
    builder.allow_tcp(false).allow_udp(false).max_random_size(MAX_RANDOM_BYTES);
    if !options.real_clock {
        builder.wall_clock(Steps::default()).monotonic_clock(Steps::default());
    }
    if let Some(seed) = options.seed {
        builder.secure_random(random(seed, "secure")).insecure_random(random(seed, "insecure"));
        builder.insecure_random_seed(seed.into());
    }
    builder
}

/// Returns 64 KiB of random bytes, again and again.
fn random(seed: u64, purpose: &str) -> Deterministic {
    let blocks = (0_u32..2048).flat_map(|number| {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update(number.to_le_bytes());
        hash.update(purpose);
        hash.finalize()
    });
    Deterministic::new(blocks.collect())
}

/// A clock that goes on by 1 ms each time that it is read.
#[derive(Default)]
struct Steps(std::sync::atomic::AtomicU64);

impl Steps {
    fn next(&self) -> Duration {
        Duration::from_millis(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    }
}

impl HostWallClock for Steps {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        self.next()
    }
}

impl HostMonotonicClock for Steps {
    fn resolution(&self) -> u64 {
        1_000_000
    }

    fn now(&self) -> u64 {
        u64::try_from(self.next().as_nanos()).unwrap_or(u64::MAX)
    }
}
