//! The URL of a request.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::header::HOST;
use http::{HeaderMap, Uri, Version};

use super::Connection;
use super::error::ServeError;

/// The host of requests that name none, which only HTTP/1.0 allows.
const NO_HOST: &str = "localhost";

/// Returns the URL that the worker sees, and its host with the port.
///
/// # Errors
/// Errors if the request does not name one host, or not by a name that a URL can have.
pub(super) fn of(
    uri: &Uri,
    headers: &HeaderMap,
    version: Version,
    connection: Connection,
) -> Result<(String, String), ServeError> {
    let bad = |text| Err(ServeError::BadRequest(text));
    let mut hosts = headers.get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (None, _) => None,
        (Some(host), None) => match host.to_str() {
            Ok(host) => Some(host),
            Err(_) => return bad("the host is not a name"),
        },
        _ => return bad("more than one host"),
    };
    if host.is_none() && version == Version::HTTP_11 {
        return bad("no host");
    }
    if host.is_some_and(|host| !is_authority(host)) {
        return bad("the host is not a name");
    }
    // The request line and `:authority` come before the header.
    let authority = match uri.authority() {
        Some(authority) if is_authority(authority.as_str()) => authority.as_str(),
        Some(_) => return bad("the authority is not a name"),
        None => host.unwrap_or(NO_HOST),
    };
    if uri.scheme_str().is_some_and(|scheme| scheme != "http" && scheme != "https") {
        return bad("the scheme is neither http nor https");
    }
    let scheme = if connection.is_tls { "https" } else { "http" };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let slash = if path.starts_with('/') { "" } else { "/" };
    Ok((format!("{scheme}://{authority}{slash}{path}"), authority.to_owned()))
}

/// Returns true for a host, and a port if there is one. Stricter than a URL, which may have
/// credentials and escapes.
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_port = port.is_none_or(|port| {
        port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
    });
    is_port && is_host(host)
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        return address.strip_suffix(']').is_some_and(|it| it.parse::<Ipv6Addr>().is_ok());
    }
    let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let name = host.strip_suffix('.').unwrap_or(host);
    let last = name.rsplit('.').next().unwrap_or_default();
    // A URL takes a host that ends in a number for an address.
    let is_numeric = last.starts_with(|c: char| c.is_ascii_digit())
        && (last.bytes().all(|byte| byte.is_ascii_digit())
            || last.starts_with("0x")
            || last.starts_with("0X"));
    (1..=253).contains(&name.len())
        && name.bytes().all(is_name_byte)
        && name.split('.').all(|label| !label.is_empty())
        && (!is_numeric || name.parse::<Ipv4Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::is_authority;

    #[test]
    fn hosts_with_and_without_ports() {
        for text in [
            "a",
            "a.example",
            "a.example:80",
            "a.example.:80",
            "A_b-c.example",
            "127.0.0.1:0",
            "[::1]",
            "[::1]:8787",
            "localhost:65535",
            "7up.example",
            "xn--nxasmq6b",
        ] {
            assert!(is_authority(text), "{text}");
        }
        for text in [
            "",
            ":80",
            "a:",
            "a:65536",
            "a:+1",
            "a:b",
            "a b",
            "user@a",
            "a/b",
            "a?b",
            "a#b",
            "a\\b",
            "[::1",
            "::1",
            "[a]",
            "a..b",
            ".",
            "256.1.1.1",
            "1.2.3",
            "0x7f.1",
            "a%41",
            "a,b",
            "a.example:80:80",
            &"a".repeat(254),
        ] {
            assert!(!is_authority(text), "{text}");
        }
    }
}
