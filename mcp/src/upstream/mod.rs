//! Connections to upstream servers.

mod asking;
mod asks;
mod bounded;
mod call;
mod calls;
mod client;
mod content;
mod event_size;
mod http;
mod passed;
pub(crate) mod pins;
mod process;
mod watched;

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use isolet::code_mode::ToolDefinition;
use rmcp::model::{
    PaginatedRequestParams, ProtocolVersion, ServerNotification, SubscriptionFilter, Tool,
};
use rmcp::service::{ClientInitializeError, RunningService};
use rmcp::{ClientLifecycleMode, ClientServiceExt as _, Peer, RoleClient};
use tokio::sync::Notify;

use self::asking::Asking;
use self::bounded::Bounded;
pub(crate) use self::client::List;
use self::client::{Client, Signal};
pub(crate) use self::pins::Hints;
use self::pins::Tools;
use self::process::ProcessTransport;
use self::watched::Watched;
pub(crate) use self::watched::Watching;
use crate::config::Endpoint;
use crate::progress::Listeners;
use crate::settings::{Event, Options};
use crate::text::line;

/// The most pages of a list.
const MAX_PAGES: usize = 1_000;
/// The time after a failed attempt before the next one.
const RETRY: Duration = Duration::from_secs(1);
/// The time that a server has to accept a subscription.
const SUBSCRIPTION: Duration = Duration::from_secs(5);
/// The most bytes of a reason in an event or an error.
const MAX_REASON: usize = 500;

/// One upstream server, and the connection to it.
pub(crate) struct Upstream {
    name: String,
    endpoint: Endpoint,
    options: Arc<Options>,
    signal: Arc<Signal>,
    listeners: Arc<Listeners>,
    asking: Arc<Asking>,
    watched: Arc<Watched>,
    link: tokio::sync::Mutex<Link>,
    tools: Mutex<Tools>,
    about: Mutex<Option<String>>,
    has: Mutex<Has>,
}

/// The features of a server beside tools.
#[derive(Clone, Copy, Default)]
struct Has {
    resources: bool,
    /// True if clients may subscribe to resources.
    updates: bool,
    prompts: bool,
}

#[derive(Default)]
struct Link {
    service: Option<RunningService<RoleClient, Client>>,
    failure: Option<(Instant, String)>,
}

impl Upstream {
    /// Creates a server without a connection. `wake` is notified when its tools may have changed.
    pub(crate) fn new(
        name: String,
        endpoint: Endpoint,
        may_sample: bool,
        options: Arc<Options>,
        wake: Arc<Notify>,
    ) -> Self {
        let pins = options.pins.get(&name).cloned().unwrap_or_default();
        let asking = Asking::new(name.clone(), Arc::clone(&options), may_sample);
        Self {
            name,
            asking: Arc::new(asking),
            watched: Arc::default(),
            endpoint,
            options,
            signal: Arc::new(Signal::new(wake)),
            listeners: Arc::default(),
            link: tokio::sync::Mutex::default(),
            tools: Mutex::new(Tools::new(&pins)),
            about: Mutex::default(),
            has: Mutex::default(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns what the server says of itself, as one line.
    pub(crate) fn about(&self) -> Option<String> {
        self.about.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the definitions of the tools that are offered, each with its bytes as JSON.
    pub(crate) fn definitions(&self) -> Vec<(ToolDefinition, usize)> {
        self.tools().definitions()
    }

    /// Returns what the server says of a tool.
    pub(crate) fn hints(&self, tool: &str) -> Hints {
        self.tools().hints(tool)
    }

    pub(crate) fn pins(&self) -> std::collections::BTreeMap<String, String> {
        self.tools().pins()
    }

    fn tools(&self) -> std::sync::MutexGuard<'_, Tools> {
        self.tools.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Connects if there is no connection.
    ///
    /// Errors with a reason that is one line. The reason of an attempt that has just failed is
    /// returned again, without a new attempt.
    pub(crate) async fn connect(&self) -> Result<Peer<RoleClient>, String> {
        let mut link = self.link.lock().await;
        if let Some(service) = &link.service
            && !service.is_transport_closed()
        {
            return Ok(service.peer().clone());
        }
        if let Some((at, reason)) = &link.failure
            && at.elapsed() < RETRY
        {
            return Err(reason.clone());
        }
        // Ends what is left of the last connection.
        link.service = None;
        let limit = self.options.limits.start_time;
        let attempt = tokio::time::timeout(limit, self.start()).await;
        let attempt = attempt.unwrap_or_else(|_| {
            Err(format!("it has not started and listed its tools within {limit:?}"))
        });
        match attempt {
            Ok(service) => {
                let peer = service.peer().clone();
                *link = Link { service: Some(service), failure: None };
                Ok(peer)
            }
            Err(reason) => {
                self.observe(|server| Event::Failed { server, reason: reason.clone() });
                link.failure = Some((Instant::now(), reason.clone()));
                Err(reason)
            }
        }
    }

    async fn start(&self) -> Result<RunningService<RoleClient, Client>, String> {
        use ClientInitializeError::{
            ConnectionClosed, NoCompatibleProtocolVersion, TransportError,
        };

        // The server is asked in the way of 2026, and in that of 2025 if it does not know it.
        let both = ClientLifecycleMode::Auto {
            preferred_versions: vec![ProtocolVersion::V_2026_07_28],
            legacy_version: Some(ProtocolVersion::LATEST_WITH_INITIALIZE),
        };
        let mut opened = self.open(both).await?;
        if let Err(ConnectionClosed(_) | NoCompatibleProtocolVersion { .. }) = opened {
            // Some servers of 2025 end at the question.
            opened = self.open(ClientLifecycleMode::Initialize).await?;
        }
        let is_process = matches!(self.endpoint, Endpoint::Process(_));
        let service = opened.map_err(|error| match error {
            ConnectionClosed(_) => "it has ended".to_owned(),
            // The process ended before it was written to.
            TransportError { .. } if is_process => "it has ended".to_owned(),
            TransportError { error, .. } => match &self.endpoint {
                Endpoint::Http { url, .. } => {
                    format!("{}: {}", url.origin().ascii_serialization(), reason(error.error))
                }
                Endpoint::Process(_) => reason(error.error),
            },
            error => reason(error),
        })?;
        self.describe(&service);
        // Before the list, so that no change is missed.
        self.subscribe(service.peer()).await;
        self.list(service.peer()).await?;
        self.watched.connected(service.peer());
        Ok(service)
    }

    async fn open(
        &self,
        lifecycle: ClientLifecycleMode,
    ) -> Result<Result<RunningService<RoleClient, Client>, ClientInitializeError>, String> {
        let limits = &self.options.limits;
        let (max_bytes, unread) = (limits.message_bytes, limits.unread_messages);
        let signal = Arc::clone(&self.signal);
        let client = Client {
            signal,
            listeners: Arc::clone(&self.listeners),
            asking: Arc::clone(&self.asking),
            watched: Arc::clone(&self.watched),
        };
        Ok(match &self.endpoint {
            Endpoint::Process(process) => {
                let (options, server) = (Arc::clone(&self.options), self.name.clone());
                let log = move |line| {
                    options.observe(Event::Output { server: server.clone(), line });
                };
                let transport =
                    ProcessTransport::spawn(process, max_bytes, log).map_err(|error| {
                        let command = line(&process.command, MAX_REASON);
                        format!("the command {command} does not start: {error}")
                    })?;
                let transport = Bounded::new(transport, unread, Some(limits.call_time));
                client.serve_with_lifecycle(transport, lifecycle).await
            }
            Endpoint::Http { url, headers } => {
                let transport = http::transport(url, headers, max_bytes).map_err(reason)?;
                let transport = Bounded::new(transport, unread, None);
                client.serve_with_lifecycle(transport, lifecycle).await
            }
        })
    }

    /// Keeps what the server says of itself, once: it is part of what the model reads.
    fn describe(&self, service: &RunningService<RoleClient, Client>) {
        let Some(info) = service.peer().peer_info() else { return };
        let capabilities = &info.capabilities;
        let resources = capabilities.resources.as_ref();
        *self.has.lock().unwrap_or_else(PoisonError::into_inner) = Has {
            resources: resources.is_some(),
            updates: resources.is_some_and(|it| it.subscribe == Some(true)),
            prompts: capabilities.prompts.is_some(),
        };
        let server = info.server_info.as_ref();
        let about = server.and_then(|it| it.description.as_deref().or(it.title.as_deref()));
        let about = about.or(info.instructions.as_deref()).unwrap_or_default();
        let mut known = self.about.lock().unwrap_or_else(PoisonError::into_inner);
        known.get_or_insert_with(|| line(about, 200));
    }

    /// Lists the tools again if they may have changed. Returns true if it did.
    pub(crate) async fn refresh(&self) -> bool {
        if !self.signal.take(List::Tools) {
            return false;
        }
        let Ok(peer) = self.connect().await else { return false };
        let limit = self.options.limits.start_time;
        let listed = tokio::time::timeout(limit, self.list(&peer)).await;
        if let Err(reason) = listed.unwrap_or_else(|_| Err("it does not list its tools".to_owned()))
        {
            self.observe(|server| Event::Failed { server, reason });
        }
        true
    }

    /// Lists all tools, and takes the list over.
    async fn list(&self, peer: &Peer<RoleClient>) -> Result<(), String> {
        let has_tools = peer.peer_info().is_some_and(|info| info.capabilities.tools.is_some());
        let limits = &self.options.limits;
        let mut list: Vec<Tool> = Vec::new();
        let mut cursor = None;
        let mut bytes = 0;
        for _ in 0..if has_tools { MAX_PAGES } else { 0 } {
            let page = cursor.map(|it| PaginatedRequestParams::default().with_cursor(Some(it)));
            let page = peer.list_tools(page).await.map_err(reason)?;
            bytes += serde_json::to_vec(&page.tools).map_or(usize::MAX / 2, |it| it.len());
            list.extend(page.tools);
            cursor = page.next_cursor;
            // One more than is allowed, so that it is seen.
            let is_full = list.len() > limits.tools || bytes > limits.definition_bytes;
            if cursor.is_none() || is_full {
                break;
            }
        }
        list.truncate(limits.tools + 1);
        let (events, tools) = {
            let mut tools = self.tools();
            (tools.update(&self.name, list, limits), tools.definitions().len())
        };
        for event in events {
            self.options.observe(event);
        }
        self.observe(|server| Event::Connected { server, tools });
        // The task that offers the tools must see them, also after a reconnection.
        self.signal.wake.notify_one();
        Ok(())
    }

    /// Asks a server of the protocol of 2026 to say when its lists change. One of 2025 does so
    /// without being asked.
    async fn subscribe(&self, peer: &Peer<RoleClient>) {
        let Some(info) = peer.peer_info() else { return };
        if info.protocol_version.has_initialize() {
            return;
        }
        let capabilities = &info.capabilities;
        let mut filter = SubscriptionFilter::default();
        let says = |list_changed: Option<bool>| list_changed.filter(|says| *says);
        filter.tools_list_changed =
            capabilities.tools.as_ref().and_then(|it| says(it.list_changed));
        filter.resources_list_changed =
            capabilities.resources.as_ref().and_then(|it| says(it.list_changed));
        filter.prompts_list_changed =
            capabilities.prompts.as_ref().and_then(|it| says(it.list_changed));
        if filter == SubscriptionFilter::default() {
            return;
        }
        let subscription = tokio::time::timeout(SUBSCRIPTION, peer.listen(filter)).await;
        // A server that does not do what it offers is used all the same.
        let Ok(Ok(mut subscription)) = subscription else { return };
        let signal = Arc::clone(&self.signal);
        tokio::spawn(async move {
            while let Ok(Some(notification)) = subscription.next().await {
                match notification {
                    ServerNotification::ResourceListChangedNotification(_) => {
                        signal.set(List::Resources);
                    }
                    ServerNotification::PromptListChangedNotification(_) => {
                        signal.set(List::Prompts);
                    }
                    _ => signal.set(List::Tools),
                }
            }
        });
    }

    /// Ends the connection, and the process if there is one.
    pub(crate) async fn close(&self) {
        let service = self.link.lock().await.service.take();
        if let Some(mut service) = service {
            // Fails if the service has panicked; it has ended then as well.
            let _ = service.close_with_timeout(Duration::from_secs(10)).await;
        }
    }

    fn observe(&self, event: impl FnOnce(String) -> Event) {
        self.options.observe(event(self.name.clone()));
    }
}

fn reason(error: impl Display) -> String {
    line(&error.to_string(), MAX_REASON)
}
