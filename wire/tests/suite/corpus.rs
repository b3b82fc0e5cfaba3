//! Messages that contain everything.

use std::sync::{Arc, LazyLock};

use isolet_wire::{Attachment, BigInt, Buffer, Interface, Text, Value, View, ViewKind, Writer};

/// Returns the same capabilities each time.
pub(crate) fn capabilities(count: usize) -> Vec<Attachment> {
    static ALL: LazyLock<Vec<Attachment>> =
        LazyLock::new(|| (0..8).map(|number: u32| Arc::new(number) as Attachment).collect());
    ALL[..count].to_vec()
}

/// Returns the numbers of capabilities that come from [`capabilities`].
pub(crate) fn numbers(capabilities: &[Attachment]) -> Vec<u32> {
    capabilities.iter().map(|one| *one.downcast_ref().unwrap()).collect()
}

/// Creates a message with as many capabilities as it needs.
pub(crate) fn message(write: impl FnOnce(&mut Writer)) -> Value {
    let mut writer = Writer::new();
    write(&mut writer);
    let bytes = writer.finish();
    let lists = (0..=8).map(capabilities);
    lists.flat_map(|list| Value::from_bytes(bytes.clone(), list)).next().unwrap()
}

/// Returns the same message, checked as one from outside.
pub(crate) fn checked(value: &Value) -> Value {
    let (bytes, capabilities) = value.clone().into_parts();
    let again = Value::from_bytes(bytes, capabilities).unwrap();
    assert_eq!(again, *value);
    again
}

pub(crate) fn all() -> Vec<Value> {
    vec![
        Value::undefined(),
        Value::null(),
        message(|w| w.boolean(true)),
        message(|w| w.int(-((1 << 53) - 1))),
        message(|w| w.int(i64::MIN)),
        message(|w| w.float(-0.0)),
        message(|w| w.big_int(BigInt { negative: true, hex: "123456789abcdef0123456789abcdef01" })),
        message(|w| w.string("grüße \u{1f600} \"\\\n\u{1}")),
        message(|w| w.string_utf16(&[0x61, 0xd800, 0x22, 0xdc00])),
        containers(),
        cycles(),
        views(),
        message(|w| {
            w.begin_error("TypeError".into(), "no".into(), Some("    at f (a.js:1:2)".into()));
            w.string("cause");
            w.begin_dom_exception("Error".into(), "why".into(), None);
            w.end();
            w.string("code");
            w.string("E");
            w.end();
        }),
        message(|w| {
            w.begin_set();
            w.boxed();
            w.string("boxed");
            w.boxed();
            w.float(1.5);
            w.date(0.0);
            w.date(f64::NAN);
            w.reg_exp("a\"/b".into(), "gi".into());
            w.capability(0);
            w.reference(6);
            w.capability(7);
            w.end();
        }),
    ]
}

fn containers() -> Value {
    message(|w| {
        w.begin_array(4);
        w.begin_object();
        w.string("value");
        w.int(21);
        w.string("gone");
        w.undefined();
        w.text(Text::Utf8("__proto__"));
        w.null();
        w.end();
        w.begin_map();
        w.string("a");
        w.begin_map();
        w.int(1);
        w.begin_array(1);
        w.boolean(false);
        w.begin_object();
        w.end();
        w.float(0.5);
        w.end();
        w.string("b");
        w.reference(1);
        w.end();
        w.begin_sparse_array(6);
        w.string("1");
        w.int(1);
        w.string("4");
        w.reference(1);
        w.string("name");
        w.string("x");
        w.end();
        w.begin_set();
        w.int(1);
        w.reference(3);
        w.end();
    })
}

pub(crate) fn interfaces() -> Value {
    message(|w| {
        w.begin_array(4);
        w.begin_interface(Interface::Response);
        w.string("status");
        w.int(200);
        w.string("headers");
        w.begin_array(1);
        w.begin_array(2);
        w.string("a");
        w.string("b");
        w.string("body");
        w.array_buffer(&[1, 2]);
        w.end();
        w.reference(1);
        w.begin_interface(Interface::Headers);
        w.end();
        w.reference(5);
    })
}

fn cycles() -> Value {
    message(|w| {
        w.begin_object();
        w.string("self");
        w.reference(0);
        w.string("list");
        w.begin_array(3);
        w.reference(1);
        w.begin_object();
        w.end();
        w.reference(2);
        w.end();
    })
}

fn views() -> Value {
    let bytes: Vec<u8> = (0..32).collect();
    let view = |kind, buffer, byte_offset, length| View { kind, buffer, byte_offset, length };
    message(|w| {
        w.begin_array(6);
        w.view(view(ViewKind::Int16, Buffer::Inline(&bytes), 2, 3));
        w.view(view(ViewKind::Float64, Buffer::Ref(2), 8, 2));
        w.array_buffer(&[1, 2, 3]);
        w.view(view(ViewKind::DataView, Buffer::Ref(4), 1, 2));
        w.view(view(ViewKind::BigUint64, Buffer::Inline(&[255; 8]), 0, 1));
        w.view(view(ViewKind::Float16, Buffer::Inline(&[0, 0x3c, 0, 0x7c, 1, 0]), 0, 3));
    })
}
