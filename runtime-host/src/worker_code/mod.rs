//! The parts that a worker is made of.

pub(crate) mod spec;
pub(crate) mod tail;

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use isolet_wire::Value;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::engine::log::{LogLine, LogSink};
use crate::engine::source::{Module, ModuleSource};
use crate::engine::transpiler::TranspileOptions;
use crate::error::invalid::CodeError;
use crate::error::{Error, Result};
use crate::limits::{Limits, MAX_ENV_BYTES};
use crate::rpc::capability::Capability;
use crate::rpc::stub::Stub;
use crate::worker_code::tail::{TailEvent, TailSink};

/// The maximum number of tails of a worker. Each invocation is reported to all of them.
pub(crate) const MAX_TAILS: usize = 16;

/// The bytes that a module costs the host beside its name and its body.
const MODULE_BYTES: u64 = 256;

/// A binding in a worker's `env`.
#[derive(Debug)]
#[non_exhaustive]
pub enum Binding {
    /// A capability that the worker can call.
    Stub(Stub),
    /// Data that is copied into the sandbox. The worker can call the capabilities in it.
    Value(Value),
    /// A loader of further workers, such as `env.LOADER`, and its optional id.
    Loader(Option<String>),
}

impl<C: Capability> From<C> for Binding {
    fn from(capability: C) -> Self {
        Self::Stub(Stub::new(capability))
    }
}

impl From<Arc<dyn Capability>> for Binding {
    fn from(capability: Arc<dyn Capability>) -> Self {
        Self::Stub(capability.into())
    }
}

impl<C: Capability> From<Arc<C>> for Binding {
    fn from(capability: Arc<C>) -> Self {
        let capability: Arc<dyn Capability> = capability;
        Self::Stub(capability.into())
    }
}

impl From<Stub> for Binding {
    fn from(stub: Stub) -> Self {
        Self::Stub(stub)
    }
}

/// The compatibility flags of a worker.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Flags {
    pub(crate) transfers_stubs: bool,
    pub(crate) maps_promises: bool,
    pub(crate) keeps_urls: bool,
    pub(crate) node_globals: bool,
}

/// The parts that a worker is made of: modules, `env` and limits.
///
/// Building a `WorkerCode` checks nothing. [`Loader::load`](crate::Loader::load) validates it.
#[must_use]
pub struct WorkerCode {
    pub(crate) main: String,
    pub(crate) modules: BTreeMap<String, Module>,
    pub(crate) elsewhere: Option<Arc<dyn ModuleSource>>,
    pub(crate) env: Vec<(String, Result<Binding>)>,
    pub(crate) limits: Limits,
    pub(crate) seed: Option<u64>,
    pub(crate) dynamic_code: bool,
    pub(crate) flags: Flags,
    pub(crate) time_zone: Option<String>,
    pub(crate) log_sink: Option<LogSink>,
    pub(crate) tails: Vec<Stub>,
    pub(crate) tail_sink: Option<TailSink>,
    /// An `env` that is already a message.
    pub(crate) given_env: Option<Value>,
    /// The stub that receives the worker's `fetch` requests.
    pub(crate) outbound: Option<Stub>,
    /// The stub that installs packages.
    pub(crate) installer: Option<Stub>,
    pub(crate) compatibility_date: Option<String>,
    pub(crate) transpile: TranspileOptions,
    /// A module in TypeScript by its name, and the script that it compiles to.
    #[cfg(feature = "mcp")]
    pub(crate) compiled: Option<(String, crate::engine::bindings::sandbox::Script)>,
    #[cfg(feature = "cache")]
    pub(crate) cached_for: Option<crate::image_cache::CachedFor>,
    problem: Option<CodeError>,
}

impl WorkerCode {
    /// Creates a worker whose main module is `source`. The ending of the name says what
    /// kind of module it is (`.js`, `.ts`, `.tsx`, …). Stack frames show the name.
    pub fn module(name: impl Into<String>, source: impl Into<String>) -> Self {
        let main = name.into();
        Self::of_modules(main.clone()).file(main, source)
    }

    /// Creates a worker that has no modules yet.
    pub(crate) fn of_modules(main: String) -> Self {
        Self {
            main,
            modules: BTreeMap::new(),
            elsewhere: None,
            env: Vec::new(),
            limits: Limits::default(),
            seed: None,
            dynamic_code: true,
            flags: Flags::default(),
            time_zone: None,
            log_sink: None,
            tails: Vec::new(),
            tail_sink: None,
            given_env: None,
            outbound: None,
            installer: None,
            compatibility_date: None,
            transpile: TranspileOptions::default(),
            #[cfg(feature = "mcp")]
            compiled: None,
            #[cfg(feature = "cache")]
            cached_for: None,
            problem: None,
        }
    }

    /// Creates a worker whose modules all come from `source`, including the main module.
    pub fn from_source(main: impl Into<String>, source: impl ModuleSource) -> Self {
        let mut code = Self::of_modules(main.into());
        code.elsewhere = Some(Arc::new(source));
        code
    }

    /// Adds a module whose kind follows from the ending of its name, as in
    /// [`Module::by_name`]. [`Loader::load`](crate::Loader::load) refuses any other ending.
    pub fn file(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        let name = name.into();
        if let Some(module) = Module::by_name(&name, text) {
            return self.add(name, module);
        }
        self.problem.get_or_insert(CodeError::Ending { name });
        self
    }

    /// Adds a module under any name, such as the bare specifier `lodash`.
    pub fn add(mut self, name: impl Into<String>, module: Module) -> Self {
        self.modules.insert(name.into(), module);
        self
    }

    /// Adds a capability to `env`, or a [`Value`] as [`Binding::Value`].
    pub fn env(mut self, name: impl Into<String>, binding: impl Into<Binding>) -> Self {
        self.env.push((name.into(), Ok(binding.into())));
        self
    }

    /// Lets the worker load further workers. `env[name]` is the `LOADER` binding of
    /// Cloudflare Workers, with `load` and `get`. Each loaded worker has a sandbox of its
    /// own, ends with this worker, and never has more than this worker's limits.
    pub fn loader(mut self, name: impl Into<String>) -> Self {
        self.env.push((name.into(), Ok(Binding::Loader(None))));
        self
    }

    /// Adds a loader like [`loader`](Self::loader), with an id. Within one sandbox, all
    /// loaders with the same id share the workers that `get` keeps, whether they are in
    /// `env` or were passed on. They share them even if their limits or log sinks differ,
    /// and a worker keeps the limits and the log sink that it was loaded with. A loader
    /// without an id keeps its own workers.
    pub fn loader_with_id(mut self, name: impl Into<String>, id: impl Into<String>) -> Self {
        self.env.push((name.into(), Ok(Binding::Loader(Some(id.into())))));
        self
    }

    /// Sets the stub whose method `fetch` receives every `fetch` of the worker. It may be a
    /// worker's entrypoint or a [`Capability`], which documents the arguments of that call. With
    /// the feature `net`, a `Network` sends the requests to the outside, within a policy.
    /// Default: none, and `fetch` throws.
    pub fn outbound(mut self, stub: impl Into<Stub>) -> Self {
        self.outbound = Some(stub.into());
        self
    }

    /// Lets the worker install packages: sets the stub that `isolet:bundler` calls for what a
    /// `package.json` asks for, such as a [`PackageInstaller`](crate::PackageInstaller). Workers
    /// that this worker loads do not have it. Default: none, and packages that are missing are an
    /// error.
    #[cfg(feature = "packages")]
    pub fn packages(mut self, stub: impl Into<Stub>) -> Self {
        self.installer = Some(stub.into());
        self
    }

    /// Adds plain data to `env`. A unit, such as the null of a `serde_json::Value`, is null.
    pub fn env_value<T: Serialize + ?Sized>(mut self, name: impl Into<String>, value: &T) -> Self {
        // As an element, because as a whole value it would be `undefined`.
        let list = Value::from_serialize(&[value]).map_err(Error::from);
        let value = list.and_then(|list| Ok(Binding::Value(list.element(0)?)));
        self.env.push((name.into(), value));
        self
    }

    /// Sets the limits of the worker. Default: [`Limits::default`]. [`Limits`] says what
    /// each of them counts and what happens past it.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the `compatibilityDate` of Cloudflare Workers, such as `2026-03-01`. It has no
    /// effect: [`Worker::compatibility_date`](crate::Worker::compatibility_date) returns
    /// it. Default: none.
    pub fn compatibility_date(mut self, date: impl Into<String>) -> Self {
        self.compatibility_date = Some(date.into());
        self
    }

    /// Sets how TypeScript and JSX become JavaScript. Default: [`TranspileOptions::default`].
    /// It does not apply to workers that this one loads: these always use the default.
    pub fn transpile_options(mut self, options: TranspileOptions) -> Self {
        self.transpile = options;
        self
    }

    /// Sets whether a stub that the worker passes in a call is moved, so that the worker no
    /// longer has it unless it was duplicated. This is the flag `rpc_params_transfer_stubs`
    /// of Cloudflare Workers. Default: false.
    pub fn transfer_stubs(mut self, transfer: bool) -> Self {
        self.flags.transfers_stubs = transfer;
        self
    }

    /// Sets whether the promise of a call, and a property of it, has a method `map`.
    /// `stub.list().map((item) => other.look(item.id))` calls `look` for each item without a
    /// turn of the worker in between. The callback runs once, with a stand-in for any item,
    /// and can only make calls and return what they return. This is `map` of capnweb. Each
    /// call counts. Default: false: `map` is a method of the other side.
    pub fn map_promises(mut self, map: bool) -> Self {
        self.flags.maps_promises = map;
        self
    }

    /// Sets whether the URL of a `Request` stays as it was given, such as `http://host`, and is
    /// not written as `http://host/`. This is the flag `fetch_legacy_url` of Cloudflare Workers.
    /// Default: false.
    pub fn keep_urls(mut self, keep: bool) -> Self {
        self.flags.keeps_urls = keep;
        self
    }

    /// Sets whether Node's globals exist: `process`, `Buffer`, `global`, `setImmediate` and
    /// `clearImmediate`, and timers that are objects. This is the flag `nodejs_compat` of
    /// Cloudflare Workers. Default: false. Node's modules, such as `node:buffer`, can be imported
    /// with and without it.
    ///
    /// `process.env` holds the strings, numbers and booleans of `env`, as text.
    pub fn node_globals(mut self, exist: bool) -> Self {
        self.flags.node_globals = exist;
        self
    }

    /// Keeps the app image of the worker in a cache on disk, so that another process starts it
    /// without parsing and evaluating its modules. Workers of different tenants share no entry.
    /// The image is read and written by [`Worker::prepare`](crate::Worker::prepare), by
    /// [`Entrypoint::warm_up`](crate::Entrypoint::warm_up), and by the first call of
    /// [`Worker::fresh_per_call`](crate::Worker::fresh_per_call). A module source is asked for
    /// each module again, and for each specifier that had none, because its files may have
    /// changed. Workers that this worker loads are not kept. Default: no cache.
    #[cfg(feature = "cache")]
    pub fn image_cache(mut self, cache: &crate::ImageCache, tenant: impl Into<String>) -> Self {
        let (cache, tenant) = (cache.clone(), tenant.into());
        self.cached_for = Some(crate::image_cache::CachedFor { cache, tenant });
        self
    }

    /// Sets the zone of local time by its name in the IANA database, such as `Europe/Berlin`, for
    /// `Date` and `Intl.DateTimeFormat`. A worker with an unknown zone fails to load. Workers that
    /// this worker loads have the default. Default: UTC.
    pub fn time_zone(mut self, name: impl Into<String>) -> Self {
        self.time_zone = Some(name.into());
        self
    }

    /// Sets the seed of `Math.random`, `crypto` and the engine's hashes. With the same
    /// seed, code, input and time, a run repeats exactly, including its fuel. Workers that
    /// this worker loads draw their seeds from its seed.
    ///
    /// With [`Worker::fresh_per_call`](crate::Worker::fresh_per_call) the modules are
    /// evaluated with the seed once, and each call starts from the seed anew, so that all
    /// calls draw the same numbers.
    ///
    /// Default: drawn from the operating system, one seed for each sandbox. With
    /// `fresh_per_call` one is drawn for the modules and one for each call.
    /// [`Report`](crate::Report) tells which seed was used.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sets whether `eval` and `Function` work inside the sandbox. Default: true. The code
    /// that they run is confined like all other code.
    pub fn dynamic_code(mut self, allowed: bool) -> Self {
        self.dynamic_code = allowed;
        self
    }

    /// Returns a digest of the worker's modules, data in `env` and limits, as 64
    /// hexadecimal digits. An id of [`Loader::get`](crate::Loader::get) that contains the
    /// digest never names a stale worker.
    ///
    /// The digest does not cover which stubs the worker is given, or what a
    /// [`ModuleSource`] provides.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        // Another number here whenever the bytes that follow change their meaning.
        hash.update(b"isolet worker code 1");
        let mut add = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        add(self.main.as_bytes());
        for (name, module) in &self.modules {
            add(name.as_bytes());
            let (kind, body) = module.parts();
            add(kind.as_bytes());
            add(body);
        }
        for (name, binding) in &self.env {
            add(name.as_bytes());
            match binding {
                Ok(Binding::Value(value)) => add(value.as_bytes()),
                Ok(Binding::Stub(_)) => add(b"stub"),
                Ok(Binding::Loader(None)) => add(b"loader"),
                Ok(Binding::Loader(Some(id))) => {
                    add(b"loader of id");
                    add(id.as_bytes());
                }
                Err(_) => add(b"error"),
            }
        }
        let Self { limits, seed, dynamic_code, transpile, .. } = self;
        for limit in limits.numbers() {
            add(&limit.to_le_bytes());
        }
        add(seed.map(u64::to_le_bytes).as_ref().map_or(&[], |seed| &seed[..]));
        let Flags { transfers_stubs, maps_promises, keeps_urls, node_globals } = self.flags;
        add(&[*dynamic_code, transfers_stubs, maps_promises].map(u8::from));
        let TranspileOptions { jsx_import_source, legacy_decorators } = transpile;
        add(jsx_import_source.as_deref().unwrap_or_default().as_bytes());
        add(&[u8::from(*legacy_decorators)]);
        add(self.compatibility_date.as_deref().unwrap_or_default().as_bytes());
        if keeps_urls {
            add(b"keeps URLs");
        }
        if node_globals {
            add(b"Node's globals");
        }
        if let Some(zone) = &self.time_zone {
            add(b"time zone");
            add(zone.as_bytes());
        }
        hash.finalize().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Sets a sink that is called with each log line at the moment it is written. The call
    /// is in the middle of a turn and must not block. Default: none.
    pub fn on_log(mut self, sink: impl Fn(&LogLine) + Send + Sync + 'static) -> Self {
        self.log_sink = Some(Arc::new(sink));
        self
    }

    /// Adds a tail: a worker's entrypoint whose `tail([event])` is called with one event
    /// for each invocation that has ended. Can be called again for more, up to 16 tails.
    ///
    /// A tail that runs in the sandbox of a caller, or in one that this worker has loaded,
    /// uses the fuel and time of that call. Any other tail uses its own. Events that are
    /// not yet delivered may take up to the worker's memory limit and 66 MiB. Past that,
    /// events are lost, with a warning to `tracing` if the crate has that feature.
    pub fn tail(mut self, tail: Stub) -> Self {
        self.tails.push(tail);
        self
    }

    /// Sets a sink that is called with the event of each invocation that has ended. It is
    /// called on the task of the sandbox and must not block. It does not see the workers
    /// that this one loads. Default: none.
    pub fn on_end(mut self, sink: impl Fn(&TailEvent) + Send + Sync + 'static) -> Self {
        self.tail_sink = Some(Arc::new(sink));
        self
    }

    /// Checks the code without looking into its modules.
    ///
    /// # Errors
    /// [`CodeError`] if the code cannot be loaded whatever its modules contain.
    pub(crate) fn validate(&self, max_code_bytes: u64) -> Result<()> {
        if let Some(problem) = &self.problem {
            return Err(problem.clone().into());
        }
        if self.elsewhere.is_none() && !self.modules.contains_key(&self.main) {
            return Err(CodeError::NoMain { name: self.main.clone() }.into());
        }
        if let Some(name) = self.modules.keys().find(|name| name.contains('\0')) {
            return Err(CodeError::Nul { name: name.clone() }.into());
        }
        if let Some(date) = self.compatibility_date.as_ref().filter(|date| !is_date(date)) {
            return Err(CodeError::Date { date: date.chars().take(32).collect() }.into());
        }
        if self.tails.len() > MAX_TAILS {
            return Err(CodeError::Tails { actual: self.tails.len(), limit: MAX_TAILS }.into());
        }
        let bytes = self.bytes();
        if bytes > max_code_bytes {
            return Err(CodeError::CodeBytes { actual: bytes, limit: max_code_bytes }.into());
        }
        Ok(())
    }

    /// Returns the total size of the module bodies in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.modules.values().map(Module::bytes).sum()
    }

    /// Returns the bytes that the host keeps for the modules beside their bodies.
    pub(crate) fn names_bytes(&self) -> u64 {
        self.modules.keys().map(|name| MODULE_BYTES + name.len() as u64).sum()
    }
}

fn is_date(text: &str) -> bool {
    let form = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 10 && text.bytes().enumerate().all(form)
}

/// Encodes `env` as one message.
pub(crate) fn encode_env(
    entries: &mut Vec<(String, Result<Binding>)>,
    loader: impl Fn(Option<String>) -> Stub,
) -> Result<Value> {
    let mut values = Vec::new();
    for (name, binding) in entries.drain(..) {
        values.push((
            name,
            match binding? {
                Binding::Value(value) => value,
                Binding::Stub(stub) => stub.to_value(),
                Binding::Loader(id) => loader(id).to_value(),
            },
        ));
    }
    Ok(Value::object_of(values.iter().map(|(name, value)| (name.as_str(), value))))
}

pub(crate) fn check_env(env: &Value) -> Result<()> {
    let bytes = env.as_bytes().len();
    if bytes > MAX_ENV_BYTES {
        return Err(CodeError::EnvBytes { actual: bytes, limit: MAX_ENV_BYTES }.into());
    }
    Ok(())
}

impl fmt::Debug for WorkerCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerCode")
            .field("main", &self.main)
            .field("modules", &self.modules.keys())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
