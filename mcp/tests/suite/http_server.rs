//! The server over HTTP.

use std::net::SocketAddr;

use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use isolet_mcp::{Error, HttpOptions, Limits, Pins};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::peer::{NEW, OLD, Peer};
use crate::{Events, World, start, start_with};

/// A server that is reached over HTTP, and its upstream server.
struct Http {
    peer: Peer,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

const TOKEN: &str = "a-token";

impl Http {
    async fn new(limits: Limits) -> Self {
        Self::with(limits, &json!([]), Some(TOKEN)).await
    }

    /// Serves with rules for approval, and with a token or none.
    async fn with(limits: Limits, approve: &Value, token: Option<&str>) -> Self {
        let peer = Peer::new(NEW);
        let servers = json!({"a": {"url": peer.over_http().await}});
        let config = json!({"mcpServers": servers, "approve": approve});
        let server = start_with(config, Events::default().options(limits, Pins::new())).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let token = token.map(str::to_owned);
        let serving = tokio::spawn(async move {
            let options = HttpOptions {
                token,
                origins: vec!["https://app.example:443".to_owned()],
                ..HttpOptions::default()
            };
            let server = server.unwrap();
            server.serve_http(listener, options, std::future::pending()).await.unwrap();
        });
        Self { peer, address, serving }
    }

    async fn connect(&self) -> SendRequest<Full<Bytes>> {
        self.connection().await.0
    }

    async fn connection(&self) -> (SendRequest<Full<Bytes>>, JoinHandle<hyper::Result<()>>) {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        (sender, tokio::spawn(connection))
    }

    fn request(&self, body: Vec<u8>) -> Request<Full<Bytes>> {
        Request::builder()
            .method(Method::POST)
            .uri("/mcp")
            .header("host", self.address.to_string())
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .body(Full::from(body))
            .unwrap()
    }

    async fn status(&self, request: Request<Full<Bytes>>) -> StatusCode {
        self.connect().await.send_request(request).await.unwrap().status()
    }
}

fn initialize() -> Vec<u8> {
    let params = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    });
    message(1, "initialize", &params)
}

fn message(id: u32, method: &str, params: &Value) -> Vec<u8> {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string().into()
}

/// Returns a call of `run_code` in the protocol of 2026.
fn modern_run(http: &Http, code: &str) -> Request<Full<Bytes>> {
    modern_request(http, &json!({"arguments": {"code": code}}), &json!({}))
}

/// Returns a call of `run_code` with parameters, of a client with capabilities.
fn modern_request(http: &Http, params: &Value, capabilities: &Value) -> Request<Full<Bytes>> {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": capabilities,
    });
    let mut params = params.clone();
    params["name"] = "run_code".into();
    params["_meta"] = meta;
    let mut request = http.request(message(7, "tools/call", &params));
    for (name, value) in [
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", "run_code"),
    ] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

async fn body(response: http::Response<Incoming>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Returns the message of an answer.
async fn answer(response: http::Response<Incoming>) -> Value {
    let body = body(response).await;
    let mut lines = body.lines().map(|line| line.strip_prefix("data:").unwrap_or(line));
    lines.find_map(|line| serde_json::from_str(line).ok()).unwrap_or_else(|| panic!("{body}"))
}

/// Each request has a connection of its own, and whoever has another credential is another caller.
#[tokio::test]
async fn a_state_is_of_one_credential() {
    let http = Http::with(Limits::default(), &json!(["a.text"]), None).await;
    let other = Http::with(Limits::default(), &json!(["a.text"]), None).await;
    let capabilities = json!({"elicitation": {"form": {}}});
    let code = "return await a.text({})";
    let send = async |http: &Http, credential: Option<&str>, params: Value| {
        let mut request = modern_request(http, &params, &capabilities);
        request.headers_mut().remove("authorization");
        if let Some(credential) = credential {
            request.headers_mut().insert("authorization", credential.parse().unwrap());
        }
        answer(http.connect().await.send_request(request).await.unwrap()).await
    };
    let own = Some("Bearer one");
    let first = json!({"arguments": {"code": code}});
    let asked = send(&http, own, first).await["result"].take();
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    let keys = asked["inputRequests"].as_object().unwrap().keys();
    let answers: Value = keys.map(|key| (key.clone(), json!({"action": "accept"}))).collect();
    let again = json!({
        "arguments": {"code": code},
        "inputResponses": answers,
        "requestState": asked["requestState"],
    });
    for (http, credential) in
        [(&http, Some("Bearer two")), (&http, None), (&http, Some("Bearer on")), (&other, own)]
    {
        let refused = send(http, credential, again.clone()).await;
        assert_eq!(refused["error"]["data"]["name"], "RequestStateError", "{refused}");
    }
    let done = send(&http, own, again.clone()).await;
    let result = &done["result"]["structuredContent"]["result"];
    assert_eq!(*result, "{\"not\": \"parsed\"}", "{done}");
    let refused = send(&http, own, again).await;
    assert_eq!(refused["error"]["data"]["name"], "RequestStateError", "{refused}");
}

/// A server of this crate as the upstream server of another, in the way that both would like.
#[tokio::test]
async fn one_server_behind_another() {
    let http = Http::new(Limits::default()).await;
    let url = format!("http://{}/mcp", http.address);
    let world = World::new(json!({"inner": {"url": url, "bearer": TOKEN}})).await;
    let outer = "return await inner.run_code({\"code\": \"return await a.echo({\\\"x\\\": 1})\"})";
    let value = world.value(outer).await;
    assert_eq!(value["result"], json!({"x": 1}));

    // Cancelling goes through both.
    let outer = "return await inner.run_code({\"code\": \"return await a.wait({})\"})";
    tokio::select! {
        _ = world.run(outer) => panic!("it ends"),
        () = http.peer.waiting.notified() => {}
    }
    http.peer.cancelled.notified().await;
}

#[tokio::test]
async fn who_may_connect() {
    let http = Http::new(Limits { request_bytes: 10_000, ..Limits::default() }).await;
    assert_eq!(http.status(http.request(initialize())).await, StatusCode::OK);
    let with = |name: &'static str, value: &str| {
        let mut request = http.request(initialize());
        request.headers_mut().insert(name, value.parse().unwrap());
        request
    };
    for (name, value, status) in [
        ("authorization", "Bearer another", StatusCode::UNAUTHORIZED),
        ("authorization", "", StatusCode::UNAUTHORIZED),
        ("authorization", &format!("Basic {TOKEN}"), StatusCode::UNAUTHORIZED),
        ("authorization", TOKEN, StatusCode::UNAUTHORIZED),
        ("authorization", &format!("bearer {TOKEN}"), StatusCode::OK),
        ("host", "evil.example", StatusCode::FORBIDDEN),
        ("origin", "https://evil.example", StatusCode::FORBIDDEN),
        ("origin", "null", StatusCode::FORBIDDEN),
        ("origin", "http://app.example", StatusCode::FORBIDDEN),
        ("origin", "https://app.example", StatusCode::OK),
    ] {
        assert_eq!(http.status(with(name, value)).await, status, "{name}: {value}");
    }
    let mut request = http.request(initialize());
    request.headers_mut().remove("authorization");
    assert_eq!(http.status(request).await, StatusCode::UNAUTHORIZED);
    let mut request = http.request(initialize());
    *request.uri_mut() = "/".parse().unwrap();
    assert_eq!(http.status(request).await, StatusCode::NOT_FOUND);
    let long = http.request(vec![b' '; 10_001]);
    assert_eq!(http.status(long).await, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn addresses_for_all_need_a_token() {
    let options = Events::default().options(Limits::default(), Pins::new());
    let server = start(json!({}), options).await.unwrap();
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let serving = server.serve_http(listener, HttpOptions::default(), std::future::pending());
    assert!(matches!(serving.await, Err(Error::Config(_))));
}

#[tokio::test]
async fn a_client_that_is_gone_ends_its_run() {
    let http = Http::new(Limits::default()).await;
    let mut sender = http.connect().await;
    let response = sender.send_request(modern_run(&http, "return await a.echo({})")).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = body(response).await;
    assert!(body.contains(r#""status":"done""#), "{body}");

    let (mut sender, connection) = http.connection().await;
    let response = sender.send_request(modern_run(&http, "return await a.wait({})"));
    // The response begins when the run ends.
    tokio::select! {
        _ = response => panic!("it ends"),
        () = http.peer.waiting.notified() => {}
    }
    connection.abort();
    http.peer.cancelled.notified().await;
}

#[tokio::test]
async fn sessions_are_limited() {
    let http = Http::new(Limits { sessions: 2, ..Limits::default() }).await;
    for status in [StatusCode::OK, StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE] {
        assert_eq!(http.status(http.request(initialize())).await, status);
    }
}

#[tokio::test]
async fn shutdown_closes_connections() {
    let http = Http::new(Limits::default()).await;
    let mut sender = http.connect().await;
    let response = sender.send_request(modern_run(&http, "return await a.wait({})"));
    tokio::select! {
        _ = response => panic!("it ends"),
        () = http.peer.waiting.notified() => {}
    }
    http.serving.abort();
    http.peer.cancelled.notified().await;
}

/// Headers of the configuration go to the server that they are for.
#[tokio::test]
async fn headers_are_sent() {
    for versions in [OLD, NEW] {
        let peer = Peer::new(versions);
        let server =
            json!({"url": peer.over_http().await, "headers": {"x-key": "k"}, "bearer": "t"});
        let world = World::new(json!({"a": server})).await;
        assert_eq!(world.value("return await a.echo({})").await, json!({}));
        let headers = peer.headers.borrow().clone();
        for (name, value) in [("x-key", "k"), ("authorization", "Bearer t")] {
            assert!(headers.contains(&(name.to_owned(), value.to_owned())), "{headers:?}");
        }
    }
}
