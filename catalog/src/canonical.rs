//! A text for each value that is the same for equal values.

use std::fmt::Write;

use serde_json::{Number, Value};

/// Values nest at most this deep.
const MAX_DEPTH: usize = 128;

/// Returns the same text for values that JSON Schema takes for equal: `1` is `1.0`, and the order
/// of properties does not count. Returns `None` if a value nests deeper than 128.
///
/// The text is the same in all versions of this crate, so that digests of it may be kept.
pub fn canonical_json(value: &Value) -> Option<String> {
    let mut text = String::new();
    write(value, &mut text, 0)?;
    Some(text)
}

fn write(value: &Value, out: &mut String, depth: usize) -> Option<()> {
    if depth > MAX_DEPTH {
        return None;
    }
    match value {
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write(item, out, depth + 1)?;
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut sorted: Vec<_> = map.iter().collect();
            sorted.sort_unstable_by_key(|(key, _)| *key);
            out.push('{');
            for (key, value) in sorted {
                // As JSON, because the text for debugging depends on the version of Unicode.
                write!(out, "{}:", Value::from(key.as_str())).ok()?;
                write(value, out, depth + 1)?;
                out.push(',');
            }
            out.push('}');
        }
        Value::Number(number) => write_number(number, out)?,
        scalar => write!(out, "{scalar}").ok()?,
    }
    Some(())
}

fn write_number(number: &Number, out: &mut String) -> Option<()> {
    match number.as_f64() {
        // Zero has one text.
        Some(float) if number.is_f64() && float.fract() == 0.0 => write!(out, "{:.0}", float + 0.0),
        _ => write!(out, "{number}"),
    }
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_text() {
        let text = |json: &str| canonical_json(&serde_json::from_str(json).unwrap()).unwrap();
        assert_eq!(text("1"), text("1.0"));
        assert_eq!(text("-0.0"), text("0"));
        assert_eq!(text("1e3"), text("1000"));
        assert_eq!(text(r#"{"a":1,"b":[2]}"#), text(r#"{"b":[2.0],"a":1}"#));
        assert_ne!(text("1"), text("\"1\""));
        assert_ne!(text("0.5"), text("0"));
        assert_ne!(text("[1,[2]]"), text("[[1],2]"));
        // Digests of this text are kept in files.
        let value = r#"{"b":[1,null,"\u001b\u0301"],"a":{"d":1.5,"\u202e\"":true}}"#;
        let expected =
            "{\"a\":{\"d\":1.5,\"\u{202e}\\\"\":true,},\"b\":[1,null,\"\\u001b\u{301}\",],}";
        assert_eq!(text(value), expected);
    }
}
