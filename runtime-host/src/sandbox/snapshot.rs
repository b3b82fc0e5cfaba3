//! Dumps a sandbox at rest to bytes, and restores it.

use wasmtime::component::WasmList;

use super::{Sandbox, instantiate};
use crate::error::Result;
use crate::error::fault::{defect, internal};

const PAGE: usize = 4096;

impl Sandbox {
    /// Returns the linear memory, which is the whole state of a sandbox at rest.
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
                return Err(defect("a dump larger than a sandbox"));
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

/// Returns the runs of pages in which the memory differs from the image.
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
