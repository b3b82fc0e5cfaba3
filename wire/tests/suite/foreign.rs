//! Formats and types that cannot hold a message, and what they leave behind.

use std::panic::{AssertUnwindSafe, catch_unwind};

use isolet_wire::{Attachment, Value, capability};
use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::corpus::message;

const WRITING: &str = "an isolet value can only be written into an isolet message, \
     and not through a type that serde flattens or tags internally";
const READING: &str = "an isolet value can only be read from an isolet message, \
     and not through a type that serde flattens, tags internally or leaves untagged";

struct Stub(Attachment);

impl Serialize for Stub {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        capability::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Stub {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        capability::deserialize(deserializer).map(Self)
    }
}

fn stub() -> Value {
    message(|w| w.capability(0))
}

/// Checks that nothing is left for another format to find.
fn nothing_is_left() {
    assert_eq!(serde_json::to_string(&Value::null()).unwrap_err().to_string(), WRITING);
    let error = serde_json::from_str::<Value>("null").unwrap_err().to_string();
    assert!(error.starts_with(READING), "{error}");
}

#[test]
fn other_formats_say_so() {
    nothing_is_left();
    assert_eq!(serde_json::to_value([stub()]).unwrap_err().to_string(), WRITING);
    let attachment = Stub(stub().capabilities()[0].clone());
    assert_eq!(serde_json::to_value([attachment]).unwrap_err().to_string(), WRITING);
    for json in ["1", "\"x\"", "[]", "{}", "true"] {
        let error = serde_json::from_str::<Value>(json).unwrap_err().to_string();
        assert!(error.starts_with(READING), "{error}");
        let error = serde_json::from_str::<Stub>(json).map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with(READING), "{error}");
    }
    let number: serde::de::value::U8Deserializer<serde::de::value::Error> =
        1_u8.into_deserializer();
    let error = Value::deserialize(number).unwrap_err().to_string();
    assert_eq!(error, "invalid type: integer `1`, expected a value of an isolet message");
}

#[test]
fn what_serde_buffers_says_so() {
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Value(Value),
    }
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(tag = "type")]
    enum Internal {
        Struct { value: Value },
        Newtype(Value),
    }
    #[derive(Debug, Serialize, Deserialize)]
    struct Flat {
        own: Value,
        #[serde(flatten)]
        rest: std::collections::BTreeMap<String, u8>,
    }
    #[derive(Debug, Serialize, Deserialize)]
    struct Flattened {
        #[serde(flatten)]
        value: Value,
    }
    let object =
        Value::object_of([("value", &Value::null()), ("type", &message(|w| w.string("Struct")))]);

    let untagged = Value::from_serialize(&Untagged::Value(stub())).unwrap();
    assert_eq!(untagged, stub());
    assert!(object.to::<Untagged>().unwrap_err().to_string().contains("did not match any variant"));
    let internal = Value::from_serialize(&Internal::Struct { value: Value::null() }).unwrap();
    assert_eq!(internal.to::<Internal>().unwrap_err().to_string(), READING);
    assert_eq!(object.to::<Internal>().unwrap_err().to_string(), READING);
    let newtype = Value::from_serialize(&Internal::Newtype(object.clone()));
    assert_eq!(newtype.unwrap_err().to_string(), WRITING);
    assert_eq!(object.to::<Flattened>().unwrap_err().to_string(), READING);
    assert!(Value::from_serialize(&Flattened { value: object }).is_err());

    // Fields beside the flattened ones work.
    let flat = Flat { own: stub(), rest: [("a".to_owned(), 1)].into() };
    let flat: Flat = Value::from_serialize(&flat).unwrap().to().unwrap();
    assert_eq!((flat.own, flat.rest["a"]), (stub(), 1));
    nothing_is_left();
}

/// The faults that may occur where this crate expects its own types.
#[derive(Clone, Copy)]
enum Fault {
    Nothing,
    Error,
    Panic,
}

/// A type that uses the name that only this crate's types have.
struct Impostor(Fault);

struct Inside(Fault);

impl Serialize for Impostor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct("$isolet::Written", &Inside(self.0))
    }
}

impl Serialize for Inside {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Another message in the meantime does not interfere.
        assert_eq!(Value::from_serialize(&(stub(), 1)).unwrap().capabilities().len(), 1);
        match self.0 {
            Fault::Nothing => serializer.serialize_unit(),
            Fault::Error => Err(serde::ser::Error::custom("no")),
            Fault::Panic => panic!("on purpose"),
        }
    }
}

impl<'de> Deserialize<'de> for Impostor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Impostor;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an impostor")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<Impostor, D::Error> {
                let (one, _): (Value, u8) =
                    Value::from_serialize(&(stub(), 1)).unwrap().to().unwrap();
                assert_eq!(one, stub());
                // There is nothing behind it: the value is in the slot.
                bool::deserialize(deserializer).map(|_| Impostor(Fault::Nothing))
            }
        }
        deserializer.deserialize_newtype_struct("$isolet::Value", Visitor)
    }
}

#[test]
fn the_slot_is_empty_after_whatever_happens() {
    for fault in [Fault::Nothing, Fault::Error] {
        Value::from_serialize(&("x", Impostor(fault), stub())).unwrap_err();
        nothing_is_left();
    }
    let panicked = catch_unwind(|| Value::from_serialize(&("x", Impostor(Fault::Panic))));
    assert!(panicked.is_err());
    nothing_is_left();
    assert!(stub().to::<Impostor>().is_err());
    nothing_is_left();

    struct Panics;
    impl<'de> Deserialize<'de> for Panics {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let _ = Value::deserialize(deserializer)?;
            panic!("on purpose")
        }
    }
    let value = Value::array_of(&[stub(), stub()]);
    assert!(catch_unwind(AssertUnwindSafe(|| value.to::<(Value, Panics)>().is_ok())).is_err());
    nothing_is_left();
}

#[test]
fn an_error_that_is_swallowed_loses_nothing() {
    struct Either;
    impl Serialize for Either {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeSeq;
            let mut items = serializer.serialize_seq(None)?;
            items.serialize_element(&stub())?;
            assert!(items.serialize_element(&Impostor(Fault::Error)).is_err());
            items.end()
        }
    }
    // One item is missing, but what was written is still there.
    let bytes = Value::from_serialize(&Either).unwrap().into_bytes();
    assert_eq!(bytes, [1, 13, 2, 22, 0]);
}

#[test]
fn messages_within_messages_keep_to_themselves() {
    struct Inner;
    impl Serialize for Inner {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let inner = Value::from_serialize(&[stub(), Value::null()]).unwrap();
            assert_eq!(inner.to_json(), r#"["[Capability]",null]"#);
            inner.serialize(serializer)
        }
    }
    let outer = Value::from_serialize(&(stub(), Inner, stub())).unwrap();
    assert_eq!(outer.to_json(), r#"["[Capability]",["[Capability]",null],"[Capability]"]"#);
    assert_eq!(outer.capabilities().len(), 3);
}
