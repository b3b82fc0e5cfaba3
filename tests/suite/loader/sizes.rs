//! The maximum sizes of code, ids and `env`, and the memory that they take.

use isolet::Engine;
use serde_json::json;

use super::COUNTER;
use crate::family::family;
use crate::harness::config;

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
