//! `isolet add`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{LOCK, MANIFEST, StoreArgs, install, read, write};
use crate::run::{self, Failure};
use crate::terminal::Terminal;
use crate::types;

const EXIT_CODES: &str = "\
Exit status:
  0    Success
  2    Usage error, or a package that cannot be had
  4    A file cannot be written
  130  Interrupted";

/// Add packages of npm to a project.
///
/// Writes package.json and isolet-lock.json, and puts the packages into a store that all projects
/// share. `isolet run` finds them there: there is no node_modules. Nothing of a package runs when it
/// is installed. Registries and tokens are those of .npmrc and of the environment, as with npm.
/// Without a package, installs what package.json asks for.
#[allow(clippy::doc_markdown, reason = "the text is printed as it is")]
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct AddArgs {
    /// The packages: NAME for the newest release, or NAME@RANGE, NAME@TAG, NAME@npm:OTHER@RANGE
    packages: Vec<String>,

    /// The folder of the project
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,

    #[command(flatten)]
    store: StoreArgs,
}

pub(crate) fn main(args: &AddArgs) -> ExitCode {
    let terminal = Terminal::default();
    let code = add(args).map_or_else(|failure| run::failed(&terminal, failure), |()| 0);
    ExitCode::from(code)
}

fn add(args: &AddArgs) -> Result<(), Failure> {
    let path = args.dir.join(MANIFEST);
    let manifest = match read(&path)? {
        Some(manifest) => manifest,
        None if args.dir.is_dir() => "{}\n".to_owned(),
        None => return Err(Failure::Usage(format!("{}: no such folder", args.dir.display()))),
    };
    let mut settings = install::settings(&args.store, &args.dir, false)?;
    settings.root = Some(args.dir.clone());
    let lock = install::lock(&args.dir)?;
    let packages: Vec<&str> = args.packages.iter().map(String::as_str).collect();
    let added = install::wait(settings, async |installer| {
        installer.add(&manifest, &packages, lock.as_ref()).await
    })?;
    if added.manifest != manifest {
        write(&path, &added.manifest)?;
    }
    install::finish(&args.dir, &added.installed)?;
    let mut text = String::new();
    for package in added.installed.packages.iter() {
        let is_it = |given: &String| {
            given
                .strip_prefix(package.name())
                .is_some_and(|it| it.is_empty() || it.starts_with('@'))
        };
        let named =
            package.path().matches("node_modules/").count() == 1 && args.packages.iter().any(is_it);
        if named {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} {}", package.name(), package.version());
        }
    }
    let total = added.installed.packages.iter().count();
    let noun = if total == 1 { "package" } else { "packages" };
    types::print(&format!("{text}{total} {noun}, listed in {}\n", args.dir.join(LOCK).display()))
}
