//! A live sandbox: one store, one instance, one heap.

mod dirty_pages;
mod snapshot;

use std::future::poll_fn;
use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use tokio::sync::OwnedSemaphorePermit;
use wasmtime::component::Instance;
use wasmtime::{Store, Trap};

use crate::engine::Engine;
use crate::engine::artifacts::{self, ExportedFunc};
use crate::engine::bindings::sandbox as wit;
use crate::engine::files::HeldFiles;
use crate::engine::host_state::{HostState, YIELD_INTERVAL};
use crate::engine::image::Image;
use crate::engine::log::Logs;
use crate::engine::source::Sources;
use crate::error::fault::{at_fault, internal};
use crate::error::{Aborted, Error, LimitError, LimitKind, Result};
use crate::limits::budget::{Allowance, Budget};
use crate::limits::fuel_account::Lease;
use crate::limits::lineage::Lineage;
use crate::limits::quota::{Quota, Reservation};

/// The bytes that a turn may hand over beyond twice its memory. Effects are larger in the
/// host than in the guest's memory.
const TRANSFER_BYTES: usize = 64 << 20;

/// The bytes that a turn may hand over even if its tree has nothing left:
/// enough to report that.
const LEAST_TRANSFER_BYTES: usize = 1 << 20;

/// The result of a turn.
pub(crate) struct Turn {
    pub(crate) outcome: wit::Outcome,
    pub(crate) fuel: u64,
}

pub(crate) struct Sandbox {
    engine: Engine,
    image: Arc<Image>,
    store: Store<HostState>,
    instance: Instance,
    turn: ExportedFunc<artifacts::Turn>,
    quota: Arc<Quota>,
    /// The parent's lineage. Its end ends the sandbox, even in the middle of a turn.
    parent: Lineage,
    living: Reservation,
    /// One of the permits that the engine was configured for.
    _permit: OwnedSemaphorePermit,
}

impl Sandbox {
    /// Creates a sandbox by mapping the image into a new instance.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if the engine has no room.
    pub(crate) async fn new(
        engine: &Engine,
        image: &Arc<Image>,
        memory_bytes: u64,
        sources: &Arc<Sources>,
        quota: &Arc<Quota>,
        parent: Lineage,
    ) -> Result<Self> {
        let living = quota.sandbox()?;
        let state = HostState::new(sources, memory_bytes, image.memory_bytes(), quota);
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
            living,
            _permit: permit,
        })
    }

    pub(crate) fn logs(&mut self) -> &mut Logs {
        &mut self.store.data_mut().logs
    }

    /// Returns the directories that it may read in the middle of a turn.
    pub(crate) fn files(&mut self) -> &mut HeldFiles {
        &mut self.store.data_mut().files
    }

    /// Returns the most memory that the sandbox has had, in bytes.
    pub(crate) fn memory_peak(&self) -> u64 {
        self.store.data().memory_peak()
    }

    /// Delivers one event. After an error the sandbox cannot be used.
    ///
    /// # Errors
    /// Errors if a limit is reached or the guest traps.
    pub(crate) async fn turn(
        &mut self,
        now: f64,
        event: &wit::Event,
        budget: Budget,
        allowance: &mut Allowance,
    ) -> Result<Turn> {
        // Wasmtime checks the fuel on entering functions and loops, so a turn can end with
        // less than none. One operation more than allowed tells the two cases apart.
        self.store.set_fuel(budget.fuel.saturating_add(1)).map_err(internal)?;
        // Lists may overlap in memory, so they can come to more than the memory
        // that they lie in.
        let transfer = self.transfer_bytes();
        self.store.set_hostcall_fuel(transfer);
        let payer = allowance.0.as_ref().map(Lease::payer);
        let elsewhere = self.store.data_mut().begin_turn(budget, payer, transfer);
        let outcome = {
            let (turn, parent) = (self.turn.typed(), &self.parent);
            let mut turn = pin!(turn.call_async(&mut self.store, (now, event)));
            let mut used = 0_u64;
            let mut waited = false;
            loop {
                let paused = poll_fn(|cx| {
                    // The deadline is checked on every yield: a timer would wait behind
                    // whatever else the runtime's thread has to do. It is not checked
                    // before the first poll, because ending a turn ends the sandbox, and
                    // the caller has just checked the deadline.
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
                    // Time that the turn waits uses none of its fuel.
                    if !waited {
                        used = used.saturating_add(YIELD_INTERVAL);
                    }
                    let polled = turn.as_mut().poll(cx);
                    waited = elsewhere.waits();
                    used = used.saturating_add(elsewhere.fuel());
                    polled.map(|ended| match ended {
                        Ok((outcome,)) => Ok(Some(outcome)),
                        Err(error) => Err(stopped(error, budget, transfer)),
                    })
                });
                match paused.await? {
                    Some(outcome) => break outcome,
                    None => allowance.top_up(budget).await?,
                }
            }
        };
        self.store.data_mut().end_turn();
        let Some(left) = self.store.get_fuel().map_err(internal)?.checked_sub(1) else {
            return Err(budget.out_of_fuel());
        };
        let fuel = budget.fuel - left;
        if self.engine.torture() {
            self.move_to_new_instance().await?;
        }
        Ok(Turn { outcome, fuel })
    }

    /// Ends the sandbox after its last turn, so that the reset of its slot is cheap.
    pub(crate) async fn end(mut self) {
        // It no longer counts while it only prepares the slot for others.
        drop(mem::take(&mut self.living));
        // Only the next sandbox in the slot gains by it, so an error is nobody's.
        let _ = self.join_dirty_pages().await;
    }

    /// Returns the bytes that one turn may make the host allocate. They are at most what
    /// the tree has left, but at least [`LEAST_TRANSFER_BYTES`].
    fn transfer_bytes(&self) -> usize {
        let memory = self.store.data().memory_peak().saturating_mul(2);
        let own = usize::try_from(memory).unwrap_or(usize::MAX).saturating_add(TRANSFER_BYTES);
        let left = usize::try_from(self.quota.left()).unwrap_or(usize::MAX);
        own.min(left.max(LEAST_TRANSFER_BYTES))
    }

    /// Returns the fuel that the last turn left, even if the turn was stopped.
    pub(crate) fn fuel_left(&self) -> u64 {
        self.store.get_fuel().unwrap_or(0).saturating_sub(1)
    }
}

async fn instantiate(
    engine: &Engine,
    image: &Image,
    state: HostState,
) -> Result<(Store<HostState>, Instance, ExportedFunc<artifacts::Turn>)> {
    let mut store = Store::new(engine.wasmtime(), state);
    store.limiter(HostState::limiter);
    // Instantiation runs no code of the guest, only the segments of a table.
    store.set_fuel(u64::MAX).map_err(internal)?;
    store.fuel_async_yield_interval(Some(YIELD_INTERVAL)).map_err(internal)?;
    let instance = image.pre().instantiate_async(&mut store).await.map_err(stopped_at_start)?;
    if let Some((bytes, pages)) = image.written() {
        snapshot::write(&mut store, &instance, bytes, pages).await?;
    }
    let turn = image.turn().of(&mut store, &instance).map_err(internal)?;
    Ok((store, instance, turn))
}

fn stopped_at_start(error: wasmtime::Error) -> Error {
    match (error.downcast_ref::<LimitError>(), error.downcast_ref::<Error>()) {
        (Some(limit), _) => Error::Limit(*limit),
        (_, Some(error)) => error.clone(),
        _ => at_fault(error),
    }
}

/// Returns the error for a turn that did not complete.
fn stopped(error: wasmtime::Error, budget: Budget, transfer: usize) -> Error {
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
        Some(Trap::OutOfFuel) => budget.out_of_fuel(),
        Some(Trap::StackOverflow) => {
            let bytes = crate::support::config::WASM_STACK_BYTES as u64;
            limit(LimitKind::Stack, bytes, bytes)
        }
        // Only its name can be matched: the type is private to Wasmtime, and the store keeps
        // the allowance but not what was left of it. `tests/quantity.rs` notices a new name.
        _ if format!("{:?}", error.root_cause()) == "HostcallFuelExhausted" => {
            limit(LimitKind::Transfer, transfer as u64, transfer as u64)
        }
        _ => at_fault(error),
    }
}
