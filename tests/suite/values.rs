//! Values that cross in both directions, by structured clone.

use isolet::{Binding, Error, Outcome, Value};
use serde::Serialize;
use serde_json::json;

use crate::harness::{Case, assert_alive, soon};

/// Returns the result of `run` with that body, as a message.
pub(crate) async fn made(body: &str) -> Value {
    Case::body(body).run().await.value().clone()
}

/// Evaluates `check` for a message in `env`, so that one sandbox judges what another one has made.
async fn judged(value: Value, check: &str) -> serde_json::Value {
    Case::body(&format!("const value = env.VALUE; {check}"))
        .env("VALUE", Binding::Value(value))
        .run()
        .await
        .json()
}

async fn round_trip(body: &str, check: &str) {
    let value = made(body).await;
    assert_eq!(judged(value, check).await, json!(true), "{body}\n{check}");
}

#[tokio::test]
async fn primitives_cross_and_come_back() {
    for (body, check) in [
        ("return undefined", "return value === undefined"),
        ("return null", "return value === null"),
        ("return true", "return value === true"),
        ("return -0", "return Object.is(value, -0)"),
        ("return NaN", "return Number.isNaN(value)"),
        ("return -Infinity", "return value === -Infinity"),
        ("return 2 ** 53", "return value === 9007199254740992"),
        ("return 5e-324", "return value === 5e-324"),
        ("return 'äπ𝄞\\u0000'", "return value === 'äπ𝄞\\u0000'"),
        ("return '\\ud800x'", "return value.length === 2 && value.charCodeAt(0) === 0xd800"),
        ("return -(2n ** 100n)", "return value === -(2n ** 100n)"),
        ("return 0n", "return value === 0n"),
        ("return ''", "return value === ''"),
    ] {
        round_trip(body, check).await;
    }
}

#[tokio::test]
async fn objects_cross_and_come_back() {
    for (body, check) in [
        (
            "return new Map([[{ k: 1 }, new Set([1, 'a', NaN])], ['x', undefined]])",
            "const [[key, set], [x, u]] = value;
             return value instanceof Map && key.k === 1 && set instanceof Set && set.has(NaN)
                && x === 'x' && u === undefined && value.size === 2",
        ),
        (
            "return new Date(86400000)",
            "return value instanceof Date && value.getTime() === 86400000",
        ),
        ("return new Date(NaN)", "return value instanceof Date && Number.isNaN(value.getTime())"),
        (
            "return /a+b/giu",
            "return value instanceof RegExp && value.source === 'a+b' && value.flags === 'giu'",
        ),
        ("return Object('text')", "return value instanceof String && value.valueOf() === 'text'"),
        ("return Object(1n)", "return typeof value === 'object' && value.valueOf() === 1n"),
        (
            "return [1, , undefined, 3]",
            "return value.length === 4 && !(1 in value) && 2 in value && value[3] === 3",
        ),
        (
            "const a = []; a[1e6] = 1; return a",
            "return value.length === 1000001 && value[1e6] === 1",
        ),
        (
            "return { a: undefined, b: null, '1': 1, '': 2 }",
            "return 'a' in value && value.a === undefined && value.b === null
                && Object.keys(value).join() === '1,a,b,'",
        ),
        (
            "return JSON.parse('{\"__proto__\": 1}')",
            "return Object.hasOwn(value, '__proto__') && Object.getPrototypeOf(value) === Object.prototype",
        ),
    ] {
        round_trip(body, check).await;
    }
}

#[tokio::test]
async fn identity_survives() {
    round_trip(
        "const o = { name: 'o' }; o.self = o; o.list = [o, o]; return o",
        "return value.self === value && value.list[0] === value && value.list[1] === value",
    )
    .await;
    round_trip(
        "const shared = { n: 1 }; return { a: shared, b: [shared], c: new Map([[shared, shared]]) }",
        "const [[key, item]] = value.c;
         return value.a === value.b[0] && key === value.a && item === value.a",
    )
    .await;
    round_trip(
        "const set = new Set(); set.add(set); const map = new Map(); map.set(map, set); return map",
        "const [[key, set]] = value; return key === value && set.has(set)",
    )
    .await;
    round_trip(
        "const b = new ArrayBuffer(8); return [new Uint8Array(b, 2, 4), new DataView(b), b]",
        "const [bytes, view, buffer] = value; bytes[0] = 77;
         return bytes.buffer === buffer && view.buffer === buffer && view.getUint8(2) === 77
            && bytes.byteOffset === 2 && bytes.length === 4",
    )
    .await;
}

#[tokio::test]
async fn views_of_every_kind_cross() {
    round_trip(
        "return [
            new Int8Array([-1]), new Uint8Array([255]), new Uint8ClampedArray([300]),
            new Int16Array([-2]), new Uint16Array([65535]), new Int32Array([-3]),
            new Uint32Array([2 ** 32 - 1]), new BigInt64Array([-4n]), new BigUint64Array([5n]),
            new Float32Array([0.5]), new Float64Array([Math.PI]), new Uint8Array(0),
         ]",
        "const names = value.map(view => view.constructor.name);
         return names.join() === 'Int8Array,Uint8Array,Uint8ClampedArray,Int16Array,Uint16Array,'
            + 'Int32Array,Uint32Array,BigInt64Array,BigUint64Array,Float32Array,Float64Array,Uint8Array'
            && value[0][0] === -1 && value[2][0] === 255 && value[6][0] === 2 ** 32 - 1
            && value[7][0] === -4n && value[10][0] === Math.PI && value[11].length === 0",
    )
    .await;
}

#[tokio::test]
async fn errors_cross_with_cause_and_own_properties() {
    round_trip(
        "const e = new TypeError('outer', { cause: new RangeError('inner', { cause: 'text' }) });
         e.code = 'E_CODE'; e.details = { list: [1] };
         return e",
        "return value instanceof TypeError && value.message === 'outer'
            && value.cause instanceof RangeError && value.cause.message === 'inner'
            && value.cause.cause === 'text' && value.code === 'E_CODE'
            && value.details.list[0] === 1 && typeof value.stack === 'string'",
    )
    .await;
    round_trip(
        "class Mine extends Error { constructor(m) { super(m); this.name = 'Mine' } } return new Mine('x')",
        "return value instanceof Error && value.name === 'Mine' && value.message === 'x'",
    )
    .await;
    round_trip(
        "return new AggregateError([new Error('a'), 2], 'many')",
        "return value instanceof Error && value.message === 'many' && value.errors.length === 2
            && value.errors[0].message === 'a'",
    )
    .await;
}

#[tokio::test]
async fn what_cannot_cross_is_a_data_clone_error() {
    for (body, name) in [
        ("return Symbol('x')", "Symbol"),
        ("return new WeakMap()", "WeakMap"),
        ("return [Promise.resolve(1)]", "Promise"),
        ("return { deep: [{ er: new URL('http://a') }] }", "URL"),
        ("return new (class Mine extends EventTarget {})", "Mine"),
    ] {
        let run = Case::body(body).run().await;
        let text = format!(
            "Could not serialize object of type \"{name}\". This type does not support serialization."
        );
        let run = run.expect_exception("DataCloneError", &text);
        assert!(run.exception().value.as_error().is_some());
    }
}

const NEST: &str = "
    let nest = 0;
    for (let level = 1; level < 10000; level++) {
        nest = level % 3 === 0 ? [nest] : level % 3 === 1 ? { nest } : new Map([['nest', nest]]);
    }";

#[tokio::test]
async fn ten_thousand_levels_are_carried_out_in_and_out_again() {
    let out = made(&format!("{NEST} return nest")).await;
    assert!(out.to_json().len() > 50_000);
    assert!(out.to::<serde_json::Value>().is_err());
    let depth = judged(
        out.clone(),
        "let depth = 0, v = value;
         while (v) { depth++; v = Array.isArray(v) ? v[0] : v instanceof Map ? v.get('nest') : v.nest }
         return depth",
    )
    .await;
    assert_eq!(depth, 9999);
    let again =
        Case::body("return env.VALUE").env("VALUE", Binding::Value(out.clone())).run().await;
    assert_eq!(again.value().as_bytes().len(), out.as_bytes().len());
    drop(again);
    drop(out);
    assert_alive().await;
}

#[tokio::test]
async fn a_million_levels_end_cleanly() {
    let run = Case::body("let a = []; for (let i = 0; i < 1e6; i++) a = [a]; return a").run().await;
    assert!(
        matches!(run.0.outcome(), Outcome::Ok | Outcome::ExceededMemory | Outcome::Exception),
        "{run:?}"
    );
    drop(run);
    assert_alive().await;
}

#[tokio::test]
async fn buffers_of_32_mib() {
    const SIZE: usize = 32 << 20;
    // Out of the sandbox, the message is a few bytes more than the default allows, so one limit or
    // another stops it.
    let refused = Case::body("return new Uint8Array(arg)").arg(SIZE).run().await;
    assert!(matches!(refused.error(), Error::Limit(_)), "{refused:?}");
    let run = Case::body("return new Uint8Array(arg).fill(7)")
        .arg(SIZE)
        .limits(|limits| limits.output_bytes(SIZE as u64 + 1024).memory_bytes(256 << 20))
        .run()
        .await;
    let bytes: &[u8] = run.value().to().expect("bytes");
    assert_eq!(bytes.len(), SIZE);
    assert!(bytes.iter().all(|&byte| byte == 7));

    // Into the sandbox.
    struct Bytes(usize);
    impl Serialize for Bytes {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&vec![9; self.0])
        }
    }
    let count = "export default { run(a) { let n = 0; for (let i = 0; i < a.length; i += 4096) n += a[i]; return [a.length, n] } }";
    let worker = Case::js(count).limits(|limits| limits.memory_bytes(256 << 20)).worker();
    let counted: (usize, usize) =
        soon(worker.entrypoint().call("run", (Bytes(SIZE),))).await.expect("a sum");
    assert_eq!(counted, (SIZE, 9 * SIZE / 4096));
    // The message does not fit into 16 MiB of memory.
    let small = Case::js(count).limits(|limits| limits.memory_bytes(16 << 20)).worker();
    let refused = soon(small.entrypoint().run(Some("run"), (Bytes(SIZE),))).await;
    assert_eq!(refused.outcome(), Outcome::ExceededMemory, "{refused:?}");
    assert_alive().await;
}

#[tokio::test]
async fn strings_of_8_mib_cross_both_ways() {
    let text = "aä".repeat(4 << 20);
    let worker = Case::js("export default { run: text => text + '!' }").worker();
    let back: String = soon(worker.entrypoint().call("run", (&text,))).await.expect("text");
    assert_eq!(back.len(), text.len() + 1);
    assert!(back.starts_with(&text) && back.ends_with('!'));
}

#[tokio::test]
async fn env_is_bounded() {
    let load = |bytes: usize| {
        Case::body("return env.TEXT.length").code(|code| code.env_value("TEXT", &"x".repeat(bytes)))
    };
    let _ = load(1 << 19).run().await.expect_ok(1 << 19);
    let error = load(1 << 20).load().expect_err("too large");
    assert!(
        error.to_string().contains("exceeds the maximum allowed size of 1048576 bytes."),
        "{error}"
    );
    let value = load(0).run().await;
    let _ = value.expect_ok(0);
}

#[tokio::test]
async fn env_holds_plain_values() {
    let run = Case::body("return [env, typeof env.TEXT, Object.keys(env)]")
        .code(|code| {
            code.env_value("TEXT", "t").env_value("LIST", &[1, 2]).env_value("TEXT", "later")
        })
        .run()
        .await;
    let value = run.json();
    assert_eq!(value[0], json!({ "TEXT": "later", "LIST": [1, 2] }));
    assert_eq!(value[1], "string");
}

#[tokio::test]
async fn values_of_one_call_are_arguments_of_another() {
    let made = made(
        "const o = { map: new Map([[1, new Set([2n])]]), date: new Date(5), u: undefined }; o.self = o;
         return o",
    )
    .await;
    let worker = Case::js(
        "import { WorkerEntrypoint } from 'cloudflare:workers';
         export default class extends WorkerEntrypoint {
            run(first, second, third) {
                return [first.self === first, first.map.get(1).has(2n), first.date.getTime(), 'u' in first,
                    second.self === second, second !== first, third === undefined, arguments.length];
            }
         }",
    )
    .worker();
    let arguments = [made.clone(), made, Value::undefined()];
    let value = soon(worker.entrypoint().call::<Value>("run", &arguments)).await.expect("a list");
    assert_eq!(value.to_json(), "[true,true,5,true,true,true,true,3]");
}

#[tokio::test]
async fn clones_of_resizable_buffers_are_resizable() {
    let _ = Case::js(
        "export default { run() {
            const told = [], tell = (...all) => told.push(all), caught = (f) => { try { f(); return 'no error' } catch (e) { return e.name } };
            const buffer = new ArrayBuffer(8, { maxByteLength: 16 });
            new Uint8Array(buffer).set([1, 2, 3, 4, 5, 6, 7, 8]);
            const own = { buffer, again: buffer, all: new Uint8Array(buffer), some: new Uint16Array(buffer, 2, 2), rest: new Uint32Array(buffer, 4), data: new DataView(buffer, 6) };
            const { buffer: b, again, all, some, rest, data } = structuredClone(own);
            tell(b.resizable, b.maxByteLength, b === again, b !== buffer, [all, some, rest, data].every((it) => it.buffer === b));
            b.resize(12);
            tell(all.length, some.length, rest.length, data.byteLength, [...all].join(), some[0], buffer.byteLength, [...own.all].join());
            const full = new ArrayBuffer(4, { maxByteLength: 4 }), [tracks, fixed] = structuredClone([new Uint8Array(full), new Uint8Array(full, 0, 4)]);
            tracks.buffer.resize(2);
            tell(tracks.length, fixed.length, full.byteLength, tracks.buffer === fixed.buffer);
            const moved = structuredClone(b, { transfer: [b] });
            tell(moved.resizable, moved.byteLength, b.detached);
            tell(caught(() => structuredClone(b)), structuredClone(new ArrayBuffer(3)).resizable);
            const shrunk = new ArrayBuffer(8, { maxByteLength: 8 }), outside = new Uint8Array(shrunk, 4, 4);
            shrunk.resize(2);
            tell(caught(() => structuredClone(outside)));
            return told } }",
    )
    .run()
    .await
    .expect_ok(json!([
        [true, 16, true, true, true],
        [12, 2, 2, 6, "1,2,3,4,5,6,7,8,0,0,0,0", 1027, 8, "1,2,3,4,5,6,7,8"],
        [2, 0, 4, true],
        [true, 12, true],
        ["DataCloneError", false],
        ["DataCloneError"]
    ]));
}
