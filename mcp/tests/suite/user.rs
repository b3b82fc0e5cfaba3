//! A client with a user who is asked, and a model that answers.

#![expect(deprecated, reason = "sampling is of the protocol of 2025")]

use std::sync::{Arc, Mutex};

use isolet_mcp::Server;
use rmcp::model::{
    ClientConfig, CreateMessageRequestParams, CreateMessageResult, ElicitRequestParams,
    ElicitResult, ElicitationAction, Implementation, ResourceUpdatedNotificationParam,
    SamplingMessage,
};
use rmcp::service::{NotificationContext, RequestContext, RunningService};
use rmcp::{ClientHandler, ClientLifecycleMode, ClientServiceExt as _, ErrorData, RoleClient};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

use crate::params;

#[derive(Clone)]
pub(crate) struct User {
    /// The capabilities of the client.
    capabilities: Value,
    action: ElicitationAction,
    /// The questions to the user, and "cancelled" for each question that was taken back.
    pub(crate) asked: Arc<Mutex<Vec<Value>>>,
    /// The requests to the model.
    pub(crate) sampled: Arc<Mutex<Vec<Value>>>,
    /// The resources that have changed.
    pub(crate) updated: Arc<Mutex<Vec<String>>>,
    pub(crate) news: Arc<Notify>,
    /// Places for answers. Each is one.
    pub(crate) answers: Arc<Semaphore>,
}

impl User {
    /// Returns a user of a client with these capabilities, who answers each question at once.
    pub(crate) fn new(capabilities: Value) -> Self {
        let answers = Arc::new(Semaphore::new(Semaphore::MAX_PERMITS));
        Self {
            capabilities,
            action: ElicitationAction::Accept,
            asked: Arc::default(),
            sampled: Arc::default(),
            updated: Arc::default(),
            news: Arc::default(),
            answers,
        }
    }

    pub(crate) fn with_forms() -> Self {
        Self::new(json!({"elicitation": {"form": {}}}))
    }

    /// The user gives no answer until there are places in `answers`.
    pub(crate) fn who_waits(mut self) -> Self {
        self.answers = Arc::new(Semaphore::new(0));
        self
    }

    pub(crate) fn who_says(mut self, action: ElicitationAction) -> Self {
        self.action = action;
        self
    }

    pub(crate) async fn connect(
        &self,
        server: &Arc<Server>,
        lifecycle: ClientLifecycleMode,
    ) -> RunningService<RoleClient, Self> {
        let (near, far) = tokio::io::duplex(64 << 10);
        let server = Arc::clone(server);
        tokio::spawn(async move {
            let (reader, writer) = tokio::io::split(far);
            server.serve(reader, writer, std::future::pending()).await
        });
        self.clone().serve_with_lifecycle(near, lifecycle).await.unwrap()
    }

    /// Waits until the user was asked this many questions, and returns them.
    pub(crate) async fn is_asked(&self, count: usize) -> Vec<Value> {
        loop {
            let news = self.news.notified();
            let asked = self.asked.lock().unwrap().clone();
            if asked.len() >= count {
                return asked;
            }
            news.await;
        }
    }
}

/// Runs a program, and returns the structured content.
pub(crate) async fn run(client: &RunningService<RoleClient, User>, code: &str) -> Value {
    let result = client.call_tool(params("run_code", &json!({"code": code}))).await.unwrap();
    result.structured_content.unwrap_or_else(|| panic!("{:?}", result.content))
}

impl ClientHandler for User {
    fn get_info(&self) -> ClientConfig {
        let capabilities = serde_json::from_value(self.capabilities.clone()).unwrap();
        ClientConfig::new(capabilities, Implementation::new("test", "1"))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        self.asked.lock().unwrap().push(serde_json::to_value(&request).unwrap());
        self.news.notify_waiters();
        self.news.notify_one();
        tokio::select! {
            place = self.answers.acquire() => place.unwrap().forget(),
            () = context.ct.cancelled() => {
                self.asked.lock().unwrap().push(json!("cancelled"));
                self.news.notify_waiters();
                self.news.notify_one();
            }
        }
        let result = ElicitResult::new(self.action.clone());
        Ok(match self.action {
            ElicitationAction::Accept => result.with_content(json!({"n": 7})),
            _ => result,
        })
    }

    async fn create_message(
        &self,
        request: CreateMessageRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<CreateMessageResult, ErrorData> {
        self.sampled.lock().unwrap().push(serde_json::to_value(&request).unwrap());
        let message = SamplingMessage::assistant_text("said");
        Ok(CreateMessageResult::new(message, "a-model".to_owned()))
    }

    async fn on_resource_updated(
        &self,
        params: ResourceUpdatedNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        self.updated.lock().unwrap().push(params.uri);
        self.news.notify_waiters();
        self.news.notify_one();
    }
}
