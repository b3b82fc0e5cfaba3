//! Removes what nobody needs from a planned tree, and tells what is wrong with the rest.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::package::Kind;
use crate::plan::Failures;
use crate::progress::Warning;
use crate::tree::{self, Tree};

/// Removes the packages that nothing leads to, and those that a failure makes useless.
///
/// Errors with the failure if the project needs such a package.
pub(crate) fn prune(tree: &mut Tree, failures: Failures) -> Result<Vec<Warning>> {
    let mut warnings = Vec::new();
    remove_unreachable(tree);
    for ((from, name), reason) in failures {
        // Displaced packages and failures that something else has mended do not count.
        if tree.edge(&from, &name).is_some() && !tree.is_satisfied(&from, &name) {
            remove_failed(tree, from, &name, &reason, &mut warnings)?;
        }
    }
    remove_unreachable(tree);
    add_unmet(tree, &mut warnings);
    add_platforms(tree, &mut warnings);
    Ok(warnings)
}

/// Removes a package whose dependency failed, and those that need it, up to optional ones.
fn remove_failed(
    tree: &mut Tree,
    from: String,
    name: &str,
    reason: &Error,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    let mut work = vec![(from, name.to_owned())];
    while let Some((from, name)) = work.pop() {
        let Some(kind) = tree.edge(&from, &name).map(|edge| edge.kind) else { continue };
        match kind {
            Kind::Optional => {
                let (package, by) = (name, tree.id(&from));
                warnings.push(Warning::Skipped { package, by, reason: reason.clone() });
            }
            // It may be absent, but what is there must not conflict.
            Kind::OptionalPeer
                if tree.target(&from, &name).is_none()
                    || !matches!(reason, Error::PeerConflict { .. }) => {}
            Kind::Required | Kind::Peer | Kind::OptionalPeer => {
                let Some((_, own)) = tree::split(&from) else { return Err(reason.clone()) };
                let dependants = tree.dependants(&from);
                work.extend(dependants.into_iter().map(|it| (it, own.to_owned())));
                tree.remove(&from);
            }
        }
    }
    Ok(())
}

fn remove_unreachable(tree: &mut Tree) {
    let mut reached = BTreeSet::from([String::new()]);
    let mut work = vec![String::new()];
    while let Some(from) = work.pop() {
        for name in tree.edges(&from).into_iter().flat_map(|edges| edges.keys()) {
            if let Some(path) = tree.target(&from, name)
                && !reached.contains(&path)
            {
                reached.insert(path.clone());
                work.push(path);
            }
        }
    }
    let unreachable: Vec<_> =
        tree.packages().keys().filter(|path| !reached.contains(*path)).cloned().collect();
    for path in unreachable {
        tree.remove(&path);
    }
}

fn add_unmet(tree: &Tree, warnings: &mut Vec<Warning>) {
    let paths = tree.packages().keys().map(String::as_str).chain([""]);
    for from in paths {
        for (name, edge) in tree.edges(from).into_iter().flatten() {
            let target = tree.target(from, name);
            let is_needed = match edge.kind {
                Kind::Required | Kind::Peer => true,
                Kind::Optional | Kind::OptionalPeer => target.is_some(),
            };
            if is_needed && !tree.is_satisfied(from, name) {
                let found = target.and_then(|path| tree.package(&path));
                warnings.push(Warning::Unmet {
                    by: tree.id(from),
                    package: name.clone(),
                    spec: edge.spec.text.clone(),
                    found: found.map_or("none".to_owned(), |it| it.version.to_string()),
                });
            }
        }
    }
}

fn add_platforms(tree: &Tree, warnings: &mut Vec<Warning>) {
    for (path, package) in tree.packages() {
        if package.is_portable() {
            continue;
        }
        let name = tree::split(path).map_or("", |(_, name)| name);
        let is_required = |from: &String| {
            tree.edge(from, name)
                .is_some_and(|edge| matches!(edge.kind, Kind::Required | Kind::Peer))
        };
        if tree.dependants(path).iter().any(is_required) {
            warnings.push(Warning::Platform { package: package.id() });
        }
    }
}
