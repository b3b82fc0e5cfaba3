//! A loaded worker, and its entrypoints ready to be called.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use isolet_wire::Value;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{OnceCell, mpsc, oneshot};

use crate::bindings::sandbox as wit;
use crate::capability::Capability;
use crate::driver::{self, Driver};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::image::Image;
use crate::invocation::{Command, Reply, Report, Request};
use crate::limits::Limits;
use crate::log::LogSink;
use crate::sandbox::{Sandbox, internal};
use crate::source::Sources;

/// What every sandbox of a worker is made from.
pub(crate) struct Code {
    pub(crate) engine: Engine,
    pub(crate) main: String,
    pub(crate) sources: Arc<Sources>,
    pub(crate) env: Value,
    pub(crate) capabilities: Vec<Arc<dyn Capability>>,
    pub(crate) limits: Limits,
    pub(crate) seed: Option<u64>,
    pub(crate) dynamic_code: bool,
    pub(crate) log_sink: Option<LogSink>,
}

impl Code {
    pub(crate) fn env_message(&self) -> wit::Message {
        let capabilities = u32::try_from(self.capabilities.len()).unwrap_or(u32::MAX);
        wit::Message {
            data: self.env.as_bytes().to_vec(),
            capabilities: (0..capabilities).collect(),
        }
    }

    /// The seed of a new sandbox.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub(crate) fn new_seed(&self) -> Result<u64> {
        match self.seed {
            Some(seed) => Ok(seed),
            None => getrandom::u64().map_err(internal),
        }
    }
}

struct Inner {
    code: Arc<Code>,
    /// The way to the driver of the one sandbox, if it is alive.
    warm: Mutex<Option<mpsc::UnboundedSender<Command>>>,
    /// The heap after loading; none if the worker has no app image.
    image: OnceCell<Option<Arc<Image>>>,
    next_token: AtomicU64,
}

/// A loaded worker.
///
/// Cheap to clone; every clone is the same worker. It has one sandbox, made by
/// the first call and living as long as the worker, so that what one call
/// leaves in the heap the next one finds; [`Worker::fresh_per_call`] is the
/// other choice. A sandbox that was stopped at a limit is replaced by the next
/// call.
#[derive(Clone)]
pub struct Worker {
    inner: Arc<Inner>,
    fresh: bool,
}

impl Worker {
    pub(crate) fn new(code: Code) -> Self {
        Self {
            inner: Arc::new(Inner {
                code: Arc::new(code),
                warm: Mutex::new(None),
                image: OnceCell::new(),
                next_token: AtomicU64::new(0),
            }),
            fresh: false,
        }
    }

    /// The same worker, with each call in a sandbox of its own: no state goes
    /// from one call to the next.
    ///
    /// The first such call makes the worker's app image, as [`Worker::prepare`]
    /// does; every later one starts from it in some microseconds, with the top
    /// level of its modules already run.
    #[must_use]
    pub fn fresh_per_call(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), fresh: true }
    }

    /// Makes the app image: loads the worker once and keeps its heap. True if
    /// it has one; false if loading left something pending (a timer, a
    /// capability call), so that each fresh call must load again. Takes some
    /// milliseconds and a file descriptor, once.
    ///
    /// # Errors
    /// What loading comes to. It is not remembered: the next call tries again.
    pub async fn prepare(&self) -> Result<bool> {
        let image = self.inner.image.get_or_try_init(|| driver::app_image(&self.inner.code));
        Ok(image.await?.is_some())
    }

    /// The default export, ready to be called.
    pub fn entrypoint(&self) -> Entrypoint {
        Entrypoint { worker: self.clone(), name: None, limits: self.inner.code.limits.clone() }
    }

    /// A named export, ready to be called. Whether there is one shows at the
    /// first call.
    pub fn named_entrypoint(&self, name: impl Into<String>) -> Entrypoint {
        Entrypoint { name: Some(name.into()), ..self.entrypoint() }
    }

    /// Hands a request to the one sandbox, making it if need be.
    async fn send(&self, mut request: Box<Request>) -> Result<mpsc::UnboundedSender<Command>> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?;
        loop {
            let sender = self.warm().clone();
            if let Some(sender) = sender {
                match sender.send(Command::Invoke(request)) {
                    Ok(()) => return Ok(sender),
                    Err(mpsc::error::SendError(Command::Invoke(unsent))) => request = unsent,
                    Err(_) => return Err(Error::Cancelled),
                }
            }
            let code = &self.inner.code;
            let sandbox = Sandbox::new(
                &code.engine,
                code.engine.base(),
                code.limits.memory_bytes,
                &code.sources,
            )
            .await?;
            let seed = code.new_seed()?;
            let mut warm = self.warm();
            // Another caller may have been faster; its sandbox is the one.
            if warm.as_ref().is_none_or(mpsc::UnboundedSender::is_closed) {
                let (sender, commands) = mpsc::unbounded_channel();
                *warm = Some(sender);
                let driver = Driver::new(Arc::clone(code), sandbox, commands, seed, false);
                runtime.spawn(driver.run());
            }
        }
    }

    fn warm(&self) -> std::sync::MutexGuard<'_, Option<mpsc::UnboundedSender<Command>>> {
        self.inner.warm.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a request in a sandbox that is for it alone, on the caller's task:
    /// dropping the future is all that cancelling takes.
    async fn run_fresh<T>(
        &self,
        mut request: Box<Request>,
        mut receiver: oneshot::Receiver<T>,
    ) -> Result<T> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?;
        self.prepare().await?;
        let code = &self.inner.code;
        let app = self.inner.image.get().and_then(Option::as_ref);
        let image = app.unwrap_or(code.engine.base());
        let sandbox =
            Sandbox::new(&code.engine, image, code.limits.memory_bytes, &code.sources).await?;
        let seed = code.new_seed()?;
        request.reseed = Some(seed);
        let (sender, commands) = mpsc::unbounded_channel();
        // With no handle left the driver ends when the call has.
        let _ = sender.send(Command::Invoke(request));
        drop(sender);
        let driver = Driver::new(Arc::clone(code), sandbox, commands, seed, app.is_some());
        let mut driver = Box::pin(driver.run());
        tokio::select! {
            biased;
            answer = &mut receiver => {
                // What the call left running, `waitUntil` for one, goes on
                // without its caller.
                runtime.spawn(driver);
                answer.map_err(|_| lost())
            }
            () = &mut driver => receiver.try_recv().map_err(|_| lost()),
        }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("main", &self.inner.code.main).finish_non_exhaustive()
    }
}

/// A call that is under way. It holds nothing of its arguments, so that it can be
/// spawned.
pub type Calling<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// One of a worker's exports, ready to be called. Cheap to clone.
///
/// An export that is a plain object has handlers that get `(arg, env, ctx)`; a
/// class that extends `WorkerEntrypoint` has methods that get the arguments.
#[derive(Clone, Debug)]
pub struct Entrypoint {
    worker: Worker,
    name: Option<String>,
    limits: Limits,
}

impl Entrypoint {
    /// Calls a method and converts what it returns. `arguments` is a tuple:
    /// `("hello", 3)`, or `("hello",)` for one, or `()`.
    ///
    /// Dropping the future cancels the call and the capability calls that it
    /// waits for. A turn that is running ends first, or at its deadline.
    ///
    /// # Errors
    /// What the code threw, the limit that it reached, or that its value does
    /// not fit `R`.
    pub fn call<R: DeserializeOwned + Send + 'static>(
        &self,
        method: &str,
        arguments: impl Serialize,
    ) -> Calling<Result<R>> {
        let value = self.call_value(method, arguments);
        Box::pin(async move { Ok(value.await?.to()?) })
    }

    /// As [`Entrypoint::call`], without converting the value: cycles, maps and
    /// whatever else JSON lacks stay what they are.
    pub fn call_value(&self, method: &str, arguments: impl Serialize) -> Calling<Result<Value>> {
        self.call_message(method, arguments_of(&arguments))
    }

    /// As [`Entrypoint::call_value`], with arguments that are values already,
    /// such as what another call returned.
    pub fn call_values(&self, method: &str, arguments: &[Value]) -> Calling<Result<Value>> {
        self.call_message(method, Ok(Value::array_of(arguments)))
    }

    fn call_message(&self, method: &str, arguments: Result<Value>) -> Calling<Result<Value>> {
        let this = self.clone();
        let method = Some(method.to_owned());
        Box::pin(async move {
            let (sender, receiver) = oneshot::channel();
            this.start(method, arguments?, Reply::Value(sender), receiver).await?
        })
    }

    /// Runs a call to its very end, `waitUntil` included, and reports all there
    /// is to know of it. Without a method the export itself is called.
    pub fn run(&self, method: Option<&str>, arguments: impl Serialize) -> Calling<Report> {
        let this = self.clone();
        let (method, arguments) = (method.map(str::to_owned), arguments_of(&arguments));
        Box::pin(async move {
            let (sender, receiver) = oneshot::channel();
            let run =
                async { this.start(method, arguments?, Reply::Report(sender), receiver).await };
            run.await.unwrap_or_else(Report::not_started)
        })
    }

    async fn start<T>(
        &self,
        method: Option<String>,
        arguments: Value,
        reply: Reply,
        receiver: oneshot::Receiver<T>,
    ) -> Result<T> {
        let token = self.worker.inner.next_token.fetch_add(1, Ordering::Relaxed);
        let request = Box::new(Request {
            token,
            entrypoint: self.name.clone(),
            method,
            arguments,
            limits: self.limits.clone(),
            reseed: None,
            began: Instant::now(),
            reply,
        });
        if self.worker.fresh {
            return self.worker.run_fresh(request, receiver).await;
        }
        let sender = self.worker.send(request).await?;
        let cancel = CancelOnDrop { sender, token, armed: true };
        let answer = receiver.await.map_err(|_| lost());
        cancel.disarm();
        answer
    }
}

fn lost() -> Error {
    Error::Internal("the sandbox's driver ended without an answer".to_owned())
}

/// Tells the driver when nobody waits for a call any more.
struct CancelOnDrop {
    sender: mpsc::UnboundedSender<Command>,
    token: u64,
    armed: bool,
}

impl CancelOnDrop {
    fn disarm(mut self) {
        self.armed = false;
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if self.armed {
            // A driver that has ended has nothing to cancel.
            let _ = self.sender.send(Command::Cancel(self.token));
        }
    }
}

/// Arguments as an array; `()` is none.
fn arguments_of(arguments: &impl Serialize) -> Result<Value> {
    let value = Value::from_serialize(arguments)?;
    if value.is_undefined() {
        return Ok(Value::array_of(&[]));
    }
    if value.elements().is_none() {
        return Err(Error::InvalidCode("the arguments of a call are a tuple or a list".to_owned()));
    }
    Ok(value)
}
