//! Real servers on this machine, which record what they receive.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value as Json, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub(super) type Body = UnsyncBoxBody<Bytes, Infallible>;
type Answering = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;
type Handler = Arc<dyn Fn(Request<Incoming>) -> Answering + Send + Sync>;

/// A server on a port of its own, until it is dropped.
pub(super) struct Server {
    pub(super) port: u16,
    /// The certificate, in PEM.
    pub(super) certificate: String,
    connections: Arc<Mutex<Vec<SocketAddr>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Starts a server without TLS.
    pub(super) async fn new<F, A>(handler: F) -> Self
    where
        F: Fn(Request<Incoming>) -> A + Send + Sync + 'static,
        A: Future<Output = Response<Body>> + Send + 'static,
    {
        Self::start(None, Arc::new(move |request| Box::pin(handler(request)))).await
    }

    /// Starts a server with TLS for a name, which offers these protocols.
    pub(super) async fn with_tls<F, A>(name: &str, protocols: &[&str], handler: F) -> Self
    where
        F: Fn(Request<Incoming>) -> A + Send + Sync + 'static,
        A: Future<Output = Response<Body>> + Send + 'static,
    {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let tls = Some((TlsAcceptor::from(Arc::new(config)), made.cert.pem()));
        Self::start(tls, Arc::new(move |request| Box::pin(handler(request)))).await
    }

    /// Starts a server that tells what it received, and that redirects from `/to?LOCATION`.
    pub(super) async fn echo() -> Self {
        Self::new(echo).await
    }

    async fn start(tls: Option<(TlsAcceptor, String)>, handler: Handler) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&connections);
        let (tls, certificate) = tls.unzip();
        let task = tokio::spawn(async move {
            // The connections end with the server.
            let mut open = tokio::task::JoinSet::new();
            while let Ok((stream, from)) = listener.accept().await {
                seen.lock().unwrap().push(from);
                open.spawn(serve(stream, tls.clone(), Arc::clone(&handler)));
            }
        });
        Self { port, certificate: certificate.unwrap_or_default(), connections, task }
    }

    /// Returns how often something has connected.
    pub(super) fn connections(&self) -> usize {
        self.connections.lock().unwrap().len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, tls: Option<TlsAcceptor>, handler: Handler) {
    let service = service_fn(move |request| {
        let answering = handler(request);
        async move { Ok::<_, Infallible>(answering.await) }
    });
    let builder = Builder::new(TokioExecutor::new());
    // Clients may break off.
    let _ = match tls {
        None => builder.serve_connection(TokioIo::new(stream), service).await,
        Some(tls) => match tls.accept(stream).await {
            Ok(stream) => builder.serve_connection(TokioIo::new(stream), service).await,
            Err(_) => Ok(()),
        },
    };
}

pub(super) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).boxed_unsync()
}

pub(super) fn ok(bytes: impl Into<Bytes>) -> Response<Body> {
    Response::new(full(bytes))
}

/// Returns what a request is made of.
pub(super) async fn told(request: Request<Incoming>) -> Json {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let headers: Vec<_> = head
        .headers
        .iter()
        .map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())]))
        .collect();
    json!({
        "method": head.method.as_str(),
        "uri": head.uri.path_and_query().map(ToString::to_string),
        "headers": headers,
        "body": String::from_utf8_lossy(&body),
        "h2": head.version == Version::HTTP_2,
    })
}

pub(super) async fn echo(request: Request<Incoming>) -> Response<Body> {
    if request.uri().path() == "/to" {
        let to = request.uri().query().unwrap_or_default();
        return Response::builder().status(302).header("location", to).body(full("")).unwrap();
    }
    ok(told(request).await.to_string())
}
