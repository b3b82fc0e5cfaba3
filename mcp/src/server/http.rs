//! The streamable HTTP transport of the server, over hyper.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Server;
use super::handler::Handler;
use crate::error::{Error, Result};

/// The path of the server.
const PATH: &str = "/mcp";

/// Options of the HTTP server: the clients that may connect.
#[derive(Clone, Default)]
pub struct HttpOptions {
    /// The token that a request must have as `Authorization: Bearer TOKEN`. Default: none, which
    /// is allowed on loopback addresses only.
    pub token: Option<String>,
    /// Hosts, with or without a port, that the header `Host` may name beside `localhost` and the
    /// address itself. Default: none.
    pub hosts: Vec<String>,
    /// Origins of web pages that may send requests, such as `https://app.example:443`. Default:
    /// none.
    pub origins: Vec<String>,
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("token", &self.token.is_some())
            .field("hosts", &self.hosts)
            .field("origins", &self.origins)
            .finish()
    }
}

type AnyResponse = Response<BoxBody<Bytes, Infallible>>;

impl Server {
    /// Serves clients over HTTP/1, at the path `/mcp`, until `shutdown` is ready. Connections are
    /// closed then.
    ///
    /// # Errors
    /// Errors if the address is not a loopback address and there is no token.
    pub async fn serve_http(
        &self,
        listener: TcpListener,
        options: HttpOptions,
        shutdown: impl Future<Output = ()>,
    ) -> Result<()> {
        let address = listener.local_addr()?;
        if !address.ip().is_loopback() && options.token.is_none() {
            let reason = "an address that is not loopback needs a token";
            return Err(Error::Config(reason.to_owned()));
        }
        let gone = CancellationToken::new();
        let _end = gone.clone().drop_guard();
        let limits = &self.shared.options.limits;
        let mut hosts = options.hosts;
        hosts.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
        hosts.push(address.ip().to_string());
        let config = StreamableHttpServerConfig::default()
            .with_allowed_hosts(hosts)
            .with_allowed_origins(options.origins)
            .enforce_origin_validation()
            .with_max_request_body_bytes(limits.request_bytes)
            .with_cancellation_token(gone.clone());
        let mut sessions = LocalSessionManager::default();
        sessions.session_config.keep_alive = Some(limits.session_time);
        let sessions = Arc::new(sessions);
        let (shared, endpoint) = (Arc::clone(&self.shared), self.shared.next_endpoint());
        let handler = move || Ok(Handler::new(Arc::clone(&shared), gone.clone(), endpoint));
        let service = StreamableHttpService::new(handler, Arc::clone(&sessions), config);
        let gate = Arc::new(Gate {
            service,
            sessions,
            max_sessions: limits.sessions,
            token: options.token.map(|token| Sha256::digest(token).into()),
        });
        let places = Arc::new(Semaphore::new(limits.sessions));
        let mut connections = JoinSet::new();
        let accept = async {
            loop {
                let place = Arc::clone(&places).acquire_owned().await;
                let Ok((stream, _)) = listener.accept().await else {
                    // Out of descriptors, most likely.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                };
                // Fails if the connection is closed already.
                let _ = stream.set_nodelay(true);
                let gate = Arc::clone(&gate);
                while connections.try_join_next().is_some() {}
                connections.spawn(async move {
                    let _place = place;
                    let service = service_fn(|request| async {
                        Ok::<_, Infallible>(gate.answer(request).await)
                    });
                    // A client that is gone is no concern of the server's.
                    let _ = http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(Duration::from_secs(10))
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        };
        tokio::select! {
            () = accept => {}
            () = shutdown => {}
        }
        Ok(())
    }
}

/// The checks before the protocol.
struct Gate {
    service: StreamableHttpService<Handler, LocalSessionManager>,
    sessions: Arc<LocalSessionManager>,
    max_sessions: usize,
    /// The digest of the token.
    token: Option<[u8; 32]>,
}

impl Gate {
    async fn answer(&self, request: Request<Incoming>) -> AnyResponse {
        if request.uri().path() != PATH {
            return plain(StatusCode::NOT_FOUND);
        }
        if !self.is_authorized(request.headers().get(AUTHORIZATION)) {
            let mut response = plain(StatusCode::UNAUTHORIZED);
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            return response;
        }
        let begins =
            request.method() == Method::POST && !request.headers().contains_key("mcp-session-id");
        if begins && self.sessions.sessions.read().await.len() >= self.max_sessions {
            return plain(StatusCode::SERVICE_UNAVAILABLE);
        }
        self.service.handle(request).await
    }

    /// Takes the same time for each wrong token of the same length.
    fn is_authorized(&self, header: Option<&HeaderValue>) -> bool {
        let Some(expected) = &self.token else { return true };
        let Some((scheme, token)) = header.and_then(|it| it.to_str().ok()?.split_once(' ')) else {
            return false;
        };
        if !scheme.eq_ignore_ascii_case("bearer") {
            return false;
        }
        let actual = Sha256::digest(token.trim_start_matches(' '));
        expected.ct_eq(actual.as_slice()).into()
    }
}

fn plain(status: StatusCode) -> AnyResponse {
    let text = status.canonical_reason().unwrap_or_default();
    let mut response = Response::new(Full::from(text).boxed());
    *response.status_mut() = status;
    response
}
