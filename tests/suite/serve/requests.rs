//! Requests as a worker sees them.

use std::net::{IpAddr, Ipv4Addr};

use http::{Method, Request, StatusCode, Version};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use isolet::{Connection, HttpService};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower_service::Service;

use super::{get, json, pipe, post, send, service, text};
use crate::harness::soon;

const SHOW: &str = "return Response.json([request.method, request.url, [...request.headers],
    request.body === null ? null : await request.text()])";

/// Answers a request without a server.
async fn direct(service: &HttpService, request: Request<Full<Bytes>>) -> (StatusCode, String) {
    let Ok(response) = soon(service.clone().call(request)).await;
    let status = response.status();
    let body = soon(response.into_body().collect()).await.expect("a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

/// Sends bytes, and returns all that is answered until the connection is closed.
async fn raw(service: &HttpService, bytes: &str) -> String {
    let mut stream = pipe(service, Connection::new());
    stream.write_all(bytes.as_bytes()).await.expect("a server");
    let mut answer = String::new();
    soon(stream.read_to_string(&mut answer)).await.expect("an answer");
    answer
}

#[tokio::test]
async fn the_parts_of_a_request_arrive() {
    let service = service(SHOW);
    let mut request = post("/a/b?c=d%20e&f", "hello");
    request.headers_mut().insert("X-One", "1".parse().unwrap());
    request.headers_mut().append("x-many", "1".parse().unwrap());
    request.headers_mut().append("x-many", "2".parse().unwrap());
    let seen = json(&service, request).await;
    let headers =
        json!([["content-length", "5"], ["host", "a.example"], ["x-many", "1, 2"], ["x-one", "1"]]);
    assert_eq!(seen, json!(["POST", "http://a.example/a/b?c=d%20e&f", headers, "hello"]));
    let seen = json(&service, get("/")).await;
    assert_eq!(seen, json!(["GET", "http://a.example/", [["host", "a.example"]], null]));
}

#[tokio::test]
async fn headers_of_the_connection_and_of_proxies_do_not_arrive() {
    let mut request = post("/", "");
    for (name, value) in [
        ("connection", "keep-alive, x-named"),
        ("x-named", "hop"),
        ("keep-alive", "timeout=5"),
        ("te", "trailers"),
        ("proxy-connection", "close"),
        ("upgrade", "h2c"),
        ("cf-connecting-ip", "6.6.6.6"),
        ("x-forwarded-for", "6.6.6.6"),
        ("x-forwarded-proto", "https"),
        ("x-real-ip", "6.6.6.6"),
        ("forwarded", "for=6.6.6.6"),
        ("x-kept", "1"),
    ] {
        request.headers_mut().append(name, value.parse().unwrap());
    }
    let peer = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
    request.extensions_mut().insert(Connection::new().peer(peer).tls(true));
    let service = service(SHOW);
    let proxied = service.clone().behind_proxy(true);
    let (_, seen) = direct(&service, request.clone()).await;
    let expected = json!([
        "POST",
        "https://a.example/",
        [["cf-connecting-ip", "192.0.2.7"], ["host", "a.example"], ["x-kept", "1"]],
        null
    ]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&seen).unwrap(), expected);
    let (_, seen) = direct(&proxied, request).await;
    for kept in [r#""cf-connecting-ip","6.6.6.6""#, r#""x-forwarded-for","6.6.6.6""#] {
        assert!(seen.contains(kept), "{seen}");
    }
    let mut request = get("/");
    let mapped = Ipv4Addr::LOCALHOST.to_ipv6_mapped();
    request.extensions_mut().insert(Connection::new().peer(mapped.into()));
    assert!(direct(&service, request).await.1.contains(r#""cf-connecting-ip","127.0.0.1""#));
}

#[tokio::test]
async fn the_authority_is_one_host() {
    let service = service("return new Response(request.url)");
    for (head, status) in [
        ("GET / HTTP/1.1\r\nHost: b.example:81\r\n", "200"),
        ("GET http://c.example/x HTTP/1.1\r\nHost: b.example\r\n", "200"),
        ("GET / HTTP/1.1\r\nHost: [::1]:81\r\n", "200"),
        ("GET / HTTP/1.0\r\n", "200"),
        ("OPTIONS * HTTP/1.1\r\nHost: b.example\r\n", "200"),
        ("GET / HTTP/1.1\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost:\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: user@a\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a\\b\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: 300.1.1.1\r\n", "400"),
        ("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n", "400"),
        ("GET http://user:pass@a/ HTTP/1.1\r\nHost: a\r\n", "400"),
        ("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n", "501"),
        ("TRACE / HTTP/1.1\r\nHost: a\r\n", "501"),
    ] {
        let answer = raw(&service, &format!("{head}Connection: close\r\n\r\n")).await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{head:?}: {answer}");
    }
    let answer =
        raw(&service, "GET http://c.example/x HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n");
    assert!(answer.await.ends_with("http://c.example/x"));
    let shown = self::service("return new Response(request.headers.get('host'))");
    let answer =
        raw(&shown, "GET http://c.example/x HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n");
    assert!(answer.await.ends_with("\r\n\r\nc.example"));
    let answer = raw(&service, "GET /x HTTP/1.0\r\n\r\n").await;
    assert!(answer.ends_with("http://localhost/x"), "{answer}");
}

#[tokio::test]
async fn bytes_of_headers_are_characters_of_the_same_number() {
    let service =
        service("return new Response(null, { headers: { back: request.headers.get('x') } })");
    let mut request = get("/");
    let value = http::HeaderValue::from_bytes(b"\xfc\xe9\x80").unwrap();
    request.headers_mut().insert("x", value.clone());
    assert_eq!(send(&service, request).await.headers()["back"], value);
}

#[tokio::test]
async fn cookies_of_http2_are_one_header() {
    let service = service("return new Response(request.headers.get('cookie'))");
    let mut request = get("/");
    *request.version_mut() = Version::HTTP_2;
    for cookie in ["a=1", "b=2"] {
        request.headers_mut().append("cookie", cookie.parse().unwrap());
    }
    assert_eq!(direct(&service, request).await.1, "a=1; b=2");
}

#[tokio::test]
async fn every_method_arrives_and_some_have_no_body() {
    let service = service(
        "return new Response(null, { headers: { method: request.method, body: request.body === null } })",
    );
    for (method, body) in [
        ("GET", "true"),
        ("HEAD", "true"),
        ("POST", "false"),
        ("PUT", "false"),
        ("PATCH", "false"),
        ("DELETE", "false"),
        ("OPTIONS", "false"),
        ("PURGE", "false"),
    ] {
        let mut request = post("/", "body");
        *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
        let headers = send(&service, request).await.headers().clone();
        assert_eq!(
            (&headers["method"], &headers["body"]),
            (&method.parse().unwrap(), &body.parse().unwrap())
        );
    }
}

/// The second chunk is sent when the first has been echoed.
#[tokio::test]
async fn bodies_stream_both_ways() {
    let service = service("return new Response(request.body.pipeThrough(new TransformStream()))");
    let (chunks, receiver) = futures_util_channel();
    let body = StreamBody::new(receiver);
    let request = Request::post("/").header("host", "a").body(body).unwrap();
    let Ok(response) = soon(service.clone().call(request)).await;
    let mut body = response.into_body();
    for text in ["one", "two", "three"] {
        chunks.send(Ok(Frame::data(Bytes::from(text)))).await.expect("a reader");
        let frame = soon(body.frame()).await.expect("a frame").expect("bytes");
        assert_eq!(frame.into_data().expect("data"), text);
    }
    drop(chunks);
    assert!(soon(body.frame()).await.is_none());
}

type Chunk = Result<Frame<Bytes>, std::io::Error>;

/// Returns a sender and the stream of what it sends. Nothing is buffered but one chunk.
fn futures_util_channel()
-> (tokio::sync::mpsc::Sender<Chunk>, impl futures_util::Stream<Item = Chunk> + Send + 'static) {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let receive = |mut receiver: tokio::sync::mpsc::Receiver<Chunk>| async {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    };
    (sender, futures_util::stream::unfold(receiver, receive))
}

/// The worker takes one chunk and answers, so that nobody waits for the next.
#[tokio::test]
async fn a_body_that_is_left_is_let_go() {
    let service = service(
        "const reader = request.body.getReader();
        const { value } = await reader.read();
        return new Response(new TextDecoder().decode(value))",
    );
    let (chunks, receiver) = futures_util_channel();
    let request = Request::post("/").header("host", "a").body(StreamBody::new(receiver)).unwrap();
    let answer = tokio::spawn(service.clone().call(request));
    chunks.send(Ok(Frame::data(Bytes::from_static(b"x")))).await.expect("a reader");
    let Ok(response) = soon(answer).await.expect("no panic");
    assert_eq!(response.status(), 200);
    // The stream is dropped with the invocation, so there is no reader any more.
    soon(chunks.closed()).await;
}

#[tokio::test]
async fn bodies_are_bounded() {
    let service = service("return new Response((await request.bytes()).length)").max_body_bytes(10);
    assert_eq!(text(&service, post("/", "0123456789")).await, "10");
    let response = send(&service, post("/", "0123456789x")).await;
    assert_eq!(
        (response.status(), &response.body()[..]),
        (StatusCode::PAYLOAD_TOO_LARGE, &b"Payload Too Large\n"[..])
    );
    // Nothing announces the length of a stream.
    let streamed = |size: usize| {
        let chunks =
            (0..size).map(|_| Ok::<_, std::io::Error>(Frame::data(Bytes::from_static(b"x"))));
        let body = StreamBody::new(futures_util::stream::iter(chunks));
        Request::post("/").header("host", "a").body(body).unwrap()
    };
    let mut service = service;
    let Ok(response) = soon(service.call(streamed(10))).await;
    assert_eq!(response.status(), 200);
    let Ok(response) = soon(service.call(streamed(11))).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error_of_the_worker() {
    let service = service(
        "try { await request.text() } catch (error) { return new Response(error.message) }",
    );
    let chunks = [Ok(Frame::data(Bytes::from_static(b"x"))), Err(std::io::Error::other("secret"))];
    let body = StreamBody::new(futures_util::stream::iter(chunks));
    let request = Request::post("/").header("host", "a").body(body).unwrap();
    let Ok(response) = soon(service.clone().call(request)).await;
    let body = soon(response.into_body().collect()).await.unwrap().to_bytes();
    assert_eq!(body, "The body of the request has ended early.");
}
