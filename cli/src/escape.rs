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
            // Also what reorders text on the screen.
            c if c.is_control()
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}') =>
            {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{{{:x}}}", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn terminals_are_not_steered() {
        assert_eq!(escape("a\u{1b}[31mb\rc\u{7f}"), "a\\u{1b}[31mb\\u{d}c\\u{7f}");
        assert_eq!(escape("a\nerror: b\tc"), "a\n  error: b\tc");
        assert_eq!(escape("\u{202e}x"), "\\u{202e}x");
    }
}
