//! `env.LOADER` from inside a worker: `load`, `get` and their errors.

mod children;
mod get;
mod in_rust;

use isolet::Engine;
use serde_json::{Value as Json, json};

use crate::family::family;
use crate::harness::{Case, config};

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
async fn an_env_of_more_than_a_mebibyte_is_refused() {
    let run = family(
        COUNTER,
        "const of = (bytes) => caught(() => child(env, { env: { text: 'x'.repeat(bytes) } }).next());
         return [await of(2 ** 20 - 100), await of(2 ** 20)]",
    )
    .run()
    .await
    .json();
    assert_eq!(run[0], json!(["no error", 1]));
    let message = run[1][1].as_str().expect("text");
    let bytes = message
        .strip_prefix("Dynamic Worker env size (")
        .and_then(|rest| {
            rest.strip_suffix(" bytes) exceeds the maximum allowed size of 1048576 bytes.")
        })
        .unwrap_or_else(|| panic!("{message}"));
    assert!((1_048_577..1_048_700).contains(&bytes.parse::<u32>().expect("a number")), "{message}");
}

#[tokio::test]
async fn code_may_be_larger_than_a_message_but_not_than_64_mebibytes() {
    let engine = Engine::with_config(config().max_sandboxes(4).max_memory_bytes(512 << 20));
    let _ = family(
        COUNTER,
        "const of = (bytes) => {
            const modules = { 'm.js': CHILD, d: { data: new Uint8Array(bytes - CHILD.length) } };
            return caught(() => load(env, '', { modules }).getEntrypoint().next());
         };
         const got = (bytes) => {
            const modules = { 'm.js': CHILD, d: { data: new Uint8Array(bytes - CHILD.length) } };
            const code = { mainModule: 'm.js', modules };
            return caught(() => env.LOADER.get(`${bytes}`, () => code).getEntrypoint().next());
         };
         const all = [];
         for (const bytes of [33 << 20, 64 << 20, (64 << 20) + 1]) all.push(await of(bytes), await got(bytes));
         return all",
    )
    .engine(&engine.expect("an engine"))
    .limits(|limits| limits.memory_bytes(512 << 20))
    .run()
    .await
    .expect_ok(json!([
        ["no error", 1],
        ["no error", 1],
        ["no error", 1],
        ["no error", 1],
        [
            "Error",
            "Dynamic Worker code size (67108865 bytes) exceeds the maximum allowed size of 67108864 bytes."
        ],
        [
            "Error",
            "Dynamic Worker code size (67108865 bytes) exceeds the maximum allowed size of 67108864 bytes."
        ]
    ]));
}

#[tokio::test]
async fn what_is_too_large_throws_at_once() {
    let engine = Engine::with_config(config().max_sandboxes(4).max_memory_bytes(512 << 20));
    let told = family(
        COUNTER,
        "const of = (more) => { try { load(env, CHILD, more); return 'no error' } catch (e) { return `${e.name}: ${e.message}` } };
         const text = (length) => ({ modules: { 'm.js': CHILD, t: { text: '\\u20ac'.repeat(length) } } });
         const modules = { 'm.js': CHILD, d: { data: new Uint8Array(64 << 20) } };
         return [of({ env: { text: 'x'.repeat(2 ** 20) } }), of({ modules }), of(text((64 << 20) / 3 + 1)), of({ env: { text: [{}], more: 'x'.repeat(2 ** 20) } }),
            of(text(60 * 2 ** 20 / 3)), of({ env: { text: 'x'.repeat(2 ** 20 - 100) } })]",
    )
    .engine(&engine.expect("an engine"))
    .limits(|limits| limits.memory_bytes(512 << 20).fuel(50_000_000_000))
    .run()
    .await
    .json();
    let env = |bytes: u32| {
        format!(
            "Error: Dynamic Worker env size ({bytes} bytes) exceeds the maximum allowed size of 1048576 bytes."
        )
    };
    // The encoding has a version, an object, a key, the length of the text, the text and an end.
    let text = 1 + 1 + (2 + 4) + (1 + 3) + (1 << 20) + 1;
    assert_eq!(told[0], env(text));
    for index in [1, 2] {
        let start = "Error: Dynamic Worker code size (";
        assert!(told[index].as_str().is_some_and(|text| text.starts_with(start)), "{told}");
    }
    assert!(told[3].as_str().is_some_and(|text| text.starts_with("Error: Dynamic Worker env")));
    assert_eq!(told[4], "no error");
    assert_eq!(told[5], "no error");
}

#[tokio::test]
async fn how_much_code_is_too_large_the_engine_says() {
    let engine = Engine::with_config(config().max_sandboxes(4).max_code_bytes(10_000));
    let _ = family(
        COUNTER,
        "const modules = (bytes) => ({ 'm.js': CHILD, t: { text: 'x'.repeat(bytes - CHILD.length) } });
         let thrown; try { load(env, CHILD, { modules: modules(10_001) }) } catch (e) { thrown = e.message }
         return [await load(env, CHILD, { modules: modules(10_000) }).getEntrypoint().next(), thrown]",
    )
    .engine(&engine.expect("an engine"))
    .run()
    .await
    .expect_ok(json!([
        1,
        "Dynamic Worker code size (10001 bytes) exceeds the maximum allowed size of 10000 bytes."
    ]));
}

#[tokio::test]
async fn a_worker_has_at_most_ten_thousand_modules() {
    let told = family(
        "export default { count() { return 1 } }",
        "const modules = (count) => { const all = { 'm.js': CHILD }; for (let n = 1; n < count; n++) all[`${n}.txt`] = ''; return all };
         return [await load(env, CHILD, { modules: modules(10_000) }).getEntrypoint().count(),
             await caught(() => load(env, CHILD, { modules: modules(10_001) }).getEntrypoint().count())]",
    )
    .limits(|limits| limits.fuel(20_000_000_000))
    .run()
    .await
    .json();
    assert_eq!(told[0], 1);
    let text = "A worker may have at most 10000 modules, and this one has 10001.";
    assert_eq!(told[1], json!(["Error", text]));
}

#[tokio::test]
async fn an_id_takes_at_most_a_mebibyte() {
    // The encoding has a version, the kind of text and its length beside the text.
    let told = family(
        COUNTER,
        "const get = (length) => env.LOADER.get('x'.repeat(length), () => ({ mainModule: 'm.js', modules: { 'm.js': CHILD } }));
         return [await get((1 << 20) - 5).getEntrypoint().next(), await caught(() => get((1 << 20) - 4).getEntrypoint().next())]",
    )
    .run()
    .await
    .json();
    assert_eq!(told[0], 1, "{told}");
    let text = "The id of a worker takes 1048577 bytes, and at most 1048576 are allowed.";
    assert_eq!(told[1], json!(["TypeError", text]));
}

/// The host ignores what a worker claims about its buffers.
#[tokio::test]
async fn the_host_counts_by_itself() {
    let engine = Engine::with_config(config().max_sandboxes(4).max_memory_bytes(512 << 20));
    let _ = family(
        COUNTER,
        "const data = Object.defineProperty(new Uint8Array(5 << 20), 'byteLength', { value: 0 }), modules = { 'm.js': CHILD };
         for (let n = 0; n < 15; n++) modules[`d${n}`] = { data };
         return caught(() => load(env, CHILD, { modules }).getEntrypoint().next())",
    )
    .engine(&engine.expect("an engine"))
    .limits(|limits| limits.memory_bytes(512 << 20))
    .run()
    .await
    .expect_ok([
        "Error",
        "Dynamic Worker code size (more than 67108864 bytes) exceeds the maximum allowed size of 67108864 bytes.",
    ]);
}

#[tokio::test]
async fn many_modules_may_be_of_one_buffer() {
    let engine = Engine::with_config(config().max_sandboxes(4).max_memory_bytes(512 << 20));
    let run = family(
        "import first from 'd0'; import last from 'd14';
         export default { run() { return [first.byteLength, last.byteLength, new Uint8Array(last)[1]] } }",
        "const of = (bytes, way, count = 15) => {
            const buffer = new ArrayBuffer(bytes), modules = { 'm.js': CHILD };
            new Uint8Array(buffer)[1] = 7;
            for (let n = 0; n < count; n++) modules[`d${n}`] = { data: n % 2 ? new Uint8Array(buffer) : buffer };
            const code = { mainModule: 'm.js', modules };
            const worker = () => way === 'get' ? env.LOADER.get(`${bytes} ${count}`, () => code) : env.LOADER.load(code);
            return caught(() => worker().getEntrypoint().run());
         };
         return [await of(4 << 20, 'load'), await of(4 << 20, 'get'),
                 await of(5 << 20, 'load'), await of(5 << 20, 'get'), await of(4 << 20, 'get', 1_000), CHILD.length]",
    )
    .engine(&engine.expect("an engine"))
    .limits(|limits| limits.memory_bytes(512 << 20))
    .run()
    .await
    .json();
    for index in [0, 1] {
        assert_eq!(run[index], json!(["no error", [4 << 20, 4 << 20, 7]]));
    }
    let main = run[5].as_u64().expect("a length");
    for (index, buffers) in [(2, 15 * (5 << 20)), (3, 15 * (5 << 20)), (4, 1_000 * (4 << 20))] {
        let text = format!(
            "Dynamic Worker code size ({} bytes) exceeds the maximum allowed size of 67108864 bytes.",
            main + buffers
        );
        assert_eq!(run[index], json!(["Error", text]));
    }
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

/// `fill()` of the parent loads a worker of 62 MiB of code, all from one buffer.
const FILL: &str = "const buffer = new ArrayBuffer(1 << 20);
     const code = () => {
        const modules = { 'm.js': CHILD };
        for (let n = 0; n < 62; n++) modules[`d${n}`] = { data: buffer };
        return { mainModule: 'm.js', modules };
     };
     const fill = () => env.LOADER.load(code());
     const called = (worker) => caught(() => worker.getEntrypoint().next());";

#[tokio::test]
async fn workers_that_nobody_has_take_no_room() {
    let body = "const all = [];
         for (let n = 0; n < 8; n++) all.push(await called(fill()));
         for (let id = 0; id < 8; id++) all.push(await called(env.LOADER.get(`${id}`, code)));
         all.push(await called(fill()));
         return all";
    let run = family(COUNTER, &format!("{FILL} {body}")).run().await;
    let _ = run.expect_ok(vec![json!(["no error", 1]); 17]);
}

#[tokio::test]
async fn workers_that_a_sandbox_keeps_take_no_more_than_their_room() {
    // Each worker has 62 MiB. Three fit into 128 MiB and 66 MiB, and a fourth does not.
    let body = "const kept = [fill(), fill(), fill(), fill()];
         const all = [];
         for (const worker of kept) all.push(await called(worker));
         all.push(await called(env.LOADER.get('x', code)), await called(kept[2]));
         kept.length = 2;
         kept.push(fill());
         all.push(await called(kept[2]));
         return all";
    let run = family(COUNTER, &format!("{FILL} {body}")).run().await.json();
    for refused in [&run[3], &run[4]] {
        let message = refused[1].as_str().expect("text");
        assert!(
            message.starts_with("exceeded the limit of what the host keeps for the sandbox: 260"),
            "{message}"
        );
        assert!(message.contains(" 203423744 allowed"), "{message}");
    }
    for (index, calls) in [(0, 1), (1, 1), (2, 1), (5, 2), (6, 1)] {
        assert_eq!(run[index], json!(["no error", calls]));
    }
}

#[tokio::test]
async fn the_names_of_modules_take_room_too() {
    // Each worker has 10 MiB. Nineteen fit into 128 MiB and 66 MiB, and a twentieth does not.
    let body = "const modules = { 'm.js': CHILD };
         for (let n = 0; n < 10; n++) modules[`${n}`.repeat(1 << 20)] = { text: '' };
         const kept = [], all = [];
         for (let n = 0; n < 20; n++) {
            kept.push(env.LOADER.load({ mainModule: 'm.js', modules }));
            all.push((await called(kept.at(-1)))[0]);
         }
         return all";
    let mut expected = ["no error"; 20];
    expected[19] = "Error";
    let _ = family(COUNTER, &format!("{FILL} {body}")).run().await.expect_ok(expected);
}

/// The code is not copied to find out its size.
#[tokio::test]
async fn code_that_is_too_large_is_refused_within_the_parents_memory() {
    for (text, letter) in [
        ("'x'.repeat(65 << 20)", "x"),
        ("'\u{e9}'.repeat(65 << 20)", "\u{e9}"),
        // This text is never joined into one string.
        ("'x' + 'x'.repeat((65 << 20) - 1)", "x"),
    ] {
        let run = family(
            "",
            &format!(
                "const modules = {{ 'm.js': {text} }};
                 try {{ env.LOADER.load({{ mainModule: 'm.js', modules }}) }} catch (e) {{ return e.message }}"
            ),
        );
        // Making such a text takes most of the fuel.
        let run = run.limits(|limits| limits.fuel(60_000_000_000));
        let bytes = (65 << 20) * letter.len();
        let _ = run.run().await.expect_ok(format!(
            "Dynamic Worker code size ({bytes} bytes) exceeds the maximum allowed size of 67108864 bytes."
        ));
    }
}
