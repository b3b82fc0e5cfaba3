//! Loaded workers.

#[cfg(feature = "cache")]
mod cached;
pub(crate) mod entrypoint;
#[cfg(feature = "cache")]
mod identity;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use isolet_wire::Value;
use tokio::sync::{OnceCell, oneshot};

use crate::driver::Start;
use crate::engine::image::Image;
use crate::error::fault::lost;
use crate::error::invalid::CodeError;
use crate::error::{Error, Result};
use crate::limits::quota::Reservation;
use crate::limits::stats::WorkerStats;
use crate::rpc::mailbox::{AtRest, Hold, Mailbox, StubHold};
use crate::rpc::request::{Kept, Request};
use crate::rpc::survey::{Holds, Visitor};
use crate::worker_code::spec::Code;
#[cfg(feature = "cache")]
use cached::app_image;

struct Inner {
    code: Arc<Code>,
    loaded: Arc<Loaded>,
    /// The worker's one sandbox, if it is alive.
    warm: Mutex<Option<(Mailbox, StubHold)>>,
    /// The callbacks that are told each time the one sandbox comes to rest or ends.
    at_rest: AtRest,
}

/// Returns the app image of a worker. `check` fails if the warm-up has failed.
#[cfg(not(feature = "cache"))]
async fn app_image(
    code: &Arc<Code>,
    warm_up: Option<Box<Request>>,
    check: impl FnOnce() -> Result<()> + Send,
) -> Result<Option<Arc<Image>>> {
    let image = crate::driver::app_image(code, warm_up).await?;
    check().map(|()| image)
}

/// The state that all sandboxes of the code share.
struct Loaded {
    _reservation: Reservation,
    /// The app image, which is the heap after loading. `None` if the worker has none.
    image: OnceCell<Option<Arc<Image>>>,
    #[cfg(feature = "cache")]
    mapped: cached::Mapped,
}

impl Loaded {
    fn new(reservation: Reservation) -> Self {
        Self {
            _reservation: reservation,
            image: OnceCell::new(),
            #[cfg(feature = "cache")]
            mapped: cached::Mapped::default(),
        }
    }

    /// Returns the app image as one more sandbox needs it. `None` if the worker has none.
    #[cfg_attr(not(feature = "cache"), allow(unused_variables))]
    async fn image_for_sandbox(&self, code: &Code) -> Option<Arc<Image>> {
        let image = self.image.get()?.as_ref()?;
        #[cfg(feature = "cache")]
        let image = &self.mapped.for_sandbox(code, image).await;
        Some(Arc::clone(image))
    }
}

/// The sandboxes that the calls of a worker get.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sandboxes {
    /// All calls share one.
    Shared,
    /// All calls share one, which begins with the app image if there is one.
    SharedOfImage,
    /// Each call has its own, made from the app image.
    Own,
    /// The only call has its own, made from the base image.
    #[cfg(feature = "mcp")]
    Single,
}

impl Sandboxes {
    /// Returns true if nothing of a call goes on after its answer.
    fn ends_with_answer(self) -> bool {
        #[cfg(feature = "mcp")]
        let ends = self == Self::Single;
        #[cfg(not(feature = "mcp"))]
        let ends = false;
        ends
    }
}

/// A loaded worker.
///
/// Cheap to clone: every clone is the same worker. A worker has one sandbox, which the
/// first call creates and which lives as long as the worker. State that one call leaves in
/// the heap is visible to the next. [`Worker::fresh_per_call`] uses a new sandbox for each
/// call instead. After a sandbox is stopped at a limit, the next call gets a new one.
#[derive(Clone)]
pub struct Worker {
    inner: Arc<Inner>,
    sandboxes: Sandboxes,
}

impl Worker {
    pub(crate) fn new(code: Code, reservation: Reservation) -> Self {
        Self {
            inner: Arc::new(Inner {
                code: Arc::new(code),
                loaded: Arc::new(Loaded::new(reservation)),
                warm: Mutex::new(None),
                at_rest: None,
            }),
            sandboxes: Sandboxes::Shared,
        }
    }

    /// Returns a worker of the same code with a sandbox of its own, whose rests are told to
    /// `at_rest`.
    #[cfg(feature = "serve")]
    pub(crate) fn replica(&self, at_rest: AtRest) -> Self {
        let Inner { code, loaded, .. } = &*self.inner;
        let inner = Inner {
            code: Arc::clone(code),
            loaded: Arc::clone(loaded),
            warm: Mutex::new(None),
            at_rest,
        };
        Self { inner: Arc::new(inner), sandboxes: self.sandboxes }
    }

    /// Returns the date set with [`WorkerCode::compatibility_date`], or by the worker that
    /// loaded this one.
    ///
    /// [`WorkerCode::compatibility_date`]: crate::WorkerCode::compatibility_date
    #[must_use]
    pub fn compatibility_date(&self) -> Option<&str> {
        self.inner.code.compatibility_date.as_deref()
    }

    /// Returns the same worker with a sandbox of its own for each call, so that no state
    /// passes from one call to the next.
    ///
    /// The first such call makes the worker's app image, as [`Worker::prepare`] does. Each
    /// later call starts from the image within a few microseconds, with the top level of
    /// the modules already run.
    #[must_use]
    pub fn fresh_per_call(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), sandboxes: Sandboxes::Own }
    }

    /// Returns the same worker for a single call, which runs on the caller's task in a sandbox
    /// made from the base image. Dropping the future of the call ends the sandbox at once, also
    /// in the middle of a turn.
    #[cfg(feature = "mcp")]
    pub(crate) fn for_single_call(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), sandboxes: Sandboxes::Single }
    }

    /// Returns the same worker, whose one sandbox begins with the worker's app image, and so does each
    /// that takes its place after a limit. Until there is an image, which [`Worker::prepare`] or
    /// [`Entrypoint::warm_up`](crate::Entrypoint::warm_up) makes, and if the worker has none, a sandbox
    /// loads the modules.
    ///
    /// The top level of the modules then runs once for all sandboxes of the worker, and with
    /// [`WorkerCode::image_cache`](crate::WorkerCode::image_cache) perhaps in another process: what it
    /// computes, such as the time, is the same in all of them. Randomness is not.
    #[must_use]
    pub fn starting_from_image(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), sandboxes: Sandboxes::SharedOfImage }
    }

    /// Makes the app image: loads the worker once and keeps its heap. This takes a few
    /// milliseconds and one file descriptor, once.
    ///
    /// Returns true if the worker has an app image. Returns false if loading left something
    /// pending, such as a timer or a capability call, so that each fresh call must load again.
    ///
    /// # Errors
    /// Returns the error with which loading fails. The error is not remembered: the next
    /// call tries again.
    pub async fn prepare(&self) -> Result<bool> {
        let Inner { code, loaded, .. } = &*self.inner;
        let image = loaded.image.get_or_try_init(|| Box::pin(app_image(code, None, || Ok(()))));
        Ok(image.await?.is_some())
    }

    /// Makes the app image from the heap after a call.
    pub(crate) async fn warm_up(
        &self,
        request: Box<Request>,
        mut answer: oneshot::Receiver<Kept<Result<Value>>>,
    ) -> Result<bool> {
        let Inner { code, loaded, .. } = &*self.inner;
        let mut is_new = false;
        let image = async || {
            is_new = true;
            let check = || match answer.try_recv().map(Kept::take) {
                Ok(Err(error)) => Err(error),
                _ => Ok(()),
            };
            Box::pin(app_image(code, Some(request), check)).await
        };
        let has_image = loaded.image.get_or_try_init(image).await?.is_some();
        if is_new { Ok(has_image) } else { Err(CodeError::HasImage.into()) }
    }

    /// Returns what the host's tables hold for the worker's one sandbox, after all calls
    /// made before. Waits for a running turn to end. All counts are zero if the worker has
    /// no such sandbox. Sandboxes of [`Worker::fresh_per_call`] are not counted.
    pub async fn stats(&self) -> WorkerStats {
        let mailbox = {
            let warm = self.inner.warm.lock().unwrap_or_else(PoisonError::into_inner);
            warm.as_ref().map(|(mailbox, _)| mailbox.clone())
        };
        match mailbox {
            Some(mailbox) => mailbox.count().await.unwrap_or_default(),
            None => WorkerStats::default(),
        }
    }

    /// Returns true if the worker's one sandbox is in a turn, or has yet to begin with a call
    /// that was sent to it. A sandbox whose calls all wait, for example for a capability, is
    /// not busy. Costs a lock, and waits for nothing.
    pub fn is_busy(&self) -> bool {
        let warm = self.inner.warm.lock().unwrap_or_else(PoisonError::into_inner);
        warm.as_ref().is_some_and(|(mailbox, _)| mailbox.is_busy())
    }

    pub(crate) fn code(&self) -> &Arc<Code> {
        &self.inner.code
    }

    pub(crate) fn is_fresh(&self) -> bool {
        !matches!(self.sandboxes, Sandboxes::Shared | Sandboxes::SharedOfImage)
    }

    /// Sends a request to the worker's one sandbox, and creates the sandbox if there is none.
    ///
    /// # Errors
    /// [`Error::NoRuntime`] outside a tokio runtime. [`Error::ParentEnded`] if the sandbox
    /// that loaded the worker has ended.
    pub(crate) fn send(&self, mut request: Box<Request>) -> Result<(Mailbox, Arc<Hold>)> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?;
        let code = &self.inner.code;
        let mut warm = self.inner.warm.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*warm {
            match known.0.invoke(request) {
                Ok(()) => return Ok((known.0.clone(), Arc::clone(known.1.shared()))),
                Err(unsent) => request = unsent,
            }
        }
        if code.is_child() && !code.parent.is_alive() {
            return Err(Error::ParentEnded);
        }
        let app = self.inner.loaded.image.get().and_then(Option::as_ref);
        let app = app.filter(|_| self.sandboxes == Sandboxes::SharedOfImage);
        let image = app.unwrap_or(code.engine.base());
        let (mailbox, starting) = self.start(image, app.is_some(), true)?.mailbox();
        let hold = mailbox.hold();
        // The driver has not begun, so it cannot have ended.
        let _ = mailbox.invoke(request);
        runtime.spawn(starting.run());
        *warm = Some((mailbox.clone(), StubHold::of(Arc::clone(&hold))));
        Ok((mailbox, hold))
    }

    fn start(&self, image: &Arc<Image>, loaded: bool, lasting: bool) -> Result<Start> {
        let code = Arc::clone(&self.inner.code);
        let seed = code.new_seed()?;
        let at_rest = self.inner.at_rest.clone().filter(|_| lasting);
        Ok(Start { code, image: Arc::clone(image), loaded, seed, lasting, at_rest })
    }

    /// Runs a request in a sandbox of its own, on the caller's task. Dropping the future
    /// cancels the request.
    pub(crate) async fn run_fresh<T>(
        &self,
        request: Box<Request>,
        mut receiver: oneshot::Receiver<Kept<T>>,
    ) -> Result<T> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?;
        if self.sandboxes == Sandboxes::Own {
            self.prepare().await?;
        }
        let code = &self.inner.code;
        if code.is_child() && !code.parent.is_alive() {
            return Err(Error::ParentEnded);
        }
        let app = self.inner.loaded.image_for_sandbox(code).await;
        let image = app.as_ref().unwrap_or(code.engine.base());
        let start = self.start(image, app.is_some(), false)?;
        let (mailbox, starting) = start.mailbox();
        // Nobody holds the sandbox, so the driver ends with the call.
        let _ = mailbox.invoke(request);
        drop(mailbox);
        let mut driver = Box::pin(starting.run());
        tokio::select! {
            biased;
            answer = &mut receiver => {
                // Work that the call left running, such as `waitUntil`, goes on
                // without the caller.
                // A single call leaves nothing behind: its calls are dropped with it.
                if !self.sandboxes.ends_with_answer() {
                    runtime.spawn(driver);
                }
                answer.map(Kept::take).map_err(|_| lost())
            }
            () = &mut driver => receiver.try_recv().map(Kept::take).map_err(|_| lost()),
        }
    }
}

impl Holds for Worker {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.shared(&self.inner);
    }
}

impl Holds for Inner {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.shared(&self.code);
        if let Some((_, hold)) = &*self.warm.lock().unwrap_or_else(PoisonError::into_inner) {
            hold.shared().visit(visitor);
        }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("main", &self.inner.code.main).finish_non_exhaustive()
    }
}
