//! The task that owns a sandbox: events in, turns, effects out.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use futures_util::future::{AbortHandle, Abortable, Aborted};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use isolet_wire::Value;
use tokio::sync::mpsc;
use tokio::time::Sleep;

use crate::bindings::sandbox as wit;
use crate::capability::Thrown;
use crate::error::{Error, LimitError, LimitKind, Result};
use crate::exception;
use crate::image::Image;
use crate::invocation::{Call, Command, Invocation, Request};
use crate::sandbox::{Budget, Sandbox, internal};
use crate::worker::Code;

/// Loads the worker once, for no invocation, and keeps its heap. None if
/// loading left something pending, which an image cannot hold.
///
/// # Errors
/// What loading comes to.
pub(crate) async fn app_image(code: &Arc<Code>) -> Result<Option<Arc<Image>>> {
    let engine = &code.engine;
    let sandbox =
        Sandbox::new(engine, engine.base(), code.limits.memory_bytes, &code.sources).await?;
    let (_, commands) = mpsc::unbounded_channel();
    let mut driver = Driver::new(Arc::clone(code), sandbox, commands, code.new_seed()?, false);
    // What the top level logs and uses is nobody's: it runs once for all.
    let (reply, _) = tokio::sync::oneshot::channel();
    let (invocation, _) = Invocation::new(Request::loading(&code.limits, reply), driver.seed);
    let log = invocation.log(code);
    driver.sandbox.logs().open(LOADING, log);
    driver.invocations.insert(LOADING, invocation);
    driver.load(LOADING).await?;
    if !driver.loaded || driver.alarm.is_some() || !driver.calls.is_empty() {
        return Ok(None);
    }
    let memory = driver.sandbox.dump().await?;
    let engine = engine.clone();
    let image = tokio::task::spawn_blocking(move || engine.images().of_memory(memory));
    Ok(Some(Arc::new(image.await.map_err(internal)?.map_err(internal)?)))
}

/// The invocation that pays for making an app image.
const LOADING: u32 = 0;

/// For turns that no invocation asked for, such as forgetting a cancelled one.
const HOUSEKEEPING_FUEL: u64 = 50_000_000;

type Answered = Result<(u32, u32, Result<Value, Thrown>), Aborted>;
type PendingAnswer = Pin<Box<dyn Future<Output = Answered> + Send>>;

/// What drives one sandbox until nobody needs it any more.
pub(crate) struct Driver {
    code: Arc<Code>,
    sandbox: Sandbox,
    commands: mpsc::UnboundedReceiver<Command>,
    /// Every handle to the sandbox is gone.
    closed: bool,
    seed: u64,
    loaded: bool,
    /// Asked for while the main module was still being evaluated.
    waiting: VecDeque<(u32, Call)>,
    invocations: BTreeMap<u32, Invocation>,
    last_invocation: u32,
    calls: FuturesUnordered<PendingAnswer>,
    /// By call: who made it, and how to drop it.
    call_table: BTreeMap<u32, (u32, AbortHandle)>,
    /// Calls that outlive their invocation, and when they must have ended.
    orphans: Vec<(Instant, AbortHandle)>,
    /// Who pays for the running turn.
    payer: u32,
    alarm: Option<wit::Alarm>,
    clock: Clock,
    sleep: Option<Pin<Box<Sleep>>>,
}

/// Time as guests see it: whole milliseconds that never go back.
struct Clock {
    began: Instant,
    epoch_millis: f64,
}

impl Clock {
    fn new() -> Self {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        #[allow(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
        Self { began: Instant::now(), epoch_millis: epoch.as_millis() as f64 }
    }

    fn now(&self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "milliseconds of uptime fit")]
        let elapsed = self.began.elapsed().as_millis() as f64;
        self.epoch_millis + elapsed
    }

    fn instant(&self, epoch_millis: f64) -> Instant {
        let millis = (epoch_millis - self.epoch_millis).clamp(0.0, 1e15);
        self.began + std::time::Duration::from_secs_f64(millis / 1000.0)
    }
}

/// What the driver waits for.
enum Next {
    Command(Option<Command>),
    Answer(Answered),
    Time,
}

impl Driver {
    pub(crate) fn new(
        code: Arc<Code>,
        sandbox: Sandbox,
        commands: mpsc::UnboundedReceiver<Command>,
        seed: u64,
        loaded: bool,
    ) -> Self {
        Self {
            code,
            sandbox,
            commands,
            closed: false,
            seed,
            loaded,
            waiting: VecDeque::new(),
            invocations: BTreeMap::new(),
            last_invocation: 0,
            calls: FuturesUnordered::new(),
            call_table: BTreeMap::new(),
            orphans: Vec::new(),
            payer: 0,
            alarm: None,
            clock: Clock::new(),
            sleep: None,
        }
    }

    /// Runs until the last handle and the last invocation are gone, or the
    /// sandbox is stopped.
    pub(crate) async fn run(mut self) {
        if let Err(error) = self.serve().await {
            self.fail_all(&error);
        }
    }

    async fn serve(&mut self) -> Result<()> {
        loop {
            if self.closed && self.invocations.is_empty() && self.calls.is_empty() {
                return Ok(());
            }
            match self.next().await {
                Next::Command(None) => self.closed = true,
                Next::Command(Some(Command::Invoke(request))) => self.accept(*request).await?,
                Next::Command(Some(Command::Cancel(token))) => self.cancel(token).await?,
                Next::Answer(Err(Aborted)) => {}
                Next::Answer(Ok((call, invocation, result))) => {
                    self.answered(call, invocation, result).await?;
                }
                Next::Time => self.time().await?,
            }
            self.end_hung().await?;
        }
    }

    async fn next(&mut self) -> Next {
        let wake = self.wake_at();
        // The clock's registration is the dear part; most turns end long
        // before a deadline that stays the same.
        match (wake, &mut self.sleep) {
            (None, sleep) => *sleep = None,
            (Some(at), Some(sleep)) => {
                let at = tokio::time::Instant::from_std(at);
                if sleep.deadline() != at {
                    sleep.as_mut().reset(at);
                }
            }
            (Some(at), sleep) => {
                *sleep =
                    Some(Box::pin(tokio::time::sleep_until(tokio::time::Instant::from_std(at))));
            }
        }
        let sleep = async {
            match &mut self.sleep {
                Some(sleep) => sleep.as_mut().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            Some(answer) = self.calls.next() => Next::Answer(answer),
            command = self.commands.recv(), if !self.closed => Next::Command(command),
            () = sleep => Next::Time,
        }
    }

    /// The next alarm or deadline.
    fn wake_at(&self) -> Option<Instant> {
        let alarm = self.alarm.as_ref().map(|alarm| self.clock.instant(alarm.due));
        let deadlines = self.invocations.values().map(|invocation| invocation.deadline);
        let orphans = self.orphans.iter().map(|(deadline, _)| *deadline);
        alarm.into_iter().chain(deadlines).chain(orphans).min()
    }

    async fn accept(&mut self, request: Request) -> Result<()> {
        self.last_invocation += 1;
        let id = self.last_invocation;
        let (invocation, call) = Invocation::new(request, self.seed);
        self.sandbox.logs().open(id, invocation.log(&self.code));
        self.invocations.insert(id, invocation);
        if self.loaded {
            return self.invoke(id, call).await;
        }
        let first = self.invocations.len() == 1;
        self.waiting.push_back((id, call));
        if first { self.load(id).await } else { Ok(()) }
    }

    async fn load(&mut self, invocation: u32) -> Result<()> {
        let env = self.code.env_message();
        let event = wit::Event::Load(wit::Load {
            invocation,
            seed: self.seed,
            stack_bytes: self.code.limits.stack_bytes,
            dynamic_code: self.code.dynamic_code,
            main: self.code.main.clone(),
            env,
        });
        self.turn(invocation, &event).await
    }

    async fn invoke(&mut self, id: u32, call: Call) -> Result<()> {
        if let Some(seed) = call.reseed {
            self.turn(id, &wit::Event::Reseed(seed)).await?;
        }
        let event = wit::Event::Invoke(wit::Invoke {
            invocation: id,
            entrypoint: call.entrypoint,
            method: call.method,
            arguments: plain(call.arguments),
        });
        self.turn(id, &event).await
    }

    /// Delivers one event, charged to `payer`, and carries out its effects.
    async fn turn(&mut self, payer: u32, event: &wit::Event) -> Result<()> {
        let now = self.clock.now();
        let budget = match self.invocations.get(&payer) {
            Some(invocation) => invocation.budget(),
            None => housekeeping(),
        };
        self.sandbox.logs().current = payer;
        self.payer = payer;
        let turn = self.sandbox.turn(now, event, budget).await;
        if let Some(invocation) = self.invocations.get_mut(&payer) {
            let left = match &turn {
                Ok(turn) => budget.fuel - turn.fuel,
                Err(_) => self.sandbox.fuel_left(),
            };
            invocation.charge(left);
            invocation.usage.memory_peak_bytes = self.sandbox.memory_peak();
        }
        let wit::Outcome { effects, alarm } = turn?.outcome;
        if alarm.as_ref().is_some_and(|alarm| alarm.due.is_nan()) {
            return Err(lie("set an alarm at no time"));
        }
        self.alarm = alarm;
        for effect in effects {
            self.carry_out(effect).await?;
        }
        // Boxed, because serving those that waited is turns again.
        while self.loaded
            && let Some((id, call)) = self.waiting.pop_front()
        {
            Box::pin(self.invoke(id, call)).await?;
        }
        Ok(())
    }

    async fn carry_out(&mut self, effect: wit::Effect) -> Result<()> {
        match effect {
            wit::Effect::Loaded => {
                self.loaded = true;
                let abandoned = self.invocations.iter().filter(|(_, it)| it.abandoned);
                for id in abandoned.map(|(&id, _)| id).collect::<Vec<_>>() {
                    self.close(id);
                }
            }
            wit::Effect::LoadFailed(message) => {
                return Err(Error::Load(exception::load(message, &self.code.sources).await?));
            }
            wit::Effect::LoadThrew(message) => {
                return Err(Error::Exception(exception::thrown(message, &self.code.sources)?));
            }
            wit::Effect::Call(call) => self.call(call)?,
            wit::Effect::Settle(settlement) => self.settle(settlement)?,
            wit::Effect::Waited(id) => self.close(id),
        }
        Ok(())
    }

    fn call(&mut self, call: wit::Call) -> Result<()> {
        let wit::Call { id, invocation, capability, method, arguments } = call;
        // Its answer would be counted against an invocation that is to come.
        if invocation > self.last_invocation {
            return Err(lie("made a call for an invocation that never was"));
        }
        if self.call_table.contains_key(&id) {
            return Err(lie("made two calls of one id"));
        }
        if let Some(payer) = self.invocations.get_mut(&invocation) {
            payer.pending_calls += 1;
            payer.usage.capability_calls += 1;
            let (limit, actual) = (payer.limits.capability_calls, payer.usage.capability_calls);
            if actual > limit {
                return Err(LimitError { kind: LimitKind::CapabilityCalls, limit, actual }.into());
            }
        }
        let arguments = Value::from_bytes(arguments.data, arguments.capabilities.len());
        let arguments = arguments.map_err(internal)?;
        let target = self.code.capabilities.get(capability as usize).cloned();
        let answer = async move {
            match target {
                Some(target) => target.call(&method, arguments).await,
                None => Err(Thrown::type_error("There is no such capability.")),
            }
        };
        // A defect of one capability is not the end of the sandbox.
        let answer = AssertUnwindSafe(answer).catch_unwind().map(move |answer| {
            let panicked = |_| Err(Thrown::new("The capability failed: it panicked."));
            (id, invocation, answer.unwrap_or_else(panicked))
        });
        let (handle, registration) = AbortHandle::new_pair();
        self.calls.push(Box::pin(Abortable::new(answer, registration)));
        self.call_table.insert(id, (invocation, handle));
        Ok(())
    }

    async fn answered(
        &mut self,
        call: u32,
        invocation: u32,
        result: Result<Value, Thrown>,
    ) -> Result<()> {
        self.call_table.remove(&call);
        // An invocation that is over has nobody to tell.
        let Some(open) = self.invocations.get_mut(&invocation) else { return Ok(()) };
        open.pending_calls -= 1;
        let result = match result {
            Ok(value) => Ok(plain(value)),
            Err(thrown) => Err(plain(exception::to_value(&thrown))),
        };
        self.turn(invocation, &wit::Event::Settled(wit::Settled { call, result })).await
    }

    fn settle(&mut self, settlement: wit::Settlement) -> Result<()> {
        let wit::Settlement { invocation: id, result, waiting } = settlement;
        let Some(invocation) = self.invocations.get_mut(&id) else { return Ok(()) };
        let (Ok(message) | Err(message)) = &result;
        let (limit, actual) = (invocation.limits.output_bytes, message.data.len() as u64);
        let result = if actual > limit {
            // The sandbox is sound: only this invocation has gone too far.
            Err(LimitError { kind: LimitKind::Output, limit, actual }.into())
        } else {
            match result {
                Ok(message) => {
                    Value::from_bytes(message.data, message.capabilities.len()).map_err(internal)
                }
                Err(message) => {
                    Err(Error::Exception(exception::thrown(message, &self.code.sources)?))
                }
            }
        };
        invocation.settle(result);
        if !waiting {
            self.close(id);
        }
        Ok(())
    }

    /// The invocation is over: its report leaves. Calls that it did not wait
    /// for go on until the deadline that it had.
    fn close(&mut self, id: u32) {
        let lines = self.sandbox.logs().close(id);
        let Some(invocation) = self.invocations.remove(&id) else { return };
        if invocation.pending_calls > 0 {
            let pending = self.call_table.values().filter(|(owner, _)| *owner == id);
            self.orphans.extend(pending.map(|(_, call)| (invocation.deadline, call.clone())));
        }
        invocation.report(lines);
    }

    /// Fails the invocation, drops its calls and makes the guest forget it.
    async fn abandon(&mut self, id: u32, error: Error) -> Result<()> {
        for (_, call) in self.call_table.values().filter(|(owner, _)| *owner == id) {
            call.abort();
        }
        self.call_table.retain(|_, (owner, _)| *owner != id);
        if let Some(invocation) = self.invocations.get_mut(&id) {
            invocation.settle(Err(error));
        }
        self.close(id);
        self.turn(id, &wit::Event::Cancel(id)).await
    }

    async fn cancel(&mut self, token: u64) -> Result<()> {
        let found = self.invocations.iter_mut().find(|(_, it)| it.token == token);
        let Some((&id, invocation)) = found else { return Ok(()) };
        if self.loaded {
            return self.abandon(id, Error::Cancelled).await;
        }
        invocation.abandoned = true;
        self.waiting.retain(|(waiting, _)| *waiting != id);
        Ok(())
    }

    async fn time(&mut self) -> Result<()> {
        let now = Instant::now();
        self.orphans.retain(|(deadline, call)| {
            let late = *deadline <= now;
            if late {
                call.abort();
            }
            !late
        });
        let late = self.invocations.iter().find(|(_, invocation)| invocation.deadline <= now);
        if let Some((&id, invocation)) = late {
            let error = Error::Limit(invocation.late(now));
            if !self.loaded {
                return Err(error);
            }
            return self.abandon(id, error).await;
        }
        let due = self.alarm.as_ref().filter(|alarm| alarm.due <= self.clock.now());
        match due.map(|alarm| alarm.invocation) {
            Some(payer) => self.turn(payer, &wit::Event::Alarm).await,
            None => Ok(()),
        }
    }

    /// Ends what nothing can wake any more, at once and not at its deadline.
    async fn end_hung(&mut self) -> Result<()> {
        loop {
            let Some((&id, _)) = self.invocations.first_key_value() else { return Ok(()) };
            let waits = self.alarm.is_some()
                || !self.commands.is_empty()
                || self.invocations.values().any(|invocation| invocation.pending_calls > 0);
            if waits {
                return Ok(());
            }
            if !self.loaded {
                return Err(Error::Hung);
            }
            self.abandon(id, Error::Hung).await?;
        }
    }

    /// The sandbox is gone: everybody who waits is told why.
    fn fail_all(&mut self, error: &Error) {
        self.commands.close();
        // Until the worker has loaded, what ended it is everybody's own answer.
        let answer = |id: u32| {
            if id == self.payer || !self.loaded {
                error.clone()
            } else {
                Error::Stopped(Box::new(error.clone()))
            }
        };
        let answers: Vec<_> = self.invocations.keys().map(|&id| (id, answer(id))).collect();
        for (id, answer) in answers {
            if let Some(invocation) = self.invocations.get_mut(&id) {
                invocation.settle(Err(answer));
            }
            self.close(id);
        }
        while let Ok(command) = self.commands.try_recv() {
            if let Command::Invoke(request) = command {
                let (mut invocation, _) = Invocation::new(*request, self.seed);
                invocation.settle(Err(if self.loaded {
                    Error::Stopped(Box::new(error.clone()))
                } else {
                    error.clone()
                }));
                invocation.report(Vec::new());
            }
        }
    }
}

/// For what no guest of ours says.
fn lie(what: &str) -> Error {
    Error::Internal(format!("the guest {what}"))
}

/// A message without capabilities.
fn plain(value: Value) -> wit::Message {
    wit::Message { data: value.into_bytes(), capabilities: Vec::new() }
}

fn housekeeping() -> Budget {
    let now = Instant::now();
    Budget {
        fuel: HOUSEKEEPING_FUEL,
        fuel_limit: HOUSEKEEPING_FUEL,
        began: now,
        deadline: now + std::time::Duration::from_secs(1),
    }
}
