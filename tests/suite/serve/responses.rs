//! Responses as a client sees them.

use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt;
use isolet::ServeError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower_service::Service;

use super::{connect, get, module, pipe, send, service, text};
use crate::harness::soon;
use isolet::{Connection, HttpService};

#[tokio::test]
async fn the_parts_of_a_response_arrive() {
    let service = service(
        "const headers = new Headers({ 'X-One': '1', 'content-type': 'text/x' });
         headers.append('set-cookie', 'a=1'); headers.append('set-cookie', 'b=2');
         return new Response('hello', { status: 299, statusText: 'Fine', headers })",
    );
    let response = send(&service, get("/")).await;
    assert_eq!((response.status().as_u16(), &response.body()[..]), (299, &b"hello"[..]));
    let headers = response.headers();
    let cookies: Vec<_> = headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(
        (&headers["x-one"], &headers["content-length"], &headers["content-type"]),
        (&"1".parse().unwrap(), &"5".parse().unwrap(), &"text/x".parse().unwrap())
    );
    let mut stream = pipe(&service, Connection::new());
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    soon(stream.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 299 Fine\r\n"), "{answer}");
}

#[tokio::test]
async fn bodies_of_every_kind_arrive() {
    for (body, expected) in [
        ("'text'", "text"),
        ("new Uint8Array([104, 105])", "hi"),
        ("new Blob(['blob'])", "blob"),
        ("null", ""),
        ("''", ""),
        ("new URLSearchParams({ a: 'b c' })", "a=b+c"),
        (
            "new ReadableStream({ start(c) { for (const n of 'abc') c.enqueue(new TextEncoder().encode(n)); c.close() } })",
            "abc",
        ),
        ("new ReadableStream({ start(c) { c.close() } })", ""),
    ] {
        assert_eq!(
            text(&service(&format!("return new Response({body})")), get("/")).await,
            expected,
            "{body}"
        );
    }
}

#[tokio::test]
async fn some_responses_have_no_body() {
    let service = service(
        "if (request.method === 'HEAD') return new Response('hello', { headers: { kind: 'head' } });
         const status = Number(request.url.split('/').pop());
         return new Response(null, { status })",
    );
    let mut head = get("/");
    *head.method_mut() = Method::HEAD;
    let response = send(&service, head).await;
    assert_eq!(
        (&response.headers()["content-length"], &response.body()[..]),
        (&"5".parse().unwrap(), &b""[..])
    );
    for status in [204, 205, 304] {
        let response = send(&service, get(&format!("/{status}"))).await;
        assert_eq!((response.status().as_u16(), response.body().len()), (status, 0));
    }
}

/// Answers with whatever the body of a request says, without a `Response` in between.
async fn forged(returned: &str) -> (StatusCode, HeaderMap, String) {
    // A class's `fetch` would be checked, and a plain method is not, but only `fetch` is called.
    let source = format!("export default {{ async fetch(request) {{ {returned} }} }}");
    let service = HttpService::new(module(&source).worker().entrypoint());
    let response = send(&service, get("/")).await;
    let body = String::from_utf8(response.body().to_vec()).expect("text");
    (response.status(), response.headers().clone(), body)
}

#[tokio::test]
async fn headers_about_the_connection_are_removed() {
    let (status, headers, body) = forged(
        "return new Response('hello', { headers: {
            connection: 'close, x-named', 'x-named': '1', 'transfer-encoding': 'chunked', upgrade: 'x',
            'keep-alive': 'timeout=1', trailer: 'x', 'content-length': '9999', 'proxy-connection': 'x', kept: '1' } })",
    )
    .await;
    assert_eq!((status, &*body), (StatusCode::OK, "hello"));
    let mut names: Vec<_> = headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["content-length", "content-type", "date", "kept"]);
    assert_eq!(headers["content-length"], "5");
}

/// The class refuses most of it already. What a hostile guest could still send is refused by
/// the host, which the unit tests of the service show.
#[tokio::test]
async fn values_cannot_split_a_response() {
    for returned in [
        "return new Response('x', { headers: { a: 'b\\r\\nset-cookie: evil' } })",
        "return new Response('x', { headers: [['a\\r\\nb', 'c']] })",
        "return new Response('x', { statusText: 'OK\\r\\nset-cookie: evil' })",
        "const r = new Response('x'); r.headers.set('a', 'b\\nc'); return r",
        "return { status: 200 }",
        "return 'text'",
        "return undefined",
    ] {
        let (status, headers, body) = forged(returned).await;
        assert_eq!(
            (status, &*body),
            (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error\n"),
            "{returned}"
        );
        assert!(!headers.contains_key("set-cookie"));
    }
}

#[tokio::test]
async fn headers_are_bounded() {
    let service = service(
        "return new Response('x', { headers: { a: 'x'.repeat(Number(new URL(request.url).search.slice(1))) } })",
    );
    let mut service = service;
    for (length, is_ok) in [(130_000, true), (140_000, false)] {
        let Ok(response) = soon(service.call(get(&format!("/?{length}")))).await;
        let error = response.extensions().get::<ServeError>();
        assert_eq!(error.is_none(), is_ok, "{error:?}");
        assert!(error.is_none_or(|error| error.to_string().contains("128 KiB")));
    }
}

/// The worker makes a chunk when the client has taken the one before.
#[tokio::test]
async fn a_response_is_made_as_fast_as_it_is_taken() {
    let source = "let made = 0, cancelled = 0;
        export default { fetch(request) {
            if (request.url.endsWith('/told')) return Response.json([made, cancelled]);
            return new Response(new ReadableStream({
                pull(c) { made++; c.enqueue(new Uint8Array(1)) }, cancel() { cancelled++ },
            }, { highWaterMark: 0 }));
        } }";
    let worker = module(source).worker();
    let mut service = HttpService::new(worker.entrypoint());
    let Ok(response) = soon(service.call(get("/"))).await;
    let mut body = response.into_body();
    for _ in 0..3 {
        let _ = soon(body.frame()).await.expect("a frame").expect("bytes");
    }
    assert_eq!(text(&service, get("/told")).await, "[3,0]");
    drop(body);
    soon(async { while text(&service, get("/told")).await != "[3,1]" {} }).await;
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let service = service("return new Response(request.url)");
    let mut client = connect(&service).await;
    for n in 0..5 {
        let response = soon(client.send_request(get(&format!("/{n}")))).await.expect("a response");
        let body = soon(response.into_body().collect()).await.expect("a body").to_bytes();
        assert_eq!(body, format!("http://a.example/{n}"));
    }
}
