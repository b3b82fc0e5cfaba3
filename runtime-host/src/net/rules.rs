//! The rules of a network, and what they admit.

use std::net::IpAddr;

use http::Method;
use url::{Host, Url};

use super::addresses::{self, AddressRange};
use super::error::NetworkError;
use super::meter::{Meter, Rate};
use super::policy::{NetworkPolicy, Rule};
use crate::error::thrown::shown;

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

    /// Returns the first rule that admits a connection, or why there is none. A rule of methods or
    /// paths admits none, because nobody can tell what a connection is used for.
    pub(super) fn admit_tcp(&self, host: &Host<&str>, port: u16) -> Result<&ActiveRule, String> {
        let leads_to = |rule: &&ActiveRule| {
            rule.rule.methods.is_empty()
                && rule.rule.paths.is_empty()
                && rule.rule.to.iter().any(|destination| destination.admits_tcp(host, port))
        };
        self.rules.iter().find(leads_to).ok_or_else(|| {
            let to = shown(&format!("tcp://{host}:{port}"));
            format!(
                "no rule of the network policy names {to} (allow it with a rule, such as \
                 --allow-net {to})"
            )
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
