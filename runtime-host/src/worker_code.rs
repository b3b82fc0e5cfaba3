//! What a worker is made of.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use isolet_wire::{Value, Writer};
use serde::Serialize;

use crate::capability::Capability;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::log::{LogLine, LogSink};
use crate::source::{Module, ModuleSource};

/// The most that `env` may take, as the peer has it.
const MAX_ENV_BYTES: usize = 1 << 20;

/// The most that all module bodies together may take, as the peer has it.
const MAX_CODE_BYTES: u64 = 64 << 20;

/// Something that a worker finds in its `env`.
#[non_exhaustive]
pub enum Binding {
    /// An object of the host's that it can call.
    Capability(Arc<dyn Capability>),
    /// Plain data, copied into the sandbox.
    Value(Value),
}

impl<C: Capability> From<C> for Binding {
    fn from(capability: C) -> Self {
        Self::Capability(Arc::new(capability))
    }
}

impl From<Arc<dyn Capability>> for Binding {
    fn from(capability: Arc<dyn Capability>) -> Self {
        Self::Capability(capability)
    }
}

impl<C: Capability> From<Arc<C>> for Binding {
    fn from(capability: Arc<C>) -> Self {
        Self::Capability(capability)
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
    pub(crate) log_sink: Option<LogSink>,
    problem: Option<String>,
}

impl WorkerCode {
    /// A worker whose main module is `source`. Its name says what it is
    /// (`.js`, `.ts`, `.tsx`, …) and is what its stack frames show.
    pub fn module(name: impl Into<String>, source: impl Into<String>) -> Self {
        let main = name.into();
        Self {
            main: main.clone(),
            modules: BTreeMap::new(),
            elsewhere: None,
            env: Vec::new(),
            limits: Limits::default(),
            seed: None,
            dynamic_code: true,
            log_sink: None,
            problem: None,
        }
        .file(main, source)
    }

    /// A worker whose modules come from `source`, the main one too.
    pub fn from_source(main: impl Into<String>, source: impl ModuleSource) -> Self {
        let mut code = Self::module(String::new(), String::new());
        code.main = main.into();
        code.modules.clear();
        code.problem = None;
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

    /// Where `Math.random`, `crypto` and the engine's hashes start from: with
    /// the same seed, code, input and time a run repeats exactly, its fuel
    /// included. Default: from the operating system, and reported.
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

    /// Calls `sink` with each log line at the moment it is written. It is
    /// called in the middle of a turn and must not block.
    pub fn on_log(mut self, sink: impl Fn(&LogLine) + Send + Sync + 'static) -> Self {
        self.log_sink = Some(Arc::new(sink));
        self
    }

    /// # Errors
    /// What no module could mend.
    pub(crate) fn validate(&self) -> Result<()> {
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
        let bytes: u64 = self.modules.values().map(Module::bytes).sum();
        if bytes > MAX_CODE_BYTES {
            return Err(Error::InvalidCode(format!(
                "Dynamic Worker code size ({bytes} bytes) exceeds the maximum allowed size of \
                 {MAX_CODE_BYTES} bytes."
            )));
        }
        Ok(())
    }

    /// `env` as one message, and the capabilities that it names.
    pub(crate) fn encode_env(&mut self) -> Result<(Value, Vec<Arc<dyn Capability>>)> {
        let mut entries = Vec::new();
        let mut capabilities = Vec::new();
        for (name, binding) in std::mem::take(&mut self.env) {
            entries.push(match binding? {
                Binding::Value(value) if value.capabilities() == 0 => (name, value),
                Binding::Value(_) => {
                    return Err(Error::InvalidCode(format!(
                        "the value \"{}\" of env names capabilities",
                        name.escape_debug()
                    )));
                }
                Binding::Capability(capability) => {
                    capabilities.push(capability);
                    (name, one_capability()?)
                }
            });
        }
        let env = Value::object_of(entries.iter().map(|(name, value)| (name.as_str(), value)));
        let bytes = env.as_bytes().len();
        if bytes > MAX_ENV_BYTES {
            return Err(Error::InvalidCode(format!(
                "Dynamic Worker env size ({bytes} bytes) exceeds the maximum allowed size of \
                 {MAX_ENV_BYTES} bytes."
            )));
        }
        Ok((env, capabilities))
    }
}

/// A message that is one capability.
fn one_capability() -> Result<Value> {
    let mut writer = Writer::new();
    writer.capability(0);
    Value::from_bytes(writer.finish(), 1).map_err(crate::sandbox::internal)
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
