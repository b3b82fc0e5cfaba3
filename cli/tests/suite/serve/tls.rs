//! TLS, and HTTP/2 with and without it.

use std::sync::Arc;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::{PROGRAM, Server};
use crate::folder::Folder;

fn folder(name: &str) -> Folder {
    let made =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    Folder::js(name, PROGRAM)
        .file("cert.pem", made.cert.pem())
        .file("key.pem", made.signing_key.serialize_pem())
}

fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime
        .expect("a runtime")
        .block_on(async { tokio::time::timeout(super::PATIENCE, future).await.expect("it hangs") })
}

/// Asks twice at a time on one connection of HTTP/2.
async fn ask_http2(
    io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    url: &str,
) -> [String; 2] {
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(io))
            .await
            .expect("a handshake");
    tokio::spawn(connection);
    let mut ask = || {
        let request = http::Request::get(url).body(Empty::<Bytes>::new()).expect("a request");
        let response = client.send_request(request);
        async {
            let response = response.await.expect("a response");
            let body = response.into_body().collect().await.expect("a body").to_bytes();
            String::from_utf8(body.to_vec()).expect("text")
        }
    };
    let (one, two) = (ask(), ask());
    let (one, two) = tokio::join!(one, two);
    [one, two]
}

/// Connects by TLS with these protocols. Returns the stream and the protocol that was chosen.
async fn tls(
    server: &Server,
    folder: &Folder,
    protocols: &[&str],
) -> (impl AsyncRead + AsyncWrite + Unpin + Send + use<>, Option<String>) {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(folder.path().join("cert.pem")).expect("a certificate"))
        .expect("it");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(server.address()).await.expect("a server");
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .expect("a handshake");
    let chosen =
        stream.get_ref().1.alpn_protocol().map(|it| String::from_utf8_lossy(it).into_owned());
    (stream, chosen)
}

#[test]
fn both_versions_over_tls() {
    let folder = folder("serve-tls");
    let server = Server::start(
        &folder,
        &["--cert", "cert.pem", "--key", "key.pem", "--admin", "127.0.0.1:0"],
    );
    assert!(server.url.starts_with("https://"), "{}", server.url);
    run(async {
        let (stream, chosen) = tls(&server, &folder, &["h2", "http/1.1"]).await;
        assert_eq!(chosen.as_deref(), Some("h2"));
        assert_eq!(
            ask_http2(stream, "https://localhost/x").await,
            ["https://localhost/x", "https://localhost/x"]
        );
        let (stream, chosen) = tls(&server, &folder, &["http/1.1"]).await;
        assert_eq!(chosen.as_deref(), Some("http/1.1"));
        let (mut client, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("a handshake");
        tokio::spawn(connection);
        let request = http::Request::get("/y")
            .header("host", "localhost")
            .body(Empty::<Bytes>::new())
            .expect("a request");
        let body = client
            .send_request(request)
            .await
            .expect("a response")
            .into_body()
            .collect()
            .await
            .expect("a body")
            .to_bytes();
        assert_eq!(body, "https://localhost/y");
    });
    // A client that speaks no TLS is told so, and closed.
    assert_ne!(server.get("/").status, 200);
    server.wait_for_metric("isolet_refused_total{reason=\"handshake\"}", 1.0);
    let _ = server.stop();
}

#[test]
fn http2_with_prior_knowledge() {
    let server = Server::start(&Folder::js("serve-h2c", PROGRAM), &["--sandboxes", "1"]);
    let answers = run(async {
        let stream = TcpStream::connect(server.address()).await.expect("a server");
        ask_http2(stream, "http://b.example/x").await
    });
    assert_eq!(answers, ["http://b.example/x", "http://b.example/x"]);
    let _ = server.stop();
}
