//! One operation of a document, and the requests that it makes.

use http::HeaderValue;
use isolet::Bytes;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use super::multipart::{self, Parts};
use super::parameter::{Parameter, Place, form};
use super::security::Security;

/// An operation, ready to be called.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: Vec<Piece>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<Body>,
    pub(super) security: Security,
}

/// A part of the path.
#[derive(Debug)]
pub(super) enum Piece {
    /// Text, encoded.
    Text(String),
    /// The parameter with this index.
    Parameter(usize),
}

/// The body of a request.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) kind: BodyKind,
    pub(super) content_type: String,
    /// The parts of a form in parts.
    pub(super) parts: Parts,
}

/// A body as the network takes it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Content {
    Text(String),
    Bytes(Bytes),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyKind {
    Json,
    Form,
    Multipart,
    Text,
}

/// The property of the argument that has the body.
pub(super) const BODY: &str = "body";

/// A request without credentials.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) method: &'static str,
    /// The path, encoded.
    pub(super) path: String,
    /// Names and values, encoded.
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    /// Names with their values, encoded.
    pub(super) cookies: Vec<String>,
    pub(super) body: Option<Content>,
}

impl Operation {
    /// Returns the request of a call. `base` is the address of the server.
    ///
    /// Errors, for the program, if a value cannot be sent in its place.
    pub(super) fn draft(
        &self,
        base: &Url,
        arguments: &Map<String, Value>,
    ) -> Result<Draft, String> {
        let given = |parameter: &Parameter| {
            arguments.get(&parameter.argument).filter(|value| !value.is_null())
        };
        let mut draft = Draft { method: self.method, ..Draft::default() };
        base.path().trim_end_matches('/').clone_into(&mut draft.path);
        for piece in &self.path {
            match piece {
                Piece::Text(text) => draft.path.push_str(text),
                Piece::Parameter(index) => {
                    let parameter = self.parameters.get(*index).ok_or("a parameter is missing")?;
                    let value = given(parameter).map(|value| parameter.in_path(value));
                    // An empty one would name another resource, such as the whole collection.
                    let value = value.filter(|value| !value.is_empty()).ok_or_else(|| {
                        format!("{}: the path needs a value that is not empty", parameter.argument)
                    })?;
                    draft.path.push_str(&value);
                }
            }
        }
        if leads_elsewhere(&draft.path) {
            let text = "a parameter of the path must not make a part of it `.` or `..`";
            return Err(text.to_owned());
        }
        for parameter in &self.parameters {
            let Some(value) = given(parameter) else { continue };
            match parameter.place {
                Place::Path => {}
                Place::Query => draft.query.extend(parameter.in_query(value)),
                Place::Header => {
                    let value = parameter.in_header(value);
                    if !is_header(&value) {
                        let text = "a header has no line breaks or other control characters, and \
                                    only characters of Latin-1";
                        return Err(format!("{}: {text}", parameter.argument));
                    }
                    draft.headers.push((parameter.name.clone(), value));
                }
                Place::Cookie => draft.cookies.push(parameter.in_cookie(value)),
            }
        }
        if let (Some(body), Some(value)) = (&self.body, arguments.get(BODY)) {
            let (content, content_type) = body.write(value)?;
            draft.body = Some(content);
            draft.headers.push(("content-type".to_owned(), content_type));
        }
        Ok(draft)
    }
}

impl Body {
    /// Returns what decides how a value is sent.
    pub(super) fn described(&self) -> String {
        match self.kind {
            BodyKind::Multipart => format!("{} {:?}", self.content_type, self.parts),
            _ => self.content_type.clone(),
        }
    }

    /// Returns a value as it is sent, and its content type.
    fn write(&self, value: &Value) -> Result<(Content, String), String> {
        let text = match (self.kind, value) {
            (BodyKind::Json, value) => value.to_string(),
            (BodyKind::Form, Value::Object(map)) => {
                let mut text = form_urlencoded::Serializer::new(String::new());
                text.extend_pairs(form(map));
                text.finish()
            }
            (BodyKind::Multipart, Value::Object(map)) => {
                let (bytes, content_type) = multipart::write(map, &self.parts)?;
                return Ok((Content::Bytes(bytes.into()), content_type));
            }
            (BodyKind::Form | BodyKind::Multipart, _) => {
                return Err(format!("{BODY}: a form must be an object"));
            }
            (BodyKind::Text, Value::String(text)) => text.clone(),
            (BodyKind::Text, _) => return Err(format!("{BODY}: it must be a string")),
        };
        Ok((Content::Text(text), self.content_type.clone()))
    }
}

impl Draft {
    /// Returns the address of the request at a server.
    ///
    /// Errors if it would be another one than the parts say.
    pub(super) fn url(&self, base: &Url) -> Result<String, String> {
        let mut text = base.origin().ascii_serialization();
        text.push_str(if self.path.is_empty() { "/" } else { &self.path });
        for (index, (name, value)) in self.query.iter().enumerate() {
            text.push(if index == 0 { '?' } else { '&' });
            text.extend([name.as_str(), "=", value.as_str()]);
        }
        let parsed = Url::parse(&text).map_err(|_| "the address cannot be sent".to_owned())?;
        let path = if self.path.is_empty() { "/" } else { &self.path };
        if parsed.origin() != base.origin() || parsed.path() != path || parsed.fragment().is_some()
        {
            return Err("the address cannot be sent".to_owned());
        }
        Ok(text)
    }
}

/// Returns true if a part of a path is `.` or `..`, also for servers that decode it twice or end
/// parts at other characters.
fn leads_elsewhere(path: &str) -> bool {
    let once = percent_decode_str(path).decode_utf8_lossy().into_owned();
    let twice = percent_decode_str(&once).decode_utf8_lossy().into_owned();
    [path, &once, &twice].iter().any(|path| {
        path.split(['/', '\\', ';', '\0']).any(|part| matches!(part.trim(), "." | ".."))
    })
}

fn is_header(value: &str) -> bool {
    let latin1: Option<Vec<u8>> =
        value.chars().map(|char| u8::try_from(u32::from(char)).ok()).collect();
    latin1.is_some_and(|bytes| HeaderValue::from_bytes(&bytes).is_ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::document::Document;
    use super::super::parameter::read;
    use super::*;

    fn operation() -> Operation {
        let document = Document::parse(r#"{"openapi": "3.1.0"}"#).unwrap();
        let parameter = |name: &str, place: &str| {
            let source = json!({"name": name, "in": place});
            read(&document, &source).unwrap().unwrap().parameter
        };
        Operation {
            method: "POST",
            path: vec![
                Piece::Text("/a/".to_owned()),
                Piece::Parameter(0),
                Piece::Parameter(1),
                Piece::Text("/b".to_owned()),
            ],
            parameters: vec![
                parameter("x", "path"),
                parameter("y", "path"),
                parameter("q", "query"),
                parameter("X-H", "header"),
                parameter("c", "cookie"),
            ],
            body: Some(Body {
                kind: BodyKind::Json,
                content_type: "application/json".to_owned(),
                parts: Parts::new(),
            }),
            security: Security::default(),
        }
    }

    fn base() -> Url {
        "https://api.example:8443/v1/".parse().unwrap()
    }

    fn url(arguments: &Value) -> Result<String, String> {
        let draft = operation().draft(&base(), arguments.as_object().unwrap())?;
        draft.url(&base())
    }

    #[test]
    fn a_request_has_its_parts() {
        let arguments =
            json!({"x": "1", "y": "ü/?#", "q": [1, "&"], "X-H": "v", "c": ";", "body": {"a": [1]}});
        let draft = operation().draft(&base(), arguments.as_object().unwrap()).unwrap();
        let expected = "https://api.example:8443/v1/a/1%C3%BC%2F%3F%23/b?q=1&q=%26";
        assert_eq!(draft.url(&base()).unwrap(), expected);
        let headers = [("X-H", "v"), ("content-type", "application/json")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(draft.headers, headers);
        assert_eq!(draft.cookies, ["c=%3B"]);
        assert!(matches!(&draft.body, Some(Content::Text(text)) if text == r#"{"a":[1]}"#));
    }

    #[test]
    fn a_parameter_does_not_leave_its_part_of_the_path() {
        for (x, y) in [
            (".", "."),
            ("..", "/"),
            ("../..", "z"),
            ("..\\..", "z"),
            ("%2e", "%2e"),
            ("%2e%2e/", "z"),
            ("%252e%252e%252f", "z"),
            ("a/..", "/b"),
            (".", ".;x"),
        ] {
            let result = url(&json!({"x": x, "y": y}));
            assert!(
                result.as_ref().is_err_and(|error| error.contains("must not make"))
                    // Encoded more often than servers decode, and not a part of its own.
                    || result.as_ref().is_ok_and(|url| !url.contains("..") && x.contains("%25")),
                "{x} {y}: {result:?}"
            );
        }
        assert!(url(&json!({"x": "", "y": "a"})).unwrap_err().contains("not empty"));
        assert!(url(&json!({"x": [], "y": "a"})).unwrap_err().contains("not empty"));
        assert!(url(&json!({"y": "a"})).unwrap_err().contains("not empty"));
        for value in ["...", "a..b", "@evil.example", ":80", "//evil.example", "a%2Fb"] {
            let url = url(&json!({"x": "v", "y": value})).unwrap();
            assert!(url.starts_with("https://api.example:8443/v1/a/v"), "{url}");
            assert_eq!(url.matches('/').count(), 6, "{url}");
        }
    }

    #[test]
    fn headers_have_one_line() {
        for value in ["a\r\nX-Evil: 1", "a\nb", "\u{0}", "\u{7f}", "日本"] {
            let error = url(&json!({"x": "1", "y": "2", "X-H": value})).unwrap_err();
            assert!(error.starts_with("X-H: a header has no line breaks"), "{error}");
        }
        assert!(url(&json!({"x": "1", "y": "2", "X-H": "é\ta"})).is_ok());
    }

    #[test]
    fn bodies() {
        let write = |kind, value: Value| {
            let body = Body { kind, content_type: String::new(), parts: Parts::new() };
            body.write(&value).map(|(content, _)| match content {
                Content::Text(text) => text,
                Content::Bytes(bytes) => String::from_utf8(bytes.into_vec()).unwrap(),
            })
        };
        assert_eq!(write(BodyKind::Form, json!({"a b": ["&", 1]})).unwrap(), "a+b=%26&a+b=1");
        assert_eq!(write(BodyKind::Text, json!("x")).unwrap(), "x");
        write(BodyKind::Form, json!("a=b")).unwrap_err();
        write(BodyKind::Multipart, json!("a=b")).unwrap_err();
        assert!(write(BodyKind::Multipart, json!({"a": 1})).unwrap().contains("name=\"a\""));
        write(BodyKind::Text, json!({})).unwrap_err();
    }
}
