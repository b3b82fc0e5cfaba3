//! What a sandbox holds beside the JavaScript heap.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rquickjs::{Function, Object, Persistent};

use crate::intrinsics::Intrinsics;
use crate::modules::Exported;
use crate::rpc::{Handle, PendingCall};
use crate::timers::Timers;
use crate::{Effect, Host, ModuleBody};

/// An invocation that has not ended.
#[derive(Default)]
pub struct Invocation {
    /// Promises handed to `waitUntil` that are pending.
    pub waiting: u32,
    /// It has returned or thrown.
    pub settled: bool,
    /// Nobody but the host sees its result.
    pub to_host: bool,
    /// Stubs among its arguments, which end when it returns.
    pub parameters: Vec<Handle>,
    /// Stubs that its calls returned, and streams that it was sent, which end
    /// with it.
    pub results: Vec<Handle>,
    /// The ends that it offered of streams that are not over.
    pub sent: Vec<Persistent<rquickjs::Value<'static>>>,
}

/// A rejected promise that nobody has handled so far.
pub struct Rejection {
    pub invocation: u32,
    pub promise: Persistent<rquickjs::Value<'static>>,
    pub reason: Persistent<rquickjs::Value<'static>>,
}

pub struct State {
    pub host: Box<dyn Host>,
    /// What `performance.now()` counts from.
    pub time_origin: Cell<f64>,
    /// Log lines are wanted with their arguments.
    pub watched: Cell<bool>,
    pub max_code_bytes: Cell<u64>,
    /// A stub that is passed in a call is gone for whoever passes it.
    pub transfers_stubs: Cell<bool>,
    random: RefCell<ChaCha20Rng>,
    pub effects: RefCell<Vec<Effect>>,
    pub invocations: RefCell<BTreeMap<u32, Invocation>>,
    pub calls: RefCell<BTreeMap<u32, PendingCall>>,
    /// Calls of invocations that have ended in this turn.
    pub abandoned: RefCell<Vec<PendingCall>>,
    /// What invocations that have ended in this turn had sent.
    pub cut: RefCell<Vec<Persistent<rquickjs::Value<'static>>>>,
    /// Whose event began the turn.
    pub payer: Cell<u32>,
    next_call: Cell<u32>,
    /// Calls on whose promise something was called or read in this turn.
    pub pipelined: RefCell<Vec<u32>>,
    /// Needed until the effects of this turn are out.
    pub after_turn: RefCell<Vec<Handle>>,
    /// Sent on for good in this turn: disposed of when its effects are out.
    pub handed_on: RefCell<Vec<Handle>>,
    /// Objects that others may call, by the number they were offered under.
    pub offered: RefCell<BTreeMap<u32, Persistent<rquickjs::Value<'static>>>>,
    /// As [`Self::offered`], until the next event.
    pub lent: RefCell<BTreeMap<u32, Persistent<rquickjs::Value<'static>>>>,
    pub next_offer: Cell<u32>,
    /// The engine's number for the class of stubs.
    pub stub_class: Cell<u32>,
    /// The sandbox's way to itself.
    pub own: RefCell<Option<Handle>>,
    pub timers: RefCell<Timers>,
    /// Bodies handed over by the host whose module was not instantiated yet.
    pub bodies: RefCell<BTreeMap<String, ModuleBody>>,
    /// Resolved specifier to the name that the host gave its module.
    pub names: RefCell<BTreeMap<String, String>>,
    /// What `require` has returned of ES modules that have a default export.
    pub required: RefCell<BTreeMap<String, Persistent<rquickjs::Value<'static>>>>,
    /// The names of modules that are JSON.
    pub json: RefCell<BTreeSet<String>>,
    /// What was thrown when a module was parsed, linked or evaluated, by its name or,
    /// if it never got one, by its specifier.
    pub failures: RefCell<BTreeMap<String, Persistent<rquickjs::Value<'static>>>>,
    /// Bodies of CommonJS modules that have not run.
    pub compiled: RefCell<BTreeMap<String, Persistent<Function<'static>>>>,
    /// What CommonJS modules export, as far as their sources show it.
    pub exported: RefCell<BTreeMap<String, Rc<Exported>>>,
    /// `module` objects of what is not an ES module, once it was evaluated.
    pub values: RefCell<BTreeMap<String, Persistent<Object<'static>>>>,
    /// The namespace of the main module.
    pub exports: RefCell<Option<Persistent<Object<'static>>>>,
    pub env: RefCell<Option<Persistent<rquickjs::Value<'static>>>>,
    pub rejections: RefCell<Vec<Rejection>>,
    /// Promises whose rejection was told of and that somebody has handled since, if the
    /// worker wants to know.
    pub handled: RefCell<Vec<Rejection>>,
    pub wants_handled: Cell<bool>,
    /// Whose evaluation is no invocation as others are.
    pub load: Cell<u32>,
    pub intrinsics: RefCell<Option<Intrinsics>>,
}

impl State {
    pub fn new(host: Box<dyn Host>) -> Self {
        Self {
            host,
            time_origin: Cell::new(0.0),
            watched: Cell::new(false),
            max_code_bytes: Cell::new(0),
            transfers_stubs: Cell::new(false),
            random: RefCell::new(ChaCha20Rng::seed_from_u64(0)),
            effects: RefCell::default(),
            invocations: RefCell::default(),
            calls: RefCell::default(),
            abandoned: RefCell::default(),
            cut: RefCell::default(),
            payer: Cell::new(0),
            next_call: Cell::new(0),
            pipelined: RefCell::default(),
            after_turn: RefCell::default(),
            handed_on: RefCell::default(),
            offered: RefCell::default(),
            lent: RefCell::default(),
            next_offer: Cell::new(0),
            stub_class: Cell::new(0),
            own: RefCell::default(),
            timers: RefCell::default(),
            bodies: RefCell::default(),
            names: RefCell::default(),
            required: RefCell::default(),
            json: RefCell::default(),
            failures: RefCell::default(),
            compiled: RefCell::default(),
            exported: RefCell::default(),
            values: RefCell::default(),
            exports: RefCell::default(),
            env: RefCell::default(),
            rejections: RefCell::default(),
            handled: RefCell::default(),
            wants_handled: Cell::new(false),
            load: Cell::new(0),
            intrinsics: RefCell::default(),
        }
    }

    pub fn emit(&self, effect: Effect) {
        self.effects.borrow_mut().push(effect);
    }

    pub fn seed(&self, seed: u64) {
        *self.random.borrow_mut() = ChaCha20Rng::seed_from_u64(seed);
    }

    pub fn random_bytes(&self, into: &mut [u8]) {
        self.random.borrow_mut().fill_bytes(into);
    }

    /// Uniform in [0, 1), with all 53 bits that a double has.
    pub fn random_unit(&self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
        let bits = (self.random.borrow_mut().next_u64() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    /// Who pays for what code of that invocation starts: it itself, or, when it
    /// has ended, whoever woke the code up. None if both have ended.
    pub fn payer_for(&self, invocation: u32) -> Option<u32> {
        let open = self.invocations.borrow();
        [invocation, self.payer.get()].into_iter().find(|id| open.contains_key(id))
    }

    pub fn next_call(&self) -> u32 {
        let id = self.next_call.get() + 1;
        self.next_call.set(id);
        id
    }

    /// What was lent counts as offered.
    pub fn keep(&self, lent: u32) {
        let object = self.lent.borrow_mut().remove(&lent);
        self.offered.borrow_mut().extend(object.map(|object| (lent, object)));
    }

    /// The stubs among an invocation's arguments end when it returns.
    pub fn returned(&self, invocation: u32) {
        let parameters = match self.invocations.borrow_mut().get_mut(&invocation) {
            Some(invocation) => std::mem::take(&mut invocation.parameters),
            None => Vec::new(),
        };
        parameters.iter().for_each(Handle::dispose);
    }

    /// Forgets all that belongs to an invocation that is over.
    pub fn end(&self, invocation: u32) {
        let mut ended = self.invocations.borrow_mut().remove(&invocation);
        if let Some(ended) = &mut ended {
            self.cut.borrow_mut().append(&mut ended.sent);
        }
        let stubs = ended.iter().flat_map(|it| it.parameters.iter().chain(&it.results));
        stubs.for_each(Handle::dispose);
        let calls = self
            .calls
            .borrow_mut()
            .extract_if(.., |_, call| call.invocation == invocation)
            .collect::<Vec<_>>();
        self.abandoned.borrow_mut().extend(calls.into_iter().map(|(_, call)| call));
        self.timers.borrow_mut().end(invocation);
    }
}
