//! Loads workers, for Rust and for other workers.

mod binding;
mod cache;
mod load_request;
mod local;

use std::future::Future;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use isolet_wire::Value;

use crate::engine::Engine;
use crate::engine::source::Sources;
use crate::error::Result;
use crate::limits::lineage::Lineage;
use crate::limits::quota::{Quota, Reservation};
use crate::limits::watchers::Watchers;
use crate::worker::Worker;
use crate::worker_code::WorkerCode;
use crate::worker_code::spec::{Bound, Code};

use binding::LoaderBinding;
pub use cache::LoaderStats;
use cache::{Cache, Id};

/// Loads workers into an engine, and keeps those that were asked for by an id.
///
/// A clone is the same loader. What one loader keeps under an id no other sees.
#[derive(Clone)]
pub struct Loader {
    engine: Engine,
    cache: Arc<Cache>,
}

impl Engine {
    /// What loads workers into this engine.
    pub fn loader(&self) -> Loader {
        Loader::new(self.clone())
    }
}

impl Loader {
    fn new(engine: Engine) -> Self {
        Self { engine, cache: Arc::default() }
    }

    /// How many workers, and how many bytes of code and `env`, are kept for
    /// [`Loader::get`]. Default 1,000 and 256 MiB. Past either, those go that
    /// were not asked for the longest; whoever has such a worker keeps it.
    #[must_use]
    pub fn keep(self, workers: usize, bytes: u64) -> Self {
        Self { engine: self.engine, cache: Arc::new(Cache::new(workers, bytes)) }
    }

    /// A new worker. Only validates: what goes wrong in parsing, linking or
    /// evaluation shows at the first call.
    ///
    /// # Errors
    /// No main module, a module name that says no kind, sizes beyond the
    /// peer's, limits that no sandbox of the engine could have.
    pub fn load(&self, code: WorkerCode) -> Result<Worker> {
        load(&self.engine, code, Lineage::default(), Quota::keep)
    }

    /// The worker of that id, loaded by what `code` comes to if there is none.
    ///
    /// However many ask at once, `code` runs once. What fails is not kept. An
    /// id that contains [`WorkerCode::digest`] never names a stale worker.
    ///
    /// # Errors
    /// What `code` comes to, and as with [`Loader::load`].
    pub async fn get<F>(&self, id: &str, code: impl FnOnce() -> F) -> Result<Worker>
    where
        F: Future<Output = Result<WorkerCode>>,
    {
        let loading = async { self.load(code().await?) };
        let id = Id::of(id);
        let slot = self.cache.slot(id, || Ok(Reservation::default()))?;
        self.cache.fill(id, slot, loading).await
    }

    /// Forgets the worker of that id; false if there is none. Whoever has it
    /// keeps it.
    pub fn evict(&self, id: &str) -> bool {
        self.cache.evict(Id::of(id))
    }

    /// What [`Loader::get`] has done so far.
    pub fn stats(&self) -> LoaderStats {
        self.cache.stats()
    }
}

fn load(
    engine: &Engine,
    mut code: WorkerCode,
    parent: Lineage,
    keep: impl FnOnce(&Arc<Quota>, u64) -> Result<Reservation>,
) -> Result<Worker> {
    code.validate(engine.max_code_bytes())?;
    code.limits.validate(engine.max_memory_bytes(), engine.base().memory_bytes())?;
    let loader = |id| {
        let (engine, ceiling) = (engine.clone(), code.limits.clone());
        LoaderBinding { engine, ceiling, log_sink: code.log_sink.clone(), id }.stub()
    };
    let env = if let Some(env) = code.given_env.take() {
        env
    } else {
        let mut entries = std::mem::take(&mut code.env);
        crate::worker_code::encode_env(&mut entries, loader)?
    };
    crate::worker_code::check_env(&env)?;
    let outbound = code.outbound.take();
    let outbound = outbound.map_or_else(Value::undefined, |stub| stub.to_value());
    let env = Value::array_of(&[env, outbound]);
    let bytes = code.bytes() + env.as_bytes().len() as u64;
    let quota = parent.quota().cloned().unwrap_or_else(|| engine.quota_below(None, &code.limits));
    let reservation = keep(&quota, bytes + code.names_bytes())?;
    let sources = Sources::new(
        Arc::clone(engine.transpiler()),
        code.modules,
        code.elsewhere,
        &code.limits,
        &quota,
        code.transpile,
    );
    let code = Code {
        engine: engine.clone(),
        main: code.main,
        sources: Arc::new(sources),
        is_tailed: !code.tails.is_empty(),
        bound: Mutex::new(Bound { env, tails: code.tails }),
        limits: code.limits,
        compatibility_date: code.compatibility_date,
        seed: code.seed,
        dynamic_code: code.dynamic_code,
        transfers_stubs: code.transfers_stubs,
        log_sink: code.log_sink,
        tail_sink: code.tail_sink,
        quota,
        parent,
        bytes,
        failed_to_start: AtomicBool::new(false),
        aborted: AtomicBool::new(false),
        watchers: Watchers::default(),
    };
    Ok(Worker::new(code, reservation))
}
