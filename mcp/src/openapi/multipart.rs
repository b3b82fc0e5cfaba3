//! Bodies of forms in parts, which may have files: `multipart/form-data`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use serde_json::{Map, Value, json};

use super::document::{Document, text};

/// The most properties of a form that are described.
const MAX_PARTS: usize = 100;
/// The most references that lead to the schema of a body.
const MAX_HOPS: usize = 16;

/// How a property of a form is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    is_file: bool,
    content_type: Option<String>,
}

/// The properties that are sent in another way than their values say.
pub(super) type Parts = BTreeMap<String, Part>;

/// Returns the parts of a body with a schema. `encoding` says more of some of them.
pub(super) fn parts(document: &Document, schema: &Value, encoding: Option<&Value>) -> Parts {
    let schema = document.object(schema);
    let properties = schema.and_then(|it| it.get("properties")).and_then(Value::as_object);
    let mut parts = Parts::new();
    for (name, schema) in properties.into_iter().flatten().take(MAX_PARTS) {
        let is_file = is_file(document, schema);
        let encoding = encoding.and_then(|it| it.get(name)).and_then(Value::as_object);
        let content_type = encoding.and_then(|it| text(it, "contentType")).and_then(|list| {
            let first = list.split(',').next().unwrap_or_default().trim();
            (!first.contains('*') && is_content_type(first)).then(|| first.to_owned())
        });
        if is_file || content_type.is_some() {
            parts.insert(name.clone(), Part { is_file, content_type });
        }
    }
    parts
}

/// Returns true for bytes, and for lists of them.
fn is_file(document: &Document, schema: &Value) -> bool {
    let Some(schema) = document.object(schema) else { return false };
    let is_file = |schema: &Map<String, Value>| {
        // With an encoding, such as Base64, it is text.
        text(schema, "format") == Some("binary")
            || schema.contains_key("contentMediaType") && !schema.contains_key("contentEncoding")
    };
    let items = schema.get("items").and_then(|items| document.object(items));
    is_file(schema) || items.is_some_and(is_file)
}

/// Makes the schema of an argument accept files where the body has them: text, or an object with
/// their bytes in Base64.
pub(super) fn allow_files(input: &mut Value, parts: &Parts) {
    let Some(properties) = properties_of_body(input) else { return };
    for (name, _) in parts.iter().filter(|(_, part)| part.is_file) {
        let Some(schema) = properties.get_mut(name) else { continue };
        let description = schema.get("description").cloned();
        if let Some(items) = schema.get_mut("items") {
            *items = file();
        } else {
            *schema = file();
        }
        if let (Some(description), Value::Object(schema)) = (description, schema) {
            schema.insert("description".to_owned(), description);
        }
    }
}

fn properties_of_body(input: &mut Value) -> Option<&mut Map<String, Value>> {
    let mut place = format!("/properties/{}", super::operation::BODY);
    for _ in 0..MAX_HOPS {
        match input.pointer(&place)?.get("$ref").and_then(Value::as_str) {
            Some(reference) => place = reference.strip_prefix('#')?.to_owned(),
            None => break,
        }
    }
    input.pointer_mut(&place)?.get_mut("properties")?.as_object_mut()
}

fn file() -> Value {
    let text = json!({"type": "string"});
    json!({"anyOf": [text, {
        "type": "object",
        "properties": {"base64": text, "filename": text, "contentType": text},
        "required": ["base64"],
        "additionalProperties": false,
    }]})
}

/// Writes a form. Returns it with its content type.
///
/// Errors, for the program, if a file is not one, or if the operating system has no randomness.
pub(super) fn write(form: &Map<String, Value>, parts: &Parts) -> Result<(Vec<u8>, String), String> {
    // No value of a program has it.
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| error.to_string())?;
    let boundary = format!("isolet-{:032x}", u128::from_ne_bytes(random));
    let mut body = Vec::new();
    for (name, value) in form {
        let part = parts.get(name).cloned().unwrap_or_default();
        let values = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values.iter().filter(|value| !value.is_null()) {
            let content = if part.is_file {
                Content::of_file(name, value)?
            } else {
                Content::of_value(value)
            };
            content.write(name, &part, &boundary, &mut body);
        }
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok((body, format!("multipart/form-data; boundary={boundary}")))
}

/// The contents of one part.
struct Content {
    bytes: Vec<u8>,
    filename: Option<String>,
    content_type: Option<String>,
}

impl Content {
    fn of_value(value: &Value) -> Self {
        let (text, content_type) = match value {
            Value::String(text) => (text.clone(), None),
            Value::Object(_) | Value::Array(_) => (value.to_string(), Some("application/json")),
            value => (value.to_string(), None),
        };
        let content_type = content_type.map(str::to_owned);
        Self { bytes: text.into_bytes(), filename: None, content_type }
    }

    fn of_file(name: &str, value: &Value) -> Result<Self, String> {
        let wrong = |reason: &str| format!("body.{}: {reason}", crate::text::line(name, 64));
        let octets = || "application/octet-stream".to_owned();
        let Value::Object(file) = value else {
            let text = value.as_str().ok_or_else(|| wrong("a file is text or an object"))?;
            let bytes = text.as_bytes().to_vec();
            return Ok(Self { bytes, filename: Some(name.to_owned()), content_type: None });
        };
        let field = |field: &str| file.get(field).and_then(Value::as_str);
        let base64 = field("base64").ok_or_else(|| wrong("a file has its bytes in `base64`"))?;
        let bytes = STANDARD.decode(base64).map_err(|_| wrong("`base64` is not Base64"))?;
        let content_type = field("contentType").map(str::to_owned);
        if content_type.as_deref().is_some_and(|it| !is_content_type(it)) {
            return Err(wrong("`contentType` is not a media type"));
        }
        let filename = field("filename").unwrap_or(name).to_owned();
        Ok(Self { bytes, filename: Some(filename), content_type: content_type.or(Some(octets())) })
    }

    fn write(self, name: &str, part: &Part, boundary: &str, body: &mut Vec<u8>) {
        let Self { bytes, filename, content_type } = self;
        let mut head =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", escaped(name));
        let is_file = filename.is_some();
        if let Some(filename) = filename {
            // Writing to a string cannot fail.
            let _ = write!(head, "; filename=\"{}\"", escaped(&filename));
        }
        // The document knows what the server expects.
        let by_default = is_file.then_some("text/plain; charset=utf-8");
        let content_type = part.content_type.as_deref().or(content_type.as_deref());
        if let Some(content_type) = content_type.or(by_default) {
            head.push_str("\r\nContent-Type: ");
            head.push_str(content_type);
        }
        head.push_str("\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&bytes);
        body.extend_from_slice(b"\r\n");
    }
}

/// Returns a name that stands in quotes in a head, as browsers write it.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '"' => out.push_str("%22"),
            c if c.is_control() => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "%{byte:02X}");
                }
            }
            c => out.push(c),
        }
    }
    out
}

fn is_content_type(text: &str) -> bool {
    let is_one = |it: &str| it.split_once('/').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
    // It is a header, in which a tab could begin another line for some servers.
    is_one(text) && HeaderValue::from_str(text).is_ok() && !text.contains(['\t', '"'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(form: &Value, parts: &Parts) -> Result<String, String> {
        let (body, content_type) = write(form.as_object().unwrap(), parts)?;
        let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
        Ok(String::from_utf8_lossy(&body).replace(boundary, "B").replace("\r\n", "\n"))
    }

    fn form() -> Parts {
        let document = Document::parse(
            &json!({
                "openapi": "3.1.0",
                "schema": {"properties": {
                    "a": {"type": "string"},
                    "file": {"$ref": "#/file"},
                    "list": {"type": "array", "items": {"contentMediaType": "image/png"}},
                    "text": {"type": "string", "contentMediaType": "x/y", "contentEncoding": "base64"},
                    "json": {"type": "object"},
                }},
                "file": {"type": "string", "format": "binary"},
                "encoding": {
                    "list": {"contentType": "image/png, image/jpeg"},
                    "json": {"contentType": "application/merge+json"},
                    "file": {"contentType": "image/*"},
                    "a": {"contentType": "text/x\r\nX: y"},
                },
            })
            .to_string(),
        );
        let document = document.unwrap();
        parts(&document, document.get("schema").unwrap(), document.get("encoding"))
    }

    #[test]
    fn parts_are_written_as_the_document_has_them() {
        let value = json!({
            "a": "x",
            "file": {"base64": "AAEC", "filename": "a\"\r\nb.bin"},
            "json": {"n": [1]},
            "list": ["one", {"base64": "", "contentType": "image/gif"}],
            "none": null, "number": 1.5, "q\"\r\n": {"x": 1},
        });
        let expected = "--B\nContent-Disposition: form-data; name=\"a\"\n\nx\n\
            --B\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22%0D%0Ab.bin\"\n\
            Content-Type: application/octet-stream\n\n\u{0}\u{1}\u{2}\n\
            --B\nContent-Disposition: form-data; name=\"json\"\nContent-Type: application/merge+json\n\n\
            {\"n\":[1]}\n\
            --B\nContent-Disposition: form-data; name=\"list\"; filename=\"list\"\n\
            Content-Type: image/png\n\none\n\
            --B\nContent-Disposition: form-data; name=\"list\"; filename=\"list\"\n\
            Content-Type: image/png\n\n\n\
            --B\nContent-Disposition: form-data; name=\"number\"\n\n1.5\n\
            --B\nContent-Disposition: form-data; name=\"q%22%0D%0A\"\nContent-Type: application/json\n\n\
            {\"x\":1}\n--B--\n";
        assert_eq!(written(&value, &form()).unwrap(), expected);
        assert_eq!(written(&json!({}), &form()).unwrap(), "--B--\n");
    }

    #[test]
    fn wrong_files_are_named() {
        for (file, reason) in [
            (json!(1), "body.file: a file is text or an object"),
            (json!({"base64": "?"}), "body.file: `base64` is not Base64"),
            (json!({"filename": "x"}), "body.file: a file has its bytes in `base64`"),
            (
                json!({"base64": "", "contentType": "a/b\r\nX: y"}),
                "body.file: `contentType` is not",
            ),
            (json!({"base64": "", "contentType": "ab"}), "body.file: `contentType` is not"),
        ] {
            let error = written(&json!({"file": file}), &form()).unwrap_err();
            assert!(error.starts_with(reason), "{error}");
        }
    }

    #[test]
    fn schemas_accept_files() {
        let mut input = json!({
            "properties": {"body": {"$ref": "#/$defs/Form"}},
            "$defs": {"Form": {"properties": {
                "file": {"type": "string", "description": "The file."},
                "list": {"type": "array", "items": {}},
                "a": {"type": "string"},
            }}},
        });
        allow_files(&mut input, &form());
        let properties = &input["$defs"]["Form"]["properties"];
        assert_eq!(properties["file"]["description"], "The file.");
        assert_eq!(properties["file"]["anyOf"], file()["anyOf"]);
        assert_eq!(properties["list"], json!({"type": "array", "items": file()}));
        assert_eq!(properties["a"], json!({"type": "string"}));
        let mut circular = json!({"properties": {"body": {"$ref": "#/properties/body"}}});
        allow_files(&mut circular, &form());
    }
}
