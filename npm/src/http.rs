//! Requests to registries.

use std::io::Read as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, LOCATION, PROXY_AUTHORIZATION,
    RETRY_AFTER, USER_AGENT,
};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as LegacyClient;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

use crate::connect::Connector;
use crate::error::{Error, Result};
use crate::npmrc::Registries;
use crate::settings::{Limits, Settings};

/// The most redirects of one request.
const MAX_REDIRECTS: usize = 5;
/// The longest time that a server may ask to wait for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(30);
/// The most bytes of the head of a response.
const MAX_HEAD: usize = 64 << 10;

/// The form of a document that a request asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// Metadata without what is not needed for installing.
    Abbreviated,
    /// Metadata with the times of releases.
    Full,
    /// The archive of a package, which is compressed already.
    Archive,
}

/// Sends requests to registries.
pub(crate) struct Client {
    inner: LegacyClient<HttpsConnector<Connector>, Empty<Bytes>>,
    registries: Registries,
    limits: Limits,
}

/// The body of a response, within the limit of bytes.
pub(crate) struct Document {
    bytes: Vec<u8>,
    is_compressed: bool,
}

impl Client {
    pub(crate) fn new(settings: &Settings) -> Result<Self> {
        let tls = tls(&settings.certificates)?;
        let connector = Connector::new(tls.clone(), settings.registries.proxies());
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(connector);
        let inner = LegacyClient::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .http1_max_buf_size(MAX_HEAD)
            .build(connector);
        let (registries, limits) = (settings.registries.clone(), settings.limits.clone());
        Ok(Self { inner, registries, limits })
    }

    /// Returns a document of a registry, or `None` if it has none at this address.
    ///
    /// Errors if the request fails, is redirected to a place that is not allowed, takes longer
    /// than the limit, or if the body is longer than `limit`.
    pub(crate) async fn get(
        &self,
        registry: &Url,
        url: Url,
        form: Form,
        limit: u64,
    ) -> Result<Option<Document>> {
        let time = self.limits.request_time;
        let address = shown(&url);
        let request = self.follow(registry, url, form, limit);
        tokio::time::timeout(time, request).await.unwrap_or_else(|_| {
            let reason = format!("no complete response within {} seconds", time.as_secs());
            Err(Error::Request { url: address, reason })
        })
    }

    async fn follow(
        &self,
        registry: &Url,
        mut url: Url,
        form: Form,
        limit: u64,
    ) -> Result<Option<Document>> {
        for _ in 0..=MAX_REDIRECTS {
            check_scheme(registry, &url)?;
            // A proxy that cannot be used is not tried again.
            self.proxy_authorization(&url)?;
            let response = self.send(registry, &url, form).await?;
            match response.status() {
                StatusCode::OK => return body(&url, response, limit).await.map(Some),
                StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(None),
                status if status.is_redirection() => url = target(&url, response.headers())?,
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                    return Err(failed(&url, "access is denied; check the token in .npmrc"));
                }
                status => return Err(failed(&url, format!("the server answers {status}"))),
            }
        }
        Err(failed(&url, format!("more than {MAX_REDIRECTS} redirects")))
    }

    /// Sends a request, and again if that may help: if the connection fails, the server is busy or
    /// has a fault, or a proxy finds no server.
    async fn send(&self, registry: &Url, url: &Url, form: Form) -> Result<Response<Incoming>> {
        let Limits { retries, retry_delay, .. } = self.limits;
        let mut delay = retry_delay;
        for _ in 0..retries {
            let asked = match self.send_once(registry, url, form).await {
                Ok(response) => match response.status().as_u16() {
                    429 | 500 | 502..=504 => retry_after(response.headers(), SystemTime::now()),
                    _ => return Ok(response),
                },
                Err(_) => None,
            };
            if let Some(asked) = asked.filter(|asked| *asked > MAX_RETRY_AFTER) {
                let seconds = asked.as_secs();
                return Err(failed(url, format!("the server asks to wait for {seconds} seconds")));
            }
            tokio::time::sleep(asked.unwrap_or(delay)).await;
            delay = delay.saturating_mul(2);
        }
        self.send_once(registry, url, form).await
    }

    /// Returns the header for a proxy that gets the request itself. With `https`, the proxy gets it
    /// with the connection, and the server must not have it.
    ///
    /// Errors if the proxy of the address cannot be used.
    fn proxy_authorization(&self, url: &Url) -> Result<Option<HeaderValue>> {
        let host = url.host_str().unwrap_or_default();
        let proxy = self.registries.proxies().of(url.scheme(), host)?.cloned();
        Ok(proxy.filter(|_| url.scheme() != "https").and_then(|proxy| proxy.authorization))
    }

    async fn send_once(&self, registry: &Url, url: &Url, form: Form) -> Result<Response<Incoming>> {
        let (accept, encoding) = match form {
            Form::Abbreviated => {
                ("application/vnd.npm.install-v1+json, application/json;q=0.5", "gzip")
            }
            Form::Full => ("application/json", "gzip"),
            Form::Archive => ("*/*", "identity"),
        };
        let mut request = Request::get(url.as_str())
            .header(USER_AGENT, concat!("isolet/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, accept)
            .header(ACCEPT_ENCODING, encoding);
        if let Some(authorization) = self.registries.authorization(registry, url) {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some(authorization) = self.proxy_authorization(url)? {
            request = request.header(PROXY_AUTHORIZATION, authorization);
        }
        let request = request.body(Empty::new()).map_err(|error| failed(url, error.to_string()))?;
        self.inner.request(request).await.map_err(|error| failed(url, innermost(&error)))
    }
}

/// Errors if a request would leave in plain text, and nobody has asked for that: `http` is for
/// this machine, and for the origin of a registry whose address was given with `http`.
fn check_scheme(registry: &Url, url: &Url) -> Result<()> {
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(()),
        // A registry with https leads nowhere else, not even to this machine.
        "http"
            if registry.scheme() == "http" && (is_local || url.origin() == registry.origin()) =>
        {
            Ok(())
        }
        _ => Err(failed(url, "the address is not https")),
    }
}

/// Returns the time that a server asks to wait for: a number of seconds, or the time until a date.
/// Returns `None` if it asks for none.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    let seconds = date.as_second() - jiff::Timestamp::try_from(now).ok()?.as_second();
    // A date that is over asks for nothing.
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

fn target(url: &Url, headers: &HeaderMap) -> Result<Url> {
    let location = headers.get(LOCATION).and_then(|it| it.to_str().ok());
    location
        .and_then(|location| url.join(location).ok())
        .ok_or_else(|| failed(url, "a redirect without a valid address"))
}

async fn body(url: &Url, response: Response<Incoming>, limit: u64) -> Result<Document> {
    let is_compressed = response.headers().get(CONTENT_ENCODING).is_some_and(|it| it == "gzip");
    let mut body = response.into_body();
    let exceeded = || Error::Limit { subject: shown(url), what: "bytes of the response", limit };
    if body.size_hint().lower() > limit {
        return Err(exceeded());
    }
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| failed(url, innermost(&error)))?;
        if let Ok(data) = frame.into_data() {
            if (bytes.len() + data.len()) as u64 > limit {
                return Err(exceeded());
            }
            bytes.extend_from_slice(&data);
        }
    }
    Ok(Document { bytes, is_compressed })
}

impl Document {
    /// Returns the bytes as they came.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Returns the bytes, decompressed if the server has compressed them. Takes time in
    /// proportion to `limit`.
    ///
    /// Errors if they are more than `limit`, or corrupt.
    pub(crate) fn decompressed(self, limit: u64, subject: &str) -> Result<Vec<u8>> {
        if !self.is_compressed {
            return Ok(self.bytes);
        }
        let mut bytes = Vec::new();
        let decoder = flate2::read::MultiGzDecoder::new(self.bytes.as_slice());
        decoder.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| {
            Error::Json { subject: subject.to_owned(), reason: format!("corrupt gzip: {error}") }
        })?;
        if bytes.len() as u64 > limit {
            let what = "decompressed bytes of the response";
            return Err(Error::Limit { subject: subject.to_owned(), what, limit });
        }
        Ok(bytes)
    }
}

fn tls(certificates: &[Vec<u8>]) -> Result<ClientConfig> {
    let error = |error: &dyn std::fmt::Display| Error::Settings {
        reason: format!("a certificate: {error}"),
    };
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for pem in certificates {
        // Files of a system hold roots that the library does not understand.
        let parsed: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let (added, _) = roots.add_parsable_certificates(parsed.map_err(|it| error(&it))?);
        if added == 0 {
            return Err(error(&"no certificate in PEM"));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(config.map_err(|it| error(&it))?.with_root_certificates(roots).with_no_client_auth())
}

/// Returns an address for a message: a query may hold a signature.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Fails for addresses that have no credentials either.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.into()
}

fn failed(url: &Url, reason: impl Into<String>) -> Error {
    Error::Request { url: shown(url), reason: reason.into() }
}

/// Returns the text of the last cause, such as "connection refused".
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    crate::error::shown(&error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http() {
        let allowed = |registry: &str, url: &str| {
            check_scheme(&Url::parse(registry).unwrap(), &Url::parse(url).unwrap()).is_ok()
        };
        assert!(allowed("https://r.example/", "https://cdn.example/x"));
        assert!(!allowed("https://r.example/", "http://r.example/x"));
        assert!(!allowed("https://r.example/", "http://127.0.0.1/x"));
        assert!(allowed("http://r.example/", "http://r.example/x"));
        assert!(!allowed("http://r.example/", "http://s.example/x"));
        assert!(allowed("http://localhost:1/", "http://127.0.0.1:2/x"));
        assert!(!allowed("http://r.example/", "ftp://r.example/x"));
    }

    #[test]
    fn servers_ask_to_wait() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let asked = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers, now).map(|it| it.as_secs())
        };
        assert_eq!(asked("120"), Some(120));
        assert_eq!(asked("Sun, 06 Nov 1994 08:49:40 GMT"), Some(3));
        assert_eq!(asked("Sun, 06 Nov 1994 08:49:30 GMT"), Some(0));
        for text in ["", "soon", "-1", "1e9", "99999999999999999999"] {
            assert_eq!(asked(text), None, "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn addresses_in_messages_hold_no_secrets() {
        let url = Url::parse("https://u:p@r.example/x?signature=s#f").unwrap();
        assert_eq!(failed(&url, "it").to_string(), "https://r.example/x: it");
    }

    #[test]
    fn decompression_is_limited() {
        use std::io::Write as _;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b' '; 100_000]).unwrap();
        let bytes = encoder.finish().unwrap();
        let document = |bytes: &[u8]| Document { bytes: bytes.to_owned(), is_compressed: true };
        assert_eq!(document(&bytes).decompressed(100_000, "it").unwrap().len(), 100_000);
        let error = document(&bytes).decompressed(99_999, "it").unwrap_err();
        assert!(matches!(error, Error::Limit { limit: 99_999, .. }), "{error}");
        assert!(matches!(document(b"\x1f\x8b").decompressed(9, "it"), Err(Error::Json { .. })));
    }
}
