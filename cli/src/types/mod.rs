//! `isolet types`: declarations of what a worker has, for editors and `tsc`.

mod declaration;
pub(crate) mod document;
mod file;
mod project;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use isolet::Outcome;

pub(crate) use self::declaration::declaration;
use self::file::State;
pub(crate) use self::project::Project;
use crate::run::{self, Failure};
use crate::streams;
use crate::terminal::Terminal;

/// The name of the file that is written, as Wrangler has it.
pub(crate) const FILE: &str = "worker-configuration.d.ts";

const EXIT_CODES: &str = "\
Exit status:
  0  Success
  1  The file is out of date (with --check)
  2  Usage error, or a configuration that is wrong
  4  The file cannot be read or written";

/// Write worker-configuration.d.ts: the types of a worker's env, and of all that a sandbox has.
///
/// With it, an editor and `tsc` need neither @cloudflare/workers-types nor the library dom. The
/// option `lib` of tsconfig.json is esnext, `types` is empty, and `skipLibCheck` is true if
/// @types/node is installed.
///
/// The names and types of env are read from the configuration: `vars`, `worker_loaders`, `services`
/// and `assets`. The names in a file .dev.vars beside it are strings. Other bindings do not exist in
/// isolet; each is named in a warning and left out. Values of env that a flag or a program gives
/// are not known: declare them in `Cloudflare.Env`.
///
/// A file that this command, or Wrangler, has not written is never overwritten.
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct TypesArgs {
    /// The configuration (wrangler.jsonc, wrangler.json or wrangler.toml, at most 1 MiB), or the
    /// folder that contains it
    #[arg(value_name = "DIR|FILE", default_value = ".")]
    project: PathBuf,

    /// The configurations of further workers, or their folders. `services` that name them have the
    /// types of their entrypoints, and others are `Fetcher`
    #[arg(value_name = "DIR|FILE")]
    services: Vec<PathBuf>,

    /// Write to this file, or to standard output if it is - [default: worker-configuration.d.ts
    /// beside the configuration]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Write nothing, and fail if the file is out of date
    #[arg(long)]
    check: bool,
}

pub(crate) fn main(args: &TypesArgs) -> ExitCode {
    let terminal = Terminal::default();
    let code = start(args, &terminal).unwrap_or_else(|failure| run::failed(&terminal, failure));
    ExitCode::from(code)
}

fn start(args: &TypesArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let to_stdout = args.out.as_deref() == Some(Path::new("-"));
    if to_stdout && args.check {
        return Err(Failure::Usage("--check needs a file to compare with, not -".to_owned()));
    }
    let project = Project::read(&args.project).map_err(Failure::Usage)?;
    for warning in &project.warnings {
        terminal.warning(warning);
    }
    let services = args.services.iter().map(|path| Project::read(path));
    let services: Vec<_> = services.collect::<Result<_, _>>().map_err(Failure::Usage)?;
    if to_stdout {
        print(&declaration(&project, &services, &project.folder))?;
        return Ok(0);
    }
    let path = args.out.clone().unwrap_or_else(|| project.folder.join(FILE));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let text = declaration(&project, &services, folder.unwrap_or(Path::new(".")));
    let state = file::compare(&path, &text).map_err(|error| failed(&path, &error))?;
    let shown = path.display();
    match state {
        State::Same => Ok(0),
        State::Foreign => Err(Failure::Usage(format!(
            "{shown} exists, and neither `isolet types` nor Wrangler has written it: remove it, or \
             choose another --out"
        ))),
        State::Missing | State::Old if args.check => {
            let what = if state == State::Old { "is out of date" } else { "does not exist" };
            terminal.error(format_args!("{shown} {what}: run `isolet types`"), None);
            Ok(1)
        }
        State::Missing | State::Old => {
            file::replace(&path, &text).map_err(|error| failed(&path, &error))?;
            print(&format!("{shown}\n"))?;
            Ok(0)
        }
    }
}

/// Creates the failure for a file that cannot be read or written.
pub(crate) fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::Internal(Outcome::InternalError, format!("{}: {error}", path.display()))
}

/// Prints on standard output. A reader that has enough is no error.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let written = if streams::STDOUT.was_closed() {
        Err(io::Error::other("it is closed"))
    } else {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(failed(Path::new("standard output"), &error))
        }
        _ => Ok(()),
    }
}
