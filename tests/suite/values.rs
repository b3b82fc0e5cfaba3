//! What crosses, in and out: structured clone, and what serde makes of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use isolet::{Binding, Error, Outcome, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::harness::{Case, assert_alive, call, soon};

/// What `run` of this source returns, as a message.
async fn made(body: &str) -> Value {
    Case::body(body).run().await.value().clone()
}

/// What `check(value)` says of a message that was handed in by `env`, so that
/// what one sandbox made another one judges.
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
        ("return { f() {} }", "Function"),
        ("return Symbol('x')", "Symbol"),
        ("return new (class Foo {})", "Foo"),
        ("return Object.create(null)", "Object"),
        ("return new WeakMap()", "WeakMap"),
        ("return [Promise.resolve(1)]", "Promise"),
        ("return { deep: [{ er: class Bar {} }] }", "Function"),
    ] {
        let run = Case::body(body).run().await;
        let text = format!(
            "Could not serialize object of type \"{name}\". This type does not support serialization."
        );
        let run = run.expect_exception("DataCloneError", &text);
        assert!(run.exception().value.as_error().is_some());
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Inner {
    label: String,
    bytes: Vec<u8>,
    maybe: Option<i64>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(f64),
    Rect { w: u32, h: u32 },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Everything {
    flag: bool,
    small: i8,
    large: u64,
    negative: i64,
    real: f64,
    text: String,
    letter: char,
    pair: (u8, String),
    list: Vec<Inner>,
    map: BTreeMap<String, u32>,
    numbered: BTreeMap<u32, String>,
    set: BTreeSet<String>,
    shapes: Vec<Shape>,
    nothing: Option<u8>,
}

fn everything() -> Everything {
    Everything {
        flag: true,
        small: -128,
        large: u64::MAX,
        negative: i64::MIN,
        real: 0.1,
        text: "äπ𝄞".to_owned(),
        letter: '𝄞',
        pair: (7, "seven".to_owned()),
        list: vec![Inner { label: "a".to_owned(), bytes: vec![0, 255], maybe: Some(-1) }],
        map: BTreeMap::from([("k".to_owned(), 1)]),
        numbered: BTreeMap::from([(5, "five".to_owned())]),
        set: BTreeSet::from(["x".to_owned()]),
        shapes: vec![Shape::Point, Shape::Circle(1.5), Shape::Rect { w: 1, h: 2 }],
        nothing: None,
    }
}

#[tokio::test]
async fn serde_types_go_in_and_come_out() {
    let worker =
        Case::js("export default { run: value => value, type: v => typeof v.large }").worker();
    let back: Everything =
        soon(worker.entrypoint().call("run", (everything(),))).await.expect("a round trip");
    assert_eq!(back, everything());
    // Beyond what a number holds exactly it is a bigint.
    let kind: String = soon(worker.entrypoint().call("type", (everything(),))).await.expect("text");
    assert_eq!(kind, "bigint");
}

#[tokio::test]
async fn maps_with_keys_that_are_not_text_are_maps() {
    let worker = Case::js(
        "export default { run: map => map instanceof Map && [...map].map(([k, v]) => [k.join('+'), v]) }",
    )
    .worker();
    let map = HashMap::from([(vec![1, 2], "x")]);
    let seen: Vec<(String, String)> =
        soon(worker.entrypoint().call("run", (map,))).await.expect("pairs");
    assert_eq!(seen, [("1+2".to_owned(), "x".to_owned())]);
}

#[tokio::test]
async fn undefined_is_not_null() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Both {
        #[serde(default)]
        absent: Option<u8>,
        null: Option<u8>,
    }
    let worker = Case::js(
        "export default {
            run: () => ({ absent: undefined, null: null }),
            kinds: (value) => [typeof value, value === null],
            nothing() {},
         }",
    )
    .worker();
    let entrypoint = worker.entrypoint();
    let both: Both = soon(entrypoint.call("run", ())).await.expect("both");
    assert_eq!(both, Both { absent: None, null: None });
    let value = soon(entrypoint.call_value("run", ())).await.expect("both");
    assert_eq!(value.to_json(), r#"{"null":null}"#);
    let kinds: (String, bool) = soon(entrypoint.call("kinds", (None::<u8>,))).await.expect("kinds");
    assert_eq!(kinds, ("object".to_owned(), true));
    let kinds: (String, bool) = soon(entrypoint.call("kinds", ((),))).await.expect("kinds");
    assert_eq!(kinds, ("undefined".to_owned(), false));
    let kinds: (String, bool) = soon(entrypoint.call("kinds", ())).await.expect("kinds");
    assert_eq!(kinds, ("undefined".to_owned(), false));
    soon(entrypoint.call::<()>("nothing", ())).await.expect("nothing");
}

#[tokio::test]
async fn whole_numbers_are_integers_however_they_were_made() {
    let integers =
        "return [1, 1.0, 0.5 + 0.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e3, new Float64Array([4])[0],
        Math.round(2.5), JSON.parse('3.0'), Number('7')]";
    let list: Vec<i64> = made(integers).await.to().expect("integers");
    let most = 1_i64 << 53;
    assert_eq!(list, [1, 1, 1, 1 << 31, most, -most, 1000, 4, 3, 3, 7]);
    assert_eq!(
        made(integers).await.to_json(),
        format!("[1,1,1,2147483648,{most},-{most},1000,4,3,3,7]")
    );
    let json: serde_json::Value = made(integers).await.to().expect("JSON");
    assert!(json.as_array().expect("a list").iter().all(serde_json::Value::is_i64), "{json}");

    let zero = made("return -0").await;
    assert!(zero.to::<f64>().expect("a float").is_sign_negative());
    let zero: serde_json::Value = zero.to().expect("JSON");
    assert!(zero.is_f64(), "{zero:?}");
    assert!(made("return 1.5").await.to::<i64>().is_err());
    assert!(made("return 300").await.to::<u8>().is_err());
    assert!(made("return -1").await.to::<u8>().is_err());
    assert_eq!(made("return 3").await.to::<f64>().expect("a float").to_bits(), 3_f64.to_bits());
}

#[tokio::test]
async fn json_has_a_word_for_everything() {
    let value = made(
        "const cycle = { name: 'c' }; cycle.self = cycle;
         return {
            u: undefined, n: null, list: [undefined, , NaN, Infinity, -0], big: 10n ** 20n,
            date: new Date(0), never: new Date(NaN), re: /a/g, map: new Map([['a', 1]]),
            pairs: new Map([[1, 2]]), set: new Set([1]), error: new TypeError('no'),
            bytes: new Uint8Array([1, 2]), cycle,
         }",
    )
    .await;
    let json: serde_json::Value = serde_json::from_str(&value.to_json()).expect("JSON");
    assert_eq!(
        json,
        json!({
            "n": null, "list": [null, null, null, null, 0], "big": "100000000000000000000",
            "date": "1970-01-01T00:00:00.000Z", "never": null, "re": "/a/g", "map": { "a": 1 },
            "pairs": [[1, 2]], "set": [1], "error": { "name": "TypeError", "message": "no" },
            "bytes": [1, 2], "cycle": { "name": "c", "self": "[Circular]" },
        })
    );
}

#[tokio::test]
async fn cycles_do_not_fit_a_rust_type() {
    let value = made("const o = {}; o.o = o; return o").await;
    let error = value.to::<serde_json::Value>().expect_err("a cycle");
    assert!(error.to_string().contains("cyclic"), "{error}");
}

#[tokio::test]
async fn a_value_of_another_type_is_refused_with_both_named() {
    let worker = Case::body("return { text: 'x' }").worker();
    let error = soon(worker.entrypoint().call::<u32>("run", ())).await.expect_err("no number");
    assert!(matches!(error, Error::Decode(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("u32"), "{text}");
    // The sandbox is fine.
    let _ = call(&worker, ()).await.expect_ok(json!({ "text": "x" }));
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
async fn ten_thousand_levels_of_rust_go_in() {
    /// A list in a list, written without recursion of ours.
    struct Nested(usize);
    impl Serialize for Nested {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            if self.0 == 0 {
                serializer.serialize_u8(0)
            } else {
                [Self(self.0 - 1)].serialize(serializer)
            }
        }
    }
    // Serde recurses in the caller's own types, so the caller brings the stack.
    let depth = std::thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let worker = Case::js(
                    "export default { run(v) { let depth = 0; while (v) { depth++; v = v[0] } return depth } }",
                )
                .worker();
                soon(worker.entrypoint().call::<u32>("run", (Nested(10_000),))).await
            })
        })
        .expect("a thread")
        .join()
        .expect("no panic");
    assert_eq!(depth.expect("a depth"), 10_000);
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
    // Out: a few bytes more than the default allows, so one limit or another
    // says so.
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

    // In.
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
    // The default memory has room for it or says what is missing; nothing else.
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
async fn arguments_are_a_tuple_or_a_list() {
    let worker = Case::js("export default { run: x => x ?? 'none' }").worker();
    let entrypoint = worker.entrypoint();
    assert_eq!(soon(entrypoint.call::<u8>("run", [5])).await.expect("five"), 5);
    assert_eq!(soon(entrypoint.call::<u8>("run", vec![5])).await.expect("five"), 5);
    assert_eq!(soon(entrypoint.call::<String>("run", ())).await.expect("none"), "none");
    let error = soon(entrypoint.call::<u8>("run", "text")).await.expect_err("no tuple");
    assert!(matches!(error, Error::InvalidCode(_)), "{error:?}");
}

#[tokio::test]
async fn a_type_that_refuses_to_be_written_is_an_error() {
    struct Never;
    impl Serialize for Never {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("never"))
        }
    }
    let worker = Case::body("return 1").worker();
    let error = soon(worker.entrypoint().call::<u8>("run", (Never,))).await.expect_err("never");
    assert!(matches!(&error, Error::Encode(_)) && error.to_string().contains("never"), "{error:?}");
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
    let value = soon(worker.entrypoint().call_values("run", &arguments)).await.expect("a list");
    assert_eq!(value.to_json(), "[true,true,5,true,true,true,true,3]");
}
