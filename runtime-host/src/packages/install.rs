//! Installing packages, for embedders and as a capability of workers.
#![allow(unreachable_pub, reason = "the macro takes methods that are `pub`")]

use std::io;
use std::path::Path;
use std::sync::Arc;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use isolet_npm::{InstalledPackage, Installer};
use isolet_wire::Value;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::error::thrown::Thrown;
use crate::packages::Packages;
use crate::resolver::{Disk, Opener};
use crate::rpc::capability::{Answer as Answered, Capability};

/// The maximum number of bytes of the files that one call hands to a worker.
const MAX_BYTES: u64 = 64 << 20;

/// The maximum number of those files.
const MAX_FILES: usize = 20_000;

/// The number of calls that install at a time. Each holds metadata and archives in memory.
const MAX_CALLS: usize = 2;

/// The maximum depth of folders in a package.
const MAX_DEPTH: usize = 32;

/// The endings of files that programs read. Maps of sources, documentation and declarations of
/// TypeScript are not among them.
const ENDINGS: [&str; 14] = [
    "cjs", "css", "cts", "html", "js", "json", "jsx", "mjs", "mts", "sql", "svg", "ts", "tsx",
    "txt",
];

impl Packages {
    /// Opens the folder of a project with the packages that an installer has installed for it,
    /// which appear as its `node_modules`. `root` is `None` if there is no folder.
    ///
    /// # Errors
    /// Errors if a folder cannot be opened.
    pub fn installed(root: Option<&Path>, packages: &isolet_npm::Packages) -> io::Result<Self> {
        let open = |path: &Path| Dir::open_ambient_dir(path, ambient_authority());
        let mut disk = Disk::new(root.map(open).transpose()?);
        for package in packages.iter() {
            let (packages, path) = (packages.clone(), package.path().to_owned());
            let opener: Opener = Box::new(move || {
                let package = packages.get(&path).ok_or(io::ErrorKind::NotFound)?;
                package.open().map_err(io::Error::other)
            });
            disk.mount(package.path(), opener, !package.is_local());
        }
        Ok(Self::of(disk))
    }
}

/// The capability to install packages, for [`WorkerCode::packages`]. `isolet:bundler` uses it for
/// what the `package.json` of a program asks for.
///
/// A worker names the packages. The installer's settings decide which are allowed, from which
/// registry they come, how old they must be, and how large they may be. A lockfile of the
/// worker's is ignored, because it could name other archives. The files of the packages go to
/// the worker, at most 64 MiB for one call. Two calls run at a time, and others wait. The store
/// on disk keeps what was installed, up to its limit
/// ([`Settings::store_bytes`](isolet_npm::Settings::store_bytes)). Leave
/// [`Settings::root`](isolet_npm::Settings::root) unset: a worker that names its `package.json` would
/// choose among the folders there.
///
/// [`WorkerCode::packages`]: crate::WorkerCode::packages
#[derive(Debug)]
pub struct PackageInstaller(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    installer: Arc<Installer>,
    calls: Semaphore,
}

impl PackageInstaller {
    /// Creates the capability.
    pub fn new(installer: impl Into<Arc<Installer>>) -> Self {
        let calls = Semaphore::new(MAX_CALLS);
        Self(Arc::new(Shared { installer: installer.into(), calls }))
    }
}

#[derive(Deserialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
struct Request {
    /// The text of a `package.json`.
    manifest: String,
    /// The text of a `package-lock.json` or `isolet-lock.json`.
    lock: Option<String>,
    /// The address of a registry. The embedder chooses it.
    registry: Option<String>,
}

#[derive(Default, Serialize)]
#[cfg_attr(feature = "declarations", derive(schemars::JsonSchema))]
struct Answer {
    /// Paths and texts.
    files: Vec<(String, String)>,
    warnings: Vec<String>,
    /// Names and versions.
    installed: Vec<String>,
}

impl Capability for PackageInstaller {
    fn call(self: Arc<Self>, method: &str, arguments: Value) -> Answered {
        Arc::new(Methods(Arc::clone(&self.0))).call(method, arguments)
    }

    #[cfg(feature = "declarations")]
    fn declaration(&self) -> Option<String> {
        Methods(Arc::clone(&self.0)).declaration()
    }
}

/// The methods in JavaScript.
struct Methods(Arc<Shared>);

#[isolet::capability(name = "PackageInstaller")]
impl Methods {
    /// Installs the dependencies of a package.
    pub async fn install(&self, request: Request) -> Result<Answer, Thrown> {
        let mut answer = Answer::default();
        let _permit = self.0.calls.acquire().await.map_err(thrown)?;
        if request.lock.is_some() {
            answer.warnings.push("the lockfile of the program is ignored".to_owned());
        }
        if let Some(registry) = request.registry {
            answer.warnings.push(format!(
                "registry {registry:?} is ignored: the embedder of the worker chooses the registry"
            ));
        }
        let installed = self.0.installer.install(&request.manifest, None).await.map_err(thrown)?;
        answer.warnings.extend(installed.warnings.iter().map(ToString::to_string));
        let packages = installed.packages;
        let read = tokio::task::spawn_blocking(move || {
            let mut files = Files { files: Vec::new(), bytes_left: MAX_BYTES };
            let mut names = Vec::new();
            for package in packages.iter() {
                names.push(format!("{}@{}", package.name(), package.version()));
                files.add(&package)?;
            }
            Ok::<_, io::Error>((files.files, names))
        });
        let (files, names) = read.await.map_err(thrown)?.map_err(thrown)?;
        (answer.files, answer.installed) = (files, names);
        Ok(answer)
    }
}

fn thrown(error: impl std::fmt::Display) -> Thrown {
    Thrown::new(error.to_string())
}

/// The files that are read for a worker.
struct Files {
    files: Vec<(String, String)>,
    bytes_left: u64,
}

impl Files {
    fn add(&mut self, package: &InstalledPackage<'_>) -> io::Result<()> {
        let dir = package.open().map_err(io::Error::other)?;
        self.folder(&dir, package.path(), 0)
    }

    fn folder(&mut self, dir: &Dir, path: &str, depth: usize) -> io::Result<()> {
        for entry in dir.entries()? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            let path = format!("{path}/{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() && depth < MAX_DEPTH {
                self.folder(&entry.open_dir()?, &path, depth + 1)?;
            } else if kind.is_file() && is_read(&name) {
                self.file(dir, &name, path)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, dir: &Dir, name: &str, path: String) -> io::Result<()> {
        let too_much = || {
            io::Error::other(format!(
                "the packages have more than {MAX_FILES} files or {MAX_BYTES} bytes, which is the \
                 limit of what one call hands to a worker (fewer dependencies at a time do)"
            ))
        };
        let length = dir.metadata(name)?.len();
        self.bytes_left = self.bytes_left.checked_sub(length).ok_or_else(too_much)?;
        if self.files.len() >= MAX_FILES {
            return Err(too_much());
        }
        // A file that is not text is none that can be a module.
        if let Ok(text) = String::from_utf8(dir.read(name)?) {
            self.files.push((path, text));
        }
        Ok(())
    }
}

fn is_read(name: &str) -> bool {
    let Some((stem, ending)) = name.rsplit_once('.') else { return false };
    let is_declaration =
        stem.rsplit_once('.').is_some_and(|(_, end)| end == "d") && ending.ends_with("ts");
    !is_declaration && ENDINGS.contains(&ending)
}
