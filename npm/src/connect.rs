//! Connections to registries, directly or through a proxy.

use std::fmt;
use std::future::ready;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use http::uri::Scheme;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::proxy::{Proxies, Proxy};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Connects to servers. TLS with them is a matter of its user, TLS with a proxy is done here.
#[derive(Clone)]
pub(crate) struct Connector {
    direct: HttpConnector,
    to_proxy: HttpsConnector<HttpConnector>,
    proxies: Arc<Proxies>,
}

/// A connection to a server, or to a proxy that hands on to it.
pub(crate) struct Stream {
    inner: MaybeHttpsStream<TokioIo<TcpStream>>,
    /// True if the peer is a proxy that takes requests with whole addresses.
    is_asked_for_all: bool,
}

/// A connection that a proxy has not made. It says nothing of credentials.
#[derive(Debug)]
struct ProxyError {
    address: Uri,
    reason: String,
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address.to_string();
        write!(f, "the proxy {}: {}", address.trim_end_matches('/'), self.reason)
    }
}

impl std::error::Error for ProxyError {}

impl Connector {
    pub(crate) fn new(tls: ClientConfig, proxies: Arc<Proxies>) -> Self {
        let mut direct = HttpConnector::new();
        // It connects for https as well.
        direct.enforce_http(false);
        let to_proxy = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(direct.clone());
        Self { direct, to_proxy, proxies }
    }

    async fn through(
        mut to_proxy: HttpsConnector<HttpConnector>,
        proxy: Proxy,
        to: Uri,
    ) -> Result<Stream, BoxError> {
        let Proxy { address, authorization } = proxy;
        let failed = |error: &(dyn std::error::Error + 'static)| {
            let reason = crate::http::innermost(error);
            ProxyError { address: address.clone(), reason }
        };
        // As with npm, plain requests are handed to the proxy, and it sees nothing of others.
        if to.scheme() != Some(&Scheme::HTTPS) {
            let connected = to_proxy.call(address.clone()).await;
            let inner = connected.map_err(|error| failed(&*error))?;
            return Ok(Stream { inner, is_asked_for_all: true });
        }
        let mut tunnel = Tunnel::new(address.clone(), to_proxy);
        if let Some(authorization) = authorization {
            tunnel = tunnel.with_auth(authorization);
        }
        let inner = tunnel.call(to).await.map_err(|error| failed(&error))?;
        Ok(Stream { inner, is_asked_for_all: false })
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.direct.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let (scheme, host) = (to.scheme_str().unwrap_or_default(), to.host().unwrap_or_default());
        match self.proxies.of(scheme, host) {
            Err(error) => Box::pin(ready(Err(error.into()))),
            Ok(Some(proxy)) => Box::pin(Self::through(self.to_proxy.clone(), proxy.clone(), to)),
            Ok(None) => {
                let connecting = self.direct.call(to);
                Box::pin(async move {
                    let inner = MaybeHttpsStream::Http(connecting.await?);
                    Ok(Stream { inner, is_asked_for_all: false })
                })
            }
        }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        self.inner.connected().proxy(self.is_asked_for_all)
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, buffers)
    }
}
