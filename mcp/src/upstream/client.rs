//! The client's side of a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rmcp::model::{
    ClientCapabilities, ClientConfig, Implementation, ProgressNotificationParam, ProtocolVersion,
};
use rmcp::service::NotificationContext;
use rmcp::{ClientHandler, RoleClient};
use tokio::sync::Notify;

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

/// The client's side of a connection. It offers nothing to the server.
pub(super) struct Client {
    pub(super) signal: Arc<Signal>,
    pub(super) listeners: Arc<Listeners>,
}

impl ClientHandler for Client {
    fn get_info(&self) -> ClientConfig {
        let client = Implementation::new("isolet", env!("CARGO_PKG_VERSION"));
        ClientConfig::new(ClientCapabilities::default(), client)
            .with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE)
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
