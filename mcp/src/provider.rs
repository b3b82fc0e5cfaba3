//! The origins of tools: MCP servers, and documents of `OpenAPI`.

use std::collections::BTreeMap;
use std::sync::Arc;

use isolet::Calling;
use isolet::code_mode::{ToolCall, ToolDefinition, ToolFailure, ToolHandler};
use serde_json::Value;

use crate::openapi::Api;
use crate::question::RunClient;
use crate::upstream::pins::Hints;
use crate::upstream::{List, Upstream};

/// The origin of the tools of one namespace.
#[derive(Clone)]
pub(crate) enum Provider {
    Server(Arc<Upstream>),
    Api(Arc<Api>),
}

impl Provider {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Server(server) => server.name(),
            Self::Api(api) => api.name(),
        }
    }

    /// Returns what it says of itself, as one line.
    pub(crate) fn about(&self) -> Option<String> {
        match self {
            Self::Server(server) => server.about(),
            Self::Api(api) => api.about(),
        }
    }

    /// Returns the definitions of the tools that are offered, each with its bytes as JSON.
    pub(crate) fn definitions(&self) -> Vec<(ToolDefinition, usize)> {
        match self {
            Self::Server(server) => server.definitions(),
            Self::Api(api) => api.definitions(),
        }
    }

    /// Returns what it says of the effects of a tool.
    pub(crate) fn hints(&self, tool: &str) -> Hints {
        match self {
            Self::Server(server) => server.hints(tool),
            Self::Api(api) => api.hints(tool),
        }
    }

    pub(crate) fn pins(&self) -> BTreeMap<String, String> {
        match self {
            Self::Server(server) => server.pins(),
            Self::Api(api) => api.pins(),
        }
    }

    /// Lists the tools again if they may have changed. A document does not change.
    pub(crate) async fn refresh(&self) {
        if let Self::Server(server) = self {
            server.refresh().await;
        }
    }

    /// Returns true if a list may have changed since the last time.
    pub(crate) fn has_news(&self, list: List) -> bool {
        match self {
            Self::Server(server) => server.has_news(list),
            Self::Api(_) => false,
        }
    }

    /// Returns the handler of its tools.
    pub(crate) fn handler(&self) -> Arc<dyn ToolHandler> {
        Arc::new(Handler(self.clone()))
    }

    async fn call(&self, call: ToolCall) -> Result<Value, ToolFailure> {
        match self {
            Self::Server(server) => {
                let client = call.context.and_then(|it| it.downcast::<RunClient>().ok());
                let client = client.unwrap_or_default();
                server.call(call.tool, call.arguments, client).await
            }
            Self::Api(api) => api.call(&call.tool, call.arguments).await,
        }
    }

    /// Ends the connection, and the process if there is one.
    pub(crate) async fn close(&self) {
        if let Self::Server(server) = self {
            server.close().await;
        }
    }
}

/// The handler of a provider's tools.
struct Handler(Provider);

impl ToolHandler for Handler {
    fn call(&self, call: ToolCall) -> Calling<Result<Value, ToolFailure>> {
        let provider = self.0.clone();
        Box::pin(async move { provider.call(call).await })
    }

    /// A document describes a server that somebody else has written, often not to the letter.
    fn checks_output(&self) -> bool {
        matches!(self.0, Provider::Server(_))
    }
}
