//! The parameters of the host's requests.

use std::collections::BTreeMap;
use std::time::Duration;

use isolet::Limits;
use isolet::code_mode::ToolDefinition;
use serde::Deserialize;
use serde_json::Value as Json;

use super::message::Id;

/// The most bytes that `resultBytes` may be.
const MAX_RESULT_BYTES: usize = 16 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Initialize {
    pub(super) protocol_version: u64,
    /// A description of the host, which is not used.
    #[serde(default, rename = "client")]
    _client: Option<Json>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CreateTool {
    #[serde(default)]
    pub(super) tools: Vec<Tool>,
    /// Descriptions of namespaces.
    #[serde(default)]
    pub(super) namespaces: BTreeMap<String, String>,
    /// Sources of modules that programs can import.
    #[serde(default)]
    pub(super) modules: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) limits: ToolLimits,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Tool {
    pub(super) namespace: String,
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    input_schema: Option<Json>,
    #[serde(default)]
    output_schema: Option<Json>,
    /// True if the host decides about each call before it is made.
    #[serde(default)]
    pub(super) approve: bool,
}

impl Tool {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn into_definition(self) -> ToolDefinition {
        let any = || serde_json::json!({"type": "object"});
        let mut definition = ToolDefinition::new(self.name, self.input_schema.unwrap_or_else(any));
        definition.description = self.description;
        definition.output = self.output_schema;
        definition
    }
}

/// Limits of each program. Those that are missing have the defaults of [`Limits`].
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ToolLimits {
    fuel: Option<u64>,
    memory_bytes: Option<u64>,
    wall_ms: Option<u64>,
    log_bytes: Option<u64>,
    calls: Option<u64>,
    concurrency: Option<u64>,
    result_bytes: Option<usize>,
}

impl ToolLimits {
    /// Returns the limits of programs. Errors with what is wrong.
    pub(super) fn limits(&self, max_memory_bytes: u64) -> Result<Limits, String> {
        let mut limits = Limits::default();
        limits.memory_bytes = limits.memory_bytes.min(max_memory_bytes);
        if let Some(bytes) = self.memory_bytes {
            if bytes > max_memory_bytes {
                return Err(format!(
                    "limits.memoryBytes: at most {max_memory_bytes}, which --memory has set"
                ));
            }
            limits.memory_bytes = bytes;
        }
        limits.fuel = self.fuel.unwrap_or(limits.fuel);
        limits.wall = self.wall_ms.map_or(limits.wall, Duration::from_millis);
        limits.log_bytes = self.log_bytes.unwrap_or(limits.log_bytes);
        limits.capability_calls = self.calls.unwrap_or(limits.capability_calls);
        limits.concurrency = self.concurrency.unwrap_or(limits.concurrency);
        Ok(limits)
    }

    /// Returns the most bytes of a result, if they are set. Errors with what is wrong.
    pub(super) fn result_bytes(&self) -> Result<Option<usize>, String> {
        match self.result_bytes {
            Some(bytes) if bytes > MAX_RESULT_BYTES => {
                Err(format!("limits.resultBytes: at most {MAX_RESULT_BYTES}"))
            }
            bytes => Ok(bytes),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct OfTool {
    pub(super) tool: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct OfSession {
    pub(super) session: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Execute {
    #[serde(default)]
    pub(super) tool: Option<String>,
    #[serde(default)]
    pub(super) session: Option<String>,
    pub(super) code: String,
    /// The most bytes of the text for the model.
    #[serde(default)]
    pub(super) text_bytes: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cancel {
    pub(super) id: Id,
}

/// The host's answer to `callTool`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Called {
    #[serde(default)]
    pub(super) value: Json,
}

/// The host's answer to `approve`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decided {
    pub(super) approved: bool,
    #[serde(default)]
    pub(super) reason: Option<String>,
}
