//! Proxies of requests to registries, as npm chooses them.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Uri};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::error::{Error, Result};

/// The settings of npm, the first of which counts.
const SETTINGS: [&str; 2] = ["https-proxy", "proxy"];
/// The variables that count without these settings. For `https`, it is the first one alone.
const VARIABLES: [&str; 3] = ["HTTPS_PROXY", "HTTP_PROXY", "PROXY"];
const NO_PROXY: &str = "NO_PROXY";

/// The proxies that `.npmrc` and the environment name. `Debug` shows none.
#[derive(Clone, Default)]
pub(crate) struct Proxies {
    /// By setting or variable. A value that is malformed matters only if it is needed.
    named: BTreeMap<&'static str, Result<Proxy, &'static str>>,
    /// The hosts that need none: those of npm's setting, and those of the environment.
    exempt: [Vec<String>; 2],
}

/// A proxy that speaks HTTP.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Proxy {
    /// The address, without credentials.
    pub(crate) address: Uri,
    pub(crate) authorization: Option<HeaderValue>,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Proxies {
    /// Returns true if a setting of `.npmrc` is one of a proxy.
    pub(crate) fn has_setting(key: &str) -> bool {
        SETTINGS.contains(&key) || matches!(key, "noproxy" | "noproxy[]")
    }

    /// Takes a setting of npm. Others are ignored.
    pub(crate) fn set(&mut self, key: &str, value: &str) {
        let [exempt, _] = &mut self.exempt;
        match key {
            "noproxy" => *exempt = hosts(value),
            // A list has a line for each member.
            "noproxy[]" => exempt.extend(hosts(value)),
            _ => {
                if let Some(setting) = SETTINGS.into_iter().find(|it| *it == key) {
                    self.name(setting, value);
                }
            }
        }
    }

    /// Takes a variable of the environment. Others are ignored. One whose name is in lower case
    /// goes before one in upper case, whatever their order.
    pub(crate) fn set_variable(&mut self, name: &str, value: &str) {
        let is_lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
        if name.eq_ignore_ascii_case(NO_PROXY) {
            let [_, exempt] = &mut self.exempt;
            if is_lower || exempt.is_empty() {
                *exempt = hosts(value);
            }
        } else if let Some(variable) =
            VARIABLES.into_iter().find(|it| name.eq_ignore_ascii_case(it))
            && (is_lower || !self.named.contains_key(variable))
        {
            self.name(variable, value);
        }
    }

    fn name(&mut self, name: &'static str, value: &str) {
        // As npm has it, a file that comes later can take a proxy back.
        if matches!(value, "" | "null" | "false") {
            self.named.remove(name);
        } else {
            self.named.insert(name, Proxy::parse(value));
        }
    }

    /// Returns the proxy of requests to a host.
    ///
    /// Errors if it is named by a value that is no address of a proxy.
    pub(crate) fn of(&self, scheme: &str, host: &str) -> Result<Option<&Proxy>> {
        let variables = if scheme == "https" { VARIABLES.get(..1) } else { VARIABLES.get(..) };
        let mut names = SETTINGS.iter().chain(variables.unwrap_or_default());
        let found = names.find_map(|name| Some((name, self.named.get(name)?)));
        let [of_npm, of_environment] = &self.exempt;
        let exempt = if of_npm.is_empty() { of_environment } else { of_npm };
        match found {
            None => Ok(None),
            Some(_) if exempt.iter().any(|it| is_in(host, it)) => Ok(None),
            Some((_, Ok(proxy))) => Ok(Some(proxy)),
            Some((name, Err(reason))) => Err(Error::Npmrc { reason: format!("{name}: {reason}") }),
        }
    }
}

impl Proxy {
    fn parse(text: &str) -> Result<Self, &'static str> {
        const NO_ADDRESS: &str = "the value is no address of a proxy, such as http://host:8080";
        let url = Url::parse(text).map_err(|_| NO_ADDRESS)?;
        if url.scheme().starts_with("socks") {
            return Err("SOCKS is not supported; name a proxy for HTTP");
        }
        let port = url.port_or_known_default();
        let (Some(host), Some(port), "http" | "https") = (url.host_str(), port, url.scheme())
        else {
            return Err(NO_ADDRESS);
        };
        let address = format!("{}://{host}:{port}", url.scheme());
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        let authorization = (!is_anonymous).then(|| {
            let decoded = |text| percent_decode_str(text).collect::<Vec<u8>>();
            let mut credentials = decoded(url.username());
            credentials.push(b':');
            credentials.extend(decoded(url.password().unwrap_or_default()));
            HeaderValue::try_from(format!("Basic {}", STANDARD.encode(credentials)))
        });
        let mut authorization = authorization.transpose().map_err(|_| NO_ADDRESS)?;
        if let Some(value) = &mut authorization {
            value.set_sensitive(true);
        }
        Ok(Self { address: address.parse().map_err(|_| NO_ADDRESS)?, authorization })
    }
}

fn hosts(value: &str) -> Vec<String> {
    let hosts = value.split(',').map(|host| host.trim().to_ascii_lowercase());
    hosts.filter(|host| !matches!(host.as_str(), "" | "null")).collect()
}

/// Returns true if a host is the one of a pattern, or below it: `a.example` and `.example` are
/// patterns of `a.example`.
fn is_in(host: &str, pattern: &str) -> bool {
    let mut names = pattern.split('.').filter(|name| !name.is_empty()).rev().peekable();
    let mut own = host.split('.').rev();
    names.peek().is_some() && names.all(|name| own.next() == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_npm(settings: &[(&str, &str)]) -> Proxies {
        let mut proxies = Proxies::default();
        for (key, value) in settings {
            proxies.set(key, value);
        }
        proxies
    }

    fn of_environment(variables: &[(&str, &str)]) -> Proxies {
        let mut proxies = Proxies::default();
        for (name, value) in variables {
            proxies.set_variable(name, value);
        }
        proxies
    }

    fn address(proxies: &Proxies, url: &str) -> Option<String> {
        let url = Url::parse(url).unwrap();
        let found = proxies.of(url.scheme(), url.host_str().unwrap()).unwrap();
        found.map(|proxy| proxy.address.to_string())
    }

    fn of_host(host: &str) -> String {
        format!("http://{host}/")
    }

    #[test]
    fn settings_go_before_variables() {
        let both = [("proxy", "http://p"), ("https-proxy", "http://s:1")];
        let (http, https) = ("http://r.example/", "https://r.example/");
        for url in [http, https] {
            assert_eq!(address(&of_npm(&both), url), Some(of_host("s:1")));
            assert_eq!(address(&of_npm(&both[..1]), url), Some(of_host("p:80")));
            assert_eq!(address(&Proxies::default(), url), None);
        }
        let all = [("HTTP_PROXY", "http://h"), ("HTTPS_PROXY", "http://s"), ("PROXY", "http://p")];
        for (used, of_http, of_https) in
            [(&all[..], "s:80", Some("s:80")), (&all[..1], "h:80", None), (&all[2..], "p:80", None)]
        {
            let mut proxies = of_environment(used);
            assert_eq!(address(&proxies, http), Some(of_host(of_http)));
            assert_eq!(address(&proxies, https), of_https.map(of_host));
            proxies.set("proxy", "https://own");
            assert_eq!(address(&proxies, https).as_deref(), Some("https://own:443/"));
        }
        for value in ["", "null", "false"] {
            assert_eq!(address(&of_npm(&[both[0], ("proxy", value)]), https), None);
        }
    }

    #[test]
    fn variables_in_lower_case_go_first() {
        let (lower, upper) = (("https_proxy", "http://l"), ("HTTPS_PROXY", "http://u"));
        for order in [[lower, upper], [upper, lower]] {
            assert_eq!(address(&of_environment(&order), "https://r/"), Some(of_host("l:80")));
        }
        let (lower, upper) = (("no_proxy", "l"), ("NO_PROXY", "u"));
        for order in [[lower, upper], [upper, lower]] {
            let proxies = of_environment(&[&order[..], &[("https_proxy", "http://p")]].concat());
            assert_eq!(address(&proxies, "https://l/"), None);
            assert_eq!(address(&proxies, "https://u/"), Some(of_host("p:80")));
        }
    }

    #[test]
    fn hosts_without_a_proxy() {
        let mut proxies = of_npm(&[("proxy", "http://p")]);
        proxies.set_variable("NO_PROXY", "env.example");
        assert_eq!(address(&proxies, "https://env.example/"), None);
        proxies.set("noproxy", "B.example, .c.example,127.0.0.1,[::1],,");
        proxies.set("noproxy[]", "d.example");
        for host in ["b.example", "a.b.example", "c.example", "x.c.example", "127.0.0.1", "[::1]"] {
            assert_eq!(address(&proxies, &format!("https://{host}/")), None, "{host}");
        }
        assert_eq!(address(&proxies, "https://d.example/"), None);
        for host in ["env.example", "xb.example", "example", "b.example.org", "1.127.0.0"] {
            assert_eq!(
                address(&proxies, &format!("https://{host}/")),
                Some(of_host("p:80")),
                "{host}"
            );
        }
        // None of these is a pattern of all hosts.
        for none in [".", "..", "null"] {
            let proxies = of_npm(&[("proxy", "http://p"), ("noproxy", none)]);
            assert_eq!(address(&proxies, "https://a.b/"), Some(of_host("p:80")), "{none}");
        }
    }

    #[test]
    fn credentials_are_not_shown() {
        let proxies = of_npm(&[("proxy", "http://us%65r:s%3Acr%C3%A9t@p:3128/path?query")]);
        let proxy = proxies.of("https", "r").unwrap().unwrap();
        assert_eq!(proxy.authorization.as_ref().unwrap(), "Basic dXNlcjpzOmNyw6l0");
        assert!(proxy.authorization.as_ref().unwrap().is_sensitive());
        assert_eq!(proxy.address.to_string(), "http://p:3128/");
        assert_eq!(format!("{proxy:?}"), "Proxy { address: http://p:3128/, .. }");
        // A value with control characters is decoded into the credentials, and into no header.
        let proxies = of_npm(&[("proxy", "http://u:%0d%0aX-Evil:%201@p")]);
        let value = proxies.of("https", "r").unwrap().unwrap().authorization.clone().unwrap();
        assert!(value.to_str().unwrap().is_ascii());
    }

    #[test]
    fn malformed_addresses_are_named_without_values() {
        for (value, reason) in [
            ("s3cret", "the value is no address of a proxy, such as http://host:8080"),
            ("host:8080", "the value is no address of a proxy, such as http://host:8080"),
            ("ftp://s3cret@h", "the value is no address of a proxy, such as http://host:8080"),
            ("http://", "the value is no address of a proxy, such as http://host:8080"),
            ("socks5://s3cret@h", "SOCKS is not supported; name a proxy for HTTP"),
        ] {
            let error = of_npm(&[("proxy", value)]).of("https", "r").unwrap_err();
            assert_eq!(error.to_string(), format!("npm's configuration: proxy: {reason}"));
            let proxies = of_environment(&[("https_proxy", value)]);
            let error = proxies.of("https", "r").unwrap_err();
            assert_eq!(error.to_string(), format!("npm's configuration: HTTPS_PROXY: {reason}"));
            // A value that is not needed does not matter.
            let proxies = of_npm(&[("proxy", value), ("noproxy", "r")]);
            assert!(proxies.of("https", "r").unwrap().is_none());
        }
    }
}
