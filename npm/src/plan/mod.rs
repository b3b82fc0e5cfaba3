//! Decides which packages are installed, and where.
//!
//! The tree of the lockfile comes first. Then each dependency that the tree does not satisfy is
//! resolved, from the project downwards, in the order of names. So the result depends on nothing
//! but the project, the lockfile and the metadata.

mod peers;
mod scopes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};

use crate::error::{Error, Result};
use crate::lock::Lock;
use crate::package::{Edge, Kind, Package};
use crate::packument::Packument;
use crate::place::{self, Candidate, Verdict};
use crate::progress::{Event, Progress};
use crate::registry::Registry;
use crate::settings::Limits;
use crate::spec::{Spec, Wanted};
use crate::tree::{self, Tree};

/// The dependencies that cannot be had, by dependant and name.
pub(crate) type Failures = BTreeMap<(String, String), Error>;

/// The work on one tree.
pub(crate) struct Planner<'a> {
    registry: &'a Registry,
    limits: &'a Limits,
    progress: &'a dyn Progress,
    tree: Tree,
    /// The paths whose dependencies are to be resolved, by depth.
    queue: BTreeSet<(usize, String)>,
    /// The packages whose metadata will be needed.
    wanted: BTreeSet<String>,
    packuments: BTreeMap<String, Result<Arc<Packument>>>,
    /// The packages of the project's folder, by path and by name of the dependency.
    locals: BTreeMap<(String, String), Arc<Package>>,
    failures: Failures,
    /// The dependencies that are left as they are, because all places conflict.
    conflicts: BTreeSet<(String, String)>,
    /// The number of times that a package got another scope, by path.
    rescoped: BTreeMap<String, usize>,
    /// The number of steps so far.
    steps: usize,
}

impl<'a> Planner<'a> {
    pub(crate) fn new(
        registry: &'a Registry,
        limits: &'a Limits,
        progress: &'a dyn Progress,
        tree: Tree,
    ) -> Self {
        Self {
            registry,
            limits,
            progress,
            tree,
            queue: BTreeSet::new(),
            wanted: BTreeSet::new(),
            packuments: BTreeMap::new(),
            locals: BTreeMap::new(),
            failures: BTreeMap::new(),
            conflicts: BTreeSet::new(),
            rescoped: BTreeMap::new(),
            steps: 0,
        }
    }

    /// Accepts what could not be done when the lockfile was written, so that an unchanged project
    /// needs no requests: optional dependencies that are left out, and peers that conflict.
    pub(crate) fn accept_locked(&mut self, lock: &Lock) -> Result<()> {
        let paths: Vec<_> = self.tree.packages().keys().cloned().collect();
        for path in &paths {
            self.adopt(path)?;
        }
        for path in self.tree.packages().keys().map(String::as_str).chain([""]) {
            for (name, edge) in self.tree.edges(path).into_iter().flatten() {
                let key = (path.to_owned(), name.clone());
                match self.tree.target(path, name) {
                    None if edge.kind == Kind::Optional
                        && lock.has_skipped(path, name, &edge.spec.text) =>
                    {
                        let reason = "could not be had when the lockfile was written";
                        let (package, spec) = (name.clone(), edge.spec.text.clone());
                        self.failures.insert(key, Error::Spec { package, spec, reason });
                    }
                    Some(target)
                        if edge.kind.is_peer()
                            && !path.is_empty()
                            && !self.tree.satisfies(&target, edge) =>
                    {
                        self.conflicts.insert(key);
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Resolves all dependencies. Those that cannot be had are in `failures` then.
    pub(crate) async fn resolve(mut self) -> Result<(Tree, Failures)> {
        let paths: Vec<_> = self.tree.packages().keys().cloned().collect();
        self.enqueue("");
        for path in &paths {
            self.check_limits(path)?;
            self.enqueue(path);
        }
        while let Some((_, path)) = self.queue.pop_first() {
            self.step()?;
            // Without requests, nothing else would let other tasks run.
            tokio::task::yield_now().await;
            self.adopt_targets(&path)?;
            for (name, edge) in self.problems(&path) {
                // An earlier dependency may have brought this one as its peer.
                if !self.is_problem(&path, &name, &edge) {
                    continue;
                }
                match self.place_edge(&path, &name, &edge).await {
                    Err(error) if error.is_unavailable() => {
                        // Another version is there, and a warning will tell.
                        let is_other = edge.kind.is_peer()
                            && self.tree.target(&path, &name).is_some()
                            && !self.is_of_project(&path);
                        let key = (path.clone(), name);
                        if is_other {
                            self.conflicts.insert(key);
                        } else {
                            self.failures.insert(key, error);
                        }
                    }
                    result => result?,
                }
            }
        }
        Ok((self.tree, self.failures))
    }

    /// Counts a step. Packages that displace each other in turn end with it.
    fn step(&mut self) -> Result<()> {
        let limit = self.limits.packages.saturating_mul(16).saturating_add(1000);
        self.steps += 1;
        if self.steps > limit { Err(exceeded("steps of resolving", limit)) } else { Ok(()) }
    }

    fn problems(&self, path: &str) -> Vec<(String, Edge)> {
        let edges = self.tree.edges(path).into_iter().flatten();
        let problems = edges.filter(|(name, edge)| self.is_problem(path, name, edge));
        problems.map(|(name, edge)| (name.clone(), edge.clone())).collect()
    }

    /// Returns true if an edge is to be resolved.
    fn is_problem(&self, from: &str, name: &str, edge: &Edge) -> bool {
        let key = (from.to_owned(), name.to_owned());
        if self.failures.contains_key(&key) || self.conflicts.contains(&key) {
            return false;
        }
        match self.tree.target(from, name) {
            Some(path) => !self.tree.satisfies(&path, edge),
            None => edge.kind != Kind::OptionalPeer,
        }
    }

    fn enqueue(&mut self, path: &str) {
        for (_, edge) in self.problems(path) {
            self.want(&edge.spec);
        }
        self.queue.insert((tree::depth(path), path.to_owned()));
    }

    fn want(&mut self, spec: &Spec) {
        let is_local = matches!(spec.wanted, Wanted::Local(_));
        if spec.check().is_ok() && !is_local && !self.packuments.contains_key(&spec.package) {
            self.wanted.insert(spec.package.clone());
        }
    }

    /// Fetches the metadata of all packages that are known to be needed, at once.
    async fn fetch(&mut self) -> Result<()> {
        let wanted = std::mem::take(&mut self.wanted);
        // A package may be wanted, and then be superseded. Hence twice the number.
        let limit = self.limits.packages.saturating_mul(2);
        if self.packuments.len().saturating_add(wanted.len()) > limit {
            return Err(exceeded("packages", self.limits.packages));
        }
        let registry = self.registry;
        let requests = wanted.into_iter().map(|package| async move {
            let packument = registry.packument(&package).await.map(Arc::new);
            (package, packument)
        });
        let mut requests = stream::iter(requests).buffer_unordered(self.limits.requests.max(1));
        while let Some((package, packument)) = requests.next().await {
            let resolved = self.packuments.len() + 1;
            self.progress.on_event(&Event::Resolving { package: &package, resolved });
            self.packuments.insert(package, packument);
        }
        Ok(())
    }

    /// Chooses a version.
    pub(crate) async fn choose(&mut self, spec: &Spec) -> Result<Arc<Package>> {
        spec.check()?;
        if let Wanted::Local(path) = &spec.wanted {
            return self.local(path, &spec.package).await;
        }
        self.want(spec);
        if self.wanted.contains(&spec.package) {
            self.fetch().await?;
        }
        match self.packuments.get(&spec.package) {
            Some(packument) => self.registry.choose(&*packument.clone()?, spec),
            None => Err(Error::Offline { subject: format!("the metadata of {}", spec.package) }),
        }
    }

    /// Returns the package in a folder of the project.
    async fn local(&mut self, path: &str, dependency: &str) -> Result<Arc<Package>> {
        let key = (path.to_owned(), dependency.to_owned());
        if let Some(package) = self.locals.get(&key) {
            return Ok(Arc::clone(package));
        }
        let package = Arc::new(self.registry.local(path, dependency).await?);
        self.locals.insert(key, Arc::clone(&package));
        Ok(package)
    }

    async fn place_edge(&mut self, from: &str, name: &str, edge: &Edge) -> Result<()> {
        let package = self.choose(&edge.spec).await?.within(edge.scope);
        // Conflicts of the project are errors, those further down are warnings, as with npm.
        let is_own = from.is_empty() || (edge.kind.is_peer() && self.is_of_project(from));
        let peers = self.peers(from, name, &package, is_own).await?;
        let start = place::lowest_folder(&self.tree, from, name).to_owned();
        // Peers that are to be placed, with the lowest folder for each.
        let mut work = vec![(from.to_owned(), name.to_owned(), edge.clone(), package, start)];
        while let Some((dependant, name, edge, package, start)) = work.pop() {
            self.step()?;
            if !self.is_problem(&dependant, &name, &edge) {
                continue;
            }
            let candidate = Candidate {
                from: &dependant,
                entry: from,
                name: &name,
                edge: &edge,
                package: &package,
                start: &start,
            };
            let Some(found) = place::find(&self.tree, candidate, &peers) else {
                self.on_conflict(&dependant, &name, &edge, is_own)?;
                continue;
            };
            if found.peers_conflict
                && is_own
                && let Some((name, edge)) = self.conflicting_peer(&package, &found.folder)
            {
                return Err(self.conflict_in(&found.folder, &package.id(), &name, &edge));
            }
            let path = tree::join(&found.folder, &name);
            if found.verdict == Verdict::Keep {
                self.uncover(&dependant, &name, &path);
                self.adopt(&path)?;
                continue;
            }
            self.insert(&path, &package)?;
            self.uncover(&dependant, &name, &path);
            for (name, edge) in package.edges().iter().rev() {
                if let Some(peer) = peers.get(name).filter(|_| edge.kind.is_peer())
                    && tree::satisfies(peer, edge)
                {
                    let start = place::lowest_folder(&self.tree, &found.folder, name).to_owned();
                    let (name, edge) = (name.clone(), edge.clone());
                    work.push((path.clone(), name, edge, Arc::clone(peer), start));
                }
            }
        }
        Ok(())
    }

    fn insert(&mut self, path: &str, package: &Arc<Package>) -> Result<()> {
        self.tree.insert(path, Arc::clone(package));
        self.check_limits(path)?;
        self.enqueue(path);
        let name = tree::split(path).map_or("", |(_, name)| name);
        for from in self.tree.dependants(path) {
            if !self.tree.is_satisfied(&from, name) {
                self.enqueue(&from);
            }
        }
        self.adopt(path)?;
        self.remove_duplicates(path)
    }

    /// Removes the packages that a dependant would find before the one at a path. They are of a
    /// lockfile that was made with other overrides, and would be replaced.
    fn uncover(&mut self, from: &str, name: &str, path: &str) {
        while let Some(other) = self.tree.target(from, name).filter(|other| other != path) {
            let dependants = self.tree.dependants(&other);
            self.tree.remove(&other);
            for from in dependants {
                if !self.tree.is_satisfied(&from, name) {
                    self.enqueue(&from);
                }
            }
        }
    }

    /// Errors if there are too many packages, or one is nested too deep.
    fn check_limits(&self, path: &str) -> Result<()> {
        let Limits { packages, depth, .. } = *self.limits;
        if tree::depth(path) > depth {
            return Err(exceeded("levels of nested node_modules", depth));
        }
        if self.tree.packages().len() > packages {
            return Err(exceeded("packages", packages));
        }
        Ok(())
    }

    /// Removes the copies below a new package that are not needed any more.
    fn remove_duplicates(&mut self, path: &str) -> Result<()> {
        let Some((folder, name)) = tree::split(path) else { return Ok(()) };
        let is_copy = |other: &&String| {
            *other != path
                && tree::is_below(other, folder)
                && tree::split(other).is_some_and(|(_, it)| it == name)
        };
        let copies: Vec<_> = self.tree.packages().keys().filter(is_copy).cloned().collect();
        for copy in copies {
            let above = tree::split(&copy).and_then(|(folder, _)| tree::split(folder));
            let Some(above) = above.and_then(|(above, _)| self.tree.resolve(above, name)) else {
                continue;
            };
            if let (Some(package), Some(other)) =
                (self.tree.package(&copy), self.tree.package(&above))
                && other.version >= package.version
                && place::can_replace(&self.tree, &copy, other)
            {
                self.tree.remove(&copy);
                self.adopt(&above)?;
            }
        }
        Ok(())
    }

    /// Returns true if the project depends on a package.
    fn is_of_project(&self, from: &str) -> bool {
        self.tree.dependants(from).iter().any(String::is_empty)
    }

    fn on_conflict(&mut self, from: &str, name: &str, edge: &Edge, is_own: bool) -> Result<()> {
        if is_own {
            let folder = tree::split(from).map_or("", |(folder, _)| folder);
            return Err(self.conflict_in(folder, &self.tree.id(from), name, edge));
        }
        self.conflicts.insert((from.to_owned(), name.to_owned()));
        Ok(())
    }
}

fn exceeded(what: &'static str, limit: usize) -> Error {
    Error::Limit { subject: "the dependencies".to_owned(), what, limit: limit as u64 }
}
