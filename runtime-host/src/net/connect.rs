//! Connections, which lead only to addresses that were checked.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_service::Service;
use url::Host;

use super::rules::Rules;

/// The most addresses of a name that are looked at.
const MAX_ADDRESSES: usize = 32;

/// The time after which the other family of addresses is tried as well.
const HAPPY_EYEBALLS: Duration = Duration::from_millis(300);

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// A future that resolves to the addresses of a name.
pub type Resolving = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Finds the addresses of names. Closures from a name to a future implement it.
///
/// It is asked once for each connection, and the connection leads to one of the addresses that
/// it returned and the policy allows. It never sees a host that is an address itself.
pub trait Resolver: Send + Sync + 'static {
    /// Returns the addresses of a name, in the order in which they are tried. Only the first 32
    /// count.
    fn resolve(&self, name: &str) -> Resolving;
}

impl<F: Fn(&str) -> Resolving + Send + Sync + 'static> Resolver for F {
    fn resolve(&self, name: &str) -> Resolving {
        self(name)
    }
}

/// The resolver of the operating system.
#[derive(Debug)]
pub(super) struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, name: &str) -> Resolving {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// The error of a connection that was not made. Its text is for the worker, so it does not tell
/// addresses.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    #[error("the name {0:?} was not found")]
    NotFound(String),
    #[error(
        "{host:?} leads to an address that is refused, because it is not public (name it in the \
         policy's addresses to allow it)"
    )]
    Refused { host: String, kind: &'static str, address: IpAddr },
    #[error("no connection within {} ms", .0.as_millis())]
    Timeout(Duration),
    #[error("the destination is not one")]
    NoDestination,
}

/// Connects, with TLS for `https`, within a time.
#[derive(Clone)]
pub(super) struct Connector {
    pub(super) https: HttpsConnector<Checked>,
    pub(super) timeout: Duration,
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<Counted>;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(cx)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let (connecting, timeout) = (self.https.call(to), self.timeout);
        Box::pin(async move {
            let within = tokio::time::timeout(timeout, connecting).await;
            within.map_err(|_| ConnectError::Timeout(timeout))?
        })
    }
}

/// Resolves a name, checks each address, and connects to one that was checked.
#[derive(Clone)]
pub(super) struct Checked {
    pub(super) rules: Arc<Rules>,
    pub(super) resolver: Arc<dyn Resolver>,
    pub(super) connections: Arc<Semaphore>,
}

impl Checked {
    pub(super) async fn connect(self, to: Uri) -> Result<Counted, BoxError> {
        let scheme = to.scheme_str().ok_or(ConnectError::NoDestination)?;
        let host = to.host().ok_or(ConnectError::NoDestination)?;
        let parsed = Host::parse(host).map_err(|_| ConnectError::NoDestination)?;
        let port = to.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
        let permit = Arc::clone(&self.connections).acquire_owned().await?;
        let (borrowed, found) = match &parsed {
            Host::Ipv4(address) => (Host::Ipv4(*address), vec![IpAddr::V4(*address)]),
            Host::Ipv6(address) => (Host::Ipv6(*address), vec![IpAddr::V6(*address)]),
            Host::Domain(name) => {
                let found = self.resolver.resolve(name).await.unwrap_or_default();
                (Host::Domain(name.as_str()), found)
            }
        };
        let mut refused = None;
        let mut allowed = Vec::new();
        for address in found.into_iter().take(MAX_ADDRESSES) {
            match self.rules.refused(scheme, &borrowed, port, address) {
                None => allowed.push(SocketAddr::new(address, port)),
                Some(kind) => refused = Some((kind, address)),
            }
        }
        if allowed.is_empty() {
            let host = host.to_owned();
            return Err(match refused {
                Some((kind, address)) => ConnectError::Refused { host, kind, address },
                None => ConnectError::NotFound(host),
            }
            .into());
        }
        // The connector does not ask the resolver for a host that is an address. That address is
        // the one that was checked.
        let mut tcp = HttpConnector::new_with_resolver(Fixed(allowed));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_happy_eyeballs_timeout(Some(HAPPY_EYEBALLS));
        let stream = tcp.call(to).await?;
        Ok(Counted { stream, _permit: permit })
    }
}

impl Service<Uri> for Checked {
    type Response = Counted;
    type Error = BoxError;
    type Future = Connecting<Counted>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        Box::pin(self.clone().connect(to))
    }
}

/// A resolver that has found the addresses already.
#[derive(Clone)]
struct Fixed(Vec<SocketAddr>);

impl Service<Name> for Fixed {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        std::future::ready(Ok(std::mem::take(&mut self.0).into_iter()))
    }
}

/// A connection that counts among those of its network.
pub(super) struct Counted {
    stream: TokioIo<TcpStream>,
    _permit: OwnedSemaphorePermit,
}

impl Counted {
    /// Returns the address that it leads to.
    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.stream.inner().peer_addr()
    }
}

impl Connection for Counted {
    fn connected(&self) -> Connected {
        self.stream.connected()
    }
}

impl Read for Counted {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buffer)
    }
}

impl Write for Counted {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, buffers)
    }
}
