//! Parameters of operations, and how their values are written.

use http::HeaderName;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::document::{Document, flag, text};

/// All that RFC 3986 does not leave as it is.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// With `allowReserved`, also what separates neither parameters nor parts of a URL.
const RESERVED: AsciiSet = UNRESERVED
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';');
/// Objects in a query nest at most this deep.
const MAX_DEPTH: usize = 8;

/// The part of a request that has a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Path,
    Query,
    Header,
    Cookie,
}

impl Place {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

/// The way in which lists and objects are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// `simple` and `form`.
    Plain,
    /// Lists with another separator, as it stands in a URL.
    Delimited(&'static str),
    Deep,
    /// In a path, after a dot.
    Label,
    /// In a path, after a semicolon and with the name.
    Matrix,
    /// A value as JSON.
    Json,
}

/// A parameter of an operation.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) place: Place,
    /// The property of the tool's argument.
    pub(super) argument: String,
    style: Style,
    is_exploded: bool,
    is_reserved_allowed: bool,
}

/// A parameter, and what describes it.
pub(super) struct Described<'d> {
    pub(super) parameter: Parameter,
    pub(super) schema: &'d Value,
    pub(super) description: Option<&'d str>,
    pub(super) is_required: bool,
}

/// Returns a parameter as a document describes it, or nothing if the request's own headers are not
/// for parameters. The standard says so of `Accept`, `Content-Type` and `Authorization`.
///
/// Errors if it cannot be used.
pub(super) fn read<'d>(
    document: &'d Document,
    source: &'d Value,
) -> Result<Option<Described<'d>>, String> {
    let object = document.object(source).ok_or("a parameter is not in the document")?;
    let name = text(object, "name").ok_or("a parameter has no name")?;
    let wrong = |reason: &str| format!("the parameter {}: {reason}", crate::text::line(name, 64));
    let place = match text(object, "in") {
        Some("path") => Place::Path,
        Some("query") => Place::Query,
        Some("header") => Place::Header,
        Some("cookie") => Place::Cookie,
        _ => return Err(wrong("its place is not supported")),
    };
    let is_token = HeaderName::from_bytes(name.as_bytes()).is_ok();
    if !is_token && matches!(place, Place::Header | Place::Cookie) {
        return Err(wrong("its name cannot be sent"));
    }
    if place == Place::Header && is_reserved(&name.to_ascii_lowercase()) {
        return Ok(None);
    }
    static ANYTHING: Value = Value::Bool(true);
    let content = object.get("content").and_then(Value::as_object);
    let schema = match content.and_then(|content| content.values().next()) {
        Some(content) => content.get("schema"),
        None => object.get("schema"),
    };
    let style = match (text(object, "style"), place) {
        _ if content.is_some() => Style::Json,
        (None | Some("simple"), Place::Path | Place::Header)
        | (None | Some("form"), Place::Query | Place::Cookie) => Style::Plain,
        (Some("label"), Place::Path) => Style::Label,
        (Some("matrix"), Place::Path) => Style::Matrix,
        (Some("spaceDelimited"), Place::Query) => Style::Delimited("%20"),
        (Some("pipeDelimited"), Place::Query) => Style::Delimited("%7C"),
        (Some("deepObject"), Place::Query) => Style::Deep,
        _ => return Err(wrong("its style is not supported")),
    };
    let is_form = matches!(place, Place::Query | Place::Cookie) && style == Style::Plain;
    let is_exploded = object.get("explode").and_then(Value::as_bool).unwrap_or(is_form);
    let parameter = Parameter {
        name: name.to_owned(),
        place,
        argument: name.to_owned(),
        style,
        is_exploded,
        is_reserved_allowed: place == Place::Query && flag(object, "allowReserved"),
    };
    Ok(Some(Described {
        parameter,
        schema: schema.unwrap_or(&ANYTHING),
        description: text(object, "description"),
        is_required: place == Place::Path || flag(object, "required"),
    }))
}

/// Returns true for headers that decide how a request is sent or understood, or by whom.
fn is_reserved(name: &str) -> bool {
    name.starts_with("proxy-")
        || matches!(
            name,
            "accept"
                | "accept-encoding"
                | "authorization"
                | "connection"
                | "content-encoding"
                | "content-length"
                | "content-type"
                | "cookie"
                | "expect"
                | "host"
                | "http2-settings"
                | "keep-alive"
                | "te"
                | "trailer"
                | "transfer-encoding"
                | "upgrade"
                | "user-agent"
        )
}

impl Parameter {
    /// Returns a parameter of a path that the document does not describe.
    pub(super) fn of_path(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            place: Place::Path,
            argument: name.to_owned(),
            style: Style::Plain,
            is_exploded: false,
            is_reserved_allowed: false,
        }
    }

    /// Returns a value as it stands in a path. Empty if the value is.
    pub(super) fn in_path(&self, value: &Value) -> String {
        let encode = |text: &str| self.encoded(text);
        let text = match (self.style, self.is_exploded, value) {
            (Style::Label, true, _) => self.joined(value, &encode, "."),
            (Style::Matrix, true, Value::Object(_)) => self.joined(value, &encode, ";"),
            (Style::Matrix, true, Value::Array(values)) if !values.is_empty() => {
                let name = self.encoded_name(&self.name);
                let pairs = values.iter().map(|value| format!(";{name}={}", encode(&plain(value))));
                return pairs.collect();
            }
            _ => self.joined(value, &encode, ","),
        };
        let has_name = !(self.is_exploded && value.is_object());
        match self.style {
            _ if text.is_empty() => text,
            Style::Label => format!(".{text}"),
            Style::Matrix if has_name => format!(";{}={text}", self.encoded_name(&self.name)),
            Style::Matrix => format!(";{text}"),
            _ => text,
        }
    }

    /// Returns a value as it stands in a header, which may hold any text.
    pub(super) fn in_header(&self, value: &Value) -> String {
        self.joined(value, &str::to_owned, ",")
    }

    /// Returns the names and values of a query, encoded.
    pub(super) fn in_query(&self, value: &Value) -> Vec<(String, String)> {
        let name = self.encoded_name(&self.name);
        match (self.style, value) {
            (Style::Deep, Value::Object(_)) => {
                let mut pairs = Vec::new();
                self.deep(name, value, &mut pairs, 0);
                pairs
            }
            (Style::Plain | Style::Delimited(_), Value::Array(values)) if self.is_exploded => {
                values.iter().map(|value| (name.clone(), self.encoded(&plain(value)))).collect()
            }
            (Style::Plain, Value::Object(map)) if self.is_exploded => {
                let pairs = map.iter().filter(|(_, value)| !value.is_null());
                pairs
                    .map(|(key, value)| (self.encoded_name(key), self.encoded(&plain(value))))
                    .collect()
            }
            (Style::Delimited(separator), _) => {
                vec![(name, self.joined(value, &|text| self.encoded(text), separator))]
            }
            _ => vec![(name, self.joined(value, &|text| self.encoded(text), ","))],
        }
    }

    /// Returns the cookie. Its value is encoded, so that it ends where it should.
    pub(super) fn in_cookie(&self, value: &Value) -> String {
        format!("{}={}", self.name, self.joined(value, &|text| self.encoded(text), ","))
    }

    fn joined(&self, value: &Value, encode: &dyn Fn(&str) -> String, separator: &str) -> String {
        let parts: Vec<String> = match value {
            _ if self.style == Style::Json => return encode(&value.to_string()),
            Value::Array(values) => values.iter().map(|value| encode(&plain(value))).collect(),
            Value::Object(map) => {
                let between = if self.is_exploded { "=" } else { separator };
                let pairs = map.iter().filter(|(_, value)| !value.is_null());
                let pair = |(key, value): (&String, &Value)| {
                    format!("{}{between}{}", encode(key), encode(&plain(value)))
                };
                pairs.map(pair).collect()
            }
            value => return encode(&plain(value)),
        };
        parts.join(separator)
    }

    fn deep(&self, name: String, value: &Value, pairs: &mut Vec<(String, String)>, depth: usize) {
        match value {
            Value::Object(map) if depth < MAX_DEPTH => {
                for (key, value) in map {
                    let name = format!("{name}[{}]", self.encoded_name(key));
                    self.deep(name, value, pairs, depth + 1);
                }
            }
            Value::Array(values) => {
                let values = values.iter().map(|value| self.encoded(&plain(value)));
                pairs.extend(values.map(|value| (name.clone(), value)));
            }
            Value::Null => {}
            value => pairs.push((name, self.encoded(&plain(value)))),
        }
    }

    fn encoded(&self, text: &str) -> String {
        let set = if self.is_reserved_allowed { &RESERVED } else { &UNRESERVED };
        utf8_percent_encode(text, set).to_string()
    }

    fn encoded_name(&self, name: &str) -> String {
        utf8_percent_encode(name, &UNRESERVED).to_string()
    }
}

/// Returns the pairs of a form. Lists repeat their name, and objects put keys in brackets.
pub(super) fn form(map: &Map<String, Value>) -> Vec<(String, String)> {
    fn add(name: String, value: &Value, pairs: &mut Vec<(String, String)>, depth: usize) {
        match value {
            Value::Object(map) if depth < MAX_DEPTH => {
                for (key, value) in map {
                    add(format!("{name}[{key}]"), value, pairs, depth + 1);
                }
            }
            Value::Array(values) if depth < MAX_DEPTH => {
                for value in values {
                    add(name.clone(), value, pairs, depth + 1);
                }
            }
            Value::Null => {}
            value => pairs.push((name, plain(value))),
        }
    }
    let mut pairs = Vec::new();
    for (key, value) in map {
        add(key.clone(), value, &mut pairs, 0);
    }
    pairs
}

/// Returns a value as text: a string as it is, and others as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parameter(fields: &Value) -> Parameter {
        let mut source = json!({"name": "p", "in": "query"});
        for (key, value) in fields.as_object().unwrap() {
            source[key] = value.clone();
        }
        let document = Document::parse(r#"{"openapi": "3.1.0"}"#).unwrap();
        read(&document, &source).unwrap().unwrap().parameter
    }

    fn query(fields: &Value, value: &Value) -> String {
        let pairs = parameter(fields).in_query(value).into_iter();
        pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }

    #[test]
    fn styles_of_a_query() {
        let list = json!(["a b", "c,d", 1]);
        let object = json!({"x": "1&2", "y": [true], "z": null});
        for (fields, value, expected) in [
            (json!({}), &list, "p=a%20b&p=c%2Cd&p=1"),
            (json!({"explode": false}), &list, "p=a%20b,c%2Cd,1"),
            (json!({}), &object, "x=1%262&y=%5Btrue%5D"),
            (json!({"explode": false}), &object, "p=x,1%262,y,%5Btrue%5D"),
            (json!({"style": "spaceDelimited"}), &list, "p=a%20b%20c%2Cd%201"),
            (json!({"style": "pipeDelimited"}), &list, "p=a%20b%7Cc%2Cd%7C1"),
            (json!({"style": "deepObject"}), &object, "p[x]=1%262&p[y]=true"),
            (
                json!({"content": {"application/json": {}}}),
                &object,
                "p=%7B%22x%22%3A%221%262%22%2C%22y%22%3A%5Btrue%5D%2C%22z%22%3Anull%7D",
            ),
            (json!({"allowReserved": true}), &json!("a/b?c&d=e#f+g"), "p=a/b?c%26d%3De%23f%2Bg"),
            (json!({"name": "a&b"}), &json!("c"), "a%26b=c"),
            (json!({}), &json!([]), ""),
            (json!({}), &json!("ü\u{0}\r\n"), "p=%C3%BC%00%0D%0A"),
        ] {
            assert_eq!(query(&fields, value), expected, "{fields}");
        }
    }

    #[test]
    fn styles_of_other_places() {
        let list = json!(["a/b", ".."]);
        let object = json!({"x": 1, "y": "a,b"});
        let path = json!({"in": "path"});
        assert_eq!(parameter(&path).in_path(&list), "a%2Fb,..");
        assert_eq!(parameter(&path).in_path(&object), "x,1,y,a%2Cb");
        // The examples of the standard.
        let (name, list_of_colors) = (json!("blue"), json!(["blue", "black", "brown"]));
        let colors = json!({"B": 100, "G": 200, "R": "a/b"});
        for (style, explode, value, expected) in [
            ("label", false, &name, ".blue"),
            ("label", false, &list_of_colors, ".blue,black,brown"),
            ("label", true, &list_of_colors, ".blue.black.brown"),
            ("label", false, &colors, ".B,100,G,200,R,a%2Fb"),
            ("label", true, &colors, ".B=100.G=200.R=a%2Fb"),
            ("matrix", false, &name, ";p=blue"),
            ("matrix", false, &list_of_colors, ";p=blue,black,brown"),
            ("matrix", true, &list_of_colors, ";p=blue;p=black;p=brown"),
            ("matrix", false, &colors, ";p=B,100,G,200,R,a%2Fb"),
            ("matrix", true, &colors, ";B=100;G=200;R=a%2Fb"),
            ("matrix", true, &json!("..;x"), ";p=..%3Bx"),
            ("matrix", true, &json!([]), ""),
            ("matrix", false, &json!(""), ""),
            ("label", true, &json!({}), ""),
            ("label", false, &json!(""), ""),
        ] {
            let fields = json!({"in": "path", "style": style, "explode": explode});
            assert_eq!(parameter(&fields).in_path(value), expected, "{fields} {value}");
        }
        let exploded = json!({"in": "path", "explode": true});
        assert_eq!(parameter(&exploded).in_path(&object), "x=1,y=a%2Cb");
        let header = json!({"in": "header"});
        assert_eq!(parameter(&header).in_header(&list), "a/b,..");
        let cookie = json!({"in": "cookie"});
        assert_eq!(parameter(&cookie).in_cookie(&json!("a; b=c")), "p=a%3B%20b%3Dc");
    }

    #[test]
    fn parameters_that_cannot_be_used() {
        let document = Document::parse(r#"{"openapi": "3.1.0"}"#).unwrap();
        let read = |source: Value| read(&document, &source).map(|it| it.is_some());
        for name in ["Authorization", "host", "Content-Length", "cookie", "Proxy-X", "te"] {
            assert_eq!(read(json!({"name": name, "in": "header"})), Ok(false), "{name}");
        }
        for (source, reason) in [
            (json!({"in": "query"}), "a parameter has no name"),
            (json!({"name": "a", "in": "body"}), "the parameter a: its place is not supported"),
            (
                json!({"name": "a\r\nb", "in": "header"}),
                "the parameter a\\u000d b: its name cannot be sent",
            ),
            (json!({"name": "a=b", "in": "cookie"}), "the parameter a=b: its name cannot be sent"),
            (
                json!({"name": "a", "in": "path", "style": "form"}),
                "the parameter a: its style is not supported",
            ),
            (json!({"$ref": "other.json"}), "a parameter is not in the document"),
        ] {
            assert_eq!(read(source).unwrap_err(), reason);
        }
    }

    #[test]
    fn forms_have_brackets() {
        let map = json!({"a": [1, 2], "b": {"c": {"d": "x y"}}, "n": null});
        let pairs: Vec<_> = form(map.as_object().unwrap());
        let expected = [("a", "1"), ("a", "2"), ("b[c][d]", "x y")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
