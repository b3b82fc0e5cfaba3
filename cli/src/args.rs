//! The arguments of `isolet run` and `isolet bench`.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use isolet::Backend;
use serde_json::Value as Json;

use crate::size;

const EXIT_CODES: &str = "\
Exit status:
  0    Success
  1    The code threw, hung or aborted
  2    Usage error, or code that does not load
  3    A limit was exceeded
  4    Internal error, insufficient resources, or output that cannot be written
  130  Interrupted";

/// Run one file in a sandbox and print its result as JSON.
///
/// Without --call, the default export is called if it is a function. Otherwise the file is only
/// evaluated. Imports are read from the folder --root and from nowhere else, except for what
/// --module names. A run reads at most 10000 modules and 64 MiB in all. Files and folders whose
/// names begin with a dot are hidden, with everything in them. Nothing reaches the environment,
/// any other file without --dir, or the network without --allow-net or --net-policy.
///
/// Logs go to standard error. Each line of the guest begins with "| ", and no line of the command
/// does. The command prints at most 64 MiB of JSON. A result that needs more ends as
/// exceededOutput.
///
/// Values that JSON lacks are printed as follows: undefined as null (or as nothing if it is the
/// whole result), a bigint as a string, a Date in ISO format, a regular expression as "/a/g", a Map
/// as an object or as pairs, a Set as an array, an Error as its name and message, bytes as numbers,
/// NaN and infinities as null, and a cycle as "[Circular]".
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) program: ProgramArgs,

    #[command(flatten)]
    pub(crate) call: CallArgs,

    /// The engine that executes the sandbox: machine code, or the portable interpreter Pulley, with
    /// which memory is at most 512M. Results, logs and fuel are the same
    #[arg(long, value_parser = engine(), default_value_t)]
    pub(crate) engine: Backend,

    /// Print one JSON record of the whole run instead of the result
    #[arg(long)]
    pub(crate) json: bool,

    /// Apply the changes of folders with :overlay if the run succeeds
    #[cfg(feature = "dir")]
    #[arg(long)]
    pub(crate) apply: bool,

    /// Dump, drop and restore the sandbox after every turn (a self-test)
    #[arg(long)]
    pub(crate) torture: bool,

    /// Restrict the process itself, permanently, to reading what the code may import. This is a
    /// second barrier in case the sandbox has a hole (requires Linux 6.2 or later, exits with
    /// status 4 elsewhere)
    #[arg(long)]
    pub(crate) lockdown: bool,

    /// Report in the record what is left in the host when everything was dropped (a self-test)
    #[arg(long, hide = true, requires = "json")]
    pub(crate) audit: bool,
}

/// Time a program: fuel, wall time and memory of cold, warm and fresh calls.
///
/// A cold call loads the file into a new sandbox. A warm one calls a sandbox that has loaded and
/// been called. A fresh one gets a new sandbox with the heap as it was after loading. Each is made
/// --runs times with each engine, in turns. The time of a cold and of a fresh call includes the end of
/// its sandbox. What the code logs is counted in its time and not printed. Times are medians, in
/// microseconds, with the 10th and the 90th percentile.
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct BenchArgs {
    #[command(flatten)]
    pub(crate) program: ProgramArgs,

    #[command(flatten)]
    pub(crate) call: CallArgs,

    /// Time only this engine (can be repeated) [default: all]
    #[arg(long = "engine", value_parser = engine())]
    pub(crate) engines: Vec<Backend>,

    /// The number of calls of each kind with each engine
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) runs: u32,

    /// Print one JSON record instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// The call of `isolet run` and `isolet bench`.
#[derive(clap::Args)]
pub(crate) struct CallArgs {
    /// Call this method of the entrypoint
    #[arg(long, value_name = "METHOD")]
    pub(crate) call: Option<String>,

    /// Pass an argument to the call (can be repeated)
    #[arg(long = "arg", value_name = "JSON", value_parser = json, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<Json>,
}

/// The program and its limits.
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Clone, clap::Args)]
pub(crate) struct ProgramArgs {
    /// The file to run (.js, .ts, .tsx, .jsx, .mjs or .cjs), or - for TypeScript from standard
    /// input, which can import only what --module and --root give
    pub(crate) file: String,

    /// Use this named export instead of the default export
    #[arg(long, value_name = "NAME")]
    pub(crate) entrypoint: Option<String>,

    /// Add a value to env (can be repeated)
    #[arg(long, value_name = "NAME=JSON", value_parser = binding)]
    pub(crate) env: Vec<(String, Json)>,

    /// Add a loader of workers, like LOADER, to env under NAME (can be repeated). Loaders with the
    /// same ID share the workers that they keep
    #[arg(long = "loader", value_name = "NAME[=ID]")]
    pub(crate) loaders: Vec<String>,

    /// Let the code import PATH as SPECIFIER (can be repeated)
    #[arg(long = "module", value_name = "SPECIFIER=PATH", value_parser = module)]
    pub(crate) modules: Vec<(String, PathBuf)>,

    /// The folder that imports are read from. It must contain FILE, and modules are named by their
    /// paths from it [default: the folder of FILE]
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,

    /// Install the packages of the nearest package.json that are missing, before the code runs
    #[cfg(feature = "packages")]
    #[arg(long)]
    pub(crate) install: bool,

    /// Let the code install packages, with isolet:bundler
    #[cfg(feature = "packages")]
    #[arg(long)]
    pub(crate) packages: bool,

    #[cfg(feature = "packages")]
    #[command(flatten)]
    pub(crate) store: crate::packages::StoreArgs,

    /// Let the code send requests to DESTINATION: HOST, HOST:PORT or *.HOST, with or without a
    /// scheme (can be repeated). Without one it is https, or http with port 80. tcp://HOST:PORT is for
    /// `connect()`. Names that lead to private addresses are refused
    #[cfg(feature = "net")]
    #[arg(long = "allow-net", value_name = "DESTINATION")]
    pub(crate) allow_net: Vec<isolet::Destination>,

    /// Let the code send the requests that a policy in TOML allows, and put its secrets into them
    /// (docs/network.md)
    #[cfg(feature = "net")]
    #[arg(long = "net-policy", value_name = "FILE")]
    pub(crate) net_policy: Option<PathBuf>,

    /// Print a line for each request to standard error when it is over
    #[cfg(feature = "net")]
    #[arg(long = "net-log")]
    pub(crate) net_log: bool,

    /// Add the folder PATH to env under NAME, with all that is in it (can be repeated). In node:fs
    /// it is /NAME. The code reads and writes it; with :ro it only reads, and with :overlay its changes are kept in
    /// memory and printed by isolet run as a diff (docs/directories.md)
    #[cfg(feature = "dir")]
    #[arg(long = "dir", value_name = "NAME=PATH[:ro|:overlay]", value_parser = crate::dir::parse)]
    pub(crate) dirs: Vec<crate::dir::DirArg>,

    /// Add a program for WASI to env under NAME, which the code can run (can be repeated). It
    /// reaches only what each call hands to it (docs/tools.md)
    #[cfg(feature = "wasi")]
    #[arg(long = "tool", value_name = "NAME=FILE.wasm", value_parser = module)]
    pub(crate) tools: Vec<(String, PathBuf)>,

    #[cfg(feature = "wasi")]
    #[command(flatten)]
    pub(crate) tool: crate::tool::ToolArgs,

    /// Keep the heap after loading in DIR, encrypted, so that the next run neither parses nor
    /// evaluates the modules. Nothing is kept of code that has stubs, such as folders, tools,
    /// loaders or the network, in env. The logs of the top level are not printed
    #[cfg(feature = "cache")]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,

    /// The file with the key of --cache: 64 hexadecimal digits. It is created if it is missing
    /// [default: isolet/cache-key in the folder for configuration]
    #[cfg(feature = "cache")]
    #[arg(long, value_name = "FILE", requires = "cache")]
    pub(crate) cache_key: Option<PathBuf>,

    /// The maximum number of Wasm operations of a call [default: 5000000000]
    #[arg(long, value_name = "N")]
    pub(crate) fuel: Option<u64>,

    /// The maximum memory of the sandbox, such as 64M [default: 128M]
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    pub(crate) memory: Option<u64>,

    /// The maximum wall time of a call, such as 500ms or 2m [default: 30s]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) timeout: Option<Duration>,

    /// The seed of all randomness, to repeat a run [default: from the operating system]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// The time zone of the code, such as Europe/Berlin [default: UTC]
    #[arg(long, value_name = "NAME")]
    pub(crate) timezone: Option<String>,

    /// Create JSX elements with the module NAME/jsx-runtime
    #[arg(long, value_name = "NAME")]
    pub(crate) jsx_import_source: Option<String>,

    /// Compile decorators as TypeScript did before they were standardized
    #[arg(long)]
    pub(crate) legacy_decorators: bool,

    /// Turn on a compatibility flag (can be repeated; of two that contradict, the last one counts)
    #[arg(long = "compatibility-flag", value_name = "FLAG")]
    pub(crate) compatibility_flags: Vec<CompatibilityFlag>,
}

/// The compatibility flags that have an effect.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum CompatibilityFlag {
    /// Move a stub that is passed in a call, so that the caller no longer has it
    #[value(name = "rpc_params_transfer_stubs")]
    TransferStubs,
    /// Duplicate a stub that is passed in a call (the default)
    #[value(name = "rpc_params_dup_stubs")]
    DuplicateStubs,
    /// Give promises of calls a method `map`, as capnweb has it
    #[value(name = "rpc_promise_map")]
    MapPromises,
    /// Leave the URL of a request as it was given
    #[value(name = "fetch_legacy_url")]
    LegacyUrl,
    /// Write the URL of a request in its standard form (the default)
    #[value(name = "fetch_standard_url")]
    StandardUrl,
    /// Have Node's globals, such as `process` and `Buffer` (the default)
    #[value(name = "nodejs_compat")]
    NodeGlobals,
    /// Have none of Node's globals
    #[value(name = "no_nodejs_compat")]
    NoNodeGlobals,
}

/// Takes the names of the backends that this build has.
pub(crate) fn engine() -> impl TypedValueParser<Value = Backend> {
    PossibleValuesParser::new(Backend::ALL.iter().map(|backend| backend.name())).map(|name| {
        let named = Backend::ALL.iter().find(|backend| backend.name() == name);
        named.copied().unwrap_or_default()
    })
}

fn json(text: &str) -> Result<Json, String> {
    serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))
}

fn pair(text: &str) -> Result<(&str, &str), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name, value)),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
}

fn binding(text: &str) -> Result<(String, Json), String> {
    let (name, value) = pair(text)?;
    Ok((name.to_owned(), json(value)?))
}

pub(crate) fn module(text: &str) -> Result<(String, PathBuf), String> {
    let (specifier, path) = pair(text)?;
    Ok((specifier.to_owned(), PathBuf::from(path)))
}
