//! Rust values through serde.

use std::collections::{BTreeMap, HashMap};

use isolet_wire::{DecodeError, Elements, Kind, Value};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::corpus::{self, message};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Everything {
    int: i64,
    big: u64,
    wide: i128,
    widest: u128,
    float: f64,
    text: String,
    letter: char,
    maybe: Option<u8>,
    none: Option<u8>,
    tuple: (u8, bool, String),
    list: Vec<Inner>,
    names: BTreeMap<String, f32>,
    numbers: BTreeMap<u32, i8>,
    pairs: BTreeMap<(u8, u8), String>,
    #[serde(default)]
    unit: (),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Newtype(u8);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Inner {
    Unit,
    Newtype(Newtype),
    Tuple(u8, String),
    Struct { a: u8, b: Vec<Option<i32>> },
}

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let message = Value::from_serialize(value).unwrap();
    let checked = Value::from_bytes(message.clone().into_bytes(), Vec::new()).unwrap();
    assert_eq!(checked, message);
    assert_eq!(&checked.to::<T>().unwrap(), value);
}

#[test]
fn what_goes_in_comes_out() {
    round_trip(&Everything {
        int: -5,
        big: u64::MAX,
        wide: i128::MIN,
        widest: u128::MAX,
        float: 3.0,
        text: "ü".repeat(200),
        letter: '\u{1f600}',
        maybe: Some(1),
        none: None,
        tuple: (1, true, "t".to_owned()),
        list: vec![
            Inner::Unit,
            Inner::Newtype(Newtype(7)),
            Inner::Tuple(1, "x".to_owned()),
            Inner::Struct { a: 1, b: vec![None, Some(-1)] },
        ],
        names: BTreeMap::from([("a".to_owned(), 0.5)]),
        numbers: BTreeMap::from([(5, -5)]),
        pairs: BTreeMap::from([((1, 2), "p".to_owned())]),
        unit: (),
    });
    for int in [0, 1, -1, i64::MAX, i64::MIN, (1 << 53) - 1, 1 << 53, -(1 << 53)] {
        round_trip(&int);
        round_trip(&i128::from(int));
    }
    for float in [0.1, -0.0, f64::MAX, f64::INFINITY, 9e15, 1e300] {
        round_trip(&float);
    }
    assert!(Value::from_serialize(&f64::NAN).unwrap().to::<f64>().unwrap().is_nan());
    let json = serde_json::json!({"a": [1, 2.5, null, true], "b": {"c": "d"}});
    round_trip(&json);
}

#[test]
fn sequences_of_unknown_length_get_their_count() {
    struct Evens;
    impl Serialize for Evens {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq((0..1000).filter(|n| n % 2 == 0))
        }
    }
    let message = Value::from_serialize(&("before", Evens, "after")).unwrap();
    Value::from_bytes(message.as_bytes().to_vec(), Vec::new()).unwrap();
    let (_, evens, after): (String, Vec<u32>, String) = message.to().unwrap();
    assert_eq!((evens.len(), evens[499], after.as_str()), (500, 998, "after"));
}

#[test]
fn keys_that_are_not_text_make_a_map() {
    let map = Value::from_serialize(&BTreeMap::from([(Some((1, 2)), 3)])).unwrap();
    assert_eq!(map.kind(), Kind::Map);
    let object = Value::from_serialize(&BTreeMap::from([(true, 3)])).unwrap();
    assert_eq!(object.kind(), Kind::Object);
    assert_eq!(object.to::<HashMap<bool, u8>>().unwrap(), HashMap::from([(true, 3)]));
}

#[test]
fn numbers_go_where_they_fit() {
    let whole = message(|w| w.float(7.0));
    assert_eq!(whole.to::<u8>().unwrap(), 7);
    assert_eq!(whole.to::<serde_json::Value>().unwrap(), serde_json::json!(7));
    assert!((message(|w| w.int(7)).to::<f32>().unwrap() - 7.0).abs() < f32::EPSILON);
    assert_eq!(message(|w| w.float(1e18)).to::<u64>().unwrap(), 1_000_000_000_000_000_000);
    assert_eq!(message(|w| w.float(-0.0)).to::<i32>().unwrap(), 0);
    assert!(message(|w| w.float(7.5)).to::<u8>().is_err());
    assert!(message(|w| w.int(256)).to::<u8>().is_err());
    assert!(message(|w| w.string("7")).to::<u8>().is_err());
    assert!(message(|w| w.int(7)).to::<String>().is_err());
    let big = Value::from_serialize(&u64::MAX).unwrap();
    assert_eq!(big.kind(), Kind::BigInt);
    assert_eq!(big.to::<serde_json::Value>().unwrap(), serde_json::json!(u64::MAX));
    assert!(big.to::<i64>().is_err());
    let wide = Value::from_serialize(&u128::MAX).unwrap();
    assert_eq!(wide.to::<String>().unwrap(), u128::MAX.to_string());
}

#[test]
fn undefined_is_as_good_as_missing() {
    #[derive(Deserialize)]
    struct Options {
        timeout: Option<u32>,
        #[serde(default)]
        retries: u32,
    }
    let options = message(|w| {
        w.begin_object();
        w.string("timeout");
        w.undefined();
        w.string("retries");
        w.undefined();
        w.end();
    });
    let options: Options = options.to().unwrap();
    assert_eq!((options.timeout, options.retries), (None, 0));
}

#[test]
fn javascript_classes_have_a_plain_form() {
    let all = corpus::all();
    let plain: Vec<_> = all.iter().map(Value::to::<serde_json::Value>).collect();
    let json: Vec<String> = plain.iter().flatten().map(std::string::ToString::to_string).collect();
    let expected = [
        "null",
        "null",
        "true",
        "-9007199254740991",
        "-9223372036854775808",
        "-0.0",
        "\"-387165715252267757836693082728079159041\"",
        r#""grüße 😀 \"\\\n\u0001""#,
        "\"a\u{fffd}\\\"\u{fffd}\"",
    ];
    assert_eq!(json[..expected.len()], expected);
    assert_eq!(plain.iter().filter(|value| value.is_err()).count(), 3);
    let error = message(|w| {
        w.begin_error("E".into(), "m".into(), None);
        w.string("message");
        w.int(1);
        w.string("code");
        w.date(5.0);
        w.end();
    });
    let expected = serde_json::json!({"name": "E", "message": "m", "code": 5});
    assert_eq!(error.to::<serde_json::Value>().unwrap(), expected);
}

#[test]
fn buffers_are_bytes_or_numbers() {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Bytes<'a>(#[serde(borrow)] &'a [u8]);
    let views = &corpus::all()[11];
    let mut items = views.elements().unwrap();
    assert_eq!(items.next::<Vec<i16>>().unwrap().unwrap(), [0x302, 0x504, 0x706]);
    assert_eq!(items.next::<Bytes<'_>>().unwrap().unwrap().0.len(), 16);
    assert_eq!(items.next::<(u8, u8, u8)>().unwrap().unwrap(), (1, 2, 3));
    assert_eq!(items.next::<Bytes<'_>>().unwrap().unwrap().0, [2, 3]);
    assert_eq!(items.next::<[u64; 1]>().unwrap().unwrap(), [u64::MAX]);
    assert_eq!(items.next::<Vec<f64>>().unwrap().unwrap(), [1.0, f64::INFINITY, 2_f64.powi(-24)]);
    assert!(items.next::<()>().is_none());
}

#[test]
fn parameters_decode_one_by_one() {
    let arguments = Value::from_serialize(&(1, "two", [3], true)).unwrap();
    let mut items = arguments.elements().unwrap();
    assert_eq!(items.len(), 4);
    assert_eq!(items.next_or_undefined::<u8>().unwrap(), 1);
    assert!(items.next_or_undefined::<u8>().is_err());
    assert_eq!(items.next_value().unwrap().unwrap().to_json(), "[3]");
    items.skip().unwrap();
    assert_eq!(items.next_or_undefined::<Option<u8>>().unwrap(), None);
    assert!(items.next::<u8>().is_none());
    assert_eq!(arguments.element::<String>(1).unwrap(), "two");
    assert_eq!(arguments.element::<Option<String>>(9).unwrap(), None);
    assert_eq!(Value::null().element::<u8>(0), Err(DecodeError::NotAnArray));

    let sparse = message(|w| {
        w.begin_sparse_array(3);
        w.string("1");
        w.string("x");
        w.string("name");
        w.null();
        w.end();
    });
    let mut items = sparse.elements().unwrap();
    assert_eq!(items.next_or_undefined::<Option<String>>().unwrap(), None);
    assert_eq!(items.next_or_undefined::<String>().unwrap(), "x");
    assert!(items.next_value().unwrap().unwrap().is_undefined());
    assert_eq!(Elements::len(&items), 0);
    assert_eq!(sparse.to::<(Option<u8>, String, Option<u8>)>().unwrap().1, "x");
}

#[test]
fn a_capability_is_no_data() {
    let stub = message(|w| w.capability(3));
    assert_eq!((stub.kind(), stub.capabilities().len()), (Kind::Capability, 4));
    assert_eq!(stub.to::<serde_json::Value>(), Err(DecodeError::Capability));
}
