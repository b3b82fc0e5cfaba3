//! Packages of npm.

pub(crate) mod add;
mod install;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use isolet::{PackageInstaller, Packages, WorkerCode};

use crate::args::ProgramArgs;
use crate::run::Failure;

/// The file that lists the dependencies of a project.
pub(crate) const MANIFEST: &str = "package.json";

/// The lockfile of `isolet add`.
pub(crate) const LOCK: &str = "isolet-lock.json";

/// The store of packages, and the packages that may be installed.
#[derive(Clone, Default, clap::Args)]
pub(crate) struct StoreArgs {
    /// The folder that keeps installed packages, for all projects [default: isolet/packages in the
    /// user's folder for caches]
    #[arg(long, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,

    /// The maximum size of the store, such as 20G. What would exceed it is not installed, and nothing is
    /// removed [default: 16G]
    #[arg(long, value_name = "SIZE", value_parser = crate::size::parse)]
    pub(crate) store_size: Option<u64>,

    /// Install only packages of this name, such as zod or @scope/* (can be repeated) [default: all]
    #[arg(long = "allow-package", value_name = "NAME")]
    pub(crate) allowed: Vec<String>,

    /// Install no release that is younger, unless a lockfile has it [default: 3days]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) minimum_age: Option<std::time::Duration>,
}

/// Returns the folder `node_modules` of a folder or of the nearest one around it.
pub(crate) fn node_modules(root: &Path) -> Option<PathBuf> {
    nearest(root, |folder| folder.join("node_modules").is_dir()).map(|it| it.join("node_modules"))
}

fn nearest(root: &Path, is: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let root = root.canonicalize().ok()?;
    root.ancestors().find(|folder| is(folder)).map(Path::to_owned)
}

/// The packages that the modules of a folder can import, and where they are.
pub(crate) struct Opened {
    pub(crate) packages: Packages,
    /// The folders that packages are read from while the code runs.
    pub(crate) readable: Vec<PathBuf>,
}

/// Opens the packages that the modules of a folder can import: those of a `node_modules`, or those
/// that `isolet add` has installed.
///
/// # Errors
/// Errors if a folder cannot be opened, or if packages that are asked for cannot be had.
pub(crate) fn open(root: &Path, args: &StoreArgs, installs: bool) -> Result<Opened, Failure> {
    let is_project = |folder: &Path| {
        folder.join(MANIFEST).is_file() && (installs || folder.join(LOCK).is_file())
    };
    if let Some(project) = nearest(root, is_project) {
        let has_node_modules = project.join("node_modules").is_dir();
        if installs || !has_node_modules {
            let installed = install::project(&project, args, !installs)?;
            let packages = Packages::installed(Some(root), &installed)
                .map_err(|error| Failure::Usage(format!("{}: {error}", root.display())))?;
            // Packages of the project may lie beside the folder of imports.
            let local = installed.iter().filter_map(|it| it.folder());
            let local = local.map(|folder| project.join(folder));
            let readable = local.chain(install::store(args)).filter(|it| it.is_dir()).collect();
            return Ok(Opened { packages, readable });
        }
    }
    if installs {
        let text = format!("--install: there is no {MANIFEST} in or around {}", root.display());
        return Err(Failure::Usage(text));
    }
    let packages = in_node_modules(root)?;
    Ok(Opened { packages, readable: node_modules(root).into_iter().collect() })
}

/// Opens the packages in the `node_modules` of a folder or of the nearest one around it.
///
/// # Errors
/// Errors if a folder cannot be opened.
pub(crate) fn in_node_modules(root: &Path) -> Result<Packages, Failure> {
    let shown =
        |path: &Path, error: io::Error| Failure::Usage(format!("{}: {error}", path.display()));
    let own = root.canonicalize().map_err(|error| shown(root, error))?;
    match node_modules(root).filter(|folder| folder.parent() != Some(&own)) {
        Some(folder) => {
            Packages::with_node_modules(Some(root), &folder).map_err(|error| shown(&folder, error))
        }
        None => Packages::open(root).map_err(|error| shown(root, error)),
    }
}

/// Lets a worker install packages, if the arguments say so.
///
/// # Errors
/// Errors if the settings are wrong.
pub(crate) fn add_installer(args: &ProgramArgs, code: WorkerCode) -> Result<WorkerCode, Failure> {
    if !args.packages {
        return Ok(code);
    }
    let settings = install::settings(&args.store, Path::new("."), false)?;
    let installer = PackageInstaller::new(isolet::npm::Installer::new(settings));
    Ok(code.packages(isolet::Stub::new(installer)))
}

/// Reads a file of a project. `None` if there is none.
fn read(path: &Path) -> Result<Option<String>, Failure> {
    match crate::disk::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::Usage(format!("{}: {error}", path.display()))),
    }
}

/// Writes a file of a project beside and renames it, so that it is never half written.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // Nothing else can be done about a file that cannot be removed.
        let _ = fs::remove_file(&beside);
    }
    written.map_err(|error| {
        let text = format!("{}: {error}", path.display());
        Failure::Internal(isolet::Outcome::InternalError, text)
    })
}
