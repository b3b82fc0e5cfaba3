//! Upstream servers, made with the SDK's own server side.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorCode,
    GetPromptRequestParams, GetPromptResponse, GetPromptResult, JsonObject, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ProgressNotificationParam, Prompt, PromptArgument, PromptMessage, ProtocolVersion,
    ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Resource,
    ResourceContents, ResourceTemplate, Role, ServerCapabilities, ServerConfig, SubscriptionFilter,
    Tool,
};
use rmcp::service::{RequestContext, ServiceExt as _, SubscriptionContext};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, Peer as ClientPeer, RoleServer, ServerHandler};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Barrier, Mutex, Notify, watch};

use crate::asker::Asker;

/// A server and what happens to it.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) versions: &'static [ProtocolVersion],
    pub(crate) tools: watch::Sender<Vec<Tool>>,
    pub(crate) cancelled: Arc<Notify>,
    pub(crate) waiting: Arc<Notify>,
    pub(crate) released: Arc<Notify>,
    pub(crate) pages: Arc<AtomicUsize>,
    pub(crate) headers: watch::Sender<Vec<(String, String)>>,
    /// The number of changes of the resources and prompts.
    lists: watch::Sender<u64>,
    together: Arc<Barrier>,
    clients: Arc<Mutex<Vec<ClientPeer<RoleServer>>>>,
}

pub(crate) const OLD: &[ProtocolVersion] =
    &[ProtocolVersion::V_2024_11_05, ProtocolVersion::V_2025_11_25];
pub(crate) const NEW: &[ProtocolVersion] = &[ProtocolVersion::V_2026_07_28];

pub(crate) fn tool(name: &str, description: &str) -> Tool {
    let Value::Object(schema) = json!({"type": "object"}) else { unreachable!() };
    Tool::new(name.to_owned(), description.to_owned(), Arc::new(schema))
}

impl Peer {
    pub(crate) fn new(versions: &'static [ProtocolVersion]) -> Self {
        let names =
            ["echo", "text", "media", "fail", "fault", "wait", "together", "environment", "exit"];
        Self::with_tools(
            versions,
            names.iter().map(|name| tool(name, "A tool of the tests.")).collect(),
        )
    }

    pub(crate) fn with_tools(versions: &'static [ProtocolVersion], tools: Vec<Tool>) -> Self {
        Self {
            versions,
            tools: watch::Sender::new(tools),
            cancelled: Arc::default(),
            waiting: Arc::default(),
            released: Arc::default(),
            pages: Arc::default(),
            headers: watch::Sender::default(),
            lists: watch::Sender::default(),
            together: Arc::new(Barrier::new(3)),
            clients: Arc::default(),
        }
    }

    /// Serves over HTTP, and returns the address.
    pub(crate) async fn over_http(&self) -> String {
        over_http(self.clone(), self.headers.clone()).await
    }

    /// Replaces the tools, and says so.
    pub(crate) async fn change(&self, tools: Vec<Tool>) {
        self.tools.send_replace(tools);
        if self.versions == OLD {
            while self.clients.lock().await.is_empty() {
                tokio::task::yield_now().await;
            }
        }
        for client in self.clients.lock().await.iter() {
            let _ = client.notify_tool_list_changed().await;
        }
    }
}

impl Peer {
    /// Says that the resources and prompts have changed.
    pub(crate) async fn change_lists(&self) {
        self.lists.send_modify(|count| *count += 1);
        for client in self.clients.lock().await.iter() {
            let _ = client.notify_resource_list_changed().await;
            let _ = client.notify_prompt_list_changed().await;
        }
    }
}

impl ServerHandler for Peer {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_tool_list_changed()
            .enable_resources()
            .enable_resources_list_changed()
            .enable_prompts()
            .enable_prompts_list_changed()
            .build();
        ServerConfig::new(capabilities).with_instructions("Use it\u{1b}[2J well.")
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(self.versions)
    }

    async fn on_initialized(&self, context: rmcp::service::NotificationContext<RoleServer>) {
        self.clients.lock().await.push(context.peer);
    }

    fn accepted_subscription_filter(&self, _: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        let filter = SubscriptionFilter::builder();
        Some(filter.tools_list_changed().resources_list_changed().prompts_list_changed().build())
    }

    /// Lists one resource a page.
    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let is_second = request.and_then(|it| it.cursor).is_some();
        let (uri, name) =
            if is_second { ("file:///b", "b") } else { ("file:///a?x=1", "a\u{1b}[2J") };
        let resource = Resource::new(uri, name).with_description("A file.\u{202e}");
        let mut result = ListResourcesResult::with_all_items(vec![resource]);
        result.next_cursor = (!is_second).then(|| "2".to_owned());
        Ok(result)
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let template = ResourceTemplate::new("file:///{path}", "any");
        Ok(ListResourceTemplatesResult::with_all_items(vec![template]))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        if !request.uri.starts_with("file:///") {
            return Err(ErrorData::resource_not_found("no such file\u{1b}", None));
        }
        let contents = ResourceContents::text(format!("<{}>", request.uri), request.uri);
        Ok(ReadResourceResult::new(vec![contents]).into())
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let argument = PromptArgument::new("who").with_description("A name.\u{202e}");
        let prompt = Prompt::new("greet.all", Some("Greets."), Some(vec![argument]));
        Ok(ListPromptsResult::with_all_items(vec![prompt]))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let text = format!("{} {arguments}", request.name);
        Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, text)]).into())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let mut changes = self.tools.subscribe();
        let mut lists = self.lists.subscribe();
        loop {
            tokio::select! {
                () = context.cancelled() => return Ok(()),
                _ = changes.changed() => {
                    let _ = context.sink().notify_tool_list_changed().await;
                }
                _ = lists.changed() => {
                    let _ = context.sink().notify_resource_list_changed().await;
                    let _ = context.sink().notify_prompt_list_changed().await;
                }
            }
        }
    }

    /// Lists two tools a page.
    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        self.pages.fetch_add(1, Ordering::Relaxed);
        let start = request.and_then(|it| it.cursor).map_or(0, |it| it.parse().unwrap());
        let tools = self.tools.borrow().clone();
        let size = if tools.len() > 100 { 100 } else { 2 };
        let end = tools.len().min(start + size);
        let mut result = ListToolsResult::with_all_items(tools[start..end].to_vec());
        result.next_cursor = (end < tools.len()).then(|| end.to_string());
        Ok(result)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let text = |text: &str| CallToolResult::success(vec![ContentBlock::text(text)]);
        let result = match request.name.as_ref() {
            "echo" => CallToolResult::structured(arguments),
            "text" => text("{\"not\": \"parsed\"}"),
            "media" => CallToolResult::success(vec![
                ContentBlock::text("a picture"),
                ContentBlock::image("iVBORw==", "image/png"),
            ]),
            "fail" => CallToolResult::error(vec![ContentBlock::text("no such file: a.txt")]),
            "fault" => return Err(ErrorData::new(ErrorCode(-32_000), "out of order", None)),
            "wait" => {
                self.waiting.notify_one();
                context.ct.cancelled().await;
                self.cancelled.notify_one();
                text("cancelled")
            }
            // Three calls at the same time, or none ends.
            "together" => {
                self.together.wait().await;
                text("done")
            }
            "environment" => CallToolResult::structured(
                std::env::vars()
                    .collect::<std::collections::BTreeMap<_, _>>()
                    .into_iter()
                    .map(|(name, value)| (name, Value::from(value)))
                    .collect::<JsonObject>()
                    .into(),
            ),
            // Reports as often as it is told to, and ends when it is told to.
            "progress" => {
                let token = context.meta.get_progress_token().unwrap();
                for n in 0..arguments["times"].as_u64().unwrap() {
                    let mut params = ProgressNotificationParam::new(token.clone(), 0.5);
                    params.total = Some(2.0);
                    params.message = Some(format!("part {n}\u{1b}[2J"));
                    context.peer.notify_progress(params).await.unwrap();
                }
                self.waiting.notify_one();
                self.released.notified().await;
                text("done")
            }
            "exit" => std::process::exit(3),
            other => CallToolResult::structured(json!({"called": other})),
        };
        Ok(result.into())
    }
}

/// Serves over HTTP, and returns the address. The headers of each request are sent to `headers`.
pub(crate) async fn over_http(
    server: impl ServerHandler + Clone,
    headers: watch::Sender<Vec<(String, String)>>,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = StreamableHttpService::new(
        move || Ok(server.clone()),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default(),
    );
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (service, headers) = (service.clone(), headers.clone());
            tokio::spawn(async move {
                let service = service_fn(|request: http::Request<hyper::body::Incoming>| {
                    let seen = request.headers().iter().map(|(name, value)| {
                        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
                    });
                    headers.send_replace(seen.collect());
                    let service = service.clone();
                    async move { Ok::<_, Infallible>(service.handle(request).await) }
                });
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    format!("http://{address}/mcp")
}

/// The process of a server. Other tests start it.
#[test]
#[ignore = "a process of other tests"]
fn stdio() {
    // Ends the line of the test harness, which is the first garbage that clients see.
    println!();
    let mode = std::env::var("PEER").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        match mode.as_str() {
            "old" => serve(Peer::new(OLD)).await,
            "new" => serve(Peer::new(NEW)).await,
            "asks-old" => serve(Asker::new(OLD)).await,
            "asks-new" => serve(Asker::new(NEW)).await,
            "garbage" => {
                println!("Server listening.\n{{\n[]\n{{}}\n\u{1b}[2J");
                println!("{}", "[".repeat(100_000));
                eprintln!("warn\u{1b}[31m\u{202e}\n{}", "x".repeat(5_000));
                serve(Peer::new(OLD)).await;
            }
            mode => super::hostile::serve_by_hand(mode),
        }
    });
    std::process::exit(0);
}

async fn serve(peer: impl ServerHandler) {
    let service = peer.serve(rmcp::transport::stdio()).await.unwrap();
    service.waiting().await.unwrap();
}
