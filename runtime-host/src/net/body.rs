//! The bodies of requests.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures_util::{StreamExt as _, stream};
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use tokio::time::Instant;

use super::client::RequestBody;
use super::replace::{Replacements, Replacer};
use super::request::GivenBody;
use crate::error::thrown::{Thrown, shown};
use crate::rpc::stream::ByteStream;

/// The state of a request's body while it is sent.
#[derive(Debug, Default)]
pub(super) struct Sent {
    bytes: AtomicU64,
    last: Mutex<Option<Instant>>,
    failure: OnceLock<String>,
}

impl Sent {
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Returns when bytes were last handed over.
    pub(super) fn last(&self) -> Option<Instant> {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns why the body was not sent whole.
    pub(super) fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    fn fail(&self, text: String) -> Thrown {
        let thrown = Thrown::type_error(text.clone());
        let _ = self.failure.set(text);
        thrown
    }

    /// Counts bytes, unless they exceed a limit. Returns true if they do not.
    pub(super) fn fits(&self, bytes: usize, limit: u64) -> bool {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        let all = self.bytes.load(Ordering::Relaxed).saturating_add(bytes as u64);
        let fits = all <= limit;
        if fits {
            self.bytes.store(all, Ordering::Relaxed);
        }
        fits
    }

    /// Counts bytes. Errors past the limit.
    fn count(&self, bytes: usize, limit: &Limit<'_>) -> Result<(), String> {
        if self.fits(bytes, limit.bytes) { Ok(()) } else { Err(limit.exceeded()) }
    }
}

/// A limit of bytes and the rule that sets it.
pub(super) struct Limit<'a> {
    pub(super) rule: &'a str,
    pub(super) key: &'static str,
    pub(super) bytes: u64,
}

impl Limit<'_> {
    pub(super) fn exceeded(&self) -> String {
        format!(
            "the body exceeds the limit of {} bytes ({} of the rule {:?} of the network policy)",
            self.bytes, self.key, self.rule
        )
    }
}

/// Returns the body that is sent. Its failure is kept in `sent`.
pub(super) fn sending(
    body: Option<GivenBody>,
    replacements: Option<&Arc<Replacements>>,
    limit: &Limit<'_>,
    sent: &Arc<Sent>,
) -> Result<RequestBody, String> {
    match body {
        None => Ok(Empty::new().map_err(|never| match never {}).boxed_unsync()),
        Some(GivenBody::Bytes(bytes)) => {
            let bytes = match replacements {
                Some(replacements) => replacements.apply(&bytes).into_owned(),
                None => bytes,
            };
            sent.count(bytes.len(), limit)?;
            Ok(Full::new(Bytes::from(bytes)).map_err(|never| match never {}).boxed_unsync())
        }
        Some(GivenBody::Stream(body)) => {
            let pump = Pump {
                body,
                replacer: replacements.map(Replacer::new),
                rule: limit.rule.to_owned(),
                limit: limit.bytes,
                sent: Arc::clone(sent),
            };
            let chunks = stream::unfold(Some(pump), async |pump| pump?.next().await);
            let frames = chunks.map(|chunk| chunk.map(|bytes| Frame::data(Bytes::from(bytes))));
            Ok(StreamBody::new(frames).boxed_unsync())
        }
    }
}

/// Takes chunks from a worker as fast as the connection takes them.
struct Pump {
    body: ByteStream,
    replacer: Option<Replacer>,
    rule: String,
    limit: u64,
    sent: Arc<Sent>,
}

impl Pump {
    async fn next(mut self) -> Option<(Result<Vec<u8>, Thrown>, Option<Self>)> {
        loop {
            let (chunk, last) = match self.body.next().await {
                Some(Ok(chunk)) => {
                    let chunk = match &mut self.replacer {
                        Some(replacer) => replacer.push(&chunk),
                        None => chunk.into_vec(),
                    };
                    (chunk, false)
                }
                Some(Err(error)) => {
                    let text =
                        format!("the body of the request broke off: {}", shown(&error.to_string()));
                    return Some((Err(self.sent.fail(text)), None));
                }
                None => (self.replacer.as_mut().map(Replacer::finish).unwrap_or_default(), true),
            };
            let limit = Limit { rule: &self.rule, key: "request_bytes", bytes: self.limit };
            if let Err(text) = self.sent.count(chunk.len(), &limit) {
                return Some((Err(self.sent.fail(text)), None));
            }
            match (chunk.is_empty(), last) {
                (true, true) => return None,
                (true, false) => {}
                (false, true) => return Some((Ok(chunk), None)),
                (false, false) => return Some((Ok(chunk), Some(self))),
            }
        }
    }
}
