//! Which sandbox loaded which, and what that says of their limits and their ends.

use std::sync::Arc;

use tokio::sync::watch;

use crate::error::{Error, Result};
use crate::limits::quota::Quota;
use crate::limits::watchers::{Watchers, Watching};

/// Which sandbox loaded which.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lineage(Option<Arc<Ancestor>>);

/// How many may have loaded one another. Each looks at all those before it.
const MAX_GENERATIONS: u32 = 64;

#[derive(Debug)]
pub(crate) struct Ancestor {
    parent: Lineage,
    /// How many came before it.
    generation: u32,
    /// Closed when the sandbox has ended.
    alive: watch::Receiver<()>,
    watchers: Watchers,
    /// For what the host keeps and commits for it.
    quota: Arc<Quota>,
}

impl Lineage {
    pub(crate) fn child_of(parent: &Self, alive: watch::Receiver<()>, quota: Arc<Quota>) -> Self {
        let generation = parent.0.as_ref().map_or(0, |parent| parent.generation + 1);
        let (parent, watchers) = (parent.clone(), Watchers::default());
        Self(Some(Arc::new(Ancestor { parent, generation, alive, watchers, quota })))
    }

    /// Whether what it loads would be too far from who loaded the first.
    ///
    /// # Errors
    /// It would.
    pub(crate) fn check_depth(&self) -> Result<()> {
        match &self.0 {
            Some(this) if this.generation >= MAX_GENERATIONS => Err(Error::InvalidCode(format!(
                "The worker is too deep: {MAX_GENERATIONS} workers that loaded one another are \
                  before it."
            ))),
            _ => Ok(()),
        }
    }

    /// None if it is Rust that loads.
    pub(crate) fn quota(&self) -> Option<&Arc<Quota>> {
        self.0.as_ref().map(|this| &this.quota)
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        matches!((&self.0, &other.0), (Some(one), Some(two)) if Arc::ptr_eq(one, two))
    }

    pub(crate) fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Whether `other` is this sandbox or one that it descends from.
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

    /// Ends when the sandbox that loaded this one has ended; never without one.
    pub(crate) async fn parent_ended(&self) {
        let parent = self.0.as_ref().and_then(|this| this.parent.0.as_ref());
        let Some(parent) = parent else { return std::future::pending().await };
        let mut alive = parent.alive.clone();
        while alive.changed().await.is_ok() {}
    }

    /// Is told when the sandbox is stopped; of nothing when it ends because nobody
    /// needs it. None without a sandbox.
    pub(crate) fn watch(&self) -> Option<Watching> {
        self.0.as_ref().map(|this| this.watchers.watch())
    }

    /// The sandbox has ended, and what has stopped it, if anything did.
    pub(crate) fn end(&self, error: Option<Error>) {
        if let Some(this) = &self.0 {
            this.watchers.end(error);
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.0.as_ref().is_none_or(|this| this.alive.has_changed().is_ok())
    }
}
