//! Responses as values of calls.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use http::StatusCode;
use isolet::ByteStream;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::operation::Operation;
use super::security::Credentials;
use crate::text::prefix;

/// The most bytes of the body of an error that a program sees.
const MAX_ERROR: usize = 4 << 10;
/// The most bytes of the headers that `HEAD` returns.
const MAX_HEADERS: usize = 16 << 10;

/// A response of the network.
#[derive(Deserialize)]
pub(super) struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Option<ByteStream>,
}

impl Response {
    /// Returns the value of a call: JSON as it is, no content as null, an image or audio as a block
    /// of MCP, other bytes in Base64, and anything else as text. `limit` bounds the body.
    ///
    /// Errors, for the program, if the status is not one of success.
    pub(super) async fn value(
        self,
        operation: &Operation,
        credentials: &Credentials,
        limit: usize,
    ) -> Result<Value, String> {
        let media_type = self.media_type();
        let Self { status, headers, body } = self;
        if !(200..300).contains(&status) {
            let text = read(body, MAX_ERROR).await.unwrap_or_default();
            return Err(failure(status, &text, operation, credentials));
        }
        if operation.method == "HEAD" {
            return Ok(head(headers, credentials));
        }
        let bytes = read(body, limit.saturating_add(1)).await?;
        if bytes.len() > limit {
            return Err(format!("the response is longer than {limit} bytes"));
        }
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => credentials.removed_from(text),
            Err(error) => {
                let bytes = credentials.removed_from_bytes(error.as_bytes());
                return Ok(binary(&media_type, &bytes));
            }
        };
        let is_json = media_type == "application/json" || media_type.ends_with("+json");
        let json = is_json.then(|| serde_json::from_str(&text).ok()).flatten();
        Ok(json.unwrap_or(Value::String(text)))
    }

    fn media_type(&self) -> String {
        let header =
            self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let value = header.map_or("", |(_, value)| value);
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

/// Reads a body, at most this many bytes of it.
async fn read(body: Option<ByteStream>, limit: usize) -> Result<Vec<u8>, String> {
    let Some(mut body) = body else { return Ok(Vec::new()) };
    let mut bytes = Vec::new();
    while bytes.len() < limit
        && let Some(chunk) = body.next().await
    {
        bytes.extend_from_slice(&chunk.map_err(|error| error.to_string())?);
    }
    bytes.truncate(limit);
    Ok(bytes)
}

fn failure(status: u16, body: &[u8], operation: &Operation, credentials: &Credentials) -> String {
    let known = StatusCode::from_u16(status).ok().and_then(|it| it.canonical_reason());
    let mut text = format!("HTTP {status}");
    for part in [" ", known.unwrap_or_default()] {
        text.push_str(part);
    }
    if (300..400).contains(&status) {
        text.push_str(": redirects are not followed");
        return text;
    }
    if matches!(status, 401 | 403)
        && let Some(hint) = credentials.hint(&operation.security)
    {
        text.push_str(" (");
        text.push_str(&hint);
        text.push(')');
    }
    // Then there is more, or may be.
    let is_long = body.len() == MAX_ERROR;
    let body = String::from_utf8_lossy(body).into_owned();
    let body =
        if is_long { credentials.removed_from_cut(body) } else { credentials.removed_from(body) };
    let (body, is_cut) = prefix(body.trim(), MAX_ERROR);
    if !body.is_empty() {
        text.push_str(": ");
        text.push_str(body);
    }
    if is_cut || is_long {
        text.push('…');
    }
    text
}

fn head(headers: Vec<(String, String)>, credentials: &Credentials) -> Value {
    let mut left = MAX_HEADERS;
    let headers = headers.into_iter().map_while(|(name, value)| {
        left = left.checked_sub(name.len() + value.len())?;
        Some((name, Value::String(credentials.removed_from(value))))
    });
    json!({"headers": headers.collect::<Map<_, _>>()})
}

fn binary(media_type: &str, bytes: &[u8]) -> Value {
    let data = STANDARD.encode(bytes);
    let Some(kind @ ("image" | "audio")) = media_type.split('/').next() else {
        return json!({"mimeType": media_type, "base64": data});
    };
    json!({"type": kind, "mimeType": media_type, "data": data})
}
