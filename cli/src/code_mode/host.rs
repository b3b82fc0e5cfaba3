//! The way to the host program: messages to it, and its answers.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use serde_json::value::RawValue;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::message::{Outgoing, parse};

/// The bytes of messages that may wait to be written. Who sends more waits.
const MAX_OUTGOING_BYTES: u32 = 64 << 20;

/// The bytes of answers that may wait for their programs. Answers past it are errors, because
/// a program that computes must not keep the answers of others from arriving.
const MAX_ANSWER_BYTES: usize = 256 << 20;

/// The maximum number of bytes of an error of the host's that a program gets.
const MAX_ERROR_BYTES: usize = 16 << 10;

/// The host program.
pub(super) struct Host {
    outgoing: UnboundedSender<Item>,
    room: Arc<Semaphore>,
    room_for_answers: Arc<Semaphore>,
    requests: Mutex<Requests>,
}

/// The requests that the host has not answered.
#[derive(Default)]
struct Requests {
    last: u64,
    waiting: BTreeMap<u64, oneshot::Sender<Answer>>,
}

/// The answer to a request, and its room.
type Answer = Result<(Box<RawValue>, OwnedSemaphorePermit), String>;

enum Item {
    Line(Line),
    End,
}

/// A message that has room in the queue. Notifications take none: there are only as many as there
/// are requests.
pub(super) struct Line {
    bytes: Vec<u8>,
    _room: Option<OwnedSemaphorePermit>,
}

/// The queue of the messages to the host.
pub(super) struct Queue(UnboundedReceiver<Item>);

impl Host {
    pub(super) fn new() -> (Self, Queue) {
        let (outgoing, queue) = mpsc::unbounded_channel();
        let room = Arc::new(Semaphore::new(MAX_OUTGOING_BYTES as usize));
        let room_for_answers = Arc::new(Semaphore::new(MAX_ANSWER_BYTES));
        (Self { outgoing, room, room_for_answers, requests: Mutex::default() }, Queue(queue))
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a message and waits for room in the queue.
    pub(super) async fn line(&self, message: &impl Serialize) -> Line {
        let bytes = bytes(message);
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX).min(MAX_OUTGOING_BYTES);
        // Fails only for a semaphore that was closed, and this one never is.
        let room = Arc::clone(&self.room).acquire_many_owned(size).await.ok();
        Line { bytes, _room: room }
    }

    /// Sends a message. If the host has gone, there is nobody to tell.
    pub(super) fn send(&self, line: Line) {
        let _ = self.outgoing.send(Item::Line(line));
    }

    /// Ends the queue behind the messages that are in it.
    pub(super) fn end(&self) {
        let _ = self.outgoing.send(Item::End);
    }

    /// Sends a request and waits for its answer. Dropping the future tells the host that the
    /// answer is not wanted any more.
    ///
    /// Errors with the host's message.
    pub(super) async fn request<T: DeserializeOwned>(
        &self,
        method: &str,
        params: impl Serialize,
    ) -> Result<T, String> {
        let (sender, receiver) = oneshot::channel();
        let id = {
            let mut requests = self.requests();
            requests.last += 1;
            let id = requests.last;
            requests.waiting.insert(id, sender);
            id
        };
        let mut waiting = Waiting { host: self, id, is_sent: false };
        let line = self.line(&Outgoing::request(id, method, params)).await;
        waiting.is_sent = true;
        self.send(line);
        let answer = receiver.await.map_err(|_| "the host has gone".to_owned())?;
        let (json, _room) = answer.map_err(|text| prefix(text, MAX_ERROR_BYTES))?;
        parse(json.get()).map_err(|error| format!("the answer of the host is wrong: {error}"))
    }

    /// Passes an answer on. One that nobody waits for is dropped.
    pub(super) fn answered(&self, id: u64, answer: Result<&RawValue, String>) {
        let Some(sender) = self.requests().waiting.remove(&id) else { return };
        let answer = answer.and_then(|json| {
            let size = u32::try_from(json.get().len()).unwrap_or(u32::MAX);
            let room = Arc::clone(&self.room_for_answers).try_acquire_many_owned(size);
            let room = room.map_err(|_| "too many answers wait for programs".to_owned())?;
            Ok((json.to_owned(), room))
        });
        // The program has ended if nobody receives it.
        let _ = sender.send(answer);
    }
}

/// A request that waits for its answer.
struct Waiting<'a> {
    host: &'a Host,
    id: u64,
    is_sent: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let is_open = self.host.requests().waiting.remove(&self.id).is_some();
        if is_open && self.is_sent {
            let message = Outgoing::notification("cancel", json!({"id": self.id}));
            self.host.send(Line { bytes: bytes(&message), _room: None });
        }
    }
}

impl Queue {
    /// Writes the messages until the queue ends. Blocks the thread.
    ///
    /// # Errors
    /// Errors if the host has closed the output, or it cannot be written.
    pub(super) fn write(mut self, to: &mut impl Write) -> io::Result<()> {
        while let Some(Item::Line(line)) = self.0.blocking_recv() {
            to.write_all(&line.bytes)?;
            to.flush()?;
        }
        Ok(())
    }
}

/// Returns a message as a line.
fn bytes(message: &impl Serialize) -> Vec<u8> {
    // Fails for maps whose keys are no texts, and messages have none.
    let mut bytes = serde_json::to_vec(message).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn prefix(mut text: String, max_bytes: usize) -> String {
    text.truncate(text.floor_char_boundary(max_bytes));
    text
}
