//! The client's side of a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rmcp::model::{ClientCapabilities, ClientConfig, Implementation, ProtocolVersion};
use rmcp::service::NotificationContext;
use rmcp::{ClientHandler, RoleClient};
use tokio::sync::Notify;

/// Says that the tools of a server may have changed.
pub(super) struct Signal {
    is_dirty: AtomicBool,
    pub(super) wake: Arc<Notify>,
}

impl Signal {
    pub(super) fn new(wake: Arc<Notify>) -> Self {
        Self { is_dirty: AtomicBool::new(false), wake }
    }

    pub(super) fn set(&self) {
        self.is_dirty.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// Returns true if it was set since the last time.
    pub(super) fn take(&self) -> bool {
        self.is_dirty.swap(false, Ordering::AcqRel)
    }
}

/// The client's side of a connection. It offers nothing to the server.
pub(super) struct Client(pub(super) Arc<Signal>);

impl ClientHandler for Client {
    fn get_info(&self) -> ClientConfig {
        let client = Implementation::new("isolet", env!("CARGO_PKG_VERSION"));
        ClientConfig::new(ClientCapabilities::default(), client)
            .with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE)
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.0.set();
    }
}
