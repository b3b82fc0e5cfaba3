//! The place of a package in the tree, as npm decides it.
//!
//! A package goes as high as it can: from the dependant upwards, until a place would change what
//! somebody else finds. Its peers go with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::package::{Edge, Package};
use crate::tree::{self, Tree};

/// The peers that a package is placed with, by name.
pub(crate) type Peers = BTreeMap<String, Arc<Package>>;

/// A package that is to be placed for one edge.
#[derive(Clone, Copy)]
pub(crate) struct Candidate<'a> {
    /// The dependant.
    pub(crate) from: &'a str,
    /// The dependant of the package that this one is a peer of, or else the dependant itself.
    pub(crate) entry: &'a str,
    /// The name of the dependency.
    pub(crate) name: &'a str,
    pub(crate) edge: &'a Edge,
    pub(crate) package: &'a Arc<Package>,
    /// The lowest folder for it.
    pub(crate) start: &'a str,
}

/// The consequence of placing a package at one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing of this name is there.
    Free,
    /// The present package satisfies the edge, and stays.
    Keep,
    /// The present package gives way.
    Replace,
    Conflict,
}

/// The place of a package.
#[derive(Debug)]
pub(crate) struct Placement {
    pub(crate) folder: String,
    pub(crate) verdict: Verdict,
    /// True if the peers of the package conflict there.
    pub(crate) peers_conflict: bool,
}

/// Returns the lowest folder from `start` upwards that a dependency of this name can go to: it
/// does not go into a package that wants it as a peer.
pub(crate) fn lowest_folder<'a>(tree: &Tree, start: &'a str, name: &str) -> &'a str {
    let mut folder = start;
    while let Some((above, _)) = tree::split(folder)
        && tree.edge(folder, name).is_some_and(|edge| edge.kind.is_peer())
    {
        folder = above;
    }
    folder
}

/// Returns the highest place for a package and its peers, or else the highest one where at least
/// the package itself can be.
pub(crate) fn find(tree: &Tree, candidate: Candidate<'_>, peers: &Peers) -> Option<Placement> {
    let mut found: Option<Placement> = None;
    let mut alone = None;
    let mut folder = candidate.start;
    loop {
        if lowest_folder(tree, folder, candidate.name) == folder {
            let (own, with_peers) = check(tree, candidate, folder, peers, &mut BTreeSet::new());
            let placement = |verdict, peers_conflict| {
                Some(Placement { folder: folder.to_owned(), verdict, peers_conflict })
            };
            if own != Verdict::Conflict {
                alone = placement(own, true);
            }
            if with_peers == Verdict::Conflict {
                break;
            }
            found = placement(with_peers, false);
        }
        match tree::split(folder) {
            Some((above, _)) => folder = above,
            None => break,
        }
    }
    found.or(alone)
}

/// Returns the verdicts for a package alone, and with its peers. `seen` holds the names of those
/// that have been checked, so that each is checked once.
fn check(
    tree: &Tree,
    candidate: Candidate<'_>,
    folder: &str,
    peers: &Peers,
    seen: &mut BTreeSet<String>,
) -> (Verdict, Verdict) {
    let own = check_alone(tree, candidate, folder);
    if !matches!(own, Verdict::Free | Verdict::Replace) {
        return (own, own);
    }
    seen.insert(candidate.name.to_owned());
    let path = tree::join(folder, candidate.name);
    let conflict = candidate.package.edges().iter().any(|(name, edge)| {
        let Some(package) = peers.get(name).filter(|_| edge.kind.is_peer()) else { return false };
        let folder = lowest_folder(tree, folder, name);
        let is_met = tree.resolve(folder, name).is_some_and(|path| tree.satisfies(&path, edge));
        if is_met || seen.contains(name) {
            return false;
        }
        let start = lowest_folder(tree, candidate.start, name);
        let peer = Candidate { from: &path, name, edge, package, start, ..candidate };
        check(tree, peer, folder, peers, seen).1 == Verdict::Conflict
    });
    (own, if conflict { Verdict::Conflict } else { own })
}

fn check_alone(tree: &Tree, candidate: Candidate<'_>, folder: &str) -> Verdict {
    let Candidate { from, entry, name, edge, package, start } = candidate;
    let path = tree::join(folder, name);
    let Some(current) = tree.package(&path) else {
        // The folder's own package may want another version.
        let refuses = |other: &Edge| folder != from && !tree::satisfies(package, other);
        if tree.edge(folder, name).is_some_and(|it| refuses(it) && !it.kind.is_peer()) {
            return Verdict::Conflict;
        }
        // Packages below may find another version further up, which this one would hide.
        let above = tree.resolve(folder, name).filter(|_| folder != entry);
        let hides = above.is_some_and(|above| {
            let mut dependants = tree.dependants(&above).into_iter();
            dependants.any(|it| {
                tree::is_below(&it, folder)
                    && tree.is_satisfied(&it, name)
                    && tree.edge(&it, name).is_some_and(|edge| !tree::satisfies(package, edge))
            })
        });
        return if hides { Verdict::Conflict } else { Verdict::Free };
    };
    if tree::satisfies(current, edge) && current.version == package.version {
        return Verdict::Keep;
    }
    let is_newer = package.version >= current.version;
    if is_newer && can_replace(tree, &path, package) {
        return Verdict::Replace;
    }
    if tree::satisfies(current, edge) {
        return Verdict::Keep;
    }
    if edge.kind.is_peer() && can_replace(tree, &path, package) {
        return Verdict::Replace;
    }
    if folder != start {
        return Verdict::Conflict;
    }
    // There is no deeper place. What is there gives way if it can go deeper itself.
    if (!edge.kind.is_peer() && folder == from) || can_sink(tree, &path, package) {
        return Verdict::Replace;
    }
    Verdict::Conflict
}

/// Returns true if all who find the package at a path are as well served by another one. Those
/// below it go with it.
pub(crate) fn can_replace(tree: &Tree, path: &str, package: &Package) -> bool {
    let name = tree::split(path).map_or("", |(_, name)| name);
    tree.dependants(path)
        .iter()
        .filter(|from| !tree::is_below(from, path))
        .all(|from| tree.edge(from, name).is_some_and(|edge| tree::satisfies(package, edge)))
}

/// Returns true if all who need the package at a path, and not another one, can have it in their
/// own folders.
fn can_sink(tree: &Tree, path: &str, package: &Package) -> bool {
    let Some((folder, name)) = tree::split(path) else { return false };
    tree.dependants(path).iter().all(|from| {
        tree.edge(from, name).is_some_and(|edge| {
            tree::satisfies(package, edge) || lowest_folder(tree, from, name) != folder
        })
    })
}
