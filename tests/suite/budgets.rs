//! The caller pays: a tree of calls stays within the limit of its root.

use std::sync::{Arc, Mutex};

use isolet::{Answer, Capability, Error, LimitKind, Report, Value};

use crate::harness::{Case, call, soon, torture};

/// Loads workers that run a loop of the given length.
const PARENT: &str = "
    const code = 'export default { burn(n) { for (let i = 0; i < n; i++); return n } }';
    const child = (env, limits) =>
        env.LOADER.load({ mainModule: 'a.js', modules: { 'a.js': code }, limits }).getEntrypoint();
    export default {
        async run(n, env) { return child(env).burn(n) },
        async many([count, n], env) {
            const burnt = [];
            for (let i = 0; i < count; i++) burnt.push(child(env).burn(n));
            return (await Promise.all(burnt)).length;
        },
        async limited(n, env) {
            try { return await child(env, { fuel: 20_000_000 }).burn(n) }
            catch (error) { return error.message }
        },
    }";

fn parent(fuel: u64) -> Case {
    Case::js(PARENT).code(|code| code.loader("LOADER")).limits(|limits| limits.fuel(fuel))
}

#[tokio::test]
async fn a_child_spends_what_its_parent_has() {
    let _ = parent(200_000_000).arg(100_000).run().await.expect_ok(100_000);
    // The child leaves no fuel to the parent.
    let limit = parent(200_000_000).arg(50_000_000).run().await.expect_limit(LimitKind::Fuel);
    assert_eq!(limit.limit, 200_000_000);
}

#[tokio::test]
async fn children_together_spend_no_more_than_their_parent() {
    // One child alone is well within the limit.
    let run = parent(400_000_000).call("many").arg((4, 100_000)).run().await;
    let _ = run.expect_ok(4);
    let run = parent(400_000_000).call("many").arg((100, 1_000_000)).run().await;
    assert_eq!(run.expect_limit(LimitKind::Fuel).limit, 400_000_000);
}

#[tokio::test]
async fn a_child_has_a_limit_of_its_own() {
    let run = parent(5_000_000_000).call("limited").arg(100_000_000).run().await;
    let text = run.json().to_string();
    assert!(text.contains("CPU limit") && text.contains("20000000"), "{text}");
}

#[tokio::test]
async fn two_hundred_children_run_under_default_limits() {
    let case = Case::js(PARENT).code(|code| code.loader("LOADER"));
    let engine = crate::harness::fresh_engine_of(250);
    let run = case.engine(&engine).call("many").arg((200, 1_000)).run().await;
    let _ = run.expect_ok(200);
}

#[tokio::test]
async fn a_childs_memory_is_at_most_its_parents() {
    let worker = Case::js(
        "const code = 'export default { fill(n) { return new Uint8Array(n).length } }';
         export default { async run(n, env) {
            const limits = { memoryBytes: 512 * 1024 * 1024 };
            const child = env.LOADER.load({ mainModule: 'a.js', modules: { 'a.js': code }, limits });
            try { return await child.getEntrypoint().fill(n) } catch (error) { return error.message }
         } }",
    )
    .code(|code| code.loader("LOADER"))
    .limits(|limits| limits.memory_bytes(16 << 20))
    .worker();
    let _ = call(&worker, 1 << 20).await.expect_ok(1 << 20);
    let refused = call(&worker, 32 << 20).await.json().to_string();
    assert!(refused.contains("memory limit") && refused.contains("16777216"), "{refused}");
}

#[tokio::test]
async fn a_child_that_floods_callbacks_does_not_end_its_parent() {
    let run = Case::js(
        "const code = `export default { async flood(f) { for (;;) await f() } }`;
         let called = 0;
         export default { async run(_, env) {
            const child = env.LOADER.load({ mainModule: 'a.js', modules: { 'a.js': code },
                limits: { fuel: 20_000_000 } });
            const busy = () => { called++; for (let i = 0; i < 1000; i++); };
            try { await child.getEntrypoint().flood(busy) } catch (error) { return [called, error.message] }
         } }",
    )
    .code(|code| code.loader("LOADER"))
    .run()
    .await;
    let [called, message]: [serde_json::Value; 2] =
        serde_json::from_value(run.json()).expect("a pair");
    assert!(called.as_u64().expect("a count") > 1, "{called}");
    assert!(message.to_string().contains("CPU limit"), "{message}");
}

/// Types are stripped outside of the turn, which waits for the result.
#[tokio::test]
async fn a_childs_types_are_no_part_of_what_its_parent_has() {
    let child = |name: &str| {
        Case::js(format!(
            "import CHILD from './child.txt';
             export default {{ async run(_, env) {{
                 const child = env.LOADER.load({{ mainModule: '{name}', modules: {{ '{name}': CHILD }} }});
                 return child.getEntrypoint().one();
             }} }}"
        ))
        .code(|code| code.loader("LOADER"))
        .limits(|limits| limits.fuel(60_000_000))
    };
    let code = "export default { one: () => 1 }";
    let types = "interface A { a: string; b(c: number): [A, A] }\n".repeat(4_000);
    let plain = " \n".repeat(types.len() / 2);
    let _ = child("m.js").file("child.txt", format!("{plain}{code}")).run().await.expect_ok(1);
    let _ = child("m.ts").file("child.txt", format!("{types}{code}")).run().await.expect_ok(1);
}

#[tokio::test]
async fn limits_of_the_root_end_the_call() {
    let run = parent(150_000_000).arg(1_000).run().await.expect_ok(1_000);
    let used = run.fuel();
    // The fuel is not enough for the parent's own part.
    let run = parent(used - 1).arg(1_000).run().await;
    assert!(run.0.result.is_err());
    let _ = parent(1_000).arg(1).run().await.expect_limit(LimitKind::Fuel);
}

/// Loads children that compute different amounts at the same time. Some of them sleep in between or
/// call back. `within` loads a worker that does the same under a fuel limit of its own.
const AT_ONCE: &str = "
    const code = `export default {
        async burn([n, rests, back]) {
            for (let i = 0; i < n; i++);
            for (let rest = 0; rest < rests; rest++) {
                await new Promise((done) => setTimeout(done, rest % 2));
                for (let i = 0; i < n; i++);
            }
            if (back) await back();
            return 1;
        } }`;
    const child = (env) => env.LOADER.load({ mainModule: 'a.js', modules: { 'a.js': code } }).getEntrypoint();
    export default {
        async run(_, env) {
            const burnt = [];
            for (let n = 0; n < 6; n++) {
                const back = n % 2 ? () => { for (let i = 0; i < 30_000; i++); } : undefined;
                burnt.push(child(env).burn([40_000 * (n + 1), n % 3, back]));
            }
            for (let i = 0; i < 50_000; i++);
            return (await Promise.all(burnt)).length;
        },
        async within(fuel, env) {
            const code = { mainModule: 'main.js', modules: { 'main.js': env.SOURCE }, env, limits: { fuel } };
            try { return await env.LOADER.load(code).getEntrypoint().run() } catch (error) { return error.message }
        },
    }";

/// Runs a call on a runtime of its own, beside `noise` tasks that yield in a loop.
fn scheduled(case: Case, schedule: [usize; 2]) -> Report {
    scheduled_until(case, schedule, || true)
}

/// Like [`scheduled`], but runs until `is_over` returns true.
fn scheduled_until(case: Case, [threads, noise]: [usize; 2], is_over: impl Fn() -> bool) -> Report {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(threads).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let restless = || async {
            loop {
                tokio::task::yield_now().await;
            }
        };
        let noise: Vec<_> = (0..noise).map(|_| tokio::spawn(restless())).collect();
        let run = case.code(|code| code.loader("LOADER")).run().await;
        soon(async {
            while !is_over() {
                tokio::task::yield_now().await;
            }
        })
        .await;
        noise.iter().for_each(tokio::task::JoinHandle::abort);
        run.0
    })
}

/// Asserts that the same fuel is enough under every schedule as on one thread.
fn assert_the_same_is_enough(is_enough: impl Fn(u64, [usize; 2]) -> bool) {
    let (mut low, mut high) = (1_000_000, 1_000_000_000);
    assert!(is_enough(high, [1, 0]));
    while high - low > 1 {
        let middle = low.midpoint(high);
        *(if is_enough(middle, [1, 0]) { &mut high } else { &mut low }) = middle;
    }
    // The order of the answers changes the caller's own work slightly. The children together may
    // hold slices of 30 million.
    let (high, low) = (high + 50_000, low - 50_000);
    let rounds = if torture() { 1 } else { 5 };
    for schedule in [[1, 0], [1, 3], [2, 0], [4, 0], [4, 8]] {
        for _ in 0..rounds {
            assert!(is_enough(high, schedule), "{high}: {schedule:?}");
            assert!(!is_enough(low, schedule), "{low}: {schedule:?}");
        }
    }
}

#[test]
fn how_much_is_enough_for_all_does_not_depend_on_how_they_are_scheduled() {
    assert_the_same_is_enough(|fuel, schedule| {
        let case = Case::js(AT_ONCE).limits(|limits| limits.fuel(fuel));
        match scheduled(case, schedule).result {
            Ok(_) => true,
            // The error is always about the limit of the call itself.
            Err(Error::Limit(limit)) if (limit.kind, limit.limit) == (LimitKind::Fuel, fuel) => {
                false
            }
            Err(error) => panic!("{error:?}"),
        }
    });
}

#[test]
fn nor_does_a_limit_in_the_middle_of_the_tree() {
    assert_the_same_is_enough(|fuel, schedule| {
        let case = Case::js(AT_ONCE).code(|code| code.env_value("SOURCE", AT_ONCE));
        let case = case.call("within").arg(fuel).limits(|limits| limits.fuel(10_000_000_000));
        let value = scheduled(case, schedule).result.expect("a value").to_json();
        let limit = format!(
            "\"exceeded the CPU limit: fuel of {fuel} Wasm operations, {fuel} used (Limits::fuel)\""
        );
        assert!(value == "6" || value == limit, "{value}");
        value == "6"
    });
}

/// Records the tail events of invocations.
#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl Capability for Told {
    fn call(self: Arc<Self>, _: &str, events: Value) -> Answer {
        self.0.lock().expect("what was told").push(events.to_json());
        Box::pin(std::future::ready(Ok(Value::undefined())))
    }
}

#[test]
fn all_that_are_stopped_are_told_of_the_same_limit() {
    const FUEL: u64 = 61_234_567;
    let parent = "
        const code = 'export default { spin() { for (;;); } }';
        export default { async run(_, env) {
            const load = () => env.LOADER.load(
                { mainModule: 'a.js', modules: { 'a.js': code }, tails: [env.TAIL] });
            await Promise.allSettled([1, 2, 3].map(() => load().getEntrypoint().spin()));
        } }";
    for schedule in [[1, 0], [2, 0], [4, 8]] {
        let told = Arc::new(Told::default());
        let case = Case::js(parent).env("TAIL", Arc::clone(&told));
        // A call that has not begun when the limit is used up never begins, so one event is enough.
        let are_told = || !told.0.lock().expect("what was told").is_empty();
        let case = case.limits(|limits| limits.fuel(FUEL));
        let report = scheduled_until(case, schedule, are_told);
        assert!(matches!(report.result, Err(Error::Limit(limit)) if limit.limit == FUEL));
        let told = told.0.lock().expect("what was told");
        let limit = format!("fuel of {FUEL} Wasm operations");
        for event in &*told {
            assert!(event.contains("\"exceededCpu\"") && event.contains(&limit), "{event}");
        }
    }
}
