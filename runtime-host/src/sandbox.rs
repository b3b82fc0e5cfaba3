//! One live sandbox: one store, one instance, one heap.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Instant;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout_at;
use wasmtime::component::{Instance, WasmList};
use wasmtime::{ResourceLimiter, Store, Trap};

use crate::artifacts::TurnFunc;
use crate::bindings::sandbox as wit;
use crate::engine::Engine;
use crate::error::{Aborted, Error, LimitError, LimitKind, Overload, Result};
use crate::image::Image;
use crate::invocation::millis;
use crate::link::Lineage;
use crate::log::Logs;
use crate::purse::{Lease, Purse};
use crate::quota::{Quota, Reservation};
use crate::source::{self, Sources};

/// A turn gives way to other tasks, and looks at its deadline and its purse, after
/// so many Wasm operations: some 25 microseconds.
const YIELD_INTERVAL: u64 = 400_000;

/// What a turn may hand over beside twice its memory: effects are larger here
/// than there.
const TRANSFER_BYTES: usize = 64 << 20;

/// Even if its tree has nothing left: enough to say so.
const LEAST_TRANSFER_BYTES: usize = 1 << 20;

const PAGE: usize = 4096;

/// Who is handed so much at once gives way to other tasks.
const LARGE_MODULE: usize = 256 << 10;

/// What host functions see of a sandbox.
pub(crate) struct HostState {
    pub(crate) logs: Logs,
    pub(crate) sources: Arc<Sources>,
    memory: MemoryLimit,
    asking: Asking,
}

/// Modules that the running turn asks for.
#[derive(Default)]
struct Asking {
    /// Until when it may wait.
    budget: Option<Budget>,
    /// Whose tree of calls it belongs to.
    payer: Option<Arc<Purse>>,
    /// How many bytes it may still be handed, and how many it might have been.
    left: usize,
    limit: usize,
    /// Whether it waits for one.
    waits: Arc<AtomicBool>,
}

impl Asking {
    fn take(&mut self, bytes: usize) -> Result<(), LimitError> {
        let limit = self.limit as u64;
        let error = LimitError { kind: LimitKind::Transfer, limit, actual: limit };
        self.left = self.left.checked_sub(bytes).ok_or(error)?;
        Ok(())
    }
}

struct MemoryLimit {
    of_sandbox: u64,
    of_turn: u64,
    peak: u64,
    /// What the sandbox has beyond its image.
    grown: Reservation,
}

impl MemoryLimit {
    /// Of an instance that another takes the place of.
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
    ) -> wasmtime::Result<Result<wit::Module, wit::SourceError>> {
        let Some(budget) = self.asking.budget else {
            return Ok(Err(wit::SourceError::NotFound));
        };
        self.asking.waits.store(true, Ordering::Relaxed);
        let module = self.sources.module(&specifier, self.asking.payer.as_deref());
        let module = timeout_at(budget.deadline.into(), module).await;
        let module = module.map_err(|_| wasmtime::Error::new(budget.late(Instant::now())))?;
        let bytes = module.as_ref().map_or(0, |it| source::bytes_of(&it.body));
        // The host copies it, which costs the guest nothing.
        self.asking.take(bytes).map_err(wasmtime::Error::new)?;
        if bytes < LARGE_MODULE {
            tokio::task::consume_budget().await;
        } else {
            tokio::task::yield_now().await;
        }
        self.asking.waits.store(false, Ordering::Relaxed);
        Ok(module)
    }
}

/// What a turn may use.
#[derive(Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) fuel: u64,
    /// The limit that the fuel is what is left of.
    pub(crate) fuel_limit: u64,
    /// Beyond which the turn may not let the sandbox's memory grow.
    pub(crate) memory_bytes: u64,
    pub(crate) began: Instant,
    pub(crate) deadline: Instant,
}

impl Budget {
    /// The error for a turn whose deadline has passed.
    fn late(&self, now: Instant) -> LimitError {
        LimitError {
            kind: LimitKind::Wall,
            limit: millis(self.deadline - self.began),
            actual: millis(now - self.began),
        }
    }
}

/// What of its budget a turn has now; without a lease, all of it.
pub(crate) struct Allowance(pub(crate) Option<Lease>);

impl Allowance {
    fn fuel(&self) -> u64 {
        self.0.as_ref().map_or(u64::MAX, Lease::fuel)
    }

    /// Another slice for a turn that has yielded so often.
    async fn top_up(&mut self, budget: Budget) -> Result<()> {
        let Some(lease) = &mut self.0 else { return Err(out_of_fuel(budget)) };
        if lease.top_up().await > 0 {
            return Ok(());
        }
        // Its own limit, or that of one who pays.
        let fuel_limit = lease.exhausted().unwrap_or(budget.fuel_limit);
        Err(out_of_fuel(Budget { fuel_limit, ..budget }))
    }
}

/// What a turn came to.
pub(crate) struct Turn {
    pub(crate) outcome: wit::Outcome,
    pub(crate) fuel: u64,
}

pub(crate) struct Sandbox {
    engine: Engine,
    image: Arc<Image>,
    store: Store<HostState>,
    instance: Instance,
    turn: TurnFunc,
    quota: Arc<Quota>,
    /// What ends the sandbox when it ends, in the middle of a turn too.
    parent: Lineage,
    _living: Reservation,
    /// One of those that the engine was configured for.
    _permit: OwnedSemaphorePermit,
}

impl Sandbox {
    /// Maps the image into a new instance.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when the engine has no room.
    pub(crate) async fn new(
        engine: &Engine,
        image: &Arc<Image>,
        memory_bytes: u64,
        sources: &Arc<Sources>,
        quota: &Arc<Quota>,
        parent: Lineage,
    ) -> Result<Self> {
        let living = quota.sandbox()?;
        let state = HostState {
            logs: Logs::default(),
            sources: Arc::clone(sources),
            memory: MemoryLimit {
                of_sandbox: memory_bytes,
                of_turn: u64::MAX,
                peak: image.memory_bytes(),
                grown: Reservation::none(quota, false),
            },
            asking: Asking::default(),
        };
        let permit = engine.permit()?;
        let (store, instance, turn) = instantiate(engine, image, state).await?;
        Ok(Self {
            engine: engine.clone(),
            image: Arc::clone(image),
            store,
            instance,
            turn,
            quota: Arc::clone(quota),
            parent,
            _living: living,
            _permit: permit,
        })
    }

    pub(crate) fn logs(&mut self) -> &mut Logs {
        &mut self.store.data_mut().logs
    }

    /// The most memory that the sandbox has had.
    pub(crate) fn memory_peak(&self) -> u64 {
        self.store.data().memory.peak
    }

    /// Delivers one event. After an error the sandbox is dead.
    ///
    /// # Errors
    /// A limit, or a trap.
    pub(crate) async fn turn(
        &mut self,
        now: f64,
        event: &wit::Event,
        budget: Budget,
        allowance: &mut Allowance,
    ) -> Result<Turn> {
        // Wasmtime looks at the fuel on entering functions and loops, so a turn
        // can end with less than none. One more than allowed tells the two apart.
        self.store.set_fuel(budget.fuel.saturating_add(1)).map_err(internal)?;
        // Lists that lie over one another are more than the memory they lie in.
        let transfer = self.transfer_bytes();
        self.store.set_hostcall_fuel(transfer);
        let HostState { memory, asking, .. } = self.store.data_mut();
        memory.of_turn = budget.memory_bytes;
        (asking.budget, asking.left, asking.limit) = (Some(budget), transfer, transfer);
        asking.payer = allowance.0.as_ref().map(Lease::payer);
        let waits = Arc::clone(&asking.waits);
        let outcome = {
            let (turn, parent) = (self.turn.typed(), &self.parent);
            let mut turn = pin!(turn.call_async(&mut self.store, (now, event)));
            let mut used = 0_u64;
            let mut waited = false;
            loop {
                let paused = poll_fn(|cx| {
                    // Looked at on every yield: a timer would wait for its turn
                    // behind whatever else the runtime's thread has to do. Not
                    // before the first: to end a turn is to end the sandbox, and
                    // whoever began this one has just looked.
                    let late = (used > 0).then(Instant::now).filter(|now| *now >= budget.deadline);
                    if let Some(now) = late {
                        return Poll::Ready(Err(budget.late(now).into()));
                    }
                    if used > 0 && !parent.is_alive() {
                        return Poll::Ready(Err(Error::ParentEnded));
                    }
                    if used >= allowance.fuel() && allowance.fuel() < budget.fuel {
                        return Poll::Ready(Ok(None));
                    }
                    // What it waits for is none of its own fuel.
                    if !waited {
                        used = used.saturating_add(YIELD_INTERVAL);
                    }
                    let polled = turn.as_mut().poll(cx);
                    waited = waits.load(Ordering::Relaxed);
                    polled.map(|ended| match ended {
                        Ok((outcome,)) => Ok(Some(outcome)),
                        Err(error) => Err(stopped(&error, budget, transfer)),
                    })
                });
                match paused.await? {
                    Some(outcome) => break outcome,
                    None => allowance.top_up(budget).await?,
                }
            }
        };
        self.store.data_mut().memory.of_turn = u64::MAX;
        let Some(left) = self.store.get_fuel().map_err(internal)?.checked_sub(1) else {
            return Err(out_of_fuel(budget));
        };
        let fuel = budget.fuel - left;
        if self.engine.torture() {
            self.move_to_new_instance().await?;
        }
        Ok(Turn { outcome, fuel })
    }

    /// What the host may be made to allocate by one turn: no more than the tree has left.
    fn transfer_bytes(&self) -> usize {
        let memory = self.store.data().memory.peak.saturating_mul(2);
        let own = usize::try_from(memory).unwrap_or(usize::MAX).saturating_add(TRANSFER_BYTES);
        let left = usize::try_from(self.quota.left()).unwrap_or(usize::MAX);
        own.min(left.max(LEAST_TRANSFER_BYTES))
    }

    /// What the last turn left of its fuel, also when it was stopped.
    pub(crate) fn fuel_left(&self) -> u64 {
        self.store.get_fuel().unwrap_or(0).saturating_sub(1)
    }

    /// The linear memory, which at rest is all that the sandbox is.
    pub(crate) async fn dump(&mut self) -> Result<Vec<u8>> {
        self.store.set_fuel(u64::MAX).map_err(internal)?;
        self.store.set_hostcall_fuel(usize::MAX);
        let dump = self
            .instance
            .get_typed_func::<(), (WasmList<u8>,)>(&mut self.store, "dump")
            .map_err(internal)?;
        let (memory,) = dump.call_async(&mut self.store, ()).await.map_err(internal)?;
        Ok(memory.as_le_slice(&self.store).to_vec())
    }

    /// What torture mode does after every turn: nothing that the sandbox needs
    /// may be anywhere but in its memory and in the driver's tables.
    async fn move_to_new_instance(&mut self) -> Result<()> {
        let memory = self.dump().await?;
        let old = self.store.data_mut();
        let state = HostState {
            logs: std::mem::take(&mut old.logs),
            sources: Arc::clone(&old.sources),
            memory: old.memory.take(),
            asking: Asking::default(),
        };
        let (store, instance, turn) = instantiate(&self.engine, &self.image, state).await?;
        (self.store, self.instance, self.turn) = (store, instance, turn);
        self.restore(&memory).await
    }

    /// Makes the memory that of a dump, writing only what differs.
    async fn restore(&mut self, memory: &[u8]) -> Result<()> {
        self.store.set_fuel(u64::MAX).map_err(internal)?;
        let store = &mut self.store;
        let grow = self.instance.get_typed_func::<(u32,), (i32,)>(&mut *store, "grow");
        let seek = self.instance.get_typed_func::<(u32,), ()>(&mut *store, "seek");
        let write = self.instance.get_typed_func::<(&[u8],), ()>(&mut *store, "write");
        let (grow, seek, write) =
            (grow.map_err(internal)?, seek.map_err(internal)?, write.map_err(internal)?);

        let base = self.image.memory();
        let pages = memory.len().saturating_sub(base.len()) / 65536;
        if pages > 0 {
            let pages = u32::try_from(pages).map_err(internal)?;
            let (old,) = grow.call_async(&mut *store, (pages,)).await.map_err(internal)?;
            if old < 0 {
                return Err(Error::Internal("a dump larger than a sandbox".to_owned()));
            }
        }
        for run in differing(base, memory) {
            let to = u32::try_from(run.start).map_err(internal)?;
            seek.call_async(&mut *store, (to,)).await.map_err(internal)?;
            write.call_async(&mut *store, (&memory[run],)).await.map_err(internal)?;
        }
        Ok(())
    }
}

/// Runs of pages in which the memory is not what the image maps.
fn differing(base: &[u8], memory: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for start in (0..memory.len()).step_by(PAGE) {
        let end = (start + PAGE).min(memory.len());
        let page = &memory[start..end];
        let same = match base.get(start..end) {
            Some(base) => base == page,
            None => page.iter().all(|&byte| byte == 0),
        };
        if same {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.end == start => run.end = end,
            _ => runs.push(start..end),
        }
    }
    runs
}

async fn instantiate(
    engine: &Engine,
    image: &Image,
    state: HostState,
) -> Result<(Store<HostState>, Instance, TurnFunc)> {
    let mut store = Store::new(engine.wasmtime(), state);
    store.limiter(|state| &mut state.memory);
    // Instantiation runs no code of the guest, only the segments of a table.
    store.set_fuel(u64::MAX).map_err(internal)?;
    store.fuel_async_yield_interval(Some(YIELD_INTERVAL)).map_err(internal)?;
    let instance =
        image.pre().instantiate_async(&mut store).await.map_err(|error| {
            overload(&error).map_or_else(|| stopped_at_start(&error), Error::from)
        })?;
    let turn = image.turn().of(&mut store, &instance).map_err(internal)?;
    Ok((store, instance, turn))
}

/// What of the machine or the pool has run out, if that is what the error says.
pub(crate) fn overload(error: &wasmtime::Error) -> Option<Overload> {
    if error.downcast_ref::<wasmtime::PoolConcurrencyLimitError>().is_some() {
        return Some(Overload::Sandboxes);
    }
    let code = error.chain().find_map(|cause| {
        let errno = cause.downcast_ref::<rustix::io::Errno>().map(|errno| errno.raw_os_error());
        errno.or_else(|| cause.downcast_ref::<std::io::Error>()?.raw_os_error())
    })?;
    match rustix::io::Errno::from_raw_os_error(code) {
        rustix::io::Errno::MFILE | rustix::io::Errno::NFILE => Some(Overload::Descriptors),
        rustix::io::Errno::NOMEM | rustix::io::Errno::AGAIN => Some(Overload::Mappings),
        _ => None,
    }
}

/// As [`internal`], unless something has run out.
pub(crate) fn at_fault(error: wasmtime::Error) -> Error {
    overload(&error).map_or_else(|| internal(error), Error::from)
}

fn stopped_at_start(error: &wasmtime::Error) -> Error {
    match (error.downcast_ref::<LimitError>(), error.downcast_ref::<Error>()) {
        (Some(limit), _) => Error::Limit(*limit),
        (_, Some(error)) => error.clone(),
        _ => internal(error),
    }
}

/// Why a turn did not end.
fn stopped(error: &wasmtime::Error, budget: Budget, transfer: usize) -> Error {
    if let Some(limit) = error.downcast_ref::<LimitError>() {
        return Error::Limit(*limit);
    }
    if let Some(error) = error.downcast_ref::<Error>() {
        return error.clone();
    }
    if let Some(aborted) = error.downcast_ref::<Aborted>() {
        return Error::Aborted(aborted.clone());
    }
    let limit = |kind, limit, actual| Error::Limit(LimitError { kind, limit, actual });
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => out_of_fuel(budget),
        Some(Trap::StackOverflow) => {
            let bytes = crate::config::WASM_STACK_BYTES as u64;
            limit(LimitKind::Stack, bytes, bytes)
        }
        // The type is Wasmtime's own: its name is all that can be asked for.
        _ if format!("{:?}", error.root_cause()) == "HostcallFuelExhausted" => {
            limit(LimitKind::Transfer, transfer as u64, transfer as u64)
        }
        _ => at_fault_of(error),
    }
}

fn out_of_fuel(budget: Budget) -> Error {
    let limit = budget.fuel_limit;
    Error::Limit(LimitError { kind: LimitKind::Fuel, limit, actual: limit })
}

fn at_fault_of(error: &wasmtime::Error) -> Error {
    overload(error).map_or_else(|| internal(error), Error::from)
}

pub(crate) fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("{error:#}"))
}
