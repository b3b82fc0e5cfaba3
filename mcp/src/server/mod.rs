//! The server that clients connect to.

mod approver;
mod caller;
mod handler;
mod held;
mod http;
mod news;
mod output;
mod page;
mod passed;
mod pending;
mod rounds;
mod run;
mod sessions;
mod shared;
mod subscriptions;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use futures_util::future::join_all;
use isolet::Engine;
use isolet::code_mode::{Approval, CodeTool};
use rmcp::RoleServer;
use rmcp::service::{RxJsonRpcMessage, ServerInitializeError, ServiceExt as _, TxJsonRpcMessage};
use rmcp::transport::Transport;
use rmcp::transport::async_rw::AsyncRwTransport;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::http::HttpOptions;
pub(crate) use self::pending::Pending;
pub use self::pending::WaitingCall;

use self::handler::Handler;
use self::held::Held;
use self::sessions::Sessions;
use self::shared::Shared;
use crate::catalog::Catalog;
use crate::config::{self, Config};
#[cfg(unix)]
use crate::control::Control;
use crate::error::{Error, Result};
use crate::openapi::Api;
use crate::provider::Provider;
use crate::settings::{Event, Options, Pins};
use crate::upstream::Upstream;

/// The most searches and descriptions that are computed at a time.
const COMPUTING: usize = 4;

/// An MCP server that offers the tools of other servers to programs.
///
/// Dropping it ends the connections to the upstream servers and kills their processes.
pub struct Server {
    shared: Arc<Shared>,
    stop: DropGuard,
    /// The task that removes the socket for decisions when it is stopped.
    control: Option<JoinHandle<Option<()>>>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.shared.providers.iter().map(Provider::name);
        f.debug_struct("Server")
            .field("providers", &names.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Connects to all servers of a configuration at the same time, and reads its documents.
    ///
    /// A server or document that cannot be used is left out, and [`Options::observer`] is told.
    ///
    /// # Errors
    /// Errors if none can be used, unless the configuration has none, if a rule of the configuration
    /// names no server, document or object, or if the tools cannot be offered to programs.
    pub async fn start(engine: &Engine, config: Config, mut options: Options) -> Result<Self> {
        let objects = options.objects.iter().map(|object| object.name.as_str());
        config.policy.check(&config.all_names().chain(objects).collect::<Vec<_>>())?;
        let policy = config.policy;
        if !policy.is_empty() {
            // People are slower than programs.
            let program = &mut options.program;
            program.wall = program.wall.saturating_add(options.limits.approval_time);
        }
        let empty = CodeTool::builder(engine).limits(options.program.clone()).build();
        let empty = empty.map_err(|error| Error::Tools(error.to_string()))?;
        // Starts no sandbox.
        drop(empty.session().map_err(Error::Limits)?);
        let options = Arc::new(options);
        let wake = Arc::new(Notify::new());
        let upstreams = config.servers.into_iter().map(|(name, endpoint)| {
            let (options, wake) = (Arc::clone(&options), Arc::clone(&wake));
            let may_sample = config.sampling.contains(&name);
            Arc::new(Upstream::new(name, endpoint, may_sample, options, wake))
        });
        let upstreams: Vec<_> = upstreams.collect();
        let attempts = join_all(upstreams.iter().map(|upstream| upstream.connect()));
        let apis = join_all(config.apis.into_iter().map(|(name, api)| {
            let options = Arc::clone(&options);
            load(name, api, options)
        }));
        let (attempts, apis) = tokio::join!(attempts, apis);
        let mut providers = Vec::new();
        let mut reasons = Vec::new();
        for (upstream, attempt) in upstreams.into_iter().zip(attempts) {
            match attempt {
                Ok(_) => providers.push(Provider::Server(upstream)),
                Err(reason) => reasons.push(format!("{}: {reason}", upstream.name())),
            }
        }
        for (name, api) in apis {
            match api {
                Ok(api) => providers.push(Provider::Api(Arc::new(api))),
                Err(reason) => {
                    reasons.push(format!("{name}: {reason}"));
                    options.observe(Event::Failed { server: name, reason });
                }
            }
        }
        if providers.is_empty() && !reasons.is_empty() {
            return Err(Error::NoServers(reasons.join("\n")));
        }
        let catalog = Catalog::build(engine, &providers, &options).await?;
        catalog.tell_all(&options);
        let shared = Arc::new(Shared {
            engine: engine.clone(),
            runs: Semaphore::new(options.limits.runs),
            computing: Semaphore::new(COMPUTING),
            sessions: Sessions::new(options.limits.code_sessions),
            policy,
            pending: Arc::default(),
            held: Held::new(options.limits.held_runs),
            endpoints: AtomicU64::new(0),
            watching: Arc::new(Semaphore::new(
                options.limits.subscriptions.min(Semaphore::MAX_PERMITS),
            )),
            options,
            providers,
            current: watch::Sender::new(Arc::new(catalog)),
            lists: watch::Sender::default(),
        });
        let stop = CancellationToken::new();
        // Cancels the tasks if this errors.
        let stopping = stop.clone().drop_guard();
        let follower = Arc::clone(&shared);
        tokio::spawn(
            stop.clone().run_until_cancelled_owned(async move { follower.follow(&wake).await }),
        );
        let control = None;
        #[cfg(unix)]
        let control = match &shared.options.runs {
            Some(runs) => {
                let control = Control::bind(runs.path()).map_err(Error::Control)?;
                let serving = control.serve(Arc::clone(&shared.pending));
                Some(tokio::spawn(stop.clone().run_until_cancelled_owned(serving)))
            }
            None => control,
        };
        Ok(Self { shared, stop: stopping, control })
    }

    /// Returns the calls that wait for a decision.
    pub fn waiting(&self) -> Vec<WaitingCall> {
        self.shared.pending.list(None)
    }

    /// Decides about a call that waits. Returns false if no such call waits.
    pub fn decide(&self, id: &str, decision: Approval) -> bool {
        self.shared.pending.decide(id, decision)
    }

    /// Returns the digests of all tools, those that are not offered because they have changed
    /// included with their old digest. As [`Options::pins`], they hold for the next start.
    pub fn pins(&self) -> Pins {
        let providers = self.shared.providers.iter();
        providers.map(|it| (it.name().to_owned(), it.pins())).collect()
    }

    /// Serves one client on the standard streams of the process until the client closes them or
    /// `shutdown` is ready. Nothing else may read or write them.
    ///
    /// # Errors
    /// Errors if the client does not begin as the protocol says.
    pub async fn serve_stdio(&self, shutdown: impl Future<Output = ()>) -> Result<()> {
        let (reader, writer) = rmcp::transport::stdio_pipes();
        self.serve(reader, writer, shutdown).await
    }

    /// Serves one client on streams of lines until the client closes them or `shutdown` is ready.
    /// Programs that still run then are killed.
    ///
    /// # Errors
    /// Errors if the client does not begin as the protocol says.
    pub async fn serve(
        &self,
        reader: impl AsyncRead + Send + Unpin + 'static,
        writer: impl AsyncWrite + Send + Unpin + 'static,
        shutdown: impl Future<Output = ()>,
    ) -> Result<()> {
        let gone = CancellationToken::new();
        let _end = gone.clone().drop_guard();
        let limit = self.shared.options.limits.request_bytes;
        let inner = AsyncRwTransport::new_server(reader, writer).with_max_line_length(limit);
        let transport = Watched { inner, gone: gone.clone() };
        let endpoint = self.shared.next_endpoint();
        let handler = Handler::new(Arc::clone(&self.shared), gone.clone(), endpoint);
        // Boxed, because it is large.
        let service = Box::pin(async {
            match handler.serve_with_ct(transport, gone).await {
                // Fails if the service has panicked; the connection has ended then as well.
                Ok(service) => drop(service.waiting().await),
                Err(ServerInitializeError::ConnectionClosed(_)) => {}
                Err(error) => {
                    return Err(Error::Handshake(crate::text::line(&error.to_string(), 500)));
                }
            }
            Ok(())
        });
        tokio::select! {
            result = service => result,
            () = shutdown => Ok(()),
        }
    }

    /// Ends the runs that go on and the connections to the upstream servers, and waits until the
    /// processes of these have ended, some seconds at most, and until all is recorded.
    pub async fn close(self) {
        let Self { shared, stop, control } = self;
        shared.held.end().await;
        if let Some(runs) = &shared.options.runs
            && let Err(error) = runs.flush().await
        {
            shared.options.observe(Event::Unrecorded { reason: error.to_string() });
        }
        join_all(shared.providers.iter().map(Provider::close)).await;
        drop(stop);
        if let Some(control) = control {
            // Fails if it has panicked.
            let _ = control.await;
        }
    }
}

/// Reads a document on another thread, because that takes long.
async fn load(
    name: String,
    config: config::Api,
    options: Arc<Options>,
) -> (String, Result<Api, String>) {
    let own = name.clone();
    let loading = tokio::task::spawn_blocking(move || Api::load(own, &config, options));
    // Fails if it has panicked.
    let loaded = loading.await.unwrap_or_else(|_| Err("it cannot be read".to_owned()));
    (name, loaded)
}

/// A transport that says when the client has closed it.
struct Watched<T> {
    inner: T,
    gone: CancellationToken,
}

impl<T: Transport<RoleServer>> Transport<RoleServer> for Watched<T> {
    type Error = T::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), T::Error>> + Send + 'static {
        self.inner.send(item)
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        let message = self.inner.receive().await;
        if message.is_none() {
            self.gone.cancel();
        }
        message
    }

    fn close(&mut self) -> impl Future<Output = Result<(), T::Error>> + Send {
        self.inner.close()
    }
}
