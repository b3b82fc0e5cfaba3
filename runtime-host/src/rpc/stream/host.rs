//! Capabilities through which workers use streams of the host.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::stream::{AbortHandle, Abortable};
use futures_util::{Sink, SinkExt, Stream, StreamExt, stream};
use isolet_wire::Value;
use tokio::sync::Mutex;

use super::Parts;
use crate::error::thrown::Thrown;
use crate::rpc::bytes::Bytes;
use crate::rpc::capability::{Answer, Capability, private::Arguments};

pub(super) type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, Thrown>> + Send>>;
pub(super) type Writing = Pin<Box<dyn Sink<Bytes, Error = Thrown> + Send>>;

/// A capability that answers each `pull()` with the next bytes.
pub(super) struct Source {
    chunks: Mutex<Pulled>,
    abort: AbortHandle,
}

struct Pulled {
    chunks: stream::Fuse<Abortable<Chunks>>,
    parts: Parts,
}

impl Source {
    pub(super) fn new(chunks: Chunks) -> Self {
        let (chunks, abort) = stream::abortable(chunks);
        let pulled = Pulled { chunks: chunks.fuse(), parts: Parts::default() };
        Self { chunks: Mutex::new(pulled), abort }
    }

    /// Returns the next bytes, or `None` at the end.
    async fn pull(&self) -> Result<Option<Bytes>, Thrown> {
        let mut pulled = self.chunks.lock().await;
        loop {
            if let Some(part) = pulled.parts.next() {
                return Ok(Some(part));
            }
            match pulled.chunks.next().await {
                Some(chunk) => {
                    let chunk = chunk?;
                    if chunk.is_empty() {
                        // Any number of empty chunks may be ready at once.
                        tokio::task::consume_budget().await;
                    }
                    pulled.parts = Parts::of(chunk);
                }
                None => return Ok(None),
            }
        }
    }
}

impl Capability for Source {
    fn is_stream_end(&self) -> bool {
        true
    }

    fn call(self: Arc<Self>, method: &str, _: Value) -> Answer {
        match method {
            "pull" => Box::pin(async move {
                match self.pull().await? {
                    Some(bytes) => written(&bytes),
                    None => Ok(Value::undefined()),
                }
            }),
            "cancel" => {
                // A reader that waits for a chunk sees the end.
                self.abort.abort();
                Box::pin(std::future::ready(Ok(Value::undefined())))
            }
            method => crate::rpc::capability::private::no_method(method),
        }
    }
}

pub(super) fn written(bytes: &Bytes) -> Result<Value, Thrown> {
    Value::from_serialize(bytes).map_err(|error| Thrown::new(error.to_string()))
}

/// A capability that answers each `write(bytes)` when the bytes are written.
pub(super) struct SinkTarget(Mutex<Option<Writing>>);

impl SinkTarget {
    pub(super) fn new(writing: Writing) -> Self {
        Self(Mutex::new(Some(writing)))
    }

    async fn write(&self, bytes: Bytes) -> Result<(), Thrown> {
        let mut target = self.0.lock().await;
        let over = || Thrown::type_error("The stream is closed.");
        let result = target.as_mut().ok_or_else(over)?.send(bytes).await;
        if result.is_err() {
            *target = None;
        }
        result
    }

    async fn close(&self) -> Result<(), Thrown> {
        match self.0.lock().await.take() {
            Some(mut target) => target.close().await,
            None => Ok(()),
        }
    }
}

impl Capability for SinkTarget {
    fn is_stream_end(&self) -> bool {
        true
    }

    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer {
        match method {
            "write" => Box::pin(async move {
                let bytes = Arguments::new("write", &arguments)?.next("bytes")?;
                self.write(bytes).await.map(|()| Value::undefined())
            }),
            "close" => Box::pin(async move { self.close().await.map(|()| Value::undefined()) }),
            "abort" => Box::pin(async move {
                drop(self.0.lock().await.take());
                Ok(Value::undefined())
            }),
            method => crate::rpc::capability::private::no_method(method),
        }
    }
}
