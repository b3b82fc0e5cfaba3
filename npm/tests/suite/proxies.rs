//! Requests through a real proxy on this machine.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use isolet_npm::{Installer, Registries, Result, Settings};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::server::{Server, archive, integrity};

/// A name that no resolver knows, so that only the proxy can find it.
const NAME: &str = "registry.invalid";

/// A proxy that ends when it is dropped.
struct Proxy {
    address: SocketAddr,
    /// The heads of the requests that it got.
    heads: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// Starts a proxy that leads to these servers, and asks for credentials if there are any.
    async fn start(servers: &[(&str, SocketAddr)], credentials: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let servers: BTreeMap<String, SocketAddr> =
            servers.iter().map(|(name, address)| ((*name).to_owned(), *address)).collect();
        let (kept, servers) = (Arc::clone(&heads), Arc::new(servers));
        let task = tokio::spawn(async move {
            loop {
                let Ok((client, _)) = listener.accept().await else { return };
                let (kept, servers) = (Arc::clone(&kept), Arc::clone(&servers));
                tokio::spawn(async move { hand_on(client, &servers, credentials, &kept).await });
            }
        });
        Self { address, heads, task }
    }

    /// Returns the first lines of the requests since the last call.
    fn lines(&self) -> Vec<String> {
        let heads = std::mem::take(&mut *self.heads.lock().unwrap());
        heads.iter().map(|head| head.lines().next().unwrap().to_owned()).collect()
    }
}

async fn hand_on(
    mut client: TcpStream,
    servers: &BTreeMap<String, SocketAddr>,
    credentials: Option<&str>,
    heads: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.ok()?);
    }
    let text = String::from_utf8(head.clone()).unwrap();
    heads.lock().unwrap().push(text.clone());
    let has = |it: &str| text.to_lowercase().contains(&it.to_lowercase());
    if credentials.is_some_and(|it| !has(&format!("\r\nproxy-authorization: {it}\r\n"))) {
        let refusal = b"HTTP/1.1 407 Who are you\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        return client.write_all(refusal).await.ok();
    }
    let mut words = text.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let is_tunnel = method == "CONNECT";
    let authority = target.trim_start_matches("http://").split('/').next().unwrap();
    let Some(server) = servers.get(authority) else {
        return client.write_all(b"HTTP/1.1 502 Not here\r\ncontent-length: 0\r\n\r\n").await.ok();
    };
    let mut server = TcpStream::connect(server).await.unwrap();
    if is_tunnel {
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.ok()?;
    } else {
        server.write_all(&head).await.ok()?;
    }
    copy_bidirectional(&mut client, &mut server).await.ok().map(|_| ())
}

/// Puts TLS in front of a server. Returns the address, and the certificate as PEM.
async fn with_tls(server: &Server) -> (SocketAddr, String) {
    let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let behind = socket(server);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut client) = acceptor.accept(client).await else { return };
                let mut server = TcpStream::connect(behind).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    (address, made.cert.pem())
}

fn socket(server: &Server) -> SocketAddr {
    server.address.trim_start_matches("http://").trim_end_matches('/').parse().unwrap()
}

/// Publishes a package whose archive is at an address of the registry.
fn publish(server: &Server, registry: &str) {
    let archive = archive(&[("package/package.json", b"{}")]);
    let dist = json!({"tarball": format!("{registry}a/-/a-1.0.0.tgz"),
        "integrity": integrity(&archive)});
    server.publish_archive("a", "1.0.0", json!({"dist": dist}), &archive);
}

/// Installs a package with these settings and variables, into a new store.
async fn install(
    registry: &str,
    npmrc: &str,
    variables: &[(&str, String)],
    certificate: Option<&str>,
) -> Result<()> {
    let store = tempfile::tempdir().unwrap();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let registries = Registries::new(registry)?
        .with_npmrc(npmrc, |_| None)?
        .with_environment(variables.collect::<Vec<_>>())?;
    let mut settings = Settings::new(registries, store.path());
    settings.limits.retries = 0;
    settings.certificates.extend(certificate.map(|it| it.as_bytes().to_vec()));
    let project = json!({"dependencies": {"a": "1"}}).to_string();
    let installed = Installer::new(settings).install(&project, None).await?;
    assert_eq!(installed.packages.iter().count(), 1);
    Ok(())
}

#[tokio::test]
async fn https_goes_through_a_tunnel() {
    let (server, registry) = (Server::start().await, format!("https://{NAME}/"));
    publish(&server, &registry);
    let (address, certificate) = with_tls(&server).await;
    let name = format!("{NAME}:443");
    let proxy = Proxy::start(&[(&name, address)], Some("Basic dXNlcjpwQHNz")).await;
    let url = format!("http://user:p%40ss@{}", proxy.address);
    let token = format!("//{NAME}/:_authToken=s3cret");
    for (npmrc, variables) in [
        (format!("{token}\nhttps-proxy={url}"), vec![]),
        (format!("{token}\nproxy={url}/"), vec![]),
        (token.clone(), vec![("HTTPS_PROXY", url.clone())]),
        (token.clone(), vec![("npm_config_https_proxy", url.clone())]),
    ] {
        install(&registry, &npmrc, &variables, Some(&certificate)).await.unwrap();
        let heads = proxy.heads.lock().unwrap().clone();
        // The proxy sees neither the token of the registry nor what is asked for.
        assert!(heads.iter().all(|head| !head.contains("s3cret")), "{heads:?}");
        let connect = format!("CONNECT {NAME}:443 HTTP/1.1");
        assert!(proxy.lines().iter().all(|line| *line == connect));
        assert!(!heads.is_empty());
        let got = server.got();
        assert!(got.iter().all(|got| got.authorization.as_deref() == Some("Bearer s3cret")));
        assert_eq!(got.len(), 2);
    }
    // A proxy cannot stand in for the registry, whose certificate is checked.
    let error = install(&registry, &format!("proxy={url}"), &[], None).await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn http_goes_through_the_proxy_as_a_whole() {
    let (server, registry) = (Server::start().await, format!("http://{NAME}/"));
    publish(&server, &registry);
    let proxy = Proxy::start(&[(NAME, socket(&server))], Some("Basic dTpw")).await;
    let url = format!("http://u:p@{}", proxy.address);
    let line = format!("GET http://{NAME}/a HTTP/1.1");
    for (npmrc, variable) in
        [(format!("proxy={url}"), "X"), (String::new(), "http_proxy"), (String::new(), "PROXY")]
    {
        install(&registry, &npmrc, &[(variable, url.clone())], None).await.unwrap();
        // One connection may have both requests.
        assert_eq!(proxy.lines()[0], line, "{variable}");
        assert_eq!(server.paths().len(), 2);
    }
    let error = install(&registry, &format!("proxy=http://{}", proxy.address), &[], None).await;
    let error = error.unwrap_err().to_string();
    assert!(error.ends_with("the server answers 407 Proxy Authentication Required"), "{error}");
}

#[tokio::test]
async fn some_hosts_need_no_proxy() {
    let server = Server::start().await;
    publish(&server, &server.address);
    let proxy = Proxy::start(&[], None).await;
    let url = format!("http://{}", proxy.address);
    let refused = |result: Result<()>| assert!(result.is_err(), "it does not go to the proxy");
    for (npmrc, variables) in [
        (format!("proxy={url}\nnoproxy=a.example, 127.0.0.1"), vec![]),
        (format!("proxy={url}\nnoproxy[]=a.example\nnoproxy[]=127.0.0.1"), vec![]),
        (format!("proxy={url}"), vec![("NO_PROXY", "127.0.0.1".to_owned())]),
        (String::new(), vec![("HTTPS_PROXY", url.clone()), ("no_proxy", "127.0.0.1".to_owned())]),
        (format!("proxy={url}"), vec![("npm_config_noproxy", "127.0.0.1".to_owned())]),
        (format!("proxy={url}\nproxy=null"), vec![]),
    ] {
        install(&server.address, &npmrc, &variables, None).await.unwrap();
        assert!(proxy.lines().is_empty());
        assert_eq!(server.paths().len(), 2);
    }
    for (npmrc, variables) in [
        (format!("proxy={url}\nnoproxy=a.example"), vec![("NO_PROXY", "127.0.0.1".to_owned())]),
        (format!("proxy={url}\nnoproxy=27.0.0.1"), vec![]),
        (String::new(), vec![("HTTP_PROXY", url.clone())]),
    ] {
        refused(install(&server.address, &npmrc, &variables, None).await);
        assert_eq!(proxy.lines().len(), 1);
        assert!(server.paths().is_empty());
    }
}

#[tokio::test]
async fn faults_of_proxies_are_told_without_credentials() {
    let registry = format!("https://{NAME}/");
    let proxy = Proxy::start(&[], Some("Basic other")).await;
    let address = proxy.address;
    let npmrc = format!("https-proxy=http://user:s3cret@{address}");
    let error = install(&registry, &npmrc, &[], None).await.unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "{registry}a: the proxy http://{address}: tunnel error: proxy authorization required"
        )
    );
    let proxy = Proxy::start(&[], None).await;
    let npmrc = format!("https-proxy=http://user:s3cret@{}", proxy.address);
    let error = install(&registry, &npmrc, &[], None).await.unwrap_err().to_string();
    let expected = format!("the proxy http://{}: tunnel error: unsuccessful", proxy.address);
    assert!(error.ends_with(&expected), "{error}");
    for scheme in ["http", "https"] {
        let npmrc = format!("proxy={scheme}://user:s3cret@127.0.0.1:1");
        for registry in [&registry, "http://registry.invalid/"] {
            let error = install(registry, &npmrc, &[], None).await.unwrap_err().to_string();
            let expected = format!("the proxy {scheme}://127.0.0.1:1: ");
            assert!(error.contains(&expected) && !error.contains("s3cret"), "{error}");
        }
    }
    let npmrc = "https-proxy=socks5://user:s3cret@127.0.0.1:1";
    let error = install(&registry, npmrc, &[], None).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "npm's configuration: https-proxy: SOCKS is not supported; name a proxy for HTTP"
    );
}

#[tokio::test]
async fn without_requests_no_proxy_matters() {
    let server = Server::start().await;
    publish(&server, &server.address);
    let store = tempfile::tempdir().unwrap();
    let registries = Registries::new(&server.address).unwrap();
    let project = json!({"dependencies": {"a": "1"}}).to_string();
    let settings = Settings::new(registries.clone(), store.path());
    Installer::new(settings).install(&project, None).await.unwrap();
    let registries = registries.with_npmrc("proxy=nonsense", |_| None).unwrap();
    let mut settings = Settings::new(registries, store.path());
    settings.offline = true;
    Installer::new(settings).install(&project, None).await.unwrap();
}
