//! `env.LOADER` from inside a worker: `load`, `get` and their errors.

mod children;
mod get;
mod in_rust;
mod sizes;

use serde_json::{Value as Json, json};

use crate::family::family;
use crate::harness::Case;

const COUNTER: &str = "let n = 0; export default { next() { return ++n } };";

/// Returns the result of a parent with that body. Its child has an empty default export.
async fn refused(body: &str) -> Json {
    family("export default {}", body).run().await.json()
}

#[tokio::test]
async fn the_binding_is_an_object_with_load_and_get() {
    let _ = family(
        COUNTER,
        "return [typeof env.LOADER, typeof env.LOADER.load, typeof env.LOADER.get, typeof env.LOADER.evict]",
    )
    .run()
    .await
    .expect_ok(["object", "function", "function", "undefined"]);
}

#[tokio::test]
async fn the_documentations_own_program_runs() {
    let _ = Case::js(
        "import { WorkerEntrypoint, RpcTarget } from 'cloudflare:workers';
         class ChatRoom extends RpcTarget { posts = []; post(text) { this.posts.push(text); return this.posts.length } }
         export default { async run(param, env) {
            const agentCode = `export default { async myAgent(param, env, ctx) {
                return [param, await env.CHAT_ROOM.post(param)] } }`;
            const chatRoomRpcStub = new ChatRoom();
            const worker = env.LOADER.load({
              compatibilityDate: '2026-03-01',
              mainModule: 'agent.js',
              modules: { 'agent.js': agentCode },
              env: { CHAT_ROOM: chatRoomRpcStub },
              globalOutbound: null,
            });
            return await worker.getEntrypoint().myAgent(param);
         } }",
    )
    .code(|code| code.loader("LOADER"))
    .arg("hello")
    .run()
    .await
    .expect_ok(json!(["hello", 1]));
}

#[tokio::test]
async fn load_gives_a_new_worker_every_time() {
    let _ = family(
        COUNTER,
        "const [a, b] = [child(env), child(env)];
         return [await a.next(), await a.next(), await b.next()]",
    )
    .run()
    .await
    .expect_ok([1, 2, 1]);
}

#[tokio::test]
async fn load_returns_at_once_and_runs_nothing_before_the_first_call() {
    let _ = family("throw new Error('ran')", "const worker = load(env); return typeof worker")
        .run()
        .await
        .expect_ok("object");
}

#[tokio::test]
async fn malformed_code_throws_a_type_error_at_once() {
    let run = family(
        "",
        "const of = (modules, more = {}) => ({ mainModule: 'm.js', modules, ...more });
         const good = { 'm.js': '' };
         const codes = [undefined, null, 'x', {}, { mainModule: 'm.js' }, { modules: good },
            of({}), of('x'), of({ 'm.js': 5 }), of({ 'm.js': null }), of({ 'm.js': {} }),
            of({ 'm.js': { js: '', text: '' } }), of({ 'm.js': { js: 5 } }), of({ 'm.js': { data: 'x' } }),
            of({ 'm.js': { wasm: new Uint8Array(8) } }), of({ 'm.js': { py: '' } }),
            of(good, { env: 5 }), of(good, { compatibilityDate: 5 }), of(good, { compatibilityFlags: 'x' }),
            of(good, { globalOutbound: 'x' }), of(good, { tails: 'x' }), of(good, { tails: [5] }),
            of(good, { limits: 5 }), of(good, { limits: { cpuMs: -1 } }), of(good, { limits: { fuel: NaN } }),
            of(good, { limits: { cpuMs: Infinity } }), of(good, { limits: { cpuMs: '5' } }),
            of(good, { env: { s: Symbol() } })];
         return codes.map((code) => {
            try { env.LOADER.load(code); return 'no error' } catch (e) { return `${e.name}: ${e.message}` }
         })",
    )
    .run()
    .await;
    let errors: Vec<String> = serde_json::from_value(run.json()).expect("strings");
    let expected = [
        "object",
        "object",
        "object",
        "mainModule",
        "modules",
        "mainModule",
        "at least one module",
        "modules",
        "m.js",
        "m.js",
        "exactly one of: js, cjs, text, data, json, wasm, py",
        "exactly one of",
        "must be a string",
        "ArrayBuffer",
        "\"wasm\" modules are not supported",
        "\"py\" modules are not supported",
        "env",
        "compatibilityDate",
        "compatibilityFlags",
        "globalOutbound",
        "tails",
        "tails",
        "limits",
        "cpuMs",
        "fuel",
        "cpuMs",
        "cpuMs",
    ];
    for (index, (error, part)) in errors.iter().zip(expected).enumerate() {
        assert!(error.starts_with("TypeError: ") && error.contains(part), "{index}: {error}");
    }
    assert_eq!(errors.len(), expected.len() + 1);
    assert!(errors[27].starts_with("DataCloneError: "), "{}", errors[27]);
}

#[tokio::test]
async fn a_plain_string_module_whose_name_says_no_kind_throws_at_once() {
    let run = refused(
        "try { load(env, '', { mainModule: 'm.js', modules: { 'm.js': '', 'm.wat': '' } }); return 'no error' }
         catch (e) { return e.name }",
    );
    assert_eq!(run.await, json!("TypeError"));
}

#[tokio::test]
async fn a_main_module_that_is_not_there_is_named() {
    let error = refused(
        "const worker = env.LOADER.load({ mainModule: 'x.js', modules: { 'm.js': '' } });
         return (await caught(() => worker.getEntrypoint().f()))[1]",
    )
    .await;
    assert!(error.as_str().is_some_and(|text| text.contains("x.js")), "{error}");
}

#[tokio::test]
async fn modules_are_what_their_names_say() {
    let _ = family(
        "",
        r#"const worker = env.LOADER.load({ mainModule: 'm.ts', modules: {
            'm.ts': `import a from './a.js'; import b from './b.mjs'; import c from './c.cjs'; import d from './d.json';
                     import e from './e.txt'; import { f } from './f.jsx'; import { g } from './g.tsx';
                     export default { run(x: number): unknown { return [a, b, c.c, d, e, f, g] } }`,
            'a.js': 'export default 1', 'b.mjs': 'export default 2', 'c.cjs': 'exports.c = 3',
            'd.json': '{"d": 4}', 'e.txt': 'five', 'f.jsx': 'export const f = 6',
            'g.tsx': 'export const g: number = 7',
         } });
         return worker.getEntrypoint().run()"#,
    )
    .run()
    .await
    .expect_ok(json!([1, 2, 3, { "d": 4 }, "five", 6, 7]));
}

#[tokio::test]
async fn modules_are_what_their_objects_say() {
    let _ = family(
        "",
        "const worker = env.LOADER.load({ mainModule: 'main', modules: {
            main: { js: `import a from 'a'; import b from 'b'; import c from 'c'; import d from 'd.js';
                export default { run() { return [a.a, b, c instanceof ArrayBuffer, [...new Uint8Array(c)], d] } }` },
            a: { cjs: 'module.exports = { a: 1 }' }, b: { text: 'two' },
            c: { data: new Uint8Array([0, 1, 2, 3]).subarray(1) }, 'd.js': { json: { d: [null] } },
         } });
         return worker.getEntrypoint().run()",
    )
    .run()
    .await
    .expect_ok(json!([1, "two", true, [1, 2, 3], { "d": [null] }]));
}

#[tokio::test]
async fn a_date_and_flags_are_accepted_and_an_unknown_flag_is_a_warning() {
    let run = family(
        COUNTER,
        "return child(env, { compatibilityDate: '2026-03-01', compatibilityFlags: ['x_y_z'] }).next()",
    )
    .run()
    .await
    .expect_ok(1);
    assert!(run.logs().iter().any(|line| line.contains("x_y_z")), "{:?}", run.logs());
}

#[tokio::test]
async fn a_childs_env_holds_clones_and_stubs() {
    let _ = family(
        "export default { async run(arg, env) {
            const { map, big, date, cycle, bytes, call, target, none } = env;
            return [map.get('k').has(1), typeof big, date.getTime(), cycle.self === cycle, [...bytes],
                await call(20), await target.twice(21), none === undefined, Object.keys(env).length] } }",
        "class Target extends RpcTarget { twice(n) { return n * 2 } }
         const cycle = {}; cycle.self = cycle;
         return child(env, { env: { map: new Map([['k', new Set([1])]]), big: 1n, date: new Date(5), cycle,
            bytes: new Uint8Array([1, 2]), call: (n) => n + 1, target: new Target() } }).run()",
    )
    .run()
    .await
    .expect_ok(json!([true, "bigint", 5, true, [1, 2], 21, 42, true, 7]));
    let _ = family(
        "export default { run(arg, env) { return Object.keys(env) } }",
        "return child(env).run()",
    )
    .run()
    .await
    .expect_ok(json!([]));
}

#[tokio::test]
async fn buffers_are_copied_when_they_are_given() {
    let source = "import d from 'd'; export default { run(arg, env) { return [[...new Uint8Array(d)], [...env.view]] } }";
    let _ = family(
        source,
        "const buffer = new ArrayBuffer(3, { maxByteLength: 8 });
         const view = new Uint8Array(buffer); view.set([1, 2, 3]);
         const code = { mainModule: 'm.js', modules: { 'm.js': CHILD, d: { data: buffer } }, env: { view } };
         const loaded = env.LOADER.load(code).getEntrypoint();
         const got = env.LOADER.get('x', () => code).getEntrypoint();
         const first = await got.run();
         view.fill(9); buffer.resize?.(1); code.modules = {};
         return [await loaded.run(), first, await got.run()]",
    )
    .run()
    .await
    .expect_ok(json!([[[1, 2, 3], [1, 2, 3]], [[1, 2, 3], [1, 2, 3]], [[1, 2, 3], [1, 2, 3]]]));
}

#[tokio::test]
async fn a_childs_network_is_denied_unless_it_is_named() {
    const DENIED: &str = "This worker is not permitted to access the internet via global functions like fetch(). It must use capabilities (such as bindings in 'env') to talk to the outside world.";
    let _ = family(
        "export default { async run() { try { await fetch('https://example.com') } catch (e) { return e.message } } }",
        "return [await child(env, { globalOutbound: null }).run(), await child(env).run()]",
    )
    .run()
    .await
    .expect_ok([DENIED, DENIED]);
}

#[tokio::test]
async fn a_module_that_throws_reads_as_it_does_with_the_peer() {
    let run = family(
        "",
        "const worker = load(env, 'throw new Error(\"broken\")');
         return [await caught(() => worker.getEntrypoint().f()), await caught(() => worker.getEntrypoint().f())]",
    )
    .run()
    .await
    .json();
    assert_eq!(run[0], run[1]);
    assert_eq!(run[0][0], "Error");
    let message = run[0][1].as_str().expect("text");
    let place =
        message.strip_prefix("Failed to start Worker:\nUncaught Error: broken\n  at m.js:1:");
    assert!(place.is_some_and(|column| column.parse::<u32>().is_ok()), "{message:?}");
}

#[tokio::test]
async fn what_a_module_throws_need_not_be_an_error() {
    let run = family(
        "",
        "const of = async (source) => (await caught(() => load(env, source).getEntrypoint().f()))[1];
         return [await of('throw \"text\"'), await of('throw 5'), await of('throw undefined')]",
    )
    .run()
    .await
    .json();
    for (index, thrown) in ["text", "5", "undefined"].iter().enumerate() {
        let start = format!("Failed to start Worker:\nUncaught Error: {thrown}");
        assert!(run[index].as_str().is_some_and(|text| text.starts_with(&start)), "{run}");
    }
}

#[tokio::test]
async fn what_the_loader_lacks_is_refused() {
    let told = family(
        COUNTER,
        "const of = (f) => { try { f(); return 'no error' } catch (e) { return `${e.name}: ${e.message}` } };
         return [of(() => load(env, CHILD, { streamingTails: [ctx.exports.default] })), of(() => load(env).getDurableObjectClass('A'))]",
    )
    .run()
    .await
    .json();
    for (index, name) in ["streamingTails", "getDurableObjectClass"].iter().enumerate() {
        let text = told[index].as_str().expect("text");
        assert!(text.contains(name) && text.contains("not supported"), "{told}");
    }
}

#[tokio::test]
async fn a_module_that_does_not_parse_or_link_says_where() {
    let run = family(
        "",
        "const of = (source) => caught(() => load(env, source).getEntrypoint().f());
         return [await of('let a = 1;\\nlet = ='), await of('import \"./nowhere.js\"')]",
    )
    .run()
    .await
    .json();
    assert!(run[0][1].as_str().is_some_and(|text| text.contains("m.js:2")), "{run}");
    assert!(run[1][1].as_str().is_some_and(|text| text.contains("nowhere.js")), "{run}");
}

#[tokio::test]
async fn entrypoints_that_are_not_there_are_missed_at_the_first_call() {
    let _ = family(
        "export const named = { f() { return 'named' } }; export const n = 5;",
        "const worker = load(env);
         const of = (...name) => caught(() => worker.getEntrypoint(...name).f());
         const sync = (name) => { try { worker.getEntrypoint(name); return 'no error' } catch (e) { return e.name } };
         return [await of('named'), await of('missing'), await of(), await of(null), await of('default'), sync(5)]",
    )
    .run()
    .await
    .expect_ok(json!([
        ["no error", "named"],
        ["TypeError", "Worker has no such entrypoint: missing"],
        ["TypeError", "Worker has no default entrypoint."],
        ["TypeError", "Worker has no default entrypoint."],
        ["TypeError", "Worker has no default entrypoint."],
        "TypeError",
    ]));
}

#[tokio::test]
async fn a_loader_can_be_handed_on_to_grandchildren() {
    let child = "export default { async run(depth, env) {
        if (depth === 0) return 'bottom';
        const code = { mainModule: 'm.js', modules: { 'm.js': env.SOURCE }, env };
        return [depth, await env.LOADER.load(code).getEntrypoint().run(depth - 1)] } }";
    let _ =
        family(child, "return child(env, { env: { LOADER: env.LOADER, SOURCE: CHILD } }).run(arg)")
            .arg(4)
            .run()
            .await
            .expect_ok(json!([4, [3, [2, [1, "bottom"]]]]));
}
