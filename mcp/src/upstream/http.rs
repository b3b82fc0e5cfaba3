//! The streamable HTTP transport of the client, over hyper.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT, WWW_AUTHENTICATE};
use http::request::Builder;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Collected, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rmcp::ErrorData;
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, ServerJsonRpcMessage};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::{
    AuthRequiredError, SseError, StreamableHttpClient, StreamableHttpClientTransportConfig,
    StreamableHttpError, StreamableHttpPostResponse,
};
use rustls::RootCertStore;
use sse_stream::{Sse, SseStream};
use url::Url;

use super::event_size::EventSize;

const SESSION: &str = "mcp-session-id";
const EVENTS: &str = "text/event-stream";
const JSON: &str = "application/json";
/// The most bytes of the head of a response.
const MAX_HEAD: usize = 64 << 10;
/// The most bytes of the body of a response with an error.
const MAX_ERROR: usize = 64 << 10;

type Fault = StreamableHttpError<HttpError>;

/// A failure of a request.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct HttpError(String);

/// Sends requests to one server, with its headers. Follows no redirects, which could carry the
/// headers to another host.
#[derive(Clone)]
pub(super) struct HttpClient {
    inner: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    headers: Arc<[(HeaderName, HeaderValue)]>,
    max_bytes: usize,
}

/// Returns a transport to a server. No request is sent yet.
pub(super) fn transport(
    url: &Url,
    headers: &[(HeaderName, HeaderValue)],
    max_bytes: usize,
) -> Result<StreamableHttpClientTransport<HttpClient>, rustls::Error> {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(Duration::from_secs(10)));
    connector.set_nodelay(true);
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(connector);
    let inner = Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .http1_max_buf_size(MAX_HEAD)
        .build(connector);
    let client = HttpClient { inner, headers: headers.into(), max_bytes };
    let config = StreamableHttpClientTransportConfig::with_uri(url.as_str())
        .max_sse_event_size(max_bytes)
        .max_concurrent_requests(64);
    Ok(StreamableHttpClientTransport::with_client(client, config))
}

impl HttpClient {
    fn request(
        &self,
        method: Method,
        uri: &str,
        session: Option<&str>,
        custom: HashMap<HeaderName, HeaderValue>,
    ) -> Builder {
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header(USER_AGENT, concat!("isolet/", env!("CARGO_PKG_VERSION")));
        for (name, value) in self.headers.iter() {
            request = request.header(name, value);
        }
        // The headers of the protocol.
        for (name, value) in custom {
            request = request.header(name, value);
        }
        match session {
            Some(session) => request.header(SESSION, session),
            None => request,
        }
    }

    async fn send(&self, request: Builder, body: Bytes) -> Result<Response<Incoming>, Fault> {
        let request = request.body(Full::new(body)).map_err(|error| failed(&error))?;
        let response = self.inner.request(request).await.map_err(|error| failed(&error))?;
        if response.status() == StatusCode::UNAUTHORIZED {
            let challenge = text(response.headers(), WWW_AUTHENTICATE).unwrap_or_default();
            let error = AuthRequiredError::new(challenge.chars().take(200).collect());
            return Err(Fault::AuthRequired(error));
        }
        Ok(response)
    }

    fn events(&self, body: Incoming) -> BoxStream<'static, Result<Sse, SseError>> {
        let mut event = EventSize::new(self.max_bytes);
        let bytes = body.into_data_stream().map(move |chunk| {
            let chunk = chunk.map_err(|error| HttpError(error.to_string()))?;
            event.add(&chunk).map_err(HttpError)?;
            Ok::<_, HttpError>(chunk)
        });
        SseStream::from_bytes_stream(bytes).boxed()
    }
}

impl StreamableHttpClient for HttpClient {
    type Error = HttpError;

    async fn post_message(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        _: Option<String>,
        custom: HashMap<HeaderName, HeaderValue>,
    ) -> Result<StreamableHttpPostResponse, Fault> {
        let request = self
            .request(Method::POST, &uri, session.as_deref(), custom)
            .header(CONTENT_TYPE, JSON)
            .header(ACCEPT, "application/json, text/event-stream");
        let response = self.send(request, serde_json::to_vec(&message)?.into()).await?;
        let (head, body) = response.into_parts();
        let is_request = matches!(message, ClientJsonRpcMessage::Request(_));
        let new_session = text(&head.headers, HeaderName::from_static(SESSION));
        if head.status == StatusCode::NOT_FOUND && session.is_some() {
            return Err(Fault::SessionExpired);
        }
        if !head.status.is_success() {
            let body = Limited::new(body, MAX_ERROR).collect().await;
            let body = body.map(Collected::to_bytes).unwrap_or_default();
            return refused(&message, session.is_some(), head.status, &body);
        }
        // A notification has no answer.
        if !is_request
            || matches!(head.status, StatusCode::ACCEPTED | StatusCode::NO_CONTENT)
            || text(&head.headers, CONTENT_LENGTH).as_deref() == Some("0")
        {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        match media_type(&head.headers).as_deref() {
            Some(EVENTS) => Ok(StreamableHttpPostResponse::Sse(self.events(body), new_session)),
            Some(JSON) => {
                let body = Limited::new(body, self.max_bytes).collect().await;
                let body = body.map_err(|error| failed(&*error))?.to_bytes();
                let message = serde_json::from_slice(&body)?;
                Ok(StreamableHttpPostResponse::Json(message, new_session))
            }
            other => Err(Fault::UnexpectedContentType(other.map(str::to_owned))),
        }
    }

    async fn delete_session(
        &self,
        uri: Arc<str>,
        session: Arc<str>,
        _: Option<String>,
        custom: HashMap<HeaderName, HeaderValue>,
    ) -> Result<(), Fault> {
        // A server may refuse: the session then ends by itself.
        let request = self.request(Method::DELETE, &uri, Some(&session), custom);
        self.send(request, Bytes::new()).await.map(drop)
    }

    async fn get_stream(
        &self,
        uri: Arc<str>,
        session: Option<Arc<str>>,
        last_event: Option<String>,
        _: Option<String>,
        custom: HashMap<HeaderName, HeaderValue>,
    ) -> Result<BoxStream<'static, Result<Sse, SseError>>, Fault> {
        let mut request =
            self.request(Method::GET, &uri, session.as_deref(), custom).header(ACCEPT, EVENTS);
        if let Some(last) = last_event {
            request = request.header("last-event-id", last);
        }
        let response = self.send(request, Bytes::new()).await?;
        match response.status() {
            StatusCode::METHOD_NOT_ALLOWED => Err(Fault::ServerDoesNotSupportSse),
            StatusCode::NOT_FOUND if session.is_some() => Err(Fault::SessionExpired),
            status if !status.is_success() => {
                Err(Fault::UnexpectedServerResponse(format!("HTTP {status}").into()))
            }
            _ => match media_type(response.headers()).as_deref() {
                Some(EVENTS) => Ok(self.events(response.into_body())),
                other => Err(Fault::UnexpectedContentType(other.map(str::to_owned))),
            },
        }
    }
}

/// Returns what a response with an error status means: an error of the protocol, if it has one.
/// A server of 2025 refuses `server/discover` with all kinds of bodies, and is asked again in its
/// own way if the answer is an error of the protocol with the right identifier.
fn refused(
    message: &ClientJsonRpcMessage,
    has_session: bool,
    status: StatusCode,
    body: &[u8],
) -> Result<StreamableHttpPostResponse, Fault> {
    let reason = || {
        let text = String::from_utf8_lossy(body);
        format!("HTTP {status}: {}", crate::text::line(&text, 200))
    };
    let error = match serde_json::from_slice(body) {
        Ok(ServerJsonRpcMessage::Error(error)) if status != StatusCode::FORBIDDEN => Some(error),
        _ => None,
    };
    let ClientJsonRpcMessage::Request(request) = message else {
        return Err(Fault::UnexpectedServerResponse(reason().into()));
    };
    let is_probe = !has_session
        && status.is_client_error()
        && status != StatusCode::FORBIDDEN
        && matches!(request.request, ClientRequest::DiscoverRequest(_));
    let (error, id) = match error {
        Some(error) if is_probe => (error.error, Some(request.id.clone())),
        Some(error) => (error.error, error.id),
        None if is_probe => (ErrorData::invalid_request(reason(), None), Some(request.id.clone())),
        None => return Err(Fault::UnexpectedServerResponse(reason().into())),
    };
    Ok(StreamableHttpPostResponse::Json(ServerJsonRpcMessage::error(error, id), None))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = text(headers, CONTENT_TYPE)?;
    Some(value.split(';').next()?.trim().to_ascii_lowercase())
}

/// Returns an error with the text of the last cause, such as "connection refused".
fn failed(error: &(dyn std::error::Error + 'static)) -> Fault {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    Fault::Client(HttpError(crate::text::line(&error.to_string(), 200)))
}
