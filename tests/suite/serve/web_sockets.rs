//! `WebSocket`s of clients, over hyper's server and a real client.

use std::convert::Infallible;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use isolet::{HttpService, Limits, Network, NetworkPolicy, Rule, Stub, WebSockets};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};
use tower_service::Service as _;

use super::{get, module, send, service, text};
use crate::harness::{fresh_engine, soon};

type Client = WebSocketStream<DuplexStream>;

/// A worker that sends back what it receives. `close` closes, `throw` throws in a listener.
const ECHO: &str = "const { 0: client, 1: server } = new WebSocketPair();
    server.accept();
    server.addEventListener('message', async ({ data }) => {
        if (data === 'close') return server.close(4001, 'asked');
        if (data === 'loop') for (;;);
        if (data === 'throw') throw new Error('thrown');
        await new Promise((resolve) => setTimeout(resolve, 1));
        server.send(data);
    });
    return new Response(null, { status: 101, webSocket: client, headers: { 'x-url': request.url, ...extra(request) } });";

fn echo() -> HttpService {
    service(&format!(
        "const extra = ({{ headers }}) => headers.has('sec-websocket-protocol') ? {{ 'sec-websocket-protocol': headers.get('sec-websocket-protocol').split(', ').at(-1) }} : {{}}; {ECHO}"
    ))
}

/// Serves one end of a pipe, and returns the other.
fn pipe(service: &HttpService) -> DuplexStream {
    let (client, server) = tokio::io::duplex(16 << 10);
    let service = service.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = service.clone().call(request);
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    tokio::spawn(async move {
        let builder = auto::Builder::new(TokioExecutor::new());
        let _ = builder.serve_connection_with_upgrades(TokioIo::new(server), service).await;
    });
    client
}

async fn connect(
    service: &HttpService,
    protocols: &str,
) -> Result<(Client, Response<Option<Vec<u8>>>), Error> {
    let mut request = "ws://a.example/path?query".into_client_request()?;
    if !protocols.is_empty() {
        request.headers_mut().insert("sec-websocket-protocol", protocols.parse().unwrap());
    }
    soon(client_async(request, pipe(service))).await
}

async fn open(service: &HttpService) -> Client {
    connect(service, "").await.expect("a socket").0
}

async fn next(client: &mut Client) -> Message {
    soon(client.next()).await.expect("a message").expect("no error")
}

fn close(code: u16, reason: &str) -> Message {
    Message::Close(Some(CloseFrame { code: code.into(), reason: reason.to_owned().into() }))
}

#[tokio::test]
async fn messages_go_both_ways() {
    let service = echo();
    let (mut client, response) = connect(&service, "one, two").await.expect("a socket");
    assert_eq!(response.headers()["x-url"], "http://a.example/path?query");
    assert_eq!(response.headers()["sec-websocket-protocol"], "two");
    for message in
        [Message::text("text ä"), Message::binary(vec![1, 2]), Message::text("x".repeat(300_000))]
    {
        client.send(message.clone()).await.unwrap();
        assert_eq!(next(&mut client).await, message);
    }
    // A message in parts, with a ping between them.
    let part = |text: &'static str, code, last| {
        Message::Frame(Frame::message(text, OpCode::Data(code), last))
    };
    client.send(part("one ", Data::Text, false)).await.unwrap();
    client.send(Message::Ping("p".into())).await.unwrap();
    client.send(part("two", Data::Continue, true)).await.unwrap();
    let both = [next(&mut client).await, next(&mut client).await];
    assert!(
        both.contains(&Message::Pong("p".into())) && both.contains(&Message::text("one two")),
        "{both:?}"
    );
    client.send(close(4000, "bye")).await.unwrap();
    assert_eq!(next(&mut client).await, close(4000, "bye"));
    assert!(soon(client.next()).await.is_none());
}

#[tokio::test]
async fn thousands_of_messages() {
    let service = service(&format!(
        "const extra = () => ({{}}); {}",
        ECHO.replace("await new Promise((resolve) => setTimeout(resolve, 1));", "")
    ));
    let (mut to, mut from) = open(&service).await.split();
    let sending = tokio::spawn(async move {
        for number in 0..5_000 {
            to.send(Message::text(number.to_string())).await.unwrap();
        }
        to
    });
    for number in 0..5_000 {
        let message = soon(from.next()).await.unwrap().unwrap();
        assert_eq!(message, Message::text(number.to_string()));
    }
    drop(sending.await.unwrap());
}

#[tokio::test]
async fn the_worker_closes() {
    let mut client = open(&echo()).await;
    client.send(Message::text("close")).await.unwrap();
    assert_eq!(next(&mut client).await, close(4001, "asked"));
    assert!(soon(client.next()).await.is_none());
}

/// An error that a listener throws is logged, and the socket stays open.
#[tokio::test]
async fn exceptions_and_limits() {
    let worker = module(&format!(
        "const extra = () => ({{}}); export default {{ async fetch(request) {{ {ECHO} }} }}"
    ));
    let worker = worker.limits(|limits: Limits| limits.fuel(100_000_000)).worker();
    let service = HttpService::new(worker.entrypoint());
    let mut client = open(&service).await;
    client.send(Message::text("throw")).await.unwrap();
    client.send(Message::text("still")).await.unwrap();
    assert_eq!(next(&mut client).await, Message::text("still"));
    // A sandbox that is stopped closes its sockets.
    client.send(Message::text("loop")).await.unwrap();
    assert_eq!(next(&mut client).await, close(1011, ""));
    // The next request gets another one.
    let mut client = open(&service).await;
    client.send(Message::text("again")).await.unwrap();
    assert_eq!(next(&mut client).await, Message::text("again"));
}

/// Fuel and time are per call, so a socket may live longer than the limits of one.
#[tokio::test]
async fn each_message_has_the_limits_of_a_call() {
    let worker = module(&format!(
        "const extra = () => ({{}}); export default {{ async fetch(request) {{ {} }} }}",
        ECHO.replace(
            "if (data === 'close')",
            "for (let n = 0; n < 2e4; n++); if (data === 'close')"
        )
    ));
    let worker = worker.limits(|limits: Limits| limits.fuel(20_000_000)).worker();
    let mut client = open(&HttpService::new(worker.entrypoint())).await;
    for number in 0..40 {
        client.send(Message::text(number.to_string())).await.unwrap();
        assert_eq!(next(&mut client).await, Message::text(number.to_string()));
    }
}

#[tokio::test]
async fn handshakes_that_are_none() {
    let service = echo();
    let head = |change: &str| {
        let usual = "GET / HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        let mut lines: Vec<_> = usual.lines().collect();
        let name = change.split(':').next().unwrap();
        lines.retain(|line| !line.starts_with(name));
        let change = if change.contains(": ") { format!("{change}\r\n") } else { String::new() };
        format!("{}\r\n{change}\r\n", lines.join("\r\n"))
    };
    for (change, status) in [
        ("none", "101"),
        ("sec-websocket-version: 12", "400"),
        ("sec-websocket-version:", "400"),
        ("sec-websocket-key: short==", "400"),
        ("sec-websocket-key:", "400"),
        // It is no request for a socket, and the worker answers with one.
        ("upgrade: h2c", "500"),
        ("connection: keep-alive", "500"),
    ] {
        let mut stream = pipe(&service);
        stream.write_all(head(change).as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        soon(stream.read_exact(&mut answer)).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&answer), format!("HTTP/1.1 {status}"), "{change}");
    }
}

#[tokio::test]
async fn responses_that_are_none() {
    // Nobody has asked for a socket.
    let response = send(&echo(), get("/")).await;
    assert_eq!(response.status(), 500);
    // A client that asks may be refused.
    let refusing = service("return new Response('no', { status: 403 })");
    let Err(Error::Http(response)) = connect(&refusing, "").await else { panic!("a socket") };
    assert_eq!(response.status(), 403);
    // A protocol that was not offered.
    let other =
        service(&format!("const extra = () => ({{ 'sec-websocket-protocol': 'other' }}); {ECHO}"));
    let Err(Error::Http(response)) = connect(&other, "one").await else { panic!("a socket") };
    assert_eq!(response.status(), 500);
}

#[tokio::test]
async fn messages_are_bounded() {
    let service = echo().web_sockets(WebSockets::new().max_message_bytes(1_000));
    let mut client = open(&service).await;
    client.send(Message::text("x".repeat(1_000))).await.unwrap();
    assert_eq!(next(&mut client).await, Message::text("x".repeat(1_000)));
    client.send(Message::text("x".repeat(1_001))).await.unwrap();
    assert_eq!(next(&mut client).await, close(1009, ""));
}

#[tokio::test]
async fn sockets_are_bounded_and_counted() {
    let sockets = WebSockets::new().limit(1);
    let service = echo().web_sockets(sockets.clone());
    let first = open(&service).await;
    assert_eq!(sockets.count(), 1);
    let Err(Error::Http(response)) = connect(&service, "").await else { panic!("a socket") };
    assert_eq!(response.status(), 503);
    drop(first);
    none_is_open(&sockets).await;
    drop(open(&service).await);
}

/// A client that answers no ping is taken for gone, and one that does is not.
#[tokio::test]
async fn silent_clients_are_closed() {
    let sockets = WebSockets::new().idle_timeout(Duration::from_millis(200));
    let service = echo().web_sockets(sockets.clone());
    let mut client = open(&service).await;
    for _ in 0..5 {
        assert!(next(&mut client).await.is_ping());
    }
    assert_eq!(sockets.count(), 1);
    // It reads no more, so it does not answer.
    none_is_open(&sockets).await;
}

async fn none_is_open(sockets: &WebSockets) {
    soon(async {
        while sockets.count() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn closing_tells_clients_and_workers() {
    let sockets = WebSockets::new();
    let worker = module(
        "let told = []; export default { async fetch(request) {
            if (!request.headers.has('upgrade')) return new Response(told.join());
            const { 0: client, 1: server } = new WebSocketPair(); server.accept();
            server.onclose = ({ code }) => told.push(code);
            return new Response(null, { status: 101, webSocket: client }); } }",
    );
    let service = HttpService::new(worker.worker().entrypoint()).web_sockets(sockets.clone());
    let mut client = open(&service).await;
    let closing = tokio::spawn(async move { sockets.close().await });
    assert_eq!(next(&mut client).await, close(1001, ""));
    assert!(soon(client.next()).await.is_none());
    soon(closing).await.unwrap();
    assert_eq!(text(&service, get("/")).await, "1001");
}

/// The worker learns that a client has left without closing.
#[tokio::test]
async fn a_client_that_leaves() {
    let worker = module(
        "let told = []; export default { async fetch(request) {
            if (!request.headers.has('upgrade')) return new Response(told.join());
            const { 0: client, 1: server } = new WebSocketPair(); server.accept();
            server.onclose = ({ code, wasClean }) => told.push(code, wasClean);
            return new Response(null, { status: 101, webSocket: client }); } }",
    );
    let service = HttpService::new(worker.worker().entrypoint());
    drop(open(&service).await);
    soon(async { while text(&service, get("/")).await != "1006,false" {} }).await;
}

/// A fresh sandbox lives until its socket is closed.
#[tokio::test]
async fn sockets_of_fresh_sandboxes() {
    let engine = fresh_engine();
    let worker = module(
        "let n = 0; export default { async fetch() {
            const { 0: client, 1: server } = new WebSocketPair(); server.accept();
            server.onmessage = () => server.send(`${++n}`);
            return new Response(null, { status: 101, webSocket: client }); } }",
    );
    let worker = worker.engine(&engine).worker().fresh_per_call();
    let service = HttpService::new(worker.entrypoint());
    let mut clients = [open(&service).await, open(&service).await];
    for round in 1..4 {
        for client in &mut clients {
            client.send(Message::text("x")).await.unwrap();
            assert_eq!(next(client).await, Message::text(round.to_string()));
        }
    }
    assert_eq!(engine.stats().sandboxes, 2);
    drop(clients);
    soon(async {
        while engine.stats().sandboxes > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Sockets of one sandbox reach one another, whichever call they came with.
#[tokio::test]
async fn a_message_is_passed_to_all_sockets() {
    let service = HttpService::new(
        module(
            "const all = new Set(); export default { async fetch() {
                const { 0: client, 1: server } = new WebSocketPair(); server.accept(); all.add(server);
                server.onmessage = ({ data }) => { for (const socket of all) socket.send(data) };
                server.onclose = () => all.delete(server);
                return new Response(null, { status: 101, webSocket: client }); } }",
        )
        .worker()
        .entrypoint(),
    );
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(open(&service).await);
    }
    clients[2].send(Message::text("to all")).await.unwrap();
    for client in &mut clients {
        assert_eq!(next(client).await, Message::text("to all"));
    }
}

/// A worker passes a client's socket on to a server.
#[tokio::test]
async fn a_socket_is_proxied() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let upstream = echo();
    let serving = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = upstream.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let answer = service.clone().call(request);
                async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
            });
            tokio::spawn(async move {
                let builder = auto::Builder::new(TokioExecutor::new());
                let _ = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
            });
        }
    });
    let policy =
        NetworkPolicy::new().rule(Rule::new(format!("ws://127.0.0.1:{port}").parse().unwrap()));
    let network = Network::new(policy).unwrap();
    let proxy = module(&format!(
        "export default {{ fetch(request) {{
            const headers = new Headers(request.headers);
            headers.delete('host');
            return fetch(new Request('http://127.0.0.1:{port}/up', {{ headers }}));
        }} }}"
    ));
    let proxy = proxy.code(|code| code.outbound(Stub::new(network))).worker();
    let (mut client, response) =
        connect(&HttpService::new(proxy.entrypoint()), "one, two").await.expect("a socket");
    assert_eq!(response.headers()["x-url"], format!("http://127.0.0.1:{port}/up"));
    assert_eq!(response.headers()["sec-websocket-protocol"], "two");
    client.send(Message::text("through")).await.unwrap();
    assert_eq!(next(&mut client).await, Message::text("through"));
    client.send(close(4000, "bye")).await.unwrap();
    assert_eq!(next(&mut client).await, close(4000, "bye"));
    serving.abort();
}
