//! The request of a worker to load another one, in the form in which the guest's own
//! code has checked it.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use isolet_wire::{DecodeError, Value};
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::engine::source::Module;
use crate::error::Result;
use crate::error::invalid::CodeError;
use crate::limits::Limits;
use crate::limits::MAX_ENV_BYTES;
use crate::rpc::stub::Stub;
use crate::worker_code::{Flags, MAX_TAILS, WorkerCode};

/// The maximum number of modules of a worker that another one loads.
const MAX_MODULES: usize = 10_000;

/// The maximum number of values, keys and ends in a request to a loader. `env` has at most
/// two for each byte, and a module has fewer than 20.
const MAX_VALUES: usize = 2 * MAX_ENV_BYTES + 20 * MAX_MODULES;

/// The argument of `load`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct LoadRequest<'a> {
    main_module: String,
    #[serde(borrow, deserialize_with = "modules")]
    modules: Vec<GivenModule<'a>>,
    #[serde(default)]
    env: Value,
    global_outbound: Option<Stub>,
    #[serde(default, deserialize_with = "tails")]
    tails: Vec<Stub>,
    limits: Option<GivenLimits>,
    compatibility_date: Option<String>,
    #[serde(default)]
    transfers_stubs: bool,
    #[serde(default)]
    maps_promises: bool,
    #[serde(default)]
    keeps_urls: bool,
    #[serde(default)]
    node_globals: bool,
}

#[derive(Deserialize)]
struct GivenModule<'a> {
    name: String,
    kind: Option<String>,
    text: Option<String>,
    #[serde(borrow)]
    data: Option<&'a [u8]>,
}

/// The limits that a request may set. A limit that is not set is the loader's.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GivenLimits {
    cpu_ms: Option<u64>,
    sub_requests: Option<u64>,
    fuel: Option<u64>,
    memory_bytes: Option<u64>,
    wall_ms: Option<u64>,
    log_bytes: Option<u64>,
    output_bytes: Option<u64>,
    concurrency: Option<u64>,
    tree_memory_bytes: Option<u64>,
    sandboxes: Option<u64>,
}

/// The second argument of `getEntrypoint`.
#[derive(Default, Deserialize)]
pub(crate) struct EntrypointOptions {
    pub(crate) props: Option<Value>,
    pub(crate) limits: Option<GivenLimits>,
}

impl GivenLimits {
    /// Returns these limits, none of them above the ceiling.
    pub(crate) fn below(&self, ceiling: &Limits) -> Limits {
        let mut limits = ceiling.clone();
        let cpu = self.cpu_ms.map(|millis| millis.saturating_mul(Limits::FUEL_PER_CPU_MS));
        for fuel in [cpu, self.fuel].into_iter().flatten() {
            limits.fuel = limits.fuel.min(fuel);
        }
        let lower = |limit: &mut u64, given: Option<u64>| {
            *limit = (*limit).min(given.unwrap_or(u64::MAX));
        };
        lower(&mut limits.capability_calls, self.sub_requests);
        lower(&mut limits.memory_bytes, self.memory_bytes);
        lower(&mut limits.log_bytes, self.log_bytes);
        lower(&mut limits.output_bytes, self.output_bytes);
        lower(&mut limits.concurrency, self.concurrency);
        lower(&mut limits.sandboxes, self.sandboxes);
        if let Some(bytes) = self.tree_memory_bytes {
            limits.tree_memory_bytes = Some(limits.tree_memory().min(bytes));
        }
        if let Some(millis) = self.wall_ms {
            limits.wall = limits.wall.min(Duration::from_millis(millis));
        }
        limits
    }
}

fn modules<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<GivenModule<'a>>, D::Error> {
    deserializer.deserialize_seq(List::new(MAX_MODULES, "modules"))
}

fn tails<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Stub>, D::Error> {
    deserializer.deserialize_seq(List::new(MAX_TAILS, "tails"))
}

/// A list with a maximum length. The items of a longer list are not read.
struct List<T> {
    most: usize,
    of: &'static str,
    items: PhantomData<T>,
}

impl<T> List<T> {
    fn new(most: usize, of: &'static str) -> Self {
        Self { most, of, items: PhantomData }
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {} {}", self.most, self.of)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let Self { most, of, .. } = self;
        let too_many = |count| {
            let text = format!("A worker may have at most {most} {of}, and this one has {count}.");
            Err(A::Error::custom(text))
        };
        let count = items.size_hint().unwrap_or(0);
        if count > most {
            return too_many(count.to_string());
        }
        let mut list = Vec::with_capacity(count);
        while let Some(item) = items.next_element()? {
            if list.len() == most {
                return too_many("more".to_owned());
            }
            list.push(item);
        }
        Ok(list)
    }
}

/// Refuses arguments that would take long to read.
///
/// # Errors
/// [`CodeError`] if there are more values than any code and `env` can have.
pub(super) fn check_length(arguments: &Value) -> Result<()> {
    if arguments.has_at_least(MAX_VALUES) {
        let (limit, modules, env_bytes) = (MAX_VALUES, MAX_MODULES, MAX_ENV_BYTES);
        return Err(CodeError::Values { limit, modules, env_bytes }.into());
    }
    Ok(())
}

/// Returns the maximum size of a message that holds the largest code. Text that is not
/// Latin takes two bytes for each character, and the names of modules come on top.
pub(super) fn max_message_bytes(max_code_bytes: u64) -> u64 {
    max_code_bytes.saturating_mul(2).saturating_add(4 * MAX_ENV_BYTES as u64)
}

impl<'a> LoadRequest<'a> {
    /// Decodes the first of the arguments. Several modules may share one buffer.
    ///
    /// # Errors
    /// Errors if our own guest code would not send the request, or if it is more than any
    /// worker may be made of.
    pub(super) fn first_of(arguments: &'a Value, max_code_bytes: u64) -> Result<Self> {
        let most = usize::try_from(max_code_bytes).unwrap_or(usize::MAX);
        check_length(arguments)?;
        let elements = arguments.elements().ok_or(DecodeError::NotAnArray)?;
        match elements.expanding(most).next_or_undefined() {
            Err(DecodeError::Expansion) => {
                Err(CodeError::UncountedCodeBytes { limit: max_code_bytes }.into())
            }
            given => Ok(given.map_err(CodeError::Request)?),
        }
    }

    /// Returns the worker code as if the embedder had given it.
    pub(super) fn into_code(self, ceiling: &Limits) -> WorkerCode {
        let limits = match &self.limits {
            Some(limits) => limits.below(ceiling),
            None => ceiling.clone(),
        };
        let mut code = WorkerCode::of_modules(self.main_module).limits(limits);
        let mut buffers = Buffers::new();
        for module in self.modules {
            code = module.add_to(code, &mut buffers);
        }
        code.given_env = Some(self.env);
        code.tails = self.tails;
        code.outbound = self.global_outbound;
        code.compatibility_date = self.compatibility_date;
        let Self { transfers_stubs, maps_promises, keeps_urls, node_globals, .. } = self;
        code.flags = Flags { transfers_stubs, maps_promises, keeps_urls, node_globals };
        code
    }
}

/// One copy of each buffer, by its place in the message, however many modules share the buffer.
type Buffers = HashMap<*const [u8], Arc<[u8]>>;

impl GivenModule<'_> {
    fn add_to(self, code: WorkerCode, buffers: &mut Buffers) -> WorkerCode {
        let Self { name, kind, text, data } = self;
        let text = text.unwrap_or_default();
        let module = match kind.as_deref() {
            None => return code.file(name, text),
            Some("cjs") => Module::CommonJs(text),
            Some("text") => Module::Text(text),
            Some("json") => Module::Json(text),
            Some("data") => {
                let data = data.unwrap_or_default();
                let copy = buffers.entry(std::ptr::from_ref(data)).or_insert_with(|| data.into());
                Module::Data(Arc::clone(copy))
            }
            Some(_) => Module::JavaScript(text),
        };
        code.add(name, module)
    }
}
