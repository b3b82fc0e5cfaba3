//! Large numbers of stubs, callbacks, workers and calls. Nothing of them is left afterwards.

use isolet::Stub;
use serde_json::{Value as Json, json};

use crate::family::{family, family_js, lone};
use crate::harness::{PATIENCE, call, fresh_engine_of, run, soon, torture};

/// Returns `count`, or a fiftieth of it in torture mode, which makes turns that much slower. The
/// release of a stub is a turn of its owner.
fn many(count: u32) -> u32 {
    if torture() { count / 50 } else { count }
}

const THINGS: &str = "
let live = 0, made = 0;
class Thing extends RpcTarget { constructor() { super(); live++; made++ } ping() { return 1 } [Symbol.dispose]() { live-- } }
export default class extends WorkerEntrypoint {
    make(count) { return Array.from({ length: count }, () => new Thing()) }
    take(things) { return things.length }
    async ping(things) { let sum = 0; for (const thing of things) sum += await thing.ping(); return sum }
    live() { return [live, made] }
};";

#[tokio::test]
async fn a_hundred_thousand_stubs_are_made_and_all_released() {
    // One worker makes the stubs and counts how many are disposed of. The other passes them back,
    // and each answer is released with the call that asked for it.
    let maker = lone(THINGS).worker();
    let holder = lone(
        "export default {
            async run(count, { MAKER }) {
                const things = await MAKER.make(count);
                return [things.length, await MAKER.take(things)] },
            async hold(count, { MAKER }) { globalThis.kept = (await MAKER.make(count)).map((it) => it.dup()) },
            drop() { for (const thing of globalThis.kept) thing[Symbol.dispose]() } }",
    )
    .env("MAKER", maker.entrypoint().stub())
    .worker();
    assert_eq!((holder.stats().await, maker.stats().await), Default::default());
    let mut peaks = Vec::new();
    for _ in 0..20 {
        let run = call(&holder, many(5000)).await.expect_ok([many(5000), many(5000)]);
        peaks.push(run.0.usage.memory_peak_bytes);
    }
    // The worker holds only the stub in its `env`.
    let (holds, made) = (soon(holder.stats()).await, soon(maker.stats()).await);
    assert_eq!((holds.imported, holds.exported, holds.calls, holds.answers), (1, 0, 0, 0));
    assert_eq!(made, isolet::WorkerStats::default());
    assert_eq!(released(&maker.entrypoint()).await, [0, many(100_000)]);
    // The memory that a tenth of them needed was enough for all.
    assert_eq!(peaks[2], peaks[19], "{peaks:?}");

    // The statistics show the stubs that are kept.
    let entrypoint = holder.entrypoint();
    let _ = run(&entrypoint, Some("hold"), (many(5000),)).await.expect_undefined();
    let kept = many(5000) as usize;
    assert_eq!(soon(holder.stats()).await.imported, kept + 1);
    assert_eq!(soon(maker.stats()).await.exported, kept);
    let _ = run(&entrypoint, Some("drop"), ()).await.expect_undefined();
    assert_eq!(soon(holder.stats()).await, holds);
    assert_eq!(soon(maker.stats()).await, made);
}

/// Waits until nothing is alive. The worker is told of each release by an event.
async fn released(entrypoint: &isolet::Entrypoint) -> [u32; 2] {
    soon(async {
        loop {
            let live: [u32; 2] = entrypoint.call("live", ()).await.expect("two numbers");
            if live[0] == 0 {
                return live;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}

#[tokio::test]
async fn stubs_that_rust_lets_go_are_released() {
    let entrypoint = lone(THINGS).worker().entrypoint();
    for _ in 0..10 {
        let stubs: Vec<Stub> = soon(entrypoint.call("make", (many(2000),))).await.expect("stubs");
        assert_eq!(
            soon(entrypoint.call::<u32>("take", (stubs,))).await.expect("a number"),
            many(2000)
        );
    }
    assert_eq!(released(&entrypoint).await, [0, many(20_000)]);
}

#[tokio::test]
async fn callbacks_are_forgotten_with_the_call_that_took_them() {
    // The table of a sandbox's offers is bounded, and would overflow if the callbacks stayed.
    let _ = family(
        "export default class extends WorkerEntrypoint { take(list) { return list.length } }",
        "const stub = child(env); let sum = 0;
         for (let round = 0; round < 60; round++) sum += await stub.take(Array.from({ length: arg }, (_, n) => () => n));
         return sum",
    )
    .limits(|limits| limits.fuel(100_000_000_000))
    .arg(many(5000))
    .run()
    .await
    .expect_ok(many(300_000));
}

#[tokio::test]
async fn more_stubs_than_a_sandbox_may_offer_are_refused_and_its_peer_goes_on() {
    // The test needs this many stubs, and each turn copies all of them.
    if torture() {
        return;
    }
    let run = family(
        "const kept = []; export default class extends WorkerEntrypoint {
            keep(list) { for (const f of list) kept.push(f.dup()); return kept.length } ok() { return 'ok' } }",
        "const stub = child(env); let error;
         try { for (let round = 0; round < 60; round++) await stub.keep(Array.from({ length: 5000 }, (_, n) => () => n)) } catch (e) { error = e.message }
         return [error, await stub.ok()]",
    )
    .limits(|limits| limits.fuel(100_000_000_000).wall(PATIENCE))
    .run()
    .await
    .json();
    assert!(run[0].as_str().is_some_and(|text| text.contains("250000")), "{run}");
    assert_eq!(run[1], "ok");
}

#[tokio::test]
async fn two_thousand_children_of_every_kind_all_answer_right() {
    // Sixteen children run at a time, each with a program of its own.
    let parent = family_js(
        "",
        "const programs = [
            (n) => `export default { run(x) { return x + ${n} } }`,
            (n) => `export default { run() { throw new RangeError('thrown ${n}') } }`,
            (n) => `export default { run() { return new Promise(() => ${n}) } }`,
            (n) => `export default { run() { let n = ${n}; for (;;) n++ } }`,
            (n) => `export default { run() { const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(${n})) } }`,
            (n) => `throw new Error('top ${n}')`,
            (n) => `export default { run() { ( } } // ${n}`,
            (n) => `import { RpcTarget } from 'cloudflare:workers'; class T extends RpcTarget { get() { return ${n} } } export default { run() { return new T() } }`,
         ];
         const expected = [
            (n, x) => x === n + n,
            (n, x) => x === 'RangeError: thrown ' + n,
            (n, x) => x.includes('the code had hung'),
            (n, x) => x.includes('exceeded the CPU limit: fuel of 20000000'),
            (n, x) => x.includes('exceeded the memory limit'),
            (n, x) => x.startsWith('Error: Failed to start Worker:\\nUncaught Error: top ' + n),
            (n, x) => x.includes('SyntaxError'),
            (n, x) => x === n,
         ];
         const one = async (env, n) => {
            const kind = n % programs.length;
            const stub = load(env, programs[kind](n), { limits: { fuel: 20_000_000, memoryBytes: 8 << 20 } }).getEntrypoint();
            let got;
            // A stub that was returned would live as long as this call.
            try { got = kind === 7 ? await stub.run(n).get() : await stub.run(n) } catch (e) { got = `${e.name}: ${e.message}` }
            return expected[kind](n, got) ? null : [n, kind, got];
         };
         export default { async run({ from, to }, env) {
            const wrong = []; let next = from;
            const lane = async () => { while (next < to) { const result = await one(env, next++); if (result) wrong.push(result) } };
            await Promise.all(Array.from({ length: 16 }, lane));
            return wrong } }",
    )
    .engine(&fresh_engine_of(100))
    .worker();
    let mut peaks = Vec::new();
    for from in (0..2000).step_by(500) {
        let run = call(&parent, json!({ "from": from, "to": from + 500 })).await;
        assert_eq!(run.json(), Json::Array(Vec::new()));
        peaks.push(run.0.usage.memory_peak_bytes);
    }
    assert_eq!(peaks[1], peaks[3], "{peaks:?}");
}

#[tokio::test]
async fn a_flood_of_calls_is_stopped_at_its_limit_and_its_target_goes_on() {
    let target = lone("let calls = 0; export default class extends WorkerEntrypoint { hit() { calls++ } calls() { return calls } }").worker();
    let flooder = lone(
        "export default { run(arg, env) { const all = []; for (;;) all.push(env.TARGET.hit()) } }",
    )
    .env("TARGET", target.entrypoint().stub())
    .limits(|limits| limits.fuel(500_000_000).memory_bytes(32 << 20))
    .worker();
    assert!(call(&flooder, ()).await.0.result.is_err());
    // Calls leave the sandbox when a turn has ended, and none has ended.
    let _ = run(&target.entrypoint(), Some("calls"), ()).await.expect_ok(0);
    let counted =
        lone("export default { async run(arg, env) { for (;;) await env.TARGET.hit() } }")
            .env("TARGET", target.entrypoint().stub())
            .limits(|limits| limits.capability_calls(100))
            .worker();
    let _ = call(&counted, ()).await.expect_limit(isolet::LimitKind::CapabilityCalls);
    let _ = run(&target.entrypoint(), Some("calls"), ()).await.expect_ok(100);
}
