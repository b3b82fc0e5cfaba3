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
mod services;
mod settings;
mod tls;
mod watch;
mod wrangler;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use isolet::{Engine, EngineConfig, Error, Lockdown, Outcome, WebSockets};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch as changes};
use tokio::time::{Instant, sleep, timeout_at};

use crate::descriptors;
use crate::run::{self, Failure, INTERNAL};
use crate::signals::Signals;
use crate::terminal::Terminal;
use address::{Address, Bound, Listener};
use app::App;
use args::ServeArgs;
use connection::Server;
use cron::Schedule;
use metrics::Metrics;
use program::{Broken, Current, Parts, Source};

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

#[cfg_attr(not(feature = "wasi"), allow(unused_mut, reason = "there are no tools"))]
fn start(mut args: ServeArgs, terminal: &Arc<Terminal>) -> Result<(), Stopped> {
    descriptors::check().map_err(Failure::internal)?;
    if args.watch && args.program.file == "-" {
        return Err(usage("--watch needs a FILE, and - is none"));
    }
    let tls = match (&args.cert, &args.key) {
        (Some(cert), Some(key)) => Some(tls::acceptor(cert, key).map_err(usage)?),
        _ => None,
    };
    if args.lockdown {
        run::check_lockdown(&args.program)?;
    }
    #[cfg(feature = "wasi")]
    {
        args.program.tool.backend = args.engine;
    }
    #[cfg(feature = "wasi")]
    if args.lockdown {
        crate::tool::before_lockdown(&mut args.program)?;
    }
    let mut files = Vec::new();
    let parts = Parts::read(&args, terminal, &mut files).map_err(usage)?;
    let schedule = Schedule::parse(&parts.cron).map_err(usage)?;
    let listen = bind(&args.listen)?;
    let admin = args.admin.as_ref().map(bind).transpose()?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cores = u32::try_from(cores).unwrap_or(1);
    let sandboxes = args.sandboxes.unwrap_or(if args.fresh { FRESH } else { cores });
    let engine = engine(&args, &parts, sandboxes)?;
    if args.lockdown {
        // After all that opens files, and before all that starts threads.
        run::lock_down(parts.readable().fold(Lockdown::new().accept(), Lockdown::read))?;
    }
    let runtime = runtime()?;
    let served = runtime.block_on(serve(Prepared {
        args: Arc::new(args),
        terminal: Arc::clone(terminal),
        engine,
        sandboxes,
        tls,
        parts,
        files,
        listen,
        admin,
        schedule,
    }));
    // The rest ends here.
    runtime.shutdown_background();
    served
}

/// Creates the engine, with room for services and for the sandboxes that reloading replaces.
fn engine(args: &ServeArgs, parts: &Parts, sandboxes: u32) -> Result<Engine, Error> {
    let services = u32::try_from(args.services.len()).unwrap_or(u32::MAX);
    // A request may have a sandbox in each of them.
    let services = services.saturating_mul(if args.fresh { sandboxes } else { 1 });
    let sandboxes = sandboxes.saturating_add(services);
    let room = if args.watch { sandboxes.saturating_mul(2) } else { sandboxes };
    let room = room.saturating_add(OTHERS);
    let config = EngineConfig::new().backend(args.engine).max_sandboxes(room);
    let loads = parts.programs().find(|program| !program.loaders.is_empty());
    run::engine_of(loads.unwrap_or(&args.program), config, room)
}

fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format_args!("the runtime does not start: {error}")))
}

/// The parts that exist before anything is executed.
struct Prepared {
    args: Arc<ServeArgs>,
    terminal: Arc<Terminal>,
    engine: Engine,
    sandboxes: u32,
    tls: Option<tokio_rustls::TlsAcceptor>,
    parts: Parts,
    files: Vec<PathBuf>,
    listen: Bound,
    admin: Option<Bound>,
    schedule: Schedule,
}

async fn serve(prepared: Prepared) -> Result<(), Stopped> {
    let Prepared { args, terminal, engine, sandboxes, tls, parts, files, listen, admin, schedule } =
        prepared;
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
        services: Arc::default(),
    };
    let current = tokio::select! {
        current = Current::load(source, parts, files) => current.map_err(Stopped::Broken)?,
        () = signals.next() => return Ok(()),
    };
    let app = Arc::new(App {
        current,
        metrics: Arc::clone(&metrics),
        terminal: Arc::clone(&terminal),
        max_headers: args.max_headers as usize,
        quiet: args.quiet,
    });
    let scheme = if tls.is_some() { "https" } else { "http" };
    let listener = listen.listener().map_err(Failure::internal)?;
    if let Some(admin) = admin {
        let listener = admin.listener().map_err(Failure::internal)?;
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

fn bind(address: &Address) -> Result<Bound, Stopped> {
    let bound = Bound::new(address);
    let at = |error| Failure::Internal(Outcome::InternalError, format!("{address}: {error}"));
    bound.map_err(|error| at(error).into())
}

/// Prints the line for whoever waits until requests are served.
fn announce(url: &str) -> Result<(), Stopped> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "listening on {url}").and_then(|()| out.flush()) {
        // The process that started the server need not read the line.
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
