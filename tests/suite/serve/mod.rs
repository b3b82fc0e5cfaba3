//! `HttpService`: the `fetch` handler of a worker behind hyper's server.

mod failures;
mod requests;
mod responses;
mod sandboxes;
mod signal;
mod web_sockets;

use std::convert::Infallible;

use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use isolet::{Connection, HttpService, Worker};
use serde_json::Value as Json;
use tokio::io::DuplexStream;
use tower_service::Service;

use crate::harness::{Case, soon};

/// Creates a worker whose `fetch` has that body.
fn worker(body: &str) -> Worker {
    module(&format!("export default {{ async fetch(request, env, ctx) {{ {body}\n}} }};")).worker()
}

fn module(source: &str) -> Case {
    Case::js(source)
}

fn service(body: &str) -> HttpService {
    HttpService::new(worker(body).entrypoint())
}

/// Serves one end of a pipe with hyper, and returns the other.
fn pipe(service: &HttpService, connection: Connection) -> DuplexStream {
    let (client, server) = tokio::io::duplex(16 << 10);
    let service = service.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(connection);
        let answer = service.clone().call(request);
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    tokio::spawn(async move {
        // A client that leaves is an error here.
        let builder = auto::Builder::new(TokioExecutor::new());
        let _ = builder.serve_connection(TokioIo::new(server), service).await;
    });
    client
}

/// Connects hyper's client to hyper's server.
async fn connect(service: &HttpService) -> http1::SendRequest<Full<Bytes>> {
    let stream = pipe(service, Connection::new());
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("a handshake");
    tokio::spawn(connection);
    sender
}

fn get(path: &str) -> Request<Full<Bytes>> {
    Request::get(path).header("host", "a.example").body(Full::default()).expect("a request")
}

fn post(path: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let request = Request::post(path).header("host", "a.example");
    request.body(Full::new(body.into())).expect("a request")
}

/// Sends a request through hyper on both sides.
async fn send(service: &HttpService, request: Request<Full<Bytes>>) -> Response<Bytes> {
    let mut client = connect(service).await;
    let response = soon(client.send_request(request)).await.expect("a response");
    let (parts, body) = response.into_parts();
    let body = soon(body.collect()).await.expect("a body").to_bytes();
    Response::from_parts(parts, body)
}

async fn text(service: &HttpService, request: Request<Full<Bytes>>) -> String {
    let response = send(service, request).await;
    assert_eq!(response.status(), 200, "{response:?}");
    String::from_utf8(response.into_body().to_vec()).expect("text")
}

async fn json(service: &HttpService, request: Request<Full<Bytes>>) -> Json {
    serde_json::from_str(&text(service, request).await).expect("JSON")
}
