//! The output of a program, kept up to a limit.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

use super::state::Exceeded;
use crate::limits::quota::Reservation;

/// The maximum number of bytes that a program hands over at once.
const PERMIT: usize = 64 << 10;

/// The output of a program. Clones are the same output.
#[derive(Clone)]
pub(super) struct Captured(Arc<Mutex<Kept>>);

struct Kept {
    bytes: Vec<u8>,
    max: usize,
    is_truncated: bool,
    /// The memory for the bytes.
    reserved: Reservation,
}

impl Captured {
    /// Creates an output of which at most `max` bytes are kept, in memory that is reserved.
    pub(super) fn new(max: usize, reserved: Reservation) -> Self {
        let kept = Kept { bytes: Vec::new(), max, is_truncated: false, reserved };
        Self(Arc::new(Mutex::new(kept)))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, bytes: &[u8]) -> Result<(), Exceeded> {
        let mut kept = self.kept();
        let room = kept.max.saturating_sub(kept.bytes.len());
        let fitting = bytes.get(..room).unwrap_or(bytes);
        kept.reserved.grow(fitting.len() as u64).map_err(|_| Exceeded::OfCaller)?;
        kept.bytes.extend_from_slice(fitting);
        kept.is_truncated |= fitting.len() < bytes.len();
        Ok(())
    }

    /// Returns the bytes, and whether there were more.
    pub(super) fn take(&self) -> (Vec<u8>, bool) {
        let mut kept = self.kept();
        (std::mem::take(&mut kept.bytes), kept.is_truncated)
    }
}

impl IsTerminal for Captured {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Captured {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl OutputStream for Captured {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.keep(&bytes).map_err(|exceeded| StreamError::Trap(wasmtime::Error::new(exceeded)))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT)
    }
}

#[async_trait]
impl Pollable for Captured {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Captured {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let kept = self.keep(bytes).map_err(io::Error::other);
        Poll::Ready(kept.map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
