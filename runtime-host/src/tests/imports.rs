//! A guest that lies in its calls of imports, in the middle of a turn.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use isolet_wire::Value;

use crate::engine::EngineConfig;
use crate::error::{Error, LimitKind, Result};
use crate::limits::Limits;
use crate::tests::raw_guest::RawGuest;
use crate::worker_code::WorkerCode;
use crate::worker_code::tail::TailEvent;

const IMPORTS: &str = r#"
  (import "$root" "log" (func $log (param i32 i32 i32 i32 i32 i32 i32)))
  (import "$root" "abort" (func $abort (param i32 i32 i32)))
  (import "$root" "source" (func $source (param i32 i32 i32 i32 i32 i32 i32)))
"#;

/// Creates a guest that makes the imports of the test, and then answers a call with nothing.
fn talker(data: &[u8], says: &str) -> RawGuest {
    let data = data.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "\\{byte:02x}");
        text
    });
    RawGuest::importing(
        IMPORTS,
        &format!(
            r#"(data (i32.const 512) "{data}")
            (func (export "turn") (type $turn)
              (if (i32.eqz (i32.load8_u offset=8 (local.get 0)))
                (then (return (i32.const 64))))
              {says}
              (i32.const 96))"#
        ),
    )
}

/// Returns the result of the call, and the event that tails get of it.
async fn told(guest: &RawGuest, limits: Limits) -> (Result<Value>, TailEvent) {
    let engine = guest.engine(EngineConfig::new().max_sandboxes(4));
    let events = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&events);
    let code = WorkerCode::module("main.js", "").limits(limits);
    let code = code.on_end(move |event| sink.lock().expect("events").push(event.clone()));
    let worker = engine.loader().load(code).expect("a worker");
    let answer = worker.entrypoint().call::<isolet::Value>("", ()).await;
    // The event is sent after the answer.
    while events.lock().expect("events").is_empty() {
        tokio::task::yield_now().await;
    }
    let event = events.lock().expect("events").remove(0);
    (answer, event)
}

/// Writes an empty line, with these bytes of the data as its arguments.
fn logs(data: &[u8]) -> RawGuest {
    let length = data.len();
    let says = format!(
        "(call $log (i32.const 1) (i32.const 2) (i32.const 0) (i32.const 0)
            (i32.const 1) (i32.const 512) (i32.const {length}))"
    );
    talker(data, &says)
}

#[tokio::test]
async fn arguments_of_a_line_are_an_array_without_capabilities() {
    let honest = Value::from_serialize(&("a", 1)).expect("a value");
    let (answer, event) = told(&logs(honest.as_bytes()), Limits::default()).await;
    assert!(matches!(answer, Err(Error::Hung)), "{answer:?}");
    assert_eq!(event.logs[0].message, honest);
    for lie in [
        &[][..],
        &[9, 9, 9],
        Value::undefined().as_bytes(),
        Value::from_serialize("text").expect("a value").as_bytes(),
        // An array of a stub at position 0.
        &[1, 13, 1, 22, 0],
        // An array longer than the data.
        &[1, 13, 0xff, 0xff, 0xff, 0x7f],
    ] {
        let (answer, event) = told(&logs(lie), Limits::default()).await;
        assert!(matches!(answer, Err(Error::Internal(_))), "{lie:?}: {answer:?}");
        assert!(event.logs.is_empty());
    }
}

#[tokio::test]
async fn arguments_are_counted_before_anybody_looks_at_them() {
    let limits = || Limits::default().log_bytes(1_000);
    let (answer, _) = told(&logs(&[7; 900]), limits()).await;
    assert!(matches!(answer, Err(Error::Internal(_))), "{answer:?}");
    let (answer, _) = told(&logs(&[7; 1_000]), limits()).await;
    assert!(
        matches!(&answer, Err(Error::Limit(limit)) if limit.kind == LimitKind::Log),
        "{answer:?}"
    );
}

#[tokio::test]
async fn what_lies_nowhere_is_refused() {
    for says in [
        // A level that does not exist, an option that is neither some nor none, and text
        // and data outside the memory.
        "(call $log (i32.const 1) (i32.const 6) (i32.const 0) (i32.const 0)
            (i32.const 0) (i32.const 0) (i32.const 0))",
        "(call $log (i32.const 1) (i32.const 2) (i32.const 0) (i32.const 0)
            (i32.const 2) (i32.const 512) (i32.const 3))",
        "(call $log (i32.const 1) (i32.const 2) (i32.const -8) (i32.const 100)
            (i32.const 0) (i32.const 0) (i32.const 0))",
        "(call $log (i32.const 1) (i32.const 2) (i32.const 0) (i32.const 0)
            (i32.const 1) (i32.const 512) (i32.const -1))",
        "(call $abort (i32.const 2) (i32.const 0) (i32.const 0))",
        "(call $abort (i32.const 1) (i32.const 0) (i32.const -1))",
        // Not text.
        "(call $abort (i32.const 1) (i32.const 512) (i32.const 2))",
    ] {
        let (answer, _) = told(&talker(&[0xff, 0xfe], says), Limits::default()).await;
        assert!(matches!(answer, Err(Error::Internal(_))), "{says}: {answer:?}");
    }
}

#[tokio::test]
async fn a_guest_that_aborts_does_not_go_on() {
    let says = "(call $abort (i32.const 1) (i32.const 512) (i32.const 3)) (loop $on (br $on))";
    let (answer, event) = told(&talker(b"why", says), Limits::default()).await;
    let Err(Error::Aborted(aborted)) = answer else { panic!("{answer:?}") };
    assert_eq!(aborted.reason.as_deref(), Some("why"));
    assert_eq!(event.outcome.as_str(), "aborted");
    let says = "(call $abort (i32.const 0) (i32.const 0) (i32.const 0))";
    let (answer, _) = told(&talker(&[], says), Limits::default()).await;
    assert!(matches!(&answer, Err(Error::Aborted(it)) if it.reason.is_none()), "{answer:?}");
}

#[tokio::test]
async fn one_module_asked_for_time_and_again() {
    let asks = |times: u32| {
        let says = format!(
            "(local $left i32) (local.set $left (i32.const {times}))
            (loop $on
              (global.set $free (i32.const 65536))
              (call $source (i32.const 512) (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 0)
                (i32.const 0) (i32.const 1024))
              (br_if $on (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))"
        );
        let guest = RawGuest::importing(
            IMPORTS,
            &format!(
                r#"(data (i32.const 512) "main.js")
                (func (export "turn") (type $turn) {says} (i32.const 96))"#
            ),
        );
        async move {
            let engine = guest.engine(EngineConfig::new().max_sandboxes(1));
            let code = WorkerCode::module("main.js", "x".repeat(100_000));
            let worker = engine.loader().load(code).expect("a worker");
            worker.entrypoint().call::<isolet::Value>("", ()).await
        }
    };
    let answer = asks(600).await;
    assert!(matches!(answer, Err(Error::Hung)), "{answer:?}");
    let answer = asks(700).await;
    assert!(
        matches!(&answer, Err(Error::Limit(limit)) if limit.kind == LimitKind::Transfer),
        "{answer:?}"
    );
}

/// The engine's guest ends recursion itself, long before this.
#[tokio::test]
async fn the_native_stack_of_a_guest_is_bounded() {
    let recursing = |depth: u32| {
        let body = format!(
            r#"(func $down (param i32)
                 (if (local.get 0) (then (call $down (i32.sub (local.get 0) (i32.const 1))))))
               (func (export "turn") (type $turn)
                 (if (i32.eqz (i32.load8_u offset=8 (local.get 0)))
                   (then (return (i32.const 64))))
                 (call $down (i32.const {depth}))
                 (i32.const 96))"#
        );
        RawGuest::new(&body)
    };
    let limits = || Limits::default().fuel(1_000_000_000);
    let (answer, _) = told(&recursing(1000), limits()).await;
    assert!(matches!(answer, Err(Error::Hung)), "{answer:?}");
    let (answer, event) = told(&recursing(100_000_000), limits()).await;
    let Err(Error::Limit(error)) = answer else { panic!("{answer:?}") };
    let bytes = crate::support::config::WASM_STACK_BYTES as u64;
    assert_eq!((error.kind, error.limit), (LimitKind::Stack, bytes));
    assert_eq!(error.to_string(), format!("exceeded the native stack of {bytes} bytes"));
    assert_eq!(event.outcome.as_str(), "exceededMemory");
}
