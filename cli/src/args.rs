//! The arguments of `isolet run`.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value as Json;

use crate::size;

const EXIT_CODES: &str = "\
Exit status: 0 ok, 1 the code threw, hung or aborted, 2 usage or the code does not load, 3 a limit,
4 internal error, too little of the machine, or output that cannot be written, 130 interrupted.";

/// Runs one file in a sandbox and prints its result as JSON.
///
/// Without --call, a default export that is a function is called; a file
/// without one is only evaluated. Imports are read from the folder --root and
/// from nowhere else, at most 10000 modules of 64 MiB in all; what has a name
/// that begins with a dot, and what lies in such a folder, is not there.
/// Nothing reaches the network, the environment or any other file.
///
/// Logs go to standard error: each line of the guest's begins with "| ", and no
/// line of the command's own does. At most 64 MiB of JSON are printed: a result
/// that needs more ends as exceededOutput.
///
/// What JSON lacks is printed so: undefined as null (nothing at all if it is the
/// whole result), a bigint as a string, a Date in ISO form, a regular expression as "/a/g",
/// a Map as an object or as pairs, a Set as an array, an Error as its name and
/// message, bytes as numbers, NaN and infinities as null, a cycle as
/// "[Circular]".
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct RunArgs {
    /// A .js, .ts, .tsx, .jsx, .mjs or .cjs file, or - for TypeScript from
    /// standard input, which can import only what --module and --root give
    pub(crate) file: String,

    /// Call this method of the entrypoint
    #[arg(long, value_name = "METHOD")]
    pub(crate) call: Option<String>,

    /// Use this named export instead of the default export
    #[arg(long, value_name = "NAME")]
    pub(crate) entrypoint: Option<String>,

    /// An argument of the call; again for more
    #[arg(long = "arg", value_name = "JSON", value_parser = json, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<Json>,

    /// Put a value into env; again for more
    #[arg(long, value_name = "NAME=JSON", value_parser = binding)]
    pub(crate) env: Vec<(String, Json)>,

    /// Put a loader of workers into env under this name, as LOADER; again for more, and
    /// those of one ID share the workers that they keep
    #[arg(long = "loader", value_name = "NAME[=ID]")]
    pub(crate) loaders: Vec<String>,

    /// Let the code import PATH as SPECIFIER; again for more
    #[arg(long = "module", value_name = "SPECIFIER=PATH", value_parser = module)]
    pub(crate) modules: Vec<(String, PathBuf)>,

    /// The folder that imports are read from; FILE lies in it, and modules are named
    /// by their paths from it [default: the folder of FILE]
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,

    /// Wasm operations that the run may take [default: 5000000000]
    #[arg(long, value_name = "N")]
    pub(crate) fuel: Option<u64>,

    /// Memory of the sandbox, such as 64M [default: 128M]
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    pub(crate) memory: Option<u64>,

    /// Wall time, such as 500ms or 2m [default: 30s]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) timeout: Option<Duration>,

    /// Where randomness starts, to repeat a run [default: the operating system]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// Make JSX elements by the module NAME/jsx-runtime
    #[arg(long, value_name = "NAME")]
    pub(crate) jsx_import_source: Option<String>,

    /// Compile decorators as TypeScript did before the standard
    #[arg(long)]
    pub(crate) legacy_decorators: bool,

    /// Turn on a compatibility flag; again for more. Of two that contradict, the last one counts
    #[arg(long = "compatibility-flag", value_name = "FLAG")]
    pub(crate) compatibility_flags: Vec<CompatibilityFlag>,

    /// Print one JSON record of the whole run instead of the result
    #[arg(long)]
    pub(crate) json: bool,

    /// Dump, drop and restore the sandbox after every turn (a self-test)
    #[arg(long)]
    pub(crate) torture: bool,

    /// Take from the process itself, for good, all but reading what the code may import: a
    /// second wall, should the sandbox have a hole (Linux 6.2 or later; status 4 elsewhere)
    #[arg(long)]
    pub(crate) lockdown: bool,

    /// Say in the record what is left in the host when everything was dropped (a self-test)
    #[arg(long, hide = true, requires = "json")]
    pub(crate) audit: bool,
}

/// The compatibility flags that have an effect.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum CompatibilityFlag {
    /// A stub that is passed in a call is gone for whoever passes it
    #[value(name = "rpc_params_transfer_stubs")]
    TransferStubs,
    /// A stub that is passed in a call is duplicated (the default)
    #[value(name = "rpc_params_dup_stubs")]
    DuplicateStubs,
    /// Promises of calls have a method `map`, as in capnweb
    #[value(name = "rpc_promise_map")]
    MapPromises,
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

fn module(text: &str) -> Result<(String, PathBuf), String> {
    let (specifier, path) = pair(text)?;
    Ok((specifier.to_owned(), PathBuf::from(path)))
}
