//! The arguments of `isolet serve`.

use std::path::PathBuf;
use std::time::Duration;

use isolet::{Backend, HttpService};

use super::address::Address;
use crate::args::{self, ProgramArgs};
use crate::size;

const EXIT_CODES: &str = "\
Exit status:
  0    It was told to stop, by SIGINT (ctrl-C) or SIGTERM
  2    Usage error, or code that does not load
  4    Internal error, insufficient resources, or an address that cannot be listened on";

/// Answer HTTP requests with the `fetch` handler of one file.
///
/// The line "listening on ADDRESS" on standard output says that requests are served. Each request
/// is a call with the limits of --fuel and --timeout, and a line on standard error. FILE may also be
/// a wrangler.jsonc, wrangler.json or wrangler.toml, which is used as well if it lies beside FILE and
/// names it as its main. Limits,
/// metrics and what happens at the end are described in docs/serve.md.
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) program: ProgramArgs,

    /// The wrangler files of further workers, which `services` name. They have the limits and the
    /// network of these arguments, and nothing else of them
    #[arg(value_name = "WRANGLER_FILE")]
    pub(crate) services: Vec<PathBuf>,

    /// The engine that executes the sandboxes: machine code, or the portable interpreter Pulley
    #[arg(long, value_parser = args::engine(), default_value_t)]
    pub(crate) engine: Backend,

    /// Listen on this address: HOST:PORT, with port 0 for any that is free, or unix:PATH
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8787")]
    pub(crate) listen: Address,

    /// Serve /healthz and /metrics (for Prometheus) on this second address
    #[arg(long, value_name = "ADDR")]
    pub(crate) admin: Option<Address>,

    /// The certificates of the server as PEM, its own first. Connections are then TLS
    #[arg(long, value_name = "PATH", requires = "key")]
    pub(crate) cert: Option<PathBuf>,

    /// The private key of --cert as PEM
    #[arg(long, value_name = "PATH", requires = "cert")]
    pub(crate) key: Option<PathBuf>,

    /// Answer each request in a new sandbox, with the heap as it was after loading
    #[arg(long)]
    pub(crate) fresh: bool,

    /// Make this request once after loading, and begin each new sandbox with the heap as it was
    /// then. It is a method, a colon and a path, such as GET:/
    #[arg(long, value_name = "REQUEST", requires = "fresh", value_parser = warm)]
    pub(crate) warm: Option<Warm>,

    /// The number of sandboxes. Variables of modules are per sandbox. With --fresh, the number of
    /// requests that are answered at a time [default: one for each core, 1000 with --fresh]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) sandboxes: Option<u32>,

    /// The number of requests that wait for a sandbox. More are refused with status 503
    #[arg(long, value_name = "N", default_value_t = HttpService::DEFAULT_QUEUE)]
    pub(crate) queue: usize,

    /// Restrict the process itself, permanently, to accepting connections and reading what the
    /// workers may import. This is a second barrier in case the sandbox has a hole (requires Linux
    /// 6.2 or later, exits with status 4 elsewhere)
    #[arg(long, conflicts_with = "watch")]
    pub(crate) lockdown: bool,

    /// Serve a changed file from the next request on. If it does not load, the old one stays
    #[arg(long)]
    pub(crate) watch: bool,

    /// Serve the files in this folder first. Names that begin with a dot are hidden
    #[arg(long, value_name = "DIR")]
    pub(crate) assets: Option<PathBuf>,

    /// Call the `scheduled` handler at these times (UTC), such as "*/5 * * * *" (can be repeated)
    #[arg(long, value_name = "PATTERN")]
    pub(crate) cron: Vec<String>,

    /// Add the lines NAME=VALUE of this file to env as strings (can be repeated). --env comes
    /// before these, and these before the file .dev.vars beside FILE, which is read if it exists
    #[arg(long, value_name = "PATH")]
    pub(crate) env_file: Vec<PathBuf>,

    /// The maximum size of the body of a request
    #[arg(long, value_name = "SIZE", value_parser = size::parse, default_value = "100M")]
    pub(crate) max_body: u64,

    /// The maximum size of a message from the client of a WebSocket
    #[arg(long, value_name = "SIZE", value_parser = size::parse, default_value = "1M")]
    pub(crate) max_message: u64,

    /// The maximum number of headers of a request
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000), default_value_t = 100)]
    pub(crate) max_headers: u32,

    /// The maximum size of the head of a request: its first line and its headers, from 8K to 1M
    #[arg(long, value_name = "SIZE", value_parser = head_size, default_value = "64K")]
    pub(crate) max_head: u32,

    /// The maximum time for the handshake and the head of a request
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration, default_value = "10s")]
    pub(crate) head_timeout: Duration,

    /// The time after which a connection without a request is closed, one whose client takes
    /// nothing of a response, and a WebSocket whose client does not answer a ping
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration, default_value = "60s")]
    pub(crate) idle_timeout: Duration,

    /// The maximum number of connections. Past it, the connection that is idle for longest is
    /// closed for a new one. If none is idle, the new one is
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000), default_value_t = 1_024)]
    pub(crate) max_connections: u32,

    /// The time for requests and waitUntil to finish at the end. A second signal ends at once
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration, default_value = "30s")]
    pub(crate) grace: Duration,

    /// Pass on the headers with which a proxy says who the client is, such as x-forwarded-for.
    /// Without it they are removed, because clients can write them
    #[arg(long)]
    pub(crate) behind_proxy: bool,

    /// Print no line for each request
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// The request of a warm-up, which has no body.
#[derive(Clone)]
pub(crate) struct Warm {
    pub(crate) method: String,
    pub(crate) path: String,
}

fn warm(text: &str) -> Result<Warm, String> {
    match text.split_once(':') {
        Some((method, path)) if !method.is_empty() && path.starts_with('/') => {
            Ok(Warm { method: method.to_owned(), path: path.to_owned() })
        }
        _ => Err("write it as METHOD:/PATH, such as GET:/".to_owned()),
    }
}

fn head_size(text: &str) -> Result<u32, String> {
    let bytes = size::parse(text)?;
    // The least that hyper takes.
    u32::try_from(bytes)
        .ok()
        .filter(|bytes| (8 << 10..=1 << 20).contains(bytes))
        .ok_or_else(|| "write a size from 8K to 1M".to_owned())
}
