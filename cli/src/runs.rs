//! `isolet runs`.

mod page;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[cfg(unix)]
use isolet_mcp::Decisions;
use isolet_runs::{Effect, Error, RunId, RunReader, ShownRun};
use serde::Serialize;

use crate::output;
use crate::run::{self, Failure};
use crate::terminal::Terminal;
use page::Page;

const EXIT_CODES: &str = "\
Exit status:
  0    Success
  2    Usage error, a file that is no record of runs, or no such run or call
  4    Internal error";

/// Show the runs that `isolet mcp --runs FILE` has recorded, and decide about calls that wait.
///
/// The record is read while the server runs as well. Decisions are taken by the running server, of
/// its own user only.
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct RunsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// List the newest runs
    List {
        #[command(flatten)]
        from: Source,
        /// The maximum number of runs
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
    },
    /// Show a run with its calls
    Show {
        /// The id of the run [default: the newest]
        #[arg(value_name = "RUN")]
        id: Option<RunId>,
        #[command(flatten)]
        from: Source,
    },
    /// Show the calls that wait for approval, with their whole arguments
    #[cfg(unix)]
    Waiting {
        #[command(flatten)]
        from: Source,
    },
    /// Let a call be made that waits for approval
    #[cfg(unix)]
    Approve {
        /// The id of the call
        #[arg(value_name = "CALL")]
        id: String,
        /// The file that the running server records in
        #[arg(long, value_name = "FILE")]
        runs: PathBuf,
    },
    /// Reject a call that waits for approval
    #[cfg(unix)]
    Reject {
        /// The id of the call
        #[arg(value_name = "CALL")]
        id: String,
        /// The file that the running server records in
        #[arg(long, value_name = "FILE")]
        runs: PathBuf,
        /// The reason, which the program sees
        #[arg(long, value_name = "TEXT", default_value = "the user has rejected the call")]
        reason: String,
    },
}

#[derive(clap::Args)]
struct Source {
    /// The file with the record
    #[arg(long, value_name = "FILE")]
    runs: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A run with its calls, as JSON has it.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    run: ShownRun,
    effects: Vec<Effect>,
}

pub(crate) fn main(args: RunsArgs) -> ExitCode {
    let terminal = Terminal::default();
    match start(args.action) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ExitCode::from(run::failed(&terminal, failure)),
    }
}

fn start(action: Action) -> Result<(), Failure> {
    match action {
        Action::List { from, limit } => {
            let runs = RunReader::open(&from.runs).and_then(|reader| reader.list(limit));
            let runs = runs.map_err(|error| failure(&error))?;
            if from.json { json(&runs) } else { Page::of_list(&runs).print() }
        }
        Action::Show { id, from } => {
            let (run, effects) = find(&from.runs, id)?;
            if from.json {
                json(&Whole { run, effects })
            } else {
                Page::of_run(&run, &effects).print()
            }
        }
        #[cfg(unix)]
        Action::Waiting { from } => {
            let calls = Decisions::of(&from.runs).waiting();
            let calls = calls.map_err(|error| no_server(&from.runs, &error))?;
            if from.json { json(&calls) } else { Page::of_waiting(&calls).print() }
        }
        #[cfg(unix)]
        Action::Approve { id, runs } => decided(&runs, &id, Decisions::of(&runs).approve(&id)),
        #[cfg(unix)]
        Action::Reject { id, runs, reason } => {
            decided(&runs, &id, Decisions::of(&runs).reject(&id, &reason))
        }
    }
}

fn find(path: &Path, id: Option<RunId>) -> Result<(ShownRun, Vec<Effect>), Failure> {
    let reader = RunReader::open(path).map_err(|error| failure(&error))?;
    let id = match id {
        Some(id) => Some(id),
        None => reader.list(1).map_err(|error| failure(&error))?.first().map(|run| run.id),
    };
    let found = id.map(|id| reader.run(id)).transpose().map_err(|error| failure(&error))?.flatten();
    found.ok_or_else(|| match id {
        Some(id) => Failure::Usage(format!("{}: there is no run {id}", path.display())),
        None => Failure::Usage(format!("{}: there is no run", path.display())),
    })
}

#[cfg(unix)]
fn decided(path: &Path, id: &str, decided: std::io::Result<bool>) -> Result<(), Failure> {
    match decided {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::Usage(format!("no call {id} waits for approval"))),
        Err(error) => Err(no_server(path, &error)),
    }
}

#[cfg(unix)]
fn no_server(path: &Path, error: &std::io::Error) -> Failure {
    use std::io::ErrorKind;

    let path = path.display();
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::ConnectionRefused => {
            Failure::Usage(format!("{path}: no `isolet mcp` runs that records there"))
        }
        ErrorKind::InvalidInput => Failure::Usage(format!("{path}: {error}")),
        _ => Failure::internal(format_args!("{path}: the server: {error}")),
    }
}

fn failure(error: &Error) -> Failure {
    Failure::Usage(error.to_string())
}

fn json(value: &impl Serialize) -> Result<(), Failure> {
    let printed = output::print(|out| serde_json::to_writer(out, value).map_err(Into::into));
    printed.map_err(|error| match error {
        output::Failure::TooLong => Failure::internal("there is more JSON than is printed"),
        output::Failure::Io(error) => Failure::internal(format_args!("standard output: {error}")),
    })
}
