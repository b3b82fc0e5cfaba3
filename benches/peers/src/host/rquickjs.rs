//! QuickJS in the process of the host, without isolation: a runtime for each sandbox.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rquickjs::prelude::Func;
use rquickjs::{CatchResultExt as _, Context, Ctx, Function, Promise, Runtime};
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;

use super::Backend;
use crate::protocol::{Limits, Meter};

pub struct Rquickjs;

pub struct Sandbox {
    context: Context,
    deadline: Rc<Cell<Option<Instant>>>,
    wall: Duration,
    /// The CPU time of the thread when the sandbox was made.
    cpu: f64,
}

impl Sandbox {
    pub fn new(limits: Limits) -> Result<Self, String> {
        let cpu = thread_cpu();
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        runtime.set_memory_limit(limits.memory_bytes as usize);
        let deadline = Rc::new(Cell::new(None::<Instant>));
        let seen = Rc::clone(&deadline);
        runtime.set_interrupt_handler(Some(Box::new(move || {
            seen.get().is_some_and(|deadline| Instant::now() > deadline)
        })));
        let context = Context::full(&runtime).map_err(|error| error.to_string())?;
        Ok(Self { context, deadline, wall: Duration::from_millis(limits.wall_ms), cpu })
    }

    /// Runs `work` in the context, with the deadline armed.
    pub fn within<T>(
        &self,
        work: impl FnOnce(Ctx<'_>) -> rquickjs::Result<T>,
    ) -> Result<T, String> {
        self.deadline.set(Some(Instant::now() + self.wall));
        self.resume(work)
    }

    /// Runs `work` in the context, with the deadline that is armed.
    pub fn resume<T>(
        &self,
        work: impl FnOnce(Ctx<'_>) -> rquickjs::Result<T>,
    ) -> Result<T, String> {
        self.context.with(|ctx| {
            work(ctx.clone()).catch(&ctx).map_err(|error| error.to_string().trim().to_owned())
        })
    }

    /// Runs jobs until the promise is settled or no job is left. Each job may be short, so that
    /// the engine never looks at the deadline: it is looked at here too.
    pub fn finish(&self, promise: &Promise<'_>) -> rquickjs::Result<Option<String>> {
        loop {
            if let Some(answer) = promise.result::<String>() {
                return answer.map(Some);
            }
            if self.deadline.get().is_some_and(|deadline| Instant::now() > deadline) {
                return Err(rquickjs::Error::WouldBlock);
            }
            if !promise.ctx().execute_pending_job() {
                return Ok(None);
            }
        }
    }
}

/// Defines what programs find, and lets `main` answer in JSON.
pub const PRELUDE: &str = "
    globalThis.__main = (arg) => Promise.resolve(main(JSON.parse(arg), cap))
        .then((value) => JSON.stringify(value) ?? 'null');
";

impl Backend for Rquickjs {
    type Sandbox = Sandbox;

    fn version(&self) -> String {
        "rquickjs 0.14, QuickJS-ng".into()
    }

    async fn load(&self, source: &str, limits: Limits) -> Result<Sandbox, String> {
        let sandbox = Sandbox::new(limits)?;
        sandbox.within(|ctx| {
            ctx.globals().set("__double", Func::from(|n: f64| n * 2.0))?;
            ctx.eval::<(), _>("globalThis.cap = async (n) => __double(n)")?;
            ctx.eval::<(), _>(PRELUDE)?;
            ctx.eval::<(), _>(source)
        })?;
        Ok(sandbox)
    }

    async fn call(&self, sandbox: &mut Sandbox, arg: &Value) -> Result<Value, String> {
        let answer = sandbox.within(|ctx| {
            let main: Function<'_> = ctx.globals().get("__main")?;
            let promise: Promise<'_> = main.call((arg.to_string(),))?;
            sandbox.finish(&promise)
        })?;
        let answer = answer.ok_or("nothing can settle the promise")?;
        serde_json::from_str(&answer).map_err(|error| error.to_string())
    }

    /// Returns the CPU time that the thread of the host has used since.
    fn meter(&self, sandbox: &Sandbox) -> Option<Meter> {
        Some(Meter { unit: "ns".into(), value: thread_cpu() - sandbox.cpu })
    }
}

fn thread_cpu() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}
