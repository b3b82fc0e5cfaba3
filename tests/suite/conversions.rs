//! Conversion of Rust types in both directions, by serde.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use isolet::{CodeError, Error};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::harness::{Case, call, soon};
use crate::values::made;

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
    // An integer that a number cannot hold exactly becomes a bigint.
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
    let value = soon(entrypoint.call::<isolet::Value>("run", ())).await.expect("both");
    assert_eq!(value.to_json(), r#"{"null":null}"#);
    let kinds: (String, bool) = soon(entrypoint.call("kinds", (None::<u8>,))).await.expect("kinds");
    assert_eq!(kinds, ("object".to_owned(), true));
    let undefined = (isolet::Value::undefined(),);
    let kinds: (String, bool) = soon(entrypoint.call("kinds", undefined)).await.expect("kinds");
    assert_eq!(kinds, ("undefined".to_owned(), false));
    for null in [(json!(null),), (json!(()),)] {
        let kinds: (String, bool) = soon(entrypoint.call("kinds", null)).await.expect("kinds");
        assert_eq!(kinds, ("object".to_owned(), true));
    }
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
    // The sandbox still works.
    let _ = call(&worker, ()).await.expect_ok(json!({ "text": "x" }));
}

#[tokio::test]
async fn ten_thousand_levels_of_rust_go_in() {
    /// A list in a list, of that depth. The recursion is serde's.
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
    // Serde recurses in the caller's own types, so the caller provides the stack.
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
async fn arguments_are_a_tuple_or_a_list() {
    let worker = Case::js("export default { run: x => x ?? 'none' }").worker();
    let entrypoint = worker.entrypoint();
    assert_eq!(soon(entrypoint.call::<u8>("run", [5])).await.expect("five"), 5);
    assert_eq!(soon(entrypoint.call::<u8>("run", vec![5])).await.expect("five"), 5);
    assert_eq!(soon(entrypoint.call::<String>("run", ())).await.expect("none"), "none");
    let error = soon(entrypoint.call::<u8>("run", "text")).await.expect_err("no tuple");
    assert!(matches!(error, Error::InvalidCode(CodeError::Arguments)), "{error:?}");
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
