//! The bytes of a connection, watched.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::address::Stream;
use super::client::Client;
use super::connection::Counted;
use super::head::{Found, HeadWatch};

/// A connection whose requests are watched, and that fails if its client takes nothing of what
/// it is sent.
pub(crate) struct Guarded {
    stream: Box<dyn Stream>,
    client: Arc<Client>,
    watch: HeadWatch,
    write_timeout: Duration,
    /// The end of the time for the client to take something.
    stalled: Option<Pin<Box<Sleep>>>,
    /// The connection counts until its bytes have ended, also after an upgrade.
    _counted: Counted,
}

impl Guarded {
    pub(crate) fn new(
        stream: Box<dyn Stream>,
        client: Arc<Client>,
        write_timeout: Duration,
        counted: Counted,
    ) -> Self {
        let watch = HeadWatch::new();
        Self { stream, client, watch, write_timeout, stalled: None, _counted: counted }
    }

    fn written<T>(
        &mut self,
        cx: &mut Context<'_>,
        result: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.stalled = None;
            return result;
        }
        let time = self.write_timeout;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(time)));
        stalled.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let Self { watch, client, .. } = &mut *self;
        if let Some(bytes) = buffer.filled().get(before..).filter(|bytes| !bytes.is_empty())
            && !client.is_upgraded()
        {
            if let Found::Ambiguous(number) = watch.take(bytes) {
                client.refuse_from(number);
            }
            client.in_head(watch.is_in_head());
        }
        result
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.written(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        self.written(cx, result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.written(cx, result)
    }
}
