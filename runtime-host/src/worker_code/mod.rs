//! What a worker is made of.

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
use crate::error::{Error, Result};
use crate::limits::{Limits, MAX_ENV_BYTES};
use crate::rpc::capability::Capability;
use crate::rpc::stub::Stub;
use crate::worker_code::tail::{TailEvent, TailSink};

/// Each invocation is told to each of them.
pub(crate) const MAX_TAILS: usize = 16;

/// What a module costs the host that has neither name nor body.
const MODULE_BYTES: u64 = 256;

/// Something that a worker finds in its `env`.
#[non_exhaustive]
pub enum Binding {
    /// Something that it can call.
    Stub(Stub),
    /// Data, copied into the sandbox; what it names can be called.
    Value(Value),
    /// What loads further workers, as `env.LOADER`, and its id if it has one.
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

/// What a worker is made of: modules, `env`, limits.
///
/// Building one checks nothing; [`Loader::load`](crate::Loader::load) does.
#[must_use]
pub struct WorkerCode {
    pub(crate) main: String,
    pub(crate) modules: BTreeMap<String, Module>,
    pub(crate) elsewhere: Option<Arc<dyn ModuleSource>>,
    pub(crate) env: Vec<(String, Result<Binding>)>,
    pub(crate) limits: Limits,
    pub(crate) seed: Option<u64>,
    pub(crate) dynamic_code: bool,
    pub(crate) transfers_stubs: bool,
    pub(crate) log_sink: Option<LogSink>,
    pub(crate) tails: Vec<Stub>,
    pub(crate) tail_sink: Option<TailSink>,
    /// An `env` that is a message already.
    pub(crate) given_env: Option<Value>,
    /// Where `fetch` leads.
    pub(crate) outbound: Option<Stub>,
    pub(crate) compatibility_date: Option<String>,
    pub(crate) transpile: TranspileOptions,
    problem: Option<String>,
}

impl WorkerCode {
    /// A worker whose main module is `source`. Its name says what it is
    /// (`.js`, `.ts`, `.tsx`, …) and is what its stack frames show.
    pub fn module(name: impl Into<String>, source: impl Into<String>) -> Self {
        let main = name.into();
        Self::of_modules(main.clone()).file(main, source)
    }

    /// Without a module so far.
    pub(crate) fn of_modules(main: String) -> Self {
        Self {
            main,
            modules: BTreeMap::new(),
            elsewhere: None,
            env: Vec::new(),
            limits: Limits::default(),
            seed: None,
            dynamic_code: true,
            transfers_stubs: false,
            log_sink: None,
            tails: Vec::new(),
            tail_sink: None,
            given_env: None,
            outbound: None,
            compatibility_date: None,
            transpile: TranspileOptions::default(),
            problem: None,
        }
    }

    /// A worker whose modules come from `source`, the main one too.
    pub fn from_source(main: impl Into<String>, source: impl ModuleSource) -> Self {
        let mut code = Self::of_modules(main.into());
        code.elsewhere = Some(Arc::new(source));
        code
    }

    /// Adds a module whose name says what it is, as with
    /// [`Module::by_name`]; any other ending is refused by `load`.
    pub fn file(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        let name = name.into();
        if let Some(module) = Module::by_name(&name, text) {
            return self.add(name, module);
        }
        self.problem.get_or_insert_with(|| {
            format!(
                "the name of module \"{}\" ends in none of .js .mjs .cjs .jsx .ts .mts .tsx \
                 .json .txt",
                name.escape_debug()
            )
        });
        self
    }

    /// Adds a module under any name, such as the bare specifier `lodash`.
    pub fn add(mut self, name: impl Into<String>, module: Module) -> Self {
        self.modules.insert(name.into(), module);
        self
    }

    /// Puts a capability, or a [`Value`] as [`Binding::Value`], into `env`.
    pub fn env(mut self, name: impl Into<String>, binding: impl Into<Binding>) -> Self {
        self.env.push((name.into(), Ok(binding.into())));
        self
    }

    /// Lets the worker load further ones: `env[name]` is the peer's `LOADER`,
    /// with `load` and `get`. They are sandboxes of their own, which end with it
    /// and may never have more than its limits.
    pub fn loader(mut self, name: impl Into<String>) -> Self {
        self.env.push((name.into(), Ok(Binding::Loader(None))));
        self
    }

    /// As [`loader`](Self::loader), with an id: in one sandbox all loaders of an id
    /// share the workers that they keep by `get`, in `env` or handed on: also those that
    /// have other limits and log sinks, and a worker keeps those that it was loaded with.
    /// Without an id each has its own.
    pub fn loader_with_id(mut self, name: impl Into<String>, id: impl Into<String>) -> Self {
        self.env.push((name.into(), Ok(Binding::Loader(Some(id.into())))));
        self
    }

    /// Hands every `fetch` of the worker's to that stub's method `fetch`, which
    /// a worker's entrypoint or a [`Capability`] may be (it says what that is
    /// called with). Default: none, and `fetch` throws.
    pub fn outbound(mut self, stub: impl Into<Stub>) -> Self {
        self.outbound = Some(stub.into());
        self
    }

    /// Puts plain data into `env`.
    pub fn env_value<T: Serialize + ?Sized>(mut self, name: impl Into<String>, value: &T) -> Self {
        let value = Value::from_serialize(value).map(Binding::Value).map_err(Error::from);
        self.env.push((name.into(), value));
        self
    }

    /// What the worker may use. Default: [`Limits::default`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The peer's `compatibilityDate`, such as `2026-03-01`. It has no effect:
    /// [`Worker::compatibility_date`](crate::Worker::compatibility_date) tells it
    /// again. Default: none.
    pub fn compatibility_date(mut self, date: impl Into<String>) -> Self {
        self.compatibility_date = Some(date.into());
        self
    }

    /// How its TypeScript and JSX become JavaScript. Default:
    /// [`TranspileOptions::default`], which workers that it loads have always.
    pub fn transpile_options(mut self, options: TranspileOptions) -> Self {
        self.transpile = options;
        self
    }

    /// Whether a stub that the worker passes in a call is gone for it afterwards, unless
    /// it was duplicated: the peer's flag `rpc_params_transfer_stubs`. Default: no.
    pub fn transfer_stubs(mut self, transfer: bool) -> Self {
        self.transfers_stubs = transfer;
        self
    }

    /// Where `Math.random`, `crypto` and the engine's hashes start from: with
    /// the same seed, code, input and time a run repeats exactly, its fuel
    /// included. With `fresh_per_call` the modules are evaluated with it once,
    /// and each call begins from it anew, so that all calls draw the same
    /// numbers. Default: from the operating system, one for each sandbox (with
    /// `fresh_per_call` one for the modules and one for each call), and
    /// reported. Workers that a worker loads draw theirs from its.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Whether `eval` and `Function` work inside the sandbox. Default true:
    /// what they run is as confined as all the rest.
    pub fn dynamic_code(mut self, allowed: bool) -> Self {
        self.dynamic_code = allowed;
        self
    }

    /// A digest of what the worker is: its modules, its data in `env`, its limits.
    /// As a part of an id of [`Loader::get`](crate::Loader::get) it makes sure that
    /// the id never names a stale worker. Which stubs it is given is no part of
    /// it, nor what a [`ModuleSource`] would hand over; hexadecimal, 64 digits.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
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
                Ok(Binding::Loader(id)) => add(format!("loader {id:?}").as_bytes()),
                Err(_) => add(b"error"),
            }
        }
        let Self { limits, seed, dynamic_code, transfers_stubs, transpile, .. } = self;
        add(format!("{limits:?} {seed:?} {dynamic_code} {transfers_stubs}").as_bytes());
        add(format!("{transpile:?}").as_bytes());
        hash.finalize().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Calls `sink` with each log line at the moment it is written. It is
    /// called in the middle of a turn and must not block.
    pub fn on_log(mut self, sink: impl Fn(&LogLine) + Send + Sync + 'static) -> Self {
        self.log_sink = Some(Arc::new(sink));
        self
    }

    /// Calls the `tail([event])` of a worker's entrypoint with one event for each
    /// invocation that is over. Again for more, at most 16.
    ///
    /// A tail that runs in the sandbox of one who called, or in one that this has
    /// loaded, uses that call's fuel and time, and any other its own. Events that
    /// have yet to be told may take the worker's memory and 66 MiB; past it they are
    /// lost, with a warning to `tracing`.
    pub fn tail(mut self, tail: Stub) -> Self {
        self.tails.push(tail);
        self
    }

    /// Calls `sink` with each invocation that is over, on the task of the
    /// sandbox: it must not block. The workers that this one loads are not
    /// watched by it.
    pub fn on_end(mut self, sink: impl Fn(&TailEvent) + Send + Sync + 'static) -> Self {
        self.tail_sink = Some(Arc::new(sink));
        self
    }

    /// # Errors
    /// What no module could mend.
    pub(crate) fn validate(&self, max_code_bytes: u64) -> Result<()> {
        if let Some(problem) = &self.problem {
            return Err(Error::InvalidCode(problem.clone()));
        }
        if self.elsewhere.is_none() && !self.modules.contains_key(&self.main) {
            return Err(Error::InvalidCode(format!(
                "there is no module \"{}\", which is to be the main one",
                self.main.escape_debug()
            )));
        }
        if let Some(name) = self.modules.keys().find(|name| name.contains('\0')) {
            return Err(Error::InvalidCode(format!(
                "the name of module \"{}\" has a NUL in it",
                name.escape_debug()
            )));
        }
        if let Some(date) = self.compatibility_date.as_ref().filter(|date| !is_date(date)) {
            let date: String = date.chars().take(32).collect();
            return Err(Error::InvalidCode(format!(
                "the compatibility date \"{}\" is not of the form 2026-03-01",
                date.escape_debug()
            )));
        }
        if self.tails.len() > MAX_TAILS {
            return Err(Error::InvalidCode(format!(
                "A worker may have at most {MAX_TAILS} tails, and this one has {}.",
                self.tails.len()
            )));
        }
        let bytes = self.bytes();
        if bytes > max_code_bytes {
            return Err(Error::InvalidCode(format!(
                "Dynamic Worker code size ({bytes} bytes) exceeds the maximum allowed size of \
                 {max_code_bytes} bytes."
            )));
        }
        Ok(())
    }

    /// The sum of the module bodies.
    pub(crate) fn bytes(&self) -> u64 {
        self.modules.values().map(Module::bytes).sum()
    }

    /// What the host keeps for the modules beside their bodies.
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

/// `env` as one message.
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
        return Err(Error::InvalidCode(format!(
            "Dynamic Worker env size ({bytes} bytes) exceeds the maximum allowed size of \
             {MAX_ENV_BYTES} bytes."
        )));
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
