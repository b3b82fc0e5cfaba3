//! Properties of every message, whoever wrote its bytes.

use std::collections::BTreeMap;

use isolet_wire::{
    Attachment, DecodeError, ErrorParts, Event, Kind, Text, Token, Value, Walker, capability,
};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

/// Items of an array, or properties of an object, that are looked at one by one.
/// Each is found by reading all those before it.
const LOOKED_AT: usize = 16;

/// JSON of which not every prefix is made, for the sake of inputs per second.
const LONG_JSON: usize = 4 << 10;

/// The longest JSON of a message of that many bytes: no byte takes more than 13
/// (a `Float16Array`), and what is shared is written again up to a budget.
fn max_json_bytes(message_bytes: usize) -> usize {
    let again = (isolet_wire::EXPANSION_FACTOR * message_bytes).max(isolet_wire::EXPANSION_BASE);
    13 * (message_bytes + again) + 64
}

/// Asserts what the documentation of [`Value`] says, of each of its methods.
pub(crate) fn check(value: &Value) {
    let first = passed_on(value);
    let json = json(value);
    assert_eq!(first.to_json(), json);
    walk(value);
    properties(value);
    items(value);
    errors(value);
    decode(value);
    capabilities(value);
    if let Ok(plain) = value.to::<serde_json::Value>() {
        let written = Value::from_serialize(&plain).expect("plain data is written");
        assert_eq!(received(&written).to::<serde_json::Value>(), Ok(plain), "{json}");
    }
}

/// The same message, as whoever receives its bytes has it.
fn received(value: &Value) -> Value {
    let (bytes, capabilities) = value.clone().into_parts();
    let again = Value::from_bytes(bytes, capabilities).expect("what was written is valid");
    assert_eq!(again, *value);
    again
}

/// The message after it was a part of others, where it may stand anywhere.
fn passed_on(value: &Value) -> Value {
    let pair = received(&Value::array_of(&[value.clone(), value.clone()]));
    let mut items = pair.elements().expect("an array");
    let mut next = || received(&items.next_value().expect("an item").expect("a valid message"));
    let (first, second) = (next(), next());
    assert_eq!(first, second);
    // It names its capabilities in order now, and no others.
    let again = Value::array_of(std::slice::from_ref(&first));
    let again = again.element::<Value>(0).expect("an item");
    assert_eq!(again, first);

    let nested = Value::from_serialize(&[("x", value, [value])]).expect("it is written");
    let nested = received(&nested).to::<[(String, Value, (Value,)); 1]>();
    // Copies of what is shared count against the budget.
    if let Ok([(_, second, (third,))]) = nested {
        assert_eq!((&second, &third), (&first, &first));
    } else {
        assert_eq!(nested, Err(DecodeError::Expansion));
    }
    let named = Value::object_of([("a", value), ("b", value)]);
    assert_eq!(named.property("b"), Some(first.clone()));
    first
}

/// The JSON, of which each prefix can be had.
fn json(value: &Value) -> String {
    let json = value.to_json();
    assert!(json.len() <= max_json_bytes(value.as_bytes().len()), "{} bytes", json.len());
    if let Err(error) = serde_json::from_str::<IgnoredAny>(&json) {
        // Depth and lone surrogates are JSON, and too much for serde_json.
        let text = error.to_string();
        let known = ["recursion", "surrogate", "hex"];
        assert!(known.iter().any(|word| text.contains(word)), "{text}: {json}");
    }
    for max_bytes in [0, 1, 7, json.len() / 2, json.len() - 1] {
        if max_bytes >= json.len() || json.len() > LONG_JSON {
            continue;
        }
        let cut = &json[..json.floor_char_boundary(max_bytes)];
        assert_eq!(value.to_json_prefix(max_bytes), format!("{cut}…"));
    }
    assert_eq!(value.to_json_prefix(json.len()), json);
    json
}

fn walk(value: &Value) {
    let mut walker = Walker::new(value.as_bytes()).expect("a version");
    let (mut open, mut streams) = (0_usize, false);
    while let Some(event) = walker.event().expect("a valid message") {
        match event {
            Event::Value(token) => {
                open += usize::from(token.is_container());
                streams |= matches!(token, Token::Interface(interface) if interface.is_stream());
            }
            Event::End => open -= 1,
            Event::Key(_) => {}
        }
        assert!(walker.depth() >= open && walker.depth() <= open + 1);
    }
    assert_eq!((open, walker.position()), (0, value.as_bytes().len()));
    // A stream leads to a capability, or it is none.
    assert!(streams || !value.has_streams());
}

fn properties(value: &Value) {
    let mut walker = Walker::new(value.as_bytes()).expect("a version");
    let mut names = Vec::new();
    let _ = walker.event();
    while let Ok(Some(event)) = walker.event() {
        if let (Event::Key(Text::Utf8(name)), 1) = (event, walker.depth()) {
            names.push(name);
        }
    }
    for name in names.into_iter().take(LOOKED_AT).chain(["0", "cause", "length", ""]) {
        if let Some(property) = value.property(name) {
            received(&property);
            assert!(matches!(value.kind(), Kind::Object | Kind::Array), "{name}");
        }
    }
}

fn items(value: &Value) {
    let Some(mut items) = value.elements() else {
        assert_ne!(value.kind(), Kind::Array);
        assert!(matches!(value.element::<Value>(0), Err(DecodeError::NotAnArray)));
        return;
    };
    let mut plain = value.elements().expect("an array");
    for index in 0..items.len().min(LOOKED_AT) {
        let item = received(&items.next_value().expect("an item").expect("a valid message"));
        assert_eq!(value.element::<Value>(index), Ok(item.clone()));
        if !item.is_undefined() {
            assert_eq!(value.property(&index.to_string()), Some(item));
        }
        not_malformed(plain.next::<serde_json::Value>().expect("an item"));
    }
    assert_eq!(plain.len(), items.len());
    while items.len() > 0 && value.as_bytes().get(1) == Some(&13) {
        items.skip().expect("a valid message");
    }
    if items.len() == 0 {
        assert!(items.next_value().is_none());
    }
}

fn errors(value: &Value) {
    let chain = value.error_chain();
    assert!(chain.len() <= 32);
    let text = |it: &ErrorParts| {
        it.name.len() + it.message.len() + it.stack.as_ref().map_or(0, String::len)
    };
    // A lone surrogate, of two bytes, is three as U+FFFD.
    let bytes: usize = chain.iter().map(text).sum();
    assert!(2 * bytes <= 3 * value.as_bytes().len(), "{bytes} bytes of text");
    assert_eq!(value.as_error().as_ref(), chain.first());
    assert_eq!(chain.is_empty(), value.kind() != Kind::Error);
    let copy = received(&Value::from_error_chain(&chain));
    assert_eq!(copy.error_chain(), chain);
}

fn capabilities(value: &Value) {
    let identity: fn(&Attachment) -> Attachment = Clone::clone;
    assert_eq!(value.clone().map_capabilities(identity), *value);
    assert_eq!(value.as_capability().is_some(), value.kind() == Kind::Capability);
    if let Some(one) = value.as_capability() {
        let alone = Value::from_capability(one.clone());
        assert_eq!(passed_on(&alone), alone);
    }
}

#[derive(Deserialize)]
struct Stub(#[serde(with = "capability")] Attachment);

#[derive(Deserialize)]
#[allow(dead_code, reason = "only whether it decodes is of interest")]
enum Choice {
    A,
    B(Box<Choice>),
    C { value: Option<Value> },
    D(i8, f32),
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "only whether it decodes is of interest")]
struct Record<'a> {
    name: Option<String>,
    message: Option<&'a str>,
    #[serde(default)]
    value: Value,
    #[serde(borrow)]
    data: Option<&'a [u8]>,
    list: Option<Vec<u16>>,
}

/// Decodes into types of all shapes. What does not fit says so, and nothing in a
/// message that was checked is malformed.
fn decode(value: &Value) {
    fn to<T: DeserializeOwned>(value: &Value) -> Option<T> {
        not_malformed(value.to::<T>())
    }
    assert_eq!(value.to::<IgnoredAny>().map(|_| ()), Ok(()));
    assert_eq!(to::<Value>(value).map(|copy| copy.to_json()), Some(value.to_json()));
    to::<serde_json::Value>(value);
    to::<bool>(value);
    to::<u8>(value);
    to::<i64>(value);
    to::<u128>(value);
    to::<i128>(value);
    to::<f32>(value);
    to::<f64>(value);
    to::<char>(value);
    to::<String>(value);
    to::<()>(value);
    to::<Option<Value>>(value);
    to::<Vec<Value>>(value);
    to::<Vec<Option<f64>>>(value);
    to::<Vec<(Value, Value)>>(value);
    to::<BTreeMap<String, Value>>(value);
    to::<BTreeMap<i32, Value>>(value);
    to::<BTreeMap<bool, Option<IgnoredAny>>>(value);
    to::<[Option<i128>; 2]>(value);
    to::<Choice>(value);
    to::<Vec<Choice>>(value);
    not_malformed(value.to::<&str>());
    not_malformed(value.to::<Option<&[u8]>>());
    not_malformed(value.to::<Record<'_>>());
    not_malformed(value.to::<Vec<Record<'_>>>());
    let stub = to::<Stub>(value).map(|stub| stub.0);
    assert_eq!(stub.is_some(), value.kind() == Kind::Capability);
    to::<Vec<Stub>>(value);
    to::<BTreeMap<String, Stub>>(value);
}

fn not_malformed<T>(decoded: Result<T, DecodeError>) -> Option<T> {
    if let Err(DecodeError::Wire(error)) = &decoded {
        panic!("a message that was checked is malformed: {error}");
    }
    decoded.ok()
}
