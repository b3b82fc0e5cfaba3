//! Limits of a tree of sandboxes, and of an engine; rights that belong to their holder.

use isolet::{Engine, Error, LimitKind, Outcome, Overload};
use serde_json::json;

use crate::family::{family, family_js};
use crate::harness::{Case, call, config, fresh_engine_of, run, soon};

/// Takes memory, makes calls or writes lines, as many as it is told.
const CHILD: &str = "let kept;
    export class Own extends WorkerEntrypoint { nothing() {} }
    export default class extends WorkerEntrypoint {
        take(mib) { kept = new Uint8Array(mib << 20).fill(1); return mib }
        async calls(n) { for (let i = 0; i < n; i++) await this.ctx.exports.Own.nothing(); return n }
        logs(n) { for (let i = 0; i < n; i++) console.log('x'.repeat(1000)); return n }
    };";

#[tokio::test]
async fn memory_of_a_tree() {
    let parent = |mib: u64| {
        family(
            CHILD,
            "const children = Array.from({ length: arg }, () => child(env));
             const taken = await Promise.allSettled(children.map((it) => it.take(20)));
             return [taken.filter((it) => it.value === 20).length, taken.find((it) => it.reason)?.reason.message ?? '']",
        )
        .limits(|limits| limits.tree_memory_bytes(mib << 20))
    };
    let _ = parent(200).arg(5).run().await.expect_ok(json!([5, ""]));
    let refused = parent(100).arg(10).run().await.json();
    assert!((1..5).contains(&refused[0].as_u64().expect("a number")), "{refused}");
    assert!(refused[1].as_str().expect("text").contains("sandbox and all below it"), "{refused}");
}

#[tokio::test]
async fn living_sandboxes_of_a_tree() {
    let parent = || {
        family(
            "export default { stay: () => new Promise((r) => setTimeout(r, 1e6)), f: () => 1 }",
            "const stay = Array.from({ length: arg }, () => child(env).stay().catch((e) => e.message));
             const first = await Promise.race([...stay, new Promise((r) => setTimeout(r, 20))]);
             return first ?? child(env).f()",
        )
        .limits(|limits| limits.sandboxes(10))
    };
    let _ = parent().arg(8).run().await.expect_ok(1);
    let refused = parent().arg(12).run().await.json();
    assert!(refused.as_str().expect("text").contains("living sandboxes"), "{refused}");
}

/// A child may be given less than its parent has.
#[tokio::test]
async fn a_child_has_limits_of_its_tree() {
    let parent = |limits: &str| {
        family(
            "export default { async run(_, env) {
                 const load = () => env.LOADER.load({ mainModule: 'm.js', modules: { 'm.js': 'let kept; export default { f() { kept = new Uint8Array(8 << 20).fill(1); return 1 } }' } }).getEntrypoint();
                 return await load().f() + await load().f();
             } }",
            &format!("return child(env, {{ env: {{ LOADER: env.LOADER }}, limits: {limits} }}).run().catch((e) => e.message)"),
        )
    };
    let _ = parent("{ sandboxes: 3, treeMemoryBytes: 64 << 20 }").run().await.expect_ok(2);
    let few = parent("{ sandboxes: 1 }").run().await.json().to_string();
    assert!(few.contains("living sandboxes"), "{few}");
    let little = parent("{ treeMemoryBytes: 4 << 20 }").run().await.json().to_string();
    assert!(little.contains("sandbox and all below it"), "{little}");
}

#[tokio::test]
async fn a_child_leaves_sandboxes_to_its_neighbours() {
    let greedy = "export default { async run(n, env) {
        const stay = 'export default { f: () => new Promise((r) => setTimeout(r, 1e6)) }';
        for (let i = 0; i < n; i++) env.LOADER.load({ mainModule: 'm.js', modules: { 'm.js': stay } }).getEntrypoint().f().catch(() => 0);
        await new Promise((r) => setTimeout(r, 1e6));
    } }";
    let run = family(
        greedy,
        "child(env, { env: { LOADER: env.LOADER } }).run(100).catch(() => 0);
         await new Promise((r) => setTimeout(r, 50));
         return load(env, \"export default { f: () => 'fine' }\").getEntrypoint().f()",
    )
    .limits(|limits| limits.sandboxes(70))
    .run()
    .await;
    let _ = run.expect_ok("fine");
}

#[tokio::test]
async fn capability_calls_of_a_tree() {
    let parent = |calls: u64| {
        family(CHILD, "let sum = 0; for (let i = 0; i < 3; i++) sum += await child(env).calls(arg); return sum")
            .limits(|limits| limits.capability_calls(calls))
    };
    let _ = parent(60).arg(10).run().await.expect_ok(30);
    let refused = parent(40).arg(20).run().await;
    let refused = refused.expect_outcome(Outcome::Exception);
    assert!(refused.exception().message.contains("capability calls"), "{refused:?}");
}

#[tokio::test]
async fn logs_of_a_tree() {
    let parent = |bytes: u64| {
        family(CHILD, "for (let i = 0; i < 20; i++) await child(env).logs(arg); return 'told'")
            .limits(|limits| limits.log_bytes(bytes))
    };
    let _ = parent(20_000).arg(10).run().await.expect_ok("told");
    let refused = parent(12_000).arg(11).run().await;
    assert!(refused.exception().message.contains("log limit"), "{refused:?}");
}

#[tokio::test]
async fn transpilation_of_a_tree() {
    let parent = |fuel: u64| {
        family_js(
            "",
            "const types = 'type T<A> = { a: A[], b?: (x: string) => void };\\n'.repeat(4000);
             export default { async run(count, env) {
                 const said = new Set();
                 for (let i = 0; i < count; i++) {
                     const worker = env.LOADER.load({ mainModule: 'm.ts', modules: { 'm.ts': types + 'export default { f: () => 1 }' } });
                     said.add(await worker.getEntrypoint().f().catch((e) => /limit/.test(e.message)));
                 }
                 return [...said];
             } }",
        )
        .limits(|limits| limits.fuel(fuel))
    };
    let _ = parent(i64::MAX as u64).arg(8).run().await.expect_ok([1]);
    let refused = parent(150_000_000).arg(8).run().await;
    match refused.0.outcome() {
        Outcome::ExceededCpu => {}
        _ => {
            let _ = refused.expect_ok(json!([1, true]));
        }
    }
}

#[tokio::test]
async fn disposers_are_paid_for_by_who_lets_go() {
    let parent = || {
        family(
            "class Dear extends RpcTarget { [Symbol.dispose]() { for (let i = 0; i < 100_000; i++); } }
             export default class extends WorkerEntrypoint { get() { return new Dear() } }",
            "const stub = child(env); for (let i = 0; i < arg; i++) { using dear = await stub.get() } return arg",
        )
        .limits(|limits| limits.fuel(200_000_000))
    };
    let _ = parent().arg(1).run().await.expect_ok(1);
    let stopped = parent().arg(200).run().await;
    assert_eq!(stopped.error().outcome(), Outcome::ExceededCpu, "{stopped:?}");
}

/// A loader in an answer that has not arrived is held by nobody.
#[tokio::test]
async fn a_loader_is_used_by_who_holds_it() {
    let run = family_js(
        "export default { f: () => crypto.randomUUID() }",
        "export class Own extends WorkerEntrypoint { loader() { return this.env.LOADER } within() { return { at: [this.env.LOADER] } } }
         export default { async run(arg, env, ctx) {
             const code = { mainModule: 'm.js', modules: [{ name: 'm.js', text: CHILD }], env: {} };
             const refused = [
                 await caught(() => ctx.exports.Own.loader().load(code)),
                 await caught(() => ctx.exports.Own.within().at[0].load(code)),
                 await caught(() => ctx.exports.Own.loader().get('id', () => code)),
             ].map(([name, message]) => name + message.includes('await it first'));
             const { at: [held] } = await ctx.exports.Own.within();
             const ids = await Promise.all([held, env.LOADER, await ctx.exports.Own.loader()].map((it) => child({ LOADER: it }).f()));
             return [refused, new Set(ids).size];
         } }",
    )
    .run()
    .await;
    let _ = run.expect_ok(json!([["TypeErrortrue", "TypeErrortrue", "TypeErrortrue"], 3]));
}

#[tokio::test]
async fn a_worker_has_few_tails() {
    let parent = |count: u32| {
        family_js(
            "export default { f: () => 1 }",
            "export class Tail extends WorkerEntrypoint { tail() {} }
             export default { async run(count, env, ctx) {
                 return (await caught(() => child(env, { tails: Array(count).fill(ctx.exports.Tail) }).f()))[1] } }",
        )
        .arg(count)
    };
    let _ = parent(16).run().await.expect_ok(1);
    let refused = parent(400_000).run().await.json();
    assert!(refused.as_str().expect("text").contains("at most 16 tails"), "{refused}");
}

#[tokio::test]
async fn an_engine_has_a_ceiling_of_bytes() {
    let engine = Engine::with_config(config().max_sandboxes(8).max_total_bytes(64 << 20))
        .expect("an engine");
    let worker = || {
        Case::body("globalThis.kept = new Uint8Array(arg << 20).fill(1); return arg")
            .engine(&engine)
            .worker()
    };
    let (one, two) = (worker(), worker());
    let _ = call(&one, 40).await.expect_ok(40);
    let refused = call(&two, 40).await;
    let Error::Overloaded(overload) = refused.error() else { panic!("{refused:?}") };
    assert!(matches!(overload, Overload::Bytes { limit } if *limit == 64 << 20), "{overload:?}");
    drop((one, two));
    soon(async {
        while engine.stats().bytes > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_root_has_a_share_of_the_sandboxes() {
    let config = config().max_sandboxes(520).max_root_percent(50);
    let engine = Engine::with_config(config).expect("an engine");
    let run = family(
        "export default { stay: () => new Promise((r) => setTimeout(r, 1e6)) }",
        "const stay = Array.from({ length: 300 }, () => child(env).stay().catch((e) => e.message));
         return Promise.race(stay)",
    )
    .engine(&engine)
    .limits(|limits| limits.sandboxes(400))
    .run()
    .await
    .json();
    assert!(run.as_str().expect("text").contains("the 260 sandboxes that they may"), "{run}");
}

/// Panics before it returns an answer.
struct Panics;

impl isolet::Capability for Panics {
    fn call(self: std::sync::Arc<Self>, _: &str, _: isolet::Value) -> isolet::Answer {
        panic!("at once")
    }
}

#[tokio::test]
async fn a_capability_that_panics_at_once_fails_its_call_and_no_more() {
    let worker = Case::js(
        "let calls = 0; export default { async run(_, env) { calls++; try { await env.HOST.f() } catch (e) { return [calls, e.message] } } }",
    )
    .env("HOST", Panics)
    .engine(&fresh_engine_of(2))
    .worker();
    let entrypoint = worker.entrypoint();
    for calls in 1..3 {
        let said = json!([calls, "The capability failed: it panicked."]);
        let _ = run(&entrypoint, Some("run"), ((),)).await.expect_ok(said);
    }
}

/// Arguments count once: while they are lifted, or as those of a call.
#[tokio::test]
async fn arguments_do_not_count_twice() {
    struct Sink;

    #[isolet::capability]
    impl Sink {
        pub async fn put(&self, text: String) -> usize {
            text.len()
        }
    }

    let put = async |mib: u64| {
        let body = "const text = 'x'.repeat(200 << 10), all = [];
                    for (let i = 0; i < 150; i++) all.push(env.SINK.put(text));
                    return (await Promise.all(all)).length";
        let case = Case::body(body).env("SINK", isolet::Stub::new(Sink));
        case.limits(|it| it.memory_bytes(64 << 20).tree_memory_bytes(mib << 20)).run().await
    };
    // 29 MiB of arguments lie in the sandbox until they are handed over, and then in the host.
    let _ = put(80).await.expect_ok(150);
    let _ = put(40).await.expect_limit(LimitKind::TreeMemory);
}
