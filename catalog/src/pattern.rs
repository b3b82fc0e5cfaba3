//! Regular expressions of ECMAScript, matched in linear time.

use regex::{Regex, RegexBuilder};

use crate::schema::PatternId;
use crate::text;

/// The most bytes of a compiled expression, whose matching is cheap.
const SMALL: usize = 64 << 10;

/// The most bytes of a compiled expression.
const LARGE: usize = 1 << 20;

/// The most patterns of a schema.
const MAX_PATTERNS: usize = 500;

/// The compiled patterns of a schema.
#[derive(Debug)]
pub(crate) struct Patterns(Vec<Pattern>);

/// A regular expression of ECMAScript that is matched in linear time. Look-aheads are supported at
/// its start, after `^`, and are expressions of their own.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Expressions, and if each must match or must not match.
    parts: Vec<(Regex, bool)>,
    /// Steps that a byte of text takes.
    cost: usize,
}

impl Patterns {
    /// Compiles patterns. Errors if there are too many, and if one is too large or needs
    /// backtracking: a back-reference, or a look-around that is not at the start after `^`.
    pub(crate) fn compile(sources: &[String]) -> Result<Self, String> {
        if sources.len() > MAX_PATTERNS {
            return Err(format!("it has more than {MAX_PATTERNS} patterns"));
        }
        let compiled = sources.iter().map(|source| {
            Pattern::new(source).ok_or_else(|| {
                let source = text::excerpt(source, 80);
                format!("`pattern` {source} is not a regular expression that takes linear time")
            })
        });
        Ok(Self(compiled.collect::<Result<_, _>>()?))
    }

    /// Returns true if a text has a match.
    pub(crate) fn is_match(&self, id: PatternId, text: &str) -> bool {
        self.0.get(id.0).is_some_and(|pattern| pattern.is_match(text))
    }

    /// Returns the steps that matching a text takes.
    pub(crate) fn cost(&self, id: PatternId, text: &str) -> usize {
        self.0.get(id.0).map_or(0, |it| it.cost * it.parts.len() * (text.len() + 1))
    }
}

impl Pattern {
    /// Compiles a pattern. Returns `None` if it is no regular expression, is too large, or needs
    /// backtracking: a back-reference, or a look-around that is not at the start after `^`.
    pub fn new(source: &str) -> Option<Self> {
        let small = Self::compile(source, SMALL).map(|parts| Self { parts, cost: 1 });
        small.or_else(|| Some(Self { parts: Self::compile(source, LARGE)?, cost: 16 }))
    }

    /// Returns true if a text has a match, anywhere unless the pattern begins with `^`.
    pub fn is_match(&self, text: &str) -> bool {
        self.parts.iter().all(|(regex, expected)| regex.is_match(text) == *expected)
    }

    /// Returns the parts of a pattern, each of at most `limit` bytes.
    fn compile(source: &str, limit: usize) -> Option<Vec<(Regex, bool)>> {
        let mut parts = Vec::new();
        // `^(?!a)b` is: no match of `^(?:a)`, and a match of `^b`.
        let mut tail = source.strip_prefix('^').unwrap_or_default();
        while let Some((body, is_positive, after)) = look_ahead(tail) {
            parts.push((regex(&format!("^(?:{body})"), limit)?, is_positive));
            tail = after;
        }
        if parts.is_empty() {
            parts.push((regex(source, limit)?, true));
        } else if has_alternative(tail) {
            return None;
        } else {
            parts.push((regex(&format!("^{tail}"), limit)?, true));
        }
        Some(parts)
    }
}

fn regex(source: &str, limit: usize) -> Option<Regex> {
    let source = jsonschema_regex::to_rust_regex(source).ok()?;
    RegexBuilder::new(&source).size_limit(limit).dfa_size_limit(LARGE).build().ok()
}

/// Splits a look-ahead from the start: its body, if it is positive, and the rest.
fn look_ahead(source: &str) -> Option<(&str, bool, &str)> {
    let negative = source.strip_prefix("(?!").map(|it| (it, false));
    let (inner, is_positive) = negative.or(source.strip_prefix("(?=").map(|it| (it, true)))?;
    let end = scan(inner, |depth, byte| depth == 0 && byte == b')')?;
    let (body, after) = (inner.get(..end)?, inner.get(end + 1..)?);
    let is_quantified = after.starts_with(['*', '+', '?', '{']);
    (!is_quantified).then_some((body, is_positive, after))
}

/// Returns true if there is a `|` outside of groups.
fn has_alternative(source: &str) -> bool {
    scan(source, |depth, byte| depth == 0 && byte == b'|').is_some()
}

/// Returns the place of the first byte outside of classes and escapes that is wanted, given the
/// depth of groups before it.
fn scan(source: &str, is_wanted: impl Fn(usize, u8) -> bool) -> Option<usize> {
    let (mut depth, mut is_class, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in source.bytes().enumerate() {
        if is_escaped {
            is_escaped = false;
            continue;
        }
        match byte {
            b'\\' => is_escaped = true,
            b']' => is_class = false,
            _ if is_class => {}
            _ if is_wanted(depth, byte) => return Some(at),
            b'[' => is_class = true,
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> Option<bool> {
        let patterns = Patterns::compile(&[pattern.to_owned()]).ok()?;
        Some(patterns.is_match(PatternId(0), text))
    }

    #[test]
    fn patterns_are_those_of_ecmascript() {
        assert_eq!(matches("b", "abc"), Some(true));
        assert_eq!(matches("^b", "abc"), Some(false));
        assert_eq!(matches(r"^\d$", "٣"), Some(false));
        assert_eq!(matches(r"^\w$", "é"), Some(false));
        assert_eq!(matches(r"^[\w-]+\/x$", "a-b/x"), Some(true));
        assert_eq!(matches(r"^\p{Letter}+$", "é"), Some(true));
        assert_eq!(matches("a$", "a\n"), Some(false));
    }

    #[test]
    fn look_aheads_at_the_start_are_supported() {
        // The pattern of e-mail addresses of zod.
        let email = r"^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$";
        assert_eq!(matches(email, "a.b@example.com"), Some(true));
        assert_eq!(matches(email, "a..b@example.com"), Some(false));
        assert_eq!(matches(email, ".a@example.com"), Some(false));
        assert_eq!(matches(r"^(?=.{1,3}$)[a-z[\]|)]+$", "a|)"), Some(true));
        assert_eq!(matches(r"^(?=.{1,3}$)[a-z]+$", "abcd"), Some(false));
    }

    #[test]
    fn backtracking_is_an_error() {
        for pattern in [r"(a)\1", "a(?=b)", "(?<=a)b", "^(?!a)b|c", "^(?=a)*b", "(", "a{1000000}"] {
            assert_eq!(matches(pattern, "a"), None, "{pattern}");
        }
        assert!(Patterns::compile(&vec![String::new(); MAX_PATTERNS + 1]).is_err());
        assert_eq!(matches("(a*)*$", &("a".repeat(10_000) + "b")), Some(true));
    }
}
