//! Responses as workers receive them.

use std::io;
use std::pin::Pin;

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZlibDecoder};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use http::header::{self, HeaderMap};
use http::response::Parts;
use http::{Method, StatusCode, Version};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::ext::ReasonPhrase;
use isolet_wire::Value;
use serde::Serialize;
use tokio::io::{AsyncBufRead, AsyncRead};
use tokio_util::io::{ReaderStream, StreamReader};

use super::audit::{NetworkOutcome, Recording};
use super::body::Limit;
use super::meter::Slot;
use super::replace::Replacer;
use super::request::is_hop_by_hop;
use super::rules::ActiveRule;
use super::secrets::Secrets;
use crate::error::thrown::{Thrown, shown};
use crate::rpc::stream::ByteStream;

/// The most bytes that are decompressed at a time.
const PART: usize = 64 << 10;

/// A chunk or the error that ends a body, and what is left of the body.
type Next<T> = (Result<Vec<u8>, Thrown>, Option<T>);
type Chunks = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// A response for a worker.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status: u16,
    status_text: String,
    headers: Vec<(String, String)>,
    body: Option<ByteStream>,
}

/// The encoding of a body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    None,
    Gzip,
    Deflate,
    Brotli,
    /// The worker gets the body as it is.
    Unknown,
}

/// Returns how the body of a response is encoded. Errors for a response that a worker may not
/// get.
pub(super) fn check(head: &Parts, secrets: &Secrets) -> Result<Coding, String> {
    let status = head.status.as_u16();
    if !(200..=599).contains(&status) {
        return Err(format!("the server answered with the status {status}"));
    }
    let coding = coding(&head.headers);
    if coding == Coding::Unknown && !secrets.is_empty() {
        return Err(
            "the response has a content-encoding in which secrets cannot be found, and the network \
             policy has secrets"
                .into(),
        );
    }
    Ok(coding)
}

fn coding(headers: &HeaderMap) -> Coding {
    let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
    let Some(value) = values.next() else { return Coding::None };
    if values.next().is_some() {
        return Coding::Unknown;
    }
    let name = value.as_bytes().trim_ascii().to_ascii_lowercase();
    match name.as_slice() {
        b"" | b"identity" => Coding::None,
        b"gzip" | b"x-gzip" => Coding::Gzip,
        b"deflate" => Coding::Deflate,
        b"br" => Coding::Brotli,
        _ => Coding::Unknown,
    }
}

/// A response whose head has arrived.
pub(super) struct Responded<'a> {
    pub(super) rule: &'a ActiveRule,
    pub(super) method: Method,
    pub(super) head: Parts,
    pub(super) body: Incoming,
    pub(super) coding: Coding,
    pub(super) slot: Slot,
}

impl Responded<'_> {
    /// Returns the answer to the worker. The record is told when the body is over.
    pub(super) fn answer(
        self,
        secrets: &Secrets,
        mut recording: Recording,
    ) -> Result<Value, Thrown> {
        let status = self.head.status.as_u16();
        let bodiless = self.method == Method::HEAD || matches!(status, 204 | 205 | 304);
        let headers = headers(&self.head.headers, self.coding, bodiless, secrets);
        let status_text = status_text(&self.head, secrets);
        let body = if bodiless {
            recording.tell(NetworkOutcome::Completed, None);
            None
        } else if self.body.is_end_stream() {
            // Nobody need read an empty body, as that of a redirect.
            recording.tell(NetworkOutcome::Completed, None);
            Some(ByteStream::from(Vec::new()))
        } else {
            let limit = self.rule.response_bytes();
            let reading = Reading {
                chunks: decoded(self.body, self.coding, limit),
                replacer: (!secrets.is_empty()).then(|| Replacer::new(secrets.forms())),
                rule: self.rule.name.clone(),
                limit,
                recording,
                _slot: self.slot,
            };
            let chunks = stream::unfold(Some(reading), async |reading| reading?.next().await);
            Some(ByteStream::new(chunks))
        };
        Value::from_serialize(&Answer { status, status_text, headers, body })
            .map_err(|error| Thrown::new(error.to_string()))
    }
}

fn status_text(head: &Parts, secrets: &Secrets) -> String {
    if head.version == Version::HTTP_2 {
        return String::new();
    }
    match head.extensions.get::<ReasonPhrase>() {
        Some(reason) => latin1(&secrets.forms().apply(reason.as_bytes())),
        None => StatusCode::canonical_reason(&head.status).unwrap_or_default().to_owned(),
    }
}

/// Returns the headers of a response that switches to another protocol.
pub(super) fn headers_of_upgrade(given: &HeaderMap, secrets: &Secrets) -> Vec<(String, String)> {
    headers(given, Coding::None, true, secrets)
}

fn headers(
    given: &HeaderMap,
    coding: Coding,
    bodiless: bool,
    secrets: &Secrets,
) -> Vec<(String, String)> {
    let decoded = !bodiless && matches!(coding, Coding::Gzip | Coding::Deflate | Coding::Brotli);
    let forms = secrets.forms();
    let mut headers = Vec::with_capacity(given.len());
    for (name, value) in given {
        let changed = if name == header::CONTENT_LENGTH {
            decoded || !bodiless && !secrets.is_empty()
        } else if name == header::CONTENT_ENCODING {
            decoded
        } else {
            is_hop_by_hop(name)
        };
        let text = name.as_str();
        if changed || forms.find(text.as_bytes()).next().is_some() {
            continue;
        }
        headers.push((text.to_owned(), latin1(&forms.apply(value.as_bytes()))));
    }
    headers
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// Returns the chunks of a body, decompressed.
fn decoded(body: Incoming, coding: Coding, limit: u64) -> Chunks {
    let chunks = body.into_data_stream().map_err(io::Error::other);
    if matches!(coding, Coding::None | Coding::Unknown) {
        return Box::pin(chunks);
    }
    // A body may stay without output for ever, or grow by being compressed, but not by this much.
    let most = limit.saturating_add(limit / 64).saturating_add(PART as u64);
    let mut taken: u64 = 0;
    let chunks = chunks.and_then(move |chunk| {
        taken = taken.saturating_add(chunk.len() as u64);
        let fits = taken <= most;
        std::future::ready(if fits { Ok(chunk) } else { Err(io::ErrorKind::FileTooLarge.into()) })
    });
    let reader = StreamReader::new(Box::pin(chunks));
    let decoder: Pin<Box<dyn AsyncRead + Send>> = match coding {
        Coding::Brotli => Box::pin(BrotliDecoder::new(reader)),
        Coding::Deflate => Box::pin(ZlibDecoder::new(reader)),
        _ => Box::pin(gzip(reader)),
    };
    Box::pin(ReaderStream::with_capacity(decoder, PART))
}

fn gzip<R: AsyncBufRead>(reader: R) -> GzipDecoder<R> {
    let mut decoder = GzipDecoder::new(reader);
    decoder.multiple_members(true);
    decoder
}

/// A body that a worker reads.
struct Reading {
    chunks: Chunks,
    replacer: Option<Replacer>,
    rule: String,
    limit: u64,
    recording: Recording,
    _slot: Slot,
}

impl Reading {
    /// Returns the next chunk, and what is left. It keeps nothing after the end.
    async fn next(mut self) -> Option<Next<Self>> {
        loop {
            let limit = Limit { rule: &self.rule, key: "response_bytes", bytes: self.limit };
            let bytes = match self.chunks.next().await {
                Some(Ok(bytes)) => bytes,
                Some(Err(error)) if error.kind() == io::ErrorKind::FileTooLarge => {
                    let text = limit.exceeded();
                    return Some(self.fail(text));
                }
                Some(Err(error)) => {
                    let text = match self.recording.sent.failure() {
                        Some(text) => text.to_owned(),
                        None => format!("the response broke off: {}", self.cause(&error)),
                    };
                    return Some(self.fail(text));
                }
                None => {
                    self.recording.tell(NetworkOutcome::Completed, None);
                    let rest = self.replacer.as_mut().map(Replacer::finish).unwrap_or_default();
                    return (!rest.is_empty()).then_some((Ok(rest), None));
                }
            };
            let record = &mut self.recording.record;
            record.response_bytes = record.response_bytes.saturating_add(bytes.len() as u64);
            if record.response_bytes > self.limit {
                let text = limit.exceeded();
                return Some(self.fail(text));
            }
            let out = match &mut self.replacer {
                Some(replacer) => replacer.push(&bytes),
                None => bytes.into(),
            };
            if !out.is_empty() {
                return Some((Ok(out), Some(self)));
            }
        }
    }

    /// Returns the text of an error, in which a server may have a part, without secrets.
    fn cause(&self, error: &io::Error) -> String {
        let text = error.to_string();
        shown(&match &self.replacer {
            Some(replacer) => replacer.replacements().apply_to_text(&text),
            None => text,
        })
    }

    fn fail(mut self, text: String) -> Next<Self> {
        let thrown = Thrown::type_error(text.clone());
        self.recording.tell(NetworkOutcome::Failed, Some(text));
        (Err(thrown), None)
    }
}
