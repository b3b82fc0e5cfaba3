//! JSON from outside.

use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// The deepest nesting of arrays and objects.
const MAX_DEPTH: usize = 64;
/// The most characters of a fault.
const MAX_REASON: usize = 300;

/// Parses a document after its size and its nesting are checked.
///
/// Errors if `bytes` are more than `limit`, nested deeper than 64 levels, or no `T`.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8], limit: u64, subject: &str) -> Result<T> {
    if bytes.len() as u64 > limit {
        let what = "bytes of JSON";
        return Err(Error::Limit { subject: subject.to_owned(), what, limit });
    }
    if deeper_than(bytes, MAX_DEPTH) {
        let (what, limit) = ("levels of nested JSON", MAX_DEPTH as u64);
        return Err(Error::Limit { subject: subject.to_owned(), what, limit });
    }
    serde_json::from_slice(bytes).map_err(|error| {
        // It may quote a text of the document.
        let reason = error.to_string().chars().take(MAX_REASON).collect();
        Error::Json { subject: subject.to_owned(), reason }
    })
}

/// Returns true if brackets outside of strings are nested deeper than `limit`.
fn deeper_than(bytes: &[u8], limit: usize) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn nested(levels: usize) -> String {
        format!("{}1{}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test]
    fn depth_is_limited() {
        assert!(parse::<Value>(nested(64).as_bytes(), 1000, "it").is_ok());
        let error = parse::<Value>(nested(65).as_bytes(), 1000, "it").unwrap_err();
        assert_eq!(
            error.to_string(),
            "it: levels of nested JSON exceed the limit of 64; raise it only for what you trust"
        );
        // Far deeper than any stack: the parser never sees it.
        assert!(parse::<Value>("[".repeat(1_000_000).as_bytes(), 1 << 20, "it").is_err());
    }

    #[test]
    fn brackets_in_strings_are_not_counted() {
        let text = format!(r#"["\"{}\\", "]"]"#, "[".repeat(100));
        assert!(parse::<Value>(text.as_bytes(), 1000, "it").is_ok());
        let text = format!(r#"["\\", {}]"#, nested(64));
        assert!(parse::<Value>(text.as_bytes(), 1000, "it").is_err());
    }

    #[test]
    fn size_is_limited() {
        assert!(parse::<Value>(b"[1, 2]", 6, "it").is_ok());
        assert!(matches!(parse::<Value>(b"[1, 2]", 5, "it"), Err(Error::Limit { limit: 5, .. })));
    }

    #[test]
    fn malformed_json_is_named() {
        let error = parse::<Value>(b"{", 10, "package.json").unwrap_err();
        assert!(error.to_string().starts_with("package.json: EOF while parsing"), "{error}");
        let long = format!("\"{}\"", "x".repeat(1_000));
        let error = parse::<u8>(long.as_bytes(), 2_000, "it").unwrap_err().to_string();
        assert_eq!(error.len(), "it: ".len() + MAX_REASON);
    }
}
