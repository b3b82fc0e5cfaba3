//! What requests are allowed.

use std::net::IpAddr;
use std::time::Duration;

use http::Method;
use serde::Deserialize;
use url::{Host, Url};

use super::addresses::{self, AddressRange};
use super::destination::Destination;
use super::error::NetworkError;
use super::meter::{Meter, Rate};
use super::secrets::Secret;
use crate::error::thrown::shown;

/// The requests that a [`Network`](super::Network) sends. A policy without rules refuses every
/// request.
///
/// The first rule that admits a request decides its limits.
#[derive(Clone, Debug)]
pub struct NetworkPolicy {
    rules: Vec<Rule>,
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
    name: Option<String>,
    to: Vec<Destination>,
    #[serde(default)]
    methods: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default = "defaults::request_bytes")]
    request_bytes: u64,
    #[serde(default = "defaults::response_bytes")]
    response_bytes: u64,
    #[serde(default)]
    rate: Option<Rate>,
    #[serde(default = "defaults::concurrency")]
    concurrency: u32,
    #[serde(default = "defaults::queue")]
    queue: u32,
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

/// The rules of a network, with the state of each.
#[derive(Debug)]
pub(super) struct Rules {
    rules: Vec<ActiveRule>,
    addresses: Vec<AddressRange>,
}

/// A rule and the requests that it counts.
#[derive(Debug)]
pub(super) struct ActiveRule {
    rule: Rule,
    pub(super) name: String,
    pub(super) meter: Meter,
}

impl ActiveRule {
    pub(super) fn request_bytes(&self) -> u64 {
        self.rule.request_bytes
    }

    pub(super) fn response_bytes(&self) -> u64 {
        self.rule.response_bytes
    }

    pub(super) fn rate(&self) -> Option<Rate> {
        self.rule.rate
    }

    pub(super) fn concurrency(&self) -> u32 {
        self.rule.concurrency
    }

    pub(super) fn queue(&self) -> u32 {
        self.rule.queue
    }

    fn leads_to(&self, url: &Url) -> bool {
        self.rule.to.iter().any(|destination| destination.admits(url))
    }

    fn has_method(&self, method: &Method) -> bool {
        self.rule.methods.is_empty() || self.rule.methods.iter().any(|own| own == method.as_str())
    }

    fn has_path(&self, path: &str) -> bool {
        if self.rule.paths.is_empty() {
            return true;
        }
        let folded = path.to_ascii_lowercase();
        if ["%2f", "%5c", "%00"].iter().any(|ambiguous| folded.contains(ambiguous)) {
            return false;
        }
        self.rule.paths.iter().any(|own| {
            path.strip_prefix(own.as_str())
                .is_some_and(|rest| rest.is_empty() || own.ends_with('/') || rest.starts_with('/'))
        })
    }
}

impl Rules {
    pub(super) fn new(policy: &NetworkPolicy) -> Result<Self, NetworkError> {
        let named = policy.rules.iter().enumerate().map(|(at, rule)| {
            let name = rule.name.clone().unwrap_or_else(|| (at + 1).to_string());
            check(rule).map_err(|problem| NetworkError::Rule { rule: name.clone(), problem })?;
            let (concurrency, queue) = (rule.concurrency as usize, rule.queue as usize);
            let meter = Meter::new(rule.rate, concurrency, queue);
            Ok(ActiveRule { rule: rule.clone(), name, meter })
        });
        Ok(Self { rules: named.collect::<Result<_, _>>()?, addresses: policy.addresses.clone() })
    }

    /// Returns the first rule that admits a request, or why there is none.
    pub(super) fn admit(&self, method: &Method, url: &Url) -> Result<&ActiveRule, String> {
        let mut closest = None;
        for rule in self.rules.iter().filter(|rule| rule.leads_to(url)) {
            let (method_fits, path_fits) = (rule.has_method(method), rule.has_path(url.path()));
            if method_fits && path_fits {
                return Ok(rule);
            }
            closest.get_or_insert((rule, method_fits));
        }
        let Some((rule, method_fits)) = closest else { return Err(unnamed(url)) };
        Err(if method_fits {
            format!("the rule {:?} of the network policy does not allow this path", rule.name)
        } else {
            let method = shown(method.as_str());
            format!("the rule {:?} of the network policy does not allow {method}", rule.name)
        })
    }

    /// Returns the kind of an address that a connection to `host` may not lead to.
    pub(super) fn refused(
        &self,
        scheme: &str,
        host: &Host<&str>,
        port: u16,
        address: IpAddr,
    ) -> Option<&'static str> {
        let kind = addresses::special(address)?;
        let mut to = self.rules.iter().flat_map(|rule| &rule.rule.to);
        let named = addresses::named(&self.addresses, address)
            || to.any(|destination| destination.names(scheme, host, port, address));
        (!named).then_some(kind)
    }
}

fn unnamed(url: &Url) -> String {
    let host = shown(url.host_str().unwrap_or_default());
    let scheme = url.scheme();
    let with_scheme = if scheme == "https" { String::new() } else { format!("{scheme}://") };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!(
        "no rule of the network policy names {scheme}://{host}{port} (allow it with a rule, such \
         as --allow-net {with_scheme}{host}{port})"
    )
}

fn check(rule: &Rule) -> Result<(), &'static str> {
    if rule.to.is_empty() {
        return Err("it has no destination");
    }
    if rule.methods.iter().any(|method| Method::from_bytes(method.as_bytes()).is_err()) {
        return Err("one of its methods is not one");
    }
    if rule.paths.iter().any(|path| !path.starts_with('/')) {
        return Err("one of its paths does not begin with a slash");
    }
    if rule.rate.is_some_and(|rate| rate.requests == 0 || rate.seconds == 0) {
        return Err("its rate is zero");
    }
    if rule.concurrency == 0 {
        return Err("its concurrency is zero");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(rules: &[Rule]) -> Rules {
        let policy = rules.iter().cloned().fold(NetworkPolicy::new(), NetworkPolicy::rule);
        Rules::new(&policy).unwrap()
    }

    fn rule(to: &str) -> Rule {
        Rule::new(to.parse().unwrap())
    }

    fn admitted<'a>(rules: &'a Rules, method: &str, url: &str) -> Result<&'a str, String> {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        rules.admit(&method, &url.parse().unwrap()).map(|rule| rule.name.as_str())
    }

    #[test]
    fn the_first_rule_that_admits_a_request_counts() {
        let rules = rules(&[
            rule("a.example").methods(["GET"]).paths(["/v1", "/open/"]),
            rule("a.example").paths(["/v2"]).name("two"),
            rule("*.b.example").to("b.example".parse().unwrap()),
        ]);
        for (method, url, name) in [
            ("GET", "https://a.example/v1", "1"),
            ("GET", "https://a.example/v1/x?y", "1"),
            ("GET", "https://a.example/v2/../v1/x", "1"),
            ("GET", "https://a.example/open/x", "1"),
            ("POST", "https://a.example/v2", "two"),
            ("POST", "https://x.b.example/", "3"),
            ("POST", "https://b.example/", "3"),
        ] {
            assert_eq!(admitted(&rules, method, url), Ok(name), "{url}");
        }
        for (method, url, error) in [
            ("GET", "https://c.example/", "no rule of the network policy names https://c.example"),
            ("GET", "http://a.example/v1", "such as --allow-net http://a.example)"),
            ("POST", "https://a.example/v1", "does not allow POST"),
            ("GET", "https://a.example/v10", "does not allow this path"),
            ("GET", "https://a.example/open", "does not allow this path"),
            ("GET", "https://a.example/V1", "does not allow this path"),
            ("GET", "https://a.example/v1/%2e%2e/x", "does not allow this path"),
            ("GET", "https://a.example/v1/..%2fx", "does not allow this path"),
            ("GET", "https://a.example/v1/..%5Cx", "does not allow this path"),
            ("GET", "https://a.example//v1", "does not allow this path"),
            ("get", "https://a.example/v1", "does not allow get"),
        ] {
            let refused = admitted(&rules, method, url).unwrap_err();
            assert!(refused.contains(error), "{url}: {refused}");
        }
    }

    #[test]
    fn special_addresses_are_named_by_the_host_that_is_one() {
        let rules = rules(&[
            rule("http://10.0.0.1:8080"),
            rule("http://localhost:8080"),
            rule("*"),
            rule("http://*:*"),
        ]);
        let refused = |host: &str, port, address: &str| {
            let host = Host::parse(host).unwrap();
            let host = match &host {
                Host::Domain(name) => Host::Domain(name.as_str()),
                Host::Ipv4(address) => Host::Ipv4(*address),
                Host::Ipv6(address) => Host::Ipv6(*address),
            };
            rules.refused("http", &host, port, address.parse().unwrap())
        };
        assert_eq!(refused("10.0.0.1", 8080, "10.0.0.1"), None);
        assert_eq!(refused("10.0.0.1", 8081, "10.0.0.1"), Some("private"));
        assert_eq!(refused("a.example", 8080, "10.0.0.1"), Some("private"));
        assert_eq!(refused("localhost", 8080, "127.0.0.1"), None);
        assert_eq!(refused("localhost", 8080, "::1"), None);
        assert_eq!(refused("localhost", 8080, "10.0.0.1"), Some("private"));
        assert_eq!(refused("localhost", 22, "127.0.0.1"), Some("loopback"));
        assert_eq!(refused("127.0.0.1", 8080, "127.0.0.1"), Some("loopback"));
        assert_eq!(refused("a.example", 8080, "1.1.1.1"), None);
    }

    #[test]
    fn rules_that_are_refused() {
        let rate = |requests, seconds| Rate { requests, seconds };
        for wrong in [
            rule("a").methods(["A B"]),
            rule("a").paths(["v1"]),
            rule("a").rate(rate(0, 1)),
            rule("a").rate(rate(1, 0)),
            rule("a").concurrency(0),
        ] {
            assert!(Rules::new(&NetworkPolicy::new().rule(wrong)).is_err());
        }
    }
}
