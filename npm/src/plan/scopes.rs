//! The overrides that hold for the dependencies of each package.

use super::Planner;
use crate::error::Result;
use crate::tree;

/// The most times that a package gets another scope. Packages that depend on one another may
/// otherwise hand theirs around for ever.
const MAX_CHANGES: usize = 4;

impl Planner<'_> {
    /// Gives the packages that a package leads to the scope of all who depend on them.
    pub(super) fn adopt_targets(&mut self, from: &str) -> Result<()> {
        if self.registry.overrides().are_nested() {
            for target in self.targets(from) {
                self.adopt(&target)?;
            }
        }
        Ok(())
    }

    /// Gives a package the scope of all who depend on it, and so on for its own dependencies.
    pub(super) fn adopt(&mut self, path: &str) -> Result<()> {
        if !self.registry.overrides().are_nested() {
            return Ok(());
        }
        let mut work = vec![path.to_owned()];
        while let Some(path) = work.pop() {
            let Some((package, name)) =
                self.tree.package(&path).and_then(|it| Some((it, tree::split(&path)?.1)))
            else {
                continue;
            };
            let dependants = self.tree.dependants(&path);
            let edges = dependants.iter().filter_map(|from| self.tree.edge(from, name));
            // Others will get another package.
            let edges = edges.filter(|edge| tree::satisfies(package, edge));
            let scope = self.registry.overrides().merged(edges.map(|edge| edge.scope));
            let Some(scope) = scope.filter(|scope| *scope != package.scope) else { continue };
            let package = package.within(scope);
            if package.scope != scope {
                continue;
            }
            self.step()?;
            let count = self.rescoped.entry(path.clone()).or_default();
            *count += 1;
            if *count > MAX_CHANGES {
                continue;
            }
            self.tree.rescope(&path, package);
            self.enqueue(&path);
            for from in dependants {
                if !self.tree.is_satisfied(&from, name) {
                    self.enqueue(&from);
                }
            }
            work.extend(self.targets(&path));
        }
        Ok(())
    }

    /// Returns the paths of the packages that a package leads to.
    fn targets(&self, from: &str) -> Vec<String> {
        let names = self.tree.edges(from).into_iter().flat_map(|edges| edges.keys());
        names.filter_map(|name| self.tree.target(from, name)).collect()
    }
}
