//! Calls of a server's tools.

use std::sync::Arc;
use std::time::Duration;

use isolet::code_mode::ToolFailure;
use rmcp::model::{
    CallToolRequest, CallToolRequestParams, CallToolResult, CancelledNotificationParam,
    ClientRequest, RequestId, RequestMetaObject, ServerResult,
};
use rmcp::service::PeerRequestOptions;
use rmcp::{Peer, RoleClient, ServiceError};
use serde_json::Value;

use super::calls::Calling;
use super::{Upstream, asking, content, reason};
use crate::question::{Questions, RunClient};

/// The most times that a server may ask for input before it answers a call.
const MAX_ROUNDS: u32 = 10;
/// The time for which a server that asks for time is left alone.
const ROUND: Duration = Duration::from_millis(100);
impl Upstream {
    /// Calls a tool. Its progress is told to the client of the program, which also gets what the server
    /// asks meanwhile. Dropping the future tells the server that the call is cancelled.
    pub(crate) async fn call(
        &self,
        name: String,
        arguments: Value,
        client: Arc<RunClient>,
    ) -> Result<Value, ToolFailure> {
        let failure = |reason: &str| ToolFailure::new(format!("server {}: {reason}", self.name));
        let peer = self.connect().await.map_err(|reason| failure(&reason))?;
        // After connecting, because a server that was started again may have other tools.
        self.tools().check(&name).map_err(ToolFailure::new)?;
        let mut params = CallToolRequestParams::new(name);
        if let Value::Object(arguments) = arguments {
            params.arguments = Some(arguments);
        }
        let calling = self.asking.calls.begin(Arc::clone(&client.questions));
        let limit = self.options.limits.call_time;
        let result = tokio::select! {
            biased;
            result = self.ask_tool(&peer, params, &client, &calling) => result?,
            () = calling.takes(limit) => return Err(failure(&format!("no answer within {limit:?}"))),
        };
        content::value_of(result)
    }

    /// Calls a tool, and answers what the server asks for before it has a result.
    async fn ask_tool(
        &self,
        peer: &Peer<RoleClient>,
        mut params: CallToolRequestParams,
        client: &RunClient,
        calling: &Calling,
    ) -> Result<CallToolResult, ToolFailure> {
        let failure = |reason: &str| ToolFailure::new(format!("server {}: {reason}", self.name));
        for round in 0..MAX_ROUNDS {
            let answer = self.send_call(peer, params.clone(), client, calling).await;
            let input = match answer {
                Ok(ServerResult::CallToolResult(result)) => return Ok(result),
                // A result without content looks like one of these.
                Ok(ServerResult::EmptyResult(_) | ServerResult::TaskAckResult(_)) => {
                    return Ok(CallToolResult::success(Vec::new()));
                }
                Ok(ServerResult::InputRequiredResult(input)) => input,
                Ok(_) => return Err(failure(&reason(ServiceError::UnexpectedResponse))),
                Err(ServiceError::McpError(error)) => {
                    return Err(ToolFailure::new(reason(error.message)));
                }
                Err(ServiceError::TransportClosed) => {
                    return Err(failure("it has ended before it answered"));
                }
                Err(ServiceError::TransportSend(error)) => {
                    return Err(failure(&reason(error.error)));
                }
                Err(error) => return Err(failure(&reason(error))),
            };
            let requests = input.input_requests.unwrap_or_default();
            if requests.is_empty() {
                tokio::time::sleep(ROUND * round).await;
            }
            let answers = self.asking.input(requests, calling).await;
            let answers = answers.map_err(|reason| failure(&reason))?;
            params.input_responses = Some(answers).filter(|answers| !answers.is_empty());
            params.request_state = input.request_state;
        }
        Err(failure("the tool asks for input without end"))
    }

    async fn send_call(
        &self,
        peer: &Peer<RoleClient>,
        params: CallToolRequestParams,
        client: &RunClient,
        calling: &Calling,
    ) -> Result<ServerResult, ServiceError> {
        let tool = format!("{}.{}", self.name, params.name);
        let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
        let mut options = PeerRequestOptions::no_options();
        if !peer.peer_info().is_some_and(|info| info.protocol_version.has_initialize()) {
            // In the protocol of 2026, each request says what its client can do.
            let Questions { abilities, .. } = calling.questions();
            let mut meta = RequestMetaObject::new();
            meta.set_client_capabilities(asking::capabilities(abilities.without_sampling()));
            options = options.with_meta(meta);
        }
        let handle = peer.send_cancellable_request(request, options).await?;
        calling.is_request(handle.id.clone());
        let (token, progress) = (handle.progress_token.clone(), Arc::clone(&client.progress));
        let _listening = self.listeners.listen(token, tool, progress);
        let mut cancelling = Cancelling { peer: peer.clone(), id: Some(handle.id.clone()) };
        let result = handle.await_response().await;
        cancelling.id = None;
        result
    }
}

/// Tells the server that a request is cancelled when it is dropped before the answer.
struct Cancelling {
    peer: Peer<RoleClient>,
    id: Option<RequestId>,
}

impl Drop for Cancelling {
    fn drop(&mut self) {
        let Some(id) = self.id.take() else { return };
        // There is none while the runtime ends, and the connection with it.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let peer = self.peer.clone();
        runtime.spawn(async move {
            let reason = Some("the call was cancelled".to_owned());
            // Fails if the server has ended.
            let _ = peer.notify_cancelled(CancelledNotificationParam::new(Some(id), reason)).await;
        });
    }
}
