//! Values in the place of capabilities.

use std::sync::Arc;

use isolet_wire::{Attachment, Value, Writer};
use serde_json::{Value as Json, json};

/// A message that names `count` capabilities, which are their own positions.
fn message(count: usize, write: impl FnOnce(&mut Writer)) -> Value {
    let mut writer = Writer::new();
    write(&mut writer);
    let list = (0..count).map(|number| Arc::new(number) as Attachment).collect();
    Value::from_bytes(writer.finish(), list).expect("a message")
}

/// Replaces the capabilities that have a value in the list, and checks the copy as if it came
/// from elsewhere.
fn replaced(source: &Value, by: &[Option<Value>]) -> Value {
    let number = |it: &Attachment| *it.downcast_ref::<usize>().expect("a number");
    let copy = source.replace_capabilities(1 << 20, |it| by[number(it)].clone());
    let (bytes, list) = copy.expect("small enough").into_parts();
    Value::from_bytes(bytes, list).expect("a valid message")
}

fn json_of(value: &Value) -> Json {
    serde_json::from_str(&value.to_json()).expect("JSON")
}

fn value(json: &Json) -> Value {
    Value::from_serialize(json).expect("a value")
}

/// `{ twice: [7], again: the same }`
fn with_a_reference() -> Value {
    message(0, |writer| {
        writer.begin_object();
        writer.string("twice");
        writer.begin_array(1);
        writer.int(7);
        writer.string("again");
        writer.reference(1);
        writer.end();
    })
}

#[test]
fn references_lead_to_the_same_objects() {
    // [[1], cap 0, [2], cap 1, the first, the second, cap 2]
    let source = message(3, |writer| {
        writer.begin_array(7);
        writer.begin_array(1);
        writer.int(1);
        writer.capability(0);
        writer.begin_array(1);
        writer.int(2);
        writer.capability(1);
        writer.reference(1);
        writer.reference(3);
        writer.capability(2);
    });
    let by = [Some(with_a_reference()), Some(value(&json!("text"))), Some(value(&json!([[3]])))];
    let twice = json!({ "twice": [7], "again": [7] });
    let right = json!([[1], twice, [2], "text", [1], [2], [[3]]]);
    let copy = replaced(&source, &by);
    assert_eq!(json_of(&copy), right);
    assert!(copy.capabilities().is_empty() && copy.has_refs());
}

#[test]
fn a_capability_that_occurs_twice_is_replaced_twice() {
    let source = message(1, |writer| {
        writer.begin_array(5);
        writer.capability(0);
        writer.begin_array(1);
        writer.int(1);
        writer.reference(1);
        writer.begin_array(0);
        writer.reference(2);
    });
    for (by, right) in [
        (value(&json!(5)), json!([5, [1], 5, [], [1]])),
        (value(&json!([[6]])), json!([[[6]], [1], [[6]], [], [1]])),
    ] {
        assert_eq!(json_of(&replaced(&source, &[Some(by)])), right);
    }
}

#[test]
fn capabilities_that_stay_keep_their_order() {
    let source = message(3, |writer| {
        writer.begin_array(4);
        for position in [2, 0, 1] {
            writer.capability(position);
        }
        writer.reference(1);
    });
    let held = Value::from_capability(Arc::new(9_usize));
    let copy = replaced(&source, &[Some(held), None, None]);
    let names: Vec<_> = copy.capabilities().iter().map(|it| it.downcast_ref::<usize>()).collect();
    assert_eq!(names, [Some(&2), Some(&9), Some(&1)]);
    let kinds = copy.elements().expect("an array").len();
    assert_eq!(kinds, 4);
}

#[test]
fn a_whole_message_is_replaced() {
    let whole = Value::from_capability(Arc::new(0_usize));
    let copy = replaced(&whole, &[Some(with_a_reference())]);
    assert_eq!(copy, with_a_reference());
    assert_eq!(json_of(&replaced(&value(&json!([1])), &[])), json!([1]));
}

#[test]
fn a_copy_that_is_too_large_is_not_made() {
    let source = message(1, |writer| {
        writer.begin_array(1001);
        writer.capability(0);
        (0..1000).for_each(|_| writer.reference(1));
    });
    let kilobyte = value(&json!("x".repeat(1000)));
    let copy = |most| source.replace_capabilities(most, |_| Some(kilobyte.clone()));
    assert!(copy(2 << 20).is_some());
    assert!(copy(1 << 19).is_none());
    let list = Value::array_of(&vec![Value::from_capability(Arc::new(1_usize)); 1000]);
    assert!(source.replace_capabilities(1 << 20, |_| Some(list.clone())).is_none());
}
