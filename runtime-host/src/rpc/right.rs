//! Rights: capabilities that each sandbox holds in a form of its own.
//!
//! A right does nothing by itself, so that what comes of its use belongs to whoever uses
//! it, however it got there.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::rpc::capability::{Answer, Call};
use crate::rpc::mailbox::Mailbox;
use crate::rpc::survey::Holds;
use crate::support::seed::Seed;

/// A right as it travels.
pub(crate) trait Right: Send + Sync {
    /// Returns the right in the hands of a sandbox.
    fn held_by(self: Arc<Self>, holder: &mut Holder) -> Arc<dyn HeldRight>;

    /// Why a call is refused of one that no sandbox holds: by Rust, or through an answer
    /// that has not come.
    fn refusal(&self) -> &'static str;
}

/// A right in the hands of one sandbox.
pub(crate) trait HeldRight: Holds + Send + Sync {
    fn request(self: Arc<Self>, call: Call) -> Answer;

    /// Returns the right without the sandbox, which is all that leaves it.
    fn right(&self) -> Arc<dyn Right>;
}

/// What a sandbox has for the rights that it holds.
pub(crate) struct Holder {
    pub(crate) mailbox: Mailbox,
    /// Where its children draw their seeds from.
    pub(crate) seed: Arc<Seed>,
    pub(crate) children: Arc<Children>,
    /// What rights of one id share; it lives as long as one of them.
    shared: BTreeMap<String, Weak<dyn Any + Send + Sync>>,
}

impl Holder {
    pub(crate) fn new(mailbox: Mailbox, seed: u64) -> Self {
        let (seed, children) = (Arc::new(Seed::new(seed)), Arc::default());
        Self { mailbox, seed, children, shared: BTreeMap::new() }
    }

    /// Returns what the rights of that id share, a new one if none is left.
    pub(crate) fn shared<T: Default + Send + Sync + 'static>(
        &mut self,
        id: Option<&str>,
    ) -> Arc<T> {
        let Some(id) = id else { return Arc::default() };
        let known = self.shared.get(id).and_then(Weak::upgrade);
        if let Some(Ok(shared)) = known.map(Arc::downcast) {
            return shared;
        }
        let shared = Arc::new(T::default());
        self.shared.retain(|_, shared| shared.strong_count() > 0);
        let any: Arc<dyn Any + Send + Sync> = shared.clone();
        self.shared.insert(id.to_owned(), Arc::downgrade(&any));
        shared
    }
}

/// What lets go of what it was given when the sandbox that made it ends.
pub(crate) trait Child: Send + Sync {
    fn unbind(&self);
}

/// The workers that a sandbox has loaded.
#[derive(Default)]
pub(crate) struct Children(Mutex<Vec<Weak<dyn Child>>>);

impl Children {
    pub(crate) fn add(&self, child: Weak<dyn Child>) {
        let mut children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if children.len() == children.capacity() {
            // Those that are gone, before it grows.
            children.retain(|child| child.strong_count() > 0);
            let many = children.len() + 8;
            children.reserve(many);
        }
        children.push(child);
    }

    /// The sandbox has ended, and they with it.
    pub(crate) fn unbind(&self) {
        let children = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for child in children {
            if let Some(child) = child.upgrade() {
                child.unbind();
            }
        }
    }
}
