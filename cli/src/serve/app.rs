//! Requests and their responses, each with its line in the log.

use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Instant, SystemTime};

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use isolet::{Error, ServeError};
use tower_service::Service as _;

use super::client::{Client, InFlight};
use super::connection::connection_of;
use super::metrics::Metrics;
use super::program::Current;
use crate::run::stack_of;
use crate::terminal::Terminal;

/// The maximum number of characters of a URL in the log.
const MAX_SHOWN_URL: usize = 1_024;

pub(crate) type AnyError = Box<dyn std::error::Error + Send + Sync>;

pub(crate) type AnyBody = UnsyncBoxBody<Bytes, AnyError>;

/// The handlers of requests.
pub(crate) struct App {
    pub(crate) current: Current,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) terminal: Arc<Terminal>,
    pub(crate) max_headers: usize,
    pub(crate) quiet: bool,
}

impl App {
    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Answers a request.
    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
        client: &Client,
        in_flight: InFlight,
        is_ambiguous: bool,
    ) -> Response<Tracked> {
        let mut record = self.record(&request, client, in_flight);
        let response = if is_ambiguous {
            self.refuse(&mut record, StatusCode::BAD_REQUEST, "ambiguousHead")
        } else if request.headers().len() > self.max_headers {
            let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
            self.refuse(&mut record, status, "headTooLarge")
        } else {
            self.serve(request, client, &mut record).await
        };
        record.status = Some(response.status());
        response.map(|body| Tracked { body, record })
    }

    /// Answers a request with a file, or by the worker.
    async fn serve(
        &self,
        mut request: Request<Incoming>,
        client: &Client,
        record: &mut Record,
    ) -> Response<AnyBody> {
        let program = self.current.get().await;
        if let Some(assets) = &program.assets
            && let Some(response) = assets.answer(&request).await
        {
            return response;
        }
        request.extensions_mut().insert(connection_of(client.peer, client.is_tls));
        let mut service = program.service.clone();
        drop(program);
        let Ok(response) = service.call(request).await;
        if let Some(error) = response.extensions().get::<ServeError>() {
            self.failed(error, record);
        }
        response.map(|body| body.map_err(AnyError::from).boxed_unsync())
    }

    fn refuse(
        &self,
        record: &mut Record,
        status: StatusCode,
        reason: &'static str,
    ) -> Response<AnyBody> {
        self.metrics.refused(reason);
        record.reason = Some(reason);
        plain(status, format!("{}\n", status.canonical_reason().unwrap_or_default()))
    }

    /// Logs why the worker has not answered.
    fn failed(&self, error: &ServeError, record: &mut Record) {
        self.metrics.refused(error.reason());
        record.reason = Some(error.reason());
        match error {
            ServeError::Worker(Error::Overloaded(_)) => {}
            ServeError::Worker(cause) => {
                let stack = stack_of(cause);
                self.terminal.error(format_args!("{}: {cause}", record.title), stack.as_deref());
            }
            ServeError::Response(_) => {
                self.terminal.error(format_args!("{}: {error}", record.title), None);
            }
            _ => {}
        }
    }

    fn record(&self, request: &Request<Incoming>, client: &Client, in_flight: InFlight) -> Record {
        self.metrics.in_flight.inc();
        let url = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let url: String = url.chars().take(MAX_SHOWN_URL).collect();
        Record {
            title: format!("{} {url}", request.method()),
            peer: client
                .peer
                .map_or_else(|| "-".to_owned(), |peer| peer.to_canonical().to_string()),
            begun: Instant::now(),
            status: None,
            reason: None,
            bytes: 0,
            has_ended: false,
            metrics: Arc::clone(&self.metrics),
            terminal: Arc::clone(&self.terminal),
            quiet: self.quiet,
            _in_flight: in_flight,
        }
    }
}

/// Creates a response of text.
pub(crate) fn plain(status: StatusCode, text: String) -> Response<AnyBody> {
    let body = Full::from(text).map_err(|never| match never {}).boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    response
}

/// The record of a request. It is counted and logged when it is dropped.
struct Record {
    /// The method and the URL.
    title: String,
    peer: String,
    begun: Instant,
    /// `None` if the client left before there was a response.
    status: Option<StatusCode>,
    reason: Option<&'static str>,
    bytes: u64,
    has_ended: bool,
    metrics: Arc<Metrics>,
    terminal: Arc<Terminal>,
    quiet: bool,
    _in_flight: InFlight,
}

impl Drop for Record {
    fn drop(&mut self) {
        let time = self.begun.elapsed();
        self.metrics.in_flight.dec();
        if !self.has_ended && self.reason.is_none() {
            self.metrics.refused("clientLeft");
            self.reason = Some("clientLeft");
        }
        if let Some(status) = self.status {
            self.metrics.answered(status, time);
        }
        if self.quiet {
            return;
        }
        let now = humantime::format_rfc3339_millis(SystemTime::now());
        let status = self.status.map_or_else(|| "-".to_owned(), |it| it.as_u16().to_string());
        let Self { peer, title, bytes, reason, .. } = self;
        let mut line = format!("{now} {peer} {title} {status} {bytes} {}us", time.as_micros());
        if let Some(reason) = reason {
            // Writing to a `String` does not fail.
            let _ = write!(line, " {reason}");
        }
        self.terminal.note(&line);
    }
}

/// The body of a response, which counts and logs it.
pub(crate) struct Tracked {
    body: AnyBody,
    record: Record,
}

impl Body for Tracked {
    type Data = Bytes;
    type Error = AnyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, AnyError>>> {
        let Self { body, record } = self.get_mut();
        let frame = ready!(Pin::new(body).poll_frame(cx));
        match &frame {
            None => record.has_ended = true,
            Some(Ok(frame)) => {
                record.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            Some(Err(error)) => {
                record.reason = Some("cut");
                record.metrics.refused("cut");
                let text = format_args!("{}: the response was cut: {error}", record.title);
                record.terminal.error(text, None);
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        // A body whose length is known is not asked for its end.
        self.record.has_ended |= self.body.is_end_stream();
    }
}
