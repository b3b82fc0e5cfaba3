//! Text of the guest's, made safe for a terminal.

use std::fmt::Write as _;

/// Control characters become visible, so that no text can move the cursor,
/// change colours or pass for another line. Lines after the first are indented.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => escaped.push_str("\n  "),
            '\t' => escaped.push(c),
            c if steers(c) => {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{{{:x}}}", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// JSON with such characters as escapes, which is the same JSON: they occur
/// in its strings only.
pub(crate) fn escape_json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Whether it does something to the text around it: controls, ends of lines,
/// and what reorders or mirrors text on the screen.
fn steers(c: char) -> bool {
    let reorders = matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
    );
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || reorders
}

#[cfg(test)]
mod tests {
    use super::{escape, escape_json};

    #[test]
    fn terminals_are_not_steered() {
        assert_eq!(escape("a\u{1b}[31mb\rc\u{7f}"), "a\\u{1b}[31mb\\u{d}c\\u{7f}");
        assert_eq!(escape("a\nerror: b\tc"), "a\n  error: b\tc");
        assert_eq!(escape("\u{202e}x"), "\\u{202e}x");
        for c in ['\u{9b}', '\u{61c}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2069}', '\u{206a}'] {
            assert_eq!(escape(&c.to_string()), c.escape_unicode().to_string());
        }
        assert_eq!(escape("שלום 👩‍🚀 é\u{fe0f}"), "שלום 👩‍🚀 é\u{fe0f}");
    }

    #[test]
    fn json_stays_the_same_json() {
        let text = "\u{0}\u{1b}\u{7f}\u{80}\u{9f}\u{61c}\u{200e}\u{200f}\u{2028}\u{202a}\u{202e}\u{2069}é\\\"👩‍🚀";
        let json = serde_json::to_string(text).expect("JSON");
        let escaped = escape_json(&json);
        assert!(!escaped.contains(super::steers), "{escaped:?}");
        assert!(escaped.contains("\\u009f") && escaped.contains("é\\\\\\\"👩‍🚀"), "{escaped}");
        assert_eq!(serde_json::from_str::<String>(&escaped).expect("JSON"), text);
    }
}
