//! Documents of `OpenAPI` as namespaces of tools: each operation is one, and its calls are requests
//! that the host sends.

mod document;
mod multipart;
mod operation;
mod parameter;
mod read;
mod response;
mod schemas;
mod security;
mod server;
mod yaml;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use http::header::{ACCEPT, USER_AGENT};
use isolet::code_mode::{ToolDefinition, ToolFailure};
use isolet::{Destination, Network, NetworkPolicy, Rule, Stub};
use serde::Serialize;
use serde_json::Value;
use url::Url;

use self::document::Document;
use self::operation::{Content, Draft, Operation};
use self::response::Response;
use self::security::Credentials;
use crate::config::{Api as Config, Source};
use crate::settings::{Event, Options};
use crate::text::line;
use crate::upstream::pins::{Hints, Tools};

pub(crate) use self::document::MAX_BYTES;

/// The most bytes of a reason in an error.
const MAX_REASON: usize = 500;

/// The operations of one document, and the network that leads to its server and nowhere else.
pub(crate) struct Api {
    name: String,
    about: Option<String>,
    server: Url,
    operations: BTreeMap<String, Operation>,
    tools: Mutex<Tools>,
    credentials: Credentials,
    network: Stub,
    options: Arc<Options>,
}

/// A request for the network.
#[derive(Serialize)]
struct Request {
    url: String,
    method: &'static str,
    headers: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Content>,
}

impl Api {
    /// Reads a document. This may take a second of computing.
    ///
    /// Errors with a reason that is one line.
    pub(crate) fn load(
        name: String,
        config: &Config,
        options: Arc<Options>,
    ) -> Result<Self, String> {
        let document = match &config.source {
            Source::Text(text) => Document::parse(text)?,
            Source::File(path) => {
                let text = crate::files::read(path, MAX_BYTES as u64)
                    .map_err(|error| format!("{}: {error}", path.display()))?;
                Document::parse(&text)?
            }
        };
        let limits = &options.limits;
        let server = server::of(&document, config)?;
        let destination: Destination = origin(&server)?;
        let mut policy = NetworkPolicy::new().response_timeout(limits.call_time);
        for range in &config.addresses {
            policy = policy.addresses(*range);
        }
        let credentials = Credentials::new(&document, config, &destination, &mut policy)?;
        let rule =
            Rule::new(destination).name(name.as_str()).response_bytes(limits.message_bytes as u64);
        let network = Network::new(policy.rule(rule)).map_err(reason)?;

        let found = read::read(&document, &server, &credentials, limits);
        let pins = options.pins.get(&name).cloned().unwrap_or_default();
        let mut tools = Tools::new(&pins);
        let (list, operations): (Vec<_>, Vec<_>) = found.operations.into_iter().unzip();
        let names = list.iter().map(|tool| tool.name.to_string()).collect::<Vec<_>>();
        let mut events = tools.update(&name, list, limits);
        let left_out = found.left_out.into_iter().map(|(tool, reason)| Event::LeftOut {
            server: name.clone(),
            tool: line(&tool, 256),
            reason,
        });
        events.extend(left_out);
        let mut by_name = BTreeMap::new();
        for (name, operation) in names.into_iter().zip(operations) {
            // The first of a name is the one that is pinned.
            by_name.entry(name).or_insert(operation);
        }
        let offered = tools.definitions().len();
        events.push(Event::Connected { server: name.clone(), tools: offered });
        for event in events {
            options.observe(event);
        }

        let info = document.get("info").and_then(Value::as_object);
        let about = info.and_then(|info| {
            document::text(info, "summary").or_else(|| document::text(info, "title"))
        });
        let about = about.map(|about| line(about, 200));
        Ok(Self {
            name,
            about,
            server,
            operations: by_name,
            tools: Mutex::new(tools),
            credentials,
            network: Stub::new(network),
            options,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns what the document says of itself, as one line.
    pub(crate) fn about(&self) -> Option<String> {
        self.about.clone()
    }

    /// Returns the definitions of the tools that are offered, each with its bytes as JSON.
    pub(crate) fn definitions(&self) -> Vec<(ToolDefinition, usize)> {
        self.tools().definitions()
    }

    /// Returns what the method of an operation says of it.
    pub(crate) fn hints(&self, tool: &str) -> Hints {
        let method = self.operations.get(tool).map(|operation| operation.method);
        Hints { is_read_only: matches!(method, Some("GET" | "HEAD")), is_additive: false }
    }

    pub(crate) fn pins(&self) -> BTreeMap<String, String> {
        self.tools().pins()
    }

    fn tools(&self) -> std::sync::MutexGuard<'_, Tools> {
        self.tools.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends the request of an operation. Dropping the future ends it.
    pub(crate) async fn call(&self, name: &str, arguments: Value) -> Result<Value, ToolFailure> {
        self.tools().check(name).map_err(ToolFailure::new)?;
        let failure = |reason: String| ToolFailure::new(format!("api {}: {reason}", self.name));
        let operation = self.operations.get(name);
        let operation =
            operation.ok_or_else(|| failure("there is no such operation".to_owned()))?;
        let Value::Object(arguments) = arguments else {
            return Err(failure("the argument is not an object".to_owned()));
        };
        let mut draft = operation.draft(&self.server, &arguments).map_err(failure)?;
        self.credentials.add(&operation.security, &mut draft).map_err(failure)?;
        let request = self.request(draft).map_err(failure)?;
        let limit = self.options.limits.call_time;
        let answer = tokio::time::timeout(limit, async {
            let response = self.network.call::<Response>("fetch", (request,)).await;
            let response = response.map_err(|error| self.shown(&error))?;
            let max_bytes = self.options.limits.message_bytes;
            response.value(operation, &self.credentials, max_bytes).await
        });
        answer.await.unwrap_or_else(|_| Err(format!("no answer within {limit:?}"))).map_err(failure)
    }

    fn request(&self, draft: Draft) -> Result<Request, String> {
        let url = draft.url(&self.server)?;
        let Draft { method, mut headers, cookies, body, .. } = draft;
        if !cookies.is_empty() {
            headers.push(("cookie".to_owned(), cookies.join("; ")));
        }
        let accept = "application/json, text/*;q=0.9, */*;q=0.5";
        headers.push((ACCEPT.to_string(), accept.to_owned()));
        let agent = concat!("isolet/", env!("CARGO_PKG_VERSION"));
        headers.push((USER_AGENT.to_string(), agent.to_owned()));
        Ok(Request { url, method, headers, body })
    }

    fn shown(&self, error: &isolet::Error) -> String {
        line(&self.credentials.removed_from(error.to_string()), MAX_REASON)
    }
}

/// Returns the destination that is the server.
fn origin(server: &Url) -> Result<Destination, String> {
    server.origin().ascii_serialization().parse().map_err(reason)
}

fn reason(error: impl std::fmt::Display) -> String {
    line(&error.to_string(), MAX_REASON)
}
