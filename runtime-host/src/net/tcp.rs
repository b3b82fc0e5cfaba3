//! Connections of workers that are no requests: `connect()`.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use futures_util::stream;
use hyper_util::rt::TokioIo;
use isolet_wire::Value;
use rustls::pki_types::ServerName;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;
use url::Host;

use super::audit::{NetworkOutcome, Recording};
use super::client::Tcp;
use super::connect::ConnectError;
use super::meter::Slot;
use super::rules::ActiveRule;
use crate::error::thrown::{Thrown, shown};
use crate::rpc::capability::private::no_method;
use crate::rpc::capability::{Answer, Capability};
use crate::rpc::stream::{ByteSink, ByteStream};
use crate::rpc::stub::Stub;

/// The most bytes that are read at a time.
const READ: usize = 64 << 10;

/// A connection as a worker asks for it, which may be anything.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wanted {
    hostname: String,
    port: u16,
    #[serde(default)]
    pub(super) secure_transport: Secure,
}

/// When a connection speaks TLS.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Secure {
    #[default]
    Off,
    On,
    /// From the time on at which the worker says so.
    Starttls,
}

impl Wanted {
    /// Returns the host and the port.
    ///
    /// # Errors
    /// Errors if they are none.
    pub(super) fn destination(&self) -> Result<(Host, u16), String> {
        if self.hostname.len() > 255 || self.port == 0 {
            return Err("the address is not one".into());
        }
        let host = Host::parse(&self.hostname)
            .map_err(|error| format!("the host {:?}: {error}", shown(&self.hostname)))?;
        Ok((host, self.port))
    }
}

/// Why there is no connection.
pub(super) struct NoConnection {
    pub(super) text: String,
    pub(super) refused: Option<(std::net::IpAddr, &'static str)>,
}

trait Io: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// Opens a connection and speaks TLS if that is wanted, within the policy's time.
pub(super) async fn open(
    tcp: Tcp,
    host: &Host,
    port: u16,
    secure: Secure,
) -> Result<(Opened, Option<SocketAddr>), NoConnection> {
    let failed = |text| NoConnection { text, refused: None };
    let uri = format!("tcp://{host}:{port}");
    let uri = http::Uri::try_from(uri).map_err(|_| failed("the address is not one".into()))?;
    let name = match host {
        Host::Domain(name) => ServerName::try_from(name.clone()).map_err(|_| "a name of DNS"),
        Host::Ipv4(address) => Ok(ServerName::IpAddress((*address).into())),
        Host::Ipv6(address) => Ok(ServerName::IpAddress((*address).into())),
    };
    let name = name.map_err(|what| failed(format!("the host is not {what}")))?;
    let timeout = tcp.timeout;
    let connecting = async {
        let stream = tcp.checked.connect(uri).await.map_err(|error| {
            let refused = match error.downcast_ref::<ConnectError>() {
                Some(ConnectError::Refused { kind, address, .. }) => Some((*address, *kind)),
                _ => None,
            };
            NoConnection { text: cause(&*error), refused }
        })?;
        let address = stream.address().ok();
        let io: Box<dyn Io> = Box::new(TokioIo::new(stream));
        let tls = TlsConnector::from(Arc::new(tcp.tls));
        let mut opened = Opened { io, tls, name };
        if secure == Secure::On {
            opened = opened.secured().await.map_err(failed)?;
        }
        Ok((opened, address))
    };
    let within = tokio::time::timeout(timeout, connecting).await;
    within.unwrap_or_else(|_| Err(failed(ConnectError::Timeout(timeout).to_string())))
}

/// Returns the last cause of an error, which tells nothing of addresses.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    if error.is::<ConnectError>() {
        return error.to_string();
    }
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    format!("no connection: {}", shown(&cause.to_string()))
}

/// A connection that is open.
pub(super) struct Opened {
    io: Box<dyn Io>,
    tls: TlsConnector,
    name: ServerName<'static>,
}

impl Opened {
    async fn secured(self) -> Result<Self, String> {
        let Self { io, tls, name } = self;
        let stream = tls.connect(name.clone(), io).await;
        let stream = stream.map_err(|error| format!("TLS: {}", shown(&error.to_string())))?;
        Ok(Self { io: Box::new(stream), tls, name })
    }

    /// Returns the answer to the worker. The record is told when the connection is over.
    pub(super) fn answer(
        self,
        rule: &ActiveRule,
        secure: Secure,
        recording: Recording,
        slot: Slot,
    ) -> Result<Value, Thrown> {
        let account = Account {
            rule: rule.name.clone(),
            request_bytes: rule.request_bytes(),
            response_bytes: rule.response_bytes(),
            recording: Mutex::new(recording),
            has_ended: AtomicBool::new(false),
            _slot: slot,
        };
        self.streams(Arc::new(account), secure == Secure::Starttls)
    }

    fn streams(self, account: Arc<Account>, may_start_tls: bool) -> Result<Value, Thrown> {
        let Self { io, tls, name } = self;
        let pipe = Arc::new(Pipe { io: Mutex::new(Some(io)), account });
        let start_tls = may_start_tls.then(|| {
            let (pipe, peer) = (Arc::clone(&pipe), Mutex::new(Some((tls, name))));
            Stub::new(StartTls { pipe, peer })
        });
        let reading = stream::unfold(Some(Arc::clone(&pipe)), async |pipe| read(pipe?).await);
        let answer = Streams {
            readable: ByteStream::new(reading),
            writable: ByteSink::from_writer(Writer(pipe)),
            start_tls,
        };
        Value::from_serialize(&answer).map_err(|error| Thrown::new(error.to_string()))
    }
}

/// A connection for a worker.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Streams {
    readable: ByteStream,
    writable: ByteSink,
    start_tls: Option<Stub>,
}

/// The limits of a connection, and the bytes that it has sent and received.
struct Account {
    rule: String,
    request_bytes: u64,
    response_bytes: u64,
    recording: Mutex<Recording>,
    /// True after the peer has sent all that it sends.
    has_ended: AtomicBool,
    _slot: Slot,
}

impl Account {
    fn recording(&self) -> MutexGuard<'_, Recording> {
        self.recording.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts bytes that were received.
    fn received(&self, bytes: usize) -> Result<(), String> {
        let mut recording = self.recording();
        let all = &mut recording.record.response_bytes;
        *all = all.saturating_add(bytes as u64);
        if *all <= self.response_bytes {
            Ok(())
        } else {
            Err(self.exceeded("response_bytes", self.response_bytes))
        }
    }

    /// Counts bytes that were sent.
    fn sent(&self, bytes: usize) -> Result<(), String> {
        let fits = self.recording().sent.fits(bytes, self.request_bytes);
        if fits { Ok(()) } else { Err(self.exceeded("request_bytes", self.request_bytes)) }
    }

    fn exceeded(&self, key: &str, bytes: u64) -> String {
        format!(
            "the connection exceeds the limit of {bytes} bytes ({key} of the rule {:?} of the \
             network policy)",
            self.rule
        )
    }

    fn fail(&self, text: String) -> Thrown {
        let thrown = Thrown::type_error(format!("The connection failed: {text}"));
        self.recording().tell(NetworkOutcome::Failed, Some(text));
        thrown
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        if self.has_ended.load(Ordering::Relaxed) {
            self.recording().tell(NetworkOutcome::Completed, None);
        }
    }
}

/// A connection whose two directions are streams of their own.
struct Pipe {
    /// `None` after the connection went over to TLS.
    io: Mutex<Option<Box<dyn Io>>>,
    account: Arc<Account>,
}

impl Pipe {
    fn poll<T>(
        &self,
        poll: impl FnOnce(Pin<&mut dyn Io>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match &mut *self.io.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(io) => poll(Pin::new(&mut **io)),
            None => Poll::Ready(Err(io::Error::other("the connection went over to TLS"))),
        }
    }
}

/// Returns the next bytes of a connection, and what is left. It keeps nothing after the end.
async fn read(pipe: Arc<Pipe>) -> Option<(Result<Vec<u8>, Thrown>, Option<Arc<Pipe>>)> {
    let mut bytes = vec![0; READ];
    let mut buffer = ReadBuf::new(&mut bytes);
    let read = poll_fn(|cx| pipe.poll(|io| io.poll_read(cx, &mut buffer))).await;
    let length = buffer.filled().len();
    bytes.truncate(length);
    let problem = match read {
        Ok(()) if length == 0 => {
            pipe.account.has_ended.store(true, Ordering::Relaxed);
            return None;
        }
        Ok(()) => match pipe.account.received(length) {
            Ok(()) => return Some((Ok(bytes), Some(pipe))),
            Err(text) => text,
        },
        Err(error) => shown(&error.to_string()),
    };
    Some((Err(pipe.account.fail(problem)), None))
}

/// The direction to the peer.
struct Writer(Arc<Pipe>);

impl AsyncWrite for Writer {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Self(pipe) = self.get_mut();
        let written = ready!(pipe.poll(|io| io.poll_write(cx, bytes)))?;
        Poll::Ready(match pipe.account.sent(written) {
            Ok(()) => Ok(written),
            Err(text) => Err(io::Error::other(pipe.account.fail(text))),
        })
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll(|io| io.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll(|io| io.poll_shutdown(cx))
    }
}

/// Lets a connection go over to TLS, once.
struct StartTls {
    pipe: Arc<Pipe>,
    peer: Mutex<Option<(TlsConnector, ServerName<'static>)>>,
}

impl StartTls {
    async fn start(&self) -> Result<Value, Thrown> {
        let peer = self.peer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let io = self.pipe.io.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (Some((tls, name)), Some(io)) = (peer, io) else {
            return Err(Thrown::type_error("The connection went over to TLS already."));
        };
        let account = Arc::clone(&self.pipe.account);
        match (Opened { io, tls, name }).secured().await {
            Ok(opened) => opened.streams(account, false),
            Err(text) => Err(account.fail(text)),
        }
    }
}

impl Capability for StartTls {
    fn call(self: Arc<Self>, method: &str, _: Value) -> Answer {
        match method {
            "start" => Box::pin(async move { self.start().await }),
            method => no_method(method),
        }
    }
}
