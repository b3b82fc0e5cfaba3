//! `isolet serve`.

mod address;
mod admin;
mod app;
pub(crate) mod args;
mod assets;
mod client;
mod connection;
mod cron;
mod env_files;
mod guarded;
mod head;
mod metrics;
mod program;
mod tls;
mod watch;
mod wrangler;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use isolet::{Engine, EngineConfig, Error, Outcome, WebSockets};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch as changes};
use tokio::time::{Instant, sleep, timeout_at};

use crate::descriptors;
use crate::run::{self, Failure, INTERNAL};
use crate::terminal::Terminal;
use address::Listener;
use app::App;
use args::ServeArgs;
use assets::Assets;
use connection::Server;
use cron::Schedule;
use metrics::Metrics;
use program::{Broken, Current, Source};

/// The number of requests that are answered at a time with `--fresh`.
const FRESH: u32 = 1_000;

/// The sandboxes beside those of requests: one that loads, and one of `scheduled`.
const OTHERS: u32 = 4;

pub(crate) fn main(args: ServeArgs) -> ExitCode {
    let terminal = Arc::new(Terminal::default());
    let code = match start(args, &terminal) {
        Ok(()) => 0,
        Err(Stopped::Failure(failure)) => run::failed(&terminal, failure),
        Err(Stopped::Broken(broken)) => {
            broken.print(&terminal, "");
            match broken {
                Broken::Worker(error) if error.outcome() == Outcome::InternalError => INTERNAL,
                _ => 2,
            }
        }
    };
    let code = if code == 0 && terminal.has_lost() { INTERNAL } else { code };
    ExitCode::from(code)
}

/// The reason why nothing is served.
enum Stopped {
    Failure(Failure),
    /// The program does not load.
    Broken(Broken),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Failure(error.into())
    }
}

fn usage(text: impl Into<String>) -> Stopped {
    Stopped::Failure(Failure::Usage(text.into()))
}

fn start(mut args: ServeArgs, terminal: &Arc<Terminal>) -> Result<(), Stopped> {
    descriptors::check().map_err(Failure::internal)?;
    if args.watch && args.program.file == "-" {
        return Err(usage("--watch needs a FILE, and - is none"));
    }
    for warning in wrangler::apply(&mut args).map_err(usage)? {
        terminal.note(&warning);
    }
    let tls = match (&args.cert, &args.key) {
        (Some(cert), Some(key)) => Some(tls::acceptor(cert, key).map_err(usage)?),
        _ => None,
    };
    let assets = args.assets.as_deref().map(Assets::open).transpose().map_err(usage)?;
    let schedule = Schedule::parse(&args.cron).map_err(usage)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cores = u32::try_from(cores).unwrap_or(1);
    let sandboxes = args.sandboxes.unwrap_or(if args.fresh { FRESH } else { cores });
    let engine = engine(&args, sandboxes)?;
    let runtime = runtime()?;
    let served = runtime.block_on(serve(Parts {
        args: Arc::new(args),
        terminal: Arc::clone(terminal),
        engine,
        sandboxes,
        tls,
        assets,
        schedule,
    }));
    // What has not ended by now ends here.
    runtime.shutdown_background();
    served
}

/// Creates the engine, with room for the sandboxes that reloading replaces.
fn engine(args: &ServeArgs, sandboxes: u32) -> Result<Engine, Error> {
    let room = if args.watch { sandboxes.saturating_mul(2) } else { sandboxes };
    let room = room.saturating_add(OTHERS);
    let config = EngineConfig::new().backend(args.engine).max_sandboxes(room);
    run::engine_of(&args.program, config, room)
}

fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format_args!("the runtime does not start: {error}")))
}

struct Parts {
    args: Arc<ServeArgs>,
    terminal: Arc<Terminal>,
    engine: Engine,
    sandboxes: u32,
    tls: Option<tokio_rustls::TlsAcceptor>,
    assets: Option<Assets>,
    schedule: Schedule,
}

async fn serve(parts: Parts) -> Result<(), Stopped> {
    let Parts { args, terminal, engine, sandboxes, tls, assets, schedule } = parts;
    let mut signals = Signals::new().map_err(Failure::internal)?;
    let metrics = Arc::new(Metrics::new());
    let web_sockets = WebSockets::new()
        .max_message_bytes(usize::try_from(args.max_message).unwrap_or(usize::MAX))
        .idle_timeout(args.idle_timeout)
        // Connections are counted.
        .limit(usize::MAX);
    let source = Source {
        args: Arc::clone(&args),
        engine: engine.clone(),
        terminal: Arc::clone(&terminal),
        metrics: Arc::clone(&metrics),
        sandboxes,
        web_sockets: web_sockets.clone(),
    };
    let current = tokio::select! {
        current = Current::load(source) => current.map_err(Stopped::Broken)?,
        () = signals.next() => return Ok(()),
    };
    let app = Arc::new(App {
        current,
        assets,
        metrics: Arc::clone(&metrics),
        terminal: Arc::clone(&terminal),
        max_headers: args.max_headers as usize,
        quiet: args.quiet,
    });
    let scheme = if tls.is_some() { "https" } else { "http" };
    let listener = bind(&args.listen).await?;
    if let Some(address) = &args.admin {
        let listener = bind(address).await?;
        let url = listener.url("http").map_err(Failure::internal)?;
        terminal.note(&format!("admin on {url}"));
        let (metrics, sockets) = (Arc::clone(&metrics), web_sockets.clone());
        tokio::spawn(admin::serve(listener, metrics, engine.clone(), sockets));
    }
    let url = listener.url(scheme).map_err(Failure::internal)?;
    announce(&url)?;

    let server = Arc::new(Server::new(Arc::clone(&app), &args, tls));
    let (stop, stopped) = changes::channel(());
    // Dropped by every task that must end before the process does.
    let (busy, mut all_done) = mpsc::channel::<()>(1);
    schedule.start(&app, &busy, &stopped);
    tokio::select! {
        () = accept(listener, &server, &busy, &stopped, &terminal) => {}
        () = signals.next() => {}
    }
    terminal.note(&format!(
        "stopping: requests and waitUntil have {} to finish",
        humantime::format_duration(args.grace)
    ));
    let end = Instant::now().checked_add(args.grace);
    drop((stop, stopped, busy, server));
    let finish = async {
        tokio::join!(all_done.recv(), web_sockets.close());
        // Sandboxes end now, except those with work in `waitUntil`.
        drop(app);
        while engine.stats().sandboxes > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let finish = async {
        if let Some(end) = end {
            timeout_at(end, finish).await.is_ok()
        } else {
            finish.await;
            true
        }
    };
    tokio::select! {
        has_finished = finish => if !has_finished {
            terminal.note("the time is over, and what is left is cut off");
        },
        () = signals.next() => terminal.note("cut off by a second signal"),
    }
    Ok(())
}

async fn bind(address: &address::Address) -> Result<Listener, Stopped> {
    let bound = Listener::bind(address).await;
    let at = |error| Failure::Internal(Outcome::InternalError, format!("{address}: {error}"));
    bound.map_err(|error| at(error).into())
}

/// Prints the line for whoever waits until requests are served.
fn announce(url: &str) -> Result<(), Stopped> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "listening on {url}").and_then(|()| out.flush()) {
        // Whoever started the server does not wait for the line.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::internal(format_args!("standard output: {error}")).into())
        }
        _ => Ok(()),
    }
}

/// Accepts connections for ever.
async fn accept(
    listener: Listener,
    server: &Arc<Server>,
    busy: &mpsc::Sender<()>,
    stopped: &changes::Receiver<()>,
    terminal: &Terminal,
) {
    let mut has_failed = false;
    loop {
        match listener.accept().await {
            Ok(accepted) => {
                has_failed = false;
                let (server, stop, busy) = (Arc::clone(server), stopped.clone(), busy.clone());
                tokio::spawn(async move {
                    server.serve(accepted, stop).await;
                    drop(busy);
                });
            }
            Err(error) => {
                // A client that has left already, or no file descriptor for the next one.
                if !std::mem::replace(&mut has_failed, true) {
                    terminal.note(&format!("a connection was not accepted: {error}"));
                }
                sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// The signals that end the server.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    #[cfg(not(unix))]
    fn new() -> std::io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next signal.
    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
