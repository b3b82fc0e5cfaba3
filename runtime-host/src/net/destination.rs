//! Patterns of destinations.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};
use url::{Host, Url};

/// A destination of requests, or a pattern of destinations.
///
/// It is written as `host`, `host:port` or `scheme://host[:port]`:
///
/// | written | means |
/// |---|---|
/// | `api.example.com` | `https` on port 443 |
/// | `api.example.com:8443` | `https` on that port; port 80 alone means `http` |
/// | `http://api.example.com` | `http` on port 80 |
/// | `*.example.com` | every name below `example.com`, at any depth, and not `example.com` itself |
/// | `*` | every host, also an address that is written as one |
/// | `api.example.com:*` | `https` on any port |
/// | `127.0.0.1:8443`, `[::1]:8443` | an address, which may then be private |
/// | `http://localhost:8080` | a name that may lead to loopback addresses |
/// | `tcp://db.example.com:5432` | connections by `connect()`, with TLS or without, and no requests |
///
/// `ws` means `http`, and `wss` means `https`. A destination of `tcp` needs a port. Port 25, by
/// which mail is delivered, must be named: `*` does not stand for it.
///
/// Names are compared without regard to case, in their form for DNS (`bücher.example` is
/// `xn--bcher-kva.example`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    scheme: Scheme,
    host: Pattern,
    port: Option<u16>,
}

/// The schemes that a request or connection may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
    Tcp,
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Tcp => "tcp",
        }
    }

    fn usual_port(self) -> Option<u16> {
        match self {
            Self::Http => Some(80),
            Self::Https => Some(443),
            Self::Tcp => None,
        }
    }
}

/// The port of mail servers, from which mail comes that nobody has signed.
const SMTP: u16 = 25;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Any,
    /// The names that end in this text, which begins with a dot.
    Below(String),
    Name(String),
    Address(IpAddr),
}

/// The error for text that is not a [`Destination`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a destination: {problem} (write host, host:port, *.host or \
     scheme://host[:port], where the scheme is http, https, ws, wss or tcp)"
)]
pub struct DestinationError {
    text: String,
    problem: &'static str,
}

impl Destination {
    /// Returns true if a URL leads to this destination.
    pub(super) fn admits(&self, url: &Url) -> bool {
        url.scheme() == self.scheme.name()
            && url.port_or_known_default().is_some_and(|port| self.admits_port(port))
            && url.host().is_some_and(|host| self.admits_host(&host))
    }

    /// Returns true if a connection leads to this destination.
    pub(super) fn admits_tcp(&self, host: &Host<&str>, port: u16) -> bool {
        self.scheme == Scheme::Tcp && self.admits_port(port) && self.admits_host(host)
    }

    fn admits_port(&self, port: u16) -> bool {
        match self.port {
            Some(own) => own == port,
            None => self.scheme != Scheme::Tcp || port != SMTP,
        }
    }

    fn admits_host(&self, host: &Host<&str>) -> bool {
        match (&self.host, host) {
            (Pattern::Any, _) => true,
            (Pattern::Below(ending), Host::Domain(name)) => {
                name.len() > ending.len() && name.ends_with(ending.as_str())
            }
            (Pattern::Name(own), Host::Domain(name)) => own == name,
            (Pattern::Address(IpAddr::V4(own)), Host::Ipv4(address)) => own == address,
            (Pattern::Address(IpAddr::V6(own)), Host::Ipv6(address)) => own == address,
            _ => false,
        }
    }

    /// Returns true if the host is written out as this address, or as `localhost` for one of
    /// loopback, so that a connection to `host` may lead there.
    pub(super) fn names(&self, scheme: &str, host: &Host<&str>, port: u16, to: IpAddr) -> bool {
        let host_named = match &self.host {
            Pattern::Address(own) => *own == to && self.admits_host(host),
            Pattern::Name(own) => own == "localhost" && self.admits_host(host) && to.is_loopback(),
            Pattern::Any | Pattern::Below(_) => false,
        };
        host_named && self.scheme.name() == scheme && self.admits_port(port)
    }
}

impl FromStr for Destination {
    type Err = DestinationError;

    fn from_str(text: &str) -> Result<Self, DestinationError> {
        let error = |problem| DestinationError { text: text.to_owned(), problem };
        let (scheme, rest) = match text.split_once("://") {
            Some(("http" | "ws", rest)) => (Some(Scheme::Http), rest),
            Some(("https" | "wss", rest)) => (Some(Scheme::Https), rest),
            Some(("tcp", rest)) => (Some(Scheme::Tcp), rest),
            Some(_) => return Err(error("its scheme is not known")),
            None => (None, text),
        };
        let (host, port) = match rest.rfind(']') {
            Some(end) => rest.split_at(end + 1),
            None => rest.find(':').map_or((rest, ""), |at| rest.split_at(at)),
        };
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => None,
            Some("*") => Some(None),
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
                let port = digits.parse().ok().filter(|port| *port != 0);
                Some(Some(port.ok_or_else(|| error("its port is not between 1 and 65535"))?))
            }
            _ => return Err(error("its port is not a number")),
        };
        let scheme = scheme.unwrap_or(match port {
            Some(Some(80)) => Scheme::Http,
            _ => Scheme::Https,
        });
        let port = match port {
            Some(port) => port,
            None => Some(scheme.usual_port().ok_or_else(|| error("it needs a port"))?),
        };
        let parsed = |host: &str| Host::parse(host).map_err(|_| error("its host is not one"));
        let host = match host.strip_prefix('*') {
            Some("") => Pattern::Any,
            Some(ending) => {
                let name = ending.strip_prefix('.').ok_or_else(|| {
                    error("a wildcard stands for whole labels at the beginning of a host")
                })?;
                match parsed(name)? {
                    Host::Domain(name) => Pattern::Below(format!(".{name}")),
                    _ => return Err(error("addresses have no wildcards")),
                }
            }
            None => match parsed(host)? {
                Host::Domain(name) => Pattern::Name(name),
                Host::Ipv4(address) => Pattern::Address(address.into()),
                Host::Ipv6(address) => Pattern::Address(address.into()),
            },
        };
        if let Pattern::Name(name) | Pattern::Below(name) = &host
            && (name.contains('*') || name.ends_with('.'))
        {
            return Err(error("its host is not one"));
        }
        Ok(Self { scheme, host, port })
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme.name())?;
        match &self.host {
            Pattern::Any => f.write_str("*")?,
            Pattern::Below(ending) => write!(f, "*{ending}")?,
            Pattern::Name(name) => f.write_str(name)?,
            Pattern::Address(IpAddr::V4(address)) => write!(f, "{address}")?,
            Pattern::Address(IpAddr::V6(address)) => write!(f, "[{address}]")?,
        }
        match self.port {
            None => f.write_str(":*"),
            port if port == self.scheme.usual_port() => Ok(()),
            Some(port) => write!(f, ":{port}"),
        }
    }
}

impl<'de> Deserialize<'de> for Destination {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(pattern: &str, url: &str) -> bool {
        pattern.parse::<Destination>().unwrap().admits(&url.parse().unwrap())
    }

    #[test]
    fn patterns_admit_what_they_name_and_nothing_else() {
        for (pattern, yes, no) in [
            (
                "api.example.com",
                &["https://api.example.com/x", "https://API.example.com:443"][..],
                &[
                    "http://api.example.com",
                    "https://api.example.com:8443",
                    "https://example.com",
                    "https://x.api.example.com",
                    "https://api.example.com.evil.example",
                    "https://api.example.com.",
                ][..],
            ),
            ("a.example:80", &["http://a.example"], &["https://a.example:80", "https://a.example"]),
            ("a.example:8443", &["https://a.example:8443"], &["http://a.example:8443"]),
            ("http://a.example", &["http://a.example"], &["https://a.example"]),
            (
                "*.example.com",
                &["https://a.example.com", "https://a.b.example.com"],
                &["https://example.com", "https://evilexample.com", "https://.example.com"],
            ),
            ("*", &["https://a.example", "https://1.1.1.1"], &["http://a.example"]),
            ("*:*", &["https://a.example:7"], &["http://a.example:7"]),
            (
                "http://127.0.0.1:8080",
                &["http://127.0.0.1:8080", "http://2130706433:8080", "http://0177.1:8080"],
                &["http://127.0.0.2:8080", "http://[::ffff:127.0.0.1]:8080"],
            ),
            ("[::1]:8443", &["https://[0:0::1]:8443"], &["https://[::2]:8443"]),
            ("bücher.example", &["https://xn--bcher-kva.example"], &["https://bucher.example"]),
        ] {
            for url in yes {
                assert!(admits(pattern, url), "{pattern} {url}");
            }
            for url in no {
                assert!(url.parse::<Url>().is_err() || !admits(pattern, url), "{pattern} {url}");
            }
        }
    }

    #[test]
    fn connections_need_a_destination_of_their_own() {
        let admits = |pattern: &str, host: &str, port| {
            let host = Host::parse(host).unwrap();
            let host = match &host {
                Host::Domain(name) => Host::Domain(name.as_str()),
                Host::Ipv4(address) => Host::Ipv4(*address),
                Host::Ipv6(address) => Host::Ipv6(*address),
            };
            pattern.parse::<Destination>().unwrap().admits_tcp(&host, port)
        };
        assert!(admits("tcp://db.example:5432", "db.example", 5432));
        assert!(!admits("tcp://db.example:5432", "db.example", 5433));
        assert!(!admits("db.example:5432", "db.example", 5432));
        assert!(!admits("http://db.example:5432", "db.example", 5432));
        assert!(admits("tcp://127.0.0.1:5432", "127.0.0.1", 5432));
        assert!(admits("tcp://*.example:*", "db.example", 26));
        assert!(!admits("tcp://*.example:*", "db.example", SMTP));
        assert!(admits("tcp://*.example:25", "db.example", SMTP));
        assert!(!self::admits("tcp://a.example:443", "https://a.example"));
    }

    #[test]
    fn what_is_no_destination() {
        for text in [
            "",
            "ftp://a",
            "a:0",
            "a:65536",
            "a:x",
            "a:",
            "a/b",
            "a?b",
            "a@b",
            "*a",
            "a.*",
            "a.*.b",
            "*.1.2.3.4",
            "[::1",
            "::1",
            "http://",
            "a b",
            "a.",
            "https://a:1:2",
            "tcp://a",
            "ssh://a:22",
        ] {
            assert!(text.parse::<Destination>().is_err(), "{text}");
        }
    }

    #[test]
    fn it_is_shown_as_it_can_be_written() {
        for (text, shown) in [
            ("a.example", "https://a.example"),
            ("a.example:80", "http://a.example"),
            ("*.a.example:*", "https://*.a.example:*"),
            ("[::1]:1", "https://[::1]:1"),
            ("wss://a.example", "https://a.example"),
            ("ws://a.example:8080", "http://a.example:8080"),
            ("tcp://a.example:80", "tcp://a.example:80"),
            ("tcp://*:*", "tcp://*:*"),
        ] {
            let destination: Destination = text.parse().unwrap();
            assert_eq!(destination.to_string(), shown);
            assert_eq!(shown.parse(), Ok(destination));
        }
    }
}
