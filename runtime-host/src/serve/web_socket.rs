//! `WebSocket`s of clients.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use hyper::upgrade::{OnUpgrade, Upgraded};
use isolet_wire::Value;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::body::ResponseBody;
use super::error::ServeError;
use super::pool::Place;
use crate::rpc::stub::Stub;
use crate::rpc::web_socket::{BROKEN, Connection, MAX_MESSAGE_BYTES, Message, Messages, code_of};

/// The time for the other side to close after one side has.
const FAREWELL: Duration = Duration::from_secs(10);

/// The longest time for which a sandbox is asked for messages at a time.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The `WebSocket`s of one or more services: their settings, and those that are open. Cheap to
/// clone: all clones share what is open.
///
/// A socket is open from the response with the status 101 to the end of its connection. Each list
/// of messages of a client is a call of the worker, with the limits of a call, and so is each
/// list that the worker sends. A client is not read further until the worker has received what
/// came before.
#[derive(Clone, Debug)]
#[must_use]
pub struct WebSockets {
    open: Arc<Open>,
    max_message_bytes: usize,
    idle_timeout: Duration,
    limit: usize,
}

#[derive(Debug)]
struct Open {
    count: AtomicUsize,
    is_closing: watch::Sender<bool>,
}

impl WebSockets {
    /// The default of [`WebSockets::max_message_bytes`]: 1 MiB.
    pub const DEFAULT_MAX_MESSAGE_BYTES: usize = MAX_MESSAGE_BYTES;

    /// The default of [`WebSockets::idle_timeout`]: 60 s.
    pub const DEFAULT_IDLE_TIMEOUT: Duration = Duration::from_mins(1);

    /// The default of [`WebSockets::limit`].
    pub const DEFAULT_LIMIT: usize = 1_024;

    /// Creates settings with the defaults, and no socket.
    pub fn new() -> Self {
        let open = Open { count: AtomicUsize::new(0), is_closing: watch::Sender::new(false) };
        Self {
            open: Arc::new(open),
            max_message_bytes: Self::DEFAULT_MAX_MESSAGE_BYTES,
            idle_timeout: Self::DEFAULT_IDLE_TIMEOUT,
            limit: Self::DEFAULT_LIMIT,
        }
    }

    /// Sets the most bytes of a message from a client, which the host keeps until it is whole.
    /// Past it, the socket is closed with the code 1009. Default: 1 MiB.
    pub fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.max_message_bytes = bytes;
        self
    }

    /// Sets the time after which a client that sends nothing is taken for gone. After half of
    /// it the client is sent a ping, whose answer counts. Default: 60 s.
    pub fn idle_timeout(mut self, time: Duration) -> Self {
        self.idle_timeout = time;
        self
    }

    /// Sets the most sockets that are open at a time. Past it, a request for one is refused with
    /// a status of 503. Default: 1,024.
    pub fn limit(mut self, sockets: usize) -> Self {
        self.limit = sockets;
        self
    }

    /// Returns the number of sockets that are open.
    pub fn count(&self) -> usize {
        self.open.count.load(Ordering::Relaxed)
    }

    /// Closes all sockets with the code 1001, and each new one at once. Resolves when all have
    /// ended: a client that does not answer has 10 s.
    pub async fn close(&self) {
        self.open.is_closing.send_replace(true);
        while self.count() > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Counts a socket, unless there are too many.
    fn enter(&self) -> Result<Counted, ServeError> {
        let counted = Counted(Arc::clone(&self.open));
        if self.open.count.fetch_add(1, Ordering::Relaxed) < self.limit {
            return Ok(counted);
        }
        Err(ServeError::TooManyWebSockets { limit: self.limit })
    }
}

impl Default for WebSockets {
    fn default() -> Self {
        Self::new()
    }
}

/// One of the sockets that are open.
struct Counted(Arc<Open>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A request for a WebSocket.
pub(super) struct Upgrade {
    on_upgrade: OnUpgrade,
    accept: String,
    /// The protocols that the client offers.
    offered: Vec<String>,
    counted: Counted,
}

impl Upgrade {
    /// Takes the upgrade out of a request, if it is for a WebSocket and can be upgraded.
    ///
    /// # Errors
    /// Errors if the handshake is malformed, or there are too many sockets.
    pub(super) fn of<B>(
        request: &mut Request<B>,
        sockets: &WebSockets,
    ) -> Result<Option<Self>, ServeError> {
        let headers = request.headers();
        let asks = request.version() == Version::HTTP_11
            && request.method() == Method::GET
            && has_token(headers, &header::UPGRADE, "websocket")
            && has_token(headers, &header::CONNECTION, "upgrade");
        if !asks {
            return Ok(None);
        }
        let Some(on_upgrade) = request.extensions_mut().remove::<OnUpgrade>() else {
            return Ok(None);
        };
        let headers = request.headers();
        let one = |name: &HeaderName| {
            let mut values = headers.get_all(name).iter();
            values.next().filter(|_| values.next().is_none()).map(HeaderValue::as_bytes)
        };
        if one(&header::SEC_WEBSOCKET_VERSION) != Some(b"13") {
            return Err(ServeError::BadRequest("the version of the WebSocket is not 13"));
        }
        let key = one(&header::SEC_WEBSOCKET_KEY).filter(|key| is_key(key));
        let key = key.ok_or(ServeError::BadRequest("the key of the WebSocket is not one"))?;
        Ok(Some(Self {
            on_upgrade,
            accept: derive_accept_key(key),
            offered: tokens(headers, &header::SEC_WEBSOCKET_PROTOCOL).map(str::to_owned).collect(),
            counted: sockets.enter()?,
        }))
    }

    /// Returns the response that opens the socket, and lets it run. `end` is the worker's.
    ///
    /// # Errors
    /// Errors if the worker chose a protocol that was not offered.
    pub(super) fn accept(
        self,
        mut headers: HeaderMap,
        end: Stub,
        sockets: &WebSockets,
        wall: Duration,
        place: Place,
    ) -> Result<Response<ResponseBody>, ServeError> {
        let bad = ServeError::Response;
        let mut chosen = tokens(&headers, &header::SEC_WEBSOCKET_PROTOCOL);
        let protocol = chosen.next();
        if chosen.next().is_some()
            || protocol.is_some_and(|name| !self.offered.iter().any(|it| it == name))
        {
            return Err(bad("it chose a protocol of the WebSocket that was not offered"));
        }
        drop(chosen);
        remove_handshake(&mut headers);
        let accept = HeaderValue::try_from(self.accept);
        let accept = accept.map_err(|_| bad("the key of the WebSocket cannot be answered"))?;
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        let mut response = Response::new(ResponseBody::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        *response.headers_mut() = headers;
        let (on_upgrade, counted, sockets) = (self.on_upgrade, self.counted, sockets.clone());
        tokio::spawn(async move {
            // A client that has left before it got the response.
            if let Ok(io) = on_upgrade.await {
                run(io, &end, &sockets, (wall / 2).min(LONGEST_WAIT)).await;
            }
            drop((place, counted));
        });
        Ok(response)
    }
}

/// Removes the headers of a handshake that are the server's and the client's own.
pub(super) fn remove_handshake(headers: &mut HeaderMap) {
    for name in [
        header::SEC_WEBSOCKET_ACCEPT,
        header::SEC_WEBSOCKET_EXTENSIONS,
        header::SEC_WEBSOCKET_KEY,
        header::SEC_WEBSOCKET_VERSION,
    ] {
        headers.remove(name);
    }
}

/// Returns the items of a header that is a list.
fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|item| !item.is_empty())
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    tokens(headers, name).any(|item| item.eq_ignore_ascii_case(token))
}

/// Returns true for 16 bytes in Base64.
fn is_key(key: &[u8]) -> bool {
    let digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    key.strip_suffix(b"==").is_some_and(|digits| digits.len() == 22 && digits.iter().all(digit))
}

/// Why one direction of a socket ended.
#[derive(PartialEq, Eq)]
enum Ended {
    /// Its sender has closed.
    Closed,
    /// The connection has broken off.
    Broken,
    /// The sandbox does not answer any more.
    Gone,
}

/// Passes messages between a client and a worker until both have closed.
async fn run(io: Upgraded, end: &Stub, sockets: &WebSockets, wait: Duration) {
    let connection = Connection::new(io, Role::Server, sockets.max_message_bytes).await;
    let alive = Alive::new();
    let mut incoming = std::pin::pin!(receive(&connection, end, &alive));
    let mut outgoing = std::pin::pin!(send(&connection, end, wait));
    let mut is_closing = sockets.open.is_closing.subscribe();
    let closing = async { drop(is_closing.wait_for(|is_closing| *is_closing).await) };
    tokio::select! {
        ended = &mut incoming => match ended {
            // The worker answers.
            Ended::Closed => drop(timeout(FAREWELL, outgoing).await),
            Ended::Broken => {}
            Ended::Gone => fail(&connection).await,
        },
        ended = &mut outgoing => match ended {
            // The client answers, or is told to have broken off.
            Ended::Closed | Ended::Broken => {
                if timeout(FAREWELL, &mut incoming).await.is_err() {
                    tell(end, BROKEN).await;
                }
            }
            Ended::Gone => fail(&connection).await,
        },
        () = alive.is_over(&connection, sockets.idle_timeout) => tell(end, BROKEN).await,
        () = closing => {
            let close = vec![Message::Close(1001, String::new())];
            let farewell = async {
                let _ = connection.send(close).await;
                (&mut incoming).await
            };
            if timeout(FAREWELL, farewell).await.is_err() {
                tell(end, 1001).await;
            }
        }
    }
}

/// Passes what a client sends to the worker.
async fn receive(connection: &Connection, end: &Stub, alive: &Alive) -> Ended {
    loop {
        let messages = match connection.receive(|| alive.now()).await {
            Ok(messages) => messages,
            Err(error) => {
                if let Some(code) = code_of(&error) {
                    // A client that does not take it learns it from the end of the connection.
                    let close = vec![Message::Close(code, String::new())];
                    let _ = connection.send(close).now_or_never();
                }
                tell(end, BROKEN).await;
                return Ended::Broken;
            }
        };
        let is_closed = matches!(messages.last(), Some(Message::Close(..)));
        if end.call::<Value>("send", (messages,)).await.is_err() {
            return Ended::Gone;
        }
        if is_closed {
            return Ended::Closed;
        }
    }
}

/// Passes what the worker sends to a client.
async fn send(connection: &Connection, end: &Stub, wait: Duration) -> Ended {
    let milliseconds = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    loop {
        let asked = Instant::now();
        let Ok(Messages(messages)) = end.call("receive", (milliseconds,)).await else {
            return Ended::Gone;
        };
        if messages.is_empty() {
            // A guest that answers earlier must not make the host busy.
            sleep_until(asked + wait).await;
            continue;
        }
        let is_closed = matches!(messages.last(), Some(Message::Close(..)));
        let sent = connection.send(messages).await;
        if is_closed {
            return Ended::Closed;
        }
        if sent.is_err() {
            return Ended::Broken;
        }
    }
}

/// Tells the worker that its socket was closed.
async fn tell(end: &Stub, code: u16) {
    let _ = end.call::<Value>("send", (vec![Message::Close(code, String::new())],)).await;
}

/// Tells the client that its worker has failed.
async fn fail(connection: &Connection) {
    let close = vec![Message::Close(1011, String::new())];
    let _ = timeout(FAREWELL, connection.send(close)).await;
}

/// When a client was last heard of.
struct Alive {
    began: Instant,
    /// Milliseconds since then.
    last: AtomicU64,
}

impl Alive {
    fn new() -> Self {
        Self { began: Instant::now(), last: AtomicU64::new(0) }
    }

    fn now(&self) {
        let since = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(since, Ordering::Relaxed);
    }

    /// Waits until nothing was heard for a time, and asks the client for an answer meanwhile.
    fn is_over<'a>(
        &'a self,
        connection: &'a Connection,
        time: Duration,
    ) -> impl Future<Output = ()> + 'a {
        let last = || self.began + Duration::from_millis(self.last.load(Ordering::Relaxed));
        async move {
            loop {
                let heard = last();
                sleep_until(heard + time / 2).await;
                if last() > heard {
                    continue;
                }
                // A client that takes nothing does not answer either.
                let _ = timeout(time / 2, connection.ping()).await;
                sleep_until(heard + time).await;
                if last() == heard {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_key;

    #[test]
    fn a_key_is_sixteen_bytes() {
        assert!(is_key(b"dGhlIHNhbXBsZSBub25jZQ=="));
        for wrong in [
            "",
            "==",
            "dGhlIHNhbXBsZSBub25jZQ",
            "dGhlIHNhbXBsZSBub25jZ===",
            "dGhlIHNhbXBsZSBub25j Q==",
        ] {
            assert!(!is_key(wrong.as_bytes()), "{wrong}");
        }
    }
}
