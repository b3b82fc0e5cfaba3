//! Trees of workers that try to grow without end: deep ones, and ones that go on when their caller
//! is gone.

use std::time::Duration;

use isolet::{Worker, WorkerCode};
use serde_json::json;

use crate::family::{family, family_js, lone};
use crate::harness::{Case, assert_alive, call, fresh_engine_of, retry_overloaded, run, soon};

/// Waits until nothing runs in the worker's sandbox any more.
async fn at_rest(worker: &Worker) {
    soon(async {
        loop {
            let stats = worker.stats().await;
            if (stats.invocations, stats.calls) == (0, 0) {
                return;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Each hop calls the next one without waiting for it.
#[tokio::test]
async fn calls_that_call_themselves_and_return() {
    let worker = lone(
        "let hops = 0;
         export default {
             run: () => hops,
             hop(left, env, ctx) { hops++; if (left > 0) ctx.exports.default.hop(left - 1) },
         }",
    )
    .limits(|limits| limits.fuel(u64::MAX >> 1).wall(Duration::from_mins(10)))
    .worker();
    let _ = run(&worker.entrypoint(), Some("hop"), (100,)).await.expect_undefined();
    at_rest(&worker).await;
    let _ = call(&worker, ()).await.expect_ok(101);
    let _ = run(&worker.entrypoint(), Some("hop"), (60_000,)).await.expect_undefined();
    at_rest(&worker).await;
    let _ = call(&worker, ()).await.expect_ok(101 + 1_001);
    assert_alive().await;
}

/// Each hop waits for the next one.
#[tokio::test]
async fn calls_that_call_themselves_and_wait() {
    let worker = lone(
        "export default {
             async run(left, env, ctx) { return left && 1 + await ctx.exports.default.run(left - 1) },
         }",
    )
    .worker();
    let _ = call(&worker, 100).await.expect_ok(100);
    let _ = call(&worker, 1_100).await.expect_exception("Error", "too deep");
    let _ = call(&worker, 100).await.expect_ok(100);
}

/// A tail that calls the worker whose tail it is. It ends with the call that it belongs to, and so
/// do the sandboxes. Otherwise there would be no room for another worker.
#[tokio::test]
async fn a_tail_that_makes_work_for_itself() {
    let engine = fresh_engine_of(2);
    let worker = family_js(
        "export default { run: () => 1 }",
        "let watched;
         export class Tail extends WorkerEntrypoint { tail() { watched.run() } }
         export default { async run(arg, env, ctx) {
             watched = (await child(env, { tails: [ctx.exports.Tail] })).dup();
             return watched.run();
         } }",
    )
    .engine(&engine)
    .limits(|limits| limits.fuel(50_000_000))
    .worker();
    let _ = call(&worker, ()).await.expect_ok(1);
    drop(worker);
    let other = family("export default { run: () => 2 }", "return child(env).run()");
    let _ = retry_overloaded(&other.engine(&engine).worker()).await.expect_ok(2);
}

/// The caller pays for tails, as for everything else.
#[tokio::test]
async fn a_tail_in_the_callers_sandbox_uses_the_callers_fuel() {
    let tree = |fuel: u64| {
        family_js(
            "export default { run: () => 1 }",
            "let spun = 0;
             const spin = () => { for (let n = 0; n < 1_000_000; n++); spun++ };
             export class Tail extends WorkerEntrypoint { tail() { spin() } }
             export default {
                 async run(arg, env, ctx) {
                     spin();
                     await child(env, { tails: [ctx.exports.Tail] }).run();
                 },
                 spun: () => spun,
             }",
        )
        .limits(|limits| limits.fuel(fuel))
        .worker()
    };
    let spin = call(&tree(u64::MAX >> 1), ()).await.expect_undefined().fuel();
    // A turn that is stopped ends its sandbox and loses its count.
    for (fuel, spun) in [(3 * spin, 2), (3 * spin / 2, 0)] {
        let worker = tree(fuel);
        let _ = call(&worker, ()).await.expect_undefined();
        at_rest(&worker).await;
        let _ = run(&worker.entrypoint(), Some("spun"), ((),)).await.expect_ok(spun);
    }
}

/// The tail of each worker is an entrypoint of the previous worker.
#[tokio::test]
async fn a_long_chain_of_workers_that_hold_one_another() {
    let load = |code| crate::harness::engine().loader().load(code).expect("a worker");
    let code = || WorkerCode::module("main.js", "export default {}");
    let mut last = load(code());
    for _ in 0..20_000 {
        last = load(code().tail(last.entrypoint().stub()));
    }
    drop(last);
    assert_alive().await;
}

/// Each call runs in a fresh sandbox, within the previous call.
#[tokio::test]
async fn fresh_sandboxes_that_call_one_another() {
    let engine = fresh_engine_of(400);
    let worker = lone(
        "export default class extends WorkerEntrypoint {
             async down(stub) { return stub.down(stub) }
             run() { return 'fine' }
         }",
    )
    .engine(&engine)
    .fresh()
    .worker();
    let entrypoint = worker.entrypoint();
    let result = soon(entrypoint.call::<isolet::Value>("down", (entrypoint.stub(),))).await;
    assert!(result.is_err());
    let _ = soon(async {
        loop {
            let run = call(&worker, ()).await;
            if run.0.result.is_ok() {
                return run;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect_ok("fine");
}

#[tokio::test]
async fn workers_that_load_workers_that_load_workers() {
    let source = "export default { async run(left, env) {
        if (left === 0) return 0;
        const code = env.CODE;
        const child = env.LOADER.load({ mainModule: 'm.js', modules: { 'm.js': code }, env: { CODE: code, LOADER: env.LOADER } });
        return 1 + await child.getEntrypoint().run(left - 1) } }";
    let engine = fresh_engine_of(400);
    let worker = Case::js(source)
        .engine(&engine)
        .code(|code| code.loader("LOADER").env_value("CODE", source))
        .worker();
    let _ = call(&worker, 50).await.expect_ok(50);
    let run = call(&worker, 300).await;
    let _ = run.expect_exception("Error", "too deep");
    let _ = call(&worker, json!(2)).await.expect_ok(2);
}
