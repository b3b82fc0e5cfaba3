//! App images: the heap after loading, from which fresh calls start.

use isolet::{CodeError, Error, Outcome};
use serde_json::json;

use crate::harness::{Case, call, soon};

struct Number;

#[isolet::capability]
impl Number {
    pub async fn get(&self) -> u32 {
        7
    }
}

#[tokio::test]
async fn top_level_state_comes_from_the_image() {
    let worker = Case::js(
        "const table = new Map(Array.from({ length: 1000 }, (_, i) => [i, { square: i * i }]));
         let calls = 0; const made = Math.random();
         export default { run: i => { calls++; table.set('leak', i); return [table.get(i).square, calls, table.size, made] } }",
    )
    .seed(None)
    .worker();
    assert!(soon(worker.prepare()).await.expect("an image"));
    assert!(soon(worker.prepare()).await.expect("the same image"));
    let fresh = worker.fresh_per_call();
    let first = call(&fresh, 30).await;
    let made = first.json()[3].clone();
    let _ = first.expect_ok(json!([900, 1, 1001, made]));
    let _ = call(&fresh, 31).await.expect_ok(json!([961, 1, 1001, made]));
}

#[tokio::test]
async fn an_image_may_be_taken_after_a_call() {
    let worker = Case::js(
        "let routes; let calls = 0;
         export default {
            run: () => [++calls, routes?.size, Math.random()],
            fetch(request) { routes ??= new Map([['/', 1]]); calls++; return new Response(request.url) },
         }",
    )
    .seed(None)
    .worker();
    let warm_up = worker.entrypoint().warm_up("fetch", ("https://example.com/",)).await;
    assert!(warm_up.expect("an image"));
    let fresh = worker.fresh_per_call();
    let [first, second] = [call(&fresh, ()).await.json(), call(&fresh, ()).await.json()];
    assert_eq!((&first[0], &first[1]), (&json!(2), &json!(1)));
    assert_eq!((&second[0], &second[1]), (&json!(2), &json!(1)));
    assert_ne!(first[2], second[2], "each call has a seed of its own");
    let again = worker.entrypoint().warm_up("fetch", ("https://example.com/",)).await;
    assert!(matches!(again, Err(Error::InvalidCode(CodeError::HasImage))), "{again:?}");
}

#[tokio::test]
async fn a_call_that_leaves_something_pending_makes_no_image() {
    const SOURCE: &str = "let state = 0;
        export default {
            run: () => state,
            waiting() { state = 1; return new Promise(resolve => setTimeout(resolve, 1)) },
            async calls(n, env) { state = 1; return await env.NUMBER.get() },
            waitUntil(n, env, ctx) { state = 1; ctx.waitUntil(new Promise(() => {})) },
            exports() { state = 1; return { f() {} } },
        }";
    for method in ["waiting", "calls", "waitUntil", "exports"] {
        let worker = Case::js(SOURCE).env("NUMBER", Number).worker();
        let image = worker.entrypoint().warm_up(method, (1,)).await;
        assert!(!image.expect("no error"), "{method}");
        let _ = call(&worker.fresh_per_call(), ()).await.expect_ok(json!(0));
    }
}

#[tokio::test]
async fn a_warm_up_that_fails_can_be_tried_again() {
    let worker = Case::js(
        "let calls = 0;
         export default { run: () => calls, bad() { calls++; throw new Error('no') },
            // A timer ends with the call that has set it.
            good() { calls++; setTimeout(() => { calls = 'rang' }, 0) } }",
    )
    .worker();
    let failed = worker.entrypoint().warm_up("bad", (1,)).await.expect_err("it throws");
    assert!(failed.to_string().contains("no"), "{failed}");
    assert!(worker.entrypoint().warm_up("good", (1,)).await.expect("an image"));
    let _ = call(&worker.fresh_per_call(), ()).await.expect_ok(json!(1));
}

#[tokio::test]
async fn nothing_leaks_from_one_fresh_call_to_the_next() {
    let worker = Case::js(
        "const secrets = []; let timer;
         export default { async run(secret, env, ctx) {
            const seen = [...secrets, globalThis.secret, Object.prototype.secret, console.secret, timer].filter(x => x !== undefined);
            secrets.push(secret); globalThis.secret = Object.prototype.secret = console.secret = secret;
            timer = setInterval(() => {}, 1);
            ctx.waitUntil(new Promise(resolve => setTimeout(resolve, 2)));
            return seen;
         } }",
    )
    .fresh()
    .worker();
    for secret in 0..4 {
        let _ = call(&worker, secret).await.expect_ok(json!([]));
    }
    let (a, b) = tokio::join!(call(&worker, "a"), call(&worker, "b"));
    assert_eq!((a.json(), b.json()), (json!([]), json!([])));
}

#[tokio::test]
async fn a_fresh_call_that_was_stopped_leaves_the_image_as_it_was() {
    let worker = Case::js(
        "let state = 'new'; export default { run(kind) { const was = state; state = 'used'; while (kind === 'loop'); return was } }",
    )
    .limits(|limits| limits.fuel(100_000_000))
    .fresh()
    .worker();
    let _ = call(&worker, "loop").await.expect_outcome(Outcome::ExceededCpu);
    let _ = call(&worker, "").await.expect_ok("new");
}

#[tokio::test]
async fn loading_that_leaves_a_timer_has_no_image_and_works() {
    let worker = Case::js(
        "let ticks = 0; setInterval(() => ticks++, 1);
         let calls = 0;
         export default { async run() { await new Promise(resolve => setTimeout(resolve, 10)); return [++calls, ticks >= 0] } }",
    )
    .worker();
    assert!(!soon(worker.prepare()).await.expect("loads"));
    let fresh = worker.fresh_per_call();
    for _ in 0..3 {
        let _ = call(&fresh, ()).await.expect_ok(json!([1, true]));
    }
}

#[tokio::test]
async fn loading_that_leaves_a_capability_call_has_no_image_and_works() {
    let worker = Case::js(
        "import { env } from 'cloudflare:workers';
         const number = env.NUMBER.get();
         export default { async run() { return await number } }",
    )
    .env("NUMBER", Number)
    .worker();
    assert!(!soon(worker.prepare()).await.expect("loads"));
    let _ = call(&worker.fresh_per_call(), ()).await.expect_ok(7);
}

#[tokio::test]
async fn loading_that_waits_for_a_capability_works() {
    let worker = Case::js(
        "import { env } from 'cloudflare:workers';
         const number = await env.NUMBER.get(); await new Promise(resolve => setTimeout(resolve, 1));
         let calls = 0;
         export default { async run(_, env) { return [number, await env.NUMBER.get(), ++calls] } }",
    )
    .env("NUMBER", Number)
    .worker();
    soon(worker.prepare()).await.expect("loads");
    for _ in 0..2 {
        let _ = call(&worker.fresh_per_call(), ()).await.expect_ok(json!([7, 7, 1]));
    }
}

#[tokio::test]
async fn what_an_image_is_made_of_is_of_any_kind() {
    let worker = Case::ts(
        "import { WorkerEntrypoint } from 'cloudflare:workers';
         import data from './data.json'; import cjs from './lib.cjs';
         const big = new Uint8Array(3 << 20).fill(5); const generator = (function* () { yield 1; yield 2 })(); generator.next();
         const pending = new Promise<number>(resolve => { (globalThis as any).release = resolve });
         const then = pending.then((x: number) => x + 1);
         export default class extends WorkerEntrypoint {
            async run(x: number): Promise<unknown> {
                (globalThis as any).release(x);
                return [data, cjs, big.reduce((a, b) => a + b, 0), generator.next().value, await then, (await import('./late.ts')).late];
            }
         }",
    )
    .file("data.json", "[1]")
    .file("lib.cjs", "module.exports = 'cjs'")
    .file("late.ts", "export const late: string = 'late'")
    .fresh()
    .worker();
    for _ in 0..2 {
        let _ =
            call(&worker, 41).await.expect_ok(json!([[1], "cjs", 5 * (3 << 20), 2, 42, "late"]));
    }
}

#[tokio::test]
async fn an_image_that_fails_is_tried_again() {
    let worker = Case::js("throw new Error('never'); export default {}").worker();
    for _ in 0..2 {
        let error = soon(worker.prepare()).await.expect_err("it throws");
        assert_eq!(error.outcome(), Outcome::Exception);
    }
}

#[tokio::test]
async fn the_time_of_an_image_goes_on() {
    let worker = Case::js(
        "const loaded = Date.now(), started = performance.now();
         export default { run: () => [Date.now() - loaded >= 20, performance.now() >= started] }",
    )
    .worker();
    assert!(soon(worker.prepare()).await.expect("an image"));
    let _ = Case::body("await new Promise(resolve => setTimeout(resolve, 25))").run().await;
    let _ = call(&worker.fresh_per_call(), ()).await.expect_ok(json!([true, true]));
}

#[tokio::test]
async fn entrypoints_of_an_image_take_limits_and_names_as_others_do() {
    let worker = Case::js("export const other = { run: x => x }; export default { run: () => 0 }")
        .fresh()
        .worker();
    let run = crate::harness::run(&worker.named_entrypoint("other"), Some("run"), (3,)).await;
    let _ = run.expect_ok(3);
}

struct Gate(tokio::sync::Semaphore);

#[isolet::capability]
impl Gate {
    pub async fn pass(&self) {
        // Nobody closes the semaphore.
        self.0.acquire().await.expect("a permit").forget();
    }
}

#[tokio::test]
async fn a_fresh_call_answers_before_what_it_left_running_ends() {
    let gate = std::sync::Arc::new(Gate(tokio::sync::Semaphore::new(0)));
    let worker = Case::js(
        "export default { run(how, env, ctx) {
            const passed = env.GATE.pass();
            if (how === 'wait') ctx.waitUntil(passed);
            return how } }",
    )
    .env("GATE", std::sync::Arc::clone(&gate))
    .fresh()
    .worker();
    for how in ["wait", "forget"] {
        let answer = worker.entrypoint().call::<String>("run", (how,));
        assert_eq!(soon(answer).await.expect("an answer, with the gate closed"), how);
    }
    gate.0.add_permits(2);
}

#[tokio::test]
async fn an_image_of_a_large_heap() {
    let worker = Case::js(
        "const large = new Uint8Array(160 << 20); large.fill(1, 0, 1 << 20);
         export default { run: () => [large.length, large[5], large[large.length - 1]] }",
    )
    .limits(|limits| limits.memory_bytes(256 << 20))
    .worker();
    assert!(soon(worker.prepare()).await.expect("an image"));
    for _ in 0..2 {
        let run = call(&worker.fresh_per_call(), ()).await;
        let _ = run.expect_ok(json!([160 << 20, 1, 0]));
    }
}
