//! The tree of `node_modules`: which package is where, and what each dependant finds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::name;
use crate::package::{Edge, Edges, Package};
use crate::spec::Wanted;

const NODE_MODULES: &str = "node_modules/";

/// The packages by their paths, such as `node_modules/a/node_modules/b`. The project has the
/// empty path.
#[derive(Debug)]
pub(crate) struct Tree {
    project: Edges,
    nodes: BTreeMap<String, Arc<Package>>,
    /// The paths of the nodes that have an edge of this name.
    dependants: BTreeMap<String, BTreeSet<String>>,
}

/// Returns the path of a dependency in the folder of a package.
pub(crate) fn join(folder: &str, name: &str) -> String {
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}{NODE_MODULES}{name}")
}

/// Returns the path of the package whose `node_modules` a package is in, and the last name.
/// Returns `None` for the project.
pub(crate) fn split(path: &str) -> Option<(&str, &str)> {
    let (folder, name) = path.rsplit_once(NODE_MODULES)?;
    Some((folder.strip_suffix('/').unwrap_or(folder), name))
}

/// Returns the number of packages that lie above one another up to this path.
pub(crate) fn depth(path: &str) -> usize {
    path.matches(NODE_MODULES).count()
}

/// Returns true if a path consists of `node_modules` and valid names alone.
pub(crate) fn is_valid(path: &str) -> bool {
    let mut rest = path;
    while let Some((folder, name)) = split(rest) {
        if !name::is_valid(name) || (folder.is_empty() && rest.starts_with('/')) {
            return false;
        }
        rest = folder;
    }
    rest.is_empty() && !path.is_empty()
}

/// Returns the folders that edges ask for.
pub(crate) fn folders(edges: &Edges) -> impl Iterator<Item = &str> {
    edges.values().filter_map(|edge| match &edge.spec.wanted {
        Wanted::Local(folder) => Some(folder.as_str()),
        _ => None,
    })
}

/// Returns true if `path` is below `folder`, at any depth.
pub(crate) fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| {
        if folder.is_empty() { !rest.is_empty() } else { rest.starts_with('/') }
    })
}

impl Tree {
    /// Returns a tree with nothing but a project.
    pub(crate) fn new(project: Edges) -> Self {
        let mut tree =
            Self { project: Edges::new(), nodes: BTreeMap::new(), dependants: BTreeMap::new() };
        tree.index("", &project);
        tree.project = project;
        tree
    }

    pub(crate) fn package(&self, path: &str) -> Option<&Arc<Package>> {
        self.nodes.get(path)
    }

    /// Returns the name and version of the package at a path for a message.
    pub(crate) fn id(&self, path: &str) -> String {
        self.package(path).map_or("the project".to_owned(), |package| package.id())
    }

    /// Returns the dependencies of the package at a path, or of the project.
    pub(crate) fn edges(&self, path: &str) -> Option<&Edges> {
        if path.is_empty() { Some(&self.project) } else { Some(self.package(path)?.edges()) }
    }

    pub(crate) fn edge(&self, path: &str, name: &str) -> Option<&Edge> {
        self.edges(path)?.get(name)
    }

    pub(crate) fn packages(&self) -> &BTreeMap<String, Arc<Package>> {
        &self.nodes
    }

    fn index(&mut self, path: &str, edges: &Edges) {
        for name in edges.keys() {
            self.dependants.entry(name.clone()).or_default().insert(path.to_owned());
        }
    }

    /// Puts a package at a path. An older one there is removed with all below it.
    pub(crate) fn insert(&mut self, path: &str, package: Arc<Package>) {
        self.remove(path);
        self.index(path, package.edges());
        self.nodes.insert(path.to_owned(), package);
    }

    /// Puts a package in the place of the same one with another scope.
    pub(crate) fn rescope(&mut self, path: &str, package: Arc<Package>) {
        if let Some(node) = self.nodes.get_mut(path) {
            *node = package;
        }
    }

    /// Removes a package with all below it.
    pub(crate) fn remove(&mut self, path: &str) {
        let below = format!("{path}/");
        let inside = self.nodes.range(below.clone()..).map(|(path, _)| path);
        let inside = inside.take_while(|it| it.starts_with(&below)).cloned();
        let removed: Vec<_> = inside.chain([path.to_owned()]).collect();
        for path in removed {
            let Some(package) = self.nodes.remove(&path) else { continue };
            for name in package.edges().keys() {
                if let Some(dependants) = self.dependants.get_mut(name) {
                    dependants.remove(&path);
                }
            }
        }
    }

    /// Returns the path of the package that modules of `from` find under a name, as Node.js looks
    /// for it: in the own `node_modules`, and then in those of the folders above.
    pub(crate) fn resolve(&self, from: &str, name: &str) -> Option<String> {
        let mut folder = from;
        loop {
            let path = join(folder, name);
            if self.nodes.contains_key(&path) {
                return Some(path);
            }
            folder = split(folder)?.0;
        }
    }

    /// Returns the path of the package that an edge leads to. A peer is that of the dependant, so
    /// it is not looked for in the own `node_modules`.
    pub(crate) fn target(&self, from: &str, name: &str) -> Option<String> {
        let edge = self.edge(from, name)?;
        let start = if edge.kind.is_peer() { split(from).map_or("", |(it, _)| it) } else { from };
        self.resolve(start, name)
    }

    /// Returns true if an edge leads to a package that satisfies it.
    pub(crate) fn is_satisfied(&self, from: &str, name: &str) -> bool {
        self.edge(from, name).is_some_and(|edge| {
            self.target(from, name).is_some_and(|path| self.satisfies(&path, edge))
        })
    }

    /// Returns true if the package at a path satisfies an edge.
    pub(crate) fn satisfies(&self, path: &str, edge: &Edge) -> bool {
        self.package(path).is_some_and(|it| satisfies(it, edge))
    }

    /// Returns the paths of the packages whose edges lead to the package at a path.
    pub(crate) fn dependants(&self, path: &str) -> Vec<String> {
        let Some((folder, name)) = split(path) else { return Vec::new() };
        let candidates = self.dependants.get(name).into_iter().flatten();
        let visible = candidates.filter(|from| *from == folder || is_below(from, folder));
        let leading = visible.filter(|from| self.target(from, name).as_deref() == Some(path));
        leading.cloned().collect()
    }
}

/// Returns true if a package satisfies an edge, and has no overrides that conflict with those of
/// the edge.
pub(crate) fn satisfies(package: &Package, edge: &Edge) -> bool {
    let is_it = match &edge.spec.wanted {
        Wanted::Local(path) => package.local.as_ref() == Some(path),
        _ => edge.spec.is_satisfied_by(&package.name, &package.version),
    };
    let conflict = || package.overrides.conflict(package.scope, edge.scope);
    is_it && (package.scope == edge.scope || package.edges().is_empty() || !conflict())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        assert_eq!(join("", "a"), "node_modules/a");
        assert_eq!(join("node_modules/@s/a", "b"), "node_modules/@s/a/node_modules/b");
        assert_eq!(split("node_modules/@s/a/node_modules/b"), Some(("node_modules/@s/a", "b")));
        assert_eq!(split("node_modules/a"), Some(("", "a")));
        assert_eq!(split(""), None);
        assert_eq!(depth("node_modules/@s/a/node_modules/b"), 2);
        assert!(is_below("node_modules/a", "") && !is_below("", ""));
        assert!(is_below("node_modules/a/node_modules/b", "node_modules/a"));
        assert!(!is_below("node_modules/ab", "node_modules/a"));
    }

    #[test]
    fn paths_of_lockfiles() {
        for path in ["node_modules/a", "node_modules/@s/a/node_modules/b"] {
            assert!(is_valid(path), "{path}");
        }
        for path in [
            "",
            "a",
            "packages/a",
            "packages/a/node_modules/b",
            "/node_modules/a",
            "node_modules/",
            "node_modules/../a",
            "node_modules/a/b",
            "../node_modules/a",
            "node_modules/a/",
            "node_modules/a//node_modules/b",
            "node_modules/node_modules/a",
            "xnode_modules/a",
        ] {
            assert!(!is_valid(path), "{path}");
        }
    }
}
