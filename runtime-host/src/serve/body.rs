//! The bodies of requests and responses.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use futures_util::{Stream, stream};
use hyper::body::{Body, Buf, Bytes, Frame, SizeHint};

use super::client::Client;
use super::pool::Place;
use crate::error::Error;
use crate::error::thrown::Thrown;
use crate::rpc::stream::ByteStream;

/// The body of a response.
///
/// A body that the worker makes as a stream is made as fast as it is polled. Dropping the body
/// cancels that stream. Its error is that of the worker's stream, or of the worker's end.
pub struct ResponseBody {
    content: Content,
    /// Told if the client leaves before the end of a stream.
    client: Option<Client>,
    /// The request counts as one at a time until its body has ended.
    _place: Place,
}

enum Content {
    Data(Option<Bytes>),
    Stream(ByteStream),
}

impl ResponseBody {
    pub(super) fn empty() -> Self {
        Self { content: Content::Data(None), client: None, _place: None }
    }

    pub(super) fn data(bytes: Vec<u8>) -> Self {
        let bytes = Some(bytes).filter(|bytes| !bytes.is_empty());
        Self { content: Content::Data(bytes.map(Bytes::from)), client: None, _place: None }
    }

    pub(super) fn stream(stream: ByteStream, place: Place) -> Self {
        Self { content: Content::Stream(stream), client: None, _place: place }
    }

    /// Has the client's leaving told to the worker, as long as it makes the body.
    pub(super) fn watched(&mut self, client: Client) {
        self.client = Some(client).filter(|_| matches!(self.content, Content::Stream(_)));
    }
}

/// The signal is aborted first, so that the invocation is there to see it.
impl Drop for ResponseBody {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            client.leaves();
        }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Self { content, client, .. } = self.get_mut();
        match content {
            Content::Data(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Content::Stream(stream) => {
                let chunk = ready!(Pin::new(stream).poll_next(cx));
                if !matches!(chunk, Some(Ok(_))) {
                    *client = None;
                }
                let frame = |bytes: crate::rpc::bytes::Bytes| Frame::data(bytes.into_vec().into());
                Poll::Ready(chunk.map(|chunk| chunk.map(frame)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.content, Content::Data(None))
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Data(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Content::Stream(_) => SizeHint::default(),
        }
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseBody")
    }
}

/// Tells whether a body was longer than allowed.
#[derive(Clone, Default)]
pub(super) struct Excess(Arc<AtomicBool>);

impl Excess {
    pub(super) fn is_exceeded(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Returns the body of a request as a stream that fails after `max_bytes`.
pub(super) fn received<B: Body + Send + 'static>(
    body: B,
    max_bytes: u64,
    excess: Excess,
) -> ByteStream {
    let state = (Box::pin(body), max_bytes, excess);
    ByteStream::new(stream::unfold(state, move |(mut body, left, excess)| async move {
        let chunk = loop {
            let Ok(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await? else {
                let error = Thrown::new("The body of the request has ended early.");
                return Some((Err(error), (body, left, excess)));
            };
            // Trailers have no place in a `Request`.
            if let Ok(chunk) = frame.into_data() {
                break chunk;
            }
        };
        let Some(left) = left.checked_sub(chunk.remaining() as u64) else {
            excess.0.store(true, Ordering::Release);
            let error = format!("The body of the request is larger than {max_bytes} bytes.");
            return Some((Err(Thrown::new(error)), (body, 0, excess)));
        };
        Some((Ok(copied(chunk)), (body, left, excess)))
    }))
}

fn copied(mut data: impl Buf) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.remaining());
    while data.has_remaining() {
        let chunk = data.chunk();
        bytes.extend_from_slice(chunk);
        let length = chunk.len();
        data.advance(length);
    }
    bytes
}
