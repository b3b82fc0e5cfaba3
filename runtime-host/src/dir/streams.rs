//! Streams from and to files.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::{Sink, stream};
use tokio::sync::OwnedSemaphorePermit;

use super::directory::Directory;
use super::tree::{ReadSeek, Writer};
use super::walk::{Step, Walk};
use crate::error::thrown::Thrown;
use crate::rpc::bytes::Bytes;
use crate::rpc::capability::Calling;
use crate::rpc::stream::{ByteSink, ByteStream};

/// The number of bytes that are read at a time.
const PART_BYTES: usize = 64 << 10;

/// The number of entries that are looked at for one chunk.
const LOOKS: u32 = 1000;

/// Returns the rest of an open file as a stream, at most `left` bytes.
pub(super) fn reading(
    directory: Directory,
    path: String,
    reader: Box<dyn ReadSeek>,
    left: u64,
    place: OwnedSemaphorePermit,
) -> ByteStream {
    let state = (reader, left, directory, path, place);
    ByteStream::new(stream::try_unfold(
        state,
        async |(mut reader, left, directory, path, place)| {
            let read = directory.run("readStream", &path, move |_| {
                let most = usize::try_from(left).unwrap_or(PART_BYTES).min(PART_BYTES);
                let mut bytes = vec![0; most];
                let count = reader.read(&mut bytes)?;
                bytes.truncate(count);
                Ok((bytes, reader))
            });
            let (bytes, reader) = read.await?;
            let left = left.saturating_sub(bytes.len() as u64);
            Ok::<_, Thrown>(
                (!bytes.is_empty()).then_some((bytes, (reader, left, directory, path, place))),
            )
        },
    ))
}

/// Returns the rest of a walk as a stream of lines of JSON.
pub(super) fn listing(
    directory: Directory,
    path: String,
    walk: Walk,
    left: u64,
    place: OwnedSemaphorePermit,
) -> ByteStream {
    let state = (walk, left, directory, path, place);
    ByteStream::new(stream::try_unfold(
        state,
        async |(mut walk, mut left, directory, path, place)| {
            let step = directory.run("listStream", &path, move |_| {
                let (mut lines, mut is_over) = (Vec::new(), false);
                for _ in 0..LOOKS {
                    if lines.len() > PART_BYTES {
                        break;
                    }
                    let step = if left == 0 { Step::End } else { walk.step()? };
                    let found = match step {
                        Step::Found(found) => found,
                        Step::Other => continue,
                        Step::End => {
                            is_over = true;
                            break;
                        }
                    };
                    left -= 1;
                    let line = serde_json::json!({
                        "path": found.path, "type": found.file_type, "size": found.size,
                    });
                    lines.extend_from_slice(line.to_string().as_bytes());
                    lines.push(b'\n');
                }
                Ok((lines, is_over, walk, left))
            });
            let (lines, is_over, walk, left) = step.await?;
            let is_over = is_over && lines.is_empty();
            Ok::<_, Thrown>((!is_over).then_some((lines, (walk, left, directory, path, place))))
        },
    ))
}

/// Returns a sink that writes to a file.
pub(super) fn writing(
    directory: Directory,
    path: String,
    writer: Box<dyn Writer>,
    place: OwnedSemaphorePermit,
) -> ByteSink {
    ByteSink::new(FileSink { directory, path, state: State::Idle(writer), _place: place })
}

struct FileSink {
    directory: Directory,
    path: String,
    state: State,
    _place: OwnedSemaphorePermit,
}

enum State {
    Idle(Box<dyn Writer>),
    Writing(Calling<Result<Box<dyn Writer>, Thrown>>),
    Committing(Calling<Result<(), Thrown>>),
    Over,
}

impl FileSink {
    /// Runs blocking work on the writer.
    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> super::error::Result<T> + Send + 'static,
    ) -> Calling<Result<T, Thrown>> {
        let (directory, path) = (self.directory.clone(), self.path.clone());
        Box::pin(async move { directory.run("writeStream", &path, move |_| work()).await })
    }
}

impl Sink<Bytes> for FileSink {
    type Error = Thrown;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Thrown>> {
        let this = self.get_mut();
        if let State::Writing(writing) = &mut this.state {
            let written = ready!(writing.as_mut().poll(cx));
            this.state = State::Over;
            this.state = State::Idle(written?);
        }
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, bytes: Bytes) -> Result<(), Thrown> {
        let this = self.get_mut();
        let State::Idle(mut writer) = std::mem::replace(&mut this.state, State::Over) else {
            return Err(Thrown::type_error("The stream is closed."));
        };
        this.state = State::Writing(this.run(move || {
            writer.write(&bytes)?;
            Ok(writer)
        }));
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Thrown>> {
        self.poll_ready(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Thrown>> {
        ready!(self.as_mut().poll_ready(cx))?;
        let this = self.get_mut();
        this.state = match std::mem::replace(&mut this.state, State::Over) {
            State::Idle(writer) => State::Committing(this.run(move || writer.commit())),
            other => other,
        };
        if let State::Committing(committing) = &mut this.state {
            let committed = ready!(committing.as_mut().poll(cx));
            this.state = State::Over;
            committed?;
        }
        Poll::Ready(Ok(()))
    }
}
