//! `isolet init`: a small project.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::run::{self, Failure};
use crate::terminal::Terminal;
use crate::types::{self, Project, declaration};

/// The files and their texts, except for the declarations, which are made from `CONFIGURATION`.
const FILES: [(&str, &str); 5] = [
    (".gitignore", include_str!("templates/gitignore")),
    ("README.md", include_str!("templates/README.md")),
    ("src/index.ts", include_str!("templates/src/index.ts")),
    ("tsconfig.json", include_str!("templates/tsconfig.json")),
    ("wrangler.jsonc", CONFIGURATION),
];

const CONFIGURATION: &str = include_str!("templates/wrangler.jsonc");

const EXIT_CODES: &str = "\
Exit status:
  0  Success
  2  Usage error, or a file is in the way
  4  A file cannot be written";

/// Create a small project: a worker in TypeScript, its configuration and its types.
///
/// The files are src/index.ts, wrangler.jsonc, worker-configuration.d.ts (as `isolet types` writes
/// it), tsconfig.json, README.md and .gitignore. Nothing is overwritten: if one of them exists,
/// nothing is written. If one cannot be written, those that were are removed.
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct InitArgs {
    /// The folder of the project, which is created if it does not exist
    dir: PathBuf,
}

pub(crate) fn main(args: &InitArgs) -> ExitCode {
    let terminal = Terminal::default();
    let dir = &args.dir;
    let done = create(dir).and_then(|()| {
        let main = dir.join("src/index.ts");
        types::print(&format!(
            "Created {}. Serve it: isolet serve {}\n",
            dir.display(),
            main.display()
        ))
    });
    let code = done.map_or_else(|failure| run::failed(&terminal, failure), |()| 0);
    ExitCode::from(code)
}

fn create(dir: &Path) -> Result<(), Failure> {
    let project = Project::parse(Path::new("wrangler.jsonc"), CONFIGURATION.to_owned())
        .map_err(Failure::internal)?;
    let types = declaration(&project, &[], &project.folder);
    let files = || FILES.into_iter().chain([(types::FILE, types.as_str())]);

    let mut taken = Vec::new();
    for (name, _) in files() {
        match fs::symlink_metadata(dir.join(name)) {
            Ok(_) => taken.push(name),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(types::failed(&dir.join(name), &error)),
        }
    }
    if !taken.is_empty() {
        return Err(in_the_way(dir, &taken.join(", ")));
    }
    let mut created = Created::default();
    for (name, text) in files() {
        let path = dir.join(name);
        created.file(&path, text).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => in_the_way(dir, name),
            _ => types::failed(&path, &error),
        })?;
    }
    created.0.clear();
    Ok(())
}

fn in_the_way(dir: &Path, names: &str) -> Failure {
    let dir = dir.display();
    Failure::Usage(format!("{dir} has these files already, and nothing was written: {names}"))
}

/// Files and folders that are removed when this is dropped, the last one first.
#[derive(Default)]
struct Created(Vec<PathBuf>);

impl Created {
    fn file(&mut self, path: &Path, text: &str) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            self.folder(folder)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        self.0.push(path.to_owned());
        file.write_all(text.as_bytes())
    }

    fn folder(&mut self, path: &Path) -> io::Result<()> {
        let missing: Vec<_> = path
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.0.push(folder.to_owned());
        }
        Ok(())
    }
}

impl Drop for Created {
    fn drop(&mut self) {
        for path in self.0.iter().rev() {
            // The error that led here is what matters, even if this fails.
            let _ = fs::remove_file(path).or_else(|_| fs::remove_dir(path));
        }
    }
}
