//! The page for approvals, and what other pages of the browser could try.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use isolet_mcp::{Limits, Pins, Server, WaitingCall};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::peer::{OLD, Peer};
use crate::{Client, ClientLifecycleMode, Events, start_with};

const TOKEN: &str = "0123456789abcdef-the-token";

/// A server with a page, whose upstream server `up` has tools that all need approval.
struct World {
    server: Arc<Server>,
    client: Client,
    address: SocketAddr,
}

impl World {
    async fn new() -> Self {
        let limits =
            Limits { waiting_time: Duration::ZERO, hold_time: Duration::ZERO, ..Limits::default() };
        let up = json!({"up": {"url": Peer::new(OLD).over_http().await}});
        let config = json!({"mcpServers": up, "approve": ["up.*"]});
        let options = Events::default().options(limits, Pins::new());
        let server = Arc::new(start_with(config, options).await.unwrap());
        let client = Client::new(&server, ClientLifecycleMode::Initialize).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = Arc::clone(&server);
        tokio::spawn(async move { serving.serve_page(listener, TOKEN).await });
        Self { server, client, address }
    }

    /// Runs a program whose call waits. Returns its run and the call.
    async fn wait(&self, code: &str) -> (Value, WaitingCall) {
        let result = self.client.call("run_code", json!({"code": code})).await;
        let run = result.structured_content.unwrap()["waiting"]["run"].take();
        (run, self.server.waiting().remove(0))
    }

    async fn result(&self, run: &Value) -> Value {
        loop {
            let result = self.client.call("wait_run", json!({"run": run})).await;
            let mut structured = result.structured_content.unwrap();
            if structured.get("waiting").is_none() {
                return structured["result"].take();
            }
        }
    }

    /// Sends a request as it is written, and returns the answer.
    async fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    async fn get(&self, host: &str, query: &str) -> String {
        self.send(&format!("GET /{query} HTTP/1.1\r\nHost: {host}\r\n\r\n")).await
    }

    async fn post(&self, host: &str, origin: &str, body: &str) -> String {
        let length = body.len();
        self.send(&format!(
            "POST / HTTP/1.1\r\nHost: {host}\r\n{origin}Content-Length: {length}\r\n\r\n{body}"
        ))
        .await
    }
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[tokio::test]
async fn a_person_decides_on_the_page() {
    let world = World::new().await;
    let host = world.address.to_string();
    let query = format!("?token={TOKEN}");
    assert!(world.get(&host, &query).await.contains("No call waits."));
    let code = "try { return await up.echo({ it: '<script>\"\\u202e' }) } catch (error) { return [error.name, error.message] }";
    for (decision, host, expected) in [
        ("approve", host.clone(), json!({"it": "<script>\"\\u202e"})),
        (
            "reject",
            format!("localhost:{}", world.address.port()),
            json!(["RejectedError", "a person has rejected the call"]),
        ),
    ] {
        let (run, call) = world.wait(code).await;
        let page = world.get(&host, &query).await;
        assert_eq!(status(&page), "200", "{page}");
        assert!(page.contains("<h2>up.echo</h2>"), "{page}");
        assert!(
            page.contains("{&quot;it&quot;:&quot;&lt;script&gt;\\&quot;\\u202e&quot;}"),
            "{page}"
        );
        assert!(page.contains("content-security-policy: default-src 'none';"), "{page}");
        let body = format!("token={TOKEN}&id={}&decision={decision}", call.id);
        let origin = format!("Origin: http://{host}\r\n");
        assert_eq!(status(&world.post(&host, &origin, &body).await), "303");
        assert_eq!(world.result(&run).await, expected);
        assert_eq!(status(&world.post(&host, &origin, &body).await), "409");
    }
}

#[tokio::test]
async fn nothing_is_decided_from_elsewhere() {
    let world = World::new().await;
    let (_, call) = world.wait("return await up.echo({})").await;
    let host = world.address.to_string();
    let own = format!("Origin: http://{host}\r\n");
    let body = format!("token={TOKEN}&id={}&decision=approve", call.id);
    for (host, query) in [
        (host.as_str(), String::new()),
        (&host, "?token=".to_owned()),
        (&host, format!("?token={TOKEN}x")),
        (&host, format!("?Token={TOKEN}")),
        ("evil.example", format!("?token={TOKEN}")),
        ("127.0.0.1", format!("?token={TOKEN}")),
    ] {
        let answer = world.get(host, &query).await;
        assert_eq!(status(&answer), "403", "{host} {query}: {answer}");
        assert!(!answer.contains(&call.id), "{answer}");
    }
    for (host, origin, body, expected) in [
        (host.as_str(), "", body.as_str(), "403"),
        (&host, "Origin: null\r\n", &body, "403"),
        (&host, "Origin: https://evil.example\r\n", &body, "403"),
        (&host, &format!("Origin: http://localhost:{}\r\n", world.address.port()), &body, "403"),
        ("evil.example", "Origin: http://evil.example\r\n", &body, "403"),
        (&host, &own, &body.replace(TOKEN, "0123456789abcdef-the-tokem"), "403"),
        (&host, &own, &format!("id={}&decision=approve", call.id), "403"),
        (&host, &own, &body.replace("approve", "yes"), "400"),
        (&host, &own, &body.replace(&call.id, "0"), "409"),
        (&host, &own, &format!("{body}&x={}", "x".repeat(5_000)), "400"),
    ] {
        let answer = world.post(host, origin, body).await;
        assert_eq!(status(&answer), expected, "{host} {origin} {body}: {answer}");
    }
    let put = format!("PUT / HTTP/1.1\r\nHost: {host}\r\n{own}Content-Length: 0\r\n\r\n");
    assert_eq!(status(&world.send(&put).await), "405");
    let get = format!("GET /?{body} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    assert_eq!(status(&world.send(&get).await), "200");
    assert_eq!(world.server.waiting(), [call]);
    let open = TcpListener::bind("0.0.0.0:0").await.unwrap();
    assert!(world.server.serve_page(open, TOKEN).await.is_err());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    assert!(world.server.serve_page(listener, "short").await.is_err());
}
