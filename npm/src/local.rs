//! Packages in the folder of a project: `file:` dependencies and workspaces.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use nodejs_semver::Version;
use serde::Deserialize;
use serde_json::Value;

use crate::error::{Error, Result, shown};
use crate::json;
use crate::name;
use crate::overrides::{Overrides, Scope};
use crate::package::{Package, Requirements};
use crate::project::{MANIFEST, MAX_FILE};
use crate::range::Range;
use crate::spec::{self, Spec};
use crate::store;

/// The most bytes and names of a path.
const MAX_PATH: usize = 1024;
const MAX_NAMES: usize = 64;
/// The most entries of a folder that a pattern of workspaces matches.
const MAX_ENTRIES: usize = 10_000;

/// The folder of a project. Nothing outside of it is read, whatever links there are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Locals {
    root: Option<Arc<Dir>>,
    /// Set when the project is known.
    workspaces: Arc<OnceLock<Arc<Workspaces>>>,
}

/// Packages in the project's folder by their names.
pub(crate) type Workspaces = BTreeMap<String, Workspace>;

/// A package in the project's folder that others there name without its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Workspace {
    /// The folder from the root of the project.
    pub(crate) path: String,
    pub(crate) version: Version,
}

/// A folder of a project whose dependencies may lead to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    /// The path from the root of the project.
    folder: String,
    workspaces: Arc<Workspaces>,
}

impl Base {
    pub(crate) fn workspaces(&self) -> Arc<Workspaces> {
        Arc::clone(&self.workspaces)
    }

    /// Returns the specifier of a dependency that asks for a folder or a workspace of the project.
    /// Returns `None` if it asks for something else.
    pub(crate) fn spec(&self, name: &str, text: &str) -> Option<Spec> {
        let text = text.trim();
        if let Some(path) = text.strip_prefix("file:") {
            return Some(Spec::local(name, resolve(&self.folder, path)?));
        }
        let wanted = text.strip_prefix("workspace:")?;
        Some(match self.workspaces.get(name) {
            Some(workspace) if workspace.fits(wanted) => Spec::local(name, workspace.path.clone()),
            Some(_) => Spec::unsupported(
                name,
                text,
                "asks for a version that the workspace of this name does not have",
            ),
            None => Spec::unsupported(
                name,
                text,
                "asks for a workspace, and the project has none of this name",
            ),
        })
    }
}

impl Workspace {
    /// Returns true if `workspace:` followed by a text can mean the workspace. `*`, `^` and `~` are
    /// about what is written when a package is published.
    fn fits(&self, wanted: &str) -> bool {
        let satisfies = |range: Range| range.satisfies_with_prerelease(&self.version);
        matches!(wanted, "*" | "^" | "~")
            || (wanted.is_ascii()
                && !wanted.is_empty()
                && Range::parse(wanted).is_some_and(satisfies))
    }
}

/// The part of `package.json` that is needed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Manifest {
    name: Value,
    version: Value,
    #[serde(flatten)]
    requirements: Requirements,
}

/// Returns the path from the root of what `text` means in the folder `base`. Returns `None` if it
/// leads out of the root, or to the root itself.
pub(crate) fn resolve(base: &str, text: &str) -> Option<String> {
    if text.starts_with('/') || text.contains(['\\', '\0', ':']) || text.len() > MAX_PATH {
        return None;
    }
    let mut names: Vec<&str> = base.split('/').filter(|name| !name.is_empty()).collect();
    for name in text.split('/') {
        match name {
            "" | "." => {}
            ".." => _ = names.pop()?,
            name => names.push(name),
        }
    }
    (!names.is_empty() && names.len() <= MAX_NAMES).then(|| names.join("/"))
}

impl Locals {
    /// Opens the folder of a project, if there is one.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self> {
        let open = |path| Dir::open_ambient_dir(path, ambient_authority());
        let opened = path.map(open).transpose().map_err(|error| fault("", &error.to_string()))?;
        Ok(Self { root: opened.map(Arc::new), workspaces: Arc::default() })
    }

    /// Sets the workspaces that packages may ask for by their names. Counts once.
    pub(crate) fn set_workspaces(&self, workspaces: Workspaces) {
        // An installation is for one project.
        let _ = self.workspaces.set(Arc::new(workspaces));
    }

    /// Returns what a folder's dependencies may lead to. `None` if there is no folder of the
    /// project.
    pub(crate) fn base(&self, folder: &str) -> Option<Base> {
        self.root.as_ref()?;
        let workspaces = self.workspaces.get().cloned().unwrap_or_default();
        Some(Base { folder: folder.to_owned(), workspaces })
    }

    /// Returns true if there is a folder.
    pub(crate) fn are_known(&self) -> bool {
        self.root.is_some()
    }

    /// Opens the folder of a package.
    pub(crate) fn folder(&self, path: &str) -> Result<Dir> {
        let root =
            self.root.as_ref().ok_or_else(|| fault(path, "there is no folder of the project"))?;
        root.open_dir(path).map_err(|error| fault(path, &error.to_string()))
    }

    /// Reads the package in a folder, for a dependency of that name. Blocks.
    ///
    /// Errors if there is none.
    pub(crate) fn package(
        &self,
        path: &str,
        dependency: &str,
        overrides: &Arc<Overrides>,
    ) -> Result<Package> {
        let Manifest { name, version, mut requirements } = self.manifest(path)?;
        let name = name.as_str().filter(|name| name::is_valid(name)).unwrap_or(dependency);
        let version = version_of(&version, path)?;
        requirements.base = self.base(path);
        // They are for what a registry has.
        requirements.bundle_dependencies.clear();
        requirements.os.clear();
        requirements.cpu.clear();
        Ok(Package {
            name: name.to_owned(),
            version,
            integrity: None,
            archive: None,
            local: Some(path.to_owned()),
            requirements,
            overrides: Arc::clone(overrides),
            scope: Scope::default(),
            edges: OnceLock::new(),
        })
    }

    fn manifest(&self, path: &str) -> Result<Manifest> {
        let text = store::read(&self.folder(path)?, MANIFEST, MAX_FILE)
            .map_err(|error| fault(path, &format!("{MANIFEST}: {error}")))?;
        json::parse(&text, MAX_FILE, &format!("{}/{MANIFEST}", shown(path)))
    }

    /// Returns the workspaces. Blocks.
    ///
    /// Errors if a pattern is not supported, a workspace has no name, two have the same, or there
    /// are more than `limit`.
    pub(crate) fn workspaces(&self, patterns: &[String], limit: usize) -> Result<Workspaces> {
        let mut paths = Vec::new();
        for pattern in patterns {
            match pattern.strip_prefix('!') {
                Some(excluded) => {
                    let excluded = self.matching(excluded, limit)?;
                    paths.retain(|path| !excluded.contains(path));
                }
                None => paths.extend(self.matching(pattern, limit)?),
            }
        }
        paths.sort();
        paths.dedup();
        let mut workspaces = BTreeMap::new();
        for path in paths {
            let folder = self.folder(&path)?;
            let is_missing = |error: std::io::Error| error.kind() == ErrorKind::NotFound;
            if folder.symlink_metadata(MANIFEST).is_err_and(is_missing) {
                // As with npm, a folder without one is no workspace.
                continue;
            }
            let manifest = self.manifest(&path)?;
            let Some(name) = manifest.name.as_str().filter(|name| name::is_valid(name)) else {
                return Err(fault(&path, "the workspace has no valid name"));
            };
            let version = version_of(&manifest.version, &path)?;
            let workspace = Workspace { path: path.clone(), version };
            if let Some(other) = workspaces.insert(name.to_owned(), workspace) {
                let reason = format!("the workspace {} has the same name", shown(&other.path));
                return Err(fault(&path, &reason));
            }
            if workspaces.len() > limit {
                let (subject, what) = ("package.json".to_owned(), "workspaces");
                return Err(Error::Limit { subject, what, limit: limit as u64 });
            }
        }
        Ok(workspaces)
    }

    /// Returns the folders that match a pattern.
    fn matching(&self, pattern: &str, limit: usize) -> Result<Vec<String>> {
        let wrong = |reason: &str| {
            let pattern = shown(pattern);
            Error::Manifest { reason: format!("workspaces: {pattern:?} {reason}") }
        };
        if pattern.contains("**") || pattern.contains(['?', '[', '{', '(']) {
            return Err(wrong("is not supported; * stands for a part of a name"));
        }
        let pattern = resolve("", pattern).ok_or_else(|| wrong("leads out of the project"))?;
        let mut folders = vec![String::new()];
        for part in pattern.split('/') {
            let mut next = Vec::new();
            for folder in folders {
                let slash = if folder.is_empty() { "" } else { "/" };
                if !part.contains('*') {
                    let path = format!("{folder}{slash}{part}");
                    next.extend(self.folder(&path).is_ok().then_some(path));
                    continue;
                }
                let here = if folder.is_empty() { "." } else { folder.as_str() };
                let entries = self.folder(here)?.entries();
                let entries = entries.map_err(|error| fault(&folder, &error.to_string()))?;
                for (number, entry) in entries.enumerate() {
                    let entry = entry.map_err(|error| fault(&folder, &error.to_string()))?;
                    let name = entry.file_name();
                    let Some(name) = name.to_str().filter(|name| matches(part, name)) else {
                        continue;
                    };
                    let is_hidden = name.starts_with('.') || name == "node_modules";
                    let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                    next.extend(
                        (is_folder && !is_hidden).then(|| format!("{folder}{slash}{name}")),
                    );
                    if number >= MAX_ENTRIES || next.len() > limit {
                        return Err(wrong("matches too much"));
                    }
                }
            }
            folders = next;
        }
        Ok(folders)
    }
}

/// Returns the version of a package in a folder. As with npm, one that is not published needs none.
fn version_of(version: &Value, path: &str) -> Result<Version> {
    let version = version.as_str().and_then(spec::version).or_else(|| spec::version("0.0.0"));
    version.ok_or_else(|| fault(path, "the version is malformed"))
}

/// Returns true if a name matches a pattern in which `*` stands for any text. Takes time in
/// proportion to their lengths.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return name.ends_with(part);
        }
        match name.find(part).and_then(|at| name.get(at + part.len()..)) {
            Some(rest) => name = rest,
            None => return false,
        }
    }
    true
}

fn fault(path: &str, reason: &str) -> Error {
    let place = if path.is_empty() { String::new() } else { format!("{}: ", shown(path)) };
    Error::Manifest { reason: format!("{place}{reason}") }
}

#[cfg(test)]
mod tests {
    use super::{MAX_NAMES, matches, resolve};

    #[test]
    fn paths_stay_in_the_root() {
        for (base, text, path) in [
            ("", "lib", "lib"),
            ("", "./lib/", "lib"),
            ("", "a/../b", "b"),
            ("packages/a", "../b", "packages/b"),
            ("packages/a", "../../lib", "lib"),
            ("packages/a", "sub//x", "packages/a/sub/x"),
        ] {
            assert_eq!(resolve(base, text).as_deref(), Some(path), "{base} {text}");
        }
        for (base, text) in [
            ("", ""),
            ("", "."),
            ("", ".."),
            ("", "a/../.."),
            ("a", "../.."),
            ("a", "../../a"),
            ("a", ".."),
            ("", "/etc"),
            ("", "//host/x"),
            ("", "c:/x"),
            ("", "a\\..\\..\\b"),
            ("", "a\0"),
        ] {
            assert_eq!(resolve(base, text), None, "{base} {text:?}");
        }
        assert!(resolve("", &vec!["a"; MAX_NAMES].join("/")).is_some());
        assert!(resolve("", &vec!["a"; MAX_NAMES + 1].join("/")).is_none());
        assert!(resolve("", &"a".repeat(1025)).is_none());
    }

    #[test]
    fn patterns_of_names() {
        for (pattern, name) in [
            ("*", "a"),
            ("a-*", "a-b"),
            ("*-b", "a-b"),
            ("a*c", "abc"),
            ("a*b*c", "aXbYbc"),
            ("a", "a"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("a-*", "b"), ("*-b", "a-c"), ("a*b*c", "acb"), ("a", "ab")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
