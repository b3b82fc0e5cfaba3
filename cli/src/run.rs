//! `isolet run`.

use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use isolet::{
    Engine, EngineConfig, Entrypoint, Error, Exception, Lockdown, LockdownError, Outcome, Overload,
    Report, Worker,
};
use tokio::runtime::Runtime;

use crate::args::{ProgramArgs, RunArgs};
use crate::audit::{self, Host};
use crate::code::{Made, made};
use crate::descriptors;
use crate::output::{self, MAX_JSON_BYTES};
use crate::record::Record;
use crate::terminal::Terminal;

/// The time after which a run shows that it is alive.
const SPINNER_AFTER: Duration = Duration::from_millis(400);

/// The maximum number of workers that are alive at a time, if the code may load them.
const MAX_WORKERS: u32 = 1_000;

/// The exit status of a failure that is neither the code's fault nor the user's.
pub(crate) const INTERNAL: u8 = 4;

pub(crate) fn main(args: RunArgs) -> ExitCode {
    let json = args.json;
    #[cfg(feature = "dir")]
    let apply = args.apply;
    let terminal = Arc::new(Terminal::default());
    let code = match start(args, &terminal) {
        Err(Failure::Internal(outcome, text)) if json => {
            record(&terminal, Record::not_started(outcome, &text), INTERNAL)
        }
        Err(failure) => failed(&terminal, failure),
        Ok(done) => {
            let code = print(&terminal, &done.report, done.host, json);
            #[cfg(feature = "dir")]
            let code = match crate::dir::finish(&terminal, &done.overlays, apply && code == 0) {
                Ok(()) => code,
                Err(text) => fail(&terminal, &text, INTERNAL),
            };
            code
        }
    };
    // Only the exit status can still report that output was lost.
    let code = if code == 0 && terminal.has_lost() { INTERNAL } else { code };
    ExitCode::from(code)
}

pub(crate) fn failed(terminal: &Terminal, failure: Failure) -> u8 {
    match failure {
        Failure::Usage(text) => fail(terminal, &text, 2),
        Failure::Internal(_, text) => fail(terminal, &text, INTERNAL),
        Failure::Interrupted => fail(terminal, "interrupted", 130),
    }
}

pub(crate) enum Failure {
    Usage(String),
    Internal(Outcome, String),
    Interrupted,
}

impl Failure {
    /// Returns the message.
    #[cfg(feature = "serve")]
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::Usage(text) | Self::Internal(_, text) => text,
            Self::Interrupted => "interrupted".to_owned(),
        }
    }

    /// Creates a failure that is neither the code's fault nor the user's.
    pub(crate) fn internal(cause: impl fmt::Display) -> Self {
        Self::Internal(Outcome::InternalError, format!("internal error: {cause}"))
    }
}

impl From<String> for Failure {
    /// Creates a failure that is the user's fault.
    fn from(text: String) -> Self {
        Self::Usage(text)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidConfig(_)
            | Error::InvalidLimits(_)
            | Error::InvalidCode(_)
            | Error::Encode(_) => Self::Usage(error.to_string()),
            other => Self::Internal(other.outcome(), other.to_string()),
        }
    }
}

/// The result of a run.
struct Done {
    report: Report,
    host: Option<Host>,
    #[cfg(feature = "dir")]
    overlays: crate::dir::Overlays,
}

#[cfg_attr(not(feature = "wasi"), allow(unused_mut, reason = "there are no tools"))]
fn start(mut args: RunArgs, terminal: &Arc<Terminal>) -> Result<Done, Failure> {
    // The runtime panics if it lacks a file descriptor.
    descriptors::check().map_err(Failure::internal)?;
    if args.lockdown {
        check_lockdown(&args.program)?;
    }
    #[cfg(feature = "wasi")]
    {
        args.program.tool.backend = args.engine;
    }
    #[cfg(feature = "wasi")]
    if args.lockdown {
        crate::tool::before_lockdown(&mut args.program)?;
    }
    // Comes first, because errors in the arguments do not depend on the machine.
    let made = made(&args.program)?;
    // The engine opens files of the system, so it comes before the lockdown. Threads, which the
    // runtime may start, come after it.
    let config = EngineConfig::new()
        .backend(args.engine)
        .max_sandboxes(1)
        .watch_polls(args.audit)
        .torture(args.torture);
    let engine = engine(&args.program, config)?;
    if args.lockdown {
        lock_down(made.readable.iter().fold(Lockdown::new(), Lockdown::read))?;
    }
    runtime()?.block_on(run(args, made, engine, Arc::clone(terminal)))
}

#[cfg(any(feature = "cache", feature = "dir", feature = "packages"))]
fn refused_with_lockdown(option: &str) -> Failure {
    Failure::Usage(format!(
        "--lockdown cannot be combined with {option}, because a process that is locked down opens \
         nothing except what the code may import"
    ))
}

/// Creates the engine for a program. `config` has room for one that loads no others.
pub(crate) fn engine(program: &ProgramArgs, config: EngineConfig) -> Result<Engine, Error> {
    // One sandbox does not need a pool of thousands, but one that loads others does.
    let least = config.max_sandboxes;
    engine_of(program, config, least)
}

/// Creates the engine for a program that begins with `least` sandboxes.
pub(crate) fn engine_of(
    program: &ProgramArgs,
    config: EngineConfig,
    least: u32,
) -> Result<Engine, Error> {
    let memory = program.memory.unwrap_or(0).clamp(EngineConfig::DEFAULT_MAX_MEMORY_BYTES, 4 << 30);
    let config = config
        .max_memory_bytes(memory)
        .max_total_bytes(EngineConfig::DEFAULT_MAX_TOTAL_BYTES.saturating_add(memory))
        .max_root_percent(100);
    let mut sandboxes = if program.loaders.is_empty() { least } else { MAX_WORKERS.max(least) };
    loop {
        match Engine::with_config(config.clone().max_sandboxes(sandboxes)) {
            // If addresses are short, fewer workers are better than none.
            Err(Error::Overloaded(Overload::Mappings)) if sandboxes > least => {
                sandboxes -= sandboxes.div_ceil(4);
            }
            made => return made,
        }
    }
}

pub(crate) fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format_args!("the runtime does not start: {error}")))
}

pub(crate) fn entrypoint(program: &ProgramArgs, worker: &Worker) -> Entrypoint {
    match &program.entrypoint {
        Some(name) => worker.named_entrypoint(name),
        None => worker.entrypoint(),
    }
}

/// Checks that a program needs nothing that a lockdown takes away.
#[cfg_attr(
    not(any(feature = "cache", feature = "dir", feature = "net", feature = "packages")),
    allow(unused_variables, clippy::unnecessary_wraps, reason = "nothing needs more")
)]
pub(crate) fn check_lockdown(program: &ProgramArgs) -> Result<(), Failure> {
    #[cfg(feature = "net")]
    if crate::net::is_wanted(program) {
        return Err(Failure::Usage(
            "--lockdown cannot be combined with --allow-net or --net-policy, because a process \
             that is locked down opens no sockets"
                .to_owned(),
        ));
    }
    #[cfg(feature = "packages")]
    if program.packages {
        return Err(refused_with_lockdown("--packages"));
    }
    #[cfg(feature = "cache")]
    if program.cache.is_some() {
        return Err(refused_with_lockdown("--cache"));
    }
    #[cfg(feature = "dir")]
    if !program.dirs.is_empty() {
        return Err(refused_with_lockdown("--dir"));
    }
    Ok(())
}

/// Locks the process down.
pub(crate) fn lock_down(lockdown: Lockdown) -> Result<(), Failure> {
    lockdown.apply().map_err(|error| match error {
        LockdownError::Path { path, source } => {
            Failure::Usage(format!("{}: {source}", path.display()))
        }
        other => Failure::internal(other),
    })
}

async fn run(
    args: RunArgs,
    made: Made,
    engine: Engine,
    terminal: Arc<Terminal>,
) -> Result<Done, Failure> {
    let spinner = spinner("running");
    let shown = spinner.clone();
    let code = made.code.on_log(move |line| shown.suspend(|| terminal.log(line)));
    let worker = engine.loader().load(code)?;
    #[cfg(feature = "cache")]
    let worker = if args.program.cache.is_some() { worker.fresh_per_call() } else { worker };
    let entrypoint = entrypoint(&args.program, &worker);
    let run = entrypoint.run(args.call.call.as_deref(), &args.call.arguments);
    let report = tokio::select! {
        report = run => Ok(report),
        _ = tokio::signal::ctrl_c() => Err(Failure::Interrupted),
        () = spin(&spinner) => Err(Failure::Interrupted),
    };
    spinner.finish_and_clear();
    let mut report = report?;
    let mut host = None;
    if args.audit {
        report = audit::without_stubs(report);
        drop((entrypoint, worker));
        host = Some(audit::settled(&engine).await);
    }
    Ok(Done {
        report,
        host,
        #[cfg(feature = "dir")]
        overlays: made.overlays,
    })
}

/// Creates the spinner. It is hidden unless standard error is a terminal.
pub(crate) fn spinner(doing: &'static str) -> ProgressBar {
    let spinner = ProgressBar::hidden();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}, {elapsed}") {
        spinner.set_style(style);
    }
    spinner.with_message(doing)
}

/// Turns the spinner until the future is dropped.
pub(crate) async fn spin(spinner: &ProgressBar) {
    tokio::time::sleep(SPINNER_AFTER).await;
    if io::stderr().is_terminal() {
        spinner.set_draw_target(indicatif::ProgressDrawTarget::stderr());
    }
    loop {
        spinner.tick();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn fail(terminal: &Terminal, text: &str, code: u8) -> u8 {
    terminal.error(text, None);
    code
}

pub(crate) fn print(terminal: &Terminal, report: &Report, host: Option<Host>, json: bool) -> u8 {
    let code = exit_code(report.outcome());
    if json {
        return record(terminal, Record::new(report, host), code);
    }
    match &report.result {
        Ok(value) if value.is_undefined() => code,
        Ok(value) => match output::print(|out| out.value(value)) {
            Ok(()) => code,
            Err(output::Failure::TooLong) => fail(terminal, &too_long(), exceeded_output()),
            Err(output::Failure::Io(error)) => not_written(terminal, &error, code),
        },
        Err(error) => {
            terminal.error(error, stack_of(error).as_deref());
            code
        }
    }
}

/// Returns the stack of an error that is an exception, with its causes.
pub(crate) fn stack_of(error: &Error) -> Option<String> {
    match error {
        Error::Exception(exception) => Some(stack_with_causes(exception)),
        _ => None,
    }
}

/// Returns the stack of an exception, followed by its chain of causes.
fn stack_with_causes(exception: &Exception) -> String {
    let mut text = exception.stack.clone().unwrap_or_default();
    for cause in exception.value.error_chain().into_iter().skip(1) {
        let colon = if cause.message.is_empty() { "" } else { ": " };
        text.truncate(text.trim_end().len());
        let line = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{line}caused by {}{colon}{}", cause.name, cause.message);
        text.push_str(cause.stack.as_deref().unwrap_or_default());
    }
    text
}

fn record(terminal: &Terminal, record: Record<'_>, code: u8) -> u8 {
    match output::print(|out| record.write(out)) {
        Ok(()) => code,
        Err(output::Failure::Io(error)) => not_written(terminal, &error, code),
        Err(output::Failure::TooLong) => {
            let message = too_long();
            let record = record.exceeded_output(&message);
            match output::print(|out| record.write(out)) {
                Ok(()) => exceeded_output(),
                Err(output::Failure::Io(error)) => not_written(terminal, &error, exceeded_output()),
                // The limit of its logs is far below that.
                Err(output::Failure::TooLong) => fail(terminal, &message, exceeded_output()),
            }
        }
    }
}

fn too_long() -> String {
    format!(
        "exceeded the limit of what is printed: more than {MAX_JSON_BYTES} bytes of JSON (return \
         or throw less, or parts of it; bytes are shorter as text of base64)"
    )
}

fn exceeded_output() -> u8 {
    exit_code(Outcome::ExceededOutput)
}

pub(crate) fn not_written(terminal: &Terminal, error: &io::Error, code: u8) -> u8 {
    // The reader, such as `head`, has seen enough.
    if error.kind() == io::ErrorKind::BrokenPipe {
        return code;
    }
    fail(terminal, &format!("standard output: {error}"), INTERNAL)
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
        _ => INTERNAL,
    }
}
