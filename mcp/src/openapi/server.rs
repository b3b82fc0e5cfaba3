//! The address of the server of a document.

use serde_json::{Map, Value};
use url::{Host, Url};

use super::document::{Document, text};
use crate::config::Api as Config;
use crate::text::line;

/// The most bytes of an address.
const MAX_BYTES: usize = 2 << 10;

/// Returns the address of the server: that of the configuration, else the first of the document.
///
/// Errors if it is not an absolute address of http or https, has credentials, or would send some in
/// plain text. An address of the document must be a name that is not this machine, because a
/// document must not lead the host into its own network.
pub(super) fn of(document: &Document, config: &Config) -> Result<Url, String> {
    if let Some(server) = &config.server {
        return parse(server, config);
    }
    let first = document.get("servers").and_then(Value::as_array).and_then(|it| it.first());
    let server = first
        .and_then(Value::as_object)
        .ok_or("it has no server; name one as `server`, or with --openapi-server")?;
    let template = text(server, "url").unwrap_or("/");
    let address = expanded(template, server, config)?;
    let url = parse(&address, config)?;
    match url.host() {
        Some(Host::Domain(name)) if name != "localhost" && !name.ends_with(".localhost") => Ok(url),
        _ => Err(format!(
            "its server {} is an address, or this machine; name it as `server`, or with \
             --openapi-server, to allow that",
            line(&address, 100)
        )),
    }
}

/// Replaces the variables of an address by their values in the configuration, or their defaults.
fn expanded(
    template: &str,
    server: &Map<String, Value>,
    config: &Config,
) -> Result<String, String> {
    let mut address = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or("a variable of its server has no end")?;
        address.push_str(before);
        let variable = server.get("variables").and_then(|it| it.get(name));
        let field = |field: &str| variable.and_then(|it| it.get(field));
        let value = config.variables.get(name).map(String::as_str);
        let value = value
            .or_else(|| field("default")?.as_str())
            .ok_or_else(|| format!("the variable {} of its server has no value", line(name, 64)))?;
        let allowed = field("enum").and_then(Value::as_array);
        if allowed.is_some_and(|allowed| !allowed.iter().any(|it| it.as_str() == Some(value))) {
            return Err(format!(
                "the variable {} of its server cannot be {}",
                line(name, 64),
                line(value, 64)
            ));
        }
        address.push_str(value);
        rest = after;
        if address.len() > MAX_BYTES {
            break;
        }
    }
    address.push_str(rest);
    Ok(address)
}

fn parse(address: &str, config: &Config) -> Result<Url, String> {
    let shown = || line(address, 100);
    if address.len() > MAX_BYTES {
        return Err(format!("the address of its server is longer than {MAX_BYTES} bytes"));
    }
    let url = match Url::parse(address) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            return Err(format!(
                "its server {} is relative; name it as `server`, or with --openapi-server",
                shown()
            ));
        }
        _ => return Err(format!("its server {} is not an address of http or https", shown())),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address of its server has credentials; use `credentials`".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("its server {} has a query or a fragment", shown()));
    }
    let has_credentials =
        config.bearer.is_some() || !config.credentials.is_empty() || !config.found.is_empty();
    if url.scheme() == "http" && has_credentials && !crate::config::is_local(&url) {
        return Err("credentials would be sent in plain text; use https".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn server(server: &Value, config: &Config) -> Result<String, String> {
        let document =
            json!({"openapi": "3.1.0", "servers": [server, {"url": "https://b.example"}]});
        let document = Document::parse(&document.to_string()).unwrap();
        of(&document, config).map(String::from)
    }

    fn config(fields: &[(&str, &str)]) -> Config {
        let mut config = Config::default();
        for (field, value) in fields {
            let value = (*value).to_owned();
            match *field {
                "server" => config.server = Some(value),
                "bearer" => config.bearer = Some(value),
                name => drop(config.variables.insert(name.to_owned(), value)),
            }
        }
        config
    }

    #[test]
    fn variables_are_replaced() {
        let source = json!({
            "url": "https://{region}.api.example:{port}/{base}",
            "variables": {
                "region": {"enum": ["eu", "us"], "default": "eu"},
                "port": {"default": "8443"},
                "base": {"default": "v1"},
            },
        });
        assert_eq!(server(&source, &config(&[])).unwrap(), "https://eu.api.example:8443/v1");
        let us = config(&[("region", "us"), ("base", "v2")]);
        assert_eq!(server(&source, &us).unwrap(), "https://us.api.example:8443/v2");
        let evil = server(&source, &config(&[("region", "evil.example/")])).unwrap_err();
        assert!(evil.contains("cannot be evil.example/"), "{evil}");
        let own = config(&[("server", "http://127.0.0.1:1/x")]);
        assert_eq!(server(&source, &own).unwrap(), "http://127.0.0.1:1/x");
    }

    #[test]
    fn addresses_that_are_refused() {
        for (url, reason) in [
            ("/v1", "relative"),
            ("//evil.example", "relative"),
            ("", "relative"),
            ("file:///etc/passwd", "not an address of http"),
            ("ftp://a.example", "not an address of http"),
            ("javascript:alert(1)", "not an address of http"),
            ("https://user:pass@a.example", "has credentials"),
            ("https://a.example/?x", "has a query"),
            ("http://localhost:1", "this machine"),
            ("http://x.localhost", "this machine"),
            ("http://169.254.169.254/latest", "is an address"),
            ("http://2130706433", "is an address"),
            ("http://[::1]:1", "is an address"),
            ("http://[::1]:1", "as `server`, or with --openapi-server, to allow that"),
            ("https://{x}.example", "has no value"),
            ("https://{x", "has no end"),
        ] {
            let error = server(&json!({"url": url}), &config(&[])).unwrap_err();
            assert!(error.contains(reason), "{url}: {error}");
            assert!(!error.contains("pass@"), "{error}");
        }
        let token = config(&[("bearer", "12345678")]);
        let error = server(&json!({"url": "http://a.example"}), &token).unwrap_err();
        assert!(error.contains("plain text"), "{error}");
        assert!(server(&json!(1), &config(&[])).unwrap_err().contains("no server"));
        for own in ["http://127.0.0.1:1", "http://localhost", "http://[::1]:1"] {
            server(&json!(1), &config(&[("server", own), ("bearer", "12345678")])).unwrap();
        }
    }
}
