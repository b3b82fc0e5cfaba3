//! The text of a document, and its references.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::yaml;
use crate::text::line;

/// The most bytes of a document.
pub(crate) const MAX_BYTES: usize = 16 << 20;
/// The most references that lead to one another.
const MAX_HOPS: usize = 16;

/// A document of `OpenAPI` 3.0 or later.
pub(super) struct Document {
    root: Value,
    /// True for 3.0, where nothing stands beside `$ref`.
    pub(super) is_old: bool,
}

impl Document {
    /// Parses JSON, or YAML if the text does not begin with `{`.
    ///
    /// Errors if it is longer than 16 MiB, is neither, or has another version.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_BYTES {
            return Err(format!("it is longer than {MAX_BYTES} bytes"));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let root: Value = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| line(&error.to_string(), 200))?
        } else {
            yaml::parse(text)?
        };
        if root.get("swagger").is_some() {
            return Err("it is of version 2 (Swagger); convert it to OpenAPI 3".to_owned());
        }
        // YAML has a number where the quotes are missing.
        let version = match root.get("openapi") {
            Some(Value::String(version)) => version.clone(),
            Some(version @ Value::Number(_)) => version.to_string(),
            _ => return Err("it has no version in `openapi`".to_owned()),
        };
        if !version.starts_with("3.") {
            return Err(format!("its version {} is not supported", line(&version, 20)));
        }
        Ok(Self { is_old: version.starts_with("3.0"), root })
    }

    /// Returns a field of the root.
    pub(super) fn get(&self, field: &str) -> Option<&Value> {
        self.root.get(field)
    }

    /// Returns what a reference within the document leads to, and nothing for any other.
    pub(super) fn target(&self, reference: &str) -> Option<&Value> {
        let pointer = percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?;
        self.root.pointer(&pointer)
    }

    /// Returns an object, or that to which it refers.
    pub(super) fn object<'d>(&'d self, value: &'d Value) -> Option<&'d Map<String, Value>> {
        let mut value = value;
        for _ in 0..MAX_HOPS {
            let object = value.as_object()?;
            match object.get("$ref").and_then(Value::as_str) {
                None => return Some(object),
                Some(reference) => value = self.target(reference)?,
            }
        }
        None
    }

    /// Returns a part of the components, with references followed.
    pub(super) fn component(&self, kind: &str, name: &str) -> Option<&Map<String, Value>> {
        self.object(self.get("components")?.get(kind)?.get(name)?)
    }
}

/// Returns a text of an object, if it has it.
pub(super) fn text<'d>(object: &'d Map<String, Value>, field: &str) -> Option<&'d str> {
    object.get(field)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// Returns true if a field is `true`.
pub(super) fn flag(object: &Map<String, Value>, field: &str) -> bool {
    object.get(field) == Some(&Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_formats() {
        let parse = |text: &str| Document::parse(text).map(|it| it.is_old);
        assert_eq!(parse(r#"{"openapi": "3.0.3"}"#), Ok(true));
        assert_eq!(parse("openapi: 3.1.0"), Ok(false));
        assert_eq!(parse("\u{feff}openapi: 3.1"), Ok(false));
        for (text, reason) in [
            ("swagger: '2.0'", "it is of version 2 (Swagger); convert it to OpenAPI 3"),
            ("openapi: 4.0.0", "its version 4.0.0 is not supported"),
            ("a: 1", "it has no version in `openapi`"),
            ("[1", "line 2: "),
            ("{", "EOF while parsing"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(reason) || error.contains("line"), "{text}: {error}");
        }
        assert!(parse(&" ".repeat(MAX_BYTES + 1)).unwrap_err().contains("longer than"));
        assert!(parse(&format!("{{\"openapi\": {}", "[".repeat(1_000))).is_err());
    }

    #[test]
    fn references_stay_within_the_document() {
        let document = Document::parse(
            r##"{"openapi": "3.1.0", "a": {"$ref": "#/a"}, "b": {"$ref": "#/c~1d"}, "c/d": {"x": 1},
                "e": {"$ref": "other.json#/c"}, "f": {"$ref": "#/%63~1d"}, "g": {"$ref": "#/none"}}"##,
        );
        let document = document.unwrap();
        let object = |name: &str| document.object(document.get(name).unwrap());
        for name in ["b", "f"] {
            assert!(object(name).is_some_and(|it| it.contains_key("x")), "{name}");
        }
        for name in ["a", "e", "g"] {
            assert!(object(name).is_none(), "{name}");
        }
    }
}
