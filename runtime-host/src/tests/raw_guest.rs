//! A guest written by hand in place of the engine. It speaks the interface of
//! `wit/sandbox.wit` and is bound by nothing else.

use isolet_wire::Value;
use wasmtime::Module;
use wasmtime::component::Component;

use crate::engine::bindings::sandbox as wit;
use crate::engine::image::Images;
use crate::engine::{Engine, EngineConfig};
use crate::error::Result;
use crate::tests::picture;
use crate::worker::Worker;
use crate::worker_code::WorkerCode;

#[path = "../../build/split.rs"]
mod split;
#[path = "../../build/wrapper.rs"]
mod wrapper;

/// The part that every guest has beside its `turn`: the exports that the wrapper asks for,
/// and two outcomes to answer with. The one at 64 is `loaded`, and the one at 96 is empty.
/// The host's input lies from 4096 on: first the time, then the event, with its kind
/// at 8 and its contents at 16.
const PRELUDE: &str = r#"
  (import "env" "memory" (memory 4))
  (type $turn (func (param i32) (result i32)))
  (data (i32.const 64) "\80\00\00\00\01\00\00\00")
  (global $free (mut i32) (i32.const 4096))
  (func (export "cabi_realloc")
    (param i32 i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and
      (i32.sub (i32.add (global.get $free) (local.get $align)) (i32.const 1))
      (i32.sub (i32.const 0) (local.get $align))))
    (global.set $free (i32.add (local.get $at) (local.get $size)))
    (local.get $at))
  (func (export "cabi_post_turn") (param i32) (global.set $free (i32.const 4096)))
  (func (export "dump") (result i32)
    (i32.store (i32.const 16) (i32.const 0))
    (i32.store (i32.const 20) (i32.shl (memory.size) (i32.const 16)))
    (i32.const 16))
"#;

/// A guest that says that it has loaded. What it is called with are its outcomes, laid out
/// to end at the end of the memory. The first one answers the call, and each other one
/// answers the next event, whatever it is.
const LIAR: &str = r#"
  (func (export "turn") (type $turn) (local $event i32) (local $length i32)
    (local.set $event (i32.load8_u offset=8 (local.get 0)))
    (if (i32.eqz (local.get $event)) (then
      (drop (memory.grow (i32.const MORE)))
      (return (i32.const 64))))
    (if (i32.eq (local.get $event) (i32.const 1)) (then
      (local.set $length (i32.load offset=72 (local.get 0)))
      (memory.copy
        (i32.sub (i32.const END) (local.get $length))
        (i32.load offset=68 (local.get 0))
        (local.get $length))
      (i32.store (i32.const 32) (i32.sub (i32.const END) (i32.const 32)))))
    (local.set 0 (i32.load (i32.const 32)))
    (if (i32.eqz (local.get 0)) (then (return (i32.const 96))))
    (i32.store (i32.const 32) (i32.load offset=28 (local.get 0)))
    (local.get 0))
"#;

const PAGE: usize = 65536;

pub(crate) struct RawGuest(split::Guest);

impl RawGuest {
    /// Creates a guest. `body` is the rest of the core module beside the prelude,
    /// and exports `turn`.
    pub(crate) fn new(body: &str) -> Self {
        Self::importing("", body)
    }

    /// Creates a guest that calls imports of the host in its turns.
    pub(crate) fn importing(imports: &str, body: &str) -> Self {
        let module = wat::parse_str(format!("(module {imports} {PRELUDE} {body})"));
        let module = module.expect("a module");
        Self(split::Guest::split(&module).expect("a guest"))
    }

    /// Returns an engine whose every sandbox is this guest.
    pub(crate) fn engine(&self, config: EngineConfig) -> Engine {
        let Self(guest) = self;
        let made = Engine::with_guest(config, |engine| {
            let wrapper = wrapper::component(guest, guest.memory.len() / PAGE)?;
            let component = Component::new(engine, wrapper)?;
            let images = Images::of_guest(engine, &Module::new(engine, &guest.code)?, component)?;
            let base = images.of_memory(guest.memory.clone())?;
            Ok((images, base))
        });
        made.expect("an engine")
    }
}

/// A worker that answers every call with what the test makes up.
pub(crate) struct Liar {
    pub(crate) engine: Engine,
    pub(crate) worker: Worker,
    /// The end of its memory.
    pub(crate) end: usize,
    code: fn() -> WorkerCode,
}

impl Liar {
    /// The number of sandboxes of its engine.
    pub(crate) const MAX_SANDBOXES: u32 = 80;

    pub(crate) fn new(code: fn() -> WorkerCode) -> Self {
        Self::of_pages(4, code)
    }

    /// Creates a liar with this many pages of memory, all zero except for what it is told.
    pub(crate) fn of_pages(pages: usize, code: fn() -> WorkerCode) -> Self {
        let body = LIAR
            .replace("MORE", &(pages - 4).to_string())
            .replace("END", &(pages * PAGE).to_string());
        let engine =
            RawGuest::new(&body).engine(EngineConfig::new().max_sandboxes(Self::MAX_SANDBOXES));
        Self::on(engine, pages * PAGE, code)
    }

    fn on(engine: Engine, end: usize, code: fn() -> WorkerCode) -> Self {
        let worker = engine.loader().load(code()).expect("a worker");
        Self { engine, worker, end, code }
    }

    /// Returns a liar in a new sandbox of the same engine.
    pub(crate) fn another(&self) -> Self {
        Self::on(self.engine.clone(), self.end, self.code)
    }

    /// Answers a call with this outcome. The calls of a sandbox are the
    /// invocations 1, 2 and so on.
    pub(crate) async fn says(&self, outcome: &wit::Outcome) -> Result<Value> {
        self.shows(&picture::of(std::slice::from_ref(outcome), self.end)).await
    }

    /// Answers a call with the first outcome, and the events after it with the others.
    pub(crate) async fn goes_on(&self, outcomes: &[wit::Outcome]) -> Result<Value> {
        self.shows(&picture::of(outcomes, self.end)).await
    }

    /// Answers a call with bytes, the last 32 of which are taken as an outcome.
    pub(crate) async fn shows(&self, bytes: &[u8]) -> Result<Value> {
        self.worker.entrypoint().call::<isolet::Value>("", &[picture::argument(bytes)][..]).await
    }
}
