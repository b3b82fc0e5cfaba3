//! Dumps a sandbox at rest to bytes, and restores it.

use wasmtime::Store;
use wasmtime::component::{Instance, WasmList};

use super::{Sandbox, instantiate, stopped_at_start};
use crate::engine::host_state::HostState;
use crate::engine::image::{Pages, differing_runs};
use crate::error::Result;
use crate::error::fault::{defect, internal};

const WASM_PAGE: usize = 65536;

impl Sandbox {
    /// Returns the linear memory, which is the whole state of a sandbox at rest.
    pub(crate) async fn dump(&mut self) -> Result<Vec<u8>> {
        Ok(self.memory().await?.to_vec())
    }

    /// Returns the linear memory.
    pub(crate) async fn memory(&mut self) -> Result<&[u8]> {
        self.store.set_fuel(u64::MAX).map_err(internal)?;
        self.store.set_hostcall_fuel(usize::MAX);
        let dump = self
            .instance
            .get_typed_func::<(), (WasmList<u8>,)>(&mut self.store, "dump")
            .map_err(internal)?;
        let (memory,) = dump.call_async(&mut self.store, ()).await.map_err(internal)?;
        Ok(memory.as_le_slice(&self.store))
    }

    /// Moves the sandbox to a new instance, as torture mode does after every turn.
    /// Everything that the sandbox needs must be in its memory and in the driver's tables.
    pub(super) async fn move_to_new_instance(&mut self) -> Result<()> {
        let memory = self.dump().await?;
        let state = self.store.data_mut().moved();
        let (store, instance, turn) = instantiate(&self.engine, &self.image, state).await?;
        (self.store, self.instance, self.turn) = (store, instance, turn);
        self.restore(&memory).await
    }

    /// Makes the memory equal to a dump, and writes only the pages that differ.
    async fn restore(&mut self, memory: &[u8]) -> Result<()> {
        let image = self.image.memory();
        let runs = differing_runs(image, memory);
        let more = memory.len().saturating_sub(image.len());
        let pages = runs.iter().map(|run| (run.start, &memory[run.clone()]));
        write_runs(&mut self.store, &self.instance, more, pages).await
    }
}

/// Writes pages into an instance with a memory of `bytes`.
pub(super) async fn write(
    store: &mut Store<HostState>,
    instance: &Instance,
    bytes: usize,
    pages: &Pages,
) -> Result<()> {
    let more = pages.memory_bytes().saturating_sub(bytes);
    write_runs(store, instance, more, pages.iter()).await
}

/// Grows the memory by `more` bytes, and writes runs of pages by their addresses.
pub(super) async fn write_runs(
    store: &mut Store<HostState>,
    instance: &Instance,
    more: usize,
    runs: impl Iterator<Item = (usize, &[u8])>,
) -> Result<()> {
    store.set_fuel(u64::MAX).map_err(internal)?;
    let grow = instance.get_typed_func::<(u32,), (i32,)>(&mut *store, "grow");
    let seek = instance.get_typed_func::<(u32,), ()>(&mut *store, "seek");
    let write = instance.get_typed_func::<(&[u8],), ()>(&mut *store, "write");
    let (grow, seek, write) =
        (grow.map_err(internal)?, seek.map_err(internal)?, write.map_err(internal)?);

    if more > 0 {
        let pages = u32::try_from(more / WASM_PAGE).map_err(internal)?;
        let (old,) = grow.call_async(&mut *store, (pages,)).await.map_err(stopped_at_start)?;
        if old < 0 {
            return Err(defect("a heap larger than a sandbox"));
        }
    }
    for (start, bytes) in runs {
        let to = u32::try_from(start).map_err(internal)?;
        seek.call_async(&mut *store, (to,)).await.map_err(internal)?;
        write.call_async(&mut *store, (bytes,)).await.map_err(internal)?;
    }
    Ok(())
}
