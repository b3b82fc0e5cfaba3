//! What a sandbox holds beside the JavaScript heap.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rquickjs::{Function, Object, Persistent};

use crate::intrinsics::Intrinsics;
use crate::timers::Timers;
use crate::{Effect, Host, ModuleBody};

/// A capability call whose answer has not come yet.
pub struct PendingCall {
    pub invocation: u32,
    pub resolve: Persistent<Function<'static>>,
    pub reject: Persistent<Function<'static>>,
}

/// An invocation that has not ended.
#[derive(Default)]
pub struct Invocation {
    /// Promises handed to `waitUntil` that are pending.
    pub waiting: u32,
    /// It has returned or thrown.
    pub settled: bool,
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
    random: RefCell<ChaCha20Rng>,
    pub effects: RefCell<Vec<Effect>>,
    pub invocations: RefCell<BTreeMap<u32, Invocation>>,
    pub calls: RefCell<BTreeMap<u32, PendingCall>>,
    next_call: Cell<u32>,
    pub timers: RefCell<Timers>,
    /// Bodies handed over by the host whose module was not instantiated yet.
    pub bodies: RefCell<BTreeMap<String, ModuleBody>>,
    /// Resolved specifier to the name that the host gave its module.
    pub names: RefCell<BTreeMap<String, String>>,
    /// Bodies of CommonJS modules that have not run.
    pub compiled: RefCell<BTreeMap<String, Persistent<Function<'static>>>>,
    /// `module` objects of what is not an ES module, once it was evaluated.
    pub values: RefCell<BTreeMap<String, Persistent<Object<'static>>>>,
    /// The namespace of the main module.
    pub exports: RefCell<Option<Persistent<Object<'static>>>>,
    pub env: RefCell<Option<Persistent<rquickjs::Value<'static>>>>,
    pub rejections: RefCell<Vec<Rejection>>,
    pub intrinsics: RefCell<Option<Intrinsics>>,
}

impl State {
    pub fn new(host: Box<dyn Host>) -> Self {
        Self {
            host,
            time_origin: Cell::new(0.0),
            random: RefCell::new(ChaCha20Rng::seed_from_u64(0)),
            effects: RefCell::default(),
            invocations: RefCell::default(),
            calls: RefCell::default(),
            next_call: Cell::new(0),
            timers: RefCell::default(),
            bodies: RefCell::default(),
            names: RefCell::default(),
            compiled: RefCell::default(),
            values: RefCell::default(),
            exports: RefCell::default(),
            env: RefCell::default(),
            rejections: RefCell::default(),
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

    pub fn next_call(&self) -> u32 {
        let id = self.next_call.get() + 1;
        self.next_call.set(id);
        id
    }

    /// Forgets all that belongs to an invocation that is over.
    pub fn end(&self, invocation: u32) {
        self.invocations.borrow_mut().remove(&invocation);
        self.calls.borrow_mut().retain(|_, call| call.invocation != invocation);
        self.timers.borrow_mut().end(invocation);
    }
}
