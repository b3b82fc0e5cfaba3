//! The process-wide part: compiled guests, linker, pool.

pub(crate) mod artifacts;
pub(crate) mod bindings;
pub(crate) mod host_state;
pub(crate) mod image;
pub(crate) mod image_module;
pub(crate) mod log;
pub(crate) mod source;
pub(crate) mod transpiler;

use std::sync::{Arc, OnceLock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::{Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::engine::image::{Image, Images};
use crate::engine::transpiler::Transpiler;
use crate::error::fault::{at_fault, internal};
use crate::error::{Overload, Result};
use crate::limits::Limits;
use crate::limits::quota::{Ceiling, Quota};
use crate::limits::stats::EngineStats;
use crate::support::config;
use crate::support::polls::Polls;

/// Core instances, tables and such that one sandbox takes from the pool.
const CORE_INSTANCES: u32 = 4;
const TABLES: u32 = 2;

/// Slots beside those of the sandboxes, for the `TypeScript` guest; more
/// transpilations than that wait for one another.
const TRANSPILERS: u32 = 16;

/// How an [`Engine`] is made.
#[derive(Clone, Debug)]
#[must_use]
pub struct EngineConfig {
    max_sandboxes: u32,
    max_memory_bytes: u64,
    max_code_bytes: u64,
    max_total_bytes: u64,
    max_root_percent: u32,
    torture: bool,
    watch_polls: bool,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            max_sandboxes: 10_000,
            max_memory_bytes: Self::DEFAULT_MAX_MEMORY_BYTES,
            max_code_bytes: Self::DEFAULT_MAX_CODE_BYTES,
            max_total_bytes: Self::DEFAULT_MAX_TOTAL_BYTES,
            max_root_percent: 50,
            torture: false,
            watch_polls: false,
        }
    }
}

impl EngineConfig {
    /// What [`EngineConfig::max_memory_bytes`] is if nothing is said: 512 MiB.
    pub const DEFAULT_MAX_MEMORY_BYTES: u64 = 512 << 20;

    /// What [`EngineConfig::max_code_bytes`] is if nothing is said: 64 MiB, which is
    /// what the peer has.
    pub const DEFAULT_MAX_CODE_BYTES: u64 = 64 << 20;

    /// What [`EngineConfig::max_total_bytes`] is if nothing is said: 4 GiB.
    pub const DEFAULT_MAX_TOTAL_BYTES: u64 = 4 << 30;

    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sandboxes that can be alive at once. Default 10,000. Each reserves 4 GiB
    /// of addresses (no memory) and four mappings, so that Linux ends at about
    /// 16,000 unless `vm.max_map_count` is raised. Past it a call fails with
    /// [`Overload::Sandboxes`](crate::Overload::Sandboxes).
    pub fn max_sandboxes(mut self, count: u32) -> Self {
        self.max_sandboxes = count;
        self
    }

    /// The most that [`Limits::memory_bytes`](crate::Limits::memory_bytes) may
    /// be. Default 512 MiB.
    pub fn max_memory_bytes(mut self, bytes: u64) -> Self {
        self.max_memory_bytes = bytes;
        self
    }

    /// The most that the bodies of one worker's modules may take together. Default
    /// 64 MiB. Past it the worker does not load:
    /// [`Error::InvalidCode`](crate::Error::InvalidCode). What [`ModuleSource`]
    /// hands over when it is imported does not count.
    ///
    /// [`ModuleSource`]: crate::ModuleSource
    pub fn max_code_bytes(mut self, bytes: u64) -> Self {
        self.max_code_bytes = bytes;
        self
    }

    /// Bytes that all sandboxes may commit, and that the host may keep for them, at a
    /// time. Default 4 GiB. Counted is what
    /// [`Limits::tree_memory_bytes`](crate::Limits::tree_memory_bytes) counts, and app
    /// images. Past it whoever asks for more is refused with
    /// [`Overload::Bytes`](crate::Overload::Bytes).
    ///
    /// Not counted is what free slots of the pool retain, so that the next sandbox
    /// starts fast: for each of the 100 that were used last at most 2 MiB of memory,
    /// and for every slot that was ever used as much of a stack as its deepest
    /// recursion has touched, at most 4 MiB.
    pub fn max_total_bytes(mut self, bytes: u64) -> Self {
        self.max_total_bytes = bytes;
        self
    }

    /// The share of [`EngineConfig::max_sandboxes`] and of
    /// [`EngineConfig::max_total_bytes`] that one root may have: a sandbox that Rust has
    /// loaded, and all below it. Percent, default 50; 256 sandboxes and 512 MiB are never
    /// too many as far as the engine has them. Past it the root is refused with
    /// [`Overload::ShareOfSandboxes`](crate::Overload::ShareOfSandboxes) or
    /// [`Overload::ShareOfBytes`](crate::Overload::ShareOfBytes).
    pub fn max_root_percent(mut self, percent: u32) -> Self {
        self.max_root_percent = percent;
        self
    }

    /// Measures the CPU time of each poll of a sandbox's task, for
    /// [`EngineStats::worst_poll`]. Costs two system calls a poll. Default off.
    pub fn watch_polls(mut self, on: bool) -> Self {
        self.watch_polls = on;
        self
    }

    fn ceiling(&self) -> Ceiling {
        let share = |all: u64, at_least: u64| {
            let part = all / 100 * u64::from(self.max_root_percent)
                + all % 100 * u64::from(self.max_root_percent) / 100;
            part.max(at_least).min(all)
        };
        Ceiling {
            bytes: self.max_total_bytes,
            bytes_of_root: share(self.max_total_bytes, 512 << 20),
            sandboxes_of_root: share(self.max_sandboxes.into(), 256),
            max_code_bytes: self.max_code_bytes,
        }
    }

    /// After every turn, dumps each sandbox, drops it and restores it into a
    /// new one. Changes no result, no log and no fuel; it finds state that is
    /// not where a suspended sandbox would look for it. Costs about 40 µs a
    /// turn and a second slot during the move. Default off.
    pub fn torture(mut self, on: bool) -> Self {
        self.torture = on;
        self
    }
}

/// The compiled guests and the pool that sandboxes live in.
///
/// Made once in a process: it takes some milliseconds and reserves a large range
/// of addresses. A clone is another handle to the same engine.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    wasmtime: wasmtime::Engine,
    images: Images,
    base: Arc<Image>,
    rehearsal: OnceLock<Arc<Image>>,
    transpiler: Arc<Transpiler>,
    sandboxes: Arc<Semaphore>,
    quota: Arc<Quota>,
    polls: Polls,
    config: EngineConfig,
}

impl Engine {
    /// An engine with the default configuration.
    ///
    /// # Errors
    /// The machine cannot run the guests: no room for the pool's addresses, or
    /// another architecture than it was compiled for.
    pub fn new() -> Result<Self> {
        Self::with_config(EngineConfig::default())
    }

    /// An engine of one's own.
    ///
    /// # Errors
    /// As with [`Engine::new`].
    pub fn with_config(config: EngineConfig) -> Result<Self> {
        let guest = |engine: &wasmtime::Engine| {
            let images = Images::new(engine)?;
            let base = images.base()?;
            Ok((images, base))
        };
        Self::make(config, TRANSPILERS, guest).map_err(at_fault)
    }

    /// An engine with another guest than `QuickJS`, and with no slots but those
    /// of the sandboxes.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn with_guest(
        config: EngineConfig,
        guest: impl FnOnce(&wasmtime::Engine) -> wasmtime::Result<(Images, Image)>,
    ) -> Result<Self> {
        Self::make(config, 0, guest).map_err(at_fault)
    }

    fn make(
        config: EngineConfig,
        transpilers: u32,
        guest: impl FnOnce(&wasmtime::Engine) -> wasmtime::Result<(Images, Image)>,
    ) -> wasmtime::Result<Self> {
        let pool = pool(&config, transpilers)?;
        let mut settings = config::config();
        settings.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        let wasmtime = wasmtime::Engine::new(&settings).map_err(|error| {
            error.context(
                "the pool of sandboxes cannot be made (if addresses are short, raise `ulimit -v` or \
                 lower EngineConfig::max_sandboxes)",
            )
        })?;
        let (images, base) = guest(&wasmtime)?;
        let base = Arc::new(base);
        let transpiler = Transpiler::new(&wasmtime, config.max_memory_bytes, transpilers as usize);
        let transpiler = Arc::new(transpiler);
        let sandboxes = Arc::new(Semaphore::new(config.max_sandboxes as usize));
        let rehearsal = OnceLock::new();
        let quota = Quota::of_engine(config.ceiling());
        let polls = Polls::new(config.watch_polls);
        let inner = Inner {
            wasmtime,
            images,
            base,
            rehearsal,
            transpiler,
            sandboxes,
            quota,
            polls,
            config,
        };
        Ok(Self(Arc::new(inner)))
    }

    /// What the engine has now.
    pub fn stats(&self) -> EngineStats {
        let free = self.0.sandboxes.available_permits() as u64;
        EngineStats {
            sandboxes: self.0.quota.living(),
            slots: u64::from(self.0.config.max_sandboxes).saturating_sub(free),
            bytes: self.0.quota.used(),
            worst_poll: self.0.polls.worst(),
        }
    }

    pub(crate) fn polls(&self) -> &Polls {
        &self.0.polls
    }

    pub(crate) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.0.wasmtime
    }

    pub(crate) fn images(&self) -> &Images {
        &self.0.images
    }

    pub(crate) fn base(&self) -> &Arc<Image> {
        &self.0.base
    }

    /// The base image for a sandbox that is dumped. To read the whole of a memory
    /// maps the whole of it, which its slot pays for at each reset from then on; and
    /// a slot goes to the image that it had before.
    pub(crate) async fn rehearsal(&self) -> Result<Arc<Image>> {
        if let Some(image) = self.0.rehearsal.get() {
            return Ok(Arc::clone(image));
        }
        let this = self.clone();
        // The first time it takes some milliseconds.
        let made = tokio::task::spawn_blocking(move || this.images().apart_from(this.base()));
        let image = made.await.map_err(internal)?.map_err(at_fault)?;
        Ok(Arc::clone(self.0.rehearsal.get_or_init(|| Arc::new(image))))
    }

    pub(crate) fn transpiler(&self) -> &Arc<Transpiler> {
        &self.0.transpiler
    }

    /// Room for one more sandbox, given back when it is dropped.
    pub(crate) fn permit(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.0.sandboxes).try_acquire_owned().map_err(|_| Overload::Sandboxes.into())
    }

    /// The quota of what was loaded by the sandbox with the quota `parent`, or by Rust.
    pub(crate) fn quota_below(&self, parent: Option<&Arc<Quota>>, limits: &Limits) -> Arc<Quota> {
        let ceiling = self.0.config.ceiling();
        match parent {
            Some(parent) => Quota::of_child(limits, ceiling, parent),
            None => Quota::of_root(limits, ceiling, &self.0.quota),
        }
    }

    pub(crate) fn torture(&self) -> bool {
        self.0.config.torture
    }

    pub(crate) fn max_memory_bytes(&self) -> u64 {
        self.0.config.max_memory_bytes
    }

    pub(crate) fn max_code_bytes(&self) -> u64 {
        self.0.config.max_code_bytes
    }
}

fn pool(config: &EngineConfig, transpilers: u32) -> wasmtime::Result<PoolingAllocationConfig> {
    // Torture mode has two instances of a sandbox for a moment.
    let sandboxes = config.max_sandboxes.saturating_mul(1 + u32::from(config.torture));
    let slots = sandboxes.saturating_add(transpilers);
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(CORE_INSTANCES))
        .total_memories(slots)
        .total_tables(slots.saturating_mul(TABLES))
        .total_stacks(slots)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(1)
        .max_tables_per_component(TABLES)
        .table_elements(20_000)
        .max_memory_size(usize::try_from(config.max_memory_bytes)?)
        // A slot that is used again copies its dirty pages back instead of
        // faulting them in one by one; this is most of what a start costs.
        .linear_memory_keep_resident(2 << 20)
        .table_keep_resident(64 << 10)
        .async_stack_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Auto);
    Ok(pool)
}
