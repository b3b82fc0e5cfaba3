//! Real servers, real clients, and what is between them.

#[cfg(unix)]
mod approvals;
mod asker;
mod asking;
mod calling;
mod changes;
#[cfg(unix)]
mod crash;
mod hostile;
mod http_server;
mod objects;
mod openapi;
mod page;
mod passing;
mod peer;
mod processes;
mod rounds;
mod scale;
mod subscriptions;
mod user;

use std::sync::{Arc, LazyLock, Mutex};

use isolet::Engine;
use isolet_mcp::{Config, Event, Limits, Options, Pins, Result, Server};
use rmcp::model::{CallToolRequestParams, CallToolResult, ProtocolVersion};
use rmcp::service::RunningService;
use rmcp::{ClientLifecycleMode, ClientServiceExt as _, RoleClient};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new().unwrap());

/// The events of a server.
#[derive(Clone, Default)]
struct Events {
    events: Arc<Mutex<Vec<Event>>>,
    news: Arc<Notify>,
}

impl Events {
    fn options(&self, limits: Limits, pins: Pins) -> Options {
        let events = self.clone();
        let observer = move |event| {
            events.events.lock().unwrap().push(event);
            events.news.notify_one();
        };
        Options { limits, pins, observer: Some(Arc::new(observer)), ..Options::default() }
    }

    /// Waits for an event whose line contains a text.
    async fn wait(&self, text: &str) {
        while !self.lines().iter().any(|line| line.contains(text)) {
            self.news.notified().await;
        }
    }

    fn lines(&self) -> Vec<String> {
        self.events.lock().unwrap().iter().map(ToString::to_string).collect()
    }
}

/// A server, and a client that is connected to it.
struct World {
    server: Arc<Server>,
    events: Events,
    client: Client,
}

type Running = RunningService<RoleClient, ()>;

struct Client {
    service: Running,
    serving: JoinHandle<Result<()>>,
}

impl World {
    async fn new(servers: Value) -> Self {
        Self::with(servers, Limits::default(), Pins::new()).await
    }

    async fn with(servers: Value, limits: Limits, pins: Pins) -> Self {
        Self::of(config(&json!({"mcpServers": servers})), limits, pins).await
    }

    async fn of(config: Config, limits: Limits, pins: Pins) -> Self {
        let events = Events::default();
        let server = Server::start(&ENGINE, config, events.options(limits, pins)).await.unwrap();
        let server = Arc::new(server);
        let client = Client::new(&server, ClientLifecycleMode::Initialize).await;
        Self { server, events, client }
    }

    /// Runs a program, and returns the structured content.
    async fn run(&self, code: &str) -> Value {
        self.client.call("run_code", json!({"code": code})).await.structured_content.unwrap()
    }

    /// Runs a program that returns a value.
    async fn value(&self, code: &str) -> Value {
        let mut structured = self.run(code).await;
        assert!(structured.get("error").is_none(), "{structured}");
        structured["result"].take()
    }

    /// Runs a program that fails, and returns the message.
    async fn error(&self, code: &str) -> String {
        let structured = self.run(code).await;
        structured["error"]["message"].as_str().unwrap_or_else(|| panic!("{structured}")).to_owned()
    }
}

impl Client {
    async fn new(server: &Arc<Server>, lifecycle: ClientLifecycleMode) -> Self {
        let (near, far) = tokio::io::duplex(64 << 10);
        let server = Arc::clone(server);
        let serving = tokio::spawn(async move {
            let (reader, writer) = tokio::io::split(far);
            server.serve(reader, writer, std::future::pending()).await
        });
        let service = ().serve_with_lifecycle(near, lifecycle).await.unwrap();
        Self { service, serving }
    }

    async fn call(&self, name: &'static str, arguments: Value) -> CallToolResult {
        self.service.call_tool(params(name, &arguments)).await.unwrap()
    }
}

fn params(name: &'static str, arguments: &Value) -> CallToolRequestParams {
    CallToolRequestParams::new(name).with_arguments(arguments.as_object().unwrap().clone())
}

/// Returns all text of a result.
fn text(result: &CallToolResult) -> String {
    let texts: Vec<_> = result.content.iter().filter_map(|it| it.as_text()).collect();
    texts.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join("\n")
}

async fn start(servers: Value, options: Options) -> Result<Server> {
    start_with(json!({"mcpServers": servers}), options).await
}

async fn start_with(config: Value, options: Options) -> Result<Server> {
    Server::start(&ENGINE, Config::parse(&config.to_string(), |_| None)?, options).await
}

fn config(json: &Value) -> Config {
    Config::parse(&json.to_string(), |_| None).unwrap()
}

/// Returns the configuration of a server that is a process of this program.
fn process(mode: &str) -> Value {
    json!({
        "command": std::env::current_exe().unwrap(),
        "args": ["peer::stdio", "--exact", "--ignored", "--nocapture"],
        "env": {"PEER": mode},
    })
}

fn modern() -> ClientLifecycleMode {
    ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] }
}
