//! JSON of any message.

use std::fmt;

use isolet_wire::{Buffer, Value, View, ViewKind};

use crate::corpus::{self, message};

#[test]
fn each_class_has_its_form() {
    let json: Vec<String> = corpus::all().iter().map(Value::to_json).collect();
    let expected = [
        "null",
        "null",
        "true",
        "-9007199254740991",
        "\"-9223372036854775808\"",
        "0",
        "\"-387165715252267757836693082728079159041\"",
        r#""grüße 😀 \"\\\n\u0001""#,
        r#""a\ud800\"\udc00""#,
        r#"[{"value":21,"__proto__":null},{"a":[[1,[false]],[{},0.5]],"b":{"value":21,"__proto__":null}},[null,1,null,null,{"value":21,"__proto__":null},null],[1,[[1,[false]],[{},0.5]]]]"#,
        r#"{"self":"[Circular]","list":["[Circular]",{},{}]}"#,
        r#"[[770,1284,1798],[3.6919162048650923e-236,1.846323925681849e-197],[1,2,3],[2,3],["18446744073709551615"],[1,null,5.960464477539063e-8]]"#,
        r#"{"name":"TypeError","message":"no","cause":{"name":"Error","message":"why"},"code":"E"}"#,
        r#"["boxed",1.5,"1970-01-01T00:00:00.000Z",null,"/a\"/b/gi","[Capability]","[Capability]","[Capability]"]"#,
    ];
    for (json, expected) in json.iter().zip(expected) {
        assert_eq!(json, expected);
        serde_json::from_str::<serde_json::Value>(json)
            .map_or_else(|error| assert!(json.contains("\\ud800"), "{error}: {json}"), drop);
    }
    assert_eq!(json.len(), expected.len());
}

#[test]
fn numbers_are_written_as_javascript_does() {
    let cases = [
        (1e21, "1e+21"),
        (123_456_789_012_345_680_000.0, "123456789012345680000"),
        (1e-7, "1e-7"),
        (0.000_001_5, "0.0000015"),
        (-1.5e300, "-1.5e+300"),
        (0.1 + 0.2, "0.30000000000000004"),
        (f64::NAN, "null"),
        (f64::NEG_INFINITY, "null"),
    ];
    for (number, text) in cases {
        assert_eq!(message(|w| w.number(number)).to_json(), text);
    }
}

#[test]
fn dates_are_iso_strings() {
    let cases = [
        (951_782_400_000.0, "\"2000-02-29T00:00:00.000Z\""),
        (-1.0, "\"1969-12-31T23:59:59.999Z\""),
        (8.64e15, "\"+275760-09-13T00:00:00.000Z\""),
        (-8.64e15, "\"-271821-04-20T00:00:00.000Z\""),
        (-62_167_219_200_001.0, "\"-000001-12-31T23:59:59.999Z\""),
        (8.64e15 + 1.0, "null"),
        (f64::INFINITY, "null"),
    ];
    for (milliseconds, text) in cases {
        assert_eq!(message(|w| w.date(milliseconds)).to_json(), text);
    }
}

#[test]
fn maps_within_maps_stay_linear() {
    let deep = message(|w| {
        for _ in 0..100_000 {
            w.begin_map();
            w.string("k");
        }
        w.undefined();
        for _ in 0..100_000 {
            w.end();
        }
    });
    let json = deep.to_json();
    assert_eq!(json.len(), 100_000 * 6 - 4);
    assert!(json.starts_with("{\"k\":{\"k\":") && json.contains("{}}}}"));
}

#[test]
fn a_prefix_is_the_beginning_and_says_if_there_is_more() {
    let sparse = message(|w| {
        w.begin_sparse_array(1000);
        w.string("7");
        w.string("ü");
        w.end();
    });
    for value in corpus::all().into_iter().chain([sparse]) {
        let json = value.to_json();
        for max_bytes in 0..=json.len() + 1 {
            let end = json.floor_char_boundary(max_bytes);
            let mark = if end < json.len() { "…" } else { "" };
            assert_eq!(value.to_json_prefix(max_bytes), format!("{}{mark}", &json[..end]));
        }
    }
}

/// A sink that takes `room` bytes, then fails, and records what it is asked for.
#[derive(Default)]
struct Sink {
    room: usize,
    text: String,
    longest: usize,
    failed: bool,
}

impl fmt::Write for Sink {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        assert!(!self.failed, "written to after it has failed");
        self.longest = self.longest.max(text.len());
        self.failed = self.text.len() + text.len() > self.room;
        if self.failed {
            return Err(fmt::Error);
        }
        self.text.push_str(text);
        Ok(())
    }
}

#[test]
fn what_is_written_piece_by_piece_is_the_same() {
    for value in corpus::all() {
        let json = value.to_json();
        let mut sink = Sink { room: json.len(), ..Sink::default() };
        assert_eq!(value.write_json(&mut sink), Ok(()));
        assert_eq!(sink.text, json);
        for room in 0..json.len() {
            let mut sink = Sink { room, ..Sink::default() };
            assert_eq!(value.write_json(&mut sink), Err(fmt::Error));
            assert!(json.starts_with(&sink.text));
        }
    }
}

/// Returns large messages, and the length of their JSON.
fn large() -> Vec<(Value, usize)> {
    const MANY: usize = 1 << 20;
    let bytes = vec![255; MANY];
    let view = |buffer, length| View { kind: ViewKind::Uint8, buffer, byte_offset: 0, length };
    let sparse = message(|w| {
        w.begin_sparse_array(1 << 20);
        w.end();
    });
    let shared = message(|w| {
        w.begin_array(3);
        w.view(view(Buffer::Inline(&bytes), MANY));
        w.view(view(Buffer::Ref(2), MANY));
        w.view(view(Buffer::Ref(2), MANY));
    });
    vec![
        (message(|w| w.string(&"x".repeat(MANY))), MANY + 2),
        (message(|w| w.string(&"ü\u{1}".repeat(MANY))), 8 * MANY + 2),
        (message(|w| w.view(view(Buffer::Inline(&bytes), MANY))), 4 * MANY + 1),
        (sparse, 5 * MANY + 1),
        (shared, 12 * MANY + 7),
    ]
}

#[test]
fn the_text_is_never_gathered() {
    for (value, length) in large() {
        let mut sink = Sink { room: usize::MAX, ..Sink::default() };
        assert_eq!(value.write_json(&mut sink), Ok(()));
        assert_eq!((sink.text.len(), sink.text.len()), (length, value.to_json().len()));
        assert!(sink.longest <= 4 << 10, "{}", sink.longest);
        let mut full = Sink { room: 10_000, ..Sink::default() };
        assert_eq!(value.write_json(&mut full), Err(fmt::Error));
        assert!(full.text.len() > 5_000 && full.longest <= 4 << 10);
    }
}

#[test]
fn debug_is_a_prefix() {
    let long = message(|w| w.string(&"x".repeat(1000)));
    assert_eq!(format!("{long:?}"), format!("Value(\"{}…)", "x".repeat(511)));
    assert_eq!(format!("{:?}", Value::null()), "Value(null)");
}
