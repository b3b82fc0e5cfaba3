//! Tools whose calls the host answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use isolet::Engine;
use isolet::code_mode::{Approval, CodeTool, ToolCall, ToolFailure, ToolHandler};
use isolet::{Calling, Module};
use serde::Serialize;
use serde_json::Value as Json;

use super::host::Host;
use super::message::Id;
use super::params::{Called, CreateTool, Decided, Tool};

/// Makes the tool that the host knows by `handle`. Reads all schemas, so that it may take long. Errors with what is wrong.
pub(super) fn build(
    engine: &Engine,
    host: &Arc<Host>,
    handle: &str,
    params: CreateTool,
    max_memory_bytes: u64,
) -> Result<CodeTool, String> {
    let CreateTool { tools, mut namespaces, modules, limits } = params;
    let mut builder = CodeTool::builder(engine).limits(limits.limits(max_memory_bytes)?);
    if let Some(bytes) = limits.result_bytes()? {
        builder = builder.max_result_bytes(bytes);
    }
    for (name, source) in modules {
        let module = Module::by_name(&name, source.as_str());
        builder = builder.module(name, module.unwrap_or(Module::JavaScript(source)));
    }
    let mut approved_by_host = BTreeSet::new();
    let mut groups: Vec<(String, Vec<Tool>)> = Vec::new();
    for tool in tools {
        if tool.approve {
            approved_by_host.insert((tool.namespace.clone(), tool.name().to_owned()));
        }
        match groups.iter_mut().find(|(name, _)| *name == tool.namespace) {
            Some((_, tools)) => tools.push(tool),
            None => groups.push((tool.namespace.clone(), vec![tool])),
        }
    }
    let handler: Arc<dyn ToolHandler> =
        Arc::new(Handler { host: Arc::clone(host), tool: handle.into() });
    for (name, tools) in groups {
        let description = namespaces.remove(&name);
        let tools = tools.into_iter().map(|it| (it.into_definition(), Arc::clone(&handler)));
        builder = builder.namespace(name, description, tools);
    }
    if let Some(name) = namespaces.keys().next() {
        return Err(format!("namespaces: there is no tool in {name}"));
    }
    if !approved_by_host.is_empty() {
        let (host, tools) = (Arc::clone(host), Arc::new(approved_by_host));
        let handle: Arc<str> = handle.into();
        builder = builder.approver(move |call: ToolCall| {
            let (host, tools, handle) =
                (Arc::clone(&host), Arc::clone(&tools), Arc::clone(&handle));
            async move {
                if tools.contains(&(call.namespace.clone(), call.tool.clone())) {
                    approval(&host, &handle, &call).await
                } else {
                    Approval::Approved
                }
            }
        });
    }
    let tool = builder.build().map_err(|error| error.to_string())?;
    // Loads the modules and checks the limits.
    tool.session().map_err(|error| error.to_string())?;
    Ok(tool)
}

/// Asks the host for the value of a call.
struct Handler {
    host: Arc<Host>,
    tool: Arc<str>,
}

impl ToolHandler for Handler {
    fn call(&self, call: ToolCall) -> Calling<Result<Json, ToolFailure>> {
        let (host, tool) = (Arc::clone(&self.host), Arc::clone(&self.tool));
        Box::pin(async move {
            let params = Params::of(&tool, &call);
            let answer = host.request::<Called>("callTool", params).await;
            answer.map(|it| it.value).map_err(ToolFailure::new)
        })
    }
}

/// Asks the host for its decision. Whatever goes wrong is a rejection.
async fn approval(host: &Host, tool: &str, call: &ToolCall) -> Approval {
    let none = || "the call was rejected".to_owned();
    match host.request("approve", Params::of(tool, call)).await {
        Ok(Decided { approved: true, .. }) => Approval::Approved,
        Ok(Decided { reason, .. }) => Approval::Rejected(reason.unwrap_or_else(none)),
        Err(reason) => Approval::Rejected(reason),
    }
}

/// A call, as the host gets it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Params<'a> {
    tool: &'a str,
    /// The identifier of the request that runs the program.
    run: Option<&'a Id>,
    call: usize,
    namespace: &'a str,
    name: &'a str,
    arguments: &'a Json,
    idempotency_key: &'a str,
}

impl<'a> Params<'a> {
    fn of(tool: &'a str, call: &'a ToolCall) -> Self {
        Self {
            tool,
            run: call.context.as_ref().and_then(|id| id.downcast_ref::<Id>()),
            call: call.index,
            namespace: &call.namespace,
            name: &call.tool,
            arguments: &call.arguments,
            idempotency_key: &call.idempotency_key,
        }
    }
}
