//! Text from outside, made harmless.

use std::fmt::Write as _;

use serde_json::Value;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// Returns text in which characters that control a terminal, reorder text or have no shape are
/// written as escapes of JSON. Line feeds and tabs stay, and so does what shapes emoji and words.
pub(crate) fn harmless(text: &str) -> String {
    harmless_prefix(text, usize::MAX).0
}

/// Returns the beginning of a text as [`harmless`] has it, of at most `limit` bytes, and true if
/// there is more.
pub(crate) fn harmless_prefix(text: &str, limit: usize) -> (String, bool) {
    let mut out = String::with_capacity(text.len().min(limit));
    let mut before = None;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let whole = out.len();
        if is_harmless(before, c, characters.peek().copied()) {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
        if out.len() > limit {
            out.truncate(whole);
            return (out, true);
        }
        before = Some(c);
    }
    (out, false)
}

/// Returns a value whose texts and names are [`harmless`].
pub(crate) fn harmless_value(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(harmless(&text)),
        Value::Array(values) => values.into_iter().map(harmless_value).collect(),
        Value::Object(map) => {
            let map = map.into_iter().map(|(key, value)| (harmless(&key), harmless_value(value)));
            Value::Object(map.collect())
        }
        value => value,
    }
}

fn is_harmless(before: Option<char>, c: char, after: Option<char>) -> bool {
    match c {
        '\n' | '\t' => true,
        c if c.is_ascii() => !c.is_ascii_control(),
        c if isolet_catalog::is_hidden_between(before, c, after) => false,
        // Joiners that are not hidden.
        '\u{200c}' | '\u{200d}' => true,
        c => !matches!(
            c.general_category(),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
                | GeneralCategory::PrivateUse
                | GeneralCategory::Unassigned
        ),
    }
}

/// Returns text as one line of at most `limit` bytes and an ellipsis.
pub(crate) fn line(text: &str, limit: usize) -> String {
    let (text, is_cut) = harmless_prefix(text.trim(), limit);
    let mut line = text.replace(['\n', '\t'], " ");
    if is_cut {
        line.push('…');
    }
    line
}

/// Returns the longest part of at most `limit` bytes from the beginning, and true if there is more.
pub(crate) fn prefix(text: &str, limit: usize) -> (&str, bool) {
    let end = text.floor_char_boundary(limit);
    (&text[..end], end < text.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn terminals_and_readers_are_not_deceived() {
        assert_eq!(harmless("a\u{1b}[31mb\u{9b}c"), "a\\u001b[31mb\\u009bc");
        assert_eq!(harmless("x\u{202e}y\u{2028}"), "x\\u202ey\\u2028");
        assert_eq!(harmless("\u{e0041}"), "\\udb40\\udc41");
        assert_eq!(harmless("grüße\n\t👩‍🚀❤️‍🔥"), "grüße\n\t👩‍🚀❤️‍🔥");
        assert_eq!(harmless("a\u{200d}b\u{fe0f}\u{e0100}"), "a\\u200db\\ufe0f\\udb40\\udd00");
        let value = json!({"a\u{202e}": ["\u{1b}", 1, {"b": "\u{e0041}"}]});
        let expected = json!({"a\\u202e": ["\\u001b", 1, {"b": "\\udb40\\udc41"}]});
        assert_eq!(harmless_value(value), expected);
    }

    #[test]
    fn lines_are_cut_between_characters() {
        assert_eq!(line(" a\nb ", 9), "a b");
        assert_eq!(line("ééé", 3), "é…");
        // Escapes count, and are whole.
        assert_eq!(line(&"\u{1b}".repeat(9), 13), "\\u001b\\u001b…");
        assert_eq!(harmless_prefix("\u{e0041}", 11), (String::new(), true));
        assert_eq!(prefix("ééé", 6), ("ééé", false));
    }
}
