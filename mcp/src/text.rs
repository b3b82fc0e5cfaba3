//! Text from outside, made harmless.

use std::fmt::Write as _;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// Returns text in which characters that control a terminal, reorder text or have no shape are
/// written as escapes of JSON. Line feeds and tabs stay.
pub(crate) fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmless(c) {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

fn is_harmless(c: char) -> bool {
    match c {
        // Joiners are part of words and emoji.
        '\n' | '\t' | '\u{200c}' | '\u{200d}' => true,
        c if c.is_ascii() => !c.is_ascii_control(),
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
    let (text, is_cut) = prefix(text.trim(), limit);
    let mut line = harmless(text).replace(['\n', '\t'], " ");
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
    use super::*;

    #[test]
    fn terminals_and_readers_are_not_deceived() {
        assert_eq!(harmless("a\u{1b}[31mb\u{9b}c"), "a\\u001b[31mb\\u009bc");
        assert_eq!(harmless("x\u{202e}y\u{2028}"), "x\\u202ey\\u2028");
        assert_eq!(harmless("\u{e0041}"), "\\udb40\\udc41");
        assert_eq!(harmless("grüße\n\t👩‍🚀"), "grüße\n\t👩‍🚀");
    }

    #[test]
    fn lines_are_cut_between_characters() {
        assert_eq!(line(" a\nb ", 9), "a b");
        assert_eq!(line("ééé", 3), "é…");
        assert_eq!(prefix("ééé", 6), ("ééé", false));
    }
}
