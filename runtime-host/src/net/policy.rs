//! The requests that are allowed.

use std::time::Duration;

use serde::Deserialize;

use super::addresses::AddressRange;
use super::destination::Destination;
use super::meter::Rate;
use super::secret::Secret;

/// The requests that a [`Network`](super::Network) sends. A policy without rules refuses every
/// request.
///
/// The first rule that admits a request decides its limits.
#[derive(Clone, Debug)]
pub struct NetworkPolicy {
    pub(super) rules: Vec<Rule>,
    pub(super) addresses: Vec<AddressRange>,
    pub(super) secrets: Vec<Secret>,
    pub(super) certificates: Vec<Vec<u8>>,
    pub(super) connect_timeout: Duration,
    pub(super) response_timeout: Duration,
}

/// Destinations, and the requests to them that are allowed.
///
/// With serde it is a map of the names of its methods, and unknown keys are errors:
/// `{ name, to, methods, paths, request_bytes, response_bytes, rate, concurrency, queue }`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    #[serde(default)]
    pub(super) name: Option<String>,
    pub(super) to: Vec<Destination>,
    #[serde(default)]
    pub(super) methods: Vec<String>,
    #[serde(default)]
    pub(super) paths: Vec<String>,
    #[serde(default = "defaults::request_bytes")]
    pub(super) request_bytes: u64,
    #[serde(default = "defaults::response_bytes")]
    pub(super) response_bytes: u64,
    #[serde(default)]
    pub(super) rate: Option<Rate>,
    #[serde(default = "defaults::concurrency")]
    pub(super) concurrency: u32,
    #[serde(default = "defaults::queue")]
    pub(super) queue: u32,
}

mod defaults {
    pub(super) fn request_bytes() -> u64 {
        super::Rule::DEFAULT_REQUEST_BYTES
    }

    pub(super) fn response_bytes() -> u64 {
        super::Rule::DEFAULT_RESPONSE_BYTES
    }

    pub(super) fn concurrency() -> u32 {
        super::Rule::DEFAULT_CONCURRENCY
    }

    pub(super) fn queue() -> u32 {
        super::Rule::DEFAULT_QUEUE
    }
}

impl Rule {
    /// The default of [`request_bytes`](Self::request_bytes): 16 MiB.
    pub const DEFAULT_REQUEST_BYTES: u64 = 16 << 20;
    /// The default of [`response_bytes`](Self::response_bytes): 64 MiB.
    pub const DEFAULT_RESPONSE_BYTES: u64 = 64 << 20;
    /// The default of [`concurrency`](Self::concurrency).
    pub const DEFAULT_CONCURRENCY: u32 = 32;
    /// The default of [`queue`](Self::queue).
    pub const DEFAULT_QUEUE: u32 = 1_000;

    /// Creates a rule that allows every request to a destination.
    pub fn new(destination: Destination) -> Self {
        Self {
            name: None,
            to: vec![destination],
            methods: Vec::new(),
            paths: Vec::new(),
            request_bytes: Self::DEFAULT_REQUEST_BYTES,
            response_bytes: Self::DEFAULT_RESPONSE_BYTES,
            rate: None,
            concurrency: Self::DEFAULT_CONCURRENCY,
            queue: Self::DEFAULT_QUEUE,
        }
    }

    /// Adds a destination.
    #[must_use]
    pub fn to(mut self, destination: Destination) -> Self {
        self.to.push(destination);
        self
    }

    /// Sets the name that errors and audit records show. Default: its number.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the methods that are allowed, such as `GET`. They are compared as they are.
    /// Default: all. `CONNECT`, `TRACE` and `TRACK` never are.
    #[must_use]
    pub fn methods<M: Into<String>>(mut self, methods: impl IntoIterator<Item = M>) -> Self {
        self.methods = methods.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the paths that are allowed, each with all below it: `/v1` allows `/v1` and `/v1/a`,
    /// and not `/v10`. Default: all.
    ///
    /// A path with an encoded slash, backslash or NUL fits none of them, because servers
    /// disagree about what it means.
    #[must_use]
    pub fn paths<P: Into<String>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.paths = paths.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the most bytes of the body of a request. Past it, the request fails. Default: 16
    /// MiB.
    #[must_use]
    pub fn request_bytes(mut self, bytes: u64) -> Self {
        self.request_bytes = bytes;
        self
    }

    /// Sets the most bytes of the body of a response, after decompression. Past it, the body
    /// errors. Default: 64 MiB.
    #[must_use]
    pub fn response_bytes(mut self, bytes: u64) -> Self {
        self.response_bytes = bytes;
        self
    }

    /// Sets the most requests in a time. A request past it is refused. Default: none.
    #[must_use]
    pub fn rate(mut self, rate: Rate) -> Self {
        self.rate = Some(rate);
        self
    }

    /// Sets the most requests at a time. A request counts until its response's body has ended,
    /// was cancelled or is dropped. Past it, requests wait in a queue, for at most
    /// [`NetworkPolicy::response_timeout`]. Default: 32.
    #[must_use]
    pub fn concurrency(mut self, requests: u32) -> Self {
        self.concurrency = requests;
        self
    }

    /// Sets the most requests that wait because of [`concurrency`](Self::concurrency). A request
    /// past it is refused. Default: 1,000.
    #[must_use]
    pub fn queue(mut self, requests: u32) -> Self {
        self.queue = requests;
        self
    }
}

impl Default for NetworkPolicy {
    fn default() -> Self {
        Self::new()
    }
}

impl NetworkPolicy {
    /// Creates a policy that refuses every request.
    pub fn new() -> Self {
        Self {
            rules: Vec::new(),
            addresses: Vec::new(),
            secrets: Vec::new(),
            certificates: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            response_timeout: Duration::from_secs(30),
        }
    }

    /// Adds a rule.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Allows that names lead to these addresses, although they are not public. Default: none.
    ///
    /// Private, loopback, link-local and all other special addresses are refused otherwise. An
    /// address of a cloud's metadata service must be named by itself, with its full prefix. An
    /// IPv6 address that embeds one of IPv4 (mapped, NAT64, 6to4) is an address of its own.
    #[must_use]
    pub fn addresses(mut self, addresses: AddressRange) -> Self {
        self.addresses.push(addresses);
        self
    }

    /// Adds a secret.
    #[must_use]
    pub fn secret(mut self, secret: Secret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Adds root certificates in PEM to those of Mozilla's list.
    #[must_use]
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.certificates.push(pem.into());
        self
    }

    /// Sets the longest time for resolving a name, connecting and the handshake of TLS. Default:
    /// 10 s.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the longest time in which nothing of the request's body is sent and the head of the
    /// response does not arrive. Default: 30 s. The deadline of the invocation bounds the rest.
    #[must_use]
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = timeout;
        self
    }
}
