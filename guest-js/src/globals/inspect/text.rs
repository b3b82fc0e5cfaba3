//! Strings and keys as they are written inside objects.

use std::fmt::Write;

/// Quotes a text with the first kind of quote that needs no escaping.
pub fn quote(text: &str) -> String {
    let quote = if !text.contains('\'') {
        '\''
    } else if !text.contains('"') {
        '"'
    } else if !text.contains('`') && !text.contains("${") {
        '`'
    } else {
        '\''
    };
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push(quote);
    escape_into(&mut quoted, text, Some(quote));
    quoted.push(quote);
    quoted
}

pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    escape_into(&mut escaped, text, None);
    escaped
}

fn escape_into(into: &mut String, text: &str, quote: Option<char>) {
    for character in text.chars() {
        match character {
            '\n' => into.push_str("\\n"),
            '\t' => into.push_str("\\t"),
            '\r' => into.push_str("\\r"),
            '\u{8}' => into.push_str("\\b"),
            '\u{c}' => into.push_str("\\f"),
            '\u{b}' => into.push_str("\\v"),
            '\\' => into.push_str("\\\\"),
            '\0'..='\x1f' | '\x7f'..='\u{9f}' => {
                // Writing to a string does not fail.
                let _ = write!(into, "\\x{:02X}", u32::from(character));
            }
            _ if Some(character) == quote => {
                into.push('\\');
                into.push(character);
            }
            _ => into.push(character),
        }
    }
}

/// Formats a string key, without quotes if an object literal allows that.
pub fn key(text: &str) -> String {
    let mut characters = text.chars();
    let bare = characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_');
    match text {
        "__proto__" => "['__proto__']".to_owned(),
        _ if bare => text.to_owned(),
        _ => quote(text),
    }
}

/// Returns the number of columns that a text takes, as far as layout is concerned.
pub fn width(text: &str) -> usize {
    text.chars().count()
}

/// Returns the first `limit` characters, and the number of characters after them.
pub fn cut(text: &str, limit: usize) -> (&str, usize) {
    match text.char_indices().nth(limit) {
        Some((at, _)) => (&text[..at], text[at..].chars().count()),
        None => (text, 0),
    }
}

pub fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

pub fn more(count: usize, what: &str) -> String {
    format!("... {count} more {what}{}", plural(count))
}

#[cfg(test)]
mod tests {
    use super::{cut, key, quote};

    #[test]
    fn quotes_are_chosen_to_need_no_escape() {
        assert_eq!(quote("a"), "'a'");
        assert_eq!(quote("it's"), "\"it's\"");
        assert_eq!(quote("'\""), "`'\"`");
        assert_eq!(quote("'\"`"), "'\\'\"`'");
        assert_eq!(quote("\n\x1b\\"), "'\\n\\x1B\\\\'");
    }

    #[test]
    fn keys_are_bare_where_a_literal_allows_it() {
        assert_eq!(key("a_1"), "a_1");
        assert_eq!(key("1a"), "'1a'");
        assert_eq!(key(""), "''");
        assert_eq!(key("__proto__"), "['__proto__']");
    }

    #[test]
    fn cutting_counts_characters() {
        assert_eq!(cut("äöü", 2), ("äö", 1));
        assert_eq!(cut("äöü", 3), ("äöü", 0));
    }
}
