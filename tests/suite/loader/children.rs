//! Children as sandboxes of their own: their limits, seeds and ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use isolet::{Answer, Call, Capability, Error, LimitKind, Limits, Stub, Value};
use serde_json::json;

use crate::family::{family, family_js};
use crate::harness::{call, fresh_engine_of, run, soon};

const WORKS: &str = "export default {
    spin(turns) { let n = 0; for (let i = 0; i < turns; i++) n += i; return n },
    fill(mib) { return new Uint8Array(mib << 20).fill(1).length },
    text(bytes) { return 'x'.repeat(bytes) },
    log(bytes) { console.log('x'.repeat(bytes)) },
    async ask(times, env) { for (let i = 0; i < times; i++) await env.f(); return times },
    wait() { return new Promise((done) => setTimeout(done, 1e9)) },
};";

/// Calls a method of `WORKS`. Returns its value or the message that it threw.
async fn worked(limits: Limits, given: &str, entrypoint: &str, call: &str) -> serde_json::Value {
    family(
        WORKS,
        &format!(
            "const worker = load(env, CHILD, {{ limits: {given}, env: {{ f() {{}} }} }});
             const stub = worker.getEntrypoint(null, {{ limits: {entrypoint} }});
             try {{ return await stub.{call} }} catch (e) {{ return e.message }}"
        ),
    )
    .limits(|_| limits)
    .run()
    .await
    .json()
}

#[track_caller]
fn assert_says(value: &serde_json::Value, part: &str) {
    assert!(value.as_str().is_some_and(|text| text.contains(part)), "{part}: {value}");
}

#[tokio::test]
async fn each_limit_of_load_holds() {
    for (limits, obeyed, violated, text) in [
        (
            "{ fuel: 100_000_000 }",
            "spin(1000)",
            "spin(1e9)",
            "exceeded the CPU limit: fuel of 100000000 ",
        ),
        ("{ cpuMs: 50 }", "spin(1000)", "spin(1e9)", "exceeded the CPU limit: fuel of 700000000 "),
        ("{ memoryBytes: 16 << 20 }", "fill(2)", "fill(20)", "exceeded the memory limit"),
        ("{ outputBytes: 1000 }", "text(900)", "text(1000)", "exceeded the output limit"),
        ("{ logBytes: 1000 }", "log(900)", "log(1001)", "exceeded the log limit"),
        (
            "{ subRequests: 3 }",
            "ask(3)",
            "ask(4)",
            "exceeded the limit of capability calls: 4 made, 3 allowed",
        ),
        ("{ wallMs: 20 }", "spin(1)", "wait()", "exceeded the wall time limit"),
    ] {
        let limits_of_parent = Limits::default();
        // A busy machine cannot promise that any wall time is enough.
        if !limits.contains("wallMs") {
            for (load, entrypoint) in [(limits, "{}"), ("{}", limits)] {
                let kept = worked(limits_of_parent.clone(), load, entrypoint, obeyed).await;
                assert!(
                    !kept.as_str().is_some_and(|text| text.contains("exceeded")),
                    "{limits}: {kept}"
                );
            }
        }
        assert_says(&worked(limits_of_parent.clone(), limits, "{}", violated).await, text);
        assert_says(&worked(limits_of_parent, "{}", limits, violated).await, text);
    }
}

#[tokio::test]
async fn of_two_limits_the_lower_holds() {
    for (load, entrypoint) in [("1e8", "2e8"), ("2e8", "1e8")] {
        let (load, entrypoint) =
            (format!("{{ fuel: {load} }}"), format!("{{ fuel: {entrypoint} }}"));
        let end = worked(Limits::default(), &load, &entrypoint, "spin(1e9)").await;
        assert_says(&end, "fuel of 100000000 ");
    }
    let end = worked(Limits::default(), "{ fuel: 1e8, cpuMs: 100 }", "{}", "spin(1e9)").await;
    assert_says(&end, "fuel of 100000000 ");
}

#[tokio::test]
async fn a_limit_may_be_any_number_that_is_not_negative() {
    let names = [
        "fuel",
        "cpuMs",
        "memoryBytes",
        "wallMs",
        "logBytes",
        "outputBytes",
        "subRequests",
        "concurrency",
    ];
    for name in names {
        for number in ["2 ** 53", "2 ** 64", "Number.MAX_VALUE"] {
            let given = format!("{{ {name}: {number} }}");
            let value = worked(Limits::default(), &given, "{}", "spin(3)").await;
            assert_eq!(value, json!(3), "{given}");
            let value = worked(Limits::default(), "{}", &given, "spin(3)").await;
            assert_eq!(value, json!(3), "{given} of an entrypoint");
        }
    }
}

#[tokio::test]
async fn a_child_never_has_more_than_its_parent() {
    let limits = || Limits::default().fuel(200_000_000).memory_bytes(32 << 20).output_bytes(5000);
    let more = "{ fuel: 9e15, memoryBytes: 1 << 30, outputBytes: 1e9 }";
    assert_says(&worked(limits(), more, more, "fill(40)").await, "33554432 allowed");
    assert_says(&worked(limits(), more, more, "text(6000)").await, "5000 allowed");
}

#[tokio::test]
async fn a_grandchild_never_has_more_than_its_parent() {
    let middle = "export default { async run(arg, env) {
        const code = { mainModule: 'm.js', modules: { 'm.js': env.LEAF }, limits: { fuel: 60_000_000 } };
        try { return await env.LOADER.load(code).getEntrypoint().spin() } catch (e) { return e.message } } }";
    let run = family(
        middle,
        "const LEAF = 'export default { spin() { for (;;); } }';
         return child(env, { limits: { fuel: 623_000_000 }, env: { LOADER: env.LOADER, LEAF } }).run()",
    )
    .run()
    .await
    .json();
    assert_says(&run, "fuel of 60000000 ");
}

#[tokio::test]
async fn two_hundred_children_run_under_a_parent_with_default_limits() {
    let engine = fresh_engine_of(210);
    let _ = family(
        "export default { id(n) { return n } }",
        "const calls = Array.from({ length: 200 }, (_, n) => child(env).id(n));
         return (await Promise.all(calls)).every((value, n) => value === n)",
    )
    .engine(&engine)
    .run()
    .await
    .expect_ok(true);
}

#[tokio::test]
async fn children_are_as_random_as_their_parents_seed() {
    let drawn = |seed: u64| async move {
        family(
            "export default { draw() { return [Math.random(), crypto.randomUUID()] } }",
            "const [a, b] = [child(env), child(env)];
             const c = env.LOADER.get('c', () => ({ mainModule: 'm.js', modules: { 'm.js': CHILD } })).getEntrypoint();
             return [await a.draw(), await b.draw(), await c.draw(), await a.draw()].join()",
        )
        .seed(seed)
        .run()
        .await
        .json()
    };
    let (first, again, other) = (drawn(1).await, drawn(1).await, drawn(2).await);
    assert_eq!(first, again);
    assert_ne!(first, other);
    let text = first.as_str().expect("text");
    let each: std::collections::BTreeSet<&str> = text.split(',').collect();
    assert_eq!(each.len(), 8, "{text}");
}

/// Never answers, and records when nobody waits any more.
#[derive(Default)]
struct Held {
    asked: tokio::sync::Notify,
    dropped: Arc<AtomicBool>,
    gone: Arc<tokio::sync::Notify>,
}

impl Capability for Held {
    fn call(self: Arc<Self>, _: &str, _: Value) -> Answer {
        struct Guard(Arc<AtomicBool>, Arc<tokio::sync::Notify>);
        impl Drop for Guard {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
                self.1.notify_one();
            }
        }
        self.asked.notify_one();
        let guard = Guard(Arc::clone(&self.dropped), Arc::clone(&self.gone));
        Box::pin(async move {
            let _guard = guard;
            std::future::pending().await
        })
    }

    fn request(self: Arc<Self>, call: Call) -> Answer {
        self.call("", call.arguments.unwrap_or_default())
    }
}

#[tokio::test]
async fn a_parents_death_ends_its_children() {
    let held = Arc::new(Held::default());
    let parent = family_js(
        "export default { wait(arg, env) { return env.HELD.wait() } }",
        "export default {
            run(arg, env) { return child(env, { env: { HELD: env.HELD } }).wait() },
            loop() { for (;;); } }",
    )
    .env("HELD", Arc::clone(&held))
    .limits(|limits| limits.fuel(200_000_000))
    .worker();
    let waiting = parent.entrypoint().call::<Value>("run", ());
    let waiting = tokio::spawn(waiting);
    soon(held.asked.notified()).await;
    assert!(!held.dropped.load(Ordering::SeqCst));
    let _ = run(&parent.entrypoint(), Some("loop"), ()).await.expect_limit(LimitKind::Fuel);
    let error = soon(waiting).await.expect("no panic").expect_err("the parent ended");
    assert!(matches!(error, Error::Stopped(_)), "{error:?}");
    // The call that only the child waited for is dropped with the child.
    soon(held.gone.notified()).await;
    assert!(held.dropped.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_stub_of_a_child_ends_with_the_parent() {
    let parent =
        family("export default { ok() { return 'ok' } }", "if (arg) for (;;); return child(env)")
            .limits(|limits| limits.fuel(200_000_000))
            .worker();
    let stub: Stub = soon(parent.entrypoint().call("run", (false,))).await.expect("a stub");
    assert_eq!(soon(stub.call::<String>("ok", ())).await.expect("an answer"), "ok");
    let _ = call(&parent, true).await.expect_limit(LimitKind::Fuel);
    // The child is told of the parent's end at its next event.
    let error = soon(async {
        loop {
            match stub.call::<String>("ok", ()).await {
                Ok(_) => tokio::task::yield_now().await,
                Err(error) => return error,
            }
        }
    })
    .await;
    assert!(matches!(error, Error::ParentEnded | Error::Exception(_)), "{error:?}");
    assert!(error.to_string().contains("has ended"), "{error}");
    let error = soon(stub.call::<String>("ok", ())).await.expect_err("it stays so");
    assert!(matches!(error, Error::ParentEnded), "{error:?}");
    // A new sandbox of the parent loads new children.
    let stub: Stub = soon(parent.entrypoint().call("run", (false,))).await.expect("a stub");
    assert_eq!(soon(stub.call::<String>("ok", ())).await.expect("an answer"), "ok");
}

#[tokio::test]
async fn what_a_child_logs_is_its_own() {
    let run = family(
        "export default { run() { console.log('from the child'); return 1 } }",
        "console.log('from the parent'); return child(env).run()",
    )
    .run()
    .await
    .expect_ok(1);
    assert_eq!(run.logs(), ["from the parent"]);
}

#[tokio::test]
async fn a_child_shares_nothing_with_its_parent() {
    let _ = family(
        "export default { run() { Array.prototype.push = () => 0; globalThis.leak = 1; return typeof secret } }",
        "globalThis.secret = 5;
         const seen = await child(env).run(); const list = []; list.push(1);
         return [seen, typeof leak, list.length]",
    )
    .run()
    .await
    .expect_ok(json!(["undefined", "undefined", 1]));
}

#[tokio::test]
async fn a_child_that_was_stopped_fails_its_callers_and_not_its_parent() {
    let parent = family_js(
        "export default { loop() { for (;;); }, ok() { return 'ok' } }",
        "let calls = 0;
         export default { async run(arg, env) {
            const stub = child(env, { limits: { fuel: 50_000_000 } });
            return [++calls, (await caught(() => stub.loop()))[1], await stub.ok()] } }",
    )
    .worker();
    for calls in 1..=2 {
        let run = call(&parent, ()).await.json();
        assert_eq!((&run[0], &run[2]), (&json!(calls), &json!("ok")));
        assert!(
            run[1].as_str().is_some_and(|text| text.contains("exceeded the CPU limit")),
            "{run}"
        );
    }
    let looping = family("", "for (;;);").limits(|limits| limits.fuel(50_000_000));
    let _ = looping.run().await.expect_limit(LimitKind::Fuel);
}
