//! The result of `fetch` as a response of HTTP.

use http::header::{CONTENT_LENGTH, HeaderName};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use hyper::ext::ReasonPhrase;
use isolet_wire::Value;
use serde::Deserialize;

use super::body::ResponseBody;
use super::error::ServeError;
use super::pool::Place;
use super::request::remove_connection_headers;
use crate::rpc::bytes::Bytes;
use crate::rpc::stream::ByteStream;
use crate::rpc::stub::Stub;

/// The maximum number of bytes of all names and values of headers.
const MAX_HEADER_BYTES: usize = 128 << 10;

/// The maximum number of bytes of the text of a status.
const MAX_REASON_BYTES: usize = 1 << 10;

/// The result of a worker's `fetch`. It may be anything.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Returned {
    status: u16,
    #[serde(default)]
    status_text: Option<String>,
    #[serde(default)]
    pub(super) headers: Vec<(String, String)>,
    #[serde(default)]
    body: Option<Value>,
    /// The worker's end of a WebSocket, if the response opens one.
    #[serde(default)]
    pub(super) web_socket: Option<Stub>,
}

/// Makes a response from what `fetch` returned.
///
/// # Errors
/// Errors if HTTP does not allow a part of it.
pub(super) fn lift(
    returned: Returned,
    is_head: bool,
    place: Place,
) -> Result<Response<ResponseBody>, ServeError> {
    let bad = ServeError::Response;
    let status = StatusCode::from_u16(returned.status)
        .ok()
        .filter(|status| (200..=599).contains(&status.as_u16()))
        .ok_or(bad("its status is not in the range of 200 to 599"))?;
    let headers = headers(&returned.headers, is_head || status == StatusCode::NOT_MODIFIED)?;
    let has_no_body = matches!(
        status,
        StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED
    );
    let mut response = Response::new(ResponseBody::empty());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    if let Some(value) = returned.body.filter(|_| !has_no_body) {
        let body = match value.to::<Bytes>() {
            Ok(bytes) => ResponseBody::data(bytes.into_vec()),
            Err(_) => match value.to::<ByteStream>() {
                Ok(stream) => ResponseBody::stream(stream, place),
                Err(_) => return Err(bad("its body is neither text nor bytes nor a stream")),
            },
        };
        if is_head {
            let length = hyper::body::Body::size_hint(&body).exact();
            if let Some(length) = length
                && !response.headers().contains_key(CONTENT_LENGTH)
            {
                response.headers_mut().insert(CONTENT_LENGTH, length.into());
            }
        } else {
            *response.body_mut() = body;
        }
    }
    if let Some(text) = returned.status_text.filter(|text| !text.is_empty())
        && Some(&*text) != status.canonical_reason()
    {
        let bytes = latin1(&text).filter(|bytes| bytes.len() <= MAX_REASON_BYTES);
        let reason = bytes.and_then(|bytes| ReasonPhrase::try_from(bytes).ok());
        response.extensions_mut().insert(reason.ok_or(bad("its statusText cannot be sent"))?);
    }
    Ok(response)
}

pub(super) fn headers(
    pairs: &[(String, String)],
    keeps_length: bool,
) -> Result<HeaderMap, ServeError> {
    let bad = ServeError::Response;
    let mut headers = HeaderMap::new();
    let mut left = MAX_HEADER_BYTES;
    for (name, value) in pairs {
        left = left
            .checked_sub(name.len() + value.len())
            .ok_or(bad("its headers are larger than 128 KiB"))?;
        let name = HeaderName::try_from(name.as_str())
            .map_err(|_| bad("a header has a name that HTTP does not allow"))?;
        let value = latin1(value).and_then(|value| HeaderValue::try_from(value).ok());
        let value = value.ok_or(bad("a header has a value that HTTP does not allow"))?;
        headers.try_append(name, value).map_err(|_| bad("it has too many headers"))?;
    }
    remove_connection_headers(&mut headers);
    let is_length =
        |value: &HeaderValue| value.to_str().is_ok_and(|text| text.parse::<u64>().is_ok());
    if !keeps_length || !headers.get(CONTENT_LENGTH).is_some_and(is_length) {
        headers.remove(CONTENT_LENGTH);
    }
    Ok(headers)
}

/// Returns the bytes of a text whose characters are bytes, as in browsers.
fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|char| u8::try_from(u32::from(char)).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Returned, lift};

    fn returned(status: u16, text: &str, headers: &[(&str, &str)]) -> Returned {
        let pairs = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Returned {
            status,
            status_text: Some(text.to_owned()),
            headers: pairs.collect(),
            body: None,
            web_socket: None,
        }
    }

    /// A guest may send anything in place of a `Response`.
    #[test]
    fn what_http_does_not_allow_is_refused() {
        let good = lift(returned(299, "Fine", &[("a", "b\tc\u{fc}")]), false, None).expect("it");
        assert_eq!(good.headers()["a"].as_bytes(), b"b\tc\xfc");
        for status in [0, 99, 100, 101, 199, 600, u16::MAX] {
            assert!(lift(returned(status, "", &[]), false, None).is_err(), "{status}");
        }
        for text in ["a\r\nb: c", "a\nb", "a\0b", "\u{100}", &"x".repeat(1025)] {
            assert!(lift(returned(200, text, &[]), false, None).is_err(), "{text:?}");
        }
        for (name, value) in [
            ("a\r\nb", "c"),
            ("a b", "c"),
            ("a:b", "c"),
            ("", "c"),
            ("\u{fc}", "c"),
            ("a", "b\r\nc: d"),
            ("a", "b\nc"),
            ("a", "b\rc"),
            ("a", "b\0c"),
            ("a", "\u{10a}"),
        ] {
            let response = lift(returned(200, "", &[(name, value)]), false, None);
            assert!(response.is_err(), "{name:?}: {value:?}");
        }
    }

    #[test]
    fn headers_are_bounded_in_number_and_size() {
        let large = "x".repeat(64 << 10);
        let sized =
            |value: &str| lift(returned(200, "", &[("a", &large), ("b", value)]), false, None);
        assert!(sized(&large[2..]).is_ok());
        assert!(sized(&large[1..]).is_err());
        let names: Vec<_> = (0..40_000).map(|n| format!("{n:x}")).collect();
        let many = |count: usize| {
            let pairs: Vec<_> = names[..count].iter().map(|name| (name.as_str(), "")).collect();
            lift(returned(200, "", &pairs), false, None)
        };
        assert!(many(20_000).is_ok());
        assert!(many(40_000).is_err());
    }
}
