//! A worker that ends its own sandbox.

use isolet::{Error, Outcome};
use serde_json::json;

use crate::family::{family, lone};
use crate::harness::{Case, call, engine, run, soon};

const SELF_ENDING: &str = "
    import { abortIsolate } from 'cloudflare:workers';
    let count = 0;
    export default class extends WorkerEntrypoint {
        ping() { return ++count }
        crash(reason) { try { abortIsolate(reason) } finally { count = 100; for (;;); } }
        async later() { await null; abortIsolate('later') }
        hang() { return new Promise((done) => setTimeout(done, 1e9)) }
        call(f) { f(); abortIsolate() }
    };";

#[tokio::test]
async fn the_call_ends_with_the_reason_and_nothing_runs_after_it() {
    let worker = lone(SELF_ENDING).worker();
    let entrypoint = worker.entrypoint();
    let report = run(&entrypoint, Some("crash"), ("broken",)).await;
    let Error::Aborted(aborted) = report.error() else { panic!("{report:?}") };
    assert_eq!(aborted.reason.as_deref(), Some("broken"));
    assert_eq!(report.error().to_string(), "the worker has aborted its isolate: broken");
    let report = report.expect_outcome(Outcome::Aborted);
    assert!(report.fuel() < 50_000_000);

    let report = run(&entrypoint, Some("crash"), ()).await;
    assert_eq!(report.error().to_string(), "the worker has aborted its isolate");
    let report = run(&entrypoint, Some("later"), ()).await;
    assert_eq!(report.error().to_string(), "the worker has aborted its isolate: later");
    // A long reason is clipped.
    let report = run(&entrypoint, Some("crash"), ("ü".repeat(100_000),)).await;
    assert!(report.error().to_string().len() < 5_000);
}

#[tokio::test]
async fn the_next_call_finds_a_new_sandbox() {
    let worker = lone(SELF_ENDING).worker();
    let entrypoint = worker.entrypoint();
    for _ in 0..2 {
        for count in 1..=3 {
            let _ = run(&entrypoint, Some("ping"), ()).await.expect_ok(count);
        }
        let _ = run(&entrypoint, Some("crash"), ()).await.expect_outcome(Outcome::Aborted);
    }
}

#[tokio::test]
async fn all_that_it_was_doing_ends_with_it() {
    let worker = lone(SELF_ENDING).worker();
    let entrypoint = worker.entrypoint();
    let _ = run(&entrypoint, Some("ping"), ()).await;
    let (hanging, ended) = tokio::join!(
        soon(entrypoint.call::<()>("hang", ())),
        soon(entrypoint.call::<()>("crash", ("now",)))
    );
    let Err(Error::Stopped(cause)) = hanging else { panic!("{hanging:?}") };
    assert!(matches!(*cause, Error::Aborted(_)), "{cause:?}");
    assert!(matches!(ended, Err(Error::Aborted(_))), "{ended:?}");
}

#[tokio::test]
async fn what_the_turn_had_asked_for_does_not_leave() {
    let _ = family(
        SELF_ENDING,
        "let called = 0; const stub = child(env);
         const ended = await caught(() => stub.call(() => { called++ }));
         await stub.ping();
         return [ended, called]",
    )
    .run()
    .await
    .expect_ok(json!([["Error", "the worker has aborted its isolate"], 0]));
}

#[tokio::test]
async fn a_named_id_loads_afresh() {
    let _ = family(
        SELF_ENDING,
        "let loads = 0;
         const get = () => env.LOADER.get('it', () => {
            loads++;
            return { mainModule: 'm.js', modules: { 'm.js': CHILD } };
         }).getEntrypoint();
         const before = [await get().ping(), await get().ping(), loads];
         const ended = await caught(() => get().crash('it was time'));
         return [before, ended, await get().ping(), await get().ping(), loads]",
    )
    .run()
    .await
    .expect_ok(json!([
        [1, 2, 1],
        ["Error", "the worker has aborted its isolate: it was time"],
        1,
        2,
        2
    ]));
}

#[tokio::test]
async fn a_worker_that_rust_keeps_is_loaded_afresh_too() {
    let loader = engine().loader();
    let mut loads = 0;
    for round in 1..=2 {
        for _ in 0..2 {
            let worker = loader
                .get("it", || {
                    loads += 1;
                    let code = "import { abortIsolate } from 'isolet:workers';
                        export default { run() { return 'ok' }, crash() { abortIsolate('x') } }";
                    std::future::ready(Ok(isolet::WorkerCode::module("m.js", code)))
                })
                .await
                .expect("a worker");
            let _ = call(&worker, ()).await.expect_ok("ok");
        }
        assert_eq!(loads, round);
        let kept = loader.get("it", std::future::pending).await.expect("a worker");
        let _ = run(&kept.entrypoint(), Some("crash"), ()).await.expect_outcome(Outcome::Aborted);
    }
    let stats = loader.stats();
    assert_eq!((stats.misses, stats.failures, stats.evictions), (2, 0, 0));
}

#[tokio::test]
async fn one_that_aborts_while_it_loads_has_not_started() {
    let report = Case::js(
        "import { abortIsolate } from 'cloudflare:workers'; abortIsolate('at once');
         export default { run() {} }",
    )
    .run()
    .await;
    assert_eq!(report.error().to_string(), "the worker has aborted its isolate: at once");
}

#[tokio::test]
async fn a_fresh_sandbox_ends_alone() {
    let worker = Case::js(
        "import { abortIsolate } from 'cloudflare:workers';
         export default { run(arg) { if (arg) abortIsolate(arg); return 'fine' } }",
    )
    .fresh()
    .worker();
    let (ended, fine) = tokio::join!(call(&worker, "now"), call(&worker, ()));
    let _ = (ended.expect_outcome(Outcome::Aborted), fine.expect_ok("fine"));
}
