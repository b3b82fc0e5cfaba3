//! The client's side of a connection.

#![expect(deprecated, reason = "sampling is of the protocol of 2025")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rmcp::model::{
    ClientConfig, CreateMessageRequestParams, CreateMessageResult, ElicitRequestParams,
    ElicitResult, Implementation, ProgressNotificationParam, ProtocolVersion,
    ResourceUpdatedNotificationParam,
};
use rmcp::service::{NotificationContext, RequestContext};
use rmcp::{ClientHandler, ErrorData, RoleClient};
use tokio::sync::Notify;

use super::asking::Asking;
use super::watched::Watched;
use crate::progress::Listeners;

/// Says which lists of a server may have changed.
pub(super) struct Signal {
    tools: AtomicBool,
    resources: AtomicBool,
    prompts: AtomicBool,
    pub(super) wake: Arc<Notify>,
}

/// The lists of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    Tools,
    Resources,
    Prompts,
}

impl Signal {
    pub(super) fn new(wake: Arc<Notify>) -> Self {
        let (tools, resources, prompts) = Default::default();
        Self { tools, resources, prompts, wake }
    }

    fn flag(&self, list: List) -> &AtomicBool {
        match list {
            List::Tools => &self.tools,
            List::Resources => &self.resources,
            List::Prompts => &self.prompts,
        }
    }

    pub(super) fn set(&self, list: List) {
        self.flag(list).store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// Returns true if it was set since the last time.
    pub(super) fn take(&self, list: List) -> bool {
        self.flag(list).swap(false, Ordering::AcqRel)
    }
}

/// The client's side of a connection.
pub(super) struct Client {
    pub(super) signal: Arc<Signal>,
    pub(super) listeners: Arc<Listeners>,
    pub(super) asking: Arc<Asking>,
    pub(super) watched: Arc<Watched>,
}

impl ClientHandler for Client {
    fn get_info(&self) -> ClientConfig {
        let client = Implementation::new("isolet", env!("CARGO_PKG_VERSION"));
        ClientConfig::new(self.asking.capabilities(), client)
            .with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE)
    }

    async fn create_elicitation(
        &self,
        params: ElicitRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let asked = self.asking.elicit(params, &context.extensions);
        // Nobody hears the answer to a request that is cancelled.
        let answer = context.ct.run_until_cancelled(asked).await;
        answer.ok_or_else(|| ErrorData::internal_error("the request was cancelled", None))
    }

    async fn create_message(
        &self,
        params: CreateMessageRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<CreateMessageResult, ErrorData> {
        let asked = self.asking.sample(params, &context.extensions);
        let answer = context.ct.run_until_cancelled(asked).await;
        answer.ok_or_else(|| ErrorData::internal_error("the request was cancelled", None))?
    }

    async fn on_resource_updated(
        &self,
        params: ResourceUpdatedNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        self.watched.updated(&params.uri);
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.signal.set(List::Tools);
    }

    async fn on_progress(
        &self,
        params: ProgressNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        self.listeners.tell(&params).await;
    }

    async fn on_resource_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.signal.set(List::Resources);
    }

    async fn on_prompt_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.signal.set(List::Prompts);
    }
}
