//! Budgets, rates and concurrency, obeyed and violated.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_compression::tokio::bufread::{BrotliEncoder, GzipEncoder, ZlibEncoder};
use hyper::body::Incoming;
use hyper::{Request, Response};
use isolet::{NetworkPolicy, Rate, Rule};
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::sync::Semaphore;

use super::server::{Body, Server, full, ok};
use super::{has, here, network, rule, run};

/// Returns a policy of one rule.
fn of(port: u16, change: impl FnOnce(Rule) -> Rule) -> NetworkPolicy {
    let rule = rule(format_args!("http://a.test:{port}")).name("api");
    NetworkPolicy::new().rule(change(rule)).addresses(here())
}

#[tokio::test]
async fn the_budget_of_requests() {
    let server = Server::echo().await;
    let told = run(
        of(server.port, |rule| rule.request_bytes(1_000)),
        &server,
        "const send = (body) => told(async () => (await (await fetch(`http://a.test:${port}`, { method: 'POST', body, duplex: 'half' })).json()).body.length);
         const stream = (count) => { let n = 0; return new ReadableStream({ pull(c) { if (n++ === count) c.close(); else c.enqueue(new Uint8Array(100).fill(97)) } }) };
         return [await send('a'.repeat(1000)), await send('a'.repeat(1001)), await send(stream(10)), await send(stream(11))]",
    )
    .await;
    let limit = "exceeds the limit of 1000 bytes (request_bytes of the rule \"api\"";
    assert_eq!((&told[0], &told[2]), (&json!(1000), &json!(1000)));
    has(&told[1], &["TypeError", limit]);
    has(&told[3], &["TypeError", limit]);
}

async fn encoded(request: Request<Incoming>) -> Response<Body> {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let (coding, length) = path.split_once('/').unwrap();
    let bytes = vec![b'a'; length.parse().unwrap()];
    let mut body = Vec::new();
    match coding {
        "gzip" => GzipEncoder::new(&bytes[..]).read_to_end(&mut body).await.unwrap(),
        "deflate" => ZlibEncoder::new(&bytes[..]).read_to_end(&mut body).await.unwrap(),
        "br" => BrotliEncoder::with_quality(&bytes[..], async_compression::Level::Fastest)
            .read_to_end(&mut body)
            .await
            .unwrap(),
        "broken" => {
            let response = Response::builder().header("content-encoding", "gzip");
            return response.body(full(bytes)).unwrap();
        }
        _ => return ok(bytes),
    };
    let response = Response::builder().header("content-encoding", coding);
    response.header("content-length", body.len()).body(full(body)).unwrap()
}

#[tokio::test]
async fn the_budget_of_responses_counts_what_was_decompressed() {
    let server = Server::new(encoded).await;
    let told = run(
        of(server.port, |rule| rule.response_bytes(100_000)),
        &server,
        "const get = (path) => told(async () => { const r = await fetch(`http://a.test:${port}/${path}`);
            return [(await r.text()).length, r.headers.get('content-encoding'), r.headers.has('content-length')] });
         const all = [];
         for (const coding of ['plain', 'gzip', 'deflate', 'br']) all.push(await get(`${coding}/100000`), await get(`${coding}/100001`), await get(`${coding}/5000000`));
         return [...all, await get('broken/1000')]",
    )
    .await;
    for coding in 0..4 {
        let decoded = coding > 0;
        assert_eq!(told[coding * 3], json!([100_000, null, !decoded]), "{told}");
        for at in 1..3 {
            has(
                &told[coding * 3 + at],
                &[
                    "TypeError",
                    "exceeds the limit of 100000 bytes (response_bytes of the rule \"api\"",
                ],
            );
        }
    }
    has(&told[12], &["TypeError", "the response broke off"]);
}

#[tokio::test]
async fn a_rate_is_obeyed() {
    let server = Server::echo().await;
    let told = run(
        of(server.port, |rule| rule.rate(Rate { requests: 2, seconds: 100_000 })),
        &server,
        "const get = () => told(async () => (await fetch(`http://a.test:${port}/`)).status);
         return [await get(), await get(), await get()]",
    )
    .await;
    assert_eq!((&told[0], &told[1]), (&json!(200), &json!(200)));
    has(
        &told[2],
        &["TypeError", "the limit of 2 requests in 100000 s is exceeded (rate of the rule \"api\""],
    );
}

#[tokio::test]
async fn requests_wait_for_one_another_in_a_queue() {
    // Each request waits until somebody lets it go.
    let gate = Arc::new(Semaphore::new(0));
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = (Arc::clone(&gate), Arc::clone(&now), Arc::clone(&most));
    let server = Server::new(move |request: Request<Incoming>| {
        let (gate, now, most) = seen.clone();
        async move {
            if request.uri().path() == "/open" {
                gate.add_permits(100);
                return ok("");
            }
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            gate.acquire().await.unwrap().forget();
            now.fetch_sub(1, Ordering::SeqCst);
            ok("")
        }
    })
    .await;
    let policy = of(server.port, |rule| rule.concurrency(2).queue(1))
        .rule(rule(format_args!("http://b.test:{}", server.port)));
    let told = run(
        policy,
        &server,
        "const get = () => told(async () => { const r = await fetch(`http://a.test:${port}/`); await r.text(); return r.status });
         const four = [get(), get(), get(), get()], first = await Promise.race(four);
         await fetch(`http://b.test:${port}/open`);
         return [first, (await Promise.all(four)).filter((it) => it === 200).length, await get()]",
    )
    .await;
    has(
        &told[0],
        &[
            "TypeError",
            "the limits of 2 requests at a time and 1 that wait are exceeded",
            "\"api\"",
        ],
    );
    assert_eq!((&told[1], &told[2]), (&json!(3), &json!(200)));
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn the_head_of_a_response_has_an_end() {
    let server = Server::new(async |request: Request<Incoming>| {
        let bytes: usize = request.uri().path().trim_start_matches('/').parse().unwrap();
        let mut response = Response::builder();
        for at in 0..bytes / 1_000 {
            response = response.header(format!("x-{at}"), "x".repeat(1_000));
        }
        response.body(full("body")).unwrap()
    })
    .await;
    let told = run(
        of(server.port, |rule| rule),
        &server,
        "return [await text(`http://a.test:${port}/40000`), await text(`http://a.test:${port}/200000`)]",
    )
    .await;
    assert_eq!(told[0], "body");
    has(&told[1], &["TypeError", "the head of the response exceeds the limit"]);
}

/// The limits of time are shorter than what the server takes, which is for ever.
#[tokio::test]
async fn a_server_that_is_silent_is_given_up() {
    let server = Server::new(|_| std::future::pending()).await;
    let policy = of(server.port, |rule| rule.concurrency(1))
        .response_timeout(std::time::Duration::from_millis(10));
    let body = "return text(`http://a.test:${port}/`)";
    let told = super::case(network(policy), server.port, body).run().await.json();
    has(&told, &["TypeError", "the head of the response did not arrive within 10 ms"]);
    // The backlog of this listener accepts, and nobody does the handshake.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let policy = NetworkPolicy::new()
        .rule(rule(format_args!("a.test:{port}")))
        .addresses(here())
        .connect_timeout(std::time::Duration::from_millis(10));
    let body = "return text(`https://a.test:${port}/`)";
    let told = super::case(network(policy), port, body).run().await.json();
    has(&told, &["TypeError", "no connection within 10 ms"]);
}
