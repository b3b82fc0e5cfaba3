//! The exports of a worker, ready to be called.

use std::sync::Arc;

use isolet_wire::Value;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::error::Result;
use crate::error::fault::lost;
use crate::error::thrown::Thrown;
use crate::limits::Limits;
use crate::rpc::capability::failed;
use crate::rpc::capability::{Answer, Breaking, Call, Calling, arguments_of};
use crate::rpc::export::Export;
use crate::rpc::report::Report;
use crate::rpc::request::{Kept, Receiver, Reply, Request};
use crate::rpc::stub::Stub;
use crate::rpc::survey::{Holds, Visitor};
use crate::rpc::target::{Callee, Target};
use crate::worker::Worker;

/// An export of a worker, ready to be called. Cheap to clone.
///
/// An export that is a plain object has handlers that get `(arg, env, ctx)`. A class that
/// extends `WorkerEntrypoint` has methods that get the arguments of the call.
#[derive(Clone, Debug)]
pub struct Entrypoint {
    worker: Worker,
    export: Arc<Export>,
    limits: Limits,
}

impl Worker {
    /// Returns the default export.
    pub fn entrypoint(&self) -> Entrypoint {
        Entrypoint::new(self.clone(), Arc::default())
    }

    /// Returns a named export. The first call fails if the worker has no such export.
    pub fn named_entrypoint(&self, name: impl Into<String>) -> Entrypoint {
        Entrypoint::new(self.clone(), Export::new(Some(name.into()), None))
    }
}

impl Entrypoint {
    pub(crate) fn new(worker: Worker, export: Arc<Export>) -> Self {
        let limits = worker.code().limits.clone();
        Self { worker, export, limits }
    }

    /// Sets the `ctx.props` that the export sees. Default: an empty object.
    #[must_use]
    pub fn props(mut self, props: Value) -> Self {
        self.export = Export::new(self.export.name.clone(), Some(props));
        self
    }

    #[cfg(feature = "serve")]
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Lowers the limits of each call. The lower of these and the worker's limits apply.
    ///
    /// Memory belongs to the sandbox, which other calls use too. A call that would grow the
    /// memory past the call's limit is stopped, and the sandbox with it. The limit of the
    /// stack is always the worker's.
    #[must_use]
    pub fn lower_limits(mut self, limits: &Limits) -> Self {
        self.limits = self.limits.lower(limits);
        self
    }

    #[cfg(feature = "serve")]
    pub(crate) fn worker(&self) -> &Worker {
        &self.worker
    }

    /// Returns the same export of another worker of the same code.
    #[cfg(feature = "serve")]
    pub(crate) fn of(&self, worker: Worker) -> Self {
        Self { worker, ..self.clone() }
    }

    /// Returns a stub of the entrypoint, to be passed to other workers.
    pub fn stub(&self) -> Stub {
        Stub::to(Target::Worker(Arc::new(self.clone())))
    }

    /// Calls a method and converts the value that it returns. `arguments` is a tuple:
    /// `("hello", 3)`, `("hello",)` for a single argument, or `()`.
    ///
    /// Instances of classes, and objects without a prototype, are returned as their own
    /// enumerable properties. Another worker that calls the method gets a
    /// `DataCloneError` for them.
    ///
    /// `R` may be [`Value`], which keeps cycles, maps and everything else that JSON lacks, and
    /// so may the arguments or parts of them.
    ///
    /// The call is sent at once, so that calls arrive in the order in which they are made. It
    /// needs a tokio runtime. Dropping the future cancels the call and the capability calls that it waits for. A
    /// turn that is running ends first, or at its deadline.
    ///
    /// # Errors
    /// Errors if the code throws, if it reaches a limit, or if its value does not fit `R`.
    pub fn call<R: DeserializeOwned + Send + 'static>(
        &self,
        method: &str,
        arguments: impl Serialize,
    ) -> Calling<Result<R>> {
        let (reply, answer) = oneshot::channel();
        let call = arguments_of(&arguments).map(|arguments| Call::method(method, arguments));
        let started = call.and_then(|call| self.start(call, Reply::Value(reply), answer));
        Box::pin(async move { Ok(started?.await??.to()?) })
    }

    /// Runs a call to its end, including `waitUntil`, and returns its report. Without a
    /// method, the export itself is called.
    ///
    /// If the result holds a stream that the worker has yet to fill or to empty, the report
    /// is sent when the result is returned, because nobody can read the stream before. What
    /// the invocation logs and uses after that is in its tail event, but in no report.
    pub fn run(&self, method: Option<&str>, arguments: impl Serialize) -> Calling<Report> {
        let path = method.map(str::to_owned).into_iter().collect();
        let (reply, answer) = oneshot::channel();
        let call = arguments_of(&arguments).map(|arguments| Call::of(path, Some(arguments)));
        let started = call.and_then(|call| self.start(call, Reply::Report(reply), answer));
        Box::pin(async move {
            let run = async { started?.await };
            run.await.unwrap_or_else(Report::not_started)
        })
    }

    /// Makes the worker's app image after a call of the method, so that what the first call of
    /// a program builds, such as the routes of a framework, is part of it. All later calls of
    /// [`Worker::fresh_per_call`](crate::Worker::fresh_per_call) start from that heap. The state
    /// that the call leaves is visible to each of them: choose a call that leaves nothing that
    /// is meant for one caller. Its result is dropped, and its logs are lost.
    ///
    /// Returns true if the worker has an app image. Returns false if loading or the call left
    /// something pending, such as a promise that a timer settles, a capability call or a
    /// stream, so that each fresh call must load again. Calls of capabilities are never sent,
    /// and count as pending. Timers end with the call that has set them.
    ///
    /// It takes the time of loading and of the call, and a few milliseconds, once.
    ///
    /// # Errors
    /// Errors if loading or the call fails. The worker has no image then, and a warm-up can be
    /// tried again. Errors with [`CodeError::HasImage`](crate::CodeError::HasImage) if the
    /// worker has its app image already.
    pub async fn warm_up(&self, method: &str, arguments: impl Serialize) -> Result<bool> {
        let (reply, answer) = oneshot::channel();
        let call = Call::method(method, arguments_of(&arguments)?);
        let receiver = Receiver::Entrypoint(Arc::clone(&self.export));
        let parent = &self.worker.code().parent;
        let (request, owner) =
            Request::new(receiver, call, &self.limits, parent, Reply::Value(reply))
                .map_err(Thrown::into_error)?;
        let result = self.worker.warm_up(request, answer).await;
        drop(owner);
        result
    }

    /// Sends a request at once, and returns a future of its reply.
    fn start<T: Send + 'static>(
        &self,
        call: Call,
        reply: Reply,
        answer: oneshot::Receiver<Kept<T>>,
    ) -> Result<Calling<Result<T>>> {
        let receiver = Receiver::Entrypoint(Arc::clone(&self.export));
        let parent = &self.worker.code().parent;
        let (request, owner) = Request::new(receiver, call, &self.limits, parent, reply)
            .map_err(Thrown::into_error)?;
        let token = request.token;
        if self.worker.is_fresh() {
            let worker = self.worker.clone();
            return Ok(Box::pin(async move {
                let answer = worker.run_fresh(request, answer).await;
                drop(owner);
                answer
            }));
        }
        let (mailbox, hold) = self.worker.send(request)?;
        let cancel = mailbox.cancel_on_drop(token);
        Ok(Box::pin(async move {
            let answer = answer.await.map(Kept::take).map_err(|_| lost());
            cancel.disarm();
            drop((hold, owner));
            answer
        }))
    }
}

impl Holds for Entrypoint {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.worker.visit(visitor);
        visitor.shared(&self.export);
    }
}

impl Callee for Entrypoint {
    /// Waits until the worker's one sandbox is stopped, or the next one if there is none:
    /// all that the worker has in it is then lost, although the next call gets a new
    /// sandbox. A sandbox that serves a single call has nothing to lose.
    fn broken(&self) -> Breaking {
        if self.worker.is_fresh() {
            return Box::pin(std::future::ready(None));
        }
        let stopped = self.worker.code().stopped();
        Box::pin(async move { stopped.await.map(Thrown::from_error) })
    }

    fn props(&self) -> Option<Value> {
        self.export.props.clone()
    }

    fn request(self: Arc<Self>, call: Call) -> Answer {
        let (reply, answer) = oneshot::channel();
        match self.start(call, Reply::Value(reply), answer) {
            Ok(answer) => Box::pin(async move {
                let answer = if self.worker.is_fresh() { spawned(answer) } else { answer };
                answer.await.and_then(|result| result).map_err(Thrown::from_error)
            }),
            Err(error) => failed(Thrown::from_error(error)),
        }
    }
}

/// Runs the future on a task of its own, which ends when the caller drops the result.
/// Otherwise a sandbox that is driven by its caller would run on the stack of that caller,
/// and so on for each call that it makes.
fn spawned<T: Send + 'static>(answer: Calling<Result<T>>) -> Calling<Result<T>> {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return answer };
    Box::pin(async move {
        let mut task = JoinSet::new();
        task.spawn_on(answer, &runtime);
        task.join_next().await.and_then(std::result::Result::ok).ok_or_else(lost)?
    })
}
