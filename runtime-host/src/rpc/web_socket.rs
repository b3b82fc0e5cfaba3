//! `WebSocket`s as capabilities pass them, and as connections carry them.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use futures_util::{SinkExt as _, StreamExt as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message as Frame};

/// The default of the most bytes of a message that is received.
pub(crate) const MAX_MESSAGE_BYTES: usize = 1 << 20;

/// The code of a close without a code, and that of a connection that broke off.
pub(crate) const NO_CODE: u16 = 1005;
pub(crate) const BROKEN: u16 = 1006;

/// The most messages and bytes that are received at a time, unless one message is larger.
const MOST_MESSAGES: usize = 64;
const MOST_BYTES: usize = 256 << 10;

/// The most messages in a list that is sent. A list from a guest may be anything.
const MAX_LIST: usize = 1 << 10;

/// The most bytes of the reason of a close.
const MAX_REASON: usize = 123;

/// The size of each buffer of a connection.
const BUFFER: usize = 16 << 10;

/// A message of a WebSocket. In JavaScript it is a string, a `Uint8Array`, or a list of the code
/// and the reason of the close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    Text(String),
    Binary(Vec<u8>),
    Close(u16, String),
}

impl Message {
    /// Returns the number of its bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
            Self::Close(..) => 0,
        }
    }

    /// Returns the message of a frame, or `None` for a ping or pong.
    fn of(frame: Frame) -> Option<Self> {
        match frame {
            Frame::Text(text) => Some(Self::Text(text.as_str().to_owned())),
            Frame::Binary(bytes) => Some(Self::Binary(bytes.to_vec())),
            Frame::Close(None) => Some(Self::Close(NO_CODE, String::new())),
            Frame::Close(Some(close)) => {
                Some(Self::Close(close.code.into(), close.reason.as_str().to_owned()))
            }
            Frame::Ping(_) | Frame::Pong(_) | Frame::Frame(_) => None,
        }
    }

    fn into_frame(self) -> Frame {
        match self {
            Self::Text(text) => Frame::text(text),
            Self::Binary(bytes) => Frame::binary(bytes),
            Self::Close(code, reason) => {
                let code = CloseCode::from(code);
                let end = reason.floor_char_boundary(MAX_REASON.min(reason.len()));
                let reason = reason.get(..end).unwrap_or_default().into();
                Frame::Close(code.is_allowed().then_some(CloseFrame { code, reason }))
            }
        }
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Binary(bytes) => serializer.serialize_bytes(bytes),
            Self::Close(code, reason) => (code, reason).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Message;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a message of a WebSocket: a string, bytes, or [code, reason]")
            }

            fn visit_str<E>(self, text: &str) -> Result<Message, E> {
                Ok(Message::Text(text.to_owned()))
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Message, E> {
                Ok(Message::Binary(bytes.to_vec()))
            }

            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Message, E> {
                Ok(Message::Binary(bytes))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Message, A::Error> {
                let code = seq.next_element()?.ok_or_else(|| A::Error::missing_field("code"))?;
                let reason = seq.next_element()?.unwrap_or_default();
                Ok(Message::Close(code, reason))
            }
        }

        deserializer.deserialize_byte_buf(Any)
    }
}

/// A list of messages from a guest.
pub(crate) struct Messages(pub(crate) Vec<Message>);

impl<'de> Deserialize<'de> for Messages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Messages;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of at most {MAX_LIST} messages of a WebSocket")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Messages, A::Error> {
                let mut messages = Vec::new();
                while let Some(message) = seq.next_element()? {
                    if messages.len() == MAX_LIST {
                        return Err(A::Error::invalid_length(MAX_LIST + 1, &self));
                    }
                    messages.push(message);
                }
                Ok(Messages(messages))
            }
        }

        deserializer.deserialize_seq(List)
    }
}

/// The connection of a WebSocket. Pings are answered while somebody receives.
pub(crate) struct Connection {
    stream: Mutex<WebSocketStream<TokioIo<Upgraded>>>,
    /// The error that came behind messages which were received.
    failure: Mutex<Option<Error>>,
}

impl Connection {
    pub(crate) async fn new(io: Upgraded, role: Role, max_message_bytes: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(BUFFER)
            .max_message_size(Some(max_message_bytes))
            .max_frame_size(Some(max_message_bytes));
        let stream = WebSocketStream::from_raw_socket(TokioIo::new(io), role, Some(config)).await;
        Self { stream: Mutex::new(stream), failure: Mutex::default() }
    }

    fn stream(&self) -> MutexGuard<'_, WebSocketStream<TokioIo<Upgraded>>> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the next messages, of which there is at least one. `alive` is called for each
    /// frame that arrives, also for those that are no messages.
    pub(crate) async fn receive(&self, mut alive: impl FnMut()) -> Result<Vec<Message>, Error> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(error) = failure {
            return Err(error);
        }
        let mut messages = Vec::new();
        let received = poll_fn(|cx| self.poll_receive(cx, &mut messages, &mut alive)).await;
        match received {
            Ok(()) => Ok(messages),
            Err(error) if messages.is_empty() => Err(error),
            Err(error) => {
                *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Ok(messages)
            }
        }
    }

    fn poll_receive(
        &self,
        cx: &mut Context<'_>,
        messages: &mut Vec<Message>,
        alive: &mut impl FnMut(),
    ) -> Poll<Result<(), Error>> {
        let mut stream = self.stream();
        let mut bytes = 0;
        while messages.len() < MOST_MESSAGES && bytes < MOST_BYTES {
            let frame = match stream.poll_next_unpin(cx) {
                Poll::Ready(frame) => frame.unwrap_or(Err(Error::ConnectionClosed))?,
                Poll::Pending if messages.is_empty() => return Poll::Pending,
                Poll::Pending => break,
            };
            alive();
            let Some(message) = Message::of(frame) else { continue };
            bytes += message.len();
            let is_last = matches!(message, Message::Close(..));
            messages.push(message);
            if is_last {
                // The answer is on its way. A peer that does not take it has closed anyway.
                let _ = stream.poll_flush_unpin(cx);
                break;
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Sends messages. Resolves when the connection has taken them.
    pub(crate) async fn send(&self, messages: Vec<Message>) -> Result<(), Error> {
        for message in messages {
            self.send_frame(message.into_frame()).await?;
        }
        self.flush().await
    }

    /// Asks the peer for a sign of life.
    pub(crate) async fn ping(&self) -> Result<(), Error> {
        self.send_frame(Frame::Ping(Vec::new().into())).await?;
        self.flush().await
    }

    async fn send_frame(&self, frame: Frame) -> Result<(), Error> {
        let mut frame = Some(frame);
        poll_fn(|cx| {
            let mut stream = self.stream();
            ready!(stream.poll_ready_unpin(cx))?;
            let Some(frame) = frame.take() else { return Poll::Ready(Ok(())) };
            Poll::Ready(match stream.start_send_unpin(frame) {
                Err(Error::ConnectionClosed) => Ok(()),
                sent => sent,
            })
        })
        .await
    }

    async fn flush(&self) -> Result<(), Error> {
        poll_fn(|cx| self.stream().poll_flush_unpin(cx)).await
    }
}

/// Returns what an error of a connection means to a worker. It tells no addresses.
pub(crate) fn problem(error: &Error) -> String {
    match error {
        Error::Capacity(_) => "a message is larger than allowed".into(),
        Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            "the connection has ended".into()
        }
        Error::Io(error) => format!("the connection broke off: {}", error.kind()),
        Error::Protocol(error) => format!("the peer does not speak the protocol: {error}"),
        Error::Utf8(_) => "a message of text is not UTF-8".into(),
        _ => "the connection failed".into(),
    }
}

/// Returns the code with which a connection is closed because of an error of its peer.
pub(crate) fn code_of(error: &Error) -> Option<u16> {
    match error {
        Error::Capacity(_) => Some(1009),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
        Error::Protocol(_) => Some(1002),
        Error::Utf8(_) => Some(1007),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use isolet_wire::Value;

    use super::*;

    #[test]
    fn messages_are_strings_bytes_and_lists() {
        let all = [
            Message::Text("a".into()),
            Message::Binary(vec![1, 2]),
            Message::Close(1000, "bye".into()),
        ];
        let value = Value::from_serialize(&all).unwrap();
        assert_eq!(value.to::<Messages>().unwrap().0, all);
        for wrong in ["[{}]", "[1]", "[[]]", r#"[["a"]]"#, r#"[[70000, ""]]"#, r#""x""#] {
            let json = serde_json::from_str::<serde_json::Value>(wrong).unwrap();
            assert!(Value::from_serialize(&json).unwrap().to::<Messages>().is_err(), "{wrong}");
        }
        let many = |count| Value::from_serialize(&vec!["x"; count]).unwrap().to::<Messages>();
        assert!(many(MAX_LIST).is_ok());
        assert!(many(MAX_LIST + 1).is_err());
    }

    #[test]
    fn a_close_has_a_code_that_may_be_sent() {
        let frame = |code, reason: &str| Message::Close(code, reason.to_owned()).into_frame();
        assert!(matches!(frame(NO_CODE, "x"), Frame::Close(None)));
        assert!(matches!(frame(BROKEN, ""), Frame::Close(None)));
        assert!(matches!(frame(7, ""), Frame::Close(None)));
        let Frame::Close(Some(close)) = frame(4000, &"ä".repeat(100)) else { panic!("no code") };
        assert_eq!((u16::from(close.code), close.reason.len()), (4000, 122));
    }
}
