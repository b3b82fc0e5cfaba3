//! Each limit is tested in pairs. What stays just below it runs, and what goes just above it is
//! stopped with a typed error. Tests that depend on the exact place of a limit get it from the
//! sandbox.

use std::time::Duration;

use isolet::{Engine, Error, LimitKind, Limits, LimitsError, Outcome};
use serde_json::json;

use crate::harness::{Case, Run, assert_alive, call, config, engine, run, soon};

const PAGE: u64 = 64 << 10;

#[tokio::test]
async fn fuel_is_exact_to_the_unit() {
    let work = || Case::body("let n = 0; for (let i = 0; i < 1000; i++) n += i; return n");
    let used = work().run().await.expect_ok(499_500).fuel();
    let just_enough = work().limits(|limits| limits.fuel(used)).run().await.expect_ok(499_500);
    assert_eq!(just_enough.fuel(), used);

    let limit = work().limits(|limits| limits.fuel(used - 1)).run().await;
    assert_eq!(limit.0.outcome(), Outcome::ExceededCpu);
    assert_eq!(limit.fuel(), used - 1);
    let limit = limit.expect_limit(LimitKind::Fuel);
    assert_eq!((limit.limit, limit.actual), (used - 1, used - 1));
    assert_alive().await;
}

#[tokio::test]
async fn fuel_is_given_anew_to_each_call() {
    let work =
        || Case::js("export default { run() { for (let i = 0; i < 100000; i++); return 1 } }");
    let first = call(&work().worker(), ()).await.expect_ok(1).fuel();
    let worker = work().limits(|limits| limits.fuel(first)).worker();
    assert_eq!(call(&worker, ()).await.expect_ok(1).fuel(), first);
    for _ in 0..5 {
        // A call without loading takes less.
        let again = call(&worker, ()).await.expect_ok(1);
        assert!(again.fuel() < first);
    }
}

#[tokio::test]
async fn fuel_of_all_turns_of_a_call_counts_together() {
    let work = || {
        Case::body(
            "for (let turn = 0; turn < 5; turn++) {
                for (let i = 0; i < 10000; i++);
                await new Promise(resolve => setTimeout(resolve, 1));
             }
             return 'done'",
        )
    };
    let whole = work().run().await.expect_ok("done");
    // One turn loads, one begins the call, and five fire a timer.
    assert_eq!(whole.0.usage.turns, 7);
    let used = whole.fuel();
    let _ = work().limits(|limits| limits.fuel(used)).run().await.expect_ok("done");
    let _ = work().limits(|limits| limits.fuel(used - 1)).run().await.expect_limit(LimitKind::Fuel);
}

#[tokio::test]
async fn any_fuel_up_to_the_largest_is_valid() {
    let most = i64::MAX.cast_unsigned();
    let _ = Case::body("return 1").limits(|limits| limits.fuel(most)).run().await.expect_ok(1);
    let none = Case::body("return 1").limits(|limits| limits.fuel(0)).run().await;
    assert_eq!(none.expect_limit(LimitKind::Fuel).limit, 0);
    refused(|limits| limits.fuel(most + 1), "fuel");
    refused(|limits| limits.fuel(u64::MAX), "fuel");
}

#[tokio::test]
async fn memory_is_counted_by_the_page() {
    let work =
        || Case::body("globalThis.keep = new Uint8Array(8 << 20).fill(1); return keep.length");
    let whole = work().run().await.expect_ok(8 << 20);
    let peak = whole.0.usage.memory_peak_bytes;
    assert_eq!(peak % PAGE, 0);
    assert!(peak > 8 << 20);

    let _ = work().limits(|limits| limits.memory_bytes(peak)).run().await.expect_ok(8 << 20);
    let stopped = work().limits(|limits| limits.memory_bytes(peak - PAGE)).run().await;
    assert_eq!(stopped.0.outcome(), Outcome::ExceededMemory);
    let limit = stopped.expect_limit(LimitKind::Memory);
    assert_eq!(limit.limit, peak - PAGE);
    assert!(limit.actual > limit.limit);
    assert_alive().await;
}

#[tokio::test]
async fn a_call_may_have_less_memory_than_its_worker() {
    let worker =
        Case::js("export default { run(mib) { return new Uint8Array(mib << 20).length } }")
            .worker();
    let lower = worker.entrypoint().lower_limits(&Limits::default().memory_bytes(16 << 20));
    let _ = run(&lower, Some("run"), (4,)).await.expect_ok(4 << 20);
    let stopped = run(&lower, Some("run"), (20,)).await.expect_limit(LimitKind::Memory);
    assert_eq!(stopped.limit, 16 << 20);
    // Other calls have the worker's limit, and the memory that they take stays available to all.
    let _ = call(&worker, 20).await.expect_ok(20 << 20);
    let _ = run(&lower, Some("run"), (1,)).await.expect_ok(1 << 20);
    let _ = call(&worker, 20).await.expect_ok(20 << 20);
}

#[tokio::test]
async fn memory_that_is_garbage_is_used_again() {
    let _ = Case::body(
        "let n = 0;
         for (let i = 0; i < 400; i++) n += new Uint8Array(1 << 20).length;
         return n",
    )
    .limits(|limits| limits.memory_bytes(16 << 20))
    .run()
    .await
    .expect_ok(400 << 20);
}

#[tokio::test]
async fn cycles_are_collected() {
    let _ = Case::body(
        "for (let i = 0; i < 300; i++) {
            const a = { text: 'x'.repeat(100000) + i }; const b = { a }; a.b = b;
         }
         return 'done'",
    )
    .limits(|limits| limits.memory_bytes(24 << 20))
    .run()
    .await
    .expect_ok("done");
}

#[tokio::test]
async fn cycles_that_hold_buffers_are_collected() {
    let _ = Case::body(
        "for (let i = 0; i < 2000; i++) { const a = { buffer: new Uint8Array(100000) }; a.a = a }
         return 'done'",
    )
    .limits(|limits| limits.memory_bytes(32 << 20))
    .run()
    .await
    .expect_ok("done");
}

#[tokio::test]
async fn memory_cannot_be_caught() {
    let _ = Case::body("try { new ArrayBuffer(64 << 20) } catch { return 'caught' } return 'made'")
        .limits(|limits| limits.memory_bytes(16 << 20))
        .run()
        .await
        .expect_limit(LimitKind::Memory);
}

#[tokio::test]
async fn wall_time_ends_a_turn_and_a_wait() {
    let short = |limits: Limits| limits.wall(Duration::from_millis(50)).fuel(1 << 60);
    let _ =
        Case::body("return 1").limits(|limits| limits.wall(Duration::MAX)).run().await.expect_ok(1);
    for body in ["while (true);", "await new Promise(resolve => setTimeout(resolve, 1e9))"] {
        let stopped = Case::body(body).limits(short).run().await;
        assert_eq!(stopped.0.outcome(), Outcome::ExceededWallTime, "{body}");
        let limit = stopped.expect_limit(LimitKind::Wall);
        assert_eq!(limit.limit, 50);
        assert!(limit.actual >= 50);
    }
    assert_alive().await;
}

#[tokio::test]
async fn a_wait_that_ran_out_of_time_leaves_the_sandbox_usable() {
    let worker = Case::js(
        "let calls = 0;
         export default {
            run(wait) {
                calls++;
                return wait ? new Promise(resolve => setTimeout(resolve, 1e9)) : calls;
            }
         }",
    )
    .limits(|limits| limits.wall(Duration::from_millis(200)))
    .worker();
    let _ = call(&worker, true).await.expect_limit(LimitKind::Wall);
    let _ = call(&worker, false).await.expect_ok(2);
}

const RECURSE: &str = "
    export default {
        run(most) {
            let depth = 0;
            const down = () => { depth++; if (depth < most) down(); };
            try { down() } catch (error) {
                if (!(error instanceof RangeError)) throw error;
                return { depth, name: error.name, message: error.message };
            }
            return { depth };
        }
    }";

async fn recurse(stack_bytes: u32, most: u32) -> Run {
    Case::js(RECURSE).limits(|limits| limits.stack_bytes(stack_bytes)).arg(most).run().await
}

#[tokio::test]
async fn stack_ends_as_a_range_error_at_its_depth() {
    let endless = recurse(256 << 10, u32::MAX).await;
    let value = endless.json();
    let depth = u32::try_from(value["depth"].as_u64().expect("a depth")).expect("a small one");
    assert_eq!(value["name"], "RangeError");
    assert_eq!(value["message"], "Maximum call stack size exceeded");
    assert!(depth > 500, "{depth}");

    let _ = recurse(256 << 10, depth).await.expect_ok(json!({ "depth": depth }));
    let above = recurse(256 << 10, depth + 1).await.json();
    assert_eq!(above["name"], "RangeError");
    let larger = recurse(512 << 10, depth + 1).await;
    let _ = larger.expect_ok(json!({ "depth": depth + 1 }));
}

#[tokio::test]
async fn a_larger_stack_is_a_deeper_one_and_the_largest_does_not_trap() {
    let mut last = 0;
    for stack_bytes in [16 << 10, 64 << 10, 128 << 10, 256 << 10, 512 << 10] {
        let depth = recurse(stack_bytes, u32::MAX).await.json()["depth"].as_u64().expect("a depth");
        assert!(depth > last, "{depth} levels in {stack_bytes} bytes, {last} in less");
        last = depth;
    }
}

#[tokio::test]
async fn log_counts_bytes_and_a_part_for_each_line() {
    let write = |text: &str, limit: u64| {
        Case::body("console.log(arg); return 'written'")
            .arg(text)
            .limits(|limits| limits.log_bytes(limit))
            .run()
    };
    let _ = write("0123456789", 26).await.expect_ok("written").expect_logs(&["0123456789"]);
    let stopped = write("0123456789a", 26).await;
    assert_eq!(stopped.0.outcome(), Outcome::ExceededOutput);
    let limit = stopped.expect_limit(LimitKind::Log);
    assert_eq!((limit.limit, limit.actual), (26, 27));
    let umlauts = write("ääääääääää", 26).await.expect_limit(LimitKind::Log);
    assert_eq!(umlauts.actual, 36);
    assert_alive().await;
}

#[tokio::test]
async fn lines_before_the_log_limit_are_kept() {
    let stopped = Case::body("for (let i = 0; ; i++) console.log(i)")
        .limits(|limits| limits.log_bytes(17 * 5))
        .run()
        .await;
    assert_eq!(stopped.logs(), ["0", "1", "2", "3", "4"]);
    let _ = stopped.expect_limit(LimitKind::Log);
}

#[tokio::test]
async fn output_is_counted_as_it_crosses() {
    let make = || Case::body("return 'x'.repeat(10000)");
    let bytes = make().run().await.value().as_bytes().len() as u64;
    let _ =
        make().limits(|limits| limits.output_bytes(bytes)).run().await.expect_ok("x".repeat(10000));
    let stopped = make().limits(|limits| limits.output_bytes(bytes - 1)).run().await;
    assert_eq!(stopped.0.outcome(), Outcome::ExceededOutput);
    let limit = stopped.expect_limit(LimitKind::Output);
    assert_eq!((limit.limit, limit.actual), (bytes - 1, bytes));
}

#[tokio::test]
async fn what_is_thrown_is_output_too() {
    let thrown = Case::body("throw new Error('x'.repeat(10000))")
        .limits(|limits| limits.output_bytes(5000))
        .run()
        .await;
    let _ = thrown.expect_limit(LimitKind::Output);
}

#[tokio::test]
async fn too_large_a_value_leaves_the_sandbox_usable() {
    let worker = Case::js(
        "let calls = 0; export default { run(size) { calls++; return size ? 'x'.repeat(size) : calls } }",
    )
    .limits(|limits| limits.output_bytes(1000))
    .worker();
    let _ = call(&worker, 2000).await.expect_limit(LimitKind::Output);
    let _ = call(&worker, 0).await.expect_ok(2);
}

struct Counter;

#[isolet::capability]
impl Counter {
    pub async fn count(&self) -> u32 {
        1
    }
}

#[tokio::test]
async fn capability_calls_are_counted() {
    let make = |calls: u32, limit: u64| {
        Case::body("let n = 0; while (n < arg) n += await env.COUNTER.count(); return n")
            .env("COUNTER", Counter)
            .arg(calls)
            .limits(|limits| limits.capability_calls(limit))
            .run()
    };
    let below = make(5, 5).await.expect_ok(5);
    assert_eq!(below.0.usage.capability_calls, 5);
    let stopped = make(6, 5).await;
    assert_eq!(stopped.0.outcome(), Outcome::ExceededCalls);
    let limit = stopped.expect_limit(LimitKind::CapabilityCalls);
    assert_eq!((limit.limit, limit.actual), (5, 6));
    let _ = make(0, 0).await.expect_ok(0);
    let _ = make(1, 0).await.expect_limit(LimitKind::CapabilityCalls);
    assert_alive().await;
}

#[tokio::test]
async fn the_defaults_leave_room_for_ordinary_work() {
    let _ = Case::body("let n = 0; while (n < 1000) n += await env.COUNTER.count(); return n")
        .env("COUNTER", Counter)
        .run()
        .await
        .expect_ok(1000);
}

#[track_caller]
fn refused(change: impl FnOnce(Limits) -> Limits, names: &str) {
    let error = Case::body("return 1").limits(change).load().expect_err("invalid limits");
    assert!(matches!(error, Error::InvalidLimits(_)), "{error:?}");
    assert!(error.to_string().contains(names), "{error}");
}

#[tokio::test]
async fn limits_that_no_sandbox_could_have_are_refused() {
    refused(|limits| limits.wall(Duration::ZERO), "wall");
    refused(|limits| limits.memory_bytes(0), "memory_bytes");
    refused(|limits| limits.memory_bytes(PAGE), "memory_bytes");
    refused(|limits| limits.memory_bytes(u64::MAX), "memory_bytes");
    refused(|limits| limits.stack_bytes(0), "stack_bytes");
    refused(|limits| limits.stack_bytes(u32::MAX), "stack_bytes");
    let engine = Engine::with_config(config().max_sandboxes(1).max_memory_bytes(32 << 20))
        .expect("an engine");
    let load = |bytes| {
        Case::body("return 1").engine(&engine).limits(|limits| limits.memory_bytes(bytes)).load()
    };
    assert!(load(32 << 20).is_ok());
    let error = load((32 << 20) + PAGE).expect_err("more than the engine has");
    let above = LimitsError::MemoryAbove { actual: (32 << 20) + PAGE, limit: 32 << 20 };
    assert!(matches!(error, Error::InvalidLimits(it) if it == above), "{error:?}");
    assert!(error.to_string().contains("33554432"), "{error}");
}

#[tokio::test]
async fn an_engine_that_is_full_says_so_and_has_room_again() {
    let engine = Engine::with_config(config().max_sandboxes(3)).expect("an engine");
    let make =
        || Case::js("let n = 0; export default { run() { return ++n } }").engine(&engine).worker();
    let mut live = Vec::new();
    for _ in 0..3 {
        let worker = make();
        let _ = call(&worker, ()).await.expect_ok(1);
        live.push(worker);
    }
    let waiting = make();
    let full = call(&waiting, ()).await;
    assert!(matches!(full.error(), Error::Overloaded(_)), "{full:?}");
    // The live sandboxes go on.
    let _ = call(&live[0], ()).await.expect_ok(2);

    drop(live.pop());
    soon(async {
        // The driver's task ends when it next runs.
        while let Err(Error::Overloaded(_)) = call(&waiting, ()).await.0.result {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let _ = call(&waiting, ()).await.expect_ok(2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_fresh_calls_than_there_is_room_for() {
    let engine = Engine::with_config(config().max_sandboxes(4)).expect("an engine");
    let worker = Case::body("await new Promise(resolve => setTimeout(resolve, 5)); return arg")
        .engine(&engine)
        .fresh()
        .worker();
    assert!(soon(worker.prepare()).await.expect("an image"));
    let calls: Vec<_> = (0..64)
        .map(|index| {
            let entrypoint = worker.entrypoint();
            tokio::spawn(async move { entrypoint.call::<u32>("run", (index,)).await })
        })
        .collect();
    let mut served = 0;
    for (index, call) in calls.into_iter().enumerate() {
        match soon(call).await.expect("no panic") {
            Ok(value) => {
                assert_eq!(value as usize, index);
                served += 1;
            }
            Err(error) => assert!(matches!(error, Error::Overloaded(_)), "{error:?}"),
        }
    }
    assert!(served >= 4, "{served}");
    let _ = call(&worker, 5).await.expect_ok(5);
}

#[tokio::test]
async fn a_loop_does_not_hold_up_others_on_the_same_thread() {
    let looping = Case::body("while (true);")
        .limits(|limits| limits.fuel(1 << 60).wall(Duration::from_mins(1)))
        .worker();
    let looping = tokio::spawn(async move { call(&looping, ()).await });
    let others = Case::js("let n = 0; export default { run() { return ++n } }").worker();
    for expected in 1..=50 {
        let _ = call(&others, ()).await.expect_ok(expected);
    }
    // A loop that held up the thread would have met its deadline by now.
    assert!(!looping.is_finished());
    looping.abort();
}

#[tokio::test]
async fn stopping_one_call_stops_its_sandbox_and_the_next_call_has_a_new_one() {
    let worker = Case::js(
        "let calls = 0;
         export default {
            async run(kind, env) {
                calls++;
                if (kind === 'wait') await new Promise(resolve => setTimeout(resolve, 1e9));
                if (kind === 'loop') while (true);
                return calls;
            }
         }",
    )
    .limits(|limits| limits.fuel(100_000_000))
    .worker();
    let _ = call(&worker, "count").await.expect_ok(1);
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            let worker = worker.clone();
            tokio::spawn(async move { call(&worker, "wait").await })
        })
        .collect();
    // Waits until all three calls wait.
    soon(async {
        while call(&worker, "count").await.json().as_u64() < Some(5) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let looping = call(&worker, "loop").await;
    let _ = looping.expect_limit(LimitKind::Fuel);
    for waiting in waiting {
        let stopped = soon(waiting).await.expect("no panic");
        let Error::Stopped(cause) = stopped.error() else { panic!("{stopped:?}") };
        assert!(
            matches!(**cause, Error::Limit(limit) if limit.kind == LimitKind::Fuel),
            "{cause:?}"
        );
        assert!(stopped.error().to_string().contains("fuel"));
        assert_eq!(stopped.0.outcome(), Outcome::ExceededCpu);
    }
    let _ = call(&worker, "count").await.expect_ok(1);
}

#[tokio::test]
async fn a_call_to_another_worker_never_notices() {
    let quiet = Case::js("let n = 0; export default { run() { return ++n } }").worker();
    let _ = call(&quiet, ()).await.expect_ok(1);
    let _ = Case::body("while (true);")
        .limits(|limits| limits.fuel(50_000_000))
        .run()
        .await
        .expect_limit(LimitKind::Fuel);
    let _ = call(&quiet, ()).await.expect_ok(2);
}

#[tokio::test]
async fn loading_is_limited_as_a_call_is() {
    let worker = Case::js("while (true); export default { run() {} }")
        .limits(|limits| limits.fuel(20_000_000))
        .worker();
    for _ in 0..2 {
        let _ = call(&worker, ()).await.expect_limit(LimitKind::Fuel);
    }
    let error = soon(worker.prepare()).await.expect_err("no image of a loop");
    assert_eq!(error.outcome(), Outcome::ExceededCpu);
    let _ = call(&worker.fresh_per_call(), ()).await.expect_limit(LimitKind::Fuel);
}

#[tokio::test]
async fn each_call_can_be_awaited_from_another_task() {
    let worker = Case::body("return arg + 1").worker();
    let calls: Vec<_> = (0..20)
        .map(|index| {
            let entrypoint = worker.entrypoint();
            tokio::spawn(async move { run(&entrypoint, Some("run"), (index,)).await })
        })
        .collect();
    for (index, call) in calls.into_iter().enumerate() {
        let _ = soon(call).await.expect("no panic").expect_ok(index + 1);
    }
    let _ = engine();
}
