//! `WebSocket`s of workers to real servers.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use isolet::{Limits, NetworkOutcome, NetworkPolicy, Rule, Secret};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use super::server::Server;
use super::{Records, case, has, here, local, network, rule};
use crate::harness::{Case, soon};

type Peer = WebSocketStream<TcpStream>;
type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The functions of a test's program: `open` returns an accepted socket, `inbox` a function that returns
/// the next event of one.
const SOCKETS: &str = "
    const upgrade = (path, headers) => fetch(`http://a.test:${port}${path}`, { headers: { upgrade: 'websocket', ...headers } });
    const inbox = (ws) => {
        const [list, waiting] = [[], []];
        const put = (it) => (waiting.length > 0 ? waiting.shift()(it) : list.push(it));
        ws.addEventListener('message', ({ data }) => put(typeof data === 'string' ? data : [...new Uint8Array(data)]));
        ws.addEventListener('close', ({ code, reason, wasClean }) => put([code, reason, wasClean]));
        ws.addEventListener('error', ({ message }) => put(`error: ${message}`));
        return () => (list.length > 0 ? list.shift() : new Promise((resolve) => waiting.push(resolve)));
    };
    const open = async (path = '/', headers = {}) => {
        const { webSocket } = await upgrade(path, headers);
        const next = inbox(webSocket);
        webSocket.accept();
        return [webSocket, next];
    };";

/// The path and the headers of a request.
type Head = (String, Vec<(String, String)>);

/// A server of `WebSocket`s, until it is dropped.
struct Sockets {
    port: u16,
    /// The requests.
    seen: Arc<Mutex<Vec<Head>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Sockets {
    async fn new<F: Future<Output = ()> + Send + 'static>(
        peer: impl Fn(Peer) -> F + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Vec<_>>> = Arc::default();
        let kept = Arc::clone(&seen);
        let peer: Arc<dyn Fn(Peer) -> Running + Send + Sync> =
            Arc::new(move |it| Box::pin(peer(it)));
        let task = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, peer) = (Arc::clone(&kept), Arc::clone(&peer));
                open.spawn(async move {
                    #[allow(clippy::result_large_err, reason = "the type is the crate's")]
                    let head = |request: &Request, mut response: Response| {
                        let headers = request.headers().iter().map(|(name, value)| {
                            (name.to_string(), value.to_str().unwrap_or_default().to_owned())
                        });
                        kept.lock().unwrap().push((request.uri().to_string(), headers.collect()));
                        if let Some(offered) = request.headers().get("sec-websocket-protocol") {
                            let first = offered.to_str().unwrap().split(',').next().unwrap();
                            let first = first.trim().parse().unwrap();
                            response.headers_mut().insert("sec-websocket-protocol", first);
                        }
                        Ok(response)
                    };
                    if let Ok(socket) = accept_hdr_async(stream, head).await {
                        peer(socket).await;
                    }
                });
            }
        });
        Self { port, seen, task }
    }

    /// Starts a server that sends back what it receives.
    async fn echo() -> Self {
        Self::new(async |mut socket: Peer| {
            while let Some(Ok(message)) = socket.next().await {
                if (message.is_text() || message.is_binary()) && socket.send(message).await.is_err()
                {
                    break;
                }
            }
        })
        .await
    }

    fn header(&self, name: &str) -> Option<String> {
        let seen = self.seen.lock().unwrap();
        let (_, headers) = seen.last()?;
        headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
    }

    /// Runs a program with a policy.
    async fn run(&self, policy: NetworkPolicy, body: &str) -> Json {
        self.case(policy, body).run().await.json()
    }

    fn case(&self, policy: NetworkPolicy, body: &str) -> Case {
        case(network(policy), self.port, &format!("{SOCKETS} {body}"))
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn of(port: u16, change: impl FnOnce(Rule) -> Rule) -> NetworkPolicy {
    let rule = rule(format_args!("http://a.test:{port}")).name("api");
    NetworkPolicy::new().rule(change(rule)).addresses(here())
}

#[tokio::test]
async fn text_and_bytes_come_back() {
    let server = Sockets::echo().await;
    let told = server
        .run(
            local(server.port),
            "const response = await upgrade('/x?y', { 'sec-websocket-protocol': 'one, two', 'sec-websocket-key': 'mine' });
             const ws = response.webSocket; const next = inbox(ws); ws.accept();
             ws.send('text ä'); ws.send(new Uint8Array([1, 2])); ws.send(''); ws.send('x'.repeat(300000));
             const seen = [response.status, response.headers.get('sec-websocket-protocol'), ws.readyState,
                await next(), await next(), await next(), (await next()).length];
             ws.close(4000, 'done'); seen.push(await next(), ws.readyState);
             return seen",
        )
        .await;
    assert_eq!(
        told,
        json!([101, "one", 1, "text ä", [1, 2], "", 300_000, [4000, "done", true], 3])
    );
    assert_eq!(server.seen.lock().unwrap()[0].0, "/x?y");
    assert_eq!(server.header("upgrade").as_deref(), Some("websocket"));
    assert_ne!(server.header("sec-websocket-key").as_deref(), Some("mine"));
    assert_eq!(server.header("accept-encoding"), None);
}

#[tokio::test]
async fn the_constructor_opens_a_socket() {
    let server = Sockets::echo().await;
    let told = server
        .run(
            local(server.port),
            "const seen = []; const ws = new WebSocket(`ws://a.test:${port}/p`, ['one', 'two']);
             seen.push(ws.readyState, ws.protocol); try { ws.send('x') } catch (e) { seen.push(e.name) }
             await new Promise((resolve) => { ws.onopen = resolve }); const next = inbox(ws);
             seen.push(ws.readyState, ws.protocol, ws.url === `ws://a.test:${port}/p`); ws.send('hello');
             seen.push(await next()); ws.close(); seen.push(ws.readyState, await next(), ws.readyState);
             return seen",
        )
        .await;
    let expected =
        json!([0, "", "InvalidStateError", 1, "one", true, "hello", 2, [1005, "", true], 3]);
    assert_eq!(told, expected);
}

#[tokio::test]
async fn thousands_of_messages_arrive_in_order() {
    let server = Sockets::echo().await;
    let told = server
        .run(
            local(server.port),
            "const [ws, next] = await open(); for (let n = 0; n < 5000; n++) ws.send(`${n}`);
             for (let n = 0; n < 5000; n++) { const got = await next(); if (got !== `${n}`) return got }
             ws.close(1000); return [await next(), ws.bufferedAmount]",
        )
        .await;
    assert_eq!(told, json!([[1000, "", true], 0]));
}

/// A server sends a message in parts, with a ping between them, and closes.
#[tokio::test]
async fn fragments_pings_and_the_close_of_the_server() {
    let ponged = Arc::new(Notify::new());
    let ping = Arc::clone(&ponged);
    let server = Sockets::new(move |mut socket: Peer| {
        let ping = Arc::clone(&ping);
        async move {
            let part = |text: &'static str, code, last| {
                Message::Frame(Frame::message(text, OpCode::Data(code), last))
            };
            socket.send(part("one ", Data::Text, false)).await.unwrap();
            socket.send(Message::Ping("p".into())).await.unwrap();
            socket.send(part("two ", Data::Continue, false)).await.unwrap();
            socket.send(part("three", Data::Continue, true)).await.unwrap();
            assert_eq!(socket.next().await.unwrap().unwrap(), Message::Pong("p".into()));
            let close = CloseFrame { code: 4001.into(), reason: "enough".into() };
            socket.send(Message::Close(Some(close.clone()))).await.unwrap();
            assert_eq!(socket.next().await.unwrap().unwrap(), Message::Close(Some(close)));
            ping.notify_one();
        }
    })
    .await;
    let body =
        "const [ws, next] = await open(); return [await next(), await next(), ws.readyState]";
    let told = server.run(local(server.port), body).await;
    assert_eq!(told, json!(["one two three", [4001, "enough", true], 3]));
    soon(ponged.notified()).await;
}

/// Limits of a message and of all messages, obeyed and violated.
#[tokio::test]
async fn messages_are_bounded() {
    let server = Sockets::new(async |mut socket: Peer| {
        while let Some(Ok(message)) = socket.next().await {
            let Ok(length) = message.to_text().unwrap_or_default().parse() else { continue };
            let _ = socket.send(Message::text("x".repeat(length))).await;
        }
    })
    .await;
    let body = |length: usize| {
        format!(
            "const [ws, next] = await open(); ws.send('{length}'); const got = await next();
             return got.startsWith('error') ? [got, await next()] : got.length"
        )
    };
    let most = 1 << 20;
    assert_eq!(server.run(local(server.port), &body(most)).await, json!(most));
    let told = server.run(local(server.port), &body(most + 1)).await;
    has(&told[0], &["a message exceeds the limit of 1048576 bytes"]);
    assert_eq!(told[1], json!([1006, "", false]));

    let policy = || of(server.port, |rule| rule.response_bytes(1000).request_bytes(8));
    assert_eq!(server.run(policy(), &body(1000)).await, json!(1000));
    let told = server.run(policy(), &body(1001)).await;
    has(&told[0], &["exceed the limit of 1000 bytes (response_bytes of the rule \"api\""]);
    let body = |text: &str| {
        format!("const [ws, next] = await open(); ws.send('{text}'); ws.send('1'); return next()")
    };
    assert_eq!(server.run(policy(), &body("no text")).await, json!("x"));
    let told = server.run(policy(), &body("no texts")).await;
    has(&told, &["exceed the limit of 8 bytes (request_bytes of the rule \"api\""]);
}

#[tokio::test]
async fn the_policy_decides() {
    let server = Sockets::echo().await;
    let body = |path: &str| {
        format!(
            "const ws = new WebSocket(`ws://a.test:${{port}}{path}`); const next = inbox(ws);
             ws.onopen = () => ws.send('open'); const first = await next();
             return first === 'open' ? first : [first, await next()]"
        )
    };
    let paths = || of(server.port, |rule| rule.paths(["/in"]).methods(["GET"]));
    assert_eq!(server.run(paths(), &body("/in")).await, json!("open"));
    let told = server.run(paths(), &body("/out")).await;
    has(&told[0], &["is not allowed", "does not allow this path"]);
    assert_eq!(told[1], json!([1006, "", false]));
    let told = server.run(NetworkPolicy::new(), &body("/in")).await;
    has(&told[0], &["no rule of the network policy names http://a.test"]);
    // Addresses are checked as those of requests.
    let nowhere = NetworkPolicy::new().rule(rule(format_args!("ws://a.test:{}", server.port)));
    has(&server.run(nowhere, &body("/in")).await[0], &["leads to an address that is refused"]);
    // Another protocol is no upgrade.
    let told = server
        .run(
            local(server.port),
            "return text(`http://a.test:${port}/`, { headers: { upgrade: 'h2c' } })",
        )
        .await;
    has(&told, &["the header upgrade cannot be set"]);
    let post = "return text(`http://a.test:${port}/`, { method: 'POST', body: 'x', headers: { upgrade: 'websocket' } })";
    has(&server.run(local(server.port), post).await, &["the header upgrade cannot be set"]);
}

/// A server that does not switch is a response like any other. The constructor follows no
/// redirect.
#[tokio::test]
async fn a_server_that_does_not_switch() {
    let server = Server::echo().await;
    let body = format!(
        "{SOCKETS} const response = await upgrade('/x', {{}}); const seen = [response.status, response.webSocket, (await response.json()).uri];
         for (const path of ['/x', '/to?/x']) {{ const ws = new WebSocket(`ws://a.test:${{port}}${{path}}`); const next = inbox(ws); seen.push(await next(), await next()) }}
         return seen"
    );
    let told = super::run(local(server.port), &server, &body).await;
    let failed =
        |status| format!("error: The server answered with the status {status} in place of 101.");
    let closed = json!([1006, "", false]);
    assert_eq!(told, json!([200, null, "/x", failed(200), closed, failed(302), closed]));
}

/// Answers each request with bytes, and closes.
async fn raw(answer: &'static str) -> (u16, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 4096];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (port, task)
}

#[tokio::test]
async fn a_handshake_that_is_not_answered_is_refused() {
    for (answer, why) in [
        (
            "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
            "Sec-WebSocket-Accept",
        ),
        (
            "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
            "Sec-WebSocket-Accept",
        ),
        ("HTTP/1.1 101 X\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", "another protocol"),
        ("", "no response"),
    ] {
        let (port, task) = raw(answer).await;
        let body = format!("{SOCKETS} return told(() => upgrade('/', {{}}))");
        let told = case(network(local(port)), port, &body).run().await.json();
        has(&told, &["TypeError", why]);
        task.abort();
    }
}

#[tokio::test]
async fn secrets_are_put_into_headers_and_messages() {
    let server = Sockets::echo().await;
    let secret = |in_body| {
        let to = format!("http://a.test:{}", server.port).parse().unwrap();
        Secret::new("KEY", "top secret value", to).in_body(in_body)
    };
    let body = "const [ws, next] = await open('/', { authorization: 'Bearer isolet.secret.KEY.' });
        ws.send('key isolet.secret.KEY.'); ws.send(new TextEncoder().encode('top secret value'));
        return [await next(), String.fromCharCode(...await next())]";
    for in_body in [false, true] {
        let told = server.run(local(server.port).secret(secret(in_body)), body).await;
        assert_eq!(told, json!(["key isolet.secret.KEY.", "isolet.secret.KEY."]));
        assert_eq!(server.header("authorization").as_deref(), Some("Bearer top secret value"));
    }
}

#[tokio::test]
async fn a_peer_that_dies_is_no_clean_close() {
    let server = Sockets::new(async |mut socket: Peer| {
        let _ = socket.send(Message::text("last")).await;
        drop(socket);
    })
    .await;
    let records = Records::default();
    let body = format!(
        "{SOCKETS} const [ws, next] = await open(); return [await next(), await next(), await next(), ws.readyState]"
    );
    let network = records.audit(network(local(server.port)));
    let told = case(network, server.port, &body).run().await.json();
    assert_eq!(
        (&told[0], &told[2], &told[3]),
        (&json!("last"), &json!([1006, "", false]), &json!(3))
    );
    has(&told[1], &["error: The WebSocket failed"]);
    let record = &records.wait(1).await[0];
    assert_eq!((record.outcome, record.status), (NetworkOutcome::Failed, Some(101)));
}

/// The connection ends with the invocation, and the server is told, whether that returns, is cancelled or reaches a limit.
#[tokio::test]
async fn a_socket_ends_with_its_invocation() {
    let (gone, told) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (ended, opened) = (Arc::clone(&gone), Arc::clone(&told));
    let server = Sockets::new(move |mut socket: Peer| {
        let (ended, opened) = (Arc::clone(&ended), Arc::clone(&opened));
        async move {
            assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("hello"));
            opened.notify_one();
            let away = CloseFrame { code: 1001.into(), reason: "".into() };
            assert_eq!(socket.next().await.unwrap().unwrap(), Message::Close(Some(away)));
            ended.notify_one();
        }
    })
    .await;
    for (body, fails) in [
        (
            "const [ws] = await open(); ws.send('hello'); await new Promise((resolve) => setTimeout(resolve, 50)); return 1",
            false,
        ),
        (
            "const [ws] = await open(); ws.send('hello'); await new Promise((resolve) => setTimeout(resolve, 50)); for (;;);",
            true,
        ),
    ] {
        let records = Records::default();
        let network = records.audit(network(local(server.port)));
        let case = case(network, server.port, &format!("{SOCKETS} {body}"));
        // A call that nobody waited for goes on until the deadline.
        let limits = |limits: Limits| limits.fuel(50_000_000).wall(Duration::from_secs(5));
        let run = case.limits(limits).run().await.0;
        assert_eq!(run.result.is_err(), fails);
        soon(gone.notified()).await;
        let record = &records.wait(1).await[0];
        assert_eq!((record.outcome, record.request_bytes), (NetworkOutcome::Cancelled, 5));
        soon(told.notified()).await;
    }
    let body = "const [ws, next] = await open(); ws.send('hello'); return next()";
    let worker = server.case(local(server.port), body).worker();
    let call = worker.entrypoint().call::<Json>("run", (server.port,));
    tokio::select! {
        _ = call => panic!("nothing was sent"),
        () = told.notified() => {}
    }
    soon(gone.notified()).await;
}

/// Messages that a peer does not read wait in the sandbox.
#[tokio::test]
async fn a_peer_that_never_reads_holds_the_worker_back() {
    let server = Sockets::new(async |socket: Peer| {
        std::future::pending::<()>().await;
        drop(socket);
    })
    .await;
    let told = server
        .run(
            of(server.port, |rule| rule.request_bytes(1 << 30)),
            "const [ws] = await open(); const part = new Uint8Array(1 << 20);
             for (let n = 0; n < 32; n++) { ws.send(part); await new Promise((resolve) => setTimeout(resolve, 1)) }
             return [ws.bufferedAmount > 0, ws.bufferedAmount <= 32 << 20, ws.readyState]",
        )
        .await;
    assert_eq!(told, json!([true, true, 1]));
}

/// The record of a socket is told when it is over.
#[tokio::test]
async fn a_socket_makes_one_record() {
    let server = Sockets::echo().await;
    let records = Records::default();
    let body = format!(
        "{SOCKETS} const [ws, next] = await open('/path?query'); ws.send('four'); await next(); ws.close(); return next()"
    );
    let network = records.audit(network(local(server.port)));
    let _ = case(network, server.port, &body).run().await.expect_ok(json!([1005, "", true]));
    let record = &records.wait(1).await[0];
    assert_eq!(record.outcome, NetworkOutcome::Completed);
    assert_eq!((record.request_bytes, record.response_bytes), (4, 4));
    assert_eq!((record.method.as_str(), record.status), ("GET", Some(101)));
    assert_eq!(record.url, format!("http://a.test:{}/path", server.port));
}
