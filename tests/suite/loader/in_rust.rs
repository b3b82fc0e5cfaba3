//! The loader's API for embedders: `load`, `get`, `keep`, `evict` and `stats`.

use std::sync::atomic::{AtomicU32, Ordering};

use isolet::{Error, LimitKind, Limits, Loader, LoaderConfig, Module, Value, WorkerCode};
use serde_json::json;

use crate::family::lone;
use crate::harness::{Case, call, engine, run, soon};

const COUNTER: &str = "let n = 0; export default { run() { return ++n } }";

fn counter() -> WorkerCode {
    WorkerCode::module("m.js", COUNTER)
}

/// Returns the next number of the worker with that id.
async fn next(loader: &Loader, id: &str) -> u32 {
    let worker = soon(loader.get(id, async || Ok(counter()))).await.expect("a worker");
    soon(worker.entrypoint().call("run", ())).await.expect("a number")
}

#[tokio::test]
async fn load_is_a_new_worker_and_get_the_one_of_its_id() {
    let loader = engine().loader();
    for _ in 0..2 {
        let worker = loader.load(counter()).expect("a worker");
        let _ = call(&worker, ()).await.expect_ok(1);
    }
    assert_eq!(
        (next(&loader, "a").await, next(&loader, "a").await, next(&loader, "b").await),
        (1, 2, 1)
    );
    let stats = loader.stats();
    assert_eq!((stats.hits, stats.misses, stats.workers, stats.failures), (1, 2, 2, 0));
    assert_eq!(stats.bytes % 2, 0);
    assert!(stats.bytes >= 2 * COUNTER.len() as u64 && stats.bytes < 2 * COUNTER.len() as u64 + 40);
}

#[tokio::test]
async fn a_clone_is_the_same_loader_and_another_is_not() {
    let loader = engine().loader();
    assert_eq!(next(&loader, "a").await, 1);
    assert_eq!(next(&loader.clone(), "a").await, 2);
    assert_eq!(next(&engine().loader(), "a").await, 1);
}

#[tokio::test]
async fn however_many_ask_one_load_is_made() {
    let loader = engine().loader();
    let loads = std::sync::Arc::new(AtomicU32::new(0));
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let asking: Vec<_> = (0..20)
        .map(|_| {
            let (loader, loads, gate) = (loader.clone(), loads.clone(), gate.clone());
            tokio::spawn(async move {
                let load = || async move {
                    loads.fetch_add(1, Ordering::SeqCst);
                    gate.acquire().await.expect("open").forget();
                    Ok(counter())
                };
                loader.get("a", load).await.expect("a worker")
            })
        })
        .collect();
    while loader.stats().hits < 19 {
        tokio::task::yield_now().await;
    }
    gate.add_permits(1);
    let mut numbers = Vec::new();
    for asked in asking {
        let worker = soon(asked).await.expect("no panic");
        numbers.push(soon(worker.entrypoint().call::<u32>("run", ())).await.expect("a number"));
    }
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    assert_eq!(loads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_load_that_is_dropped_is_taken_over() {
    let loader = engine().loader();
    let never = loader.get("a", async || std::future::pending().await);
    let mut never = Box::pin(never);
    // The load has begun and is then dropped.
    tokio::select! { biased; _ = &mut never => unreachable!(), () = tokio::task::yield_now() => {} }
    drop(never);
    assert_eq!(next(&loader, "a").await, 1);
}

#[tokio::test]
async fn what_fails_is_not_kept() {
    let loader = engine().loader();
    let refused = soon(loader.get("a", async || Err(Error::Cancelled))).await;
    assert!(matches!(refused, Err(Error::Cancelled)));
    let invalid = soon(loader.get("a", async || Ok(WorkerCode::module("m.wat", "")))).await;
    assert!(matches!(invalid, Err(Error::InvalidCode(_))));
    assert_eq!(next(&loader, "a").await, 1);
    let stats = loader.stats();
    assert_eq!((stats.failures, stats.misses, stats.workers), (2, 3, 1));
}

#[tokio::test]
async fn a_worker_that_does_not_start_is_not_kept() {
    let loader = engine().loader();
    for source in ["throw new Error('top')", "let = =", "import './none.js'"] {
        let worker = soon(loader.get("a", async || Ok(WorkerCode::module("m.js", source))))
            .await
            .expect("a worker");
        assert!(call(&worker, ()).await.0.result.is_err());
    }
    assert_eq!((next(&loader, "a").await, next(&loader, "a").await), (1, 2));
    // The same holds for the app image that fresh calls start from.
    let worker = soon(loader.get("b", async || Ok(WorkerCode::module("m.js", "throw 1"))))
        .await
        .expect("a worker");
    assert!(soon(worker.fresh_per_call().prepare()).await.is_err());
    assert_eq!(next(&loader, "b").await, 1);
    assert_eq!(loader.stats().failures, 4);
}

#[tokio::test]
async fn what_a_worker_does_later_does_not_make_it_go() {
    let loader = engine().loader();
    let throws = || async {
        Ok(WorkerCode::module(
            "m.js",
            "let n = 0; export default { run() { if (++n === 1) throw new Error('once'); return n } }",
        ))
    };
    let worker = soon(loader.get("a", throws)).await.expect("a worker");
    let _ = call(&worker, ()).await.expect_exception("Error", "once");
    assert_eq!(next(&loader, "a").await, 2);
}

#[tokio::test]
async fn the_least_recently_used_goes_first_by_count() {
    let loader = engine().loader_with(LoaderConfig::new().max_workers(2));
    for id in ["a", "b", "a", "c"] {
        let _ = next(&loader, id).await;
    }
    // `b` is the least recently used.
    assert_eq!(next(&loader, "a").await, 3);
    assert_eq!(next(&loader, "b").await, 1);
    assert_eq!(next(&loader, "c").await, 1);
    let stats = loader.stats();
    assert_eq!((stats.workers, stats.evictions), (2, 3));
}

#[tokio::test]
async fn the_least_recently_used_goes_first_by_bytes() {
    let of = |bytes: usize| async move {
        Ok(counter().add("data", Module::Data(vec![0; bytes].into())))
    };
    let loader = engine().loader_with(LoaderConfig::new().max_bytes(10_000));
    for id in ["a", "b", "c"] {
        soon(loader.get(id, || of(3000))).await.expect("a worker");
    }
    assert_eq!((loader.stats().workers, loader.stats().evictions), (3, 0));
    soon(loader.get("d", || of(6000))).await.expect("a worker");
    let stats = loader.stats();
    assert_eq!((stats.workers, stats.evictions), (2, 2));
    assert!((9000..10_000).contains(&stats.bytes), "{stats:?}");
    // A worker that is larger than the whole cache is served but not kept.
    let worker = soon(loader.get("e", || of(20_000))).await.expect("a worker");
    let _ = call(&worker, ()).await.expect_ok(1);
    assert_eq!((loader.stats().workers, loader.stats().bytes), (0, 0));
}

#[tokio::test]
async fn evicting_forgets_and_takes_nothing_from_those_who_have_it() {
    let loader = engine().loader();
    let worker = soon(loader.get("a", async || Ok(counter()))).await.expect("a worker");
    let _ = call(&worker, ()).await.expect_ok(1);
    assert!(loader.evict("a"));
    assert!(!loader.evict("a") && !loader.evict("never"));
    assert_eq!((loader.stats().workers, loader.stats().bytes), (0, 0));
    assert_eq!(next(&loader, "a").await, 1);
    let _ = call(&worker, ()).await.expect_ok(2);
}

#[tokio::test]
async fn a_load_that_was_evicted_on_its_way_is_not_kept() {
    let loader = engine().loader();
    let gate = tokio::sync::Semaphore::new(0);
    let loading = loader.get("a", async || {
        let _ = gate.acquire().await;
        Ok(counter())
    });
    let mut loading = Box::pin(loading);
    tokio::select! { biased; _ = &mut loading => unreachable!(), () = tokio::task::yield_now() => {} }
    assert!(loader.evict("a"));
    gate.add_permits(1);
    let worker = soon(loading).await.expect("a worker");
    let _ = call(&worker, ()).await.expect_ok(1);
    assert_eq!(next(&loader, "a").await, 1);
}

#[tokio::test]
async fn code_and_env_have_the_peers_sizes_in_rust_too() {
    let loader = engine().loader();
    let of = |bytes: usize| {
        loader.load(counter().add("data", Module::Data(vec![0; bytes - COUNTER.len()].into())))
    };
    assert!(of(64 << 20).is_ok());
    assert!(of((64 << 20) + 1).expect_err("too large").to_string().contains(
        "Dynamic Worker code size (67108865 bytes) exceeds the maximum allowed size of 67108864 bytes."
    ));
    let of = |bytes: usize| loader.load(counter().env_value("text", &"x".repeat(bytes)));
    assert!(of((1 << 20) - 100).is_ok());
    let error = of(1 << 20).expect_err("too large").to_string();
    assert!(
        error.contains("Dynamic Worker env size (10485")
            && error.contains(" bytes) exceeds the maximum allowed size of 1048576 bytes."),
        "{error}"
    );
}

#[tokio::test]
async fn of_a_workers_limits_and_an_entrypoints_the_lower_holds() {
    for (workers, entrypoints) in [(100_000_000, 200_000_000), (200_000_000, 100_000_000)] {
        let code = WorkerCode::module("m.js", "export default { run() { for (;;); } }")
            .limits(Limits::default().fuel(workers));
        let worker = engine().loader().load(code).expect("a worker");
        let entrypoint = worker.entrypoint().lower_limits(&Limits::default().fuel(entrypoints));
        let limit = run(&entrypoint, Some("run"), ()).await.expect_limit(LimitKind::Fuel);
        assert_eq!(limit.limit, 100_000_000);
    }
}

#[tokio::test]
async fn a_cached_worker_can_serve_each_call_in_a_sandbox_of_its_own() {
    let loader = engine().loader();
    let code = || async {
        Ok(WorkerCode::module(
            "m.js",
            "let n = 0; globalThis.seen = []; export default { run(x) { seen.push(x); return [++n, seen] } }",
        ))
    };
    for request in 0..3 {
        let worker = soon(loader.get("a", code)).await.expect("a worker").fresh_per_call();
        let _ = call(&worker, request).await.expect_ok(json!([1, [request]]));
    }
    // The warm sandbox of the worker is a separate one.
    let worker = soon(loader.get("a", code)).await.expect("a worker");
    let _ = call(&worker, 9).await.expect_ok(json!([1, [9]]));
    let _ = call(&worker, 9).await.expect_ok(json!([2, [9, 9]]));
    assert_eq!((loader.stats().hits, loader.stats().misses), (3, 1));
}

#[tokio::test]
async fn fresh_calls_of_a_worker_that_uses_stubs_share_no_state() {
    let room = lone("let n = 0; export default class extends WorkerEntrypoint { post(text, cb) { return cb(`${++n}:${text}`) } }").worker();
    let worker = Case::js(
        "import { RpcTarget } from 'cloudflare:workers'; let calls = 0, kept;
         export class Own extends RpcTarget {}
         export default { async run(text, env, ctx) {
            calls++; const had = kept !== undefined; kept = env.ROOM.dup();
            const child = env.LOADER.load({ mainModule: 'm.js', modules: { 'm.js': 'export default { f(n) { return n * 2 } }' } });
            const same = env.LOADER.get('id', () => ({ mainModule: 'm.js', modules: { 'm.js': 'let n = 0; export default { f() { return ++n } }' } }));
            return [calls, had, await kept.post(text, (t) => t.toUpperCase()), await child.getEntrypoint().f(21),
                await same.getEntrypoint().f(), env.data[1]] } }",
    )
    .env("ROOM", room.entrypoint().stub())
    .env("data", isolet::Binding::Value(map()))
    .code(|code| code.loader("LOADER"))
    .fresh()
    .worker();
    assert!(soon(worker.prepare()).await.expect("an image"));
    for n in 1..=3 {
        let _ =
            call(&worker, "x").await.expect_ok(json!([1, false, format!("{n}:X"), 42, 1, "one"]));
    }
}

fn map() -> Value {
    Value::from_serialize(&std::collections::BTreeMap::from([(1, "one")])).expect("a map")
}

#[test]
fn a_digest_changes_with_what_the_worker_is() {
    let code = || WorkerCode::module("m.js", "export default {}");
    assert_eq!(code().digest(), code().digest());
    assert_eq!(code().digest().len(), 64);
    let others = [
        WorkerCode::module("m.js", "export default { }").digest(),
        WorkerCode::module("n.js", "export default {}").digest(),
        code().file("a.txt", "").digest(),
        code().env_value("a", &1).digest(),
        code().env_value("a", &2).digest(),
        code().loader("LOADER").digest(),
        code().limits(Limits::default().fuel(1)).digest(),
        code().seed(1).digest(),
        code().dynamic_code(false).digest(),
    ];
    let all: std::collections::BTreeSet<_> = others.into_iter().chain([code().digest()]).collect();
    assert_eq!(all.len(), 10);
}
