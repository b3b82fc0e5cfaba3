//! Changes of lists, for clients.

use std::sync::Arc;

use tokio::sync::watch;

use super::shared::Shared;
use crate::catalog::Catalog;
use crate::upstream::List;

/// The changes that one client hears of.
pub(super) struct News {
    tools: watch::Receiver<Arc<Catalog>>,
    lists: watch::Receiver<(u64, u64)>,
    /// The changes of resources and prompts that it has heard of.
    known: (u64, u64),
}

impl News {
    pub(super) fn new(shared: &Shared) -> Self {
        let lists = shared.lists.subscribe();
        let known = *lists.borrow();
        Self { tools: shared.changes(), lists, known }
    }

    /// Waits for the next change. Returns nothing if the server has ended. Dropping the future
    /// loses no change.
    pub(super) async fn next(&mut self) -> Option<List> {
        loop {
            let (resources, prompts) = *self.lists.borrow_and_update();
            if self.known.0 != resources {
                self.known.0 = resources;
                return Some(List::Resources);
            }
            if self.known.1 != prompts {
                self.known.1 = prompts;
                return Some(List::Prompts);
            }
            tokio::select! {
                changed = self.tools.changed() => return changed.ok().map(|()| List::Tools),
                changed = self.lists.changed() => changed.ok()?,
            }
        }
    }
}
