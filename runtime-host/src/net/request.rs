//! Requests as workers make them, checked.

use std::fmt;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use url::Url;

use super::secrets::{Secrets, Used};
use crate::error::thrown::shown;
use crate::rpc::stream::ByteStream;
use crate::rpc::stub::Stub;

/// The most bytes of a URL, of all names and values of headers, and the most headers.
const MAX_URL: usize = 16 << 10;
const MAX_HEADER_BYTES: usize = 64 << 10;
const MAX_HEADERS: usize = 256;

/// The encodings that are decoded.
const ACCEPTED: &str = "gzip, deflate, br";

/// A request as it arrives, which may be anything.
#[derive(Deserialize)]
pub(super) struct Given {
    url: String,
    method: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    pub(super) body: Option<GivenBody>,
    #[serde(default)]
    pub(super) signal: Option<Signal>,
}

/// A body, whose length is known if it is bytes.
pub(super) enum GivenBody {
    Bytes(Vec<u8>),
    Stream(ByteStream),
}

/// An `AbortSignal`. It has no source if it is aborted.
#[derive(Deserialize)]
pub(super) struct Signal {
    #[serde(default)]
    pub(super) source: Option<Stub>,
}

impl<'de> Deserialize<'de> for GivenBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Body;

        impl<'de> Visitor<'de> for Body {
            type Value = GivenBody;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a ReadableStream, bytes or a string")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<GivenBody, E> {
                Ok(GivenBody::Bytes(bytes.to_vec()))
            }

            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<GivenBody, E> {
                Ok(GivenBody::Bytes(bytes))
            }

            fn visit_str<E>(self, text: &str) -> Result<GivenBody, E> {
                Ok(GivenBody::Bytes(text.as_bytes().to_vec()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<GivenBody, A::Error> {
                ByteStream::deserialize(MapAccessDeserializer::new(map)).map(GivenBody::Stream)
            }
        }

        deserializer.deserialize_byte_buf(Body)
    }
}

impl Given {
    /// Returns the URL up to its query for an error, whatever it is.
    pub(super) fn shown_url(&self) -> String {
        match self.url() {
            Ok(url) => shown(&without_query(&url)),
            Err(_) => shown(self.url.split(['?', '#', '@']).next().unwrap_or_default()),
        }
    }

    /// Returns the URL, which has a host and no fragment.
    pub(super) fn url(&self) -> Result<Url, String> {
        if self.url.len() > MAX_URL {
            return Err(format!("the URL exceeds the limit of {MAX_URL} bytes"));
        }
        let mut url =
            Url::parse(&self.url).map_err(|error| format!("the URL is not one: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            let scheme = shown(url.scheme());
            return Err(format!("the scheme {scheme:?} is neither http nor https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the URL holds a user or a password (use the header authorization)".into());
        }
        url.set_fragment(None);
        Ok(url)
    }

    /// Returns true if the request asks for a WebSocket.
    pub(super) fn is_upgrade(&self) -> bool {
        self.method == "GET"
            && self.body.is_none()
            && self.headers.iter().any(|(name, value)| {
                name.eq_ignore_ascii_case("upgrade") && value.eq_ignore_ascii_case("websocket")
            })
    }

    pub(super) fn method(&self) -> Result<Method, String> {
        let method = Method::from_bytes(self.method.as_bytes())
            .ok()
            .filter(|method| method.as_str().len() <= 64)
            .ok_or_else(|| format!("the method {:?} is not one", shown(&self.method)))?;
        let forbidden = ["CONNECT", "TRACE", "TRACK"];
        match forbidden.iter().find(|name| method.as_str().eq_ignore_ascii_case(name)) {
            Some(name) => Err(format!("the method {name} is never sent")),
            None => Ok(method),
        }
    }

    /// Returns the headers that are sent to `url`, with secrets.
    pub(super) fn headers(
        &self,
        url: &Url,
        secrets: &Secrets,
        used: &mut Used,
    ) -> Result<HeaderMap, String> {
        let bytes: usize = self.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > MAX_HEADER_BYTES || self.headers.len() > MAX_HEADERS {
            return Err(format!(
                "the headers exceed the limit of {MAX_HEADERS} headers or {MAX_HEADER_BYTES} bytes"
            ));
        }
        let mut headers = HeaderMap::new();
        let upgrades = self.is_upgrade();
        for (given, value) in &self.headers {
            let name = HeaderName::from_bytes(given.as_bytes())
                .map_err(|_| format!("the header name {:?} is not one", shown(given)))?;
            let broken = || {
                format!("the value of the header {name} holds characters that no header may hold")
            };
            let bytes = latin1(value).ok_or_else(broken)?;
            if name == header::CONTENT_LENGTH {
                self.check_length(&bytes)?;
                continue;
            }
            // The host makes the handshake.
            if upgrades && is_handshake(&name) {
                continue;
            }
            if is_hop_by_hop(&name) {
                return Err(format!(
                    "the header {name} cannot be set, because it decides how or where the request \
                     is sent"
                ));
            }
            // The host decodes what it asks for.
            if name == header::ACCEPT_ENCODING {
                continue;
            }
            let Some((bytes, secret)) = secrets.header(name.as_str(), &bytes, url, used) else {
                continue;
            };
            let mut value = HeaderValue::from_bytes(&bytes).map_err(|_| broken())?;
            value.set_sensitive(secret);
            headers.append(name, value);
        }
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(ACCEPTED));
        Ok(headers)
    }

    /// Errors if a length that was given is not that of the body. The client sets the header.
    fn check_length(&self, value: &[u8]) -> Result<(), String> {
        let length = match &self.body {
            None => Some(0),
            Some(GivenBody::Bytes(bytes)) => Some(bytes.len()),
            Some(GivenBody::Stream(_)) => None,
        };
        let given = std::str::from_utf8(value).ok().and_then(|text| text.parse::<usize>().ok());
        match length {
            Some(length) if given == Some(length) => Ok(()),
            _ => {
                Err("the header content-length is not the length of the body (leave it out)".into())
            }
        }
    }
}

/// Returns the URL that is sent, with secrets.
pub(super) fn uri(url: &Url, secrets: &Secrets, used: &mut Used) -> Result<Uri, String> {
    let text = secrets.url(url, used);
    Uri::try_from(&*text).map_err(|_| "the URL holds characters that cannot be sent".into())
}

/// Returns a URL without user, query and fragment, at most 2 KiB of it.
pub(super) fn without_query(url: &Url) -> String {
    let text = format!("{}{}", url.origin().ascii_serialization(), url.path());
    let end = text.floor_char_boundary(2 << 10);
    text.get(..end).unwrap_or_default().to_owned()
}

/// Returns true for headers that decide how, or where, a message is sent.
pub(super) fn is_hop_by_hop(name: &HeaderName) -> bool {
    let name = name.as_str();
    name.starts_with("proxy-")
        || matches!(
            name,
            "host"
                | "connection"
                | "keep-alive"
                | "transfer-encoding"
                | "te"
                | "trailer"
                | "upgrade"
                | "expect"
                | "http2-settings"
                | "content-length"
        )
}

/// Returns true for headers of the handshake of a WebSocket that are the host's.
fn is_handshake(name: &HeaderName) -> bool {
    let own = [
        header::CONNECTION,
        header::UPGRADE,
        header::SEC_WEBSOCKET_KEY,
        header::SEC_WEBSOCKET_VERSION,
        header::SEC_WEBSOCKET_EXTENSIONS,
    ];
    own.contains(name)
}

/// Returns the bytes of a text in Latin-1, as headers are in JavaScript.
fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|char| u8::try_from(u32::from(char)).ok()).collect()
}
