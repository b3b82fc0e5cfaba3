//! The peers that a package is placed with, and their conflicts.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::{Planner, exceeded};
use crate::error::{Error, Result};
use crate::package::{Edge, Kind, Package};
use crate::place::Peers;
use crate::tree;

/// The most peers that one package is placed with, the peers of its peers included. Placing them
/// recurses that deep.
const MAX_PEERS: usize = 256;

impl Planner<'_> {
    /// Chooses the peers that a package is installed with, and their peers.
    pub(super) async fn peers(
        &mut self,
        from: &str,
        name: &str,
        package: &Arc<Package>,
        is_own: bool,
    ) -> Result<Peers> {
        let mut peers = Peers::new();
        // The edges that a chosen peer has to satisfy, with their dependants.
        let mut demands: BTreeMap<String, Vec<(String, Edge)>> = BTreeMap::new();
        let mut work = VecDeque::from([Arc::clone(package)]);
        while let Some(dependant) = work.pop_front() {
            self.step()?;
            let edges = || dependant.edges().iter().filter(|(_, edge)| edge.kind.is_peer());
            for (_, edge) in edges().filter(|(_, edge)| edge.kind == Kind::Peer) {
                self.want(&edge.spec);
            }
            for (peer, edge) in edges() {
                let is_fatal = is_own && edge.kind == Kind::Peer;
                if peer == name {
                    // A peer that wants another version of the package itself.
                    let own = self.tree.edge(from, name).filter(|_| is_fatal);
                    if let Some(own) = own.filter(|_| !tree::satisfies(package, edge)) {
                        return Err(conflict(
                            peer,
                            (&dependant.id(), edge),
                            (&self.tree.id(from), own),
                        ));
                    }
                    continue;
                }
                let own = self.tree.edge(from, peer).cloned();
                let chosen = peers.get(peer);
                if chosen.is_none() && own.is_none() && edge.kind == Kind::OptionalPeer {
                    continue;
                }
                let demands = demands.entry(peer.clone()).or_default();
                if chosen.is_none() {
                    demands.extend(own.map(|own| (self.tree.id(from), own)));
                }
                demands.push((dependant.id(), edge.clone()));
                if chosen.is_some_and(|it| tree::satisfies(it, edge)) {
                    continue;
                }
                // The version that all want: that of the first, if it will do for the others.
                let mut found = None;
                for (_, demand) in &*demands {
                    let choice = match self.choose(&demand.spec).await {
                        Err(error) if error.is_unavailable() && !is_fatal => continue,
                        choice => choice?.within(demand.scope),
                    };
                    if demands.iter().all(|(_, other)| tree::satisfies(&choice, other)) {
                        found = Some(choice);
                        break;
                    }
                }
                match found {
                    Some(choice) => {
                        work.push_back(Arc::clone(&choice));
                        peers.insert(peer.clone(), choice);
                        if peers.len() > MAX_PEERS {
                            return Err(exceeded("peers of one package", MAX_PEERS));
                        }
                    }
                    None => {
                        if let Some((by, other)) = demands.first().filter(|_| is_fatal) {
                            return Err(conflict(peer, (&dependant.id(), edge), (by, other)));
                        }
                    }
                }
            }
        }
        Ok(peers)
    }

    /// Returns a peer of a package that is not what is found from a folder.
    pub(super) fn conflicting_peer(
        &self,
        package: &Package,
        folder: &str,
    ) -> Option<(String, Edge)> {
        let mut edges = package.edges().iter().filter(|(_, edge)| edge.kind == Kind::Peer);
        let conflicting = edges.find(|(name, edge)| {
            let found = self.tree.resolve(folder, name);
            found.is_some_and(|path| !self.tree.satisfies(&path, edge))
        });
        conflicting.map(|(name, edge)| (name.clone(), edge.clone()))
    }

    /// Describes the conflict of an edge with what its dependant finds from a folder, or with
    /// what the folder's own package wants.
    pub(super) fn conflict_in(&self, folder: &str, by: &str, name: &str, edge: &Edge) -> Error {
        let path = self.tree.resolve(folder, name).unwrap_or_default();
        let dependants = self.tree.dependants(&path);
        let others = [folder].into_iter().chain(dependants.iter().map(String::as_str));
        let mut others = others.filter_map(|from| Some((from, self.tree.edge(from, name)?)));
        let (from, other) =
            others.find(|(_, other)| !std::ptr::eq(*other, edge)).unwrap_or((folder, edge));
        conflict(name, (by, edge), (&self.tree.id(from), other))
    }
}

fn conflict(package: &str, (by, edge): (&str, &Edge), (other_by, other): (&str, &Edge)) -> Error {
    Error::PeerConflict {
        package: package.to_owned(),
        spec: edge.spec.text.clone(),
        by: by.to_owned(),
        other: other.spec.text.clone(),
        other_by: other_by.to_owned(),
    }
}
