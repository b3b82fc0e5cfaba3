//! Children that attack their parent. The parent gets a clear answer and goes on.

use isolet::Worker;
use serde_json::{Value as Json, json};

use crate::harness::{Case, Run, assert_alive, call, fresh_engine_of, retry_overloaded};

/// Creates a parent that runs `attack` with `child`, `load` and `RpcTarget` in scope. `child` is an
/// entrypoint whose class has the body `arg.source`.
fn parent(attack: &str) -> Worker {
    Case::js(format!(
        "import {{ RpcTarget }} from 'cloudflare:workers';
        export default {{ async run(arg, env) {{
            const load = (source, limits) => env.LOADER.load({{
                compatibilityDate: '2026-03-01',
                mainModule: 'child.js',
                modules: {{ 'child.js': `import {{ WorkerEntrypoint, RpcTarget }} from
                    'cloudflare:workers';
                    export default class extends WorkerEntrypoint {{ ${{source}} }}` }},
                limits,
            }}).getEntrypoint();
            if (!arg) return 'fine';
            const child = load(arg.source, arg.limits);
            {attack}
        }} }};"
    ))
    .code(|code| code.loader("LOADER"))
    .limits(|limits| limits.fuel(100_000_000_000))
    .worker()
}

/// Runs the attack, and asserts that its worker and its engine go on.
async fn attacked(attack: &str, source: &str, limits: Json) -> Run {
    let worker = parent(attack);
    let run = call(&worker, json!({ "source": source, "limits": limits })).await;
    let again = json!({ "source": "hello() { return 'hello' }", "limits": {} });
    let honest = parent("return await child.hello()");
    let _ = call(&honest, &again).await.expect_ok("hello");
    let _ = call(&worker, Json::Null).await.expect_ok("fine");
    assert_alive().await;
    run
}

fn is_torture() -> bool {
    std::env::var("ISOLET_TORTURE").is_ok_and(|value| value == "1")
}

/// The parent returns what it caught.
const CAUGHT: &str = "try { return ['ok', await child.attack()] }
    catch (error) { return ['error', String(error.message ?? error)] }";

#[track_caller]
fn assert_caught(run: &Run, text: &str) {
    let Json::Array(answer) = run.json() else { panic!("{run:?}") };
    assert_eq!(answer[0], "error", "{run:?}");
    assert!(answer[1].as_str().is_some_and(|said| said.contains(text)), "{answer:?}");
}

#[tokio::test]
async fn a_child_that_floods_its_parent_with_calls() {
    let attack = "let pings = 0;
        const ping = () => { pings++; };
        try { await child.attack(ping); return 'all of them' }
        catch (error) { return [error.message.includes('capability calls'), pings <= 1000] }";
    let limits = json!({ "subRequests": 1000 });
    let all = "async attack(ping) {
        await Promise.all(Array.from({ length: 2000 }, () => ping())) }";
    let _ = attacked(attack, all, limits.clone()).await.expect_ok([true, true]);
    let one_by_one = "async attack(ping) { for (;;) await ping() }";
    let _ = attacked(attack, one_by_one, limits).await.expect_ok([true, true]);
    let unawaited = "attack(ping) { for (;;) ping() }";
    let attack = attack.replace("'capability calls'", "'exceeded'");
    let _ =
        attacked(&attack, unawaited, json!({ "fuel": 300_000_000 })).await.expect_ok([true, true]);
}

#[tokio::test]
async fn a_child_that_asks_for_fewer_calls_gets_no_more() {
    let source = "async attack() {
        const echo = this.ctx.exports.default;
        for (let i = 0; i < 20; i++) await echo.fine() }
        fine() {}";
    let run = attacked(CAUGHT, source, json!({ "subRequests": 10 })).await;
    assert_caught(&run, "capability calls");
}

#[tokio::test]
async fn a_child_that_never_answers() {
    // Nothing can wake the call, which the host detects at once.
    let run = attacked(CAUGHT, "attack() { return new Promise(() => {}) }", json!({})).await;
    assert_caught(&run, "hung");
    let looping = "async attack() { for (;;) await new Promise(go => setTimeout(go, 1)) }";
    let run = attacked(CAUGHT, looping, json!({ "wallMs": 100 })).await;
    assert_caught(&run, "wall time");
    let run = attacked(CAUGHT, "attack() { for (;;); }", json!({ "fuel": 100_000_000 })).await;
    assert_caught(&run, "fuel");
}

#[tokio::test]
async fn a_stub_that_never_answers() {
    let attack = "const never = await child.attack();
        const said = [];
        for (const call of [() => never(), () => never.a.b.c(1), () => never.x])
            try { said.push(await call()) } catch (error) { said.push(error.message) }
        return said.every(text => /wall time|not a function|does not implement/.test(text)) || said";
    let source = "attack() {
        const f = () => new Promise(() => {});
        f.a = { b: { c: f } };
        Object.defineProperty(f, 'x', { value: new Promise(() => {}) });
        return f }";
    let _ = attacked(attack, source, json!({ "wallMs": 100 })).await.expect_ok(true);
    // The other way round, the child calls a function of the parent, which does not answer before
    // the child is gone.
    let attack = "try { return await child.attack(() => new Promise(() => {})) }
        catch (error) { return /wall time/.test(error.message) || error.message }";
    let source = "async attack(never) { await never() }";
    let _ = attacked(attack, source, json!({ "wallMs": 100 })).await.expect_ok(true);
}

#[tokio::test]
async fn a_child_that_resolves_twice() {
    let source = "attack() { return { then(resolve, reject) {
        resolve('first'); resolve('second'); reject(new Error('third')); throw 'fourth' } } }";
    let _ = attacked(CAUGHT, source, json!({})).await.expect_ok(["ok", "first"]);
}

#[tokio::test]
async fn a_child_whose_values_throw_while_they_are_sent() {
    for (thrown, text) in [
        ("return { get x() { throw new Error('boo') } }", "boo"),
        ("return [1, { get x() { throw 'boo' } }]", "boo"),
        ("return new Map([[{ get x() { throw new TypeError('boo') } }, 1]])", "boo"),
        ("return new Proxy({}, { getPrototypeOf() { throw new Error('boo') } })", "boo"),
        ("return new Proxy(class {}, { getPrototypeOf() { return null; throw 1 } }).x.y", ""),
        ("const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return [proxy]", ""),
        ("return { get x() { return this.x } }", "stack"),
        (
            "throw Object.defineProperty(new Error('boo'), 'x', { enumerable: true, \
            get() { throw new Error('hoo') } })",
            "boo",
        ),
        (
            "throw Object.defineProperty(new Error('boo'), 'stack', { \
            get() { throw new Error('hoo') } })",
            "",
        ),
        ("throw { get message() { throw 1 } }", ""),
        ("return { get then() { throw new Error('boo') } }", "boo"),
    ] {
        let source = format!("attack() {{ {thrown} }}");
        let run = attacked(CAUGHT, &source, json!({})).await;
        assert_caught(&run, text);
    }
}

#[tokio::test]
async fn a_child_whose_arguments_throw_while_they_are_sent() {
    let attack = "let calls = 0;
        const said = await child.attack(() => { calls++ });
        return [said, calls]";
    let source = "async attack(back) {
        try { await back({ get x() { throw new Error('boo') } }) } catch (error) {
            return error.message } }";
    let _ = attacked(attack, source, json!({})).await.expect_ok(json!(["boo", 0]));
}

#[tokio::test]
async fn a_child_that_holds_a_hundred_thousand_stubs() {
    let attack = "const made = () => Array.from({ length: 1000 }, (_, i) => () => i);
        let held = 0;
        try { for (let i = 0; i < arg.thousands; i++) held = await child.keep(made()) }
        catch (error) { return error.message }
        return [held, await child.use(held - 1)]";
    let source = "
        keep(list) { const all = globalThis.all ??= [];
            for (const stub of list) all.push(stub.dup()); return all.length }
        async use(index) { return await globalThis.all[index]() }";
    let worker = parent(attack);
    let run = |thousands: u32| {
        let worker = worker.clone();
        async move {
            call(&worker, json!({ "source": source, "limits": {}, "thousands": thousands })).await
        }
    };
    // Each release takes a turn, and torture mode makes turns slow.
    let thousands = if is_torture() { 4 } else { 100 };
    let _ = run(thousands).await.expect_ok(json!([thousands * 1000, 999]));
    assert_alive().await;
}

#[tokio::test]
async fn a_child_that_is_given_more_stubs_than_it_may_hold() {
    if is_torture() {
        return;
    }
    let attack = "const made = Array.from({ length: 10000 }, (_, i) => () => i);
        try { for (let i = 0; i < 40; i++) await child.keep(made) }
        catch (error) { return error.message }
        return 'held them all'";
    let source = "keep(list) { const all = globalThis.all ??= [];
        for (const stub of list) all.push(stub.dup()) }";
    let run = attacked(attack, source, json!({})).await;
    let text = run.json().as_str().map(str::to_owned).unwrap_or_default();
    assert!(text.contains("exceeded the"), "{text}");
}

#[tokio::test]
async fn an_answer_that_the_parent_hands_back_as_its_own() {
    let attack = |text: &str| {
        format!(
            "const itself = child.get();
        const asked = itself.foo(1);
        await child.save(itself);
        const said = [];
        for (const answer of [asked, itself.bar(2)])
            try {{ said.push(await answer) }} catch (error) {{ said.push(error.message) }}
        return said.every(text => /{text}/.test(text)) || said"
        )
    };
    let source = |resolve: &str| {
        format!(
            "get() {{ return new Promise(resolve => {{ globalThis.resolve = resolve }}) }}
             save(answer) {{ globalThis.resolve({resolve}) }}"
        )
    };
    for (resolve, text) in [
        ("[answer.dup()]", "itself"),
        // A promise that resolves another one is awaited, which takes an open invocation.
        ("answer.dup()", "belongs to is over"),
    ] {
        let limits = json!({ "wallMs": 500 });
        let _ = attacked(&attack(text), &source(resolve), limits).await.expect_ok(true);
    }
}

#[tokio::test]
async fn a_child_that_is_stopped_takes_nobody_along() {
    let attack = "const other = load('hello() { return 1 }');
        await other.hello();
        let error;
        try { await child.attack() } catch (thrown) { error = thrown.message }
        return [await other.hello(), /memory limit/.test(error) || error]";
    let source = "attack() { const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1)) }";
    let limits = json!({ "memoryBytes": 16 << 20 });
    let _ = attacked(attack, source, limits).await.expect_ok(json!([1, true]));
    // A child never has more fuel than its parent.
    let run = Case::js(
        "export default { async run(arg, env) {
            const child = env.LOADER.load({ mainModule: 'c.js', limits: { fuel: 1e12 },
                modules: { 'c.js': 'export default { run() { for (;;); } }' } });
            await child.getEntrypoint().run();
        } }",
    )
    .code(|code| code.loader("LOADER"))
    .limits(|limits| limits.fuel(200_000_000))
    .run()
    .await;
    assert!(run.error().to_string().contains("fuel of 200000000"), "{run:?}");
}

/// Runs parents one after another in an engine with room for few. Each parent keeps what `body`
/// makes of `new Back()` and calls its `hello`.
async fn ends_all_the_same(body: &str) {
    let engine = fresh_engine_of(6);
    for _ in 0..12 {
        let worker = Case::js(format!(
            "import {{ RpcTarget, WorkerEntrypoint }} from 'cloudflare:workers';
            class Back extends RpcTarget {{ hello() {{ return 'hello' }} }}
            const load = (env, bindings) => env.LOADER.get('child', () => ({{
                mainModule: 'c.js',
                env: bindings,
                modules: {{ 'c.js': `import {{ WorkerEntrypoint }} from 'cloudflare:workers';
                    export default class extends WorkerEntrypoint {{
                        hello() {{ return (this.env.BACK ?? this.ctx.props.back).hello() }} }}` }},
            }}));
            export class Named extends WorkerEntrypoint {{
                hello() {{ return this.ctx.props.back.hello() }} }}
            export default {{ async run(arg, env, ctx) {{
                const kept = globalThis.kept = await ({body});
                return await kept.hello();
            }} }};"
        ))
        .engine(&engine)
        .code(|code| code.loader("LOADER"))
        .worker();
        let _ = retry_overloaded(&worker).await.expect_ok("hello");
    }
}

#[tokio::test]
async fn a_parent_whose_kept_child_holds_on_to_it_ends_all_the_same() {
    ends_all_the_same("load(env, { BACK: new Back(), LOADER: env.LOADER }).getEntrypoint()").await;
}

#[tokio::test]
async fn a_parent_that_is_in_the_props_of_its_child_ends_all_the_same() {
    ends_all_the_same("load(env, {}).getEntrypoint(null, { props: { back: new Back() } })").await;
}

#[tokio::test]
async fn a_worker_that_is_in_its_own_props_ends_all_the_same() {
    ends_all_the_same("ctx.exports.Named({ props: { back: new Back() } })").await;
}
