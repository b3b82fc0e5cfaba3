//! Parts of a formatted number.

use super::pattern::around;

/// A part of a text: its type and its value.
pub(super) type Part = (&'static str, String);

pub(super) fn length(parts: &[Part]) -> usize {
    parts.iter().map(|(_, text)| text.chars().count()).sum()
}

/// Adds a literal to the one before, if there is one.
pub(super) fn push_literal(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(("literal", before)) => before.push_str(text),
        _ => parts.push(("literal", text.to_owned())),
    }
}

/// Joins literals that follow one another.
pub(super) fn joined(parts: Vec<Part>) -> Vec<Part> {
    let mut all = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            ("literal", text) => push_literal(&mut all, &text),
            part => all.push(part),
        }
    }
    all
}

fn is_mark(char: char) -> bool {
    matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}')
}

pub(super) fn is_outer(char: char) -> bool {
    char.is_whitespace() || is_mark(char)
}

/// Adds a sign. The marks of direction around it are literals.
pub(super) fn push_sign(parts: &mut Vec<Part>, text: &str, kind: &'static str) {
    let start = text.trim_start_matches(is_mark);
    let inner = start.trim_end_matches(is_mark);
    push_literal(parts, text.get(..text.len() - start.len()).unwrap_or_default());
    parts.push((kind, inner.to_owned()));
    push_literal(parts, start.get(inner.len()..).unwrap_or_default());
}

/// Adds a text. The spaces and the marks of direction at its ends are literals.
pub(super) fn push_spaced(parts: &mut Vec<Part>, text: &str, kind: &'static str) {
    let start = text.trim_start_matches(is_outer);
    let inner = start.trim_end_matches(is_outer);
    push_literal(parts, text.get(..text.len() - start.len()).unwrap_or_default());
    if !inner.is_empty() {
        parts.push((kind, inner.to_owned()));
    }
    push_literal(parts, start.get(inner.len()..).unwrap_or_default());
}

/// Puts a number into the text of a unit.
pub(super) fn wrap(number: Vec<Part>, pattern: &str) -> Vec<Part> {
    let (before, after) = around(pattern);
    let mut parts = Vec::new();
    push_spaced(&mut parts, before, "unit");
    // Some languages have a word for two of a unit, and no number with it.
    if pattern.contains("{0}") {
        parts.extend(number);
    }
    push_spaced(&mut parts, after, "unit");
    parts
}
