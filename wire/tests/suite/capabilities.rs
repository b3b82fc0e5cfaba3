//! Capabilities: in lists, in types, and nowhere else.

use std::sync::{Arc, Weak};

use isolet_wire::{Attachment, DecodeError, Interface, Kind, Problem, Value, capability};
use serde::{Deserialize, Serialize};

use crate::corpus::{self, checked, message};

#[derive(Serialize, Deserialize)]
struct Stub(#[serde(with = "capability")] Attachment);

#[test]
fn a_position_must_be_in_the_list() {
    let bytes = message(|w| w.capability(2)).into_bytes();
    for count in 0..3 {
        let error = Value::from_bytes(bytes.clone(), corpus::capabilities(count)).unwrap_err();
        assert_eq!(error.problem, Problem::Capability);
    }
    let value = Value::from_bytes(bytes, corpus::capabilities(5)).unwrap();
    assert_eq!(corpus::numbers(value.capabilities()), [0, 1, 2, 3, 4]);
    assert_eq!(value.as_capability().unwrap().downcast_ref(), Some(&2_u32));
    let hostile = message(|w| w.capability(0)).as_bytes()[..2].to_vec();
    let hostile = [hostile, vec![0xff, 0xff, 0xff, 0xff, 0x0f]].concat();
    assert!(Value::from_bytes(hostile, corpus::capabilities(8)).is_err());
}

#[test]
fn one_is_a_message() {
    let one: Attachment = Arc::new("one");
    let value = Value::from_capability(one.clone());
    assert_eq!(value.kind(), Kind::Capability);
    assert!(Arc::ptr_eq(value.as_capability().unwrap(), &one));
    assert_eq!(checked(&value), value);
    assert_ne!(value, Value::from_capability(Arc::new("one")));
    assert!(Value::array_of(std::slice::from_ref(&value)).as_capability().is_none());
    let (bytes, list) = value.into_parts();
    assert_eq!((bytes.as_slice(), list.len()), ([1, 22, 0].as_slice(), 1));
}

#[test]
fn messages_are_equal_by_identity() {
    let bytes = message(|w| w.capability(0)).into_bytes();
    let with = |list| Value::from_bytes(bytes.clone(), list).unwrap();
    assert_eq!(with(corpus::capabilities(1)), with(corpus::capabilities(1)));
    assert_ne!(with(corpus::capabilities(1)), with(corpus::capabilities(2)));
    assert_ne!(with(corpus::capabilities(1)), with(corpus::capabilities(2)[1..].to_vec()));
}

#[test]
fn types_write_and_read_them() {
    let [one, two] = [0, 1].map(|at| Stub(corpus::capabilities(2).swap_remove(at)));
    let inner = Value::array_of(&[Value::from_capability(two.0.clone())]);
    let outer = checked(&Value::from_serialize(&(&two, "x", &inner, Some(&one), [7])).unwrap());
    assert_eq!(corpus::numbers(outer.capabilities()), [1, 1, 0]);
    let (first, _, second, third, _): (Stub, String, Value, Option<Stub>, Value) =
        outer.to().unwrap();
    assert!(Arc::ptr_eq(&first.0, &two.0) && Arc::ptr_eq(&third.unwrap().0, &one.0));
    assert_eq!(second, inner);
    assert_eq!(outer.to::<serde_json::Value>(), Err(DecodeError::Capability));
}

#[test]
fn a_reference_to_one_is_one() {
    let twice = message(|w| {
        w.begin_array(2);
        w.capability(3);
        w.reference(1);
    });
    let (one, two): (Stub, Stub) = twice.to().unwrap();
    assert!(Arc::ptr_eq(&one.0, &two.0));
    let mut items = twice.elements().unwrap();
    items.skip().unwrap();
    let two = items.next_value().unwrap().unwrap();
    assert_eq!((two.as_bytes(), two.capabilities().len()), ([1, 22, 0].as_slice(), 1));
}

#[test]
fn anything_else_is_an_error() {
    let found = |value: &Value| value.to::<Stub>().map(|_| ()).unwrap_err().to_string();
    let all = corpus::all();
    let words: Vec<String> = all.iter().map(found).collect();
    let expected = [
        "undefined",
        "null",
        "boolean",
        "number",
        "bigint",
        "number",
        "bigint",
        "string",
        "string",
        "array",
        "object",
        "array",
        "Error",
        "Set",
    ];
    for (found, word) in words.iter().zip(expected) {
        assert_eq!(found, &format!("expected a capability, found {word}"));
    }
    assert_eq!(words.len(), expected.len());
    let error = Value::array_of(&[]).elements().unwrap().next_or_undefined::<Stub>();
    assert_eq!(error.map(|_| ()), Err(DecodeError::NotACapability(Kind::Undefined)));
    let error = all[12].to::<std::collections::BTreeMap<String, Stub>>();
    assert_eq!(error.map(|_| ()), Err(DecodeError::NotACapability(Kind::String)));
    let cyclic = message(|w| {
        w.begin_array(1);
        w.reference(0);
    });
    assert_eq!(cyclic.to::<(Stub,)>().map(|_| ()), Err(DecodeError::Cyclic));
}

#[test]
fn what_is_taken_out_keeps_only_what_it_names() {
    let stubs: Vec<Attachment> = (0..3).map(|number: u32| Arc::new(number) as _).collect();
    let watch: Vec<Weak<_>> = stubs.iter().map(Arc::downgrade).collect();
    let bytes = message(|w| {
        w.begin_array(2);
        w.capability(2);
        w.begin_array(4);
        w.null();
        w.capability(1);
        w.capability(0);
        w.capability(1);
    });
    let message = Value::from_bytes(bytes.into_bytes(), stubs).unwrap();
    let by_type = message.to::<(Value, Value)>().unwrap().1;
    let by_name = message.property("1").unwrap();
    let mut items = message.elements().unwrap();
    items.skip().unwrap();
    let by_cursor = items.next_value().unwrap().unwrap();
    drop(message);
    let alive: Vec<bool> = watch.iter().map(|stub| stub.upgrade().is_some()).collect();
    assert_eq!(alive, [true, true, false]);
    for item in [by_type, by_name, by_cursor] {
        assert_eq!(corpus::numbers(checked(&item).capabilities()), [1, 0]);
        assert_eq!(item.as_bytes(), [1, 13, 4, 2, 22, 0, 22, 1, 22, 0]);
    }
    assert!(watch.iter().all(|stub| stub.upgrade().is_none()));
}

#[test]
fn streams_are_found_wherever_they_are() {
    let holding = |interface: Interface| {
        let bytes = message(|w| {
            w.begin_array(2);
            w.capability(0);
            w.begin_object();
            w.string("deep");
            w.begin_interface(interface);
            w.string("source");
            w.capability(1);
            w.end();
            w.end();
        });
        Value::from_bytes(bytes.into_bytes(), corpus::capabilities(2)).unwrap()
    };
    for interface in Interface::ALL {
        assert_eq!(holding(interface).has_streams(), interface.is_stream(), "{interface:?}");
    }
    assert!(!Value::from_capability(Arc::new("one")).has_streams());
    assert!(!Value::undefined().has_streams());
}
