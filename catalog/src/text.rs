//! Makes text from outside harmless in comments, strings and messages.

use std::fmt::Write;

/// Returns text as one line that is safe within `/** */`, cut after `most` characters.
///
/// Whitespace is collapsed. Characters that are invisible or change how others are shown are
/// dropped.
pub(crate) fn comment(text: &str, most: usize) -> String {
    line(text, most).replace("*/", "*\\/")
}

/// Returns text as one line without hidden characters, cut after `most` characters.
pub(crate) fn line(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut count = 0;
    let mut is_gap = false;
    for character in text.chars() {
        if character.is_whitespace() {
            is_gap = count > 0;
        } else if !is_hidden(character) {
            if count >= most {
                line.push('…');
                break;
            }
            if is_gap {
                line.push(' ');
            }
            count += 1 + usize::from(is_gap);
            is_gap = false;
            line.push(character);
        }
    }
    line
}

/// Returns a string literal of JavaScript. Characters that are not shown are escaped.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // So that no part of it ends a comment.
            '/' if quoted.ends_with('*') => quoted.push_str("\\/"),
            _ if is_hidden(character) || (character.is_whitespace() && character != ' ') => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    // Writing to a string does not fail.
                    let _ = write!(quoted, "\\u{unit:04x}");
                }
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// Returns a quoted excerpt of at most `most` characters.
pub(crate) fn excerpt(text: &str, most: usize) -> String {
    let mut end = text.char_indices().skip(most).map(|(at, _)| at);
    match end.next() {
        Some(end) => format!("{}…", quote(text.get(..end).unwrap_or_default())),
        None => quote(text),
    }
}

/// Returns true for controls, characters of no width, marks of direction, and tags, which models
/// read and people do not see.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_cannot_be_left() {
        assert_eq!(comment("a */ b\n\n  * c\u{1b}[31m", 80), "a *\\/ b * c[31m");
        assert_eq!(comment("*\u{200b}/ alert()", 80), "*\\/ alert()");
        assert_eq!(comment("a\u{202e}b\u{2028}c\u{e0041}", 80), "ab c");
        assert_eq!(comment("  abcdef ", 3), "abc…");
        assert_eq!(comment("abc   ", 3), "abc");
        assert_eq!(comment("*/", 1), "*…");
    }

    #[test]
    fn strings_are_escaped() {
        assert_eq!(quote("a\"\\\n\u{2028}\u{7}*/"), r#""a\"\\\n\u2028\u0007*\/""#);
        assert_eq!(quote("\u{e0041}"), r#""\udb40\udc41""#);
        assert_eq!(excerpt("héllo", 2), "\"hé\"…");
        assert_eq!(excerpt("hé", 2), "\"hé\"");
    }
}
