//! Following a path into a message.

use isolet_wire::{Text, Value};

use crate::corpus::{self, checked, message};

fn path(value: &Value, path: &[&str]) -> Option<String> {
    let mut value = value.clone();
    for name in path {
        value = checked(&value.property(name)?);
    }
    Some(value.to_json())
}

#[test]
fn objects_have_their_own() {
    let object = message(|w| {
        w.begin_object();
        w.string("a");
        w.int(1);
        w.string("nothing");
        w.undefined();
        w.text(Text::Utf8("__proto__"));
        w.begin_array(1);
        w.capability(1);
        w.string_utf16(&[0xd800]);
        w.int(2);
        w.string("");
        w.begin_object();
        w.string("a");
        w.int(5);
        w.end();
        w.string("a");
        w.int(3);
        w.end();
    });
    // Of two equal keys the later one counts.
    assert_eq!(path(&object, &["a"]).unwrap(), "3");
    assert_eq!(path(&object, &["", "a"]).unwrap(), "5");
    assert!(object.property("nothing").unwrap().is_undefined());
    let stub = object.property("__proto__").unwrap().property("0").unwrap();
    assert_eq!(corpus::numbers(stub.capabilities()), [1]);
    assert!(stub.as_capability().is_some());
    for name in ["b", "constructor", "toString", "\u{fffd}", "0"] {
        assert!(object.property(name).is_none(), "{name}");
    }
}

#[test]
fn arrays_have_elements() {
    let array = Value::from_serialize(&(1, [2], "three")).unwrap();
    assert_eq!(path(&array, &["1", "0"]).unwrap(), "2");
    assert_eq!(path(&array, &["2"]).unwrap(), "\"three\"");
    for name in ["3", "-1", "01", "1.0", " 1", "", "length", "4294967295", "99999999999999999999"] {
        assert!(array.property(name).is_none(), "{name}");
    }
    let sparse = message(|w| {
        w.begin_sparse_array(5);
        w.string("1");
        w.string("x");
        w.string("4");
        w.null();
        w.string("name");
        w.null();
        w.end();
    });
    assert_eq!(path(&sparse, &["1"]).unwrap(), "\"x\"");
    assert_eq!(path(&sparse, &["4"]).unwrap(), "null");
    for name in ["0", "5", "name"] {
        assert!(sparse.property(name).is_none(), "{name}");
    }
}

#[test]
fn nothing_else_has_any() {
    for (at, value) in corpus::all().iter().enumerate() {
        // These are an array, an object and another array.
        if !matches!(at, 9..=11) {
            assert!(value.property("0").is_none() && value.property("message").is_none());
        }
    }
    let map = message(|w| {
        w.begin_map();
        w.string("a");
        w.null();
        w.end();
    });
    assert!(map.property("a").is_none());
}

#[test]
fn references_are_followed() {
    let [containers, cyclic] = [9, 10].map(|at| corpus::all().swap_remove(at));
    assert_eq!(path(&containers, &["2", "4", "value"]).unwrap(), "21");
    let around = cyclic.property("self").unwrap().property("list").unwrap();
    assert_eq!(path(&around, &["2"]).unwrap(), "{}");
    assert_eq!(path(&around, &["0", "0", "0", "1"]).unwrap(), "{}");
    let again = cyclic.property("self").unwrap();
    assert_eq!(again, cyclic);
}

#[test]
fn they_are_found_in_linear_time() {
    let wide = message(|w| {
        w.begin_object();
        for key in 0..200_000 {
            w.string(&format!("k{key}"));
            w.begin_array(1);
            w.null();
        }
        w.end();
    });
    assert_eq!(path(&wide, &["k199999", "0"]).unwrap(), "null");
    let long = Value::from_serialize(&vec![Some([1]); 200_000]).unwrap();
    assert_eq!(path(&long, &["199999", "0"]).unwrap(), "1");
}
