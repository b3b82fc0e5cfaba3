//! Rights: capabilities that each sandbox holds in its own form.
//!
//! A right does nothing by itself. What its use creates belongs to the sandbox that uses
//! it, however the right reached that sandbox.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::rpc::capability::{Answer, Call};
use crate::rpc::mailbox::Mailbox;
use crate::rpc::survey::Holds;
use crate::support::seed::Seed;

/// A right as it travels between sandboxes.
pub(crate) trait Right: Send + Sync {
    /// Returns the right in the form that the sandbox of `holder` holds.
    fn held_by(self: Arc<Self>, holder: &mut Holder) -> Arc<dyn HeldRight>;

    /// Returns the message that refuses a call while no sandbox holds the right: a call
    /// by the embedder, or one through an answer that has not settled.
    fn refusal(&self) -> &'static str;
}

/// A right as one sandbox holds it.
pub(crate) trait HeldRight: Holds + Send + Sync {
    fn request(self: Arc<Self>, call: Call) -> Answer;

    /// Returns the right without its sandbox. Only this form leaves the sandbox.
    fn right(&self) -> Arc<dyn Right>;
}

/// The state that a sandbox keeps for the rights that it holds.
pub(crate) struct Holder {
    pub(crate) mailbox: Mailbox,
    /// The seed from which its children draw theirs.
    pub(crate) seed: Arc<Seed>,
    pub(crate) children: Arc<Children>,
    /// The state that the rights of one id share. It lives as long as one of those rights.
    shared: BTreeMap<String, Weak<dyn Any + Send + Sync>>,
}

impl Holder {
    pub(crate) fn new(mailbox: Mailbox, seed: u64) -> Self {
        let (seed, children) = (Arc::new(Seed::new(seed)), Arc::default());
        Self { mailbox, seed, children, shared: BTreeMap::new() }
    }

    /// Returns the state that the rights of that id share. Creates it if none is left.
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

/// A child that drops what it was given when the sandbox that loaded it ends.
pub(crate) trait Child: Send + Sync {
    fn unbind(&self);
}

/// The workers that a sandbox has loaded.
#[derive(Default)]
pub(crate) struct Children {
    list: Mutex<Vec<Weak<dyn Child>>>,
    /// Held while a worker is loaded: each gets its room in the order of the requests, however
    /// long their decoding takes.
    loading: tokio::sync::Mutex<()>,
}

impl Children {
    /// Waits until the workers that were requested before are loaded. The first poll takes
    /// the place in the queue.
    pub(crate) async fn begin(&self) -> tokio::sync::MutexGuard<'_, ()> {
        tokio::task::unconstrained(self.loading.lock()).await
    }

    pub(crate) fn add(&self, child: Weak<dyn Child>) {
        let mut children = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        if children.len() == children.capacity() {
            // Before the list grows, the children that are gone are removed.
            children.retain(|child| child.strong_count() > 0);
            let many = children.len() + 8;
            children.reserve(many);
        }
        children.push(child);
    }

    /// Unbinds all children, which end together with the sandbox.
    pub(crate) fn unbind(&self) {
        let children =
            std::mem::take(&mut *self.list.lock().unwrap_or_else(PoisonError::into_inner));
        for child in children {
            if let Some(child) = child.upgrade() {
                child.unbind();
            }
        }
    }
}
