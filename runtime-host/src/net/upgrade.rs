//! `WebSocket`s of workers to the outside.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt as _;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Response, StatusCode};
use hyper::body::Incoming;
use isolet_wire::Value;
use serde::Serialize;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::audit::{NetworkOutcome, Recording};
use super::meter::Slot;
use super::replace::Replacements;
use super::response::headers_of_upgrade;
use super::rules::ActiveRule;
use super::secrets::Secrets;
use crate::error::thrown::Thrown;
use crate::rpc::capability::private::{Arguments, no_method};
use crate::rpc::capability::{Answer, Capability};
use crate::rpc::stub::Stub;
use crate::rpc::web_socket::{Connection, MAX_MESSAGE_BYTES, Message, Messages, code_of, problem};

/// The handshake of a WebSocket.
pub(super) struct Handshake {
    key: String,
    /// The protocols that the worker offers.
    offered: Vec<String>,
}

impl Handshake {
    /// Adds the headers of the handshake to those of a worker.
    ///
    /// # Errors
    /// Errors if there is no randomness.
    pub(super) fn new(headers: &mut HeaderMap) -> Result<Self, String> {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|error| format!("no randomness: {error}"))?;
        let key = STANDARD.encode(nonce);
        let value = HeaderValue::try_from(&key).map_err(|error| error.to_string())?;
        headers.insert(header::SEC_WEBSOCKET_KEY, value);
        headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.remove(header::ACCEPT_ENCODING);
        let offered = tokens(headers, &header::SEC_WEBSOCKET_PROTOCOL);
        Ok(Self { key, offered })
    }

    /// Checks the answer of a server.
    ///
    /// # Errors
    /// Errors if it does not accept this handshake.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), String> {
        let upgrades = tokens(headers, &header::UPGRADE);
        let connection = tokens(headers, &header::CONNECTION);
        let has = |list: &[String], name| list.iter().any(|it| it.eq_ignore_ascii_case(name));
        if !has(&upgrades, "websocket") || !has(&connection, "upgrade") {
            return Err("the server switched to another protocol than WebSocket".into());
        }
        let accept = headers.get(header::SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes);
        if accept != Some(derive_accept_key(self.key.as_bytes()).as_bytes()) {
            return Err("the server's Sec-WebSocket-Accept does not answer the request".into());
        }
        let protocols = tokens(headers, &header::SEC_WEBSOCKET_PROTOCOL);
        if protocols.len() > 1 || protocols.iter().any(|it| !self.offered.contains(it)) {
            return Err("the server chose a protocol that was not offered".into());
        }
        if headers.contains_key(header::SEC_WEBSOCKET_EXTENSIONS) {
            return Err("the server chose an extension that was not offered".into());
        }
        Ok(())
    }
}

/// Returns the items of a header that is a list.
fn tokens(headers: &HeaderMap, name: &header::HeaderName) -> Vec<String> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let items = values.flat_map(|value| value.split(',')).map(str::trim);
    items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// A response that opens a WebSocket, for a worker.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    status: u16,
    headers: Vec<(String, String)>,
    web_socket: Stub,
}

/// A response that switches to WebSocket.
pub(super) struct Switched<'a> {
    pub(super) rule: &'a ActiveRule,
    pub(super) response: Response<Incoming>,
    /// The secrets to put into the messages of the worker.
    pub(super) replacements: Option<Arc<Replacements>>,
    pub(super) slot: Slot,
}

impl Switched<'_> {
    /// Returns the answer to the worker. The record is told when the socket is over.
    ///
    /// # Errors
    /// Errors if the connection has broken off.
    pub(super) async fn answer(
        self,
        secrets: &Secrets,
        mut recording: Recording,
    ) -> Result<Value, Thrown> {
        let headers = headers_of_upgrade(self.response.headers(), secrets);
        let Ok(io) = hyper::upgrade::on(self.response).await else {
            let text = "the connection broke off";
            recording.tell(NetworkOutcome::Failed, Some(text.into()));
            return Err(Thrown::type_error(text));
        };
        let connection = Connection::new(io, Role::Client, MAX_MESSAGE_BYTES).await;
        let socket = Socket {
            connection,
            rule: self.rule.name.clone(),
            request_bytes: self.rule.request_bytes(),
            response_bytes: self.rule.response_bytes(),
            forms: (!secrets.is_empty()).then(|| Arc::clone(secrets.forms())),
            replacements: self.replacements,
            recording: Mutex::new(recording),
            _slot: self.slot,
        };
        let status = StatusCode::SWITCHING_PROTOCOLS.as_u16();
        Value::from_serialize(&Opened { status, headers, web_socket: Stub::new(socket) })
            .map_err(|error| Thrown::new(error.to_string()))
    }
}

/// The end of a WebSocket that a worker holds. The connection ends when the worker lets go of it.
struct Socket {
    connection: Connection,
    rule: String,
    request_bytes: u64,
    response_bytes: u64,
    /// The secrets to remove from messages of the server, and to put into those of the worker.
    forms: Option<Arc<Replacements>>,
    replacements: Option<Arc<Replacements>>,
    recording: Mutex<Recording>,
    _slot: Slot,
}

impl Socket {
    fn recording(&self) -> MutexGuard<'_, Recording> {
        self.recording.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn exceeded(&self, key: &str, bytes: u64) -> String {
        format!(
            "the messages exceed the limit of {bytes} bytes ({key} of the rule {:?} of the network \
             policy)",
            self.rule
        )
    }

    fn fail(&self, text: String) -> Thrown {
        let thrown = Thrown::type_error(format!("The WebSocket failed: {text}"));
        self.recording().tell(NetworkOutcome::Failed, Some(text));
        thrown
    }

    async fn receive(&self) -> Result<Value, Thrown> {
        let received = self.connection.receive(|| {}).await;
        let mut messages = match received {
            Ok(messages) => messages,
            Err(error) => {
                let mut text = problem(&error);
                if let Some(code) = code_of(&error) {
                    if code == 1009 {
                        text = format!("a message exceeds the limit of {MAX_MESSAGE_BYTES} bytes");
                    }
                    // A peer that does not take it learns it from the end of the connection.
                    let close = vec![Message::Close(code, String::new())];
                    let _ = self.connection.send(close).now_or_never();
                }
                return Err(self.fail(text));
            }
        };
        for message in &mut messages {
            let bytes = message.len() as u64;
            let total = {
                let record = &mut self.recording().record;
                record.response_bytes = record.response_bytes.saturating_add(bytes);
                record.response_bytes
            };
            if total > self.response_bytes {
                return Err(self.fail(self.exceeded("response_bytes", self.response_bytes)));
            }
            if let Message::Close(..) = message {
                self.recording().tell(NetworkOutcome::Completed, None);
            }
            if let Some(forms) = &self.forms {
                replace(message, forms);
            }
        }
        Value::from_serialize(&messages).map_err(|error| Thrown::new(error.to_string()))
    }

    async fn send(&self, arguments: Value) -> Result<Value, Thrown> {
        let Messages(mut messages) = Arguments::new("send", &arguments)?.next("messages")?;
        // They were copied, and the sandbox pays for one copy until they are sent.
        drop(arguments);
        let sent = Arc::clone(&self.recording().sent);
        for message in &mut messages {
            if let Some(replacements) = &self.replacements {
                replace(message, replacements);
            }
            if !sent.fits(message.len(), self.request_bytes) {
                return Err(self.fail(self.exceeded("request_bytes", self.request_bytes)));
            }
        }
        match self.connection.send(messages).await {
            Ok(()) => Ok(Value::undefined()),
            Err(error) => Err(self.fail(problem(&error))),
        }
    }
}

/// The code of a close because a worker has ended, or has let go of the socket.
const GOING_AWAY: u16 = 1001;

impl Drop for Socket {
    /// Sends a close, if the peer takes it at once. Otherwise the peer learns it from the end of
    /// the connection.
    fn drop(&mut self) {
        let close = vec![Message::Close(GOING_AWAY, String::new())];
        let _ = self.connection.send(close).now_or_never();
    }
}

fn replace(message: &mut Message, replacements: &Replacements) {
    match message {
        Message::Text(text) | Message::Close(_, text) => {
            *text = replacements.apply_to_text(text);
        }
        Message::Binary(bytes) => {
            if let std::borrow::Cow::Owned(replaced) = replacements.apply(bytes) {
                *bytes = replaced;
            }
        }
    }
}

impl Capability for Socket {
    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer {
        match method {
            "receive" => Box::pin(async move { self.receive().await }),
            "send" => Box::pin(async move { self.send(arguments).await }),
            method => no_method(method),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_answer_to_the_handshake_is_accepted() {
        let mut headers = HeaderMap::new();
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("a, b"));
        let handshake = Handshake::new(&mut headers).unwrap();
        let accept = derive_accept_key(handshake.key.as_bytes());
        let good = [
            ("upgrade", "WebSocket"),
            ("connection", "keep-alive, Upgrade"),
            ("sec-websocket-accept", &accept),
            ("sec-websocket-protocol", "b"),
        ];
        let check = |changed: &str, value: &'static str| {
            let mut headers = HeaderMap::new();
            for (name, usual) in good {
                let value = if name == changed { value } else { usual };
                if !value.is_empty() {
                    let name = header::HeaderName::from_static(name);
                    headers.insert(name, HeaderValue::try_from(value).unwrap());
                }
            }
            if changed == "sec-websocket-extensions" {
                headers.insert(header::SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static(value));
            }
            handshake.check(&headers)
        };
        assert_eq!(check("", ""), Ok(()));
        assert_eq!(check("sec-websocket-protocol", ""), Ok(()));
        for (name, value) in [
            ("upgrade", "h2c"),
            ("connection", "close"),
            ("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            ("sec-websocket-accept", ""),
            ("sec-websocket-protocol", "c"),
            ("sec-websocket-protocol", "a, b"),
            ("sec-websocket-extensions", "permessage-deflate"),
        ] {
            assert!(check(name, value).is_err(), "{name}: {value}");
        }
    }
}
