//! `LOADER.get`: one worker for an id, loaded once.

use serde_json::json;

use crate::family::{family, family_js};
use crate::harness::{call, torture};

const COUNTER: &str = "let n = 0; export default { next() { return ++n } };";
const CODE: &str = "const code = { mainModule: 'm.js', modules: { 'm.js': CHILD } };";

#[tokio::test]
async fn the_callback_runs_only_on_a_miss() {
    let _ = family(
        COUNTER,
        &format!(
            "{CODE} let loads = 0; const get = (id) => env.LOADER.get(id, async () => {{ loads++; return code }}).getEntrypoint();
             return [await get('a').next(), await get('a').next(), await get('b').next(), await get('a').next(), loads]"
        ),
    )
    .run()
    .await
    .expect_ok([1, 2, 1, 3, 2]);
}

#[tokio::test]
async fn a_worker_of_an_id_outlives_the_call_that_loaded_it() {
    let parent = family_js(
        COUNTER,
        &format!(
            "{CODE} let loads = 0; export default {{ async run(arg, env) {{
                return [await env.LOADER.get('id', () => {{ loads++; return code }}).getEntrypoint().next(), loads] }} }}"
        ),
    )
    .worker();
    let _ = call(&parent, ()).await.expect_ok([1, 1]);
    let _ = call(&parent, ()).await.expect_ok([2, 1]);
}

#[tokio::test]
async fn get_returns_at_once_and_the_callback_may_wait() {
    let _ = family(
        COUNTER,
        &format!(
            "{CODE} const order = [];
             const worker = env.LOADER.get('a', async () => {{
                order.push('callback'); await null; await new Promise((done) => setTimeout(done, 1)); return code }});
             order.push('returned');
             const first = await worker.getEntrypoint().next();
             return [order, first]"
        ),
    )
    .run()
    .await
    .expect_ok(json!([["returned", "callback"], 1]));
}

#[tokio::test]
async fn concurrent_gets_of_an_id_share_one_load() {
    let _ = family(
        COUNTER,
        &format!(
            "{CODE} let loads = 0, open; const gate = new Promise((resolve) => open = resolve);
             const load = async () => {{ loads++; await gate; return code }};
             const calls = Array.from({{ length: 20 }}, () => env.LOADER.get('a', load).getEntrypoint().next());
             open();
             return [(await Promise.all(calls)).sort((a, b) => a - b).join(), loads]"
        ),
    )
    .run()
    .await
    .expect_ok(json!(["1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20", 1]));
}

#[tokio::test]
async fn gets_that_share_a_load_share_its_failure() {
    let _ = family(
        "",
        "let asked = 0;
         const get = () => env.LOADER.get('a', async () => { asked++; await null; throw new RangeError('no ' + asked) }).getEntrypoint();
         const calls = Array.from({ length: 3 }, () => caught(() => get().f()));
         return [await Promise.all(calls), asked, await caught(() => get().f()), asked]",
    )
    .run()
    .await
    .expect_ok(json!([vec![["RangeError", "no 1"]; 3], 1, ["RangeError", "no 2"], 2]));
}

#[tokio::test]
async fn calls_that_wait_for_a_load_keep_their_order() {
    let _ = family(
        "const seen = []; export default { note(n) { seen.push(n) }, seen() { return seen } }",
        &format!(
            "{CODE} let open; const gate = new Promise((resolve) => open = resolve);
             const stub = env.LOADER.get('a', async () => {{ await gate; return code }}).getEntrypoint();
             const calls = Array.from({{ length: 20 }}, (_, n) => stub.note(n));
             open();
             await Promise.all(calls);
             return stub.seen()"
        ),
    )
    .run()
    .await
    .expect_ok((0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn no_id_is_a_worker_of_its_own() {
    let _ = family(
        COUNTER,
        &format!(
            "{CODE} let loads = 0; const get = (id) => env.LOADER.get(id, () => {{ loads++; return code }}).getEntrypoint().next();
             return [await get(null), await get(null), await get(undefined), await get('null'), await get('null'), loads]"
        ),
    )
    .run()
    .await
    .expect_ok([1, 1, 1, 1, 2, 4]);
}

#[tokio::test]
async fn ids_are_text_and_any_text() {
    let _ = family(
        COUNTER,
        &format!(
            "{CODE} const get = (id) => env.LOADER.get(id, () => code).getEntrypoint().next();
             return [await get(5), await get('5'), await get('__proto__'), await get('constructor'), await get(''), await get('')]"
        ),
    )
    .run()
    .await
    .expect_ok([1, 2, 1, 1, 1, 2]);
}

#[tokio::test]
async fn a_callback_that_fails_is_asked_again() {
    let _ = family(
        COUNTER,
        &format!(
            "{CODE} let asked = 0;
             const get = () => caught(() => env.LOADER.get('a', () => {{
                if (++asked < 3) throw new RangeError('not yet ' + asked); return code }}).getEntrypoint().next());
             return [await get(), await get(), await get(), await get(), asked]"
        ),
    )
    .run()
    .await
    .expect_ok(json!([
        ["RangeError", "not yet 1"],
        ["RangeError", "not yet 2"],
        ["no error", 1],
        ["no error", 2],
        3
    ]));
}

#[tokio::test]
async fn a_callback_that_returns_no_code_is_asked_again() {
    let run = family(
        COUNTER,
        &format!(
            "{CODE} const codes = [undefined, {{}}, {{ mainModule: 'm.js', modules: {{}} }}, {{ mainModule: 'x.js', modules: {{ 'm.js': '' }} }}, code];
             const get = () => caught(() => env.LOADER.get('a', () => codes.shift()).getEntrypoint().next());
             const results = []; while (codes.length > 0) results.push(await get());
             return results"
        ),
    )
    .run()
    .await
    .json();
    for (index, name) in
        ["TypeError", "TypeError", "TypeError", "Error", "no error"].iter().enumerate()
    {
        assert_eq!(run[index][0], *name, "{run}");
    }
}

#[tokio::test]
async fn a_worker_that_failed_to_start_is_loaded_again() {
    let _ = family(
        COUNTER,
        "const sources = [\"throw new Error('broken')\", 'let = =', CHILD];
         const get = () => caught(() => env.LOADER.get('a', () => (
            { mainModule: 'm.js', modules: { 'm.js': sources.shift() } })).getEntrypoint().next());
         return [(await get())[0], (await get())[0], await get(), sources.length]",
    )
    .run()
    .await
    .expect_ok(json!(["Error", "Error", ["no error", 1], 0]));
}

#[tokio::test]
async fn a_callback_that_is_none_throws_at_once() {
    let _ = family(
        "",
        "const of = (f) => { try { env.LOADER.get('a', f); return 'no error' } catch (e) { return e.name } };
         return [of(), of(null), of({}), of(() => {})]",
    )
    .run()
    .await
    .expect_ok(["TypeError", "TypeError", "TypeError", "no error"]);
}

#[tokio::test]
async fn ids_belong_to_the_loader_that_was_granted() {
    // A child that has the same binding cannot reach or poison what its parent keeps.
    let child = "export default { async run(arg, env) {
        const code = { mainModule: 'm.js', modules: { 'm.js': 'export default { who() { return \"child\" } }' } };
        return env.LOADER.get('shared', () => code).getEntrypoint().who() } }";
    let _ = family(
        child,
        "const mine = { mainModule: 'm.js', modules: { 'm.js': 'export default { who() { return \"parent\" } }' } };
         const more = { env: { LOADER: env.LOADER } };
         const before = await child(env, more).run();
         const own = await env.LOADER.get('shared', () => mine).getEntrypoint().who();
         return [before, own, await child(env, more).run()]",
    )
    .run()
    .await
    .expect_ok(["child", "parent", "child"]);
}

#[tokio::test]
async fn two_bindings_keep_two_sets_of_ids() {
    let _ = family(
        COUNTER,
        &format!(
            "{CODE} const get = (loader) => loader.get('a', () => code).getEntrypoint().next();
             return [await get(env.LOADER), await get(env.OTHER), await get(env.LOADER)]"
        ),
    )
    .code(|code| code.loader("OTHER"))
    .run()
    .await
    .expect_ok([1, 1, 2]);
}

#[tokio::test]
async fn a_thousand_ids_are_kept_and_the_least_recently_used_goes_first() {
    // The thousands of turns are slow in torture mode, and exercise nothing else.
    if torture() {
        return;
    }
    let _ = family(
        COUNTER,
        "let loads = 0;
         const touch = (id) => { env.LOADER.get(id, () => { loads++; return { mainModule: 'm.js', modules: { 'm.js': '' } } }).getEntrypoint() };
         const settled = () => caught(() => env.LOADER.get(null, () => null).getEntrypoint().f());
         for (let id = 0; id < 1000; id++) touch(id);
         while (loads < 1000) await settled();
         touch(0); await settled(); touch('new');
         while (loads < 1001) await settled();
         const before = loads;
         touch(0); await settled();
         const kept = loads - before;
         touch(1);
         while (loads === before + kept) await settled();
         return [before, kept, loads - before]",
    )
    .run()
    .await
    .expect_ok([1001, 0, 1]);
}

#[tokio::test]
async fn loaders_of_one_id_share_their_workers() {
    let loaded = family(
        COUNTER,
        &format!(
            "{CODE} let loads = 0; const next = (loader) => loader.get('a', () => {{ loads++; return code }}).getEntrypoint().next();
             const {{ LOADER, FIRST, SECOND, OTHER }} = env;
             return [await next(FIRST), await next(SECOND), await next(OTHER), await next(LOADER), loads]"
        ),
    )
    .code(|code| {
        let code = code.loader_with_id("FIRST", "shared").loader_with_id("SECOND", "shared");
        code.loader_with_id("OTHER", "other")
    })
    .run()
    .await;
    let _ = loaded.expect_ok([1, 2, 1, 1, 3]);
}
