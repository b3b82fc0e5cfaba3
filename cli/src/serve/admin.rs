//! The second address: `/healthz` and `/metrics`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use isolet::{Engine, WebSockets};
use tokio::sync::Semaphore;

use super::address::Listener;
use super::app::{AnyBody, plain};
use super::metrics::Metrics;

/// The maximum number of connections.
const MAX_CONNECTIONS: usize = 32;

/// The maximum time of a connection. One that is cut off is made again.
const MAX_TIME: Duration = Duration::from_mins(1);

/// The type that Prometheus expects.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves the second address for ever.
pub(crate) async fn serve(
    listener: Listener,
    metrics: Arc<Metrics>,
    engine: Engine,
    sockets: WebSockets,
) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let (metrics, engine, sockets) = (Arc::clone(&metrics), engine.clone(), sockets.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let response = answer(&request, || metrics.text(&engine, &sockets));
                std::future::ready(Ok::<_, Infallible>(response))
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            // A client that is gone is no concern of the server's.
            let _ = tokio::time::timeout(MAX_TIME, connection).await;
            drop(place);
        });
    }
}

fn answer(request: &Request<Incoming>, metrics: impl Fn() -> String) -> Response<AnyBody> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n".to_owned());
    }
    match request.uri().path() {
        "/healthz" => plain(StatusCode::OK, "ok\n".to_owned()),
        "/metrics" => {
            let mut response = plain(StatusCode::OK, metrics());
            let kind = HeaderValue::from_static(OPEN_METRICS);
            response.headers_mut().insert(CONTENT_TYPE, kind);
            response
        }
        _ => plain(StatusCode::NOT_FOUND, "Not Found\n".to_owned()),
    }
}
