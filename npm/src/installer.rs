//! Installs the packages of a project into the store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cap_std::fs::Dir;
use futures_util::stream::{self, StreamExt as _};

use crate::error::{Error, Result};
use crate::local::Locals;
use crate::lock::Lock;
use crate::name;
use crate::overrides::Overrides;
use crate::package::Package;
use crate::plan::Planner;
use crate::progress::{Event, Progress, Warning};
use crate::project::{self, MANIFEST, Project};
use crate::prune;
use crate::registry::{Registry, blocking};
use crate::settings::Settings;
use crate::spec::{self, Spec};
use crate::store::{Store, replace};
use crate::tree::Tree;

/// Installs the packages of projects into a store.
///
/// Nothing of a package is ever executed: install scripts do not exist here. The installer may be
/// used from several tasks at once, and the store by several processes.
///
/// All methods are async and need a tokio runtime with time and I/O. Dropping a future ends the
/// installation: requests end, and the archive that is being unpacked goes into the store.
pub struct Installer {
    settings: Settings,
    progress: Arc<dyn Progress>,
}

impl std::fmt::Debug for Installer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Installer").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// The outcome of an installation.
#[derive(Debug)]
pub struct Installed {
    /// The packages with their places, for `isolet-lock.json`.
    pub lock: Lock,
    /// The packages and their files.
    pub packages: Packages,
    /// The faults that did not end the installation.
    pub warnings: Vec<Warning>,
}

/// The outcome of adding packages to a project.
#[derive(Debug)]
pub struct Added {
    /// The new text of `package.json`.
    pub manifest: String,
    /// The outcome of installing it.
    pub installed: Installed,
}

/// The packages of an installed project by their paths, such as
/// `node_modules/a/node_modules/b`. A clone costs nothing.
#[derive(Clone, Debug)]
pub struct Packages {
    store: Store,
    locals: Locals,
    packages: Arc<BTreeMap<String, Arc<Package>>>,
}

/// A package of an installed project.
#[derive(Clone, Copy, Debug)]
pub struct InstalledPackage<'a> {
    packages: &'a Packages,
    path: &'a str,
    package: &'a Package,
}

impl Installer {
    /// Returns an installer. Does not use the disk or the network.
    pub fn new(settings: Settings) -> Self {
        Self { settings, progress: Arc::new(|_: &Event<'_>| ()) }
    }

    /// Reports the steps of each installation.
    #[must_use]
    pub fn with_progress(self, progress: impl Progress + 'static) -> Self {
        Self { progress: Arc::new(progress), ..self }
    }

    /// Installs the dependencies of a `package.json`: `dependencies`, `optionalDependencies`,
    /// `peerDependencies`, and `devDependencies` if the settings say so.
    ///
    /// Packages of `lock` that still satisfy the project stay. No request is sent if nothing is to
    /// be resolved or fetched.
    ///
    /// # Errors
    ///
    /// Errors if a package is not allowed, cannot be had, does not have the expected digest or is
    /// malformed, if peers conflict, and if a limit is exceeded. Packages that were complete by
    /// then are in the store.
    pub async fn install(&self, manifest: &str, lock: Option<&Lock>) -> Result<Installed> {
        let project = Project::parse(manifest)?;
        let registry = self.registry(project.overrides()?).await?;
        self.install_project(&project, lock, &registry).await
    }

    /// Adds packages to a `package.json`, and installs all its dependencies. A package is `name`,
    /// for the newest version, or `name@` with a range, a tag, or `npm:other@range`.
    ///
    /// [`Added::write`] writes the results.
    ///
    /// # Errors
    ///
    /// Errors as [`Installer::install`] does, and if a package is not named that way.
    pub async fn add(
        &self,
        manifest: &str,
        packages: &[&str],
        lock: Option<&Lock>,
    ) -> Result<Added> {
        let registry = self.registry(Project::parse(manifest)?.overrides()?).await?;
        let mut planner = self.planner(&registry, Tree::new(BTreeMap::new()));
        let mut added = BTreeMap::new();
        for package in packages {
            let (name, wanted) = spec::split(package);
            if !name::is_valid(name) {
                let reason = "is not a valid name of a package";
                let (package, spec) = (crate::error::shown(name), wanted.to_owned());
                return Err(Error::Spec { package, spec, reason });
            }
            let range = if wanted.is_empty() { "latest" } else { wanted };
            let chosen = planner.choose(&Spec::parse(name, range)).await?;
            let is_new = wanted.is_empty() || wanted == "latest";
            let range = if is_new { format!("^{}", chosen.version) } else { wanted.to_owned() };
            added.insert(name.to_owned(), range);
        }
        let manifest = project::with_dependencies(manifest, &added)?;
        let project = Project::parse(&manifest)?;
        // They may be for what is now a dependency of the project itself.
        project.overrides()?;
        let installed = self.install_project(&project, lock, &registry).await?;
        Ok(Added { manifest, installed })
    }

    async fn registry(&self, overrides: Overrides) -> Result<Registry> {
        let (path, limit) = (self.settings.store.clone(), self.settings.store_bytes);
        let root = self.settings.root.clone();
        let (store, locals) = blocking(move || {
            Ok((Store::open(&path)?.with_limit(limit), Locals::open(root.as_deref())?))
        })
        .await?;
        Registry::new(self.settings.clone(), store, locals, overrides)
    }

    fn planner<'a>(&'a self, registry: &'a Registry, tree: Tree) -> Planner<'a> {
        Planner::new(registry, &self.settings.limits, &*self.progress, tree)
    }

    async fn install_project(
        &self,
        project: &Project,
        lock: Option<&Lock>,
        registry: &Registry,
    ) -> Result<Installed> {
        let mut warnings = Vec::new();
        let (patterns, limit) = (project.workspaces()?, self.settings.limits.packages);
        if registry.locals().are_known() {
            let locals = registry.locals().clone();
            let workspaces = blocking(move || locals.workspaces(&patterns, limit)).await?;
            registry.locals().set_workspaces(workspaces);
        } else if !patterns.is_empty() {
            warnings.push(Warning::Ignored { field: "workspaces" });
        }
        let base = registry.locals().base("");
        let edges = project.edges(self.settings.dev, base, registry.overrides())?;
        let registries = &self.settings.registries;
        let empty = Lock::default();
        let lock = lock.unwrap_or(&empty);
        let mut locals = BTreeMap::new();
        for (folder, name) in lock.folders() {
            // One that is gone is told of where it is needed.
            if let Ok(package) = registry.local(folder, name).await {
                locals.insert((folder, name), Arc::new(package));
            }
        }
        let local = |folder: &str, name: &str| locals.get(&(folder, name)).cloned();
        let tree = lock.tree(edges, registries, registry.overrides(), local);
        let mut planner = self.planner(registry, tree);
        planner.accept_locked(lock)?;
        let (mut tree, failures) = planner.resolve().await?;
        warnings.extend(prune::prune(&mut tree, failures)?);
        let lock = Lock::of(&tree, registries);
        let packages = tree.packages().iter().filter(|(_, package)| package.is_portable());
        let packages: BTreeMap<_, _> =
            packages.map(|(path, package)| (path.clone(), Arc::clone(package))).collect();
        self.fetch(&packages, registry).await?;
        let packages = Packages {
            store: registry.store().clone(),
            locals: registry.locals().clone(),
            packages: Arc::new(packages),
        };
        Ok(Installed { lock, packages, warnings })
    }

    /// Puts all packages into the store, each once.
    async fn fetch(
        &self,
        packages: &BTreeMap<String, Arc<Package>>,
        registry: &Registry,
    ) -> Result<()> {
        let limits = &self.settings.limits;
        let mut seen = BTreeSet::new();
        let remote = packages.values().filter(|package| package.local.is_none());
        let distinct = remote.filter(|package| seen.insert(package.integrity));
        let distinct: Vec<_> = distinct.cloned().collect();
        let total = distinct.len();
        let requests = distinct.into_iter().map(|package| async move {
            let bytes = registry.fetch(&package).await?;
            Ok::<_, Error>((package, bytes))
        });
        let mut requests = stream::iter(requests).buffer_unordered(limits.requests.max(1));
        let (mut done, mut archives) = (0, 0_u64);
        while let Some(fetched) = requests.next().await {
            let (package, bytes) = fetched?;
            archives = archives.saturating_add(bytes);
            if archives > limits.total_archive_bytes {
                let (subject, what) = ("all packages".to_owned(), "bytes of archives");
                return Err(Error::Limit { subject, what, limit: limits.total_archive_bytes });
            }
            done += 1;
            self.progress.on_event(&Event::Fetched { package: &package.name, done, total });
        }
        self.progress.on_event(&Event::Done { total });
        Ok(())
    }
}

impl Added {
    /// Writes `package.json` and `isolet-lock.json` of a project's folder, each at once: nobody
    /// sees a part of a file. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// Errors if a file cannot be written.
    pub fn write(&self, folder: &Dir) -> Result<()> {
        self.installed.lock.write(folder)?;
        replace(folder, MANIFEST, self.manifest.as_bytes())
    }
}

impl Packages {
    /// Returns the packages, in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = InstalledPackage<'_>> {
        self.packages.keys().filter_map(|path| self.get(path))
    }

    /// Returns the package at a path, such as `node_modules/zod`.
    pub fn get(&self, path: &str) -> Option<InstalledPackage<'_>> {
        let (path, package) = self.packages.get_key_value(path)?;
        Some(InstalledPackage { packages: self, path, package })
    }
}

impl<'a> InstalledPackage<'a> {
    /// Returns the path, such as `node_modules/a/node_modules/b`.
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// Returns the name in the registry. The name in the path differs if it is an alias.
    pub fn name(&self) -> &'a str {
        &self.package.name
    }

    /// Returns the version.
    pub fn version(&self) -> String {
        self.package.version.to_string()
    }

    /// Returns true if it is a folder of the project, or a workspace, and no package of a registry.
    pub fn is_local(&self) -> bool {
        self.package.local.is_some()
    }

    /// Returns the folder that the package is in, from [`Settings::root`]. `None` for a package of a
    /// registry.
    pub fn folder(&self) -> Option<&'a str> {
        self.package.local.as_deref()
    }

    /// Opens the folder with the package's files. Each call uses a file descriptor for as long as
    /// the folder is open. The files are for reading: other projects share them.
    ///
    /// # Errors
    ///
    /// Errors if the package has been removed from the store or from the project's folder.
    pub fn open(&self) -> Result<Dir> {
        let Packages { store, locals, .. } = self.packages;
        match (&self.package.local, &self.package.integrity) {
            (Some(folder), _) => locals.folder(folder),
            (None, Some(integrity)) => store.files(integrity),
            (None, None) => Err(Error::NoIntegrity { package: self.package.id() }),
        }
    }
}
