//! An upstream server that asks the clients of its callers, and whose resources change.

#![expect(deprecated, reason = "some of it is of the protocol of 2025")]

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ClientResult, CreateMessageRequest,
    CreateMessageRequestParams, ElicitRequest, ElicitRequestParams, ElicitResult, InputRequest,
    InputRequiredResult, ListToolsResult, PaginatedRequestParams, ProtocolVersion, Resource,
    ServerCapabilities, ServerConfig, ServerRequest, SubscribeRequestParams, SubscriptionFilter,
    UnsubscribeRequestParams,
};
use rmcp::model::{ListResourcesResult, ResourceUpdatedNotificationParam};
use rmcp::service::{RequestContext, SubscriptionContext};
use rmcp::{ErrorData, Peer as ClientPeer, RoleServer, ServerHandler};
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};

use crate::peer::{OLD, tool};

#[derive(Clone)]
pub(crate) struct Asker {
    versions: &'static [ProtocolVersion],
    /// The calls that were begun, rounds of one call not counted again.
    pub(crate) calls: Arc<AtomicUsize>,
    /// The requests for input that were answered, by any answer.
    pub(crate) answers: watch::Sender<usize>,
    /// The requests for input that the other side has cancelled or failed.
    pub(crate) failures: watch::Sender<Vec<String>>,
    pub(crate) waiting: Arc<Notify>,
    pub(crate) cancelled: Arc<Notify>,
    /// The number of updates, and the resource of the last one.
    updates: watch::Sender<(usize, String)>,
    /// The resources that clients are subscribed to, of one protocol or the other.
    pub(crate) subscribed: watch::Sender<BTreeSet<String>>,
    clients: Arc<Mutex<Vec<ClientPeer<RoleServer>>>>,
}

const TOOLS: &[&str] = &["ask", "sample", "leave", "endless", "count", "wait"];

impl Asker {
    pub(crate) fn new(versions: &'static [ProtocolVersion]) -> Self {
        Self {
            versions,
            calls: Arc::default(),
            answers: watch::Sender::default(),
            failures: watch::Sender::default(),
            waiting: Arc::default(),
            cancelled: Arc::default(),
            updates: watch::Sender::default(),
            subscribed: watch::Sender::default(),
            clients: Arc::default(),
        }
    }

    pub(crate) async fn over_http(&self) -> String {
        crate::peer::over_http(self.clone(), watch::Sender::default()).await
    }

    pub(crate) fn count(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// Says that a resource has changed.
    pub(crate) async fn update(&self, uri: &str) {
        self.updates.send_modify(|(count, last)| {
            *count += 1;
            uri.clone_into(last);
        });
        let is_subscribed = self.subscribed.borrow().contains(uri);
        let clients = self.clients.lock().unwrap().clone();
        for client in clients.iter().filter(|_| is_subscribed && self.versions == OLD) {
            let _ =
                client.notify_resource_updated(ResourceUpdatedNotificationParam::new(uri)).await;
        }
    }

    /// Waits until just these resources are subscribed to.
    pub(crate) async fn has_subscribed(&self, uris: &[&str]) {
        let expected: BTreeSet<_> = uris.iter().map(|&uri| uri.to_owned()).collect();
        self.subscribed.subscribe().wait_for(|subscribed| *subscribed == expected).await.unwrap();
    }
}

/// Returns the question that the argument of a tool describes.
fn elicitation(arguments: &Value) -> ElicitRequestParams {
    let mut params = arguments["question"].clone();
    if params.is_null() {
        params = json!({
            "mode": "form",
            "message": "Which\u{1b}[2J one?",
            "requestedSchema": {
                "type": "object",
                "properties": {"n": {"type": "integer", "title": "N\u{202e}"}},
                "required": ["n"],
            },
        });
    }
    serde_json::from_value(params).unwrap()
}

async fn send(client: &ClientPeer<RoleServer>, request: ServerRequest) -> Result<Value, String> {
    match client.send_request(request).await {
        Ok(ClientResult::ElicitResult(result)) => Ok(serde_json::to_value(result).unwrap()),
        Ok(ClientResult::CreateMessageResult(result)) => Ok(serde_json::to_value(result).unwrap()),
        Ok(other) => Err(format!("{other:?}")),
        Err(error) => Err(error.to_string()),
    }
}

impl ServerHandler for Asker {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .enable_resources_subscribe()
            .build();
        ServerConfig::new(capabilities)
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(self.versions)
    }

    async fn on_initialized(&self, context: rmcp::service::NotificationContext<RoleServer>) {
        self.clients.lock().unwrap().push(context.peer);
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = TOOLS.iter().map(|name| tool(name, "Asks.")).collect();
        Ok(ListToolsResult::with_all_items(tools))
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resources = vec![Resource::new("file:///a", "a"), Resource::new("file:///b", "b")];
        Ok(ListResourcesResult::with_all_items(resources))
    }

    async fn subscribe(
        &self,
        request: SubscribeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        if !request.uri.starts_with("file:///") {
            return Err(ErrorData::resource_not_found("no such file", None));
        }
        self.subscribed.send_modify(|uris| {
            uris.insert(request.uri);
        });
        Ok(())
    }

    async fn unsubscribe(
        &self,
        request: UnsubscribeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.subscribed.send_modify(|uris| {
            uris.remove(&request.uri);
        });
        Ok(())
    }

    fn accepted_subscription_filter(
        &self,
        requested: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        let uris = requested.resource_subscriptions.clone().unwrap_or_default().into_iter();
        let uris = uris.filter(|uri| uri.starts_with("file:///"));
        Some(SubscriptionFilter::builder().resource_subscriptions(uris).build())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let mut updates = self.updates.subscribe();
        let uris = context.accepted().resource_subscriptions.clone().unwrap_or_default();
        // A stream replaces the one before it.
        self.subscribed.send_replace(uris.iter().cloned().collect());
        loop {
            tokio::select! {
                () = context.cancelled() => {
                    let own: BTreeSet<_> = uris.iter().cloned().collect();
                    self.subscribed.send_if_modified(|uris| {
                        let is_last = *uris == own;
                        if is_last {
                            uris.clear();
                        }
                        is_last
                    });
                    return Ok(());
                }
                _ = updates.changed() => {
                    let uri = updates.borrow_and_update().1.clone();
                    let _ = context.sink().notify_resource_updated(uri).await;
                }
            }
        }
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        if request.request_state.is_none() {
            self.calls.fetch_add(1, Ordering::Relaxed);
        }
        let is_old = self.versions == OLD;
        let times = usize::try_from(arguments["times"].as_u64().unwrap_or(1)).unwrap();
        let value = match request.name.as_ref() {
            "count" => json!(self.count()),
            // Asks as often as it is told to, all at once.
            "ask" if is_old => {
                self.waiting.notify_one();
                let asked = (0..times).map(|_| async {
                    let params = ElicitRequest::new(elicitation(&arguments));
                    let answer = send(&context.peer, ServerRequest::ElicitRequest(params)).await;
                    self.answers.send_modify(|count| *count += 1);
                    answer.unwrap_or_else(|error| json!({"error": error}))
                });
                json!(futures_util::future::join_all(asked).await)
            }
            "ask" => match (request.request_state.as_deref(), request.input_responses) {
                (None, None) => {
                    self.waiting.notify_one();
                    let request = || ElicitRequest::new(elicitation(&arguments));
                    let requests: BTreeMap<_, _> = (0..times)
                        .map(|n| (format!("q{n}"), InputRequest::Elicitation(request())))
                        .collect();
                    let state = Some("the state".to_owned());
                    return Ok(InputRequiredResult::new(Some(requests), state).into());
                }
                (Some("the state"), Some(answers)) => {
                    self.answers.send_modify(|count| *count += answers.len());
                    let capabilities = context.client_capabilities();
                    let mut answers: Vec<_> = answers.into_values().collect();
                    for answer in &mut answers {
                        let parsed: ElicitResult = serde_json::from_value(answer.clone()).unwrap();
                        answer["can"] = json!(capabilities.as_ref().unwrap().elicitation);
                        assert_eq!(json!(parsed.action), answer["action"]);
                    }
                    json!(answers)
                }
                other => return Err(ErrorData::invalid_params(format!("{other:?}"), None)),
            },
            // Asks in the protocol of 2026 without end.
            "endless" => {
                let state = format!("{}x", request.request_state.unwrap_or_default());
                return Ok(InputRequiredResult::from_request_state(state).into());
            }
            "sample" => {
                let params: CreateMessageRequestParams = serde_json::from_value(json!({
                    "messages": [{"role": "user", "content": {"type": "text", "text": "Say it\u{1b}"}}],
                    "maxTokens": 100,
                    "systemPrompt": "Be brief.",
                    "includeContext": "allServers",
                }))
                .unwrap();
                let request = CreateMessageRequest::new(params);
                if is_old {
                    let request = ServerRequest::CreateMessageRequest(request);
                    let answer = send(&context.peer, request).await;
                    answer.unwrap_or_else(|error| json!({"error": error}))
                } else {
                    let request = InputRequest::CreateMessage(request);
                    let requests = BTreeMap::from([("q".to_owned(), request)]);
                    return Ok(InputRequiredResult::from_input_requests(requests).into());
                }
            }
            // Asks after it has answered.
            "leave" => {
                let (this, client) = (self.clone(), context.peer.clone());
                let params = ElicitRequest::new(elicitation(&arguments));
                let done = Arc::clone(&self.cancelled);
                tokio::spawn(async move {
                    done.notified().await;
                    let answer = send(&client, ServerRequest::ElicitRequest(params)).await;
                    this.failures.send_modify(|all| all.push(format!("{answer:?}")));
                });
                json!("left")
            }
            "wait" => {
                self.waiting.notify_one();
                context.ct.cancelled().await;
                self.cancelled.notify_one();
                json!(null)
            }
            other => return Err(ErrorData::invalid_params(other.to_owned(), None)),
        };
        Ok(CallToolResult::structured(json!({"answers": value})).into())
    }
}
