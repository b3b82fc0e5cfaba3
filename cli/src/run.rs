//! `isolet run`.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use isolet::{
    Engine, EngineConfig, Error, Level, Limits, Lockdown, LockdownError, LogLine, Module, Outcome,
    Report, WorkerCode,
};
use serde_json::Value as Json;

use crate::disk::{self, Folder};
use crate::escape::{escape, escape_json};
use crate::record::Record;
use crate::size;

/// What standard input is called in stack traces.
const STDIN: &str = "stdin.ts";

/// A run that takes longer than this shows that it is alive.
const SPINNER_AFTER: Duration = Duration::from_millis(400);

/// Workers that may be alive at a time if the code may load them.
const MAX_WORKERS: u32 = 1_000;

const EXIT_CODES: &str = "\
Exit status: 0 ok, 1 the code threw, hung or aborted, 2 usage or the code does not load, 3 a limit,
4 internal error, 130 interrupted.";

/// Runs one file in a sandbox and prints its result as JSON.
///
/// Without --call, a default export that is a function is called; a file
/// without one is only evaluated. Relative imports are read from the file's
/// folder and from nowhere else. Nothing reaches the network, the environment
/// or any other file.
///
/// What JSON lacks is printed so: undefined as null (nothing at all if it is the
/// whole result), a bigint as a string, a Date in ISO form, a regular expression as "/a/g",
/// a Map as an object or as pairs, a Set as an array, an Error as its name and
/// message, bytes as numbers, NaN and infinities as null, a cycle as
/// "[Circular]".
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// A .js, .ts, .tsx, .jsx, .mjs or .cjs file, or - for TypeScript from
    /// standard input, which can import only what --module gives
    file: String,

    /// Call this method of the entrypoint
    #[arg(long, value_name = "METHOD")]
    call: Option<String>,

    /// Use this named export instead of the default export
    #[arg(long, value_name = "NAME")]
    entrypoint: Option<String>,

    /// An argument of the call; again for more
    #[arg(long = "arg", value_name = "JSON", value_parser = json, allow_hyphen_values = true)]
    arguments: Vec<Json>,

    /// Put a value into env; again for more
    #[arg(long, value_name = "NAME=JSON", value_parser = binding)]
    env: Vec<(String, Json)>,

    /// Put a loader of workers into env under this name, as LOADER; again for more
    #[arg(long = "loader", value_name = "NAME")]
    loaders: Vec<String>,

    /// Let the code import PATH as SPECIFIER; again for more
    #[arg(long = "module", value_name = "SPECIFIER=PATH", value_parser = module)]
    modules: Vec<(String, PathBuf)>,

    /// Wasm operations that the run may take [default: 5000000000]
    #[arg(long, value_name = "N")]
    fuel: Option<u64>,

    /// Memory of the sandbox, such as 64M [default: 128M]
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    memory: Option<u64>,

    /// Wall time, such as 500ms or 2m [default: 30s]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,

    /// Where randomness starts, to repeat a run [default: the operating system]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Print one JSON record of the whole run instead of the result
    #[arg(long)]
    json: bool,

    /// Dump, drop and restore the sandbox after every turn (a self-test)
    #[arg(long)]
    torture: bool,

    /// Take from the process itself, for good, all but reading what the code may import: a
    /// second wall, should the sandbox have a hole (Linux 6.2 or later; status 4 elsewhere)
    #[arg(long)]
    lockdown: bool,
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

pub(crate) fn main(args: Args) -> ExitCode {
    let json = args.json;
    match start(args) {
        Err(Failure::Usage(text)) => fail(&text, 2),
        Err(Failure::Internal(error)) if json => record(&Record::not_started(&error), 4),
        Err(Failure::Internal(error)) => fail(&error.to_string(), 4),
        Err(Failure::Interrupted) => fail("interrupted", 130),
        Ok(report) => print(&report, json),
    }
}

/// Threads, which the runtime may start, come after the lockdown, and the engine before it:
/// it opens files of the system's.
fn start(args: Args) -> Result<Report, Failure> {
    let engine = engine(&args)?;
    if args.lockdown {
        lock_down(&args)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::Internal(format!("the runtime does not start: {error}")))?;
    runtime.block_on(run(args, engine))
}

enum Failure {
    Usage(String),
    Internal(Error),
    Interrupted,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidLimits(_) | Error::InvalidCode(_) | Error::Encode(_) => {
                Self::Usage(error.to_string())
            }
            other => Self::Internal(other),
        }
    }
}

fn engine(args: &Args) -> Result<Engine, Error> {
    // One sandbox needs no pool of thousands; one that loads others does.
    let sandboxes = if args.loaders.is_empty() { 1 } else { MAX_WORKERS };
    let memory = args.memory.unwrap_or(0).clamp(EngineConfig::DEFAULT_MAX_MEMORY_BYTES, 4 << 30);
    let config =
        EngineConfig::new().max_sandboxes(sandboxes).max_memory_bytes(memory).torture(args.torture);
    Engine::with_config(config)
}

/// Leaves the process nothing to open but what [`code`] opens.
fn lock_down(args: &Args) -> Result<(), Failure> {
    let mut lockdown = Lockdown::new();
    for (_, path) in &args.modules {
        lockdown = lockdown.read(path);
    }
    if args.file != "-" {
        let file = Path::new(&args.file);
        // The file too: it may be a link to another folder.
        lockdown = lockdown.read(file).read(folder(file));
    }
    lockdown.apply().map_err(|error| match error {
        LockdownError::Path { path, source } => {
            Failure::Usage(format!("{}: {source}", path.display()))
        }
        other => Error::Internal(other.to_string()).into(),
    })
}

async fn run(args: Args, engine: Engine) -> Result<Report, Failure> {
    let spinner = spinner();
    let worker = engine.loader().load(code(&args, spinner.clone())?)?;
    let entrypoint = match &args.entrypoint {
        Some(name) => worker.named_entrypoint(name),
        None => worker.entrypoint(),
    };
    let run = entrypoint.run(args.call.as_deref(), &args.arguments);
    let report = tokio::select! {
        report = run => Ok(report),
        _ = tokio::signal::ctrl_c() => Err(Failure::Interrupted),
        () = spin(&spinner) => Err(Failure::Interrupted),
    };
    spinner.finish_and_clear();
    report
}

fn code(args: &Args, spinner: ProgressBar) -> Result<WorkerCode, Failure> {
    let mut given = BTreeMap::new();
    for (specifier, path) in &args.modules {
        let text = read(path)?;
        let name = path.to_string_lossy();
        let module = Module::by_name(&name, text)
            .ok_or_else(|| Failure::Usage(format!("--module {name}: not a kind of module")))?;
        given.insert(specifier.clone(), module);
    }
    let (main, folder) = if args.file == "-" {
        let text = disk::text(io::stdin().lock())
            .map_err(|error| Failure::Usage(format!("standard input: {error}")))?;
        given.insert(STDIN.to_owned(), Module::TypeScript(text));
        (STDIN.to_owned(), None)
    } else {
        let path = Path::new(&args.file);
        let Some(name) = path.file_name() else {
            return Err(Failure::Usage(format!("{} is not a file", args.file)));
        };
        let name = name.to_string_lossy().into_owned();
        // Read here, so that what is wrong with it is said with its path.
        let module = Module::by_name(&name, read(path)?).ok_or_else(|| {
            Failure::Usage(format!(
                "{}: the name of a module ends in .js, .mjs, .cjs, .jsx, .ts, .mts or .tsx",
                args.file
            ))
        })?;
        given.insert(name.clone(), module);
        (name, Some(folder(path)))
    };
    let folder =
        Folder::open(folder).map_err(|error| Failure::Usage(format!("{main}: {error}")))?;

    let mut limits = Limits::default();
    if let Some(fuel) = args.fuel {
        limits = limits.fuel(fuel);
    }
    if let Some(bytes) = args.memory {
        limits = limits.memory_bytes(bytes);
    }
    if let Some(time) = args.timeout {
        limits = limits.wall(time);
    }
    let mut code = WorkerCode::from_source(main, folder).limits(limits);
    for (name, module) in given {
        code = code.add(name, module);
    }
    for (name, value) in &args.env {
        code = code.env_value(name, value);
    }
    for name in &args.loaders {
        code = code.loader(name);
    }
    if let Some(seed) = args.seed {
        code = code.seed(seed);
    }
    Ok(code.on_log(move |line| spinner.suspend(|| log(line))))
}

fn folder(file: &Path) -> &Path {
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::File::open(path)
        .and_then(disk::text)
        .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
}

/// Hidden unless standard error is a terminal.
fn spinner() -> ProgressBar {
    let spinner = ProgressBar::hidden();
    if let Ok(style) = ProgressStyle::with_template("{spinner} running, {elapsed}") {
        spinner.set_style(style);
    }
    spinner
}

/// Turns until it is dropped.
async fn spin(spinner: &ProgressBar) {
    tokio::time::sleep(SPINNER_AFTER).await;
    if io::stderr().is_terminal() {
        spinner.set_draw_target(indicatif::ProgressDrawTarget::stderr());
    }
    loop {
        spinner.tick();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn log(line: &LogLine) {
    let colour = match line.level {
        Level::Debug => Some(AnsiColor::BrightBlack),
        Level::Warn => Some(AnsiColor::Yellow),
        Level::Error => Some(AnsiColor::Red),
        Level::Info | Level::Log => None,
    };
    let style = Style::new().fg_color(colour.map(Into::into));
    // Whoever closed standard error does not want the log.
    let _ = writeln!(anstream::stderr(), "{style}{}{style:#}", escape(&line.message));
}

fn fail(text: &str, code: u8) -> ExitCode {
    let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let _ = writeln!(anstream::stderr(), "{style}error:{style:#} {}", escape(text));
    ExitCode::from(code)
}

fn print(report: &Report, json: bool) -> ExitCode {
    let code = exit_code(report.outcome());
    if json {
        return record(&Record::new(report), code);
    }
    match &report.result {
        Ok(value) if value.is_undefined() => ExitCode::from(code),
        Ok(value) => line(&value.to_json(), code),
        Err(error) => {
            let stack = match error {
                Error::Exception(exception) => exception.stack.as_deref(),
                _ => None,
            };
            let stack = stack.map(|stack| format!("\n{}", stack.trim_end())).unwrap_or_default();
            fail(&format!("{error}{stack}"), code)
        }
    }
}

fn record(record: &Record, code: u8) -> ExitCode {
    match serde_json::to_string(record) {
        Ok(record) => line(&record, code),
        Err(error) => fail(&format!("the record cannot be printed: {error}"), 4),
    }
}

/// Prints the one line of standard output, which is JSON.
fn line(json: &str, code: u8) -> ExitCode {
    match writeln!(io::stdout(), "{}", escape_json(json)) {
        Ok(()) => ExitCode::from(code),
        // A reader such as `head` that has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(code),
        Err(error) => fail(&format!("standard output: {error}"), 4),
    }
}

fn exit_code(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Ok => 0,
        Outcome::Exception | Outcome::Hung | Outcome::Aborted => 1,
        Outcome::LoadFailed => 2,
        Outcome::ExceededCpu
        | Outcome::ExceededMemory
        | Outcome::ExceededWallTime
        | Outcome::ExceededOutput
        | Outcome::ExceededCalls => 3,
        _ => 4,
    }
}
