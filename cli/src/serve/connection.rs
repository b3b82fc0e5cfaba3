//! One connection: its handshake, its requests, its end.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONNECTION, TRANSFER_ENCODING};
use http::{HeaderValue, Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use super::address::{Accepted, Stream};
use super::app::{App, Tracked};
use super::args::ServeArgs;
use super::client::{Client, Clients, Connected};
use super::guarded::Guarded;
use super::metrics::Metrics;

/// The time for a client to take note that its connection ends.
const FAREWELL: Duration = Duration::from_secs(1);

/// The time between two pings of HTTP/2, and the time for an answer.
const PING: Duration = Duration::from_secs(20);

/// The maximum number of requests at a time on one connection of HTTP/2.
const MAX_STREAMS: u32 = 100;

/// A connection that is counted.
pub(crate) struct Counted {
    _connected: Connected,
    metrics: Arc<Metrics>,
}

impl Counted {
    fn new(connected: Connected, metrics: Arc<Metrics>) -> Self {
        metrics.connections.inc();
        Self { _connected: connected, metrics }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.metrics.connections.dec();
    }
}

/// The state that all connections share.
pub(crate) struct Server {
    pub(crate) app: Arc<App>,
    pub(crate) clients: Arc<Clients>,
    pub(crate) tls: Option<TlsAcceptor>,
    builder: Builder<TokioExecutor>,
    head_timeout: Duration,
    idle_timeout: Duration,
}

impl Server {
    pub(crate) fn new(app: Arc<App>, args: &ServeArgs, tls: Option<TlsAcceptor>) -> Self {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            // `Client::is_done` has both times.
            .header_read_timeout(None)
            .max_headers(args.max_headers as usize)
            .max_buf_size(args.max_head as usize);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(args.max_head)
            .max_concurrent_streams(MAX_STREAMS)
            .keep_alive_interval(PING)
            .keep_alive_timeout(PING);
        Self {
            app,
            clients: Arc::new(Clients::new(args.max_connections as usize)),
            tls,
            builder,
            head_timeout: args.head_timeout,
            idle_timeout: args.idle_timeout,
        }
    }

    /// Serves a connection until it ends. After a change of `stop` it ends with the requests
    /// that have come.
    pub(crate) async fn serve(
        self: Arc<Self>,
        (stream, peer): Accepted,
        stop: watch::Receiver<()>,
    ) {
        let metrics = Arc::clone(self.app.metrics());
        metrics.accepted.inc();
        let client = Arc::new(Client::new(peer, self.tls.is_some()));
        let Some(connected) = self.clients.add(&client) else {
            metrics.refused("connections");
            return;
        };
        let counted = Counted::new(connected, Arc::clone(&metrics));
        if let Err(reason) = self.serve_client(stream, &client, counted, stop).await {
            metrics.refused(reason);
        }
    }

    async fn serve_client(
        self: &Arc<Self>,
        stream: Box<dyn Stream>,
        client: &Arc<Client>,
        counted: Counted,
        mut stop: watch::Receiver<()>,
    ) -> Result<(), &'static str> {
        let stream: Box<dyn Stream> = match &self.tls {
            None => stream,
            Some(tls) => tokio::select! {
                accepted = tls.accept(stream) => Box::new(accepted.map_err(|_| "handshake")?),
                () = client.is_done(self.head_timeout, self.idle_timeout) => {
                    return Err("headTimeout");
                }
                _ = stop.changed() => return Ok(()),
            },
        };
        let guarded = Guarded::new(stream, Arc::clone(client), self.idle_timeout, counted);
        let io = TokioIo::new(guarded);
        let service = service_fn(|request| {
            let (server, client) = (Arc::clone(self), Arc::clone(client));
            async move { Ok::<_, Infallible>(server.answer(request, &client).await) }
        });
        let connection = self.builder.serve_connection_with_upgrades(io, service);
        let mut connection = std::pin::pin!(connection);
        tokio::select! {
            ended = connection.as_mut() => return how_it_ended(ended),
            () = client.is_done(self.head_timeout, self.idle_timeout) => {}
            _ = stop.changed() => {}
        }
        connection.as_mut().graceful_shutdown();
        loop {
            tokio::select! {
                ended = connection.as_mut() => return how_it_ended(ended),
                () = sleep(FAREWELL) => if client.is_idle() { return Ok(()) },
            }
        }
    }

    async fn answer(&self, request: Request<Incoming>, client: &Arc<Client>) -> Response<Tracked> {
        // Somebody else may take such a body for shorter or longer, and what follows for
        // another request.
        let is_last = request.version() == Version::HTTP_11
            && request.headers().contains_key(TRANSFER_ENCODING);
        let (in_flight, is_ambiguous) = client.request();
        let mut response = self.app.answer(request, client, in_flight, is_ambiguous).await;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            client.upgrade();
        } else if is_last || is_ambiguous {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

fn how_it_ended(
    ended: Result<(), Box<dyn std::error::Error + Send + Sync>>,
) -> Result<(), &'static str> {
    let Err(error) = ended else { return Ok(()) };
    // Other errors are those of clients that have left.
    match error.downcast_ref::<hyper::Error>() {
        Some(error) if error.is_parse_too_large() => Err("headTooLarge"),
        Some(error) if error.is_parse() => Err("badRequest"),
        _ => Ok(()),
    }
}

/// Returns the connection for the worker's request.
pub(crate) fn connection_of(peer: Option<IpAddr>, is_tls: bool) -> isolet::Connection {
    let connection = isolet::Connection::new().tls(is_tls);
    match peer {
        Some(peer) => connection.peer(peer),
        None => connection,
    }
}
