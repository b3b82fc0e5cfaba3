//! YAML as JSON.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value};

/// Values nest at most this deep, as with JSON.
const MAX_DEPTH: usize = 128;
/// The most values, and 64 bytes of text each, that aliases add to those that are written out.
const MAX_ALIASED: usize = 500_000;

/// Parses the first document of a stream. The scalars are those of the core schema of YAML 1.2.
///
/// Errors with a reason and its line. Keys that are no scalars are an error, and merge keys are keys
/// like any other.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let mut builder = Builder { stack: Vec::new(), anchors: BTreeMap::new(), aliased: 0 };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            format!("line {}: {}", error.marker().line(), crate::text::line(error.info(), 200))
        })?;
        let root = builder.event(event);
        let root = root.map_err(|reason| format!("line {}: {reason}", span.start.line()))?;
        if let Some(root) = root {
            return Ok(root);
        }
    }
    Err("it is empty".to_owned())
}

struct Builder {
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, Value>,
    aliased: usize,
}

/// A collection that is not complete.
struct Frame {
    /// The number of its anchor, or 0.
    anchor: usize,
    collection: Collection,
}

enum Collection {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<String>),
}

impl Builder {
    /// Takes an event, and returns the root if it is complete.
    fn event(&mut self, event: Event<'_>) -> Result<Option<Value>, &'static str> {
        let collection = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_key = matches!(
                    self.stack.last(),
                    Some(Frame { collection: Collection::Map(_, None), .. })
                );
                let is_text = is_key || style != ScalarStyle::Plain || is_string(tag.as_deref());
                let value = if is_text { Value::String(text.into_owned()) } else { scalar(&text) };
                return self.add(value, anchor);
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).ok_or("an alias contains itself")?;
                self.aliased = self.aliased.saturating_add(size(value));
                if self.aliased > MAX_ALIASED {
                    return Err("aliases make it too large");
                }
                let value = value.clone();
                return self.add(value, 0);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(frame) = self.stack.pop() else { return Ok(None) };
                let value = match frame.collection {
                    Collection::List(values) => Value::Array(values),
                    Collection::Map(map, _) => Value::Object(map),
                };
                return self.add(value, frame.anchor);
            }
            Event::SequenceStart(anchor, _) => (anchor, Collection::List(Vec::new())),
            Event::MappingStart(anchor, _) => (anchor, Collection::Map(Map::new(), None)),
            _ => return Ok(None),
        };
        if self.stack.len() >= MAX_DEPTH {
            return Err("it nests too deeply");
        }
        let (anchor, collection) = collection;
        self.stack.push(Frame { anchor, collection });
        Ok(None)
    }

    fn add(&mut self, value: Value, anchor: usize) -> Result<Option<Value>, &'static str> {
        if anchor > 0 {
            // The copy counts as an alias does.
            self.aliased = self.aliased.saturating_add(size(&value));
            if self.aliased > MAX_ALIASED {
                return Err("aliases make it too large");
            }
            self.anchors.insert(anchor, value.clone());
        }
        match self.stack.last_mut().map(|frame| &mut frame.collection) {
            None => return Ok(Some(value)),
            Some(Collection::List(values)) => values.push(value),
            Some(Collection::Map(map, key)) => match key.take() {
                Some(key) => {
                    map.insert(key, value);
                }
                None => match value {
                    Value::String(text) => *key = Some(text),
                    Value::Number(_) | Value::Bool(_) => *key = Some(value.to_string()),
                    _ => return Err("a key is not a scalar"),
                },
            },
        }
        Ok(None)
    }
}

/// Returns what a copy of a value takes. The depth was limited.
fn size(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(size).sum::<usize>(),
        Value::Object(map) => {
            1 + map.iter().map(|(key, value)| 1 + key.len() / 64 + size(value)).sum::<usize>()
        }
        Value::String(text) => 1 + text.len() / 64,
        _ => 1,
    }
}

fn is_string(tag: Option<&Tag>) -> bool {
    tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str")
}

/// Returns the value of a plain scalar.
fn scalar(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

fn number(text: &str) -> Option<Number> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let is_number = digits.starts_with(|c: char| c.is_digit(radix));
            return i64::from_str_radix(digits, radix).ok().filter(|_| is_number).map(Into::into);
        }
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_decimal =
        digits.bytes().all(|it| matches!(it, b'0'..=b'9' | b'.' | b'e' | b'E' | b'-' | b'+'));
    let begins =
        digits.strip_prefix('.').unwrap_or(digits).starts_with(|c: char| c.is_ascii_digit());
    if !is_decimal || !begins {
        return None;
    }
    if let Ok(number) = text.parse::<i64>() {
        return Some(number.into());
    }
    text.parse::<u64>().map(Into::into).ok().or_else(|| Number::from_f64(text.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_are_those_of_the_core_schema() {
        let text = "
a: [1, -2, 1.5, 1e3, .5, 0x1f, 0o17, 18446744073709551615]
b: [~, null, true, False, , yes, no, on, 1.2.3, 2020-01-01, +x, .inf, '1', \"true\", !!str 7]
200: ok
? x
: |
  two
  lines
__proto__: {y: n}
";
        let expected = json!({
            "a": [1, -2, 1.5, 1000.0, 0.5, 31, 15, 18_446_744_073_709_551_615_u64],
            "b": [null, null, true, false, null, "yes", "no", "on", "1.2.3", "2020-01-01", "+x",
                ".inf", "1", "true", "7"],
            "200": "ok",
            "x": "two\nlines\n",
            "__proto__": {"y": "n"},
        });
        assert_eq!(parse(&text.replace(", ,", ", null,")).unwrap(), expected);
        assert_eq!(parse("{\"a\": [1]}").unwrap(), json!({"a": [1]}));
    }

    #[test]
    fn aliases_are_copies_and_limited() {
        assert_eq!(
            parse("a: &x {b: [1]}\nc: *x").unwrap(),
            json!({"a": {"b": [1]}, "c": {"b": [1]}})
        );
        assert_eq!(parse("a: &x [*x]").unwrap_err(), "line 1: an alias contains itself");
        // A billion laughs.
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let alias = format!("*a{}", level - 1);
            let list = vec![alias; 10].join(", ");
            bomb.extend([&*format!("a{level}: &a{level} ["), &*list, "]\n"]);
        }
        assert!(parse(&bomb).unwrap_err().ends_with("aliases make it too large"));
    }

    #[test]
    fn what_is_no_document() {
        assert_eq!(parse("").unwrap_err(), "it is empty");
        assert!(parse("a: [").unwrap_err().starts_with("line "));
        assert_eq!(parse("? [a]\n: b").unwrap_err(), "line 1: a key is not a scalar");
        assert!(parse(&"[".repeat(200)).unwrap_err().ends_with("it nests too deeply"));
        assert!(parse(&"[".repeat(127)).is_err());
    }
}
