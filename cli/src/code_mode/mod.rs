//! `isolet code-mode`: programs that models write, for host programs in any language
//! (docs/code-mode-protocol.md).

mod host;
mod lines;
mod message;
mod outcome;
mod params;
mod server;
mod tools;

use std::io::{self, BufReader, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use isolet::{Backend, Engine, EngineConfig};
use tokio::sync::{mpsc, oneshot};

use crate::run::{self, Failure};
use crate::signals::Signals;
use crate::terminal::Terminal;
use crate::{args, descriptors, size};
use host::{Host, Queue};
use lines::Line;
use server::{MAX_MESSAGE_BYTES, MAX_SESSIONS, Server};

/// The sandboxes beside those of programs and sessions.
const SPARE_SANDBOXES: u32 = 16;

/// The time that the host has to read the last messages after it has closed standard input.
const GRACE: Duration = Duration::from_secs(5);

const EXIT_CODES: &str = "\
Exit status:
  0    The host has closed standard input or output, or SIGINT (ctrl-C) or SIGTERM
  2    Usage error
  4    Internal error, or streams that cannot be read or written";

/// Run programs that models write against the tools of a host program.
///
/// For host programs in any language: messages of JSON-RPC 2.0, one on each line of standard input and
/// output (docs/code-mode-protocol.md). The host sends tools and programs. Each program runs in a
/// sandbox that reaches those tools and nothing else, and the host is asked for the value of each
/// call. All programs end when the host closes standard input.
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct CodeModeArgs {
    /// The maximum number of programs that run at a time. Others wait
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    runs: u32,

    /// The maximum memory that the host can give to a program, such as 256M [default: 128M]
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    memory: Option<u64>,

    /// The engine that executes the sandboxes: machine code, or the portable interpreter Pulley
    #[arg(long, value_parser = args::engine(), default_value_t)]
    engine: Backend,
}

pub(crate) fn main(args: &CodeModeArgs) -> ExitCode {
    match start(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ExitCode::from(run::failed(&Terminal::default(), failure)),
    }
}

fn start(args: &CodeModeArgs) -> Result<(), Failure> {
    descriptors::check().map_err(Failure::internal)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format_args!("the runtime does not start: {error}")))?;
    let served = runtime.block_on(serve(args));
    // Programs that still run are not waited for.
    runtime.shutdown_background();
    served
}

async fn serve(args: &CodeModeArgs) -> Result<(), Failure> {
    let mut signals = Signals::new().map_err(Failure::internal)?;
    let memory = args.memory.unwrap_or(isolet::Limits::default().memory_bytes);
    let sessions = u32::try_from(MAX_SESSIONS).unwrap_or(u32::MAX);
    let config = EngineConfig::new()
        .backend(args.engine)
        .max_memory_bytes(memory.max(EngineConfig::DEFAULT_MAX_MEMORY_BYTES))
        .max_root_percent(100)
        .max_sandboxes(args.runs.saturating_add(sessions).saturating_add(SPARE_SANDBOXES));
    let engine = Engine::with_config(config)?;
    let (host, queue) = Host::new();
    let host = Arc::new(host);
    let server = Server::new(engine, Arc::clone(&host), args.runs as usize, memory);
    let server = Arc::new(server);
    let mut lines = read()?;
    let mut written = write(queue)?;
    let outcome = loop {
        tokio::select! {
            line = lines.recv() => match line {
                Some(Ok(line)) => tokio::select! {
                    () = server.handle(line) => {}
                    outcome = &mut written => return ended(outcome),
                    () = signals.next() => return Ok(()),
                },
                Some(Err(error)) => {
                    break Err(Failure::internal(format_args!("standard input: {error}")));
                }
                None => break Ok(()),
            },
            outcome = &mut written => return ended(outcome),
            () = signals.next() => return Ok(()),
        }
    };
    let end = async {
        server.end().await;
        host.end();
        ended(written.await)
    };
    let written = tokio::select! {
        written = end => written,
        // The host has gone if it does not read.
        () = tokio::time::sleep(GRACE) => Ok(()),
        () = signals.next() => Ok(()),
    };
    outcome.and(written)
}

/// Begins to read lines, one ahead.
fn read() -> Result<mpsc::Receiver<io::Result<Line>>, Failure> {
    let (sender, lines) = mpsc::channel(1);
    let read = move || {
        let mut input = BufReader::with_capacity(64 << 10, io::stdin());
        loop {
            let line = lines::next(&mut input, MAX_MESSAGE_BYTES).transpose();
            let Some(line) = line else { break };
            let is_last = line.is_err();
            if sender.blocking_send(line).is_err() || is_last {
                break;
            }
        }
    };
    // The thread may never end, because reading cannot be ended. The process ends it.
    let thread = thread::Builder::new().name("input".to_owned()).spawn(read);
    thread.map(|_| lines).map_err(Failure::internal)
}

/// Begins to write the messages. What is returned is ready when the queue has ended, or the
/// output cannot be written.
fn write(queue: Queue) -> Result<oneshot::Receiver<io::Result<()>>, Failure> {
    let (sender, ended) = oneshot::channel();
    let write = move || {
        // A line ends each message, so that the buffer of `Stdout` would be of no use.
        let mut output = io::stdout().lock();
        let outcome = queue.write(&mut output).and_then(|()| output.flush());
        // Nobody waits for it if the command ends.
        let _ = sender.send(outcome);
    };
    let thread = thread::Builder::new().name("output".to_owned()).spawn(write);
    thread.map(|_| ended).map_err(Failure::internal)
}

fn ended(outcome: Result<io::Result<()>, oneshot::error::RecvError>) -> Result<(), Failure> {
    match outcome {
        Ok(Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::internal(format_args!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}
