//! TypeScript to JavaScript, in a guest of its own.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Semaphore;
use wasmtime::component::Linker;
use wasmtime::{Store, StoreLimits, StoreLimitsBuilder, Trap};

use crate::artifacts;
use crate::bindings::transpiler as wit;

/// What the guest may use: a fixed part and a part for each byte of source, some
/// forty times what ordinary text takes.
pub(crate) const MIN_FUEL: u64 = 100_000_000;
const FUEL_PER_BYTE: u64 = 5_000;
const YIELD_INTERVAL: u64 = 100_000;

pub(crate) use wit::{Dialect, Mapping};

/// JavaScript, and where its author wrote it.
pub(crate) struct Transpiled {
    pub(crate) code: String,
    pub(crate) mappings: Vec<Mapping>,
}

impl Transpiled {
    /// The author's line and column for a place in the code.
    pub(crate) fn original(&self, line: u32, column: u32) -> (u32, u32) {
        let after = self.mappings.partition_point(|mapping| {
            (mapping.generated_line, mapping.generated_column) <= (line, column)
        });
        match after.checked_sub(1).and_then(|index| self.mappings.get(index)) {
            Some(mapping) => (mapping.line, mapping.column),
            None => (line, column),
        }
    }
}

pub(crate) struct Transpiler {
    pre: wit::TranspilerPre<StoreLimits>,
    max_memory_bytes: u64,
    slots: Semaphore,
}

impl Transpiler {
    pub(crate) fn new(
        engine: &wasmtime::Engine,
        max_memory_bytes: u64,
        slots: usize,
    ) -> wasmtime::Result<Self> {
        let linker = Linker::<StoreLimits>::new(engine);
        let pre = linker.instantiate_pre(&artifacts::transpiler(engine)?)?;
        let pre = wit::TranspilerPre::new(pre)?;
        Ok(Self { pre, max_memory_bytes, slots: Semaphore::new(slots) })
    }

    /// # Errors
    /// The first syntax error, with the line it is in; or that the text is too
    /// deep or too large to be parsed.
    pub(crate) async fn transpile(
        &self,
        name: &str,
        source: &str,
        dialect: Dialect,
        left: &AtomicU64,
    ) -> Result<Transpiled, String> {
        let fuel = fuel(source).min(left.load(Ordering::Relaxed));
        match self.run(source, dialect, fuel, left).await {
            Ok(Ok(transpiled)) => {
                Ok(Transpiled { code: transpiled.code, mappings: transpiled.mappings })
            }
            Ok(Err(error)) => {
                Err(crate::source::point_at(&error.message, name, source, error.line, error.column))
            }
            Err(error) => Err(match error.downcast_ref::<Trap>() {
                Some(Trap::StackOverflow | Trap::MemoryOutOfBounds) => {
                    format!("{name}: the source is nested too deeply to be parsed")
                }
                Some(Trap::OutOfFuel) => format!(
                    "{name}: the source takes too long to be parsed (more than {fuel} operations; \
                     all modules of a worker share Limits::fuel)"
                ),
                _ => format!("{name}: the source cannot be parsed: {error:#}"),
            }),
        }
    }

    async fn run(
        &self,
        source: &str,
        dialect: Dialect,
        fuel: u64,
        left: &AtomicU64,
    ) -> wasmtime::Result<Result<wit::Transpiled, wit::SyntaxError>> {
        let _slot = self.slots.acquire().await.map_err(wasmtime::Error::new)?;
        let memory = usize::try_from(self.max_memory_bytes)?;
        let limits =
            StoreLimitsBuilder::new().memory_size(memory).trap_on_grow_failure(true).build();
        let mut store = Store::new(self.pre.engine(), limits);
        store.limiter(|limits| limits);
        store.set_fuel(fuel)?;
        store.fuel_async_yield_interval(Some(YIELD_INTERVAL))?;
        let guest = self.pre.instantiate_async(&mut store).await?;
        let answer = guest.call_transpile(&mut store, dialect, source).await;
        let used = fuel.saturating_sub(store.get_fuel()?);
        // Others may have used some meanwhile; what is left never wraps.
        let _ = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            Some(left.saturating_sub(used))
        });
        answer
    }
}

fn fuel(source: &str) -> u64 {
    MIN_FUEL + FUEL_PER_BYTE * source.len() as u64
}
