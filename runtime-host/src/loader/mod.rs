//! Loads workers, for the embedder and for other workers.

mod binding;
mod cache;
mod config;
mod load_request;
mod local;
mod mounts;

use std::fmt;
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
pub use config::LoaderConfig;

/// A loader of workers into an engine, which keeps the workers that are requested by an id.
///
/// A clone is the same loader. Different loaders do not share what they keep.
#[derive(Clone)]
pub struct Loader {
    engine: Engine,
    cache: Arc<Cache>,
}

impl Engine {
    /// Returns a new loader for this engine.
    pub fn loader(&self) -> Loader {
        self.loader_with(LoaderConfig::default())
    }

    /// As [`Engine::loader`], with another configuration.
    pub fn loader_with(&self, config: LoaderConfig) -> Loader {
        let LoaderConfig { max_workers, max_bytes } = config;
        Loader { engine: self.clone(), cache: Arc::new(Cache::new(max_workers, max_bytes)) }
    }
}

impl fmt::Debug for Loader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loader").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

impl Loader {
    /// Creates a new worker. This only validates the code: errors in parsing, linking and
    /// evaluation appear at the first call.
    ///
    /// # Errors
    /// Errors if the main module is missing, if a module's name does not say its kind, if
    /// the code or `env` is larger than allowed, or if no sandbox of the engine could have
    /// the limits. Code may take
    /// [`EngineConfig::max_code_bytes`](crate::EngineConfig::max_code_bytes) and `env` 1
    /// MiB; the defaults are those of Cloudflare Workers.
    pub fn load(&self, code: WorkerCode) -> Result<Worker> {
        load(&self.engine, code, Lineage::default(), Quota::keep)
    }

    /// Returns the worker of this id. If there is none, loads the code that `code` returns.
    ///
    /// `code` runs once, however many callers ask at the same time. A load that fails is
    /// not kept. An id that contains [`WorkerCode::digest`] never names a stale worker.
    ///
    /// # Errors
    /// Returns the error of `code`, and errors like [`Loader::load`].
    pub async fn get<F>(&self, id: &str, code: impl FnOnce() -> F) -> Result<Worker>
    where
        F: Future<Output = Result<WorkerCode>>,
    {
        let loading = async { self.load(code().await?) };
        let id = Id::of(id);
        let slot = self.cache.slot(id, || Ok(Reservation::default()))?;
        self.cache.fill(id, slot, loading).await
    }

    /// Evicts the worker of this id. Returns false if there is none. Whoever holds the
    /// worker keeps it.
    pub fn evict(&self, id: &str) -> bool {
        self.cache.evict(Id::of(id))
    }

    /// Returns statistics of [`Loader::get`].
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
    let installer = code.installer.take();
    let installer = installer.map_or_else(Value::undefined, |stub| stub.to_value());
    let mounts = mounts::of(&env);
    let given: Vec<Value> = [env, outbound, installer].into_iter().chain(mounts).collect();
    let env = Value::array_of(&given);
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
    #[cfg(feature = "mcp")]
    if let Some((name, script)) = code.compiled {
        sources.set_compiled(name, script)?;
    }
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
        flags: code.flags,
        time_zone: code.time_zone,
        log_sink: code.log_sink,
        tail_sink: code.tail_sink,
        quota,
        parent,
        bytes,
        failed_to_start: AtomicBool::new(false),
        aborted: AtomicBool::new(false),
        #[cfg(feature = "cache")]
        cached_for: code.cached_for,
        watchers: Watchers::default(),
    };
    Ok(Worker::new(code, reservation))
}
