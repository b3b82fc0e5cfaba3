//! Connections: TLS, HTTP/2, streams both ways, and the end of a request.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::{Request, Response};
use isolet::{NetworkOutcome, NetworkPolicy};
use serde_json::json;
use tokio::sync::Notify;

use super::server::{Body, Server, echo, ok};
use super::{Records, case, has, here, local, network, rule, run};
use crate::harness::soon;

#[tokio::test]
async fn the_protocol_is_negotiated() {
    for (protocols, h2) in [(&["h2", "http/1.1"][..], true), (&["http/1.1"], false), (&[], false)] {
        let server = Server::with_tls("a.test", protocols, echo).await;
        let policy = || {
            NetworkPolicy::new()
                .rule(rule(format_args!("a.test:{}", server.port)))
                .addresses(here())
        };
        let body = "const all = await Promise.all([1, 2, 3].map((n) => json(`https://a.test:${port}/${n}`, { method: 'POST', body: `body ${n}` })));
            return all.map(({ h2, uri, body }) => [h2, uri, body])";
        let told = run(policy().root_certificates(server.certificate.clone()), &server, body).await;
        let expected: Vec<_> =
            (1..4).map(|n| json!([h2, format!("/{n}"), format!("body {n}")])).collect();
        assert_eq!(told, json!(expected));
        // Without its certificate, the server is not trusted.
        let told = run(policy(), &server, "return text(`https://a.test:${port}/`)").await;
        has(&told, &["TypeError", "no connection", "certificate"]);
    }
}

#[tokio::test]
async fn a_certificate_of_another_name_is_refused() {
    let server = Server::with_tls("b.test", &["h2"], echo).await;
    let policy = NetworkPolicy::new()
        .rule(rule(format_args!("a.test:{}", server.port)))
        .addresses(here())
        .root_certificates(server.certificate.clone());
    let told = run(policy, &server, "return text(`https://a.test:${port}/`)").await;
    has(&told, &["TypeError", "certificate"]);
    assert!(
        isolet::Network::new(NetworkPolicy::new().root_certificates("no certificate")).is_err()
    );
}

#[tokio::test]
async fn connections_are_kept_and_not_shared() {
    let server = Server::echo().await;
    let body = "for (let n = 0; n < 5; n++) await text(`http://a.test:${port}/`)";
    for count in 1..3 {
        let _ = run(local(server.port), &server, body).await;
        assert_eq!(server.connections(), count);
    }
}

/// A network has 256 connections, and idle ones are closed for others.
#[tokio::test]
async fn idle_connections_make_room() {
    let server = Server::echo().await;
    let body = "let fine = 0;
        for (let n = 0; n < 300; n++) fine += (await json(`http://h${n}.test:${port}/x`)).uri === '/x';
        return fine";
    assert_eq!(run(local(server.port), &server, body).await, 300);
    assert_eq!(server.connections(), 300);
}

/// Each chunk is sent when the one before it has come back.
#[tokio::test]
async fn bodies_are_streams_both_ways() {
    let server = Server::new(async |request: Request<Incoming>| {
        let frames = request
            .into_body()
            .into_data_stream()
            .map(|chunk| Ok(Frame::data(chunk.unwrap_or_default())));
        Response::new(StreamBody::new(frames).boxed_unsync())
    })
    .await;
    let body = "let send; const out = new ReadableStream({ start(c) { send = c } });
        send.enqueue(new TextEncoder().encode('0'));
        const response = await fetch(`http://a.test:${port}/`, { method: 'POST', body: out, duplex: 'half' });
        const all = [];
        for await (const chunk of response.body) {
            const text = new TextDecoder().decode(chunk); all.push(text);
            if (all.length === 5) send.close(); else send.enqueue(new TextEncoder().encode(String(all.length)));
        }
        return all";
    assert_eq!(run(local(server.port), &server, body).await, json!(["0", "1", "2", "3", "4"]));
}

/// The server makes no more than the windows of the connection hold.
#[tokio::test]
async fn a_reader_sets_the_pace() {
    let made = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = Arc::clone(&made);
    let server = Server::new(move |request: Request<Incoming>| {
        let count = Arc::clone(&count);
        async move {
            if request.uri().path() == "/short" {
                return ok("");
            }
            let endless = stream::repeat_with(move || {
                count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                Ok(Frame::data(Bytes::from(vec![0; 64 << 10])))
            });
            Response::new(StreamBody::new(endless).boxed_unsync() as Body)
        }
    })
    .await;
    let body = "const reader = (await fetch(`http://a.test:${port}/`)).body.getReader();
        await reader.read(); for (let n = 0; n < 50; n++) await text(`http://a.test:${port}/short`); await reader.cancel()";
    let _ = run(local(server.port), &server, body).await;
    // The buffers of the kernel take some megabytes.
    let made = made.load(std::sync::atomic::Ordering::SeqCst);
    assert!((1..1_000).contains(&made), "{made}");
}

/// Tells when it is dropped.
struct Dropped(Arc<Notify>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// A server that answers `/head` with a body without an end, `/began` when another request has
/// arrived, and nothing else at all.
async fn endless() -> (Server, Arc<Notify>, Arc<Notify>) {
    let (began, ended) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let told = (Arc::clone(&began), Arc::clone(&ended));
    let server = Server::new(move |request: Request<Incoming>| {
        let (began, ended) = told.clone();
        async move {
            if request.uri().path() == "/began" {
                began.notified().await;
                return ok("");
            }
            let dropped = Dropped(ended);
            began.notify_one();
            if request.uri().path() != "/head" {
                std::future::pending::<()>().await;
            }
            let first = stream::iter([Ok(Frame::data(Bytes::from_static(b"first")))]);
            let never = stream::once(async move {
                let _dropped = dropped;
                std::future::pending().await
            });
            Response::new(StreamBody::new(first.chain(never)).boxed_unsync() as Body)
        }
    })
    .await;
    (server, began, ended)
}

#[tokio::test]
async fn a_request_that_is_aborted_ends_at_the_server() {
    for (path, expected) in [("head", "first"), ("hang", "none")] {
        let (server, _, ended) = endless().await;
        let records = Records::default();
        let body = "const controller = new AbortController();
            const wait = fetch(`http://a.test:${port}/PATH`, { signal: controller.signal });
            if ('PATH' === 'hang') {
                fetch(`http://a.test:${port}/began`).then(() => controller.abort(new Error('enough')));
                return [await told(() => wait), 'none'];
            }
            const reader = (await wait).body.getReader();
            const first = new TextDecoder().decode((await reader.read()).value);
            setTimeout(() => controller.abort(new Error('enough')), 1);
            return [await told(() => reader.read()), first]"
            .replace("PATH", path);
        let network = records.audit(network(local(server.port)));
        let told = case(network, server.port, &body).run().await.json();
        assert_eq!(told, json!(["Error: enough", expected]));
        soon(ended.notified()).await;
        let records = records.wait(if path == "hang" { 2 } else { 1 }).await;
        let outcomes: Vec<_> = records.iter().map(|it| it.outcome).collect();
        assert!(outcomes.contains(&NetworkOutcome::Cancelled), "{records:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_cancelled_ends_at_the_server() {
    let (server, _, ended) = endless().await;
    let body = "const reader = (await fetch(`http://a.test:${port}/head`)).body.getReader();
        await reader.read(); await reader.cancel()";
    let _ = run(local(server.port), &server, body).await;
    soon(ended.notified()).await;
}

#[tokio::test]
async fn an_invocation_that_ends_ends_its_requests() {
    for path in ["head", "hang"] {
        let (server, began, ended) = endless().await;
        let body = format!(
            "const response = await fetch(`http://a.test:${{port}}/{path}`); await response.text()"
        );
        let worker = case(network(local(server.port)), server.port, &body).worker();
        let entrypoint = worker.entrypoint();
        let call = entrypoint.call::<isolet::Value>("run", (server.port,));
        tokio::select! {
            _ = call => panic!("it ended"),
            () = soon(began.notified()) => {}
        }
        // The call was dropped.
        soon(ended.notified()).await;
    }
}
