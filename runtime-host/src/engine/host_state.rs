//! The state of a sandbox that the functions imported by its guest see and keep.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use tokio::time::timeout_at;
use wasmtime::ResourceLimiter;

use crate::engine::bindings::sandbox as wit;
use crate::engine::data;
use crate::engine::files::{HeldFiles, Read};
use crate::engine::log::Logs;
use crate::engine::source::{self, Sources};
use crate::error::{Aborted, Error, LimitError, LimitKind, Result};
use crate::limits::budget::Budget;
use crate::limits::fuel_account::FuelAccount;
use crate::limits::quota::{Quota, Reservation};

/// The number of Wasm operations after which a turn yields to other tasks and checks its
/// deadline and its fuel account: about 25 microseconds.
pub(crate) const YIELD_INTERVAL: u64 = 300_000;

/// The size in bytes from which on a module makes its turn yield to other tasks.
const LARGE_MODULE: usize = 256 << 10;

/// The state of a sandbox that host functions see.
pub(crate) struct HostState {
    pub(crate) logs: Logs,
    pub(crate) files: HeldFiles,
    sources: Arc<Sources>,
    memory: MemoryLimit,
    asking: Asking,
}

/// The part of a turn that its guest does not run, for the one who polls it.
#[derive(Default)]
pub(crate) struct Elsewhere {
    /// True while the turn waits for the host.
    waits: AtomicBool,
    /// The fuel that the host has taken.
    fuel: AtomicU64,
}

impl Elsewhere {
    pub(crate) fn waits(&self) -> bool {
        self.waits.load(Ordering::Relaxed)
    }

    /// Returns the fuel that was taken since the last look.
    pub(crate) fn fuel(&self) -> u64 {
        self.fuel.swap(0, Ordering::Relaxed)
    }

    fn waits_now(&self, waits: bool) {
        self.waits.store(waits, Ordering::Relaxed);
    }

    /// Yields now and then, and if as much fuel was taken as the guest uses between two yields.
    pub(super) async fn pause(&self) {
        self.waits_now(true);
        if self.fuel.load(Ordering::Relaxed) < YIELD_INTERVAL {
            tokio::task::consume_budget().await;
        } else {
            tokio::task::yield_now().await;
        }
        self.waits_now(false);
    }
}

/// The state of the running turn's requests for modules.
#[derive(Default)]
struct Asking {
    /// The budget of the turn. Its deadline is how long the turn may wait.
    budget: Option<Budget>,
    /// The account of the tree of calls that the turn belongs to.
    payer: Option<Arc<FuelAccount>>,
    /// The bytes that the turn may still be handed.
    left: usize,
    /// The bytes that the turn might be handed in all.
    limit: usize,
    /// The fuel that was left when the guest's last interval between two yields began.
    interval_from: u64,
    /// The reservation for what the turn has read last.
    read: Reservation,
    elsewhere: Arc<Elsewhere>,
}

impl HostState {
    /// Creates the state of a new sandbox, whose memory is that of an image at first.
    pub(crate) fn new(
        sources: &Arc<Sources>,
        memory_bytes: u64,
        image_bytes: u64,
        quota: &Arc<Quota>,
    ) -> Self {
        Self {
            logs: Logs::default(),
            files: HeldFiles::default(),
            sources: Arc::clone(sources),
            memory: MemoryLimit {
                of_sandbox: memory_bytes,
                of_turn: u64::MAX,
                peak: image_bytes,
                grown: Reservation::none(quota, false),
            },
            asking: Asking { read: Reservation::none(quota, false), ..Asking::default() },
        }
    }

    /// Moves the state to another instance, which takes the place of this one.
    pub(crate) fn moved(&mut self) -> Self {
        Self {
            logs: std::mem::take(&mut self.logs),
            files: std::mem::take(&mut self.files),
            sources: Arc::clone(&self.sources),
            memory: self.memory.take(),
            asking: Asking { read: std::mem::take(&mut self.asking.read), ..Asking::default() },
        }
    }

    /// Begins a turn that may be handed `transfer` bytes. Returns what the turn does elsewhere.
    pub(crate) fn begin_turn(
        &mut self,
        budget: Budget,
        payer: Option<Arc<FuelAccount>>,
        transfer: usize,
    ) -> Arc<Elsewhere> {
        self.memory.of_turn = budget.memory_bytes;
        let asking = &mut self.asking;
        (asking.budget, asking.left, asking.limit) = (Some(budget), transfer, transfer);
        asking.payer = payer;
        // One more than allowed, as `Sandbox::turn` sets it.
        asking.interval_from = budget.fuel.saturating_add(1);
        Arc::clone(&asking.elsewhere)
    }

    pub(crate) fn end_turn(&mut self) {
        self.memory.of_turn = u64::MAX;
        self.asking.read.fit(0);
    }

    /// Returns the most memory that the sandbox has had, in bytes.
    pub(crate) fn memory_peak(&self) -> u64 {
        self.memory.peak
    }

    /// Counts fuel that the host takes for the running turn, of which `before` was left. Setting what is
    /// left then begins an interval between two yields anew, so that what the guest has used of the
    /// last one is counted as well.
    pub(super) fn take_fuel(&mut self, before: u64, fuel: u64) -> Arc<Elsewhere> {
        let asking = &mut self.asking;
        let run = asking.interval_from.saturating_sub(before) % YIELD_INTERVAL;
        asking.interval_from = before.saturating_sub(fuel);
        asking.elsewhere.fuel.fetch_add(run.saturating_add(fuel), Ordering::Relaxed);
        Arc::clone(&asking.elsewhere)
    }

    pub(crate) fn limiter(&mut self) -> &mut dyn ResourceLimiter {
        &mut self.memory
    }
}

impl Asking {
    fn waits(&self, waits: bool) {
        self.elsewhere.waits_now(waits);
    }

    fn take(&mut self, bytes: usize) -> Result<(), LimitError> {
        let limit = self.limit as u64;
        let error = LimitError { kind: LimitKind::Transfer, limit, actual: limit };
        self.left = self.left.checked_sub(bytes).ok_or(error)?;
        Ok(())
    }
}

impl HostState {
    /// Reads from a directory in the middle of a turn.
    ///
    /// # Errors
    /// Errors if the turn may not read, or past a limit.
    pub(super) async fn read(
        &mut self,
        directory: u32,
        path: String,
        query: wit::FileQuery,
    ) -> wasmtime::Result<Read> {
        let Some(budget) = self.asking.budget else { return Ok(Read::bad_number()) };
        if self.files.is_refused() {
            return Err(wasmtime::Error::new(Error::Hung));
        }
        if let Some(payer) = &self.asking.payer {
            payer.count_call().map_err(wasmtime::Error::new)?;
        }
        let Some(directory) = self.files.get(directory) else {
            return Ok(Read::bad_number());
        };
        self.asking.waits(true);
        let reading = directory.read(path, query, self.asking.left as u64);
        let read = timeout_at(budget.deadline.into(), reading).await;
        self.asking.waits(false);
        let read = read.map_err(|_| wasmtime::Error::new(budget.late(Instant::now())))?;
        let bytes = read.bytes();
        self.asking.read.cover(bytes as u64).map_err(wasmtime::Error::new)?;
        self.asking.take(bytes).map_err(wasmtime::Error::new)?;
        Ok(read)
    }
}

struct MemoryLimit {
    of_sandbox: u64,
    of_turn: u64,
    peak: u64,
    /// The reservation for the memory that the sandbox has beyond its image.
    grown: Reservation,
}

impl MemoryLimit {
    /// Takes the limit from an instance that is replaced by another.
    fn take(&mut self) -> Self {
        Self { grown: std::mem::take(&mut self.grown), ..*self }
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let (desired, limit) = (desired as u64, self.of_sandbox.min(self.of_turn));
        if desired > limit {
            let error = LimitError { kind: LimitKind::Memory, limit, actual: desired };
            return Err(wasmtime::Error::new(error));
        }
        if desired > self.peak {
            self.grown.grow(desired - self.peak).map_err(wasmtime::Error::new)?;
            self.peak = desired;
        }
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

impl wit::SandboxImports for HostState {
    fn log(
        &mut self,
        invocation: u32,
        level: wit::Level,
        text: String,
        arguments: Option<Vec<u8>>,
    ) -> wasmtime::Result<()> {
        self.logs.write(invocation, level, text, arguments)
    }

    fn abort(&mut self, reason: Option<String>) -> wasmtime::Result<()> {
        Err(wasmtime::Error::new(Aborted::because(reason)))
    }

    async fn source(
        &mut self,
        specifier: String,
        importer: Option<wit::Importer>,
    ) -> wasmtime::Result<Result<wit::Module, wit::SourceError>> {
        let Some(budget) = self.asking.budget else {
            return Ok(Err(wit::SourceError::NotFound));
        };
        self.asking.waits(true);
        let module =
            self.sources.module(&specifier, importer.as_ref(), self.asking.payer.as_deref());
        let module = timeout_at(budget.deadline.into(), module).await;
        let module = module.map_err(|_| wasmtime::Error::new(budget.late(Instant::now())))?;
        let bytes = module.as_ref().map_or(0, |it| source::bytes_of(&it.body));
        // The host copies the module, which costs the guest nothing.
        self.asking.take(bytes).map_err(wasmtime::Error::new)?;
        if bytes < LARGE_MODULE {
            tokio::task::consume_budget().await;
        } else {
            tokio::task::yield_now().await;
        }
        self.asking.waits(false);
        Ok(module)
    }

    async fn link(
        &mut self,
        request: wit::LinkRequest,
    ) -> wasmtime::Result<Result<wit::Linked, String>> {
        let Some(budget) = self.asking.budget else {
            return Ok(Err("nothing can be linked now".to_owned()));
        };
        self.asking.waits(true);
        let linked = self.sources.link(request, self.asking.payer.as_deref());
        let linked = timeout_at(budget.deadline.into(), linked).await;
        let linked = linked.map_err(|_| wasmtime::Error::new(budget.late(Instant::now())))?;
        let bytes = linked.as_ref().map_or_else(String::len, |linked| {
            let modules = linked.modules.iter();
            let modules = modules.map(|it| it.name.len() + source::bytes_of(&it.body));
            modules.chain(linked.warnings.iter().map(String::len)).sum()
        });
        self.asking.take(bytes).map_err(wasmtime::Error::new)?;
        tokio::task::yield_now().await;
        self.asking.waits(false);
        Ok(linked)
    }

    async fn data(&mut self, name: String) -> wasmtime::Result<Option<Vec<u8>>> {
        let data = data::find(&name)?;
        // The host copies the data, which costs the guest nothing.
        self.asking.take(data.as_ref().map_or(0, Vec::len)).map_err(wasmtime::Error::new)?;
        tokio::task::consume_budget().await;
        Ok(data)
    }

    async fn read_file(
        &mut self,
        directory: u32,
        path: String,
        query: wit::FileQuery,
    ) -> wasmtime::Result<Result<wit::FileAnswer, wit::FileError>> {
        self.read(directory, path, query).await.map(|read| read.answer)
    }
}
