//! The process-wide state: compiled guests, linker, pool.

pub(crate) mod artifacts;
pub(crate) mod bindings;
#[cfg(feature = "packages")]
mod compiled;
pub(crate) mod data;
pub(crate) mod files;
#[cfg(feature = "cache")]
pub(crate) mod handed_out;
pub(crate) mod host_state;
pub(crate) mod image;
#[cfg(feature = "compiler")]
pub(crate) mod image_module;
#[cfg(feature = "packages")]
pub(crate) mod link;
pub(crate) mod log;
pub(crate) mod pagemap;
pub(crate) mod source;
pub(crate) mod transpiler;

use std::fmt;
use std::sync::{Arc, OnceLock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::{Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::engine::artifacts::Artifacts;
use crate::engine::image::{Image, Images};
use crate::engine::pagemap::Pagemap;
use crate::engine::transpiler::Transpiler;
use crate::error::fault::{at_fault, internal};
use crate::error::invalid::ConfigError;
use crate::error::{Overload, Result};
use crate::limits::Limits;
use crate::limits::quota::{Ceiling, Quota};
use crate::limits::stats::EngineStats;
use crate::support::backend::Backend;
use crate::support::config;
use crate::support::freed_memory;
use crate::support::polls::Polls;

/// The core instances and tables that one sandbox takes from the pool.
const CORE_INSTANCES: u32 = 4;
const TABLES: u32 = 2;

/// The pool slots for the `TypeScript` guest, beside those of the sandboxes. Further
/// transpilations wait.
const TRANSPILERS: u32 = 16;

/// The bytes of a used memory that are copied back from its image for the next sandbox. The
/// pages beyond are dropped and faulted in again.
pub(crate) const RESIDENT_BYTES: usize = 2 << 20;

/// The configuration of an [`Engine`]. Each setting is set by the method of its name, and
/// read as the field of its name.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use]
pub struct EngineConfig {
    /// The backend that executes the guests.
    pub backend: Backend,
    /// Sandboxes at a time.
    pub max_sandboxes: u32,
    /// Bytes of linear memory of one sandbox.
    pub max_memory_bytes: u64,
    /// Bytes of code of one worker.
    pub max_code_bytes: u64,
    /// Bytes of all sandboxes and of all that the host keeps for them.
    pub max_total_bytes: u64,
    /// Percent of sandboxes and bytes for one worker and all that it loads.
    pub max_root_percent: u32,
    /// True if sandboxes are dumped and restored after every turn.
    pub torture: bool,
    /// True if the longest poll of a sandbox is measured.
    pub watch_polls: bool,
    /// True if all pages of a used memory are dropped.
    pub strict_reset: bool,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            backend: Backend::default(),
            max_sandboxes: 10_000,
            max_memory_bytes: Self::DEFAULT_MAX_MEMORY_BYTES,
            max_code_bytes: Self::DEFAULT_MAX_CODE_BYTES,
            max_total_bytes: Self::DEFAULT_MAX_TOTAL_BYTES,
            max_root_percent: 50,
            torture: false,
            watch_polls: false,
            strict_reset: false,
        }
    }
}

impl EngineConfig {
    /// The default of [`EngineConfig::max_memory_bytes`]: 512 MiB.
    pub const DEFAULT_MAX_MEMORY_BYTES: u64 = 512 << 20;

    /// The default of [`EngineConfig::max_code_bytes`]: 64 MiB, as in Cloudflare Workers.
    pub const DEFAULT_MAX_CODE_BYTES: u64 = 64 << 20;

    /// The default of [`EngineConfig::max_total_bytes`]: 4 GiB.
    pub const DEFAULT_MAX_TOTAL_BYTES: u64 = 4 << 30;

    /// Returns the default configuration.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how the guests are executed. Default [`Backend::Native`], if this build has it.
    /// Changes no result, no log and no fuel. An engine cannot be created with a backend that
    /// this build does not have.
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// Sets the number of sandboxes that can be alive at once. Default 10,000. Past it a
    /// call fails with [`Overload::Sandboxes`](crate::Overload::Sandboxes).
    ///
    /// Each sandbox reserves 4 GiB of addresses (no memory; 512 MiB with
    /// [`Backend::Pulley`]) and four mappings, so Linux allows about 16,000 unless
    /// `vm.max_map_count` is raised. The transpiler of TypeScript takes as much again for each
    /// eight sandboxes, but for at most 16 modules at a time.
    pub fn max_sandboxes(mut self, count: u32) -> Self {
        self.max_sandboxes = count;
        self
    }

    /// Sets the largest value that [`Limits::memory_bytes`](crate::Limits::memory_bytes)
    /// may have. Default 512 MiB, which is also the most that [`Backend::Pulley`] allows.
    pub fn max_memory_bytes(mut self, bytes: u64) -> Self {
        self.max_memory_bytes = bytes;
        self
    }

    /// Sets the bytes that the bodies of one worker's modules may take together. Default
    /// 64 MiB. Past it the worker does not load:
    /// [`Error::InvalidCode`](crate::Error::InvalidCode). Modules that a [`ModuleSource`]
    /// returns when they are imported do not count.
    ///
    /// [`ModuleSource`]: crate::ModuleSource
    pub fn max_code_bytes(mut self, bytes: u64) -> Self {
        self.max_code_bytes = bytes;
        self
    }

    /// Sets the bytes that all sandboxes may commit, and that the host may keep for them,
    /// at a time. Default 4 GiB. Past it the request for more is refused with
    /// [`Overload::Bytes`](crate::Overload::Bytes).
    ///
    /// The limit counts app images, and what
    /// [`Limits::tree_memory_bytes`](crate::Limits::tree_memory_bytes) counts. It does not
    /// count what free slots of the pool retain, so that the next sandbox starts fast: at
    /// most 2 MiB of memory for each of the 100 that were used last, and, for every slot
    /// that was ever used, as much of a stack as its deepest recursion has touched, at most
    /// 4 MiB.
    pub fn max_total_bytes(mut self, bytes: u64) -> Self {
        self.max_total_bytes = bytes;
        self
    }

    /// Sets the share of [`EngineConfig::max_sandboxes`] and of
    /// [`EngineConfig::max_total_bytes`] that one root may have, in percent. Default 50.
    /// A root is a sandbox that the embedder has loaded, and all sandboxes below it. 256
    /// sandboxes and 512 MiB are always allowed, as far as the engine has them.
    ///
    /// Past it the root is refused with
    /// [`Overload::ShareOfSandboxes`](crate::Overload::ShareOfSandboxes) or
    /// [`Overload::ShareOfBytes`](crate::Overload::ShareOfBytes).
    pub fn max_root_percent(mut self, percent: u32) -> Self {
        self.max_root_percent = percent;
        self
    }

    /// Sets whether the CPU time of each poll of a sandbox's task is measured, for
    /// [`EngineStats::worst_poll`]. Costs two system calls a poll. Default off.
    pub fn watch_polls(mut self, on: bool) -> Self {
        self.watch_polls = on;
        self
    }

    /// Sets whether a slot of the pool drops all pages of the memory that a sandbox has used, in
    /// place of copying back those that the sandbox has written. Default false. The engine drops
    /// them anyway if, when it is created, the machine has swap (and no control group of the process
    /// forbids it by a `memory.swap.max` of 0) or balances memory between NUMA nodes
    /// (`kernel.numa_balancing`).
    ///
    /// By default Wasmtime asks the kernel for the written pages ([`PAGEMAP_SCAN`]). It does not ask
    /// for pages that are away at that moment ([Wasmtime's pull request 14357]): a page that has been
    /// swapped out, or that is just being moved elsewhere in memory, stays as it is, and the next
    /// sandbox in the slot, perhaps another tenant's, has it. Without swap and balancing, pages are
    /// moved when the kernel compacts memory or takes some of it offline, for microseconds each.
    /// Set this to true where even that is too much, or if swap is turned on later.
    ///
    /// Costs a page fault for each page that the next sandbox writes, and a system call for which
    /// all threads are interrupted. Measured: a call in a fresh sandbox 180 µs in place of 75, one
    /// from an app image 75 µs in place of 25, and a fifth of the requests a second with a fresh
    /// sandbox for each on two threads. A service avoids that on a machine with swap by a control
    /// group without it (systemd: `MemorySwapMax=0`).
    ///
    /// [`PAGEMAP_SCAN`]: https://man7.org/linux/man-pages/man2/PAGEMAP_SCAN.2const.html
    /// [Wasmtime's pull request 14357]: https://github.com/bytecodealliance/wasmtime/pull/14357
    pub fn strict_reset(mut self, on: bool) -> Self {
        self.strict_reset = on;
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

    /// Sets whether each sandbox is dumped after every turn, dropped, and restored into a
    /// new one. This changes no result, no log and no fuel. It finds state that is not
    /// where a suspended sandbox would look for it. Costs about 40 µs a turn, and a
    /// second slot during the move. Default off.
    pub fn torture(mut self, on: bool) -> Self {
        self.torture = on;
        self
    }
}

/// The compiled guests and the pool that sandboxes live in.
///
/// Create it once in a process: it takes some milliseconds and reserves a large range of
/// addresses. A clone is another handle to the same engine.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    wasmtime: wasmtime::Engine,
    images: Images,
    base: Arc<Image>,
    dump_image: OnceLock<Arc<Image>>,
    transpiler: Arc<Transpiler>,
    sandboxes: Arc<Semaphore>,
    quota: Arc<Quota>,
    polls: Polls,
    pagemap: Option<Pagemap>,
    config: EngineConfig,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl Engine {
    /// Creates an engine with the default configuration.
    ///
    /// # Errors
    /// Errors if the machine cannot run the guests: there is no room for the pool's
    /// addresses, or the architecture is not the one that it was compiled for.
    pub fn new() -> Result<Self> {
        Self::with_config(EngineConfig::default())
    }

    /// Creates an engine with a configuration.
    ///
    /// # Errors
    /// As for [`Engine::new`].
    pub fn with_config(config: EngineConfig) -> Result<Self> {
        let backend = config.backend;
        let artifacts = Artifacts::of(backend).ok_or(ConfigError::Backend(backend))?;
        let (actual, limit) = (config.max_memory_bytes, backend.max_memory_bytes());
        if actual > limit {
            return Err(ConfigError::Memory { backend, actual, limit }.into());
        }
        let guest = |engine: &wasmtime::Engine, artifacts: Option<Artifacts>| {
            let artifacts = artifacts.ok_or_else(|| wasmtime::Error::msg("no guests"))?;
            let images = Images::new(engine, artifacts, backend == Backend::Native)?;
            let base = images.base()?;
            Ok((images, base))
        };
        Self::make(config, Some(artifacts), guest).map_err(at_fault)
    }

    /// Creates an engine with another guest than `QuickJS`, and without a transpiler.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn with_guest(
        config: EngineConfig,
        guest: impl FnOnce(&wasmtime::Engine) -> wasmtime::Result<(Images, Image)>,
    ) -> Result<Self> {
        Self::make(config, None, |engine, _| guest(engine)).map_err(at_fault)
    }

    fn make(
        config: EngineConfig,
        artifacts: Option<Artifacts>,
        guest: impl FnOnce(&wasmtime::Engine, Option<Artifacts>) -> wasmtime::Result<(Images, Image)>,
    ) -> wasmtime::Result<Self> {
        freed_memory::keep_some();
        let mut settings = config::config(config.backend.target())?;
        // An engine of few sandboxes reserves few addresses.
        let transpilers =
            artifacts.map_or(0, |_| TRANSPILERS.min(config.max_sandboxes.div_ceil(8)));
        // Wasmtime would leave pages that were taken away to the next sandbox.
        let drops = config.strict_reset || pagemap::are_taken_away();
        let pool = pool(&config, transpilers, drops)?;
        settings.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        let artifacts = artifacts.map(|it| it.in_place(&mut settings));
        let wasmtime = wasmtime::Engine::new(&settings).map_err(|error| {
            if let Some(artifacts) = artifacts {
                artifacts.give_back();
            }
            error.context(
                "the pool of sandboxes cannot be made (if addresses are short, raise `ulimit -v` or \
                 lower EngineConfig::max_sandboxes)",
            )
        })?;
        let (images, base) = guest(&wasmtime, artifacts)?;
        let base = Arc::new(base);
        let slots = transpilers as usize;
        let transpiler = Transpiler::new(&wasmtime, artifacts, config.max_memory_bytes, slots);
        let transpiler = Arc::new(transpiler);
        let sandboxes = Arc::new(Semaphore::new(config.max_sandboxes as usize));
        let dump_image = OnceLock::new();
        let quota = Quota::of_engine(config.ceiling());
        let polls = Polls::new(config.watch_polls);
        let inner = Inner {
            wasmtime,
            images,
            base,
            dump_image,
            transpiler,
            sandboxes,
            quota,
            polls,
            pagemap: if drops { None } else { Pagemap::open() },
            config,
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Returns the current statistics of the engine.
    pub fn stats(&self) -> EngineStats {
        let free = self.0.sandboxes.available_permits() as u64;
        EngineStats {
            sandboxes: self.0.quota.living(),
            slots: u64::from(self.0.config.max_sandboxes).saturating_sub(free),
            bytes: self.0.quota.used(),
            worst_poll: self.0.polls.worst(),
        }
    }

    pub(crate) fn pagemap(&self) -> Option<&Pagemap> {
        self.0.pagemap.as_ref()
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

    /// Returns the base image for sandboxes that are dumped. Reading a whole memory maps
    /// all of it, and its slot pays for that at each reset from then on. A slot is reused
    /// for the image that it had before, so an image apart keeps that cost from other
    /// sandboxes.
    pub(crate) async fn dump_image(&self) -> Result<Arc<Image>> {
        if let Some(image) = self.0.dump_image.get() {
            return Ok(Arc::clone(image));
        }
        let this = self.clone();
        // Making it takes some milliseconds.
        let made = tokio::task::spawn_blocking(move || this.images().apart_from(this.base()));
        let image = made.await.map_err(internal)?.map_err(at_fault)?;
        Ok(Arc::clone(self.0.dump_image.get_or_init(|| Arc::new(image))))
    }

    pub(crate) fn transpiler(&self) -> &Arc<Transpiler> {
        &self.0.transpiler
    }

    /// Reserves room for one more sandbox, until the permit is dropped.
    pub(crate) fn permit(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.0.sandboxes).try_acquire_owned().map_err(|_| Overload::Sandboxes.into())
    }

    /// Creates the quota of a sandbox that is loaded by the one with the quota `parent`,
    /// or by the embedder.
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

fn pool(
    config: &EngineConfig,
    transpilers: u32,
    drops: bool,
) -> wasmtime::Result<PoolingAllocationConfig> {
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
        // A slot that is used again copies its dirty pages back instead of faulting them
        // in one by one. This is most of what a start costs.
        .linear_memory_keep_resident(if drops { 0 } else { RESIDENT_BYTES })
        .table_keep_resident(64 << 10)
        .async_stack_keep_resident(64 << 10)
        .pagemap_scan(if drops { Enabled::No } else { Enabled::Auto });
    Ok(pool)
}
