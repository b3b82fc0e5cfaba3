//! The state of a sandbox outside of the JavaScript heap.

mod attached;
mod builtins;
mod handle;
mod internals;
mod outbox;
mod scope;
mod tables;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rquickjs::{Function, Object, Persistent, Value};

use crate::attached::Attached;
use crate::commonjs_exports::Exported;
use crate::promise::CallPromise;
use crate::timers::Timers;
use crate::{Capability, Effect, Host, ModuleBody, Step};

pub use attached::{attach, of};
pub use builtins::Builtins;
pub use handle::Handle;
pub use internals::Internals;
pub use outbox::Outbox;
pub use scope::{ExportedObject, Scope};
pub use tables::{Table, Tables};

/// An invocation that has not ended.
#[derive(Default)]
pub struct Invocation {
    /// The number of pending promises passed to `waitUntil` and of streams sent that are not
    /// over.
    pub waiting: u32,
    /// True if it has returned or thrown.
    pub settled: bool,
    /// True if only the host sees its result.
    pub to_host: bool,
    /// The stubs among its arguments, which end when it returns.
    pub parameters: Vec<Handle>,
    /// The stubs that its calls returned and the streams that it was sent, which end with it.
    pub results: Vec<Handle>,
    /// The stream ends that it has exported, as long as the streams are not over.
    pub sent: Vec<Persistent<rquickjs::Value<'static>>>,
    /// Made when it is needed. A call of an object that another call returned shares the scope
    /// of that call.
    pub scope: Option<Rc<Scope>>,
}

/// A call whose answer has not arrived yet.
pub struct PendingCall {
    pub invocation: u32,
    pub promise: CallPromise,
    /// True if its result was disposed of before it arrived.
    pub disposed: bool,
    /// The request, if the scripts make a response of the answer.
    pub fetch: Option<Fetch>,
}

/// The request of a `fetch` that is under way.
pub struct Fetch {
    /// The list in which the scripts hold it.
    pub parts: Persistent<Value<'static>>,
    /// The stub that it was sent to.
    pub receiver: Persistent<Value<'static>>,
}

/// The steps recorded so far by the running callbacks of `map()`.
#[derive(Default)]
pub struct Recording {
    /// The callbacks, outermost first.
    pub callbacks: Vec<Callback>,
    pub steps: Vec<Step>,
}

/// A running callback of `map()`.
pub struct Callback {
    pub id: u32,
    /// The number of the next value that becomes known in it.
    pub next: u32,
}

/// A rejected promise, with the invocation and the reason of its rejection.
pub struct Rejection {
    pub invocation: u32,
    pub promise: Persistent<rquickjs::Value<'static>>,
    pub reason: Persistent<rquickjs::Value<'static>>,
}

pub struct State {
    /// The pointers that the context carries.
    attached: Attached,
    pub host: Box<dyn Host>,
    /// The data of the locales that were used.
    pub tables: Tables,
    /// The time that `performance.now()` counts from.
    pub time_origin: Cell<f64>,
    /// True if log lines are wanted with their arguments.
    pub watched: Cell<bool>,
    pub max_code_bytes: Cell<u64>,
    /// True if passing a stub in a call takes it away from the caller.
    pub transfers_stubs: Cell<bool>,
    /// True if promises of calls have a method `map`.
    pub maps_promises: Cell<bool>,
    /// True if the URL of a request stays as it was given.
    pub keeps_urls: Rc<Cell<bool>>,
    random: RefCell<ChaCha20Rng>,
    /// The effects of the turn. Handles share it, because dropping one is an effect.
    pub outbox: Rc<Outbox>,
    pub invocations: RefCell<BTreeMap<u32, Invocation>>,
    pub calls: RefCell<BTreeMap<u32, PendingCall>>,
    /// The calls of invocations that have ended in this turn.
    pub abandoned: RefCell<Vec<PendingCall>>,
    /// The stream ends exported by invocations that have ended in this turn.
    pub cut: RefCell<Vec<Persistent<rquickjs::Value<'static>>>>,
    /// The invocation whose event began the turn.
    pub payer: Cell<u32>,
    next_call: Cell<u32>,
    /// The calls on whose promise a method was called or a property read in this turn.
    pub pipelined: RefCell<Vec<u32>>,
    /// The handles that are needed until the effects of this turn are out.
    pub after_turn: RefCell<Vec<Handle>>,
    /// The handles that were passed on for good in this turn. They are disposed of at its end.
    pub handed_on: RefCell<Vec<Handle>>,
    /// The objects that others may call, by the number that they were exported under.
    pub exported_objects: RefCell<BTreeMap<u32, ExportedObject>>,
    /// Like [`Self::exported`], but only until the next event.
    pub borrowed: RefCell<BTreeMap<u32, Persistent<rquickjs::Value<'static>>>>,
    pub next_export: Cell<u32>,
    /// The engine's class id of stubs.
    pub stub_class: Cell<u32>,
    pub recording: RefCell<Recording>,
    pub last_recording: Cell<u32>,
    /// The sandbox's capability for itself.
    pub own: RefCell<Option<Handle>>,
    pub timers: RefCell<Timers>,
    /// The bodies from the host whose module is not instantiated yet.
    pub bodies: RefCell<BTreeMap<String, ModuleBody>>,
    /// The name that the host gave to a module, by resolved specifier.
    pub names: RefCell<BTreeMap<String, String>>,
    /// The names of the modules that the host has given.
    pub found: RefCell<BTreeSet<String>>,
    /// The values that `require` has returned for ES modules that have a default export.
    pub required: RefCell<BTreeMap<String, Persistent<rquickjs::Value<'static>>>>,
    /// The names of JSON modules.
    pub json: RefCell<BTreeSet<String>>,
    /// The value that was thrown when a module was parsed, linked or evaluated, by its name or,
    /// if it never got one, by its specifier.
    pub failures: RefCell<BTreeMap<String, Persistent<rquickjs::Value<'static>>>>,
    /// The bodies of CommonJS modules that have not run.
    pub compiled: RefCell<BTreeMap<String, Persistent<Function<'static>>>>,
    /// The exports of CommonJS modules, as far as their sources show them.
    pub exported: RefCell<BTreeMap<String, Rc<Exported>>>,
    /// The `module` objects of evaluated modules that are not ES modules.
    pub values: RefCell<BTreeMap<String, Persistent<Object<'static>>>>,
    /// The namespace of the main module.
    pub exports: RefCell<Option<Persistent<Object<'static>>>>,
    pub env: RefCell<Option<Persistent<rquickjs::Value<'static>>>>,
    /// The stub that installs packages, if the worker may.
    pub installer: RefCell<Option<Persistent<rquickjs::Value<'static>>>>,
    /// The directories that `node:fs` shows: an array of their names, stubs and whether they are
    /// read-only, if there are any.
    pub mounts: RefCell<Option<Persistent<rquickjs::Value<'static>>>>,
    pub rejections: RefCell<Vec<Rejection>>,
    /// The promises whose rejection was reported as unhandled and that have been handled since,
    /// if the worker wants to know.
    pub handled: RefCell<Vec<Rejection>>,
    pub wants_handled: Cell<bool>,
    /// The invocation that evaluates the main module, 0 afterwards. `waitUntil` cannot keep it
    /// open.
    pub load: Cell<u32>,
    pub internals: Internals,
    /// Node's modules.
    pub builtins: Builtins,
}

impl State {
    pub fn new(host: Box<dyn Host>) -> Self {
        Self {
            attached: Attached::default(),
            host,
            tables: Tables::default(),
            time_origin: Cell::new(0.0),
            watched: Cell::new(false),
            max_code_bytes: Cell::new(0),
            transfers_stubs: Cell::new(false),
            keeps_urls: Rc::default(),
            maps_promises: Cell::new(false),
            random: RefCell::new(ChaCha20Rng::seed_from_u64(0)),
            outbox: Rc::default(),
            invocations: RefCell::default(),
            calls: RefCell::default(),
            abandoned: RefCell::default(),
            cut: RefCell::default(),
            payer: Cell::new(0),
            next_call: Cell::new(0),
            pipelined: RefCell::default(),
            after_turn: RefCell::default(),
            handed_on: RefCell::default(),
            exported_objects: RefCell::default(),
            borrowed: RefCell::default(),
            next_export: Cell::new(0),
            stub_class: Cell::new(0),
            recording: RefCell::default(),
            last_recording: Cell::new(0),
            own: RefCell::default(),
            timers: RefCell::default(),
            bodies: RefCell::default(),
            names: RefCell::default(),
            found: RefCell::default(),
            required: RefCell::default(),
            json: RefCell::default(),
            failures: RefCell::default(),
            compiled: RefCell::default(),
            exported: RefCell::default(),
            values: RefCell::default(),
            exports: RefCell::default(),
            env: RefCell::default(),
            installer: RefCell::default(),
            mounts: RefCell::default(),
            rejections: RefCell::default(),
            handled: RefCell::default(),
            wants_handled: Cell::new(false),
            load: Cell::new(0),
            internals: Internals::default(),
            builtins: Builtins::default(),
        }
    }

    pub fn emit(&self, effect: Effect) {
        self.outbox.emit(effect);
    }

    pub fn seed(&self, seed: u64) {
        *self.random.borrow_mut() = ChaCha20Rng::seed_from_u64(seed);
    }

    pub fn random_bytes(&self, into: &mut [u8]) {
        self.random.borrow_mut().fill_bytes(into);
    }

    /// Returns a uniformly distributed number in [0, 1), with all 53 bits that a double has.
    pub fn random_unit(&self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
        let bits = (self.random.borrow_mut().next_u64() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    /// Returns the invocation that pays for what code of `invocation` starts: that one or, if
    /// it has ended, the one whose event began the turn. `None` if both have ended.
    pub fn payer_for(&self, invocation: u32) -> Option<u32> {
        let open = self.invocations.borrow();
        [invocation, self.payer.get()].into_iter().find(|id| open.contains_key(id))
    }

    pub fn next_call(&self) -> u32 {
        let id = self.next_call.get() + 1;
        self.next_call.set(id);
        id
    }

    /// Makes a borrowed object an exported one.
    pub fn keep(&self, borrowed: u32) {
        let object = self.borrowed.borrow_mut().remove(&borrowed);
        let exported = object.map(|object| (borrowed, ExportedObject { object, scope: None }));
        self.exported_objects.borrow_mut().extend(exported);
    }

    /// Keeps a duplicate of a stub until the scope that it was made in is over.
    pub fn duplicated(&self, invocation: u32, duplicate: &Handle) {
        if let Some(invocation) = self.invocations.borrow_mut().get_mut(&invocation) {
            invocation.scope.get_or_insert_default().add(duplicate.clone());
        }
    }

    /// Makes the objects that an answer hands over keep the scope of its invocation.
    pub fn answered(&self, invocation: u32, handed_over: &[Capability]) {
        let mut exported = self.exported_objects.borrow_mut();
        let mut invocations = self.invocations.borrow_mut();
        let Some(invocation) = invocations.get_mut(&invocation) else { return };
        for capability in handed_over {
            if let Capability::Exported(id) = capability
                && let Some(exported) = exported.get_mut(id)
            {
                exported.scope = Some(Rc::clone(invocation.scope.get_or_insert_default()));
            }
        }
    }

    /// Ends the stubs among an invocation's arguments, because it has returned.
    pub fn returned(&self, invocation: u32) {
        let parameters = match self.invocations.borrow_mut().get_mut(&invocation) {
            Some(invocation) => std::mem::take(&mut invocation.parameters),
            None => Vec::new(),
        };
        parameters.iter().for_each(Handle::dispose);
    }

    /// Forgets everything that belongs to an invocation that is over.
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
