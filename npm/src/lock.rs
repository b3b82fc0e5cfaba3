//! Lockfiles: our own, and those of npm.
//!
//! `isolet-lock.json` has the members `version` (1), `packages` and `skipped`. `packages` is that
//! of `package-lock.json`, with the fields that installing needs and without the project itself.
//! `resolved` is there only if the archive is not where registries have it by convention.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::sync::{Arc, OnceLock};

use cap_std::fs::Dir;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::error::{Error, Result, shown};
use crate::integrity::Integrity;
use crate::json;
use crate::local;
use crate::name;
use crate::npmrc::Registries;
use crate::overrides::{Overrides, Scope};
use crate::package::{Edges, Kind, Package, Requirements, Specs};
use crate::registry::usual_archive_url;
use crate::spec;
use crate::store;
use crate::tree::{self, Tree};

/// The most bytes of a lockfile.
const MAX_FILE: u64 = 32 << 20;
/// The names of lockfiles, in the order in which they count.
const OWN: &str = "isolet-lock.json";
const OF_NPM: &str = "package-lock.json";
/// The prefix of the place of a package in a folder of the project.
const FOLDER: &str = "file:";
/// The version of our own format.
const VERSION: u64 = 1;

/// The packages of a project with their places, versions and digests.
///
/// Optional dependencies that could not be had are part of it: they stay out for as long as the
/// lock is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// By path, such as `node_modules/a/node_modules/b`.
    packages: BTreeMap<String, Locked>,
    /// The optional dependencies that could not be had, by the path of the dependant.
    skipped: BTreeMap<String, Specs>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Locked {
    /// The name in the registry, if it is not that of the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integrity: Option<String>,
    #[serde(skip_serializing)]
    link: bool,
    #[serde(skip_serializing)]
    in_bundle: bool,
    #[serde(flatten)]
    requirements: Requirements,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct File {
    /// A number in our own format; the project's version in npm's.
    version: Value,
    #[serde(skip_serializing)]
    lockfile_version: Option<u64>,
    packages: BTreeMap<String, Locked>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    skipped: BTreeMap<String, Specs>,
}

impl Lock {
    /// Parses `isolet-lock.json`, or `package-lock.json` of version 2 or 3. Takes time in
    /// proportion to the text.
    ///
    /// # Errors
    ///
    /// Errors if the text is larger than 32 MiB, malformed or of another version; and if a package
    /// is neither from a registry nor in the project's folder, or has no SHA-512 digest.
    pub fn parse(text: &str) -> Result<Self> {
        let file: File = json::parse(text.as_bytes(), MAX_FILE, "the lockfile")?;
        let is_own = file.lockfile_version.is_none() && file.version.as_u64() == Some(VERSION);
        if !is_own && !matches!(file.lockfile_version, Some(2 | 3)) {
            let reason = "its version is not supported; for package-lock.json, run `npm install` \
                          of npm 7 or later";
            return Err(Error::Lock { reason: reason.to_owned() });
        }
        let mut packages = BTreeMap::new();
        for (path, locked) in file.packages {
            // The project itself, and what is in the archive of another package.
            if path.is_empty() || locked.in_bundle {
                continue;
            }
            let fault =
                |reason: &str| Error::Lock { reason: format!("{}: {reason}", shown(&path)) };
            if !is_own && is_of_folder(&path) {
                // The folder says what is in it.
                continue;
            }
            if !tree::is_valid(&path) {
                return Err(fault("it is no path of a package"));
            }
            if let Some(folder) = locked.folder(is_own) {
                let Some(folder) = local::resolve("", folder) else {
                    return Err(fault("it leads out of the project"));
                };
                let resolved = Some(format!("{FOLDER}{folder}"));
                packages.insert(path, Locked { resolved, ..Locked::default() });
                continue;
            }
            let is_git = |it: &String| !it.starts_with("https:") && !it.starts_with("http:");
            if locked.resolved.as_ref().is_some_and(is_git) {
                return Err(fault("only packages of registries are supported"));
            }
            if locked.integrity().is_none() {
                return Err(fault("it has no sha512 integrity, so it cannot be checked"));
            }
            let version = locked.version.as_deref().and_then(spec::version);
            if version.is_none() || !locked.name.as_deref().is_none_or(name::is_valid) {
                return Err(fault("its name or version is malformed"));
            }
            // A link that leads nowhere is none.
            packages.insert(path, Locked { link: false, ..locked });
        }
        Ok(Self { packages, skipped: file.skipped })
    }

    /// Reads the lockfile of a project's folder: `isolet-lock.json`, or else `package-lock.json`.
    /// Returns `None` if there is none. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// Errors if the file cannot be read, and as [`Lock::parse`] does.
    pub fn read(folder: &Dir) -> Result<Option<Self>> {
        for name in [OWN, OF_NPM] {
            match store::read(folder, name, MAX_FILE) {
                Ok(bytes) => {
                    let text = String::from_utf8(bytes);
                    let text =
                        text.map_err(|_| Error::Lock { reason: "it is not UTF-8".to_owned() });
                    return Self::parse(&text?).map(Some);
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(Error::Lock { reason: format!("{name}: {error}") }),
            }
        }
        Ok(None)
    }

    /// Writes `isolet-lock.json` of a project's folder, at once: nobody sees a part of it. Blocks
    /// on the disk.
    ///
    /// # Errors
    ///
    /// Errors if the file cannot be written.
    pub fn write(&self, folder: &Dir) -> Result<()> {
        store::replace(folder, OWN, self.to_json().as_bytes())
    }

    /// Returns the text of `isolet-lock.json`. Equal locks have equal texts.
    pub fn to_json(&self) -> String {
        let file = File {
            version: VERSION.into(),
            lockfile_version: None,
            packages: self.packages.clone(),
            skipped: self.skipped.clone(),
        };
        // Maps with keys of text always serialise.
        serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
    }

    /// Returns the path, name and version of each package.
    pub fn packages(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.packages.iter().map(|(path, locked)| {
            (path.as_str(), locked.name(path), locked.version.as_deref().unwrap_or_default())
        })
    }

    /// Returns true if an optional dependency of the package at a path could not be had before.
    pub(crate) fn has_skipped(&self, path: &str, name: &str, spec: &str) -> bool {
        let skipped = self.skipped.get(path).and_then(|specs| specs.get(name));
        skipped.is_some_and(|skipped| skipped == spec)
    }

    /// Returns the packages that are in folders of the project: the folders and the names in their
    /// paths.
    pub(crate) fn folders(&self) -> impl Iterator<Item = (&str, &str)> {
        self.packages.iter().filter_map(|(path, locked)| {
            let (_, name) = tree::split(path)?;
            Some((locked.resolved.as_deref()?.strip_prefix(FOLDER)?, name))
        })
    }

    /// Returns the tree of a project with these packages. `local` returns those in folders.
    pub(crate) fn tree(
        &self,
        project: Edges,
        registries: &Registries,
        overrides: &Arc<Overrides>,
        local: impl Fn(&str, &str) -> Option<Arc<Package>>,
    ) -> Tree {
        // The folders that the project, and folders that it asks for, ask for: no other one takes
        // the place of a package of a registry, which has a digest.
        let mut folders: BTreeSet<String> = tree::folders(&project).map(str::to_owned).collect();
        let mut tree = Tree::new(project);
        // Paths come in an order in which a folder comes before what is in it.
        for (path, locked) in &self.packages {
            let package = match locked.folder(true) {
                Some(folder) if !folders.contains(folder) => None,
                Some(folder) => tree::split(path).and_then(|(_, name)| local(folder, name)),
                None => locked.package(path, registries, overrides).map(Arc::new),
            };
            if let Some(package) = package {
                if package.local.is_some() {
                    folders.extend(tree::folders(package.edges()).map(str::to_owned));
                }
                tree.insert(path, package);
            }
        }
        tree
    }

    /// Returns the lock of a tree.
    pub(crate) fn of(tree: &Tree, registries: &Registries) -> Self {
        let locked = |(path, package): (&String, &Arc<Package>)| {
            let name = tree::split(path).map_or("", |(_, name)| name);
            let usual = usual_archive_url(registries.of(&package.name), package);
            let is_usual = |archive: &&String| {
                usual.as_ref().is_ok_and(|usual| usual.as_str() == archive.as_str())
            };
            if let Some(folder) = &package.local {
                let resolved = Some(format!("{FOLDER}{folder}"));
                return (path.clone(), Locked { resolved, ..Locked::default() });
            }
            let locked = Locked {
                name: (name != package.name).then(|| package.name.clone()),
                version: Some(package.version.to_string()),
                resolved: package.archive.clone().filter(|it| !is_usual(&it)),
                integrity: package.integrity.map(|it| it.to_string()),
                link: false,
                in_bundle: false,
                requirements: package.requirements.clone(),
            };
            (path.clone(), locked)
        };
        let mut skipped: BTreeMap<String, Specs> = BTreeMap::new();
        for path in tree.packages().keys().map(String::as_str).chain([""]) {
            for (name, edge) in tree.edges(path).into_iter().flatten() {
                if edge.kind == Kind::Optional && tree.target(path, name).is_none() {
                    let specs = skipped.entry(path.to_owned()).or_default();
                    specs.insert(name.clone(), edge.spec.text.clone());
                }
            }
        }
        Self { packages: tree.packages().iter().map(locked).collect(), skipped }
    }
}

/// Returns true if an entry of npm's lockfile is for a folder of the project, or for what is
/// installed in it.
fn is_of_folder(path: &str) -> bool {
    !path.starts_with("node_modules/") && local::resolve("", path).as_deref() == Some(path)
}

impl Locked {
    fn name<'a>(&'a self, path: &'a str) -> &'a str {
        let of_path = tree::split(path).map_or("", |(_, name)| name);
        self.name.as_deref().unwrap_or(of_path)
    }

    /// Returns the folder of the project that the package is in, if it is in one.
    fn folder(&self, is_own: bool) -> Option<&str> {
        let resolved = self.resolved.as_deref()?;
        if is_own { resolved.strip_prefix(FOLDER) } else { self.link.then_some(resolved) }
    }

    fn integrity(&self) -> Option<Integrity> {
        Integrity::parse(self.integrity.as_deref()?)
    }

    /// Returns the package. A lockfile comes with the project and is not trusted, so an address
    /// counts only if it is one of the package's registry. The digest decides anyway.
    fn package(
        &self,
        path: &str,
        registries: &Registries,
        overrides: &Arc<Overrides>,
    ) -> Option<Package> {
        let name = self.name(path).to_owned();
        let registry = registries.of(&name);
        let is_own = |it: &&String| Url::parse(it).is_ok_and(|it| it.origin() == registry.origin());
        Some(Package {
            archive: self.resolved.as_ref().filter(is_own).cloned(),
            name,
            version: spec::version(self.version.as_deref()?)?,
            integrity: self.integrity(),
            local: None,
            requirements: self.requirements.clone(),
            overrides: Arc::clone(overrides),
            scope: Scope::default(),
            edges: OnceLock::new(),
        })
    }
}
