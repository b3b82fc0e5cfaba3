//! Messages of JSON-RPC 2.0.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;

/// The maximum number of bytes of a request's identifier, if it is a text.
const MAX_ID_BYTES: usize = 256;

/// The maximum number of values in one message, about. Commas in texts count as well.
const MAX_VALUES: usize = 500_000;

pub(super) const PARSE_ERROR: i32 = -32_700;
pub(super) const INVALID_REQUEST: i32 = -32_600;
pub(super) const METHOD_NOT_FOUND: i32 = -32_601;
pub(super) const INVALID_PARAMS: i32 = -32_602;
pub(super) const INTERNAL_ERROR: i32 = -32_603;
/// There are too many tools, sessions or requests.
pub(super) const TOO_MANY: i32 = -32_000;
pub(super) const UNSUPPORTED_VERSION: i32 = -32_001;
pub(super) const NOT_INITIALIZED: i32 = -32_002;
/// The host has cancelled the request.
pub(super) const CANCELLED: i32 = -32_800;

/// The identifier of a request of the host's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Id {
    Number(i64),
    Text(String),
}

/// An error, as JSON-RPC has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct RpcError {
    code: i32,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Box<Json>>,
}

impl RpcError {
    pub(super) fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    pub(super) fn with_data(self, data: Json) -> Self {
        Self { data: Some(Box::new(data)), ..self }
    }
}

/// A message of the host's.
#[derive(Debug)]
pub(super) enum Incoming<'a> {
    Request {
        id: Id,
        method: String,
        params: Option<&'a RawValue>,
    },
    Notification {
        method: String,
        params: Option<&'a RawValue>,
    },
    /// The answer to a request of the command's.
    Answer {
        id: u64,
        answer: Result<&'a RawValue, String>,
    },
}

/// A message that is none, and the identifier that its answer has.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) id: Option<Id>,
    pub(super) error: RpcError,
}

/// The outline of a message. What is in it is not parsed yet, so that this takes no memory.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default)]
    jsonrpc: String,
    #[serde(default, borrow)]
    id: Option<&'a RawValue>,
    #[serde(default)]
    method: Option<String>,
    #[serde(default, borrow)]
    params: Option<&'a RawValue>,
    #[serde(default, borrow)]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    message: String,
}

impl<'a> Incoming<'a> {
    /// Parses a line.
    pub(super) fn parse(line: &'a [u8]) -> Result<Self, Refused> {
        let refused = |id, code, message: &str| Refused { id, error: RpcError::new(code, message) };
        if line.trim_ascii_start().starts_with(b"[") {
            return Err(refused(None, INVALID_REQUEST, "batches are not supported"));
        }
        let envelope = serde_json::from_slice(line).map_err(|error: serde_json::Error| {
            let code = if error.is_data() { INVALID_REQUEST } else { PARSE_ERROR };
            refused(None, code, &error.to_string())
        })?;
        let Envelope { jsonrpc, id, method, params, result, error } = envelope;
        let id = id.map(|id| Id::parse(id.get())).transpose().map_err(|()| {
            refused(None, INVALID_REQUEST, "`id` must be a number or a text of at most 256 bytes")
        })?;
        if jsonrpc != "2.0" {
            return Err(refused(id, INVALID_REQUEST, "`jsonrpc` must be \"2.0\""));
        }
        match (method, id) {
            (Some(method), Some(id)) => Ok(Self::Request { id, method, params }),
            (Some(method), None) => Ok(Self::Notification { method, params }),
            (None, Some(Id::Number(number))) if number > 0 => {
                let answer = match (result, error) {
                    (_, Some(error)) => Err(error.message),
                    (Some(result), None) => Ok(result),
                    (None, None) => Err("the answer of the host has no result".to_owned()),
                };
                Ok(Self::Answer { id: number.unsigned_abs(), answer })
            }
            (None, id) => Err(refused(id, INVALID_REQUEST, "there is no `method`")),
        }
    }
}

impl Id {
    fn parse(json: &str) -> Result<Self, ()> {
        if json.len() > MAX_ID_BYTES {
            return Err(());
        }
        serde_json::from_str(json).map_err(|_| ())
    }
}

/// Parses a part of a message. Errors with a text that says what is wrong.
pub(super) fn parse<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, String> {
    let values = json.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    if values > MAX_VALUES {
        return Err(format!("a message has at most {MAX_VALUES} values"));
    }
    serde_json::from_str(json).map_err(|error| error.to_string())
}

/// A message to the host.
#[derive(Serialize)]
pub(super) struct Outgoing<'a, T> {
    jsonrpc: &'static str,
    #[serde(flatten)]
    content: Content<'a, T>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a, T> {
    Request { id: u64, method: &'a str, params: T },
    Notification { method: &'a str, params: T },
    Result { id: &'a Id, result: T },
    Error { id: Option<&'a Id>, error: &'a RpcError },
}

impl<'a, T> Outgoing<'a, T> {
    pub(super) fn request(id: u64, method: &'a str, params: T) -> Self {
        Self { jsonrpc: "2.0", content: Content::Request { id, method, params } }
    }

    pub(super) fn notification(method: &'a str, params: T) -> Self {
        Self { jsonrpc: "2.0", content: Content::Notification { method, params } }
    }

    pub(super) fn reply(id: &'a Id, result: T) -> Self {
        Self { jsonrpc: "2.0", content: Content::Result { id, result } }
    }
}

impl<'a> Outgoing<'a, ()> {
    pub(super) fn error(id: Option<&'a Id>, error: &'a RpcError) -> Self {
        Self { jsonrpc: "2.0", content: Content::Error { id, error } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(line: &str) -> i32 {
        Incoming::parse(line.as_bytes()).expect_err("an error").error.code
    }

    #[test]
    fn messages_are_told_apart() {
        let parse = |line: &'static str| Incoming::parse(line.as_bytes()).expect("a message");
        assert!(matches!(
            parse(r#"{"jsonrpc":"2.0","id":"a","method":"m","params":{}}"#),
            Incoming::Request { id: Id::Text(id), .. } if id == "a"
        ));
        assert!(matches!(
            parse(r#"{"jsonrpc":"2.0","method":"m"}"#),
            Incoming::Notification { params: None, .. }
        ));
        assert!(matches!(
            parse(r#"{"jsonrpc":"2.0","id":3,"result":{}}"#),
            Incoming::Answer { id: 3, answer: Ok(_) }
        ));
        assert!(matches!(
            parse(r#"{"jsonrpc":"2.0","id":3,"error":{"code":1,"message":"no"}}"#),
            Incoming::Answer { id: 3, answer: Err(text) } if text == "no"
        ));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        assert_eq!(code("{"), PARSE_ERROR);
        assert_eq!(code("\u{1}"), PARSE_ERROR);
        assert_eq!(code(r#"[{"jsonrpc":"2.0","id":1,"method":"m"}]"#), INVALID_REQUEST);
        assert_eq!(code("1"), INVALID_REQUEST);
        assert_eq!(code(r#"{"jsonrpc":"1.0","id":1,"method":"m"}"#), INVALID_REQUEST);
        assert_eq!(code(r#"{"jsonrpc":"2.0","id":1.5,"method":"m"}"#), INVALID_REQUEST);
        assert_eq!(code(r#"{"jsonrpc":"2.0","id":1,"method":5}"#), INVALID_REQUEST);
        assert_eq!(code(r#"{"jsonrpc":"2.0","id":-1,"result":5}"#), INVALID_REQUEST);
        let long = format!(r#"{{"jsonrpc":"2.0","id":"{}","method":"m"}}"#, "x".repeat(300));
        assert_eq!(code(&long), INVALID_REQUEST);
        let deep = format!(r#"{{"jsonrpc":"2.0","id":{}1"#, "[".repeat(1_000_000));
        assert_eq!(code(&deep), PARSE_ERROR);
    }

    #[test]
    fn the_number_of_values_is_bounded() {
        let list = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
        assert!(parse::<Vec<u8>>(&list(MAX_VALUES)).is_ok());
        assert!(parse::<Vec<u8>>(&list(MAX_VALUES + 1)).is_err());
    }
}
