//! Registries, their tokens and proxies, as `.npmrc` and the environment have them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use url::Url;

use crate::error::{Error, Result};
use crate::proxy::Proxies;

/// The address of the public registry.
pub const NPM_REGISTRY: &str = "https://registry.npmjs.org/";
/// The most bytes of a file.
const MAX_FILE: usize = 256 << 10;

/// The registries of all packages, with the tokens for them and the proxies on the way to them.
///
/// `Debug` shows neither tokens nor proxies.
#[derive(Clone)]
pub struct Registries {
    default: Url,
    /// By scope, such as `@ai-sdk`.
    scopes: BTreeMap<String, Url>,
    /// By the start of an address without its scheme, such as `//host/path/`.
    credentials: BTreeMap<String, HeaderValue>,
    certificates_file: Option<String>,
    proxies: Arc<Proxies>,
}

impl fmt::Debug for Registries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registries")
            .field("default", &self.default.as_str())
            .field("scopes", &self.scopes)
            .field("credentials", &self.credentials.keys())
            .finish_non_exhaustive()
    }
}

impl Registries {
    /// Takes all packages from one registry, such as [`NPM_REGISTRY`], without a token.
    ///
    /// # Errors
    ///
    /// Errors if the address is not one of `https` or `http`.
    pub fn new(address: &str) -> Result<Self> {
        Ok(Self {
            default: registry(address).map_err(|reason| Error::Settings { reason })?,
            scopes: BTreeMap::new(),
            credentials: BTreeMap::new(),
            certificates_file: None,
            proxies: Arc::default(),
        })
    }

    /// Adds the settings of an `.npmrc`. They replace those of the same name, so the file of the
    /// user comes first, and that of the project second.
    ///
    /// Read are `registry`, `@scope:registry`, `cafile`, `proxy`, `https-proxy` and `noproxy`, and
    /// for addresses such as `//host/path/` the settings `:_authToken` and `:_auth`. `${NAME}`
    /// stands for the variable that `environment` returns. Other settings are ignored.
    ///
    /// The file of a project may come from anybody: for it, `environment` should return no secrets,
    /// because they would be sent to whatever server the file names, and the lines of proxies and
    /// certificates should be left out, because a proxy sees tokens of registries without TLS.
    ///
    /// `https-proxy`, or else `proxy`, is the proxy of all requests: of those by `https` through a
    /// tunnel (`CONNECT`), of others as a whole. Hosts of `noproxy`, and those below them, have
    /// none. Proxies are for HTTP, with or without TLS and credentials; one of another kind is an
    /// error of the first request that needs it.
    ///
    /// # Errors
    ///
    /// Errors if a file is larger than 256 KiB, an address or a token is malformed, or a variable
    /// is not set. Errors contain no values.
    pub fn with_npmrc(
        mut self,
        text: &str,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        if text.len() > MAX_FILE {
            let (subject, what) = (".npmrc".to_owned(), "bytes");
            return Err(Error::Limit { subject, what, limit: MAX_FILE as u64 });
        }
        for line in text.lines().map(str::trim) {
            if line.starts_with([';', '#', '[']) {
                continue;
            }
            if let Some((key, value)) = line.split_once('=') {
                self.set(key.trim(), unquoted(value.trim()), &environment)?;
            }
        }
        Ok(self)
    }

    /// Adds the settings of environment variables: `npm_config_registry` and the like, in any
    /// case. They go before those of files.
    ///
    /// If no setting of npm's names a proxy, it is that of `HTTPS_PROXY`, and for requests by
    /// `http` else of `HTTP_PROXY` or `PROXY`. `NO_PROXY` counts without `noproxy`. These are in
    /// any case, too.
    ///
    /// # Errors
    ///
    /// Errors as [`Registries::with_npmrc`] does.
    pub fn with_environment(
        mut self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self> {
        const PREFIX: &str = "npm_config_";
        for (name, value) in variables {
            if value.is_empty() {
                continue;
            }
            match name.split_at_checked(PREFIX.len()) {
                Some((prefix, key)) if prefix.eq_ignore_ascii_case(PREFIX) => {
                    // Addresses and scopes keep their case, as with npm.
                    let lower = key.to_ascii_lowercase().replace('_', "-");
                    let key = if key.starts_with(['/', '@']) { key } else { &lower };
                    self.set(key, &value, &|_| None)?;
                }
                _ => Arc::make_mut(&mut self.proxies).set_variable(&name, &value),
            }
        }
        Ok(self)
    }

    /// Returns the file of additional certificates (`cafile`), in PEM. The embedder reads it.
    pub fn certificates_file(&self) -> Option<&str> {
        self.certificates_file.as_deref()
    }

    fn set(
        &mut self,
        key: &str,
        value: &str,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<()> {
        let expanded = || expand(value, environment).map_err(|it| fault(key, &it));
        let address = || {
            registry(&expanded()?).map_err(|_| fault(key, "the value is no address of a server"))
        };
        if key == "registry" {
            self.default = address()?;
        } else if key == "cafile" {
            self.certificates_file = Some(expanded()?);
        } else if Proxies::has_setting(key) {
            Arc::make_mut(&mut self.proxies).set(key, &expanded()?);
        } else if let Some(scope) = key.strip_suffix(":registry")
            && scope.starts_with('@')
        {
            self.scopes.insert(scope.to_owned(), address()?);
        } else if let Some((place, kind)) = key.rsplit_once(':')
            && place.starts_with("//")
            && let Some(scheme) = scheme(kind)
        {
            let credential = HeaderValue::try_from(format!("{scheme} {}", expanded()?));
            let mut credential =
                credential.map_err(|_| fault(key, "the value has characters of no token"))?;
            credential.set_sensitive(true);
            let slash = if place.ends_with('/') { "" } else { "/" };
            self.credentials.insert(format!("{place}{slash}"), credential);
        }
        Ok(())
    }

    pub(crate) fn proxies(&self) -> Arc<Proxies> {
        Arc::clone(&self.proxies)
    }

    /// Returns the registry of a package.
    pub(crate) fn of(&self, package: &str) -> &Url {
        let scope = package.split_once('/').map_or("", |(scope, _)| scope);
        self.scopes.get(scope).unwrap_or(&self.default)
    }

    /// Returns the header that authorises a request to a registry's own origin: that of the
    /// longest address that `url` starts with, or else that of the registry. A request to any
    /// other origin has none.
    pub(crate) fn authorization(&self, registry: &Url, url: &Url) -> Option<&HeaderValue> {
        if url.origin() != registry.origin() {
            return None;
        }
        let longest = |url: &Url| {
            let address = url.as_str().split_once(':').map_or("", |(_, rest)| rest);
            let starts = |(place, _): &(&String, _)| address.starts_with(place.as_str());
            let matching = self.credentials.iter().filter(starts);
            matching.max_by_key(|(place, _)| place.len()).map(|(_, credential)| credential)
        };
        longest(url).or_else(|| longest(registry))
    }
}

fn fault(key: &str, reason: &str) -> Error {
    Error::Npmrc { reason: format!("{}: {reason}", crate::error::shown(key)) }
}

fn scheme(kind: &str) -> Option<&'static str> {
    match kind {
        "_authToken" => Some("Bearer"),
        "_auth" => Some("Basic"),
        _ => None,
    }
}

/// Parses the address of a registry, which ends with a slash from then on.
fn registry(address: &str) -> std::result::Result<Url, String> {
    let slash = if address.ends_with('/') { "" } else { "/" };
    let url = Url::parse(&format!("{address}{slash}"))
        .map_err(|error| format!("the address of the registry: {error}"))?;
    let is_plain = url.query().is_none() && url.fragment().is_none();
    let is_anonymous = url.username().is_empty() && url.password().is_none();
    if matches!(url.scheme(), "https" | "http") && url.has_host() && is_plain && is_anonymous {
        Ok(url)
    } else {
        Err("the address of the registry is not https://host/path/".to_owned())
    }
}

fn unquoted(value: &str) -> &str {
    let within = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(value)
}

/// Replaces each `${NAME}`.
fn expand(
    value: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> std::result::Result<String, String> {
    let mut expanded = String::new();
    let mut rest = value;
    while let Some((before, name)) = rest.split_once("${") {
        let Some((name, after)) = name.split_once('}') else { break };
        let shown = crate::error::shown(name);
        let variable =
            environment(name).ok_or_else(|| format!("the variable {shown} is not set"))?;
        expanded.push_str(before);
        expanded.push_str(&variable);
        rest = after;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn of_npmrc(text: &str) -> Result<Registries> {
        let environment = |name: &str| (name == "TOKEN").then(|| "s3cret".to_owned());
        Registries::new(NPM_REGISTRY)?.with_npmrc(text, environment)
    }

    #[test]
    fn npmrc() {
        let text = "; a comment\n[section]\nregistry = \"https://a.example/npm\"\n\
            @corp:registry=https://b.example:8443/r\n//b.example:8443/r/:_authToken=${TOKEN}\n\
            //b.example:8443/r/deep/:_auth=dTpw\n//a.example/npm/:_authToken='one'\n\
            always-auth=true\ncafile=/etc/ca.pem\nignored=${NOT_SET}\n";
        let registries = of_npmrc(text).unwrap();
        assert_eq!(registries.of("zod").as_str(), "https://a.example/npm/");
        assert_eq!(registries.of("@corp/x").as_str(), "https://b.example:8443/r/");
        assert_eq!(registries.of("@other/x").as_str(), "https://a.example/npm/");
        assert_eq!(registries.certificates_file(), Some("/etc/ca.pem"));
        let corp = registries.of("@corp/x");
        let token = |address: &str| registries.authorization(corp, &url(address));
        assert_eq!(token("https://b.example:8443/r/x").unwrap(), "Bearer s3cret");
        assert_eq!(token("https://b.example:8443/r/deep/x").unwrap(), "Basic dTpw");
        // The same origin, but outside of the path: the registry's own token.
        assert_eq!(token("https://b.example:8443/files/x").unwrap(), "Bearer s3cret");
        let elsewhere =
            ["https://b.example/r/x", "http://b.example:8443/r/x", "https://a.example/npm/x"];
        for address in elsewhere {
            assert!(token(address).is_none(), "{address}");
        }
        let shown = format!("{registries:?}");
        assert!(!shown.contains("s3cret") && shown.contains("b.example"), "{shown}");
    }

    #[test]
    fn a_token_of_one_path_is_not_for_another() {
        let registries = of_npmrc("//registry.npmjs.org/private/:_authToken=x").unwrap();
        let registry = registries.of("zod");
        assert!(
            registries.authorization(registry, &url("https://registry.npmjs.org/zod")).is_none()
        );
    }

    #[test]
    fn environment() {
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let variables = [
            set("NPM_CONFIG_REGISTRY", "http://127.0.0.1:4873"),
            set("npm_config_//127.0.0.1:4873/:_authToken", "t"),
            set("NPM_TOKEN", "not for us"),
            set("npm_é", "too short, and cut within a letter"),
        ];
        let registries = of_npmrc("registry=https://a.example").unwrap();
        let registries = registries.with_environment(variables).unwrap();
        let registry = registries.of("zod");
        assert_eq!(registry.as_str(), "http://127.0.0.1:4873/");
        assert_eq!(registries.authorization(registry, registry).unwrap(), "Bearer t");
    }

    #[test]
    fn faults_are_named_without_values() {
        for (text, expected) in [
            (
                "registry=${NOT_SET}",
                "npm's configuration: registry: the variable NOT_SET is not set",
            ),
            (
                "registry=s3cret",
                "npm's configuration: registry: the value is no address of a server",
            ),
            (
                "registry=ftp://s3cret",
                "npm's configuration: registry: the value is no address of a server",
            ),
            (
                "registry=https://u:s3cret@h/",
                "npm's configuration: registry: the value is no address of a server",
            ),
            (
                "//h/:_authToken=\"a\u{7f}b\"",
                "npm's configuration: //h/:_authToken: the value has characters of no token",
            ),
        ] {
            assert_eq!(of_npmrc(text).unwrap_err().to_string(), expected);
        }
        assert!(of_npmrc(&" ".repeat(MAX_FILE)).is_ok());
        assert!(matches!(of_npmrc(&" ".repeat(MAX_FILE + 1)), Err(Error::Limit { .. })));
    }
}
