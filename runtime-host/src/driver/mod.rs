//! The task that owns a sandbox: events in, turns, effects out.

mod app_image;
mod calls;
mod clock;
mod effects;
mod endings;
mod lanes;
mod messages;
mod own;
mod pace;
mod tables;
mod turns;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::Aborted;
use tokio::sync::{mpsc, watch};
use tokio::time::Sleep;

use crate::bindings::sandbox as wit;
use crate::code::Code;
use crate::error::{Error, LimitError, LimitKind, Result};
use crate::image::Image;
use crate::invocation::{Command, Invocation, Invoke, Receiver, Request};
use crate::link::{Lineage, Link};
use crate::ownership::{Holds, Survey, Visitor};
use crate::purse::Purse;
use crate::quota::Reservation;
use crate::sandbox::Sandbox;
use crate::stats::WorkerStats;
use crate::stub::Stub;

use calls::{Answered, Calls};
use clock::Clock;
use endings::refuse_all;
use tables::Tables;

pub(crate) use app_image::app_image;
pub(crate) use lanes::Lane;
pub(crate) use tables::bytes_of;

/// The most that a turn may use which no invocation asked for, such as the disposer of
/// an object that was let go.
const HOUSEKEEPING_FUEL: u64 = 50_000_000;

/// What a sandbox has for such turns if nobody is left who pays for them: so much at
/// first, for one that Rust has loaded or another sandbox; and so much more for each
/// invocation and for each object. A call that Rust makes restores the first.
const ROOT_FUEL: u64 = HOUSEKEEPING_FUEL;
const CHILD_FUEL: u64 = 2_000_000;
const INVOCATION_FUEL: u64 = 100_000;
const OBJECT_FUEL: u64 = 20_000;

/// When a sandbox that was let go of looks whether only a circle holds it, and how long
/// it waits at most before it looks again.
const FIRST_SURVEY: Duration = Duration::from_millis(5);
const LAST_SURVEY: Duration = Duration::from_secs(10);

/// For how long a sandbox is not looked through again, for each thing that was looked at:
/// 20 times what that takes.
const PAUSE: Duration = Duration::from_micros(20);

/// So many answers without waiting, and other tasks have their turn.
const STRETCH: u32 = 32;

/// What a new sandbox is made from.
pub(crate) struct Start {
    pub(crate) code: Arc<Code>,
    pub(crate) image: Arc<Image>,
    /// Whether the image is one of the worker itself, already loaded.
    pub(crate) loaded: bool,
    pub(crate) seed: u64,
    /// Whether it is for more than one call.
    pub(crate) lasting: bool,
}

/// A driver that has not begun, and the way to it.
pub(crate) struct Starting {
    start: Start,
    link: Link,
    commands: mpsc::UnboundedReceiver<Command>,
    alive: Alive,
}

/// As long as it is there, so is the sandbox.
struct Alive {
    _living: watch::Sender<()>,
    lineage: Lineage,
}

impl Drop for Alive {
    fn drop(&mut self) {
        // Nothing has ended it but that nobody drives it any more.
        self.lineage.end(Some(Error::Stopped(Box::new(Error::Cancelled))));
    }
}

impl Start {
    async fn sandbox(&self, link: &Link) -> Result<Sandbox> {
        let Code { engine, limits, sources, quota, .. } = &*self.code;
        let quota = link.lineage().quota().unwrap_or(quota);
        let parent = self.code.parent.clone();
        Sandbox::new(engine, &self.image, limits.memory_bytes, sources, quota, parent).await
    }

    pub(crate) fn link(self) -> (Link, Starting) {
        let (sender, commands) = mpsc::unbounded_channel();
        let (living, lives) = watch::channel(());
        let Code { engine, limits, parent, .. } = &*self.code;
        let lineage = Lineage::child_of(parent, lives, limits, engine);
        let alive = Alive { _living: living, lineage: lineage.clone() };
        let link = Link::new(sender, lineage, limits.clone());
        (link.clone(), Starting { start: self, link, commands, alive })
    }
}

impl Starting {
    /// Runs until nobody needs the sandbox any more, or it is stopped.
    pub(crate) async fn run(self) {
        if self.start.code.engine.polls().are_watched() {
            let engine = self.start.code.engine.clone();
            engine.polls().of(Box::pin(self.drive())).await;
        } else {
            self.drive().await;
        }
    }

    async fn drive(self) {
        let Self { start, link, mut commands, alive } = self;
        match start.sandbox(&link).await {
            Ok(sandbox) => {
                let mut driver = Driver::new(start, link, commands, sandbox);
                if let Err(error) = driver.serve().await {
                    driver.fail_all(&error);
                }
            }
            Err(error) => refuse_all(&mut commands, &start.code, start.seed, &error),
        }
        // Unless something has stopped it.
        alive.lineage.end(None);
    }
}

/// What must have ended at a time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Invocation(u32),
    /// A call that outlives the invocation that made it.
    Call(u32),
}

/// What drives one sandbox.
struct Driver {
    code: Arc<Code>,
    link: Link,
    sandbox: Sandbox,
    commands: mpsc::UnboundedReceiver<Command>,
    seed: u64,
    lasting: bool,
    loaded: bool,
    /// Asked for while the main module was still being evaluated.
    waiting: VecDeque<(u32, Invoke)>,
    /// Ended by the host; the guest has yet to hear of it.
    forgetting: VecDeque<(u32, Option<Arc<Purse>>)>,
    invocations: BTreeMap<u32, Box<Invocation>>,
    last_invocation: u32,
    /// Requests that it has taken, for nobody as well.
    taken: u64,
    calls: Calls,
    /// How many calls of open invocations something outside the sandbox may answer.
    open_calls: usize,
    /// Of invocations that are over, with calls that still wait.
    left_behind: BTreeMap<u32, Lane>,
    /// Whose waiting calls there is room for.
    freed: VecDeque<u32>,
    tables: Tables,
    /// The deadlines.
    due: BTreeSet<(Instant, Due)>,
    housekeeping_fuel: u64,
    /// Who pays for the running turn.
    payer: u32,
    alarm: Option<wit::Alarm>,
    clock: Clock,
    sleep: Option<Pin<Box<Sleep>>>,
    /// Answers that were there without waiting.
    at_a_stretch: u32,
    /// Loading for an image: a call is no more than a reason to have none.
    rehearsing: bool,
    surveys: Surveys,
    /// What the event takes that is delivered now.
    in_hand: Reservation,
}

/// Looking whether only a circle of sandboxes holds this one.
struct Surveys {
    at: Option<Instant>,
    /// How long to wait before the next one.
    after: Duration,
    /// When the tables may be looked through again, for any survey.
    not_before: Option<Instant>,
    /// One has found that nobody who lives holds the sandbox.
    is_unneeded: bool,
}

/// What the driver waits for.
enum Next {
    Command(Option<Command>),
    Answer(Answered),
    Time,
    /// The sandbox that loaded this one is gone.
    Orphaned,
}

impl Driver {
    fn new(
        start: Start,
        link: Link,
        commands: mpsc::UnboundedReceiver<Command>,
        sandbox: Sandbox,
    ) -> Self {
        let own = Stub::new(own::Own(link.clone()));
        let quota = link.lineage().quota();
        let calls = Calls::new(quota);
        let in_hand = quota.map(|quota| Reservation::none(quota, false)).unwrap_or_default();
        let housekeeping_fuel = if start.code.is_child() { CHILD_FUEL } else { ROOT_FUEL };
        Self {
            code: start.code,
            tables: Tables::new(link.clone(), start.seed, own),
            link,
            sandbox,
            commands,
            seed: start.seed,
            lasting: start.lasting,
            loaded: start.loaded,
            waiting: VecDeque::new(),
            forgetting: VecDeque::new(),
            invocations: BTreeMap::new(),
            last_invocation: 0,
            taken: 0,
            calls,
            open_calls: 0,
            left_behind: BTreeMap::new(),
            freed: VecDeque::new(),
            due: BTreeSet::new(),
            housekeeping_fuel,
            payer: 0,
            alarm: None,
            clock: Clock::new(),
            sleep: None,
            at_a_stretch: 0,
            rehearsing: false,
            surveys: Surveys {
                at: None,
                after: FIRST_SURVEY,
                not_before: None,
                is_unneeded: false,
            },
            in_hand,
        }
    }

    async fn serve(&mut self) -> Result<()> {
        if self.loaded {
            // The image knows them under the numbers that loading gave them.
            self.import(self.code.env()).await?;
        }
        let lineage = self.link.lineage().clone();
        let mut orphaned = std::pin::pin!(lineage.parent_ended());
        loop {
            if !self.code.parent.is_alive() {
                return Err(Error::ParentEnded);
            }
            let is_idle = self.invocations.is_empty() && self.calls.is_empty();
            if is_idle && !self.link.is_held() && self.commands.is_empty() {
                return Ok(());
            }
            if self.surveys.is_unneeded && self.is_at_rest() {
                return if is_idle { Ok(()) } else { Err(Error::Hung) };
            }
            self.survey_later();
            match self.next(orphaned.as_mut()).await {
                // The driver itself has a sender: it never comes to that.
                Next::Command(None) | Next::Answer(Err(Aborted)) => {}
                Next::Command(Some(command)) => self.command(command).await?,
                Next::Answer(Ok((call, result))) => {
                    self.answered(call, result).await?;
                    // Answers that are always there must not hold up the others.
                    if let Ok(command) = self.commands.try_recv() {
                        self.command(command).await?;
                    }
                }
                Next::Time => self.time().await?,
                Next::Orphaned => return Err(Error::ParentEnded),
            }
            // Nor the clock.
            if self.wake_at().is_some_and(|at| at <= Instant::now()) {
                self.time().await?;
            }
            self.settle_down().await?;
            self.end_hung()?;
            self.settle_down().await?;
        }
    }

    async fn next(&mut self, orphaned: Pin<&mut impl Future<Output = ()>>) -> Next {
        if let Some(arrived) = self.calls.next_arrived() {
            self.at_a_stretch = self.at_a_stretch.wrapping_add(1);
            if self.at_a_stretch.is_multiple_of(STRETCH) {
                tokio::task::yield_now().await;
            }
            return Next::Answer(Ok(arrived));
        }
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
            Some(answer) = self.calls.answers().next() => Next::Answer(answer),
            command = self.commands.recv() => Next::Command(command),
            () = sleep => Next::Time,
            () = orphaned => Next::Orphaned,
        }
    }

    /// The next alarm or deadline, or survey.
    fn wake_at(&self) -> Option<Instant> {
        let alarm = self.alarm.as_ref().map(|alarm| self.clock.instant(alarm.due));
        let deadline = self.due.first().map(|(at, _)| *at);
        alarm.into_iter().chain(deadline).chain(self.surveys.at).min()
    }

    /// Nothing but itself can wake it, unless somebody holds it.
    fn is_at_rest(&self) -> bool {
        let own = self.link.lineage();
        self.alarm.is_none()
            && self.commands.is_empty()
            && self.calls.are_to_itself()
            && self.invocations.values().all(|it| it.has_answered() || it.is_called_by(own))
    }

    /// A sandbox at rest that may be in a circle looks for one: soon when somebody has
    /// let go of it, and else less and less often.
    fn survey_later(&mut self) {
        if self.link.take_suspicion() {
            self.surveys.after = FIRST_SURVEY;
            self.surveys.at = None;
        }
        if self.surveys.at.is_none() && self.tables.may_be_in_a_circle() {
            self.surveys.at = Some(Instant::now() + self.surveys.after);
            self.surveys.after = (2 * self.surveys.after).min(LAST_SURVEY);
        }
    }

    /// Says what the sandbox holds, unless it is busy, or was asked too often: nobody pays
    /// for it, and so it may take one part in 20 of the time at most.
    async fn look_through(&mut self, survey: &Survey) {
        let is_too_soon = self.surveys.not_before.is_some_and(|at| at > Instant::now());
        let holdings = (!is_too_soon && self.is_at_rest()).then(|| {
            let code = std::iter::once(tables::Holding::Code(&self.code));
            let holdings = code.chain(self.tables.holdings());
            holdings.map(|holding| move |visitor: &mut Visitor<'_>| holding.visit(visitor))
        });
        let seen = survey.answer(&self.link, holdings).await;
        if !is_too_soon {
            let pause = u32::try_from(seen).map_or(LAST_SURVEY, |seen| seen * PAUSE);
            self.surveys.not_before = Some(Instant::now() + pause);
        }
    }

    fn survey(&mut self) {
        if self.surveys.at.is_some_and(|at| at <= Instant::now()) {
            self.surveys.at = None;
            if !self.is_at_rest() {
                return;
            }
            match self.link.known_hold() {
                Some(hold) => Survey::begin(&hold),
                // It waits for itself.
                None => self.surveys.is_unneeded = true,
            }
        }
    }

    async fn command(&mut self, command: Command) -> Result<()> {
        match command {
            Command::Invoke(request) => {
                self.taken += 1;
                // A caller that gave up while it waited is not called for.
                if request.reply.is_closed() { Ok(()) } else { self.accept(*request).await }
            }
            Command::Cancel(token) => {
                self.cancel(token);
                Ok(())
            }
            // What there is to do is done before the next event.
            Command::Released | Command::Unheld | Command::LetGo => Ok(()),
            Command::LookThrough(survey) => {
                self.look_through(&survey).await;
                Ok(())
            }
            Command::Unneeded => {
                self.surveys.is_unneeded = true;
                Ok(())
            }
            Command::Count(reply) => {
                // Whoever has gone away needs no answer.
                let _ = reply.send(self.stats());
                Ok(())
            }
        }
    }

    fn stats(&self) -> WorkerStats {
        let (invocations, calls) = (self.invocations.len(), self.calls.len());
        WorkerStats { invocations, calls, ..self.tables.stats() }
    }

    async fn accept(&mut self, request: Request) -> Result<()> {
        let id = self.last_invocation.checked_add(1).ok_or_else(worn_out)?;
        self.last_invocation = id;
        self.housekeeping_fuel = match request.caller {
            None => self.housekeeping_fuel.max(ROOT_FUEL),
            Some(_) => self.housekeeping_fuel.saturating_add(INVOCATION_FUEL),
        };
        let (invocation, invoke) =
            Invocation::new(request, &self.code, self.seed, self.link.lineage().clone());
        self.open(id, invocation);
        if self.loaded {
            return self.invoke(id, invoke).await;
        }
        let first = self.invocations.len() == 1;
        self.waiting.push_back((id, invoke));
        if first { self.load(id).await } else { Ok(()) }
    }

    fn open(&mut self, id: u32, mut invocation: Box<Invocation>) {
        invocation.watch(&self.code);
        invocation.opened = self.clock.millis();
        self.sandbox.logs().open(id, invocation.log(&self.code));
        self.due.insert((invocation.deadline, Due::Invocation(id)));
        self.invocations.insert(id, invocation);
    }

    async fn load(&mut self, invocation: u32) -> Result<()> {
        let event = wit::Event::Load(wit::Load {
            invocation,
            seed: self.seed,
            stack_bytes: self.code.limits.stack_bytes,
            dynamic_code: self.code.dynamic_code,
            transfers_stubs: self.code.transfers_stubs,
            watched: self.code.has_tails(),
            max_code_bytes: self.code.engine.max_code_bytes(),
            main: self.code.main.clone(),
            env: self.import(self.code.env()).await?,
        });
        self.turn(invocation, &event).await
    }

    async fn invoke(&mut self, id: u32, invoke: Invoke) -> Result<()> {
        if let Some(seed) = invoke.reseed {
            self.turn(id, &wit::Event::Reseed(seed)).await?;
        }
        let receiver = match invoke.receiver {
            Receiver::Offered(number) => wit::Receiver::Offered(number),
            Receiver::Entrypoint(export) => {
                let props = match export.props.clone() {
                    Some(props) => Some(self.import(props).await?),
                    None => None,
                };
                wit::Receiver::Entrypoint(wit::Entrypoint { name: export.name.clone(), props })
            }
        };
        let arguments = match invoke.arguments {
            Some(arguments) => Some(self.import(arguments).await?),
            None => None,
        };
        let Invoke { path, to_host, .. } = invoke;
        let invoke = wit::Invoke { invocation: id, receiver, path, arguments, to_host };
        let event = wit::Event::Invoke(invoke);
        self.turn(id, &event).await
    }

    /// What has become due by the last event, one turn after the other.
    async fn settle_down(&mut self) -> Result<()> {
        self.send_waiting()?;
        for (number, payer) in self.link.released(self.taken) {
            self.tables.offered = self.tables.offered.saturating_sub(1);
            self.housekeeping_fuel = self.housekeeping_fuel.saturating_add(OBJECT_FUEL);
            self.housekeep(&wit::Event::Released(number), payer).await?;
            // Each is short, and there may be any number of them.
            tokio::task::consume_budget().await;
        }
        loop {
            if let Some((id, payer)) = self.forgetting.pop_front() {
                self.housekeep(&wit::Event::Cancel(id), payer).await?;
                tokio::task::consume_budget().await;
            } else if self.loaded
                && let Some((id, invoke)) = self.waiting.pop_front()
            {
                // One that is over, before it was loaded, has nobody to run for.
                if self.invocations.contains_key(&id) {
                    self.invoke(id, invoke).await?;
                }
            } else {
                return Ok(());
            }
        }
    }

    async fn time(&mut self) -> Result<()> {
        let now = Instant::now();
        self.survey();
        while let Some(&(at, due)) = self.due.first().filter(|(at, _)| *at <= now) {
            self.due.remove(&(at, due));
            match due {
                Due::Call(id) => {
                    // All that its invocation has left behind is due with it.
                    if let Some(call) = self.calls.get_mut(id) {
                        self.left_behind.remove(&call.owner);
                    }
                    self.calls.abort(id);
                }
                Due::Invocation(id) => {
                    let Some(invocation) = self.invocations.get(&id) else { continue };
                    let error = Error::Limit(invocation.late(now));
                    if !self.loaded {
                        return Err(error);
                    }
                    self.end(id, error);
                }
            }
        }
        // Its payer may have ended just now.
        let due = self.alarm.as_ref().filter(|alarm| {
            alarm.due <= self.clock.now() && self.invocations.contains_key(&alarm.invocation)
        });
        match due.map(|alarm| alarm.invocation) {
            Some(payer) => self.turn(payer, &wit::Event::Alarm).await,
            None => Ok(()),
        }
    }
}

/// For a sandbox whose numbers have run out. Numbers are never used twice, so that the
/// next call gets a new sandbox.
fn worn_out() -> Error {
    let limit = u64::from(u32::MAX);
    LimitError { kind: LimitKind::Numbers, limit, actual: limit + 1 }.into()
}

/// For what no guest of ours says.
fn lie(what: &str) -> Error {
    Error::Internal(format!("the guest {what}"))
}
