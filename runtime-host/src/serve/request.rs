//! Requests of HTTP as arguments of `fetch`.

use http::header::{
    self, CONNECTION, COOKIE, EXPECT, HOST, HeaderName, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderValue, Method, request};
use hyper::body::Body;
use serde::Serialize;

use super::body::{self, Excess};
use super::client::Signal;
use super::error::ServeError;
use super::web_socket::remove_handshake;
use super::{Connection, url};
use crate::rpc::stream::ByteStream;

/// Headers about one connection, which neither a worker nor a client gets from the other.
pub(super) const OF_A_CONNECTION: [HeaderName; 7] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

const CLIENT_IP: HeaderName = HeaderName::from_static("cf-connecting-ip");

/// Headers with which proxies say who the client is.
const OF_A_PROXY: [HeaderName; 7] = [
    CLIENT_IP,
    header::FORWARDED,
    HeaderName::from_static("true-client-ip"),
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

/// The argument of a worker's `fetch`.
#[derive(Serialize)]
pub(super) struct Lowered {
    url: String,
    method: String,
    headers: Vec<(String, String)>,
    body: Option<ByteStream>,
    redirect: &'static str,
    signal: Signal,
}

/// Makes the argument of `fetch` from a request.
///
/// # Errors
/// Errors if no worker can get the request.
pub(super) fn lower<B: Body + Send + 'static>(
    request: http::Request<B>,
    max_body_bytes: u64,
    behind_proxy: bool,
    is_upgrade: bool,
    signal: Signal,
) -> Result<(Lowered, Excess), ServeError> {
    let (request::Parts { method, uri, version, mut headers, extensions, .. }, body) =
        request.into_parts();
    if method == Method::CONNECT || method == Method::TRACE {
        return Err(ServeError::Method);
    }
    let connection = extensions.get::<Connection>().copied().unwrap_or_default();
    let (url, host) = url::of(&uri, &headers, version, connection)?;
    if body.size_hint().lower() > max_body_bytes {
        return Err(ServeError::BodyTooLarge { limit: max_body_bytes });
    }
    remove_connection_headers(&mut headers);
    headers.remove(EXPECT);
    if is_upgrade {
        remove_handshake(&mut headers);
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    }
    // HTTP/2 has `:authority` in its place, and a URL in the request line comes before it.
    if let Ok(host) = HeaderValue::try_from(host) {
        headers.insert(HOST, host);
    }
    if !behind_proxy {
        for name in OF_A_PROXY {
            headers.remove(name);
        }
    }
    if let Some(peer) = connection.peer
        && !headers.contains_key(CLIENT_IP)
        && let Ok(peer) = HeaderValue::try_from(peer.to_canonical().to_string())
    {
        headers.insert(CLIENT_IP, peer);
    }
    let excess = Excess::default();
    // A `Request` with such a method has no body.
    let has_body = method != Method::GET && method != Method::HEAD && !body.is_end_stream();
    let body = has_body.then(|| body::received(body, max_body_bytes, excess.clone()));
    let lowered = Lowered {
        url,
        method: method.as_str().to_owned(),
        headers: pairs(&headers),
        body,
        redirect: "manual",
        signal,
    };
    Ok((lowered, excess))
}

/// Removes what is about the connection, and what `connection` says is.
pub(super) fn remove_connection_headers(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        .collect();
    for name in OF_A_CONNECTION.into_iter().chain(named) {
        headers.remove(name);
    }
}

/// Returns the headers as text. Bytes are characters of the same number, as in browsers.
fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    let text =
        |value: &HeaderValue| value.as_bytes().iter().map(|byte| char::from(*byte)).collect();
    let mut pairs = Vec::with_capacity(headers.len());
    for name in headers.keys() {
        let values = headers.get_all(name).iter().map(text);
        if name == COOKIE {
            // HTTP/2 splits cookies, and the separator of lists is none of theirs.
            let cookies: Vec<String> = values.collect();
            pairs.push((name.as_str().to_owned(), cookies.join("; ")));
        } else {
            pairs.extend(values.map(|value| (name.as_str().to_owned(), value)));
        }
    }
    pairs
}
