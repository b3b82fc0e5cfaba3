//! The Rust side of `WritableStream`.

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use futures_util::{Sink, SinkExt};
use isolet_wire::{Interface, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::io::AsyncWrite;

use super::host::{SinkTarget, Writing};
use super::{Parts, sent};
use crate::error::thrown::Thrown;
use crate::error::{Error, Result};
use crate::rpc::bytes::Bytes;
use crate::rpc::capability::Calling;
use crate::rpc::stub::Stub;

/// A sink of bytes: a `WritableStream` in JavaScript, anywhere in the arguments and
/// results of calls.
///
/// The receiver sets the pace: one chunk is sent at a time, and the next when it was
/// written. Costs and lifetime are those of a [`ByteStream`](crate::ByteStream).
///
/// In Rust it is a [`Sink`] of [`Bytes`]. Closing it says that everything was written. Dropping
/// it before that aborts the stream. Sending it moves it: sending it again is an error.
pub struct ByteSink(Mutex<Writable>);

enum Writable {
    Own(Writing),
    Remote { sink: Stub, pending: Option<Calling<Result<()>>>, closing: bool },
    Gone,
}

impl ByteSink {
    /// Creates a byte sink from a sink of chunks. The writer gets that sink's error. After
    /// an error, and when the stream is aborted, that sink is dropped without being closed.
    pub fn new<E, S>(sink: S) -> Self
    where
        E: Into<Thrown> + 'static,
        S: Sink<Bytes, Error = E> + Send + 'static,
    {
        Self::of(Writable::Own(Box::pin(sink.sink_map_err(Into::into))))
    }

    /// Creates a byte sink that writes to a writer. Each chunk is flushed before the next
    /// is requested, and closing shuts the writer down.
    pub fn from_writer(writer: impl AsyncWrite + Send + 'static) -> Self {
        Self::new(Written { writer: Box::pin(writer), bytes: Bytes::default(), at: 0 })
    }

    fn of(writable: Writable) -> Self {
        Self(Mutex::new(writable))
    }

    fn writable(&mut self) -> &mut Writable {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Aborts the stream: tells the other side why no more is written, and that what was
    /// written is not everything.
    ///
    /// # Errors
    /// Errors if the other side answers with an error, or if the stream was sent.
    pub async fn abort(mut self, reason: impl Into<Thrown>) -> Result<()> {
        match std::mem::replace(self.writable(), Writable::Gone) {
            Writable::Remote { sink, .. } => {
                sink.call::<Value>("abort", (reason.into().to_value(),)).await.map(drop)
            }
            Writable::Own(_) => Ok(()),
            Writable::Gone => Err(sent()),
        }
    }

    fn take_stub(&self) -> Option<Stub> {
        let mut writable = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *writable, Writable::Gone) {
            Writable::Own(writing) => Some(Stub::new(SinkTarget::new(writing))),
            Writable::Remote { sink, .. } => Some(sink),
            Writable::Gone => None,
        }
    }
}

impl Writable {
    fn poll_pending(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match self {
            Self::Own(writing) => writing.as_mut().poll_ready(cx).map_err(Thrown::into_error),
            Self::Remote { pending: Some(writing), .. } => {
                let written = ready!(writing.as_mut().poll(cx));
                match (written, self) {
                    (Ok(()), Self::Remote { pending, .. }) => {
                        *pending = None;
                        Poll::Ready(Ok(()))
                    }
                    (written, this) => {
                        *this = Self::Gone;
                        Poll::Ready(written)
                    }
                }
            }
            Self::Remote { .. } => Poll::Ready(Ok(())),
            Self::Gone => Poll::Ready(Err(sent())),
        }
    }
}

async fn write_all(sink: Stub, bytes: Bytes) -> Result<()> {
    for part in Parts::of(bytes) {
        sink.call::<Value>("write", (part,)).await?;
    }
    Ok(())
}

impl Sink<Bytes> for ByteSink {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.get_mut().writable().poll_pending(cx)
    }

    fn start_send(self: Pin<&mut Self>, bytes: Bytes) -> Result<()> {
        match self.get_mut().writable() {
            Writable::Own(writing) => {
                writing.as_mut().start_send(bytes).map_err(Thrown::into_error)
            }
            Writable::Remote { sink, pending, .. } => {
                *pending = Some(Box::pin(write_all(sink.clone(), bytes)));
                Ok(())
            }
            Writable::Gone => Err(sent()),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match self.get_mut().writable() {
            Writable::Own(writing) => writing.as_mut().poll_flush(cx).map_err(Thrown::into_error),
            remote => remote.poll_pending(cx),
        }
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let writable = self.get_mut().writable();
        if let Writable::Own(writing) = writable {
            return writing.as_mut().poll_close(cx).map_err(Thrown::into_error);
        }
        ready!(writable.poll_pending(cx))?;
        if let Writable::Remote { sink, pending, closing } = writable
            && !*closing
        {
            *closing = true;
            let closed = sink.call::<Value>("close", ());
            *pending = Some(Box::pin(async move { closed.await.map(drop) }));
            return writable.poll_pending(cx);
        }
        Poll::Ready(Ok(()))
    }
}

/// A sink that writes chunks to a writer, one at a time.
struct Written {
    writer: Pin<Box<dyn AsyncWrite + Send>>,
    bytes: Bytes,
    at: usize,
}

impl Written {
    fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        while let Some(rest) = self.bytes.get(self.at..).filter(|rest| !rest.is_empty()) {
            match ready!(self.writer.as_mut().poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(std::io::ErrorKind::WriteZero.into())),
                count => self.at += count,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Sink<Bytes> for Written {
    type Error = std::io::Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        self.get_mut().poll_written(cx)
    }

    fn start_send(self: Pin<&mut Self>, bytes: Bytes) -> std::io::Result<()> {
        let this = self.get_mut();
        this.bytes = bytes;
        this.at = 0;
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_written(cx))?;
        this.writer.as_mut().poll_flush(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_written(cx))?;
        this.writer.as_mut().poll_shutdown(cx)
    }
}

impl Serialize for ByteSink {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        super::serialize(Interface::WritableStream, "sink", self.take_stub(), serializer)
    }
}

impl<'de> Deserialize<'de> for ByteSink {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Fields {
            sink: Stub,
        }
        let Fields { sink } = Fields::deserialize(deserializer)?;
        Ok(Self::of(Writable::Remote { sink, pending: None, closing: false }))
    }
}

impl fmt::Debug for ByteSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByteSink")
    }
}
