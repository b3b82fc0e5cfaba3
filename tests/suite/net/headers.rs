//! Headers of requests and of responses.

use hyper::Response;
use serde_json::json;

use super::server::{Server, full};
use super::{has, local, run};

#[tokio::test]
async fn headers_that_change_framing_or_destination_are_refused() {
    let server = Server::echo().await;
    let told = run(
        local(server.port),
        &server,
        "const names = ['Host', 'Connection', 'Keep-Alive', 'Transfer-Encoding', 'TE', 'Trailer', 'Upgrade', 'Expect', 'Proxy-Authorization', 'Proxy-Connection', 'HTTP2-Settings', 'Content-Length'];
         const all = [];
         for (const name of names) all.push([name.toLowerCase(), await text(`http://a.test:${port}/`, { headers: { [name]: '100' } })]);
         return all",
    )
    .await;
    let told = told.as_array().unwrap();
    assert_eq!(told.len(), 12);
    for pair in told {
        has(&pair[1], &["TypeError", pair[0].as_str().unwrap()]);
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn other_headers_arrive_as_they_are() {
    let server = Server::echo().await;
    let told = run(
        local(server.port),
        &server,
        "const echo = await json(`http://a.test:${port}/`, { method: 'POST', body: 'body',
            headers: [['x-a', '1'], ['X-A', '2'], ['authorization', 'Bearer x'], ['accept-encoding', 'zstd'], ['content-length', '4'], ['x-latin', 'é']] });
         return [header(echo, 'x-a'), header(echo, 'authorization'), header(echo, 'accept-encoding'), header(echo, 'content-length'), header(echo, 'host'), header(echo, 'x-latin').length]",
    )
    .await;
    let host = format!("a.test:{}", server.port);
    assert_eq!(told, json!([["1, 2"], ["Bearer x"], ["gzip, deflate, br"], ["4"], [host], 1]));
}

#[tokio::test]
async fn line_breaks_pass_nowhere() {
    let server = Server::echo().await;
    let told = run(
        local(server.port),
        &server,
        "const all = [];
         for (const bad of ['a\\r\\nx-b: c', 'a\\nb', 'a\\0b', 'a\\rb']) {
            all.push(await text(`http://a.test:${port}/`, { headers: { 'x-a': bad } }), await text(`http://a.test:${port}/`, { headers: { ['x' + bad]: '1' } }),
                await text(`http://a.test:${port}/`, { method: 'GET' + bad }));
            const url = await json(`http://a.test:${port}/${bad}?${bad}`);
            all.push(url.headers === undefined ? 'TypeError' : header(url, 'x-b').length === 0 ? 'TypeError (none)' : 'injected');
         }
         return all",
    )
    .await;
    let told = told.as_array().unwrap();
    assert_eq!(told.len(), 16);
    for text in told {
        has(text, &["TypeError"]);
    }
}

/// The host checks again what a guest has checked: Rust may pass on anything.
#[tokio::test]
async fn the_host_checks_headers_itself() {
    let server = Server::echo().await;
    let stub = isolet::Stub::new(super::network(local(server.port)));
    let url = format!("http://a.test:{}/", server.port);
    for (name, value) in [
        ("x-a", "b\r\nx-c: d"),
        ("x-a\r\nx-b", "c"),
        ("x-a", "\0"),
        ("x-a", "€"),
        ("", "x"),
        ("HOST", "b.test"),
        ("x y", "z"),
    ] {
        let request = json!({ "url": url, "method": "GET", "headers": [[name, value]] });
        let run = stub.call::<isolet::Value>("fetch", (request,)).await;
        assert!(run.unwrap_err().to_string().starts_with("TypeError"), "{name:?} {value:?}");
    }
    for request in [
        json!({ "url": url }),
        json!({ "url": 1, "method": "GET" }),
        json!({ "url": url, "method": "G T" }),
        json!({ "url": url, "method": "GET", "headers": vec![["a", "b"]; 300] }),
        json!({ "url": url, "method": "GET", "headers": [["a", "b".repeat(70_000)]] }),
        json!({ "url": url, "method": "POST", "body": 7 }),
        json!(7),
    ] {
        let run = stub.call::<isolet::Value>("fetch", (request,)).await;
        assert!(run.unwrap_err().to_string().starts_with("TypeError"));
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn responses_have_their_status_and_headers() {
    let server = Server::new(async |request: hyper::Request<hyper::body::Incoming>| {
        let status = request.uri().path().trim_start_matches('/').parse::<u16>().unwrap();
        Response::builder()
            .status(status)
            .header("set-cookie", "a=1")
            .header("set-cookie", "b=2")
            .header("x-latin", hyper::header::HeaderValue::from_bytes(b"\xe9").unwrap())
            .header("keep-alive", "timeout=5")
            .body(full(if status == 204 { "" } else { "body" }))
            .unwrap()
    })
    .await;
    let told = run(
        local(server.port),
        &server,
        "const get = async (status, method = 'GET') => { const r = await fetch(`http://a.test:${port}/${status}`, { method });
            return [r.status, r.statusText, r.headers.getSetCookie(), r.headers.get('x-latin'), r.headers.get('keep-alive'), r.body === null, await r.text()] };
         return [await get(200), await get(404), await get(204), await get(200, 'HEAD'), await told(() => get(999))]",
    )
    .await;
    let cookies = json!(["a=1", "b=2"]);
    assert_eq!(told[0], json!([200, "OK", cookies, "é", null, false, "body"]));
    assert_eq!(told[1], json!([404, "Not Found", cookies, "é", null, false, "body"]));
    assert_eq!(told[2], json!([204, "No Content", cookies, "é", null, true, ""]));
    assert_eq!(told[3], json!([200, "OK", cookies, "é", null, true, ""]));
    has(&told[4], &["TypeError", "the status 999"]);
}
