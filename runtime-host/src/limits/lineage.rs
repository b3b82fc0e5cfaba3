//! The lineage of sandboxes: which sandbox loaded which. A child's limits lie within its
//! parent's, and it ends with its parent.

use std::sync::Arc;

use tokio::sync::watch;

use crate::error::invalid::CodeError;
use crate::error::{Error, Result};
use crate::limits::quota::Quota;
use crate::limits::watchers::{Watchers, Watching};

/// The place of a sandbox in the tree of sandboxes that loaded one another.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lineage(Option<Arc<Ancestor>>);

/// The most generations of sandboxes below a root. Checks of a lineage walk all
/// ancestors.
const MAX_GENERATIONS: u32 = 64;

#[derive(Debug)]
pub(crate) struct Ancestor {
    parent: Lineage,
    /// The number of ancestors.
    generation: u32,
    /// Closed when the sandbox has ended.
    alive: watch::Receiver<()>,
    watchers: Watchers,
    /// The quota for what the host keeps and commits for the sandbox.
    quota: Arc<Quota>,
}

impl Lineage {
    pub(crate) fn child_of(parent: &Self, alive: watch::Receiver<()>, quota: Arc<Quota>) -> Self {
        let generation = parent.0.as_ref().map_or(0, |parent| parent.generation + 1);
        let (parent, watchers) = (parent.clone(), Watchers::default());
        Self(Some(Arc::new(Ancestor { parent, generation, alive, watchers, quota })))
    }

    /// Checks that the sandbox may load a worker.
    ///
    /// # Errors
    /// [`CodeError`] if the worker would be too many generations below the root.
    pub(crate) fn check_depth(&self) -> Result<()> {
        match &self.0 {
            Some(this) if this.generation >= MAX_GENERATIONS => {
                Err(CodeError::Depth { generations: MAX_GENERATIONS }.into())
            }
            _ => Ok(()),
        }
    }

    /// Returns `None` if the embedder, not a sandbox, loads the worker.
    pub(crate) fn quota(&self) -> Option<&Arc<Quota>> {
        self.0.as_ref().map(|this| &this.quota)
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        matches!((&self.0, &other.0), (Some(one), Some(two)) if Arc::ptr_eq(one, two))
    }

    pub(crate) fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Returns true if `other` is this sandbox or one of its ancestors.
    pub(crate) fn descends_from(&self, other: &Self) -> bool {
        let mut next = self.0.as_ref();
        let Some(other) = &other.0 else { return false };
        while let Some(ancestor) = next {
            if Arc::ptr_eq(ancestor, other) {
                return true;
            }
            next = ancestor.parent.0.as_ref();
        }
        false
    }

    /// Waits until the sandbox that loaded this one has ended. Never returns if there is
    /// none.
    pub(crate) async fn parent_ended(&self) {
        let parent = self.0.as_ref().and_then(|this| this.parent.0.as_ref());
        let Some(parent) = parent else { return std::future::pending().await };
        let mut alive = parent.alive.clone();
        while alive.changed().await.is_ok() {}
    }

    /// Returns a receiver of the error that stops the sandbox. It closes without a value
    /// if the sandbox ends because nobody needs it. Returns `None` without a sandbox.
    pub(crate) fn watch(&self) -> Option<Watching> {
        self.0.as_ref().map(|this| this.watchers.watch())
    }

    /// Tells the watchers that the sandbox has ended, with the error that stopped it, if
    /// any.
    pub(crate) fn end(&self, error: Option<Error>) {
        if let Some(this) = &self.0 {
            this.watchers.end(error);
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.0.as_ref().is_none_or(|this| this.alive.has_changed().is_ok())
    }
}
