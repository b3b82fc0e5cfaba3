//! `isolet mcp`.

mod objects;

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::builder::{ArgGroup, PossibleValuesParser, TypedValueParser};
use isolet::{Backend, Engine, EngineConfig};
use isolet_mcp::{Config, Error, HttpOptions, Options, Pins, Server};
use isolet_runs::{Durability, RunId, RunStore};
use tokio::net::TcpListener;

use self::objects::Objects;
use crate::run::{self, Failure};
use crate::signals::Signals;
use crate::terminal::Terminal;
use crate::{args, descriptors, disk, size};

/// The sandboxes beside those of the programs that run at a time.
const SPARE_SANDBOXES: u32 = 16;

/// The maximum number of bytes of a file with a token.
const MAX_TOKEN_BYTES: u64 = 4 << 10;

const EXIT_CODES: &str = "\
Exit status:
  0    The client has closed the connection, or SIGINT (ctrl-C) or SIGTERM
  2    Usage error, a wrong configuration, an address that cannot be listened on, or no server that
       can be used
  4    Internal error
  130  Interrupted while the servers start";

/// Offer the tools of MCP servers and OpenAPI documents to a model as one tool that runs programs.
///
/// Connects to the MCP servers of a configuration and is one itself, with the tools `run_code`,
/// `search_tools` and `describe_tool`, and `wait_run` if calls need approval. In a program, which runs in
/// a sandbox, each server, document, folder and tool is a global object, and nothing else is reached.
/// Speaks the protocol on standard input and output, or over HTTP with --listen. What happens is
/// reported on standard error.
#[allow(clippy::doc_markdown, reason = "help has no Markdown")]
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES, group = ArgGroup::new("tools of programs").multiple(true))]
pub(crate) struct McpArgs {
    /// The servers, as JSON of the usual form {"mcpServers": {"NAME": {"command": …, "args": […]}}},
    /// or with "url" in place of "command", and documents as {"openapi": {"NAME": {"file": …}}}
    /// (docs/mcp.md)
    #[arg(long, value_name = "FILE", required_unless_present = "tools of programs")]
    config: Option<PathBuf>,

    /// Make a tool of each operation of an OpenAPI 3 document in JSON or YAML (can be repeated).
    /// ISOLET_OPENAPI_NAME_SCHEME in the environment, all in capitals, is the credential of one of
    /// its security schemes
    #[arg(long = "openapi", value_name = "NAME=FILE", value_parser = args::module, group = "tools of programs")]
    documents: Vec<(String, PathBuf)>,

    /// Use this server in place of that of the document (can be repeated)
    #[arg(long = "openapi-server", value_name = "NAME=URL", value_parser = server)]
    servers: Vec<(String, String)>,

    /// Give programs the folder PATH under NAME, with all that is in it (can be repeated). They read
    /// and write it; with :ro they only read, and with :overlay their changes are kept in memory and
    /// printed as a diff at the end (docs/directories.md)
    #[cfg(feature = "dir")]
    #[arg(
        long = "dir",
        value_name = "NAME=PATH[:ro|:overlay]",
        value_parser = crate::dir::parse,
        group = "tools of programs"
    )]
    dirs: Vec<crate::dir::DirArg>,

    /// Apply the changes of folders with :overlay at the end
    #[cfg(feature = "dir")]
    #[arg(long, requires = "dirs")]
    apply: bool,

    /// Give programs a program for WASI under NAME, which they can run (can be repeated). It reaches
    /// only what each call hands to it (docs/tools.md)
    #[cfg(feature = "wasi")]
    #[arg(long = "tool", value_name = "NAME=FILE.wasm", value_parser = args::module, group = "tools of programs")]
    tools: Vec<(String, PathBuf)>,

    #[cfg(feature = "wasi")]
    #[command(flatten)]
    tool: crate::tool::ToolArgs,

    /// Let a person decide about calls before they are made, as `approve` in --config does (can be
    /// repeated): of the tool with this name, such as `pets.deletePet`, `mail.*` or `FILES.write`, or
    /// those that a rule in JSON is true of. Needs --runs
    #[arg(long = "approve", value_name = "RULE", requires = "runs")]
    approve: Vec<String>,

    /// Let a person decide on a page in the browser as well, at an address of this machine. Its URL, with
    /// the token that it needs, is a line on standard error [default: 127.0.0.1:0]
    #[arg(
        long,
        value_name = "ADDR",
        requires = "runs",
        num_args = 0..=1,
        default_missing_value = "127.0.0.1:0"
    )]
    approve_page: Option<SocketAddr>,

    /// Serve over HTTP on this address, at the path /mcp, such as 127.0.0.1:7070. One that is not of
    /// this machine needs --token-file
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,

    /// The file with the token that clients send as `Authorization: Bearer TOKEN`
    #[arg(long, value_name = "FILE", requires = "listen")]
    token_file: Option<PathBuf>,

    /// Accept this name in the header Host as well (can be repeated) [default: localhost and the
    /// address]
    #[arg(long = "host", value_name = "NAME", requires = "listen")]
    hosts: Vec<String>,

    /// Accept requests of web pages of this origin, such as `https://app.example` (can be repeated)
    #[arg(long = "origin", value_name = "ORIGIN", requires = "listen")]
    origins: Vec<String>,

    /// Keep the digests of the tools' definitions in FILE. A tool whose definition has changed since
    /// then cannot be called
    #[arg(long, value_name = "FILE")]
    pins: Option<PathBuf>,

    /// Accept the definitions that have changed, and write their digests to --pins
    #[arg(long, requires = "pins")]
    approve_changes: bool,

    /// Record each run with its calls in FILE, which `isolet runs` shows. A call is made only after its
    /// start is recorded
    #[arg(long, value_name = "FILE")]
    runs: Option<PathBuf>,

    /// The records that are on disk before a run goes on: each call before it is made (effects),
    /// only the beginning and the end of a run (runs), or nothing (none): what was recorded in the
    /// last second may be lost then
    #[arg(long, value_name = "WHAT", value_parser = durability(), default_value = "effects", requires = "runs")]
    durability: Durability,

    /// The time within which a call must be approved, with `approve` or --approve, and within which a
    /// question of a server to the client's user must be answered [default: 10m]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    approval_time: Option<Duration>,

    /// The engine that executes the sandboxes: machine code, or the portable interpreter Pulley
    #[arg(long, value_parser = args::engine(), default_value_t)]
    engine: Backend,

    /// The maximum number of Wasm operations of a program [default: 5000000000]
    #[arg(long, value_name = "N")]
    fuel: Option<u64>,

    /// The maximum memory of a program, such as 64M [default: 128M]
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    memory: Option<u64>,

    /// The maximum wall time of a program, with the calls that it waits for [default: 5m]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,
}

/// Returns the parser of `--durability`.
fn durability() -> impl TypedValueParser<Value = Durability> {
    PossibleValuesParser::new(["effects", "runs", "none"]).map(|text| match text.as_str() {
        "runs" => Durability::Runs,
        "none" => Durability::None,
        _ => Durability::Effects,
    })
}

pub(crate) fn main(args: McpArgs) -> ExitCode {
    let terminal = Arc::new(Terminal::default());
    match start(args, &terminal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ExitCode::from(run::failed(&terminal, failure)),
    }
}

#[cfg_attr(not(feature = "wasi"), allow(unused_mut, reason = "there are no tools"))]
fn start(mut args: McpArgs, terminal: &Arc<Terminal>) -> Result<(), Failure> {
    descriptors::check().map_err(Failure::internal)?;
    #[cfg(feature = "wasi")]
    {
        args.tool.backend = args.engine;
    }
    let config = config(&args)?;
    let runs = match &args.runs {
        Some(path) => Some(open_runs(path, &config, args.durability)?),
        None if config.has_approvals() => {
            let text = "`approve` in --config needs --runs FILE, where calls that wait are shown and \
                        decided about";
            return Err(Failure::Usage(text.to_owned()));
        }
        None => None,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format_args!("the runtime does not start: {error}")))?;
    let served = runtime.block_on(serve(args, config, runs, terminal));
    // Reading standard input cannot be ended.
    runtime.shutdown_background();
    served
}

/// Returns the configuration, with the documents of the arguments.
fn config(args: &McpArgs) -> Result<Config, Failure> {
    let mut config = match &args.config {
        Some(path) => {
            let text = disk::read(path).map_err(|error| shown(path, error))?;
            let config = Config::parse(&text, |name| std::env::var(name).ok())
                .map_err(|error| shown(path, error))?;
            config.relative_to(path.parent().unwrap_or(Path::new("")))
        }
        None => Config::default(),
    };
    let wrong = |error: Error| Failure::Usage(error.to_string());
    for (name, path) in &args.documents {
        config.openapi_file(name, path).map_err(wrong)?;
    }
    for (name, address) in &args.servers {
        config.openapi_server(name, address).map_err(wrong)?;
    }
    for rule in &args.approve {
        config.approve(rule).map_err(wrong)?;
    }
    // A variable that is not text is none of these.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    config.credentials_from(variables);
    Ok(config)
}

/// Parses `NAME=URL`.
fn server(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, url)) if !name.is_empty() && !url.is_empty() => {
            Ok((name.to_owned(), url.to_owned()))
        }
        _ => Err("write it as NAME=URL".to_owned()),
    }
}

/// The address of `--listen`, and who may connect.
struct Listener {
    listener: TcpListener,
    options: HttpOptions,
}

impl Listener {
    async fn new(args: &McpArgs, address: SocketAddr) -> Result<Self, Failure> {
        let token = args.token_file.as_deref().map(read_token).transpose()?;
        let listener = TcpListener::bind(address).await;
        let listener =
            listener.map_err(|error| Failure::Usage(format!("--listen {address}: {error}")))?;
        let (hosts, origins) = (args.hosts.clone(), args.origins.clone());
        Ok(Self { listener, options: HttpOptions { token, hosts, origins } })
    }
}

/// The address of `--approve-page`, and the token of its page.
struct Page {
    listener: TcpListener,
    token: String,
}

impl Page {
    async fn new(address: SocketAddr) -> Result<Self, Failure> {
        if !address.ip().is_loopback() {
            let text = "--approve-page: the address must be one of this machine";
            return Err(Failure::Usage(text.to_owned()));
        }
        let listener = TcpListener::bind(address).await;
        let listener = listener
            .map_err(|error| Failure::Usage(format!("--approve-page {address}: {error}")))?;
        // As random as the id of a run.
        let token = RunId::random().map_err(Failure::internal)?.to_string();
        Ok(Self { listener, token })
    }

    async fn serve(self, server: &Server, terminal: &Terminal) -> Result<(), Error> {
        let Self { listener, token } = self;
        let address = listener.local_addr()?;
        terminal.note(&format!("approvals: http://{address}/?token={token}"));
        server.serve_page(listener, &token).await
    }
}

fn open_runs(path: &Path, config: &Config, durability: Durability) -> Result<RunStore, Failure> {
    let redactor = Some(config.redactor());
    let options = isolet_runs::Options { durability, redactor, ..isolet_runs::Options::default() };
    RunStore::open(path, options).map_err(|error| Failure::Usage(error.to_string()))
}

async fn serve(
    args: McpArgs,
    config: Config,
    runs: Option<RunStore>,
    terminal: &Arc<Terminal>,
) -> Result<(), Failure> {
    if args.token_file.is_none() && args.listen.is_some_and(|it| !it.ip().is_loopback()) {
        let text = "--listen: an address that is not of this machine needs --token-file";
        return Err(Failure::Usage(text.to_owned()));
    }
    let mut signals = Signals::new().map_err(Failure::internal)?;
    let mut options = Options { runs, ..Options::default() };
    options.limits.approval_time = args.approval_time.unwrap_or(options.limits.approval_time);
    let program = &mut options.program;
    program.fuel = args.fuel.unwrap_or(program.fuel);
    program.memory_bytes = args.memory.unwrap_or(program.memory_bytes);
    program.wall = args.timeout.unwrap_or(program.wall);
    let memory = program.memory_bytes.max(EngineConfig::DEFAULT_MAX_MEMORY_BYTES);
    let sandboxes = options.limits.runs.saturating_add(options.limits.code_sessions);
    let sandboxes = u32::try_from(sandboxes).unwrap_or(u32::MAX);
    let engine = EngineConfig::new()
        .backend(args.engine)
        .max_memory_bytes(memory)
        .max_root_percent(100)
        .max_sandboxes(sandboxes.saturating_add(SPARE_SANDBOXES));
    let engine = Engine::with_config(engine)?;
    // Before the servers are started.
    let listener = match args.listen {
        Some(address) => Some(Listener::new(&args, address).await?),
        None => None,
    };
    let page = match args.approve_page {
        Some(address) => Some(Page::new(address).await?),
        None => None,
    };
    let mut pins = args.pins.as_deref().map(read_pins).transpose()?.unwrap_or_default();
    if !args.approve_changes {
        options.pins.clone_from(&pins);
    }
    let objects = Objects::new(&args).map_err(Failure::Usage)?;
    options.objects = objects.objects;
    let told = Arc::clone(terminal);
    options.observer = Some(Arc::new(move |event| told.note(&event.to_string())));
    let server = tokio::select! {
        server = Server::start(&engine, config, options) => server.map_err(failure)?,
        () = signals.next() => return Err(Failure::Interrupted),
    };
    // The pins of servers that are not there now stay.
    pins.extend(server.pins());
    if let Some(path) = &args.pins {
        write_pins(path, &pins)?;
    }
    let serving = async {
        match listener {
            None => server.serve_stdio(signals.next()).await,
            Some(Listener { listener, options }) => {
                let address = listener.local_addr()?;
                let mut stdout = io::stdout().lock();
                // The line is not wanted if standard output is closed.
                let _ = writeln!(stdout, "listening on http://{address}/mcp")
                    .and_then(|()| stdout.flush());
                drop(stdout);
                server.serve_http(listener, options, signals.next()).await
            }
        }
    };
    let approving = async {
        match page {
            Some(page) => page.serve(&server, terminal).await,
            None => std::future::pending().await,
        }
    };
    let outcome = tokio::select! {
        outcome = serving => outcome,
        outcome = approving => outcome,
    };
    // Tools may have been added meanwhile.
    pins.extend(server.pins());
    let written = args.pins.as_deref().map_or(Ok(()), |path| write_pins(path, &pins));
    server.close().await;
    #[cfg(feature = "dir")]
    crate::dir::finish(terminal, &objects.overlays, args.apply).map_err(Failure::internal)?;
    outcome.map_err(failure)?;
    written
}

fn shown(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::Usage(format!("{}: {error}", path.display()))
}

fn failure(error: Error) -> Failure {
    match error {
        Error::Listen(error) => Failure::internal(error),
        // The reasons are printed already.
        Error::NoServers(_) => Failure::Usage("no MCP server can be used".to_owned()),
        error @ Error::Control(_) => Failure::internal(error),
        error => Failure::Usage(error.to_string()),
    }
}

fn read_token(path: &Path) -> Result<String, Failure> {
    let text = disk::read_at_most(path, MAX_TOKEN_BYTES).map_err(|error| shown(path, error))?;
    match text.trim() {
        "" => Err(shown(path, "it is empty")),
        token => Ok(token.to_owned()),
    }
}

/// Reads the digests. There are none if there is no file yet.
fn read_pins(path: &Path) -> Result<Pins, Failure> {
    match disk::read(path) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| shown(path, error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(shown(path, error)),
    }
}

/// Writes the digests, beside and then renamed, so that the file is never half written.
fn write_pins(path: &Path, pins: &Pins) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(pins).map_err(Failure::internal)? + "\n";
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        // Nothing else can be done about a file that cannot be removed.
        let _ = std::fs::remove_file(&beside);
    }
    written.map_err(|error| shown(path, error))
}
