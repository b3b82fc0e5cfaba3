//! One of a worker's exports, ready to be called.

use std::sync::Arc;
use std::time::Instant;

use isolet_wire::Value;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::error::Result;
use crate::error::fault::lost;
use crate::error::thrown::Thrown;
use crate::limits::Limits;
use crate::limits::fuel_account::FuelAccount;
use crate::rpc::cancel_slot::cancel_slot;
use crate::rpc::capability::failed;
use crate::rpc::capability::{Answer, Breaking, Call, Calling, arguments_of};
use crate::rpc::export::Export;
use crate::rpc::mailbox::new_token;
use crate::rpc::report::Report;
use crate::rpc::request::{Asked, Kept, Receiver, Reply, Request};
use crate::rpc::stub::Stub;
use crate::rpc::survey::{Holds, Visitor};
use crate::rpc::target::{Callee, Target};
use crate::worker::Worker;

/// One of a worker's exports, ready to be called. Cheap to clone.
///
/// An export that is a plain object has handlers that get `(arg, env, ctx)`; a
/// class that extends `WorkerEntrypoint` has methods that get the arguments.
#[derive(Clone, Debug)]
pub struct Entrypoint {
    worker: Worker,
    export: Arc<Export>,
    limits: Limits,
}

impl Worker {
    /// The default export, ready to be called.
    pub fn entrypoint(&self) -> Entrypoint {
        Entrypoint::new(self.clone(), Arc::default())
    }

    /// A named export, ready to be called. Whether there is one shows at the
    /// first call.
    pub fn named_entrypoint(&self, name: impl Into<String>) -> Entrypoint {
        Entrypoint::new(self.clone(), Export::new(Some(name.into()), None))
    }
}

impl Entrypoint {
    pub(crate) fn new(worker: Worker, export: Arc<Export>) -> Self {
        let limits = worker.code().limits.clone();
        Self { worker, export, limits }
    }

    /// The same, with `ctx.props`.
    #[must_use]
    pub fn props(mut self, props: Value) -> Self {
        self.export = Export::new(self.export.name.clone(), Some(props));
        self
    }

    /// The same, with limits of its own for each call; the lower of these and
    /// the worker's hold. Memory and stack are those of the sandbox, which other
    /// calls use too: a call that would make its memory grow beyond its own limit
    /// is stopped, and the sandbox with it. The stack is always the worker's.
    #[must_use]
    pub fn limits(mut self, limits: &Limits) -> Self {
        self.limits = self.limits.lower(limits);
        self
    }

    /// A stub of it, to be handed to other workers.
    pub fn stub(&self) -> Stub {
        Stub::to(Target::Worker(Arc::new(self.clone())))
    }

    /// Calls a method and converts what it returns. `arguments` is a tuple:
    /// `("hello", 3)`, or `("hello",)` for one, or `()`.
    ///
    /// Instances of classes, and objects without a prototype, are returned as their own
    /// enumerable properties. Another worker that calls the method gets a
    /// `DataCloneError` for them.
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
        let path = vec![method.to_owned()];
        Box::pin(async move {
            let (reply, answer) = oneshot::channel();
            let call = Call::of(path, Some(arguments?));
            this.start(call, Reply::Value(reply), answer)?.await?
        })
    }

    /// Runs a call to its very end, `waitUntil` included, and reports all there
    /// is to know of it. Without a method the export itself is called.
    ///
    /// A result that holds a stream which the worker has yet to fill or to empty
    /// is reported when it is returned: only then can anybody read it. What the
    /// invocation logs and uses after that is in no report, and in its tail.
    pub fn run(&self, method: Option<&str>, arguments: impl Serialize) -> Calling<Report> {
        let this = self.clone();
        let path = method.map(str::to_owned).into_iter().collect();
        let arguments = arguments_of(&arguments);
        Box::pin(async move {
            let (reply, answer) = oneshot::channel();
            let run = async {
                let call = Call::of(path, Some(arguments?));
                this.start(call, Reply::Report(reply), answer)?.await
            };
            run.await.unwrap_or_else(Report::not_started)
        })
    }

    /// Sends a request, at once, and waits for its reply.
    fn start<T: Send + 'static>(
        &self,
        call: Call,
        reply: Reply,
        answer: oneshot::Receiver<Kept<T>>,
    ) -> Result<Calling<Result<T>>> {
        let token = new_token();
        let payer = FuelAccount::for_callee(call.payer.as_ref(), &self.worker.code().parent)
            .map_err(Thrown::into_error)?;
        let (owner, asked) = cancel_slot(Asked { path: call.path, arguments: call.arguments });
        let request = Box::new(Request {
            token,
            receiver: Receiver::Entrypoint(Arc::clone(&self.export)),
            asked,
            limits: self.limits.clone(),
            payer,
            caller: call.payer,
            reseed: None,
            began: Instant::now(),
            reply,
        });
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
    /// The next call gets a new sandbox: what is broken is the one that there is, or
    /// else the next, with all that the worker has in it. A sandbox of one call's own
    /// has nothing to lose.
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

/// The same on a task of its own, which ends when nobody waits for it: sandboxes
/// that are driven by who calls them would drive one another, each on the stack
/// of the one before.
fn spawned<T: Send + 'static>(answer: Calling<Result<T>>) -> Calling<Result<T>> {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return answer };
    Box::pin(async move {
        let mut task = JoinSet::new();
        task.spawn_on(answer, &runtime);
        task.join_next().await.and_then(std::result::Result::ok).ok_or_else(lost)?
    })
}
