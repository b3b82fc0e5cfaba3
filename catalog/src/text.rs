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

/// Returns true for a character that is [hidden](is_hidden) where it stands: between `before` and
/// `after`. Variation selectors and joiners are not hidden within emoji, and joiners are not
/// between letters of a script that needs them.
pub fn is_hidden_between(before: Option<char>, character: char, after: Option<char>) -> bool {
    match character {
        '\u{fe0e}' | '\u{fe0f}' => !before.is_some_and(has_styles),
        '\u{200c}' if is_joined(before) && is_joined(after) => false,
        '\u{200d}' => {
            let is_emoji = before.is_some_and(ends_emoji) && after.is_some_and(is_pictograph);
            !(is_emoji || is_joined(before) && is_joined(after))
        }
        _ => is_hidden(character),
    }
}

/// Returns true for a letter of a script in which joiners change the shape of words: those from
/// Arabic to Sinhala, and their extensions.
fn is_joined(character: Option<char>) -> bool {
    let is_there = |c: char| matches!(c, '\u{600}'..='\u{dff}' | '\u{1800}'..='\u{18af}');
    // Signs of vowels are alphabetic, and the sign that joins consonants is not.
    character.is_some_and(|c| is_there(c) && !is_hidden(c) && !c.is_ascii())
}

/// Returns true if a variation selector may follow.
fn has_styles(character: char) -> bool {
    is_pictograph(character) || matches!(character, '#' | '*' | '0'..='9')
}

/// Returns true if a joiner may follow: a pictograph, its variation selector, or its color.
fn ends_emoji(character: char) -> bool {
    is_pictograph(character) || character == '\u{fe0f}'
}

/// Returns true for characters that are shown as pictures, colors of skin included.
fn is_pictograph(character: char) -> bool {
    matches!(character,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
        | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{24c2}' | '\u{25a0}'..='\u{27bf}'
        | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}'
        | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
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
    fn emoji_and_words_keep_what_shapes_them() {
        let cleaned = |text: &str| {
            let characters: Vec<char> = text.chars().collect();
            let at = |place: Option<usize>| place.and_then(|it| characters.get(it)).copied();
            let kept = characters.iter().enumerate().filter(|(place, character)| {
                !is_hidden_between(at(place.checked_sub(1)), **character, at(Some(place + 1)))
            });
            kept.map(|(_, character)| *character).collect::<String>()
        };
        for text in ["❤️‍🔥", "👩🏽‍🚀", "1️⃣", "☎︎", "©️", "نامه‌ای", "क्‍ष"]
        {
            assert_eq!(cleaned(text), text);
        }
        for (text, expected) in [
            ("a\u{200d}b\u{200c}c", "abc"),
            ("a\u{fe0f}", "a"),
            ("❤\u{fe0f}\u{fe0f}\u{fe00}\u{e0100}", "❤\u{fe0f}"),
            ("❤\u{200d}\u{200d}🔥", "❤🔥"),
            ("\u{200d}🔥\u{200d}", "🔥"),
            ("\u{fe0f}\u{200b}", ""),
        ] {
            assert_eq!(cleaned(text), expected, "{text:?}");
        }
    }

    #[test]
    fn strings_are_escaped() {
        assert_eq!(quote("a\"\\\n\u{2028}\u{7}*/"), r#""a\"\\\n\u2028\u0007*\/""#);
        assert_eq!(quote("\u{e0041}"), r#""\udb40\udc41""#);
        assert_eq!(excerpt("héllo", 2), "\"hé\"…");
        assert_eq!(excerpt("hé", 2), "\"hé\"");
    }
}
