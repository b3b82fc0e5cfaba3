//! The HTTP client of a network, and what its errors mean.

use std::error::Error as StdError;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Bytes;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::Semaphore;

use super::connect::{Checked, ConnectError, Connector, Resolver};
use super::error::NetworkError;
use super::policy::NetworkPolicy;
use super::rules::Rules;
use super::secrets::Secrets;
use crate::error::thrown::{Thrown, shown};

/// The most connections of a network, whether they are in use or idle.
const MAX_CONNECTIONS: usize = 256;
/// The most idle connections to one origin, and how long they stay.
const MAX_IDLE: usize = 4;
const IDLE: Duration = Duration::from_secs(15);
/// The most bytes and fields of the head of a response.
const MAX_HEAD: u32 = 64 << 10;
const MAX_FIELDS: usize = 256;
/// The bytes that a server may be ahead of the worker, for one response and for a connection.
const STREAM_WINDOW: u32 = 256 << 10;
const CONNECTION_WINDOW: u32 = 1 << 20;

/// Makes connections that are no requests.
pub(super) struct Tcp {
    pub(super) checked: Checked,
    pub(super) tls: ClientConfig,
    pub(super) timeout: Duration,
}

pub(super) type RequestBody = UnsyncBoxBody<Bytes, Thrown>;
type HttpClient = Client<Connector, RequestBody>;

/// Makes clients, and has one. Each network has a pool of its own, so that nothing of a tenant's
/// connections is shared with another.
pub(super) struct Clients {
    checked: Checked,
    tls: ClientConfig,
    timeout: Duration,
    connector: Connector,
    current: Mutex<HttpClient>,
    /// Makes requests that end with their connection, by HTTP/1.1.
    upgrading: HttpClient,
}

impl Clients {
    pub(super) fn new(
        policy: &NetworkPolicy,
        rules: &Arc<Rules>,
        resolver: Arc<dyn Resolver>,
    ) -> Result<Self, NetworkError> {
        let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let checked = Checked { rules: Arc::clone(rules), resolver, connections };
        Ok(Self::of(checked, tls(&policy.certificates)?, policy.connect_timeout))
    }

    /// Returns clients that ask another resolver.
    pub(super) fn with_resolver(self, resolver: Arc<dyn Resolver>) -> Self {
        Self::of(Checked { resolver, ..self.checked }, self.tls, self.timeout)
    }

    fn of(checked: Checked, tls: ClientConfig, timeout: Duration) -> Self {
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls.clone())
            .https_or_http()
            .enable_http1()
            .enable_http2()
            .wrap_connector(checked.clone());
        let connector = Connector { https, timeout };
        let current = Mutex::new(client(&connector));
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls.clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(checked.clone());
        let upgrading = client(&Connector { https, timeout });
        Self { checked, tls, timeout, connector, current, upgrading }
    }

    /// Returns the client for requests that upgrade their connection.
    pub(super) fn upgrading(&self) -> &HttpClient {
        &self.upgrading
    }

    /// Connects to a host, and speaks TLS if asked to.
    pub(super) fn tcp(&self) -> Tcp {
        Tcp { checked: self.checked.clone(), tls: self.tls.clone(), timeout: self.timeout }
    }

    /// Returns the client. If all connections are taken, the idle ones are closed.
    pub(super) fn get(&self) -> HttpClient {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if self.checked.connections.available_permits() == 0 {
            *current = client(&self.connector);
        }
        current.clone()
    }
}

fn client(connector: &Connector) -> HttpClient {
    Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(MAX_IDLE)
        .http1_max_buf_size(MAX_HEAD as usize)
        .http1_max_headers(MAX_FIELDS)
        .http2_max_header_list_size(MAX_HEAD)
        .http2_initial_stream_window_size(STREAM_WINDOW)
        .http2_initial_connection_window_size(CONNECTION_WINDOW)
        .build(connector.clone())
}

fn tls(certificates: &[Vec<u8>]) -> Result<ClientConfig, NetworkError> {
    let error = |error: &dyn std::fmt::Display| NetworkError::Certificate(error.to_string());
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for pem in certificates {
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|it| error(&it))?;
            roots.add(certificate).map_err(|it| error(&it))?;
        }
        if roots.len() == before {
            return Err(error(&"no certificate in PEM"));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(config.map_err(|it| error(&it))?.with_root_certificates(roots).with_no_client_auth())
}

/// The outcome of a request that got no response.
pub(super) struct Failure {
    /// The text for the worker.
    pub(super) text: String,
    /// The address that was refused, for the audit record alone.
    pub(super) refused: Option<(std::net::IpAddr, &'static str)>,
}

/// Finds the cause of an error of the client. What a server says in it holds no secret.
pub(super) fn failure(error: &legacy::Error, secrets: &Secrets) -> Failure {
    let mut refused = None;
    let mut cause: &(dyn StdError + 'static) = error;
    loop {
        if let Some(error) = cause.downcast_ref::<ConnectError>() {
            if let ConnectError::Refused { kind, address, .. } = error {
                refused = Some((*address, *kind));
            }
            return Failure { text: error.to_string(), refused };
        }
        if let Some(thrown) = cause.downcast_ref::<Thrown>() {
            return Failure { text: thrown.message.clone(), refused };
        }
        if let Some(error) = cause.downcast_ref::<hyper::Error>()
            && error.is_parse_too_large()
        {
            let text = format!(
                "the head of the response exceeds the limit of {MAX_HEAD} bytes or {MAX_FIELDS} \
                 fields"
            );
            return Failure { text, refused };
        }
        match cause.source() {
            Some(source) => cause = source,
            None => break,
        }
    }
    // The last cause, such as "connection refused", tells nothing of addresses.
    let doing = if error.is_connect() { "no connection" } else { "no response" };
    Failure {
        text: format!("{doing}: {}", shown(&secrets.removed_from(&cause.to_string()))),
        refused,
    }
}
