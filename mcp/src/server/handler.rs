//! The tools of the server.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, GetPromptRequestParams,
    GetPromptResponse, Implementation, InputResponses, JsonObject, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities, ServerConfig,
    SubscribeRequestParams, SubscriptionFilter, Tool, ToolAnnotations, UnsubscribeRequestParams,
};
use rmcp::service::{
    NotificationContext, RequestContext, SubscriptionContext, SubscriptionSendError,
};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::news::News;
use super::output;
use super::rounds::wrong_state;
use super::run::Answer;
use super::shared::Shared;
use super::subscriptions::{self, Subscriptions};
use crate::text::{harmless, line, prefix};
use crate::upstream::List;

/// The results of a search, by default and at most.
const FOUND: u64 = 10;
const MAX_FOUND: u64 = 50;
/// The most bytes of a query, or a name, that are looked at.
const MAX_QUERY: usize = 1_000;
/// The most bytes of a description in the result of a search.
const MAX_DESCRIPTION: usize = 300;
/// The time after which a session that has ended is noticed.
pub(super) const SESSION_CHECK: Duration = Duration::from_mins(1);

/// The state and the answers with which a client comes back.
type Again = (Option<String>, Option<InputResponses>);

/// The server's side of one connection or session.
pub(super) struct Handler {
    pub(super) shared: Arc<Shared>,
    /// Cancelled when the client is gone.
    pub(super) gone: CancellationToken,
    /// The number of the connection, or of the address that is served over HTTP.
    pub(super) endpoint: u64,
    /// The resources that a client of the protocol of 2025 is subscribed to.
    subscriptions: Subscriptions,
}

impl Handler {
    pub(super) fn new(shared: Arc<Shared>, gone: CancellationToken, endpoint: u64) -> Self {
        Self { shared, gone, endpoint, subscriptions: Subscriptions::default() }
    }

    /// Begins a run, or goes on with one.
    async fn call_run_code(
        &self,
        code: &str,
        session: Option<&str>,
        again: Again,
        context: &RequestContext<RoleServer>,
    ) -> Answer {
        match again {
            (None, None) => self.run_code(code, session, context).await,
            (state, responses) => {
                let (state, responses) = (state.as_deref(), responses.unwrap_or_default());
                self.answer_run(code, session, state, responses, context).await
            }
        }
    }

    async fn search_tools(&self, query: &str, limit: u64) -> CallToolResult {
        let limit = usize::try_from(limit.min(MAX_FOUND)).unwrap_or_default();
        let query = prefix(query, MAX_QUERY).0.to_owned();
        self.computed(move |shared| search_tools(shared, &query, limit)).await
    }

    async fn describe_tool(&self, name: &str) -> CallToolResult {
        let name = prefix(name, MAX_QUERY).0.to_owned();
        self.computed(move |shared| describe_tool(shared, &name)).await
    }

    /// Computes a result on a thread of its own: the first search makes the index of all tools, and a
    /// schema can be long.
    async fn computed(
        &self,
        compute: impl FnOnce(&Shared) -> CallToolResult + Send + 'static,
    ) -> CallToolResult {
        // Fails if the semaphore is closed, which it never is.
        let _place = self.shared.computing.acquire().await;
        let shared = Arc::clone(&self.shared);
        let computing = tokio::task::spawn_blocking(move || compute(&shared));
        // Fails if it has panicked.
        computing.await.unwrap_or_else(|_| refused("This cannot be found out."))
    }
}

fn search_tools(shared: &Shared, query: &str, limit: usize) -> CallToolResult {
    let catalog = shared.catalog();
    let mut text = String::new();
    let mut tools = Vec::new();
    for tool in catalog.code.catalog().search(query, limit) {
        let description = tool.definition().description.as_deref().unwrap_or_default();
        let description = line(description, MAX_DESCRIPTION);
        let (name, signature) = (tool.path(), harmless(&tool.signature()));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{signature}\n    {description}");
        tools.push(json!({"name": name, "signature": signature, "description": description}));
    }
    if tools.is_empty() {
        text.push_str("No tool was found. Try other words.");
    }
    complete(text, json!({"tools": tools}))
}

fn describe_tool(shared: &Shared, name: &str) -> CallToolResult {
    if let Some(object) = shared.options.objects.iter().find(|object| object.has_name(name)) {
        let declaration = harmless(&object.declaration());
        return complete(declaration.clone(), json!({"declaration": declaration}));
    }
    let catalog = shared.catalog();
    let catalog = catalog.code.catalog();
    let tool = name.split_once('.').and_then(|(server, tool)| catalog.get(server, tool));
    if let Some(tool) = tool {
        let declaration = harmless(&tool.declaration());
        return complete(declaration.clone(), json!({"declaration": declaration}));
    }
    let mut reason = String::from("There is no tool of this name. `search_tools` finds names.");
    for (index, tool) in catalog.nearest(name).into_iter().enumerate() {
        reason.push_str(if index == 0 { " Similar names: " } else { ", " });
        reason.push_str(&tool.path());
    }
    refused(&reason)
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let mut capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_tool_list_changed()
            .enable_resources()
            .enable_resources_list_changed()
            .enable_resources_subscribe()
            .enable_prompts()
            .enable_prompts_list_changed()
            .build();
        if let Some(resources) = &mut capabilities.resources
            && !self.shared.has_updates()
        {
            resources.subscribe = None;
        }
        if !self.shared.has_resources() {
            capabilities.resources = None;
        }
        if !self.shared.has_prompts() {
            capabilities.prompts = None;
        }
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("isolet", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let waits = !self.shared.policy.is_empty();
        Ok(ListToolsResult::with_all_items(tools(&self.shared.catalog().description, waits)))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let again: Again = (request.request_state, request.input_responses);
        if request.name != "run_code" && (again.0.is_some() || again.1.is_some()) {
            return Err(wrong_state());
        }
        let text = |name: &str| arguments.get(name).and_then(Value::as_str);
        if arguments.get("session").is_some_and(|it| !it.is_string() && !it.is_null()) {
            return Ok(refused("The argument `session` must be a string.").into());
        }
        let result = match (request.name.as_ref(), text("code"), text("query"), text("name")) {
            ("run_code", Some(code), ..) => {
                // A cancelled request drops the run, which ends it at once.
                return tokio::select! {
                    biased;
                    () = self.is_gone(&context) => Err(cancelled()),
                    answer = self.call_run_code(code, text("session"), again, &context) => answer,
                };
            }
            ("wait_run", ..) => match text("run") {
                Some(run) => return self.wait_run(run, &context).await,
                None => refused("The argument `run` must be a string."),
            },
            ("search_tools", _, Some(query), _) => {
                match arguments.get("limit").map(Value::as_u64) {
                    None => self.search_tools(query, FOUND).await,
                    Some(Some(limit)) if limit > 0 => self.search_tools(query, limit).await,
                    Some(_) => refused("The argument `limit` must be an integer above 0."),
                }
            }
            ("describe_tool", .., Some(name)) => self.describe_tool(name).await,
            ("run_code", ..) => refused("The argument `code` must be a string."),
            ("search_tools", ..) => refused("The argument `query` must be a string."),
            ("describe_tool", ..) => refused("The argument `name` must be a string."),
            _ => return Err(ErrorData::invalid_params("there is no such tool", None)),
        };
        Ok(result.into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(self.shared.resources().await))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(self.shared.resource_templates().await))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.shared.read_resource(request).await
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Ok(ListPromptsResult::with_all_items(self.shared.prompts().await))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        self.shared.get_prompt(request).await
    }

    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        let mut news = News::new(&self.shared);
        let gone = self.gone.clone();
        tokio::spawn(gone.run_until_cancelled_owned(async move {
            let peer = context.peer;
            // Nothing else says that a session over HTTP has ended.
            while !peer.is_transport_closed() {
                // Notifying fails if the session has ended.
                match tokio::time::timeout(SESSION_CHECK, news.next()).await {
                    Err(_) => {}
                    Ok(Some(List::Tools)) => drop(peer.notify_tool_list_changed().await),
                    Ok(Some(List::Resources)) => drop(peer.notify_resource_list_changed().await),
                    Ok(Some(List::Prompts)) => drop(peer.notify_prompt_list_changed().await),
                    Ok(None) => break,
                }
            }
        }));
    }

    async fn subscribe(
        &self,
        request: SubscribeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let gone = self.gone.clone();
        self.subscriptions.add(&self.shared, request.uri, context.peer, gone).await
    }

    async fn unsubscribe(
        &self,
        request: UnsubscribeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.subscriptions.remove(&request.uri);
        Ok(())
    }

    fn accepted_subscription_filter(
        &self,
        requested: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        let filter = SubscriptionFilter::builder();
        let resources = subscriptions::accepted(&self.shared, requested);
        let filter = filter.tools_list_changed().resources_list_changed().prompts_list_changed();
        Some(filter.resource_subscriptions(resources).build())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let mut news = News::new(&self.shared);
        let sink = context.sink();
        let lists = async {
            while let Some(list) = news.next().await {
                let sent = match list {
                    List::Tools => sink.notify_tool_list_changed().await,
                    List::Resources => sink.notify_resource_list_changed().await,
                    List::Prompts => sink.notify_prompt_list_changed().await,
                };
                // The client may not have asked for this list.
                if let Err(SubscriptionSendError::SubscriptionClosed) = sent {
                    break;
                }
            }
        };
        tokio::select! {
            () = context.cancelled() => {}
            () = lists => {}
            () = subscriptions::tell(&self.shared, sink) => {}
        }
        Ok(())
    }
}

const INSTRUCTIONS: &str = "Offers the tools of several servers to programs. Find tools with \
    `search_tools`, read their declarations with `describe_tool`, and call them from a program with \
    `run_code`. Prefer one program to many.";

/// Returns the tools. If calls may wait for approval, one of them waits for runs.
fn tools(description: &str, waits: bool) -> Vec<Tool> {
    let text = |description: &str| json!({"type": "string", "description": description});
    let input = |properties: Value, required: &str| {
        object(json!({"type": "object", "properties": properties, "required": [required]}))
    };
    let read_only = ToolAnnotations::new().read_only(true).open_world(false);
    let found = json!({"type": "object", "required": ["tools"], "properties": {"tools": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "signature": {"type": "string"},
                "description": {"type": "string"},
            },
            "required": ["name", "signature", "description"],
        },
    }}});
    let declaration = json!({
        "type": "object",
        "properties": {"declaration": {"type": "string"}},
        "required": ["declaration"],
    });
    let run = Tool::new(
        "run_code",
        description.to_owned(),
        input(
            json!({
                "code": text("The program. Its `return` value is the result."),
                "session": text(
                    "\"new\" keeps the top-level variables for later programs, and the result has \
                     the handle to pass with them. Without it nothing is kept.",
                ),
            }),
            "code",
        ),
    );
    let search = Tool::new(
        "search_tools",
        "Finds tools by words that say what they should do.",
        input(
            json!({
                "query": text("Words, such as \"create an issue\"."),
                "limit": {"type": "integer", "minimum": 1, "maximum": MAX_FOUND, "default": FOUND},
            }),
            "query",
        ),
    );
    let describe = Tool::new(
        "describe_tool",
        "Returns the TypeScript declaration of a tool.",
        input(json!({"name": text("The name of the tool, such as `files.read_file`.")}), "name"),
    );
    let schema = Arc::new(object(output::schema()));
    let wait = Tool::new(
        "wait_run",
        "Waits for the result of a program whose calls wait for approval. It approves nothing.",
        input(json!({"run": text("The `run` of the result that says `waiting`.")}), "run"),
    )
    .with_title("Wait for a run")
    .with_raw_output_schema(Arc::clone(&schema))
    .with_annotations(read_only.clone());
    let mut tools = vec![
        run.with_title("Run code").with_raw_output_schema(schema).with_annotations(
            ToolAnnotations::new().read_only(false).destructive(true).open_world(true),
        ),
        search
            .with_title("Search tools")
            .with_raw_output_schema(Arc::new(object(found)))
            .with_annotations(read_only.clone()),
        describe
            .with_title("Describe a tool")
            .with_raw_output_schema(Arc::new(object(declaration)))
            .with_annotations(read_only),
    ];
    if waits {
        tools.push(wait);
    }
    tools
}

fn object(value: Value) -> JsonObject {
    match value {
        Value::Object(object) => object,
        _ => JsonObject::new(),
    }
}

fn complete(text: String, structured: Value) -> CallToolResult {
    let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
    result.structured_content = Some(structured);
    result
}

/// Returns a result that tells the model what is wrong with its request.
pub(super) fn refused(reason: &str) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(reason)])
}

/// The answer to a cancelled request, which nobody gets.
pub(super) fn cancelled() -> ErrorData {
    ErrorData::internal_error("the request was cancelled", None)
}
