//! A guest written by hand in the place of the engine. It speaks the interface
//! of `wit/sandbox.wit` and is bound by nothing else.

use isolet_wire::Value;
use wasmtime::Module;
use wasmtime::component::Component;

use crate::bindings::sandbox as wit;
use crate::engine::{Engine, EngineConfig};
use crate::error::Result;
use crate::image::Images;
use crate::tests::picture;
use crate::worker::Entrypoint;
use crate::worker_code::WorkerCode;

#[path = "../../build/split.rs"]
mod split;
#[path = "../../build/wrapper.rs"]
mod wrapper;

/// What each guest has beside its `turn`: the exports that the wrapper asks for,
/// and two outcomes to answer with, at 64 `loaded` and at 96 nothing at all.
/// What the host hands in lies from 4096 on.
const PRELUDE: &str = r#"
  (import "env" "memory" (memory 4))
  (type $turn (func
    (param f64 i32 i64 i64 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
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

/// Says that it has loaded; whatever it is called with is its outcome, laid out
/// so that it ends at the end of the memory. Other events it lets pass.
const LIAR: &str = r#"
  (func (export "turn") (type $turn)
    (if (i32.eq (local.get 1) (i32.const 1)) (then (return (i32.const 64))))
    (if (i32.ne (local.get 1) (i32.const 2)) (then (return (i32.const 96))))
    (memory.copy
      (i32.sub (i32.const 0x40000) (local.get 10)) (local.get 9) (local.get 10))
    (i32.const 0x3ffe0))
"#;

pub(super) struct RawGuest(split::Guest);

impl RawGuest {
    /// `body` is what a core module holds beside the prelude; it exports `turn`.
    pub(super) fn new(body: &str) -> Self {
        let module = wat::parse_str(format!("(module {PRELUDE} {body})")).expect("a module");
        Self(split::Guest::split(&module).expect("a guest"))
    }

    /// An engine whose every sandbox is this guest.
    pub(super) fn engine(&self, config: EngineConfig) -> Engine {
        let Self(guest) = self;
        let made = Engine::with_guest(config, |engine| {
            let wrapper = wrapper::component(guest, guest.memory.len() / 65536)?;
            let component = Component::new(engine, wrapper)?;
            let images = Images::of_guest(engine, &Module::new(engine, &guest.code)?, component)?;
            let base = images.of_memory(guest.memory.clone())?;
            Ok((images, base))
        });
        made.expect("an engine")
    }
}

/// A worker whose every call is answered with what the test makes up.
pub(super) struct Liar {
    engine: Engine,
    code: fn() -> WorkerCode,
    entrypoint: Entrypoint,
}

impl Liar {
    pub(super) fn new(code: fn() -> WorkerCode) -> Self {
        let engine = RawGuest::new(LIAR).engine(EngineConfig::new().max_sandboxes(8));
        Self::on(engine, code)
    }

    fn on(engine: Engine, code: fn() -> WorkerCode) -> Self {
        let worker = engine.loader().load(code()).expect("a worker");
        Self { engine, code, entrypoint: worker.entrypoint() }
    }

    /// One that has told no lies yet, in a sandbox of its own.
    pub(super) fn another(&self) -> Self {
        Self::on(self.engine.clone(), self.code)
    }

    /// Answers a call with this outcome. The calls of a sandbox are the
    /// invocations 1, 2 and so on.
    pub(super) async fn says(&self, outcome: &wit::Outcome) -> Result<Value> {
        self.shows(&picture::of(outcome)).await
    }

    /// Answers a call with bytes, the last 32 of which are taken for an outcome.
    pub(super) async fn shows(&self, bytes: &[u8]) -> Result<Value> {
        self.entrypoint.call_values("", &[picture::argument(bytes)]).await
    }
}
