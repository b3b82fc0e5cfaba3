//! The `fetch` handler of a worker as a service for HTTP servers.

mod body;
mod client;
mod error;
mod pool;
mod request;
mod response;
mod url;
mod web_socket;

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use hyper::body::Body;
use tokio::sync::Semaphore;
use tower_service::Service;

use crate::worker::entrypoint::Entrypoint;

pub use body::ResponseBody;
use client::Awaited;
pub use error::ServeError;
use pool::Pool;
use response::Returned;
use web_socket::Upgrade;
pub use web_socket::WebSockets;

/// The connection on which a request came. A server puts it into the extensions of the request.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
#[must_use]
pub struct Connection {
    /// The address of the client. `None` if it has none, as on a Unix socket.
    pub peer: Option<IpAddr>,
    /// True if the connection is encrypted.
    pub is_tls: bool,
}

impl Connection {
    /// Creates a connection that is not encrypted, whose client has no address.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the address of the client, which the worker sees as `cf-connecting-ip`.
    pub fn peer(mut self, address: IpAddr) -> Self {
        self.peer = Some(address);
        self
    }

    /// Sets whether the connection is encrypted. The URLs of its requests then begin with
    /// `https:`.
    pub fn tls(mut self, is_tls: bool) -> Self {
        self.is_tls = is_tls;
        self
    }
}

/// A [`tower_service::Service`] that answers HTTP requests with the `fetch` handler of a worker.
/// Cheap to clone: all clones share the sandboxes and the queue.
///
/// ```
/// use http::Request;
/// use http_body_util::{BodyExt, Empty};
/// use hyper::body::Bytes;
/// use isolet::{Engine, HttpService, WorkerCode};
/// use tower_service::Service;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let source = "export default { fetch: (request) => new Response(`hello ${request.url}`) }";
/// let worker = Engine::new()?.loader().load(WorkerCode::module("hello.js", source))?;
/// let mut service = HttpService::new(worker.entrypoint());
/// let request = Request::get("/you").header("host", "example.com").body(Empty::<Bytes>::new())?;
/// let response = service.call(request).await?;
/// let body = response.into_body().collect().await?.to_bytes();
/// assert_eq!(&body[..], b"hello http://example.com/you");
/// # Ok(())
/// # }
/// ```
///
/// # Requests
///
/// The URL is made of [`Connection::is_tls`], the authority of the request or its `host`, and
/// the path. Bodies are streams: a chunk is read from the client when the worker asks for it.
/// The body of a GET or HEAD request is not read. Headers about the connection, such as
/// `connection` and `transfer-encoding`, do not reach the worker. Those that say who the client
/// is are removed, because clients can write them: `cf-connecting-ip`, `forwarded`,
/// `true-client-ip`, `x-forwarded-for`, `x-forwarded-host`, `x-forwarded-proto` and `x-real-ip`
/// ([`HttpService::behind_proxy`] leaves them). `cf-connecting-ip` is then set to
/// [`Connection::peer`].
///
/// # `WebSocket`s
///
/// A request of HTTP/1.1 for a WebSocket reaches the worker with `upgrade: websocket` and the
/// protocols that the client offers. A response with the status 101 and a `webSocket` opens one,
/// if the server is hyper and serves connections with upgrades. It runs on the tokio runtime of
/// the request. The sandbox of the socket is held for as long as the socket is open, and serves
/// other requests meanwhile. [`WebSockets`] has the limits, and closes the sockets.
///
/// # Clients that leave
///
/// When a client has left, servers drop the future of its request, or the body of its response.
/// `request.signal` is then aborted with an `AbortError`. A stream is cancelled. A handler that has
/// not answered is cancelled after one second, or at once while 1,024 others of the service have
/// that second. What a handler that has answered has passed to `waitUntil` goes on. A signal that
/// belongs to a response that has ended is never aborted. A handler that waits for nothing but its
/// signal is hung, because it can never answer.
///
/// # Responses
///
/// A response is refused, as a status of 500, if it has a header that HTTP does not allow, more
/// than 128 KiB of headers, or a status outside of 200 to 599. Headers about the connection are
/// removed, and `content-length` except from answers to HEAD and with the status 304.
///
/// A failure is a response as well, with a body that says nothing of the cause and a
/// [`ServeError`] in its extensions, which does. [`ServeError::status`] lists the statuses.
///
/// # Cost
///
/// A request costs a call of the worker, and a call for each chunk of a body. The limits of a
/// call apply: a response that is still being sent at the deadline of its invocation is cut.
#[derive(Clone, Debug)]
#[must_use]
pub struct HttpService {
    pool: Arc<Pool>,
    max_body_bytes: u64,
    behind_proxy: bool,
    web_sockets: WebSockets,
    /// The places of invocations whose clients have left.
    left: Arc<Semaphore>,
}

impl HttpService {
    /// The default of [`HttpService::max_body_bytes`]: 100 MiB.
    pub const DEFAULT_MAX_BODY_BYTES: u64 = 100 << 20;

    /// The default of [`HttpService::queue`].
    pub const DEFAULT_QUEUE: usize = 1_024;

    /// Creates a service of the export's `fetch`.
    ///
    /// The requests share one sandbox, which is the service's own and not that of the worker's
    /// other calls. Those to a worker of
    /// [`Worker::fresh_per_call`](crate::Worker::fresh_per_call) get a sandbox each.
    pub fn new(entrypoint: Entrypoint) -> Self {
        Self {
            pool: Arc::new(Pool::new(entrypoint, None, Self::DEFAULT_QUEUE)),
            max_body_bytes: Self::DEFAULT_MAX_BODY_BYTES,
            behind_proxy: false,
            web_sockets: WebSockets::new(),
            left: Arc::new(Semaphore::new(client::MAX_LEFT)),
        }
    }

    /// Sets the number of sandboxes. Each has a heap of its own, so what the modules keep in
    /// variables is per sandbox. A request goes to a sandbox that is in no turn, and waits in
    /// the queue only while all of them are in one.
    ///
    /// With [`Worker::fresh_per_call`](crate::Worker::fresh_per_call) it is the number of
    /// requests that are answered at a time.
    ///
    /// Default: 1, and no limit for a worker that is fresh for each call. 0 counts as 1.
    pub fn sandboxes(mut self, count: usize) -> Self {
        self.pool = Arc::new(self.pool.with_sandboxes(count.max(1)));
        self
    }

    /// Sets the number of requests that may wait for a sandbox. Further requests are refused,
    /// with a status of 503. Default: 1,024.
    pub fn queue(mut self, requests: usize) -> Self {
        self.pool = Arc::new(self.pool.with_queue(requests));
        self
    }

    /// Sets the maximum number of bytes of a request's body. A longer one is refused with a
    /// status of 413 if its length is announced. Otherwise the worker's stream fails where the
    /// limit is passed, and the status is 413 if the handler fails with it. Default: 100 MiB.
    pub fn max_body_bytes(mut self, bytes: u64) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// Sets whether the headers that say who the client is reach the worker as they were sent.
    /// That is right only if every request comes through a proxy that sets them. Default: false.
    pub fn behind_proxy(mut self, trusted: bool) -> Self {
        self.behind_proxy = trusted;
        self
    }

    /// Sets the `WebSocket`s that its sockets belong to, with their limits. Default: its own, with
    /// the defaults.
    pub fn web_sockets(mut self, sockets: WebSockets) -> Self {
        self.web_sockets = sockets;
        self
    }

    /// Answers a request.
    async fn answer<B>(self, request: Request<B>) -> Response<ResponseBody>
    where
        B: Body + Send + 'static,
    {
        match self.fetch(request).await {
            Ok(response) => response,
            Err(error) => error.into_response(),
        }
    }

    async fn fetch<B>(&self, mut request: Request<B>) -> Result<Response<ResponseBody>, ServeError>
    where
        B: Body + Send + 'static,
    {
        let is_head = request.method() == http::Method::HEAD;
        let upgrade = Upgrade::of(&mut request, &self.web_sockets)?;
        let (client, signal) = client::connected();
        let (max_body_bytes, behind_proxy) = (self.max_body_bytes, self.behind_proxy);
        let is_upgrade = upgrade.is_some();
        let (request, excess) =
            request::lower(request, max_body_bytes, behind_proxy, is_upgrade, signal)?;
        let (answer, place) = self.pool.call("fetch", (request,)).await?;
        let (result, place, client) = Awaited::new(answer, place, client, &self.left).await;
        if result.is_err() && excess.is_exceeded() {
            return Err(ServeError::BodyTooLarge { limit: self.max_body_bytes });
        }
        let mut returned: Returned = result?;
        let Some(end) = returned.web_socket.take() else {
            let mut response = response::lift(returned, is_head, place)?;
            response.body_mut().watched(client);
            return Ok(response);
        };
        let Some(upgrade) = upgrade else {
            return Err(ServeError::Response("it opens a WebSocket for which nobody has asked"));
        };
        let headers = response::headers(&returned.headers, false)?;
        upgrade.accept(headers, end, &self.web_sockets, self.pool.wall(), place)
    }
}

impl<B> Service<Request<B>> for HttpService
where
    B: Body + Send + 'static,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let answer = self.clone().answer(request);
        Box::pin(async move { Ok(answer.await) })
    }
}
