//! `env.LOADER` as one sandbox holds it.

use std::sync::{Arc, Weak};

use isolet_wire::{DecodeError, Value};
use tokio::sync::Semaphore;

use super::binding::LoaderBinding;
use super::cache::{Cache, Id};
use super::load_request::{EntrypointOptions, LoadRequest, check_length, max_message_bytes};
use crate::error::Result;
use crate::error::fault::internal;
use crate::error::thrown::Thrown;
use crate::limits::Limits;
use crate::limits::lineage::Lineage;
use crate::limits::quota::Reservation;
use crate::rpc::capability::failed;
use crate::rpc::capability::{Answer, Call};
use crate::rpc::export::Export;
use crate::rpc::right::{Child, Children, HeldRight, Holder, Right};
use crate::rpc::stub::Stub;
use crate::rpc::survey::{Holds, Visitor};
use crate::rpc::target::{Callee, Target};
use crate::support::seed::Seed;
use crate::worker::Worker;
use crate::worker::entrypoint::Entrypoint;
use crate::worker_code::WorkerCode;

/// The bytes that an id costs the host.
const ENTRY_BYTES: u64 = 320;

/// The maximum size of an id in bytes. The host keeps a digest of it.
const MAX_ID_BYTES: usize = 1 << 20;

/// The size in bytes past which a request is not decoded on a thread of the async runtime.
const DECODED_AT_ONCE: usize = 1 << 20;

/// The requests that are decoded on threads at once, so that workers cannot make hundreds.
static DECODING: Semaphore = Semaphore::const_new(4);

/// A loader as one sandbox holds it. The workers that it loads are children of that
/// sandbox, within its limits and quotas.
pub(crate) struct LocalLoader {
    binding: Arc<LoaderBinding>,
    /// The limits that no worker may exceed that it loads.
    ceiling: Limits,
    /// The lineage of the sandbox that holds the loader and is the parent of its workers.
    parent: Lineage,
    cache: Arc<Cache>,
    /// The seed from which the sandbox's children draw theirs.
    seed: Arc<Seed>,
    children: Arc<Children>,
}

impl LocalLoader {
    pub(super) fn new(binding: Arc<LoaderBinding>, holder: &mut Holder) -> Self {
        Self {
            ceiling: binding.ceiling.lower(holder.mailbox.limits()),
            parent: holder.mailbox.lineage().clone(),
            cache: holder.shared(binding.id.as_deref()),
            seed: Arc::clone(&holder.seed),
            children: Arc::clone(&holder.children),
            binding,
        }
    }

    /// Loads the worker that the first argument describes. Its seed is drawn at once, in
    /// the order in which the worker asks.
    fn load(
        self: Arc<Self>,
        arguments: Value,
    ) -> impl Future<Output = Result<Worker>> + Send + 'static {
        let checked = self.parent.check_depth();
        let seed = self.seed.draw();
        async move {
            checked?;
            let _loading = self.children.begin().await;
            let most = self.binding.engine.max_code_bytes();
            let code = decode(arguments, most, self.ceiling.clone()).await?;
            self.load_code(code.seed(seed))
        }
    }

    fn load_code(&self, mut code: WorkerCode) -> Result<Worker> {
        // The worker ends with the sandbox that loads it, and must not keep that sandbox alive.
        let env = code.given_env.take();
        code.given_env = env.map(|env| Stub::value_held_by(env, &self.parent));
        code.outbound = code.outbound.map(|stub| stub.held_by(&self.parent));
        code.tails = code.tails.iter().map(|tail| tail.held_by(&self.parent)).collect();
        code.log_sink.clone_from(&self.binding.log_sink);
        let parent = self.parent.clone();
        let loaded =
            super::load(&self.binding.engine, code, parent, |_, bytes| self.reserve(bytes));
        loaded.inspect(|worker| {
            let code: Weak<dyn Child> = Arc::downgrade(worker.code()) as _;
            self.children.add(code);
        })
    }

    /// Reserves bytes for a worker or an id, and evicts workers kept by id to make room.
    fn reserve(&self, bytes: u64) -> Result<Reservation> {
        let Some(quota) = self.parent.quota() else { return Ok(Reservation::default()) };
        loop {
            match quota.keep(bytes) {
                Err(_) if self.cache.evict_oldest() => {}
                reservation => return reservation,
            }
        }
    }
}

/// Decodes the first argument of a request. Code of megabytes is decoded on a thread for
/// blocking work: 64 MiB of UTF-16 take some 100 ms.
async fn decode(arguments: Value, max_code_bytes: u64, ceiling: Limits) -> Result<WorkerCode> {
    let is_large = arguments.as_bytes().len() > DECODED_AT_ONCE;
    let decode = move || {
        let request = LoadRequest::first_of(&arguments, max_code_bytes)?;
        Ok(request.into_code(&ceiling))
    };
    if !is_large {
        return decode();
    }
    let _permit = DECODING.acquire().await.map_err(internal)?;
    tokio::task::spawn_blocking(decode).await.map_err(internal)?
}

impl Right for LoaderBinding {
    fn held_by(self: Arc<Self>, holder: &mut Holder) -> Arc<dyn HeldRight> {
        Arc::new(LocalLoader::new(self, holder))
    }

    fn refusal(&self) -> &'static str {
        "A loader is used by the worker that holds it: await it first, then call load() or get()."
    }
}

impl HeldRight for LocalLoader {
    fn request(self: Arc<Self>, call: Call) -> Answer {
        let method = call.path.first().cloned().unwrap_or_default();
        let Call { arguments, payer, .. } = call;
        let arguments = arguments.unwrap_or_default();
        if let Err(error) = check_length(&arguments) {
            return failed(Thrown::from_error(error));
        }
        match method.as_str() {
            "load" => {
                let loading = self.load(arguments);
                Box::pin(async { loading.await.map(stub_of).map_err(Thrown::from_error) })
            }
            "get" => {
                let id = match argument::<Option<Value>>(&arguments, 0).and_then(id_of) {
                    Ok(id) => id,
                    Err(thrown) => return failed(thrown),
                };
                // Looked up now, in the order in which the worker asks.
                let slot = id.map(|id| {
                    self.cache.slot(id, || self.reserve(ENTRY_BYTES)).map(|slot| (slot, id))
                });
                let slot = match slot.transpose() {
                    Ok(slot) => slot,
                    Err(error) => return failed(Thrown::from_error(error)),
                };
                if let Some(Ok(worker)) = slot.as_ref().and_then(|(slot, _)| slot.get()) {
                    return Box::pin(std::future::ready(Ok(stub_of(worker.clone()))));
                }
                let callback = match argument::<Stub>(&arguments, 1) {
                    Ok(callback) => callback,
                    Err(thrown) => return failed(thrown),
                };
                Box::pin(async move {
                    let loading = async {
                        let mut call = Call::function(Value::array_of(&[])).paid_by(payer);
                        let most = self.binding.engine.max_code_bytes();
                        call.answer_bytes = Some(max_message_bytes(most));
                        let given = callback.request(call).await.map_err(Thrown::into_error)?;
                        Arc::clone(&self).load(Value::array_of(&[given])).await
                    };
                    let worker = match slot {
                        Some((slot, id)) => self.cache.fill(id, slot, loading).await,
                        None => loading.await,
                    };
                    worker.map(stub_of).map_err(Thrown::from_error)
                })
            }
            other => failed(Thrown::no_method(other)),
        }
    }

    fn right(&self) -> Arc<dyn Right> {
        Arc::<LoaderBinding>::clone(&self.binding)
    }
}

impl Holds for LocalLoader {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.shared(&self.cache);
    }
}

/// A loaded worker, as the sandbox that loaded it holds it.
struct WorkerTarget(Worker);

fn stub_of(worker: Worker) -> Value {
    Stub::to(Target::Worker(Arc::new(WorkerTarget(worker)))).to_value()
}

impl Holds for WorkerTarget {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.0.visit(visitor);
    }
}

impl Callee for WorkerTarget {
    fn request(self: Arc<Self>, mut call: Call) -> Answer {
        let name = if call.path.is_empty() { String::new() } else { call.path.remove(0) };
        if !call.path.is_empty() {
            // A member of an export, without a `getEntrypoint` call before it.
            let export = Export::new(not_default(Some(name)), None);
            return Arc::new(Entrypoint::new(self.0.clone(), export)).request(call);
        }
        let arguments = call.arguments.unwrap_or_default();
        if name != "getEntrypoint" {
            return failed(Thrown::no_method(&name));
        }
        let checked = check_length(&arguments).map_err(Thrown::from_error);
        Box::pin(std::future::ready(checked.and_then(|()| self.entrypoint(&arguments))))
    }
}

/// Converts an id. Lone surrogates, which UTF-8 cannot express, stay distinct.
fn id_of(value: Option<Value>) -> Result<Option<Id>, Thrown> {
    let Some(value) = value.filter(|value| !value.is_undefined()) else { return Ok(None) };
    let bytes = value.as_bytes().len();
    if bytes > MAX_ID_BYTES {
        return Err(Thrown::type_error(format!(
            "The id of a worker takes {bytes} bytes, and at most {MAX_ID_BYTES} are allowed."
        )));
    }
    let id: String = value.to().map_err(|error| Thrown::type_error(error.to_string()))?;
    // Decoding has replaced what UTF-8 cannot express.
    let is_replaced = || Value::from_serialize(&id).is_ok_and(|written| written != value);
    let same = !id.contains(char::REPLACEMENT_CHARACTER) || !is_replaced();
    Ok(Some(Id::of(&if same { id } else { format!("{id}\0{:x?}", value.as_bytes()) })))
}

fn not_default(name: Option<String>) -> Option<String> {
    name.filter(|name| name != "default")
}

impl WorkerTarget {
    fn entrypoint(&self, arguments: &Value) -> Result<Value, Thrown> {
        let name = argument::<Option<String>>(arguments, 0)?;
        let options = argument::<Option<EntrypointOptions>>(arguments, 1)?;
        let EntrypointOptions { props, limits } = options.unwrap_or_default();
        let code = self.0.code();
        let props = props.map(|props| Stub::value_held_by(props, &code.parent));
        let export = Export::kept_by(&code.parent, not_default(name), props);
        let export = export.map_err(Thrown::from_error)?;
        let mut entrypoint = Entrypoint::new(self.0.clone(), export);
        if let Some(limits) = limits {
            entrypoint = entrypoint.lower_limits(&limits.below(&code.limits));
        }
        Ok(entrypoint.stub().to_value())
    }
}

fn argument<T: serde::de::DeserializeOwned>(arguments: &Value, index: usize) -> Result<T, Thrown> {
    let decoded = arguments.element(index);
    decoded.map_err(|error: DecodeError| Thrown::type_error(error.to_string()))
}
