//! Two invocations in one warm sandbox. What an invocation does after an `await` belongs to that
//! invocation, whoever woke it.

use std::sync::Arc;

use isolet::Outcome;
use serde_json::json;
use tokio::sync::{Barrier, mpsc};

use crate::harness::{Case, Run, call, soon};

/// `meet` answers when two calls wait, so that two invocations take turns.
struct Pair(Barrier);

#[isolet::capability]
impl Pair {
    pub async fn meet(&self) {
        self.0.wait().await;
    }

    pub async fn note(&self) {}
}

fn pair() -> Arc<Pair> {
    Arc::new(Pair(Barrier::new(2)))
}

/// Runs `body` twice at the same time in one sandbox, with "a" and "b" as `me`.
async fn both(shared: &str, body: &str) -> (Run, Run) {
    let worker = Case::js(format!(
        "{shared}
         const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
         export default {{ async run(me, env, ctx) {{ {body} }} }}"
    ))
    .env("PAIR", pair())
    .worker();
    tokio::join!(call(&worker, "a"), call(&worker, "b"))
}

/// Asserts that the run logged `lines` lines, and that each begins with `me`.
#[track_caller]
fn assert_own(run: &Run, me: &str, lines: usize) {
    assert_eq!(run.logs().len(), lines, "{run:?}");
    assert!(run.logs().iter().all(|line| line.starts_with(me)), "{me}: {:?}", run.logs());
}

async fn assert_attributed(shared: &str, body: &str, lines: usize, calls: u64) {
    let (a, b) = both(shared, body).await;
    for (run, me) in [(&a, "a"), (&b, "b")] {
        let _ = run.value();
        assert_own(run, me, lines);
        assert_eq!(run.0.usage.capability_calls, calls, "{me}");
    }
}

#[tokio::test]
async fn after_capability_calls() {
    assert_attributed(
        "",
        "for (let i = 0; i < 5; i++) { console.log(me, i); await env.PAIR.meet(); console.log(me, 'after', i) }",
        10,
        5,
    )
    .await;
}

#[tokio::test]
async fn in_helpers_generators_and_chains() {
    assert_attributed(
        "const helper = async (me, env) => { await env.PAIR.meet(); await null; console.log(me, 'helper') };
         async function* stream(me, env) { for (let i = 0; i < 2; i++) { await env.PAIR.meet(); console.log(me, 'stream'); yield i } }",
        "await helper(me, env);
         for await (const i of stream(me, env)) console.log(me, 'body', i);
         await env.PAIR.meet().then(() => console.log(me, 'then')).finally(() => console.log(me, 'finally'));
         await Promise.all([1, 2].map(async i => { await env.PAIR.meet(); console.log(me, 'all', i) }));
         await Promise.allSettled([env.PAIR.meet().then(() => { throw 1 })]); console.log(me, 'settled');
         queueMicrotask(() => console.log(me, 'microtask'));
         await { then(resolve) { console.log(me, 'thenable'); env.PAIR.meet().then(resolve) } };
         console.log(me, 'end');",
        13,
        8,
    )
    .await;
}

#[tokio::test]
async fn in_timers() {
    assert_attributed(
        "",
        "await env.PAIR.meet();
         setTimeout(() => console.log(me, 'timeout'), 5);
         let ticks = 0;
         const id = setInterval(() => { console.log(me, 'tick'); env.PAIR.note(); if (++ticks === 3) clearInterval(id) }, 3);
         await sleep(1); console.log(me, 'slept');
         await env.PAIR.meet();
         while (ticks < 3) await sleep(5);
         await sleep(10);
         console.log(me, 'end')",
        6,
        5,
    )
    .await;
}

#[tokio::test]
async fn in_wait_until_after_the_value() {
    assert_attributed(
        "",
        "ctx.waitUntil((async () => {
            await env.PAIR.meet(); console.log(me, 'later'); await sleep(3); await env.PAIR.meet(); console.log(me, 'last');
         })());
         console.log(me, 'returns')",
        3,
        2,
    )
    .await;
}

#[tokio::test]
async fn with_a_promise_that_the_other_one_settles() {
    // Each invocation awaits a promise that the other one resolves.
    assert_attributed(
        "const made = {};
         for (const me of ['a', 'b']) made[me] = Promise.withResolvers();",
        "const other = me === 'a' ? 'b' : 'a';
         await env.PAIR.meet();
         const waits = made[other].promise.then(() => console.log(me, 'then'));
         made[me].resolve();
         await made[other].promise; console.log(me, 'woken');
         await waits; env.PAIR.note(); console.log(me, 'end')",
        3,
        2,
    )
    .await;
}

#[tokio::test]
async fn with_handlers_added_to_what_has_settled_already() {
    assert_attributed(
        "const settled = Promise.resolve('x');",
        "await env.PAIR.meet(); await settled; console.log(me, 1);
         settled.then(() => console.log(me, 2)); await settled; await env.PAIR.meet(); console.log(me, 3)",
        3,
        2,
    )
    .await;
}

#[tokio::test]
async fn with_a_shared_queue_of_callbacks() {
    // The callback is called by the invocation that emits, as in an event emitter. A synchronous
    // call belongs to its caller, and so does what it does after an `await`.
    let (a, b) = both(
        "const listeners = [];",
        "if (me === 'a') { listeners.push(who => console.log(who, 'heard')); await env.PAIR.meet(); await env.PAIR.meet() }
         else { await env.PAIR.meet(); for (const f of listeners) f(me); await env.PAIR.meet() }",
    )
    .await;
    assert_own(&a, "a", 0);
    assert_own(&b, "b", 1);
}

#[tokio::test]
async fn rejections_that_nobody_handles_are_logged_where_they_belong() {
    let (a, b) = both(
        "",
        "await env.PAIR.meet();
         Promise.reject(new Error('of ' + me));
         const met = env.PAIR.meet();
         met.then(() => { throw new Error('later of ' + me) });
         await met; await env.PAIR.note(); await env.PAIR.note()",
    )
    .await;
    for (run, me) in [(&a, "of a"), (&b, "of b")] {
        assert_eq!(run.logs().len(), 2, "{:?}", run.logs());
        assert!(run.logs().iter().all(|line| line.contains(me)), "{me}: {:?}", run.logs());
    }
}

#[tokio::test]
async fn dynamic_imports_belong_to_whoever_imports() {
    let worker = Case::js(
        "export default { async run(me, env) {
            await env.PAIR.meet(); const m = await import(`./${me}.js`); console.log(me, m.default); await env.PAIR.meet();
            console.log(me, 'end');
         } }",
    )
    .file("a.js", "console.log('a', 'top'); await null; console.log('a', 'late'); export default 1")
    .file("b.js", "console.log('b', 'top'); await null; console.log('b', 'late'); export default 2")
    .env("PAIR", pair())
    .worker();
    let (a, b) = tokio::join!(call(&worker, "a"), call(&worker, "b"));
    assert_own(&a, "a", 4);
    assert_own(&b, "b", 4);
}

#[tokio::test]
async fn one_that_hangs_beside_one_that_waits() {
    let (events, mut seen) = mpsc::unbounded_channel();
    struct Bell(mpsc::UnboundedSender<()>);
    #[isolet::capability]
    impl Bell {
        pub async fn ring(&self) {
            let _ = self.0.send(());
        }
    }
    let worker = Case::js(
        "let release;
         const released = new Promise(resolve => release = resolve);
         export default { async run(what, env) {
            if (what === 'wait') { await env.BELL.ring(); await released; console.log('woken'); return 'woken' }
            if (what === 'hang') { await new Promise(() => {}) }
            await new Promise(resolve => setTimeout(resolve, 20)); release(); return 'released'
         } }",
    )
    .env("BELL", Bell(events))
    .worker();
    // Another pending call may still settle the promise, so the call is not hung.
    let waiting = {
        let worker = worker.clone();
        tokio::spawn(async move {
            let (waiting, releasing) =
                tokio::join!(call(&worker, "wait"), call(&worker, "release"));
            (waiting, releasing)
        })
    };
    soon(seen.recv()).await.expect("a bell");
    let (waiting, releasing) = soon(waiting).await.expect("no panic");
    let _ = waiting.expect_ok("woken").expect_logs(&["woken"]);
    let _ = releasing.expect_ok("released").expect_logs(&[]);
    let _ = call(&worker, "hang").await.expect_outcome(Outcome::Hung);
    let _ = call(&worker, "release").await.expect_ok("released");
}

#[tokio::test]
async fn fuel_is_charged_to_whoever_began_the_turn() {
    let worker = Case::js(
        "export default { async run(loops, env) {
            await env.PAIR.meet(); for (let i = 0; i < loops; i++); await env.PAIR.meet(); return loops
         } }",
    )
    .env("PAIR", pair())
    .worker();
    // Loads the worker before fuel is compared.
    let _ = tokio::join!(call(&worker, 0), call(&worker, 0));
    let (small, large) = tokio::join!(call(&worker, 10), call(&worker, 300_000));
    assert!(large.fuel() > 5 * small.fuel(), "{} {}", large.fuel(), small.fuel());
    assert_eq!((small.json(), large.json()), (json!(10), json!(300_000)));
}
