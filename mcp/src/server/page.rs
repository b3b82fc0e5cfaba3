//! A page for the browser of this machine, on which a person decides about calls that wait.
//!
//! Other pages of the browser reach the address as well, so that `Host` and `Origin` are checked, and
//! nothing is shown or done without the token. The page does not change by itself: what a program does
//! must not move another call below the pointer.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, LOCATION, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use isolet::code_mode::Approval;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use url::form_urlencoded;

use super::Server;
use super::pending::{Pending, WaitingCall};
use crate::error::{Error, Result};
use crate::text::harmless;

/// The most connections at a time, and the time of one.
const MAX_CONNECTIONS: usize = 16;
const PATIENCE: Duration = Duration::from_secs(10);
/// The most bytes of the body of a request.
const MAX_BODY: usize = 4 << 10;

type Answer = Response<Full<Bytes>>;

impl Server {
    /// Serves a page over HTTP/1 on which a person decides about the calls that wait, for ever. The
    /// address of the page is `http://ADDRESS/?token=TOKEN`. Whoever has the token can decide.
    ///
    /// # Errors
    /// Errors if the address is not a loopback address, or if the token has less than 16 bytes.
    pub async fn serve_page(&self, listener: TcpListener, token: &str) -> Result<()> {
        let address = listener.local_addr()?;
        if !address.ip().is_loopback() || token.len() < 16 {
            let reason = "the page for approvals needs a loopback address and a long token";
            return Err(Error::Config(reason.to_owned()));
        }
        let page = Arc::new(Page {
            pending: Arc::clone(&self.shared.pending),
            hosts: hosts(address),
            token: Sha256::digest(token).into(),
        });
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        // Dropped with this future, and with it the connections.
        let mut connections = JoinSet::new();
        loop {
            let place = Arc::clone(&places).acquire_owned().await;
            let Ok((stream, _)) = listener.accept().await else {
                // Out of descriptors, most likely.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let page = Arc::clone(&page);
            while connections.try_join_next().is_some() {}
            connections.spawn(async move {
                let _place = place;
                let service =
                    service_fn(|request| async { Ok::<_, Infallible>(page.answer(request).await) });
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .keep_alive(false)
                    .serve_connection(TokioIo::new(stream), service);
                // A browser that is slow or gone is no concern of the server's.
                let _ = tokio::time::timeout(PATIENCE, connection).await;
            });
        }
    }
}

/// Returns what the header `Host` may be.
fn hosts(address: SocketAddr) -> Vec<String> {
    vec![address.to_string(), format!("localhost:{}", address.port())]
}

struct Page {
    pending: Arc<Pending>,
    hosts: Vec<String>,
    /// The digest of the token.
    token: [u8; 32],
}

impl Page {
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let (head, body) = request.into_parts();
        let Some(host) = self.host(&head.headers) else {
            return plain(StatusCode::FORBIDDEN, "This page has another address.");
        };
        match (head.method, head.uri.path()) {
            (Method::GET, "/") => {
                let query = head.uri.query().unwrap_or_default();
                match self.token(query.as_bytes()) {
                    Some(token) => html(&self.shown(&token)),
                    None => plain(StatusCode::FORBIDDEN, "The token is missing or wrong."),
                }
            }
            (Method::POST, "/") => {
                let origin = head.headers.get(ORIGIN).map(HeaderValue::as_bytes);
                if origin != Some(format!("http://{host}").as_bytes()) {
                    return plain(StatusCode::FORBIDDEN, "The request comes from another page.");
                }
                match Limited::new(body, MAX_BODY).collect().await {
                    Ok(body) => self.decided(&body.to_bytes()),
                    Err(_) => plain(StatusCode::BAD_REQUEST, "The request is too long."),
                }
            }
            (Method::GET | Method::POST, _) => {
                plain(StatusCode::NOT_FOUND, "There is no such page.")
            }
            _ => plain(StatusCode::METHOD_NOT_ALLOWED, "Use the page."),
        }
    }

    /// Returns the header `Host`, if it is one of the page's: no name of another server.
    fn host(&self, headers: &HeaderMap) -> Option<&str> {
        let mut given = headers.get_all(HOST).iter();
        let host = given.next().filter(|_| given.next().is_none())?.as_bytes();
        self.hosts.iter().map(String::as_str).find(|known| known.as_bytes() == host)
    }

    /// Returns the token of a query or a form, if it is the right one. Takes the same time for each
    /// wrong one of the same length.
    fn token(&self, form: &[u8]) -> Option<String> {
        let token = field(form, "token")?;
        let actual = Sha256::digest(token.as_bytes());
        bool::from(self.token.ct_eq(actual.as_slice())).then_some(token)
    }

    fn decided(&self, form: &[u8]) -> Answer {
        let Some(token) = self.token(form) else {
            return plain(StatusCode::FORBIDDEN, "The token is missing or wrong.");
        };
        let decision = match field(form, "decision").as_deref() {
            Some("approve") => Approval::Approved,
            Some("reject") => Approval::Rejected("a person has rejected the call".to_owned()),
            _ => return plain(StatusCode::BAD_REQUEST, "The decision is missing."),
        };
        let id = field(form, "id").unwrap_or_default();
        if !self.pending.decide(&id, decision) {
            return plain(StatusCode::CONFLICT, "The call does not wait any more.");
        }
        let token: String = form_urlencoded::byte_serialize(token.as_bytes()).collect();
        let mut answer = plain(StatusCode::SEE_OTHER, "Decided.");
        if let Ok(location) = HeaderValue::try_from(format!("/?token={token}")) {
            answer.headers_mut().insert(LOCATION, location);
        }
        answer
    }

    /// Returns the page with all calls that wait.
    fn shown(&self, token: &str) -> String {
        let calls = self.pending.list(None);
        let mut page = String::from(
            "<!doctype html><meta charset=\"utf-8\"><title>Calls that wait</title>\
             <h1>Calls that wait for approval</h1>",
        );
        if calls.is_empty() {
            page.push_str("<p>No call waits.");
        }
        for WaitingCall { id, run, server, tool, arguments } in &calls {
            let call = escaped(&format!("{server}.{tool}"));
            let (arguments, id, token) = (escaped(arguments), escaped(id), escaped(token));
            // Writing to a string cannot fail.
            let _ = write!(
                page,
                "<hr><h2>{call}</h2><pre>{arguments}</pre><p>Run {run}\
                 <form method=\"post\" action=\"/\">\
                 <input type=\"hidden\" name=\"token\" value=\"{token}\">\
                 <input type=\"hidden\" name=\"id\" value=\"{id}\">\
                 <button name=\"decision\" value=\"approve\">Approve</button> \
                 <button name=\"decision\" value=\"reject\">Reject</button></form>"
            );
        }
        page.push_str("<hr><p>Reload the page to see later calls.");
        page
    }
}

fn field(form: &[u8], name: &str) -> Option<String> {
    let mut fields = form_urlencoded::parse(form);
    fields.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Returns text as it stands in an element or a quoted attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in harmless(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn html(text: &str) -> Answer {
    answer(StatusCode::OK, "text/html; charset=utf-8", text)
}

fn plain(status: StatusCode, text: &str) -> Answer {
    answer(status, "text/plain; charset=utf-8", text)
}

fn answer(status: StatusCode, content_type: &'static str, text: &str) -> Answer {
    let mut answer = Response::new(Full::from(text.to_owned()));
    *answer.status_mut() = status;
    let policy = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    let headers: [(HeaderName, &'static str); 5] = [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, policy),
        (CACHE_CONTROL, "no-store"),
        // The token is in the address. Without this, forms would have no origin.
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in headers {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_markup() {
        assert_eq!(escaped("<a b=\"c\" d='&'>"), "&lt;a b=&quot;c&quot; d=&#39;&amp;&#39;&gt;");
        assert_eq!(escaped("\u{202e}\u{1b}"), "\\u202e\\u001b");
    }
}
