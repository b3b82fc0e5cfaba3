//! The transpiler from TypeScript to JavaScript, which runs in a guest of its own.

mod jobs;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::Semaphore;
use wasmtime::component::{InstancePre, Linker};
use wasmtime::{ResourceLimiter, Store, Trap};

#[cfg(feature = "packages")]
use self::jobs::Link;
#[cfg(feature = "mcp")]
use self::jobs::Program;
use self::jobs::{Job, Transpile};
use crate::engine::artifacts::{Artifacts, Export};
use crate::engine::bindings::sandbox::{Mapping, ModuleBody, Script};
use crate::engine::bindings::transpiler as wit;
#[cfg(feature = "packages")]
use crate::engine::compiled::{self, Compiled, CompiledModules};
use crate::error::diagnostics::point_at;
use crate::error::fault::overload;
use crate::error::{Error, LimitError, LimitKind};
use crate::limits::Limits;
use crate::limits::fuel_account::{FuelAccount, MIN_TRANSPILING_FUEL};
use crate::limits::quota::{Quota, Reservation};

/// The fuel of the guest: a fixed part, and a part for each byte of source, some forty
/// times what ordinary text takes.
const MIN_FUEL: u64 = MIN_TRANSPILING_FUEL;
const FUEL_PER_BYTE: u64 = 5_000;
const YIELD_INTERVAL: u64 = 100_000;

/// The least value of the guest's memory limit: enough for a megabyte of any source, and
/// no more than a host has to spare for each slot.
const MIN_MEMORY_BYTES: u64 = 64 << 20;

/// The budget that the transpilations of a worker share, and their options.
pub(crate) struct TranspileBudget {
    /// The fuel left for all of them together.
    fuel: AtomicU64,
    /// The most memory of each, in bytes.
    memory_bytes: u64,
    /// The quota in which that memory counts while the guest runs.
    quota: Arc<Quota>,
    options: wit::Options,
}

impl TranspileBudget {
    pub(crate) fn new(limits: &Limits, quota: &Arc<Quota>, options: TranspileOptions) -> Self {
        let TranspileOptions { legacy_decorators, jsx_import_source } = options;
        Self {
            fuel: AtomicU64::new(limits.fuel.max(MIN_FUEL)),
            memory_bytes: limits.memory_bytes.saturating_mul(2).max(MIN_MEMORY_BYTES),
            quota: Arc::clone(quota),
            options: wit::Options { legacy_decorators, jsx_import_source },
        }
    }

    #[cfg(feature = "cache")]
    pub(super) fn options(&self) -> &wit::Options {
        &self.options
    }

    #[cfg(feature = "packages")]
    pub(super) fn quota(&self) -> &Arc<Quota> {
        &self.quota
    }
}

/// The memory limit of the guest in bytes, and the reservation for what it has.
struct MemoryLimit {
    limit: u64,
    peak: u64,
    used: Reservation,
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let (limit, actual) = (self.limit, desired as u64);
        if actual > limit {
            // If this returned false, the guest would report the refusal as an ordinary
            // trap.
            return Err(LimitError { kind: LimitKind::Memory, limit, actual }.into());
        }
        let more = desired.saturating_sub(current) as u64;
        self.used.grow(more).map_err(wasmtime::Error::new)?;
        self.peak = self.peak.max(actual);
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

pub(crate) use wit::Dialect;
#[cfg(feature = "mcp")]
pub(crate) use wit::{CompiledProgram, ProgramError};

/// Options for turning TypeScript and JSX into JavaScript, where a file does not set
/// them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct TranspileOptions {
    pub(crate) legacy_decorators: bool,
    pub(crate) jsx_import_source: Option<String>,
}

impl TranspileOptions {
    /// Compiles decorators, including those of parameters, as TypeScript did before the
    /// standard: its `experimentalDecorators`. Default: standard decorators.
    pub fn legacy_decorators(mut self, legacy: bool) -> Self {
        self.legacy_decorators = legacy;
        self
    }

    /// Creates JSX elements with the module `{name}/jsx-runtime`, which the worker must
    /// have. The comments `@jsxImportSource` and `@jsxRuntime` of a file take precedence.
    /// Default: none, and JSX becomes calls of `React.createElement`.
    pub fn jsx_import_source(mut self, name: impl Into<String>) -> Self {
        self.jsx_import_source = Some(name.into());
        self
    }
}

/// The reason why a source was not compiled.
pub(crate) enum Refusal<E> {
    /// The guest refuses it.
    Syntax(E),
    /// It was not parsed, because that takes too much.
    Other(String),
}

/// Converts the output of this guest to the type that the sandbox's guest takes.
fn module_body(transpiled: wit::Transpiled) -> ModuleBody {
    if transpiled.commonjs {
        return ModuleBody::Commonjs(transpiled.code);
    }
    ModuleBody::Javascript(script(transpiled.code, transpiled.mappings))
}

/// Converts code of this guest to the type that the sandbox's guest takes.
pub(crate) fn script(code: String, mappings: Vec<wit::Mapping>) -> Script {
    let mapping = |it: wit::Mapping| Mapping {
        generated_line: it.generated_line,
        generated_column: it.generated_column,
        line: it.line,
        column: it.column,
    };
    Script { code, mappings: mappings.into_iter().map(mapping).collect() }
}

/// The guest, and its functions.
struct Guest {
    pre: InstancePre<MemoryLimit>,
    transpile: Export<Transpile<'static>>,
    #[cfg(feature = "packages")]
    link: Export<Link<'static>>,
    #[cfg(feature = "mcp")]
    program: Export<Program>,
}

pub(crate) struct Transpiler {
    engine: wasmtime::Engine,
    artifacts: Option<Artifacts>,
    /// Loaded when it is first needed, because its code is as large as the engine's.
    guest: OnceLock<Guest>,
    /// Held while it is loaded: Wasmtime panics if code that is executed in place is loaded twice.
    loading: Mutex<()>,
    max_memory_bytes: u64,
    slots: Semaphore,
    #[cfg(feature = "packages")]
    compiled: CompiledModules,
}

impl Transpiler {
    pub(crate) fn new(
        engine: &wasmtime::Engine,
        artifacts: Option<Artifacts>,
        max_memory_bytes: u64,
        slots: usize,
    ) -> Self {
        let (engine, slots) = (engine.clone(), Semaphore::new(slots));
        Self {
            engine,
            artifacts,
            guest: OnceLock::new(),
            loading: Mutex::new(()),
            max_memory_bytes,
            slots,
            #[cfg(feature = "packages")]
            compiled: CompiledModules::default(),
        }
    }

    fn guest(&self) -> wasmtime::Result<&Guest> {
        if let Some(guest) = self.guest.get() {
            return Ok(guest);
        }
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guest) = self.guest.get() {
            return Ok(guest);
        }
        let artifacts = self.artifacts.ok_or_else(|| wasmtime::Error::msg("no transpiler"))?;
        let component = artifacts.transpiler(&self.engine)?;
        let guest = Guest {
            pre: Linker::new(&self.engine).instantiate_pre(&component)?,
            transpile: Export::new(&component)?,
            #[cfg(feature = "packages")]
            link: Export::new(&component)?,
            #[cfg(feature = "mcp")]
            program: Export::new(&component)?,
        };
        Ok(self.guest.get_or_init(|| guest))
    }

    /// Transpiles the source of one module.
    ///
    /// # Errors
    /// The message of the first syntax error, with the line it is in. If the text is too
    /// deep or too large to be parsed, a message with the limit.
    pub(crate) async fn transpile(
        &self,
        name: &str,
        source: &str,
        dialect: Dialect,
        budget: &TranspileBudget,
        payer: Option<&FuelAccount>,
    ) -> Result<ModuleBody, String> {
        let job = Transpile { dialect, options: &budget.options };
        let mut spent = Spent::default();
        self.run(name, source, job, budget, payer, &mut spent).await.map(module_body)
    }

    /// Compiles one module and returns where its specifiers are.
    ///
    /// # Errors
    /// Errors like [`Self::transpile`].
    #[cfg(feature = "packages")]
    pub(crate) async fn link(
        &self,
        name: &str,
        source: &str,
        dialect: Dialect,
        options: &wit::LinkOptions,
        budget: &TranspileBudget,
        payer: Option<&FuelAccount>,
    ) -> Result<wit::Linked, String> {
        let key = compiled::key(source, dialect, options);
        if let Some(known) = self.compiled.find(&key) {
            let mut allowed = Allowed::of(source, budget, payer).await;
            // A module that does not fit fails as it would have, whatever others have compiled.
            let mut memory = Reservation::none(&budget.quota, false);
            let fits = known.memory_bytes <= self.memory_limit(budget)
                && memory.grow(known.memory_bytes).is_ok();
            if fits && known.fuel <= allowed.fuel {
                allowed.spend(known.fuel);
                return Ok(known.linked.clone());
            }
        }
        let mut spent = Spent::default();
        let job = Link { dialect, options };
        let linked = self.run(name, source, job, budget, payer, &mut spent).await?;
        let Spent { fuel, memory_bytes } = spent;
        self.compiled.keep(key, Compiled { linked: linked.clone(), fuel, memory_bytes });
        Ok(linked)
    }

    /// Makes a module of the answer of a language model.
    ///
    /// # Errors
    /// Errors if it is no program.
    #[cfg(feature = "mcp")]
    pub(crate) async fn program(
        &self,
        answer: &str,
        repl: bool,
        budget: &TranspileBudget,
    ) -> Result<wit::CompiledProgram, Refusal<wit::ProgramError>> {
        let options = wit::ProgramOptions { transpile: budget.options.clone(), repl };
        self.try_run(answer, Program { options }, budget, None, &mut Spent::default()).await
    }

    async fn run<J: Job<Error = wit::SyntaxError>>(
        &self,
        name: &str,
        source: &str,
        job: J,
        budget: &TranspileBudget,
        payer: Option<&FuelAccount>,
        spent: &mut Spent,
    ) -> Result<J::Output, String> {
        self.try_run(source, job, budget, payer, spent).await.map_err(|refusal| match refusal {
            Refusal::Syntax(error) => {
                point_at(&error.message, name, source, error.line, error.column)
            }
            Refusal::Other(reason) => format!("{name}: {reason}"),
        })
    }

    async fn try_run<J: Job>(
        &self,
        source: &str,
        job: J,
        budget: &TranspileBudget,
        payer: Option<&FuelAccount>,
        spent: &mut Spent,
    ) -> Result<J::Output, Refusal<J::Error>> {
        if !cfg!(feature = "typescript") {
            let reason = "this program was built without TypeScript and JSX (the feature \
                          `typescript` of isolet)";
            return Err(Refusal::Other(reason.to_owned()));
        }
        let allowed = Allowed::of(source, budget, payer).await;
        let fuel = allowed.fuel;
        if fuel == 0 {
            return Err(Refusal::Other(explain(&Trap::OutOfFuel.into(), fuel)));
        }
        match self.metered(source, job, budget, allowed, spent).await {
            Ok(Ok(output)) => Ok(output),
            Ok(Err(error)) => Err(Refusal::Syntax(error)),
            Err(error) => Err(Refusal::Other(explain(&error, fuel))),
        }
    }

    async fn metered<J: Job>(
        &self,
        source: &str,
        job: J,
        budget: &TranspileBudget,
        allowed: Allowed<'_>,
        spent: &mut Spent,
    ) -> wasmtime::Result<Result<J::Output, J::Error>> {
        let _slot = self.slots.acquire().await.map_err(wasmtime::Error::new)?;
        let memory = MemoryLimit {
            limit: self.memory_limit(budget),
            peak: 0,
            used: Reservation::none(&budget.quota, false),
        };
        let mut store = Store::new(&self.engine, memory);
        store.limiter(|memory| memory);
        store.set_fuel(allowed.fuel)?;
        store.fuel_async_yield_interval(Some(YIELD_INTERVAL))?;
        let mut run = Run { store, allowed };
        let guest = self.guest()?;
        let instance = guest.pre.instantiate_async(&mut run.store).await?;
        let output = job.call(guest, &instance, &mut run.store, source).await;
        *spent = Spent { fuel: run.used(), memory_bytes: run.store.data().peak };
        output
    }

    /// Returns the most memory of a run in bytes.
    fn memory_limit(&self, budget: &TranspileBudget) -> u64 {
        budget.memory_bytes.min(self.max_memory_bytes)
    }
}

/// One run of the guest. When dropped, also halfway, it subtracts what it has used from
/// the budget.
struct Run<'a> {
    store: Store<MemoryLimit>,
    allowed: Allowed<'a>,
}

impl Run<'_> {
    fn used(&self) -> u64 {
        self.allowed.fuel.saturating_sub(self.store.get_fuel().unwrap_or(0))
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        let used = self.used();
        self.allowed.spend(used);
    }
}

/// The fuel that one run may use.
struct Allowed<'a> {
    fuel: u64,
    budget: &'a TranspileBudget,
    /// The fuel left for the tree of calls. No other run of the tree begins meanwhile.
    of_tree: Option<tokio::sync::MutexGuard<'a, u64>>,
}

impl<'a> Allowed<'a> {
    async fn of(source: &str, budget: &'a TranspileBudget, payer: Option<&'a FuelAccount>) -> Self {
        let of_tree = match payer {
            Some(payer) => Some(payer.transpiling().await),
            None => None,
        };
        let left = of_tree.as_deref().copied().unwrap_or(u64::MAX);
        let fuel = fuel(source).min(budget.fuel.load(Ordering::Relaxed)).min(left);
        Self { fuel, budget, of_tree }
    }

    fn spend(&mut self, used: u64) {
        // Other runs may have used some meanwhile, so what is left must not wrap.
        let less = |left: u64| Some(left.saturating_sub(used));
        let fuel = &self.budget.fuel;
        let _ = fuel.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        if let Some(left) = &mut self.of_tree {
            **left = left.saturating_sub(used);
        }
    }
}

/// The fuel and the memory that a run has used.
#[derive(Default)]
#[cfg_attr(not(feature = "packages"), allow(dead_code, reason = "the bundler alone wants to know"))]
struct Spent {
    fuel: u64,
    memory_bytes: u64,
}

fn fuel(source: &str) -> u64 {
    MIN_FUEL + FUEL_PER_BYTE * source.len() as u64
}

/// Returns the reason why a source that may be valid was not parsed.
fn explain(error: &wasmtime::Error, fuel: u64) -> String {
    if let Some(LimitError { limit, .. }) = error.downcast_ref() {
        return format!(
            "the source takes too much memory to be parsed (more than {limit} bytes; \
             Limits::memory_bytes sets how many)"
        );
    }
    match error.downcast_ref() {
        Some(Trap::StackOverflow | Trap::MemoryOutOfBounds) => {
            "the source is nested too deeply to be parsed".to_owned()
        }
        Some(Trap::OutOfFuel) => format!(
            "the source takes too long to be parsed (the limit of {fuel} operations is reached; \
             all modules of a worker, and all workers that are loaded for one call, share \
             Limits::fuel)"
        ),
        _ => match overload(error) {
            Some(overload) => Error::from(overload).to_string(),
            None => format!("the source cannot be parsed: {error:#}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::engine::bindings::sandbox::SourceError;
    use crate::engine::source::{Module, Sources};
    use crate::engine::transpiler::TranspileOptions;
    use crate::engine::{Engine, EngineConfig};
    use crate::limits::Limits;
    use std::sync::Arc;

    #[tokio::test]
    async fn memory_is_bounded_by_what_the_worker_may_use() {
        // The enum forces a transformation, which takes some 80 bytes for each element.
        let source = format!("enum E {{ A }} export default [{}]", "[],".repeat(400_000));
        let refusal = async |engine_bytes, memory_bytes| {
            let config = EngineConfig::new().max_sandboxes(1).max_memory_bytes(engine_bytes);
            let engine = Engine::with_config(config).expect("an engine");
            let map = BTreeMap::from([("main.ts".to_owned(), Module::TypeScript(source.clone()))]);
            let limits = Limits::default().memory_bytes(memory_bytes);
            let quota = engine.quota_below(None, &limits);
            let sources = Sources::new(
                Arc::clone(engine.transpiler()),
                map,
                None,
                &limits,
                &quota,
                TranspileOptions::default(),
            );
            match sources.module("main.ts", None, None).await {
                Ok(_) => None,
                Err(SourceError::Invalid(text)) => Some(text),
                Err(SourceError::NotFound) => panic!("it is there"),
            }
        };
        let text = |limit: u64| {
            format!(
                "main.ts: the source takes too much memory to be parsed (more than {} bytes; \
                 Limits::memory_bytes sets how many)",
                limit << 20
            )
        };
        assert_eq!(refusal(512 << 20, 8 << 20).await, Some(text(64)));
        assert_eq!(refusal(512 << 20, 40 << 20).await, Some(text(80)));
        assert_eq!(refusal(32 << 20, 32 << 20).await, Some(text(32)));
        assert_eq!(refusal(512 << 20, 256 << 20).await, None);
    }
}
