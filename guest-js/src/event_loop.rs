//! The event loop: takes one event, runs jobs until none is left and returns the effects.

use std::mem::ManuallyDrop;
use std::rc::Rc;

use rquickjs::{CatchResultExt, Context, Ctx, Persistent, Runtime, Value};

use crate::reaction::when_settled;
use crate::rpc::message;
use crate::state::{Handle, Invocation, Rejection, State};
use crate::throw::{range_error, thrown};
use crate::timers::Due;
use crate::{
    Effect, Event, Host, Invoke, Level, Load, Outcome, Settlement, clock, context, globals,
    intrinsics, modules, node, rpc, state, value,
};

/// The heap size in bytes, with that of the base image, at which the engine first collects garbage.
/// A collection visits every object that is not of the base image, and an app image has many.
const GC_THRESHOLD: usize = 8 << 20;

/// A QuickJS runtime that is driven by events.
pub struct Interpreter {
    // Never dropped: a sandbox ends with its memory, and the state holds values that would have
    // to be dropped before the engine.
    runtime: ManuallyDrop<Runtime>,
    context: ManuallyDrop<Context>,
    state: Rc<State>,
}

impl Interpreter {
    /// Creates the engine and evaluates `globals`, the compiled [`GLOBALS`].
    ///
    /// [`GLOBALS`]: crate::GLOBALS
    ///
    /// # Errors
    /// Errors if memory runs out, or with what one of the globals throws.
    pub fn new(host: Box<dyn Host>, globals: &[u8]) -> Result<Self, String> {
        // First, so that it lies beside the runtime, which is used as often.
        let state = Rc::new(State::new(host));
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        runtime.set_gc_threshold(GC_THRESHOLD);
        runtime.set_max_stack_size(globals::STACK);
        let context = Context::full(&runtime).map_err(|error| error.to_string())?;
        context.with(|ctx| context::name(&ctx));
        modules::install(&runtime, &state);
        context.with(|ctx| {
            install(&ctx, &state, globals).catch(&ctx).map_err(|error| error.to_string())
        })?;
        track_rejections(&runtime, &state);
        context.with(|ctx| {
            let _ = intrinsics::prepare(&ctx, &state);
        });
        Ok(Self { runtime: ManuallyDrop::new(runtime), context: ManuallyDrop::new(context), state })
    }

    /// Makes everything that exists now part of the image, whose pages all sandboxes share.
    /// Later allocations lie together, after it.
    pub fn seal(&self) {
        self.context.with(|ctx| {
            context::seal_heap(&ctx);
            // Without memory it stays where it is.
            let _ = value::move_to_end(&ctx);
        });
    }

    /// Delivers one event and runs until no job is left.
    pub fn turn(&self, now: f64, event: Event) -> Outcome {
        clock::set(now);
        if let Event::Load(load) = &event {
            self.runtime.set_max_stack_size(load.stack_bytes as usize);
        }
        self.state.payer.set(0);
        self.context.with(|ctx| self.deliver(&ctx, event));
        self.run_jobs();
        while !self.state.abandoned.borrow().is_empty() || !self.state.cut.borrow().is_empty() {
            // An error is ignored: what `abandon` has taken out of the state is not retried.
            let _ = self.context.with(|ctx| rpc::abandon(&ctx, &self.state));
            self.run_jobs();
        }
        self.tell_of_rejections();
        if !self.state.pipelined.borrow().is_empty() {
            self.context.with(|ctx| rpc::without_awaiting(&ctx, &self.state));
        }
        drop(self.state.after_turn.take());
        self.state.handed_on.take().iter().for_each(Handle::dispose);
        Outcome {
            effects: self.state.outbox.effects.take(),
            alarm: self.state.timers.borrow().alarm(),
        }
    }

    fn deliver(&self, ctx: &Ctx<'_>, event: Event) {
        if !matches!(event, Event::Kept(_)) {
            drop(self.state.borrowed.take());
        }
        match event {
            Event::Load(load) => self.load(ctx, &load),
            Event::Invoke(invoke) => self.invoke(ctx, &invoke),
            Event::Settled(settled) => self.report(ctx, rpc::settle(ctx, settled)),
            Event::Alarm => self.alarm(ctx),
            Event::Cancel(invocation) => self.state.end(invocation),
            Event::Kept(borrowed) => self.state.keep(borrowed),
            Event::Released(exported) => self.released(ctx, exported),
        }
    }

    fn run_jobs(&self) {
        // An error is ignored: the job has already rejected a promise, or it is an error of the
        // engine that the next use of the engine repeats.
        while self.runtime.is_job_pending() {
            let _ = self.runtime.execute_pending_job();
        }
    }

    fn load(&self, ctx: &Ctx<'_>, load: &Load) {
        let mut hashes = [0; 4];
        self.state.seed(load.seed);
        self.state.random_bytes(&mut hashes);
        context::seed_hashes(ctx, u32::from_le_bytes(hashes));
        self.state.time_origin.set(clock::now());
        self.state.watched.set(load.watched);
        self.state.max_code_bytes.set(load.max_code_bytes);
        self.state.transfers_stubs.set(load.transfers_stubs);
        self.state.maps_promises.set(load.maps_promises);
        self.state.keeps_urls.set(load.keeps_urls);
        if !load.dynamic_code {
            globals::forbid_dynamic_code(ctx);
        }
        self.open(ctx, load.invocation, false);
        self.state.load.set(load.invocation);
        if let Some(zone) = &load.time_zone
            && !globals::set_time_zone(&self.state, zone)
        {
            let error = range_error(ctx, &format!("\"{zone}\" is not a time zone."));
            let thrown = thrown(ctx, error);
            let failed = Effect::LoadFailed(message::of_thrown(ctx, thrown, false));
            return self.state.emit(failed);
        }
        if load.node_globals {
            let installed = node::install_globals(ctx, &self.state);
            self.report(ctx, installed);
        }
        let state = Rc::clone(&self.state);
        let evaluated = match modules::link_main(ctx, &self.state, load) {
            Ok(promise) => promise,
            Err(error) => {
                let thrown = thrown(ctx, error);
                return state.emit(Effect::LoadFailed(message::of_thrown(ctx, thrown, false)));
            }
        };
        when_settled(ctx, &evaluated, move |ctx, result| {
            state.load.set(0);
            state.emit(match result {
                Ok(_) => Effect::Loaded,
                Err(thrown) => Effect::LoadThrew(message::of_thrown(ctx, thrown, false)),
            });
        });
    }

    fn invoke(&self, ctx: &Ctx<'_>, invoke: &Invoke) {
        let id = invoke.invocation;
        if let Some(seed) = invoke.reseed {
            self.state.seed(seed);
        }
        self.open(ctx, id, invoke.to_host);
        let state = Rc::clone(&self.state);
        let settle = settler(state, id);
        match rpc::invoke(ctx, &self.state, invoke) {
            Err(error) => settle(ctx, Err(thrown(ctx, error))),
            Ok(value) => match intrinsics::promise_of(ctx, &self.state, &value) {
                Ok(Some(promise)) => when_settled(ctx, &promise, settle),
                Ok(None) => settle(ctx, Ok(value)),
                Err(error) => settle(ctx, Err(thrown(ctx, error))),
            },
        }
    }

    fn open(&self, ctx: &Ctx<'_>, invocation: u32, to_host: bool) {
        context::enter(ctx, invocation);
        self.state.payer.set(invocation);
        let opened = Invocation { to_host, ..Invocation::default() };
        self.state.invocations.borrow_mut().insert(invocation, opened);
    }

    /// Forgets an exported object that nobody outside holds any more, and disposes of it.
    fn released(&self, ctx: &Ctx<'_>, exported: u32) {
        let exported = self.state.exported_objects.borrow_mut().remove(&exported);
        let Some(exported) = exported else { return };
        context::enter(ctx, 0);
        let disposed =
            exported.object.restore(ctx).and_then(|it| intrinsics::dispose(ctx, &self.state, it));
        self.report(ctx, disposed);
    }

    fn alarm(&self, ctx: &Ctx<'_>) {
        let now = clock::now();
        let Some(Due { id, timer }) = self.state.timers.borrow_mut().take(now) else { return };
        let invocation = timer.invocation;
        context::enter(ctx, invocation);
        self.state.payer.set(invocation);
        let (callback, store) = (timer.callback.clone(), timer.store.clone());
        if let Some(interval) = timer.interval {
            self.state.timers.borrow_mut().put(id, now, interval, timer);
        }
        let fired = store
            .restore(ctx)
            .and_then(|store| context::set_store(ctx, store))
            .and_then(|()| callback.restore(ctx))
            .and_then(|callback| callback.call::<_, ()>(()));
        self.report(ctx, fired);
    }

    /// Dispatches `unhandledrejection` and `rejectionhandled` until nothing is left to report:
    /// a listener may reject another promise.
    fn tell_of_rejections(&self) {
        let state = &self.state;
        while !state.rejections.borrow().is_empty() || !state.handled.borrow().is_empty() {
            let (unhandled, handled) = (state.rejections.take(), state.handled.take());
            self.context.with(|ctx| {
                for rejection in unhandled {
                    self.unhandled(&ctx, rejection);
                }
                for Rejection { invocation, promise, reason } in handled {
                    context::enter(&ctx, invocation);
                    let told = promise.restore(&ctx).and_then(|promise| {
                        intrinsics::handled(&ctx, state, promise, reason.restore(&ctx)?)
                    });
                    self.report(&ctx, told);
                }
            });
            self.run_jobs();
        }
    }

    /// Logs an unhandled rejection, unless a listener takes care of it.
    fn unhandled(&self, ctx: &Ctx<'_>, rejection: Rejection) {
        let Rejection { invocation, promise, reason } = rejection;
        let (Ok(promise), Ok(reason)) = (promise.restore(ctx), reason.restore(ctx)) else {
            return;
        };
        context::enter(ctx, invocation);
        let told = intrinsics::unhandled(ctx, &self.state, promise, reason.clone());
        if told.unwrap_or_else(|_| drop_exception(ctx)) {
            return;
        }
        let data = globals::thrown_as_data(ctx, &self.state, &reason);
        let text = intrinsics::describe(ctx, &self.state, reason);
        let line = format!("Uncaught (in promise) {text}");
        self.state.host.log(invocation, Level::Uncaught, &line, data.as_deref());
    }

    /// Logs an exception that no code can catch any more, unless a listener takes care of it.
    fn report(&self, ctx: &Ctx<'_>, result: rquickjs::Result<()>) {
        if let Err(error) = result {
            let invocation = context::current(ctx);
            let thrown = thrown(ctx, error);
            let told = intrinsics::uncaught(ctx, &self.state, thrown.clone());
            if told.unwrap_or_else(|_| drop_exception(ctx)) {
                return;
            }
            let data = globals::thrown_as_data(ctx, &self.state, &thrown);
            let text = intrinsics::describe(ctx, &self.state, thrown);
            let line = format!("Uncaught {text}");
            self.state.host.log(invocation, Level::Uncaught, &line, data.as_deref());
        }
    }
}

fn install(ctx: &Ctx<'_>, state: &Rc<State>, globals: &[u8]) -> rquickjs::Result<()> {
    state::attach(ctx, state);
    value::install(ctx)?;
    let (native, internals) = globals::install(ctx, state, globals)?;
    node::install(ctx, state, &native, &internals, modules::require)?;
    let prototypes = |name: &str| internals.get::<_, Vec<Value<'_>>>(name);
    value::set_platform(ctx, &prototypes("platform")?, &prototypes("interfaces")?)?;
    state.internals.save(ctx, internals);
    Ok(())
}

/// Discards the pending exception and returns false: no listener has taken care of the error.
fn drop_exception(ctx: &Ctx<'_>) -> bool {
    drop(ctx.catch());
    false
}

fn settler(
    state: Rc<State>,
    id: u32,
) -> impl for<'a> Fn(&Ctx<'a>, Result<Value<'a>, Value<'a>>) + Clone {
    move |ctx, result| settle(ctx, &state, id, result)
}

fn settle<'js>(ctx: &Ctx<'js>, state: &State, id: u32, result: Result<Value<'js>, Value<'js>>) {
    // Kept alive until the message is emitted: if this is the last reference, dropping it
    // releases the capabilities that the message names.
    let (Ok(named) | Err(named)) = result.clone();
    let to_host = state.invocations.borrow().get(&id).is_some_and(|it| it.to_host);
    let result = match result {
        Ok(value) => match message::encode_answer(ctx, value, to_host) {
            Ok(message) => {
                state.answered(id, &message.capabilities);
                Ok(message)
            }
            Err(error) => Err(message::of_thrown(ctx, thrown(ctx, error), to_host)),
        },
        Err(thrown) => Err(message::of_thrown(ctx, thrown, to_host)),
    };
    let waiting = state.invocations.borrow_mut().get_mut(&id).is_some_and(|invocation| {
        invocation.settled = true;
        invocation.waiting > 0
    });
    state.emit(Effect::Settle(Settlement { invocation: id, result, waiting }));
    drop(named);
    // Not earlier: the result may be one of the stubs that end here.
    state.returned(id);
    if !waiting {
        state.end(id);
    }
}

/// Records rejected promises that are not handled. The end of the turn logs those that are
/// left.
fn track_rejections(runtime: &Runtime, state: &Rc<State>) {
    let state = Rc::clone(state);
    runtime.set_host_promise_rejection_tracker(Some(Box::new(
        move |ctx, promise, reason, is_handled| {
            let mut rejections = state.rejections.borrow_mut();
            if is_handled {
                let known = rejections.iter().rposition(|rejection| {
                    rejection.promise.clone().restore(&ctx).is_ok_and(|known| known == promise)
                });
                if let Some(known) = known {
                    drop(rejections.remove(known));
                    return;
                }
                if !state.wants_handled.get() {
                    return;
                }
            }
            let rejection = Rejection {
                invocation: context::current(&ctx),
                promise: Persistent::save(&ctx, promise),
                reason: Persistent::save(&ctx, reason),
            };
            match is_handled {
                true => state.handled.borrow_mut().push(rejection),
                false => rejections.push(rejection),
            }
        },
    )));
}
