//! Messages as parts of types that serde serializes and deserializes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use isolet_wire::{BigInt, DecodeError, Value};
use serde::{Deserialize, Serialize};

use crate::corpus::{self, checked, message};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Parts {
    before: Vec<(u8, String)>,
    a: Value,
    b: Option<Value>,
    c: Vec<Value>,
    #[serde(default)]
    d: Value,
    e: Choice,
    f: BTreeMap<String, Value>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Choice {
    One(Value),
    Two { value: Box<Value> },
}

fn round_trip(value: &Value) -> Value {
    let parts = Parts {
        before: vec![(1, "x".to_owned())],
        a: value.clone(),
        b: None,
        c: vec![Value::null(), value.clone(), Value::undefined()],
        d: value.clone(),
        e: Choice::Two { value: Box::new(value.clone()) },
        f: BTreeMap::from([("k".to_owned(), value.clone())]),
    };
    let message = checked(&Value::from_serialize(&parts).unwrap());
    let mut back: Parts = message.to().unwrap();
    if value.is_undefined() {
        // A property that is `undefined` counts as missing.
        back.f.insert("k".to_owned(), Value::undefined());
    }
    assert_eq!(back, parts);
    let again: (String, (Value,)) =
        Value::from_serialize(&("x", [&message])).unwrap().to().unwrap();
    assert_eq!(again.1.0, message);
    message
}

#[test]
fn nothing_is_lost() {
    for value in corpus::all() {
        // Only the capabilities that the value names come back, in its own order.
        let value = Value::array_of(&[value]).property("0").unwrap();
        assert_eq!(Value::from_serialize(&value).unwrap(), value);
        assert_eq!(value.to::<Value>().unwrap(), value);
        let pair = Value::from_serialize(&Choice::One(value.clone())).unwrap();
        assert_eq!(checked(&pair).to::<Choice>().unwrap(), Choice::One(value.clone()));
        if !value.is_undefined() {
            round_trip(&value);
        }
    }
}

#[test]
fn references_count_what_is_around_them() {
    // The references of a message move with the number of objects before it.
    let [cyclic, views] = [9, 11].map(|at| corpus::all().swap_remove(at));
    for before in [0, 1, 127, 200] {
        let outer = (vec![[0_u8; 1]; before], &cyclic, serde_bytes(), &views, &cyclic);
        let outer = checked(&Value::from_serialize(&outer).unwrap());
        // The outer message knows of the references in it.
        let outer = checked(&Value::array_of(&[Value::null(), outer.clone(), outer]));
        for item in ["1", "2"] {
            let outer = outer.property(item).unwrap();
            let json = outer.to_json();
            let (_, one, _, two, three): (Value, Value, Value, Value, Value) = outer.to().unwrap();
            assert_eq!((&one, &two, &three), (&cyclic, &views, &cyclic));
            assert!(json.ends_with(&format!(
                "{},[7],{},{}]",
                cyclic.to_json(),
                views.to_json(),
                cyclic.to_json()
            )));
        }
    }
}

/// A view and its buffer, which are two objects.
fn serde_bytes() -> impl Serialize {
    struct Bytes;
    impl Serialize for Bytes {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&[7])
        }
    }
    Bytes
}

#[test]
fn what_lies_elsewhere_is_copied() {
    let shared = message(|w| {
        w.begin_array(3);
        w.begin_object();
        w.string("stub");
        w.capability(2);
        w.string("all");
        w.reference(0);
        w.end();
        w.reference(1);
        w.capability(1);
    });
    let (first, second, stub): (Value, Value, Value) = shared.to().unwrap();
    assert_eq!(first, second);
    assert_eq!(corpus::numbers(checked(&first).capabilities()), [2, 1]);
    assert_eq!(corpus::numbers(stub.capabilities()), [1]);
    assert_eq!(
        first.to_json(),
        r#"{"stub":"[Capability]","all":["[Circular]","[Circular]","[Capability]"]}"#
    );
}

#[test]
fn copies_do_not_multiply() {
    let large = "x".repeat(1 << 20);
    let many = message(|w| {
        w.begin_array(1001);
        w.begin_array(1);
        w.string(&large);
        for _ in 0..1000 {
            w.reference(1);
        }
    });
    assert_eq!(many.to::<Vec<Value>>(), Err(DecodeError::Expansion));
}

#[test]
fn null_and_undefined_stay_apart() {
    let none_and_unit = Value::from_serialize(&(None::<u8>, ())).unwrap();
    let pair: (Value, Value) = none_and_unit.to().unwrap();
    assert_eq!(pair, (Value::null(), Value::null()));
    assert!(Value::from_serialize(&()).unwrap().is_undefined());
    let pair: (Option<Value>, Option<Value>) =
        Value::from_serialize(&(Value::null(), Value::undefined())).unwrap().to().unwrap();
    assert_eq!(pair, (None, None));

    #[derive(Deserialize)]
    struct Optional {
        #[serde(default)]
        value: Value,
    }
    #[derive(Debug, Deserialize)]
    struct Required {
        #[allow(dead_code, reason = "it is only read")]
        value: Value,
    }
    let with = |value: &Value| Value::object_of([("value", value)]);
    assert_eq!(with(&Value::null()).to::<Optional>().unwrap().value, Value::null());
    assert!(with(&Value::undefined()).to::<Optional>().unwrap().value.is_undefined());
    assert!(Value::object_of([]).to::<Optional>().unwrap().value.is_undefined());
    let missing = Value::object_of([]).to::<Required>().unwrap_err();
    assert_eq!(missing.to_string(), "missing field `value`");
}

#[test]
fn parts_of_any_container_are_values() {
    let sparse = message(|w| {
        w.begin_sparse_array(3);
        w.string("1");
        w.date(5.0);
        w.end();
    });
    let items: Vec<Value> = sparse.to().unwrap();
    assert_eq!(items, [Value::undefined(), message(|w| w.date(5.0)), Value::undefined()]);
    let mut items = sparse.elements().unwrap();
    assert_eq!(items.next::<Value>().unwrap().unwrap(), Value::undefined());
    assert_eq!(items.next::<Value>().unwrap().unwrap(), message(|w| w.date(5.0)));
    assert_eq!(items.next_or_undefined::<Value>().unwrap(), Value::undefined());
    assert_eq!(items.next_or_undefined::<Value>().unwrap(), Value::undefined());

    let error = message(|w| {
        w.begin_error("E".into(), "m".into(), None);
        w.string("cause");
        w.int(1);
        w.end();
    });
    let parts: BTreeMap<String, Value> = error.to().unwrap();
    assert_eq!(parts["message"], message(|w| w.string("m")));
    assert_eq!(parts["cause"], message(|w| w.int(1)));

    let views = corpus::all().swap_remove(11);
    let numbers: Vec<Value> = views.property("0").unwrap().to().unwrap();
    assert_eq!(numbers[0], message(|w| w.int(0x302)));
    let wide: [Value; 1] = views.property("4").unwrap().to().unwrap();
    let digits = BigInt { negative: false, hex: "ffffffffffffffff" };
    assert_eq!(wide[0], message(|w| w.big_int(digits)));
    assert_eq!(views.property("0").unwrap().to::<Vec<Option<i16>>>().unwrap()[0], Some(0x302));

    let map = message(|w| {
        w.begin_map();
        w.begin_object();
        w.end();
        w.null();
        w.end();
    });
    #[derive(Deserialize)]
    struct Key(#[allow(dead_code, reason = "it is only read")] Value);
    impl PartialEq for Key {
        fn eq(&self, _: &Self) -> bool {
            false
        }
    }
    impl Eq for Key {}
    impl std::hash::Hash for Key {
        fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
    }
    assert_eq!(map.to::<std::collections::HashMap<Key, Value>>().unwrap().len(), 1);
}

#[test]
fn a_key_makes_a_map() {
    struct Keys<'a>(&'a [Value]);
    impl Serialize for Keys<'_> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().zip(1..))
        }
    }
    let keys = [message(|w| w.string("text")), message(|w| w.capability(0))];
    let map = checked(&Value::from_serialize(&Keys(&keys)).unwrap());
    let expected = message(|w| {
        w.begin_map();
        w.string("text");
        w.int(1);
        w.capability(0);
        w.int(2);
        w.end();
    });
    assert_eq!(map, expected);
}

#[test]
fn depth_is_no_danger() {
    let deep = message(|w| {
        for level in 0..100_000 {
            w.begin_object();
            w.string("self");
            w.reference(level);
            w.string("in");
        }
        w.capability(0);
        for _ in 0..100_000 {
            w.end();
        }
    });
    let outer = checked(&Value::from_serialize(&("x", &deep, [&deep])).unwrap());
    let (_, one, (two,)): (String, Value, (Value,)) = outer.to().unwrap();
    assert_eq!((&one, &two), (&deep, &deep));
    assert_eq!(outer.property("1").unwrap(), deep);
    assert!(deep.property("in").unwrap().as_bytes().len() > 100_000);
}

#[test]
fn values_nest_in_values() {
    let stub = message(|w| w.capability(0));
    let mut value = stub.clone();
    for _ in 0..1_000 {
        value = Value::from_serialize(&(&value, ())).unwrap();
    }
    checked(&value);
    assert_eq!(value.capabilities().len(), 1);
    for _ in 0..1_000 {
        value = value.to::<(Value, ())>().unwrap().0;
    }
    assert_eq!(value, stub);
}

#[test]
fn many_parts_take_linear_time() {
    let began = Instant::now();
    let part = message(|w| {
        w.begin_object();
        w.string("self");
        w.reference(0);
        w.string("stub");
        w.capability(0);
        w.end();
    });
    let parts = vec![part; 10_000];
    let outer = checked(&Value::from_serialize(&parts).unwrap());
    assert_eq!(outer, checked(&Value::array_of(&parts)));
    assert_eq!(outer.capabilities().len(), 10_000);
    assert_eq!(outer.to::<Vec<Value>>().unwrap(), parts);
    let mut items = outer.elements().unwrap();
    while let Some(item) = items.next_value() {
        assert_eq!(item.unwrap(), parts[0]);
    }
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn the_null_of_json_is_null_inside_a_value() {
    let json = serde_json::json!({ "a": null, "b": [null, { "c": null }] });
    let none = None::<u8>;
    let expected = Value::object_of([
        ("a", &Value::null()),
        ("b", &Value::from_serialize(&(none, BTreeMap::from([("c", none)]))).unwrap()),
    ]);
    assert_eq!(Value::from_serialize(&json).unwrap(), expected);
    assert_eq!(Value::from_serialize(&[json]).unwrap(), Value::array_of(&[expected]));
}
