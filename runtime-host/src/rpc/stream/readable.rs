//! The Rust side of `ReadableStream`.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use futures_util::{Stream, StreamExt, stream};
use isolet_wire::{Interface, Value};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::io::{AsyncRead, ReadBuf};

use super::host::{Chunks, Source};
use super::sent;
use crate::error::thrown::Thrown;
use crate::error::{Error, Result};
use crate::rpc::bytes::Bytes;
use crate::rpc::capability::Calling;
use crate::rpc::stub::Stub;

/// The maximum number of bytes to request from a reader at a time.
const READ: usize = 64 << 10;

/// A stream of bytes: a `ReadableStream` in JavaScript, anywhere in the arguments and
/// results of calls, such as the `body` of a `Request` or a `Response`.
///
/// The reader sets the pace: one chunk is requested at a time, when the previous one has
/// been taken, and nothing is buffered in between. A chunk is a call
/// ([`Limits::capability_calls`](crate::Limits::capability_calls)) of at most 256 KiB,
/// and the reader pays for it. Larger chunks are sent in parts. The invocation that sent
/// a stream of its worker stays open until the stream has ended, was cancelled or is
/// dropped. The deadline of that invocation ends the stream.
///
/// In Rust it is a [`Stream`] of [`Bytes`], or of the error that the other side met.
/// Dropping it cancels the source. Sending it moves it: it is empty afterwards, and
/// sending it again is an error. A stream that came from a worker is passed on as it is,
/// and its bytes do not go through Rust.
///
/// Data that is sent in place of a stream, such as a body that is text or bytes, is
/// received as a stream of that data.
///
/// ```
/// use futures_util::{StreamExt, stream};
/// use isolet::{ByteStream, Engine, Thrown, WorkerCode};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> isolet::Result<()> {
/// const SHOUT: &str = "export default { shout: (text) => text
///     .pipeThrough(new TextDecoderStream())
///     .pipeThrough(new TransformStream({ transform(part, c) { c.enqueue(part.toUpperCase()) } }))
///     .pipeThrough(new TextEncoderStream()) }";
/// let worker = Engine::new()?.loader().load(WorkerCode::module("shout.js", SHOUT))?;
/// let text = ByteStream::new(stream::iter([Ok::<_, Thrown>(b"hello".to_vec())]));
/// let mut shouted: ByteStream = worker.entrypoint().call("shout", (text,)).await?;
/// while let Some(part) = shouted.next().await {
///     assert_eq!(part?[..], *b"HELLO");
/// }
/// # Ok(())
/// # }
/// ```
pub struct ByteStream(Mutex<Reading>);

enum Reading {
    Own(Chunks),
    Remote { source: Stub, pull: Option<Calling<Result<Value>>> },
    Gone,
}

impl ByteStream {
    /// Creates a stream of chunks, each taken when it is requested. An error ends the
    /// stream and is passed to the reader.
    pub fn new<B, E, S>(chunks: S) -> Self
    where
        B: Into<Bytes>,
        E: Into<Thrown>,
        S: Stream<Item = Result<B, E>> + Send + 'static,
    {
        let chunks = chunks.map(|chunk| chunk.map(Into::into).map_err(Into::into));
        Self::of(Reading::Own(Box::pin(chunks)))
    }

    /// Creates a stream of what a reader reads, at most 64 KiB at a time.
    pub fn from_reader(reader: impl AsyncRead + Send + 'static) -> Self {
        let read = async |mut reader: Pin<Box<dyn AsyncRead + Send>>| {
            let mut bytes = vec![0; READ];
            let mut buffer = ReadBuf::new(&mut bytes);
            let read = poll_fn(|cx| reader.as_mut().poll_read(cx, &mut buffer)).await;
            let length = buffer.filled().len();
            bytes.truncate(length);
            match read {
                Ok(()) if length == 0 => None,
                Ok(()) => Some((Ok(bytes), reader)),
                Err(error) => Some((Err(error), reader)),
            }
        };
        let reader: Pin<Box<dyn AsyncRead + Send>> = Box::pin(reader);
        Self::new(stream::unfold(reader, read))
    }

    fn of(reading: Reading) -> Self {
        Self(Mutex::new(reading))
    }

    fn reading(&mut self) -> &mut Reading {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns true if the bytes do not come from a worker.
    #[cfg(feature = "dir")]
    pub(crate) fn is_local(&self) -> bool {
        matches!(*self.0.lock().unwrap_or_else(PoisonError::into_inner), Reading::Own(_))
    }

    /// Cancels the stream and tells the source the reason. Dropping the stream also cancels it.
    ///
    /// # Errors
    /// Errors if the source answers with an error, or if the stream was sent.
    pub async fn cancel(mut self, reason: impl Into<Thrown>) -> Result<()> {
        match std::mem::replace(self.reading(), Reading::Gone) {
            Reading::Remote { source, .. } => {
                source.call::<Value>("cancel", (reason.into().to_value(),)).await.map(drop)
            }
            Reading::Own(_) => Ok(()),
            Reading::Gone => Err(sent()),
        }
    }

    fn take_stub(&self) -> Option<Stub> {
        let mut reading = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *reading, Reading::Gone) {
            Reading::Own(chunks) => Some(Stub::new(Source::new(chunks))),
            Reading::Remote { source, .. } => Some(source),
            Reading::Gone => None,
        }
    }
}

impl Reading {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        match self {
            Self::Own(chunks) => {
                let chunk = ready!(chunks.as_mut().poll_next(cx));
                Poll::Ready(chunk.map(|chunk| chunk.map_err(Thrown::into_error)))
            }
            Self::Remote { source, pull } => {
                let next = pull.get_or_insert_with(|| source.call::<Value>("pull", ()));
                let value = ready!(pin!(next).poll(cx));
                *pull = None;
                Poll::Ready(value.and_then(|value| chunk_of(&value)).transpose())
            }
            Self::Gone => Poll::Ready(None),
        }
    }
}

/// Returns the chunk in the answer of a source, or `None` at the end. The answer may be
/// any value.
fn chunk_of(value: &Value) -> Result<Option<Bytes>> {
    match value.to::<Option<Bytes>>() {
        Ok(None) => Ok(None),
        Ok(Some(bytes)) if !bytes.is_empty() => Ok(Some(bytes)),
        _ => Err(Thrown::type_error("This ReadableStream did not return bytes.").into_error()),
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let reading = self.get_mut().reading();
        let next = ready!(reading.poll(cx));
        if !matches!(next, Some(Ok(_))) {
            *reading = Reading::Gone;
        }
        Poll::Ready(next)
    }
}

/// A stream of bytes that are all available at once.
impl From<Bytes> for ByteStream {
    fn from(bytes: Bytes) -> Self {
        Self::new(stream::iter((!bytes.is_empty()).then_some(Ok::<_, Thrown>(bytes))))
    }
}

impl From<Vec<u8>> for ByteStream {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(Bytes::from(bytes))
    }
}

impl Serialize for ByteStream {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        super::serialize(Interface::ReadableStream, "source", self.take_stub(), serializer)
    }
}

impl<'de> Deserialize<'de> for ByteStream {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Readable;

        impl<'de> Visitor<'de> for Readable {
            type Value = ByteStream;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a ReadableStream, bytes or a string")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<ByteStream, E> {
                Ok(ByteStream::from(bytes.to_vec()))
            }

            fn visit_str<E>(self, text: &str) -> Result<ByteStream, E> {
                Ok(ByteStream::from(text.as_bytes().to_vec()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ByteStream, A::Error> {
                #[derive(Deserialize)]
                struct Fields {
                    source: Stub,
                }
                let fields = serde::de::value::MapAccessDeserializer::new(map);
                let Fields { source } = Fields::deserialize(fields)?;
                Ok(ByteStream::of(Reading::Remote { source, pull: None }))
            }
        }

        deserializer.deserialize_byte_buf(Readable)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByteStream")
    }
}
