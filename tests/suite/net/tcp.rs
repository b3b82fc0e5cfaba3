//! `connect()`, to real servers.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use isolet::{NetworkOutcome, NetworkPolicy, Rule};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

use super::{Records, has, here, network, rule};
use crate::harness::{Case, soon};

const PRELUDE: &str = "import { connect } from 'cloudflare:sockets';
    const told = async (make) => { try { return await make() } catch (e) { return `${e.name}: ${e.message}` } };
    const write = async (socket, text) => { const writer = socket.writable.getWriter(); await writer.write(new TextEncoder().encode(text)); writer.releaseLock() };
    const read = async (socket) => { const reader = socket.readable.getReader(); const { value, done } = await reader.read(); reader.releaseLock(); return done ? null : new TextDecoder().decode(value) };";

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A server on a port of its own, until it is dropped.
struct Peer(u16, tokio::task::JoinHandle<()>);

impl Peer {
    async fn new<F: Future<Output = ()> + Send + 'static>(
        serve: impl Fn(TcpStream) -> F + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serve: Arc<dyn Fn(TcpStream) -> Running + Send + Sync> =
            Arc::new(move |it| Box::pin(serve(it)));
        let task = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                open.spawn(serve(stream));
            }
        });
        Self(port, task)
    }

    /// Sends back what it receives, and ends when the client does.
    async fn echo() -> Self {
        Self::new(async |mut stream: TcpStream| {
            let (mut from, mut to) = stream.split();
            let _ = tokio::io::copy(&mut from, &mut to).await;
            let _ = to.shutdown().await;
        })
        .await
    }

    fn policy(&self, change: impl FnOnce(Rule) -> Rule) -> NetworkPolicy {
        let rule = rule(format_args!("tcp://*.test:{}", self.0)).name("db");
        NetworkPolicy::new().rule(change(rule)).addresses(here())
    }

    async fn run(&self, policy: NetworkPolicy, body: &str) -> Json {
        case(network(policy), self.0, body).run().await.json()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.1.abort();
    }
}

fn case(network: isolet::Network, port: u16, body: &str) -> Case {
    let source = format!("{PRELUDE} export default {{ async run(port) {{ {body} }} }};");
    Case::js(source).arg(port).code(|code| code.outbound(isolet::Stub::new(network)))
}

#[tokio::test]
async fn bytes_go_both_ways() {
    let peer = Peer::echo().await;
    let body = "const socket = connect(`a.test:${port}`);
        const { remoteAddress } = await socket.opened;
        await write(socket, 'one'); const told = [remoteAddress === `a.test:${port}`, socket.secureTransport, socket.upgraded, await read(socket)];
        await write(socket, 'two'); told.push(await read(socket));
        await socket.writable.close(); told.push(await read(socket), await socket.closed);
        return told";
    let told = peer.run(peer.policy(|rule| rule), body).await;
    assert_eq!(told, json!([true, "off", false, "one", "two", null, null]));
    // An object is an address too, and bytes may be written before the socket is open.
    let body = "const socket = connect({ hostname: 'a.test', port }); await write(socket, 'x'); return read(socket)";
    assert_eq!(peer.run(peer.policy(|rule| rule), body).await, json!("x"));
}

#[tokio::test]
async fn large_streams_are_piped() {
    let peer = Peer::echo().await;
    let body = "const socket = connect(`a.test:${port}`); const part = new Uint8Array(100_000).fill(97); let sent = 0, got = 0;
        const sending = new ReadableStream({ pull(c) { if (sent === 3_000_000) c.close(); else { sent += part.length; c.enqueue(part) } } }).pipeTo(socket.writable);
        for await (const chunk of socket.readable) got += chunk.length;
        await sending; return got";
    let policy = peer.policy(|rule| rule);
    assert_eq!(peer.run(policy, body).await, json!(3_000_000));
}

#[tokio::test]
async fn a_rule_of_requests_permits_no_connection() {
    let peer = Peer::echo().await;
    let body = "return told(async () => { await connect(`a.test:${port}`).opened; return 'open' })";
    let refused = format!("no rule of the network policy names tcp://a.test:{}", peer.0);
    for other in [
        NetworkPolicy::new(),
        NetworkPolicy::new().rule(rule(format_args!("http://a.test:{}", peer.0))),
        NetworkPolicy::new().rule(rule("*:*")).rule(rule("http://*:*")),
        peer.policy(|rule| rule.methods(["GET"])),
        peer.policy(|rule| rule.paths(["/"])),
    ] {
        has(
            &peer.run(other.addresses(here()), body).await,
            &["TypeError: connect() is not allowed", &refused],
        );
    }
    assert_eq!(peer.run(peer.policy(|rule| rule), body).await, json!("open"));
    let nowhere = NetworkPolicy::new().rule(rule(format_args!("tcp://*:{}", peer.0)));
    has(&peer.run(nowhere, body).await, &["leads to an address that is refused"]);
    let body = "return told(() => fetch(`http://a.test:${port}/`))";
    has(
        &peer.run(peer.policy(|rule| rule), body).await,
        &["no rule of the network policy names http://a.test"],
    );
    // Mail is delivered by this port.
    let policy = NetworkPolicy::new().rule(rule("tcp://*:*"));
    let body = "return told(() => connect('a.test:25').opened)";
    has(&peer.run(policy, body).await, &["no rule of the network policy names tcp://a.test:25"]);
}

#[tokio::test]
async fn addresses_that_are_none() {
    let peer = Peer::echo().await;
    let body = "const wrong = ['', 'a.test', 'a.test:0', 'a.test:65536', 'a.test:1/x', 'u@a.test:1', 'a.test:1?x', {}, { hostname: 'a' }, { hostname: 'a', port: 1.5 }];
        const told = []; for (const address of wrong) { try { connect(address) } catch (e) { told.push(e.message) } }
        try { connect('a.test:1', { secureTransport: 'x' }) } catch (e) { told.push(e.message) }
        try { await connect({ hostname: 'a b', port: 1 }).opened } catch (e) { told.push(e.message) }
        return told";
    let told = peer.run(peer.policy(|rule| rule), body).await;
    let told = told.as_array().unwrap();
    assert_eq!(told.len(), 12, "{told:?}");
    assert!(told[..10].iter().all(|it| it == "Specified address could not be parsed."), "{told:?}");
    has(&told[10], &["Unsupported value in secureTransport"]);
    has(&told[11], &["connect() is not allowed"]);
}

#[tokio::test]
async fn connections_are_bounded() {
    let peer = Peer::echo().await;
    let body = |sent: usize| {
        format!(
            "return told(async () => {{ const socket = connect(`a.test:${{port}}`); await write(socket, 'x'.repeat({sent})); await socket.writable.close();
               let got = 0; for await (const chunk of socket.readable) got += chunk.length; return got }})"
        )
    };
    let policy = || peer.policy(|rule| rule.request_bytes(1000).response_bytes(900));
    assert_eq!(peer.run(policy(), &body(900)).await, json!(900));
    has(
        &peer.run(policy(), &body(901)).await,
        &["exceeds the limit of 900 bytes (response_bytes of the rule \"db\""],
    );
    has(
        &peer.run(policy(), &body(1001)).await,
        &["exceeds the limit of 1000 bytes (request_bytes of the rule \"db\""],
    );
}

#[tokio::test]
async fn the_record_and_the_end_of_an_invocation() {
    let gone = Arc::new(Notify::new());
    let ended = Arc::clone(&gone);
    let peer = Peer::new(move |mut stream: TcpStream| {
        let ended = Arc::clone(&ended);
        async move {
            let mut bytes = [0; 8];
            while stream.read(&mut bytes).await.is_ok_and(|length| length > 0) {}
            ended.notify_one();
        }
    })
    .await;
    let records = Records::default();
    let network = records.audit(network(peer.policy(|rule| rule)));
    let body = "const socket = connect(`a.test:${port}`); await write(socket, 'four'); return 1";
    let _ = case(network, peer.0, body).run().await.expect_ok(1);
    soon(gone.notified()).await;
    let record = &records.wait(1).await[0];
    assert_eq!(record.outcome, NetworkOutcome::Cancelled);
    assert_eq!((record.method.as_str(), record.request_bytes), ("CONNECT", 4));
    assert_eq!(record.url, format!("tcp://a.test:{}", peer.0));
    assert_eq!(record.rule.as_deref(), Some("db"));
}

fn acceptor() -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(["a.test".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}

#[tokio::test]
async fn connections_speak_tls_from_the_start_or_later() {
    let (tls, certificate) = acceptor();
    let peer = Peer::new(move |mut stream: TcpStream| {
        let tls = tls.clone();
        async move {
            let mut first = [0; 1];
            if stream.peek(&mut first).await.is_ok() && first == *b"s" {
                let mut text = [0; 5];
                let _ = stream.read_exact(&mut text).await;
                let _ = stream.write_all(b"go").await;
            }
            let Ok(stream) = tls.accept(stream).await else { return };
            let (mut from, mut to) = tokio::io::split(stream);
            let _ = tokio::io::copy(&mut from, &mut to).await;
            let _ = to.shutdown().await;
        }
    })
    .await;
    let policy = || peer.policy(|rule| rule).root_certificates(certificate.clone());
    let body = "const socket = connect(`a.test:${port}`, { secureTransport: 'on' }); await write(socket, 'secret'); return [await read(socket), socket.secureTransport]";
    assert_eq!(peer.run(policy(), body).await, json!(["secret", "on"]));
    let body = "const plain = connect(`a.test:${port}`, { secureTransport: 'starttls' }); await write(plain, 'start');
        const told = [await read(plain)]; const socket = plain.startTls(); await write(socket, 'secret');
        told.push(await read(socket), plain.upgraded, socket.secureTransport);
        try { plain.startTls() } catch (e) { told.push(e.name) }
        try { socket.startTls() } catch (e) { told.push(e.name) }
        return told";
    let told = peer.run(policy(), body).await;
    assert_eq!(told, json!(["go", "secret", true, "on", "TypeError", "TypeError"]));
    for (host, policy) in [("b.test", policy()), ("a.test", peer.policy(|rule| rule))] {
        let body = format!(
            "return told(() => connect(`{host}:${{port}}`, {{ secureTransport: 'on' }}).opened)"
        );
        has(&peer.run(policy, &body).await, &["TypeError: connect() failed: TLS", "certificate"]);
    }
}

/// A direction stays open after the other has ended, if the worker wants that.
#[tokio::test]
async fn half_open_connections() {
    let (got, told) = tokio::sync::mpsc::unbounded_channel();
    let peer = Peer::new(move |mut stream: TcpStream| {
        let got = got.clone();
        async move {
            let _ = stream.shutdown().await;
            let mut text = String::new();
            let _ = stream.read_to_string(&mut text).await;
            let _ = got.send(text);
        }
    })
    .await;
    let mut told = told;
    for (options, expected, kept) in [
        ("{ allowHalfOpen: true }", json!([null, "sent"]), "late"),
        ("{}", json!([null, "TypeError"]), ""),
    ] {
        let body = format!(
            "const socket = connect(`a.test:${{port}}`, {options}); const told = [await read(socket)]; await Promise.resolve();
             try {{ await write(socket, 'late'); told.push('sent') }} catch (e) {{ told.push(e.name) }}
             await socket.close(); return told"
        );
        assert_eq!(peer.run(peer.policy(|rule| rule), &body).await, expected);
        assert_eq!(soon(told.recv()).await.as_deref(), Some(kept));
    }
}
