//! `onRpcBroken` reports that the target of a stub is lost.

use std::time::Duration;

use isolet::{LimitKind, Stub, Worker, capability};
use serde_json::json;

use crate::family::{family, family_js, lone};
use crate::harness::{Case, call, soon};

/// Can be called, and can end in several ways.
const MORTAL: &str = "
    import { abortIsolate } from 'cloudflare:workers';
    let calls = 0;
    export class Other extends WorkerEntrypoint { ok() { return 'other' } end() { abortIsolate('enough') } }
    export default class extends WorkerEntrypoint {
        up() { return ++calls } other() { return this.ctx.exports.Other }
        loop() { for (;;); } fill() { const all = []; for (;;) all.push(new Uint8Array(1 << 16)) }
        end() { abortIsolate('enough') } target() { return new (class extends RpcTarget { ok() { return 'ok' } }) }
    };";

struct Host;

#[capability]
impl Host {}

/// Creates a worker that is told when the target of the stub in its `env` ends.
fn watcher(stub: Stub) -> Worker {
    lone(
        "export default { async run(method, { OTHER }) {
            const broken = new Promise((resolve) => OTHER.onRpcBroken(resolve));
            let thrown; try { await OTHER[method]() } catch (error) { thrown = error }
            return [(await broken).message, thrown instanceof Error] } }",
    )
    .env("OTHER", stub)
    .worker()
}

#[tokio::test]
async fn an_entrypoint_tells_what_has_stopped_its_sandbox() {
    let run = family(
        MORTAL,
        "const told = async (method, source) => {
            const stub = load(env, source, { limits: { fuel: 100_000_000, memoryBytes: 16 << 20 } }).getEntrypoint();
            const errors = [], broken = new Promise((resolve) => stub.onRpcBroken((error) => { errors.push(error.message); resolve() }));
            try { await stub[method]() } catch {}
            await broken;
            return errors;
         };
         return [await told('loop'), await told('fill'), await told('end'), await told('up', \"throw new Error('no')\")]",
    )
    .run()
    .await
    .json();
    for (index, text) in [
        "the sandbox was stopped: exceeded the CPU limit: ",
        "the sandbox was stopped: exceeded the memory limit: ",
        "the sandbox was stopped: the worker has aborted its isolate: enough",
        "Failed to start Worker:\nUncaught Error: no\n",
    ]
    .iter()
    .enumerate()
    {
        let told = run[index].as_array().expect("a list");
        assert_eq!(told.len(), 1, "{run}");
        assert!(told[0].as_str().is_some_and(|told| told.starts_with(text)), "{run}");
    }
}

#[tokio::test]
async fn each_callback_is_told_of_one_end_and_the_worker_goes_on() {
    let _ = family(
        MORTAL,
        "const stub = child(env), told = [];
         const watch = (name) => new Promise((resolve) => stub.onRpcBroken(() => { told.push(name); resolve() }));
         const seen = [await stub.up(), await stub.up()];
         const first = [watch('a'), watch('b')];
         await caught(() => stub.end()); await Promise.all(first);
         // None of them is there for the next sandbox, but for those that ask now.
         const second = watch('c');
         seen.push(await stub.up(), told.join());
         await caught(() => stub.end()); await second;
         seen.push(await stub.up(), told.join());
         return seen",
    )
    .run()
    .await
    .expect_ok(json!([1, 2, 1, "a,b", 1, "a,b,c"]));
}

#[tokio::test]
async fn all_stubs_of_a_worker_are_told() {
    let _ = family(
        MORTAL,
        "const worker = load(env), stub = worker.getEntrypoint();
         const stubs = [stub, stub.dup(), worker.getEntrypoint('Other'), worker.getEntrypoint(null, { props: { n: 1 } }), await stub.other(), await stub.target()];
         const broken = stubs.map((stub) => new Promise((resolve) => stub.onRpcBroken((error) => resolve(error.message))));
         await caught(() => stub.end());
         return [...new Set(await Promise.all(broken))]",
    )
    .run()
    .await
    .expect_ok(["the sandbox was stopped: the worker has aborted its isolate: enough"]);
}

#[tokio::test]
async fn stubs_of_others_tell_too() {
    let told = json!(["the sandbox was stopped: the worker has aborted its isolate: enough", true]);
    // Rust has made this stub, of a worker that has no sandbox yet.
    let other = lone(MORTAL).worker();
    let _ = call(&watcher(other.entrypoint().stub()), "end").await.expect_ok(&told);
    // The worker has made this stub of its own and given it away.
    let other = lone(MORTAL).worker();
    let own: Stub = soon(other.entrypoint().call("other", ())).await.expect("a stub");
    let _ = call(&watcher(own), "end").await.expect_ok(&told);
}

/// The error is clipped, however large it is and whatever it holds.
#[tokio::test]
async fn what_does_not_load_is_told_in_short() {
    let other =
        lone("throw Object.assign(new RangeError('x'.repeat(100_000)), { back: () => {} })")
            .worker();
    let told = call(&watcher(other.entrypoint().stub()), "up").await.json();
    assert_eq!(told, json!(["x".repeat(4096), true]));
}

#[tokio::test]
async fn an_entrypoint_is_broken_when_the_one_that_loaded_it_has_ended() {
    // This holds whether the child has a sandbox or not.
    for method in ["up", "toString"] {
        let parent = family_js(
            MORTAL,
            "import { abortIsolate } from 'cloudflare:workers';
             export default { async give(method, env) { const stub = child(env); await caught(() => stub[method]()); return { stub, end: () => abortIsolate() } } }",
        )
        .worker();
        let both: std::collections::BTreeMap<String, Stub> =
            soon(parent.entrypoint().call("give", (method,))).await.expect("stubs");
        let watcher = lone(
            "export default { async run(arg, env) {
                const broken = new Promise((resolve) => env.STUB.onRpcBroken(resolve));
                await env.END().catch(() => {});
                return (await broken).message } }",
        );
        let _ = watcher
            .env("STUB", both["stub"].clone())
            .env("END", both["end"].clone())
            .run()
            .await
            .expect_ok(
                "the sandbox was stopped: the worker has ended, because the one that loaded it has",
            );
    }
}

/// Creates a call that only waits for the end of the stub's target.
fn waits(stub: &str) -> Case {
    let body = format!(
        "const stub = {stub};
         stub.onRpcBroken(() => console.log('told')); await new Promise(() => {{}})"
    );
    family(MORTAL, &body)
}

#[tokio::test]
async fn to_wait_for_what_may_come_is_not_to_hang() {
    for stub in ["child(env)", "await child(env).target()"] {
        // A global holds the stub, because a call that has hung may hold nothing any more.
        let case = waits(&format!("globalThis.kept = {stub}"))
            .limits(|limits| limits.wall(Duration::from_millis(100)));
        let run = case.run().await;
        assert!(run.logs().is_empty());
        let _ = run.expect_limit(LimitKind::Wall);
    }
}

#[tokio::test]
async fn to_wait_for_what_cannot_come_is() {
    let fresh = lone("export default {}").worker().fresh_per_call();
    for stub in [
        // The target ends with this sandbox.
        "new RpcStub(() => {})",
        "ctx.exports.default",
        // Each call has a sandbox of its own.
        "env.FRESH",
        // A capability of the host does not end.
        "env.HOST",
    ] {
        let case = waits(stub).env("FRESH", fresh.entrypoint().stub()).env("HOST", Stub::new(Host));
        let run = case.run().await;
        let error = run.error().to_string();
        assert!(error.contains("the code had hung"), "{stub}: {error}");
        assert!(run.logs().is_empty());
    }
}

#[tokio::test]
async fn a_sandbox_that_nobody_needs_any_more_is_not_broken() {
    for (stub, method) in [("child(env)", "up"), ("await child(env).target()", "ok")] {
        let body = format!(
            "const stub = {stub}; await stub.{method}();
             stub.onRpcBroken(() => console.log('told')); stub[Symbol.dispose]();
             await new Promise(() => {{}})"
        );
        let run = family(MORTAL, &body).run().await;
        let error = run.error().to_string();
        assert!(error.contains("the code had hung"), "{stub}: {error}");
        assert!(run.logs().is_empty());
    }
}

#[tokio::test]
async fn who_waits_keeps_nothing() {
    let worker = family(
        "let disposed = 0; class Thing extends RpcTarget { ok() { return 1 } [Symbol.dispose]() { disposed++ } }
         export default class extends WorkerEntrypoint { make() { return new Thing() } disposed() { return disposed } }",
        "const stub = child(env), thing = await stub.make(), sum = await thing.ok();
         thing.onRpcBroken(() => console.log('told')); stub.onRpcBroken(() => console.log('told'));
         thing[Symbol.dispose]();
         return [sum, await stub.disposed()]",
    )
    .worker();
    let _ = call(&worker, ()).await.expect_ok([1, 1]).expect_logs(&[]);
    // The callback does not keep its own sandbox busy either, when the call is over.
    assert_eq!(worker.stats().await.calls, 0);
}
