//! Whole messages: errors, arrays of messages, items as messages.

use isolet_wire::{ErrorParts, Kind, Value};

use crate::corpus::{self, message};

fn parts(name: &str, message: &str) -> ErrorParts {
    ErrorParts { name: name.to_owned(), message: message.to_owned(), stack: None }
}

#[test]
fn errors_can_be_made_and_read() {
    let chain = [
        ErrorParts { stack: Some("    at f".to_owned()), ..parts("RangeError", "too much") },
        parts("Error", "because"),
        parts("Error", "at last"),
    ];
    let error = Value::from_error_chain(&chain);
    Value::from_bytes(error.as_bytes().to_vec(), Vec::new()).unwrap();
    assert_eq!(error.kind(), Kind::Error);
    assert_eq!(error.as_error().as_ref(), chain.first());
    assert_eq!(error.error_chain(), chain);
    assert_eq!(Value::error(&chain[1]).error_chain(), chain[1..2]);
    assert!(Value::from_error_chain(&[]).is_undefined());
    assert!(Value::null().as_error().is_none());
}

#[test]
fn a_dom_exception_is_an_error() {
    let exception = message(|w| {
        w.begin_dom_exception("AbortError".into(), "gone".into(), None);
        w.string("code");
        w.int(20);
        w.end();
    });
    let exception = corpus::checked(&exception);
    assert_eq!(exception.kind(), Kind::Error);
    assert_eq!(exception.error_chain(), [parts("AbortError", "gone")]);
    assert_eq!(exception.to_json(), r#"{"name":"AbortError","message":"gone","code":20}"#);
}

#[test]
fn a_message_can_go_back() {
    let kept = message(|w| {
        w.begin_array(2);
        w.begin_object();
        w.end();
        let mark = w.mark();
        w.begin_map();
        w.string("key");
        w.begin_array(3);
        w.rewind(mark);
        assert_eq!(w.objects(), 2);
        w.reference(1);
    });
    assert_eq!(corpus::checked(&kept).to_json(), "[{},{}]");
}

#[test]
fn a_cause_may_be_shared_or_cyclic() {
    let cyclic = message(|w| {
        w.begin_error("Error".into(), "a".into(), None);
        w.string("other");
        w.begin_array(1);
        w.reference(0);
        w.string("cause");
        w.reference(0);
        w.end();
    });
    assert_eq!(cyclic.error_chain().len(), 1);
}

#[test]
fn messages_make_an_array() {
    let stub = message(|w| {
        w.begin_array(2);
        w.capability(1);
        w.reference(1);
    });
    let all = corpus::all();
    let array =
        Value::array_of(&[all[9].clone(), stub.clone(), Value::null(), stub, all[10].clone()]);
    assert_eq!(corpus::numbers(array.capabilities()), [0, 1, 0, 1]);
    let array = corpus::checked(&array);
    let mut items = array.elements().unwrap();
    assert_eq!(items.next_value().unwrap().unwrap(), all[9]);
    let first = items.next_value().unwrap().unwrap();
    items.skip().unwrap();
    let second = items.next_value().unwrap().unwrap();
    for item in [first, second] {
        assert_eq!(corpus::numbers(item.capabilities()), [1]);
        let item = item.elements().unwrap().next_value().unwrap().unwrap();
        assert_eq!(item.as_capability().unwrap().downcast_ref(), Some(&1_u32));
    }
    assert_eq!(items.next_value().unwrap().unwrap(), all[10]);
}

#[test]
fn an_item_takes_along_what_it_refers_to() {
    // [[{}], {outer: the first array, inner: its item, all: everything}]
    let array = message(|w| {
        w.begin_array(2);
        w.begin_array(1);
        w.begin_object();
        w.end();
        w.begin_object();
        w.string("inner");
        w.reference(2);
        w.string("outer");
        w.reference(1);
        w.string("all");
        w.reference(0);
        w.end();
    });
    let mut items = array.elements().unwrap();
    items.skip().unwrap();
    let item = items.next_value().unwrap().unwrap();
    let item = Value::from_bytes(item.into_bytes(), Vec::new()).unwrap();
    let expected = message(|w| {
        w.begin_object();
        w.string("inner");
        w.begin_object();
        w.end();
        w.string("outer");
        w.begin_array(1);
        w.reference(1);
        w.string("all");
        w.begin_array(2);
        w.reference(2);
        w.reference(0);
        w.end();
    });
    assert_eq!(item, expected);
}

#[test]
fn an_instance_is_an_object_to_rust_and_stays_one_for_others() {
    let array = corpus::checked(&corpus::interfaces());
    let json = r#"{"status":200,"headers":[["a","b"]],"body":[1,2]}"#;
    let mut items = array.elements().unwrap();
    let response = items.next_value().unwrap().unwrap();
    assert_eq!((response.kind(), &*response.to_json()), (Kind::Object, json));
    assert_eq!(response.property("status").unwrap().to_json(), "200");
    let headers: Vec<(String, String)> = response.property("headers").unwrap().to().unwrap();
    assert_eq!(&*headers[0].1, "b");
    let all: std::collections::BTreeMap<String, Value> = response.to().unwrap();
    assert_eq!(all.len(), 3);
    // Copied in one run, and object by object, it keeps its tag.
    for _ in 0..2 {
        let copy = items.next_value().unwrap().unwrap();
        let tag = copy.as_bytes()[1..3].to_vec();
        assert!(tag == [23, 2] || tag == [23, 0], "{tag:?}");
    }
    let shared = Value::array_of(&[array.clone(), response]);
    assert_eq!(shared.as_bytes().windows(2).filter(|pair| *pair == [23, 2]).count(), 2);
}
