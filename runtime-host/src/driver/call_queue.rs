//! Calls that wait until one of those that are under way has come back.

use std::collections::{BTreeMap, VecDeque};

use crate::rpc::capability::Call;
use crate::rpc::stub::Stub;

/// The calls of one invocation. They set off in the order in which they were
/// made, so that those of one stub arrive in it; and what a call needs of an
/// earlier one, such as its answer, never waits behind it.
#[derive(Default)]
pub(crate) struct CallQueue {
    limit: u64,
    under_way: u64,
    waiting: VecDeque<Waiting>,
    /// The calls for the bytes of a stream, by the number of its stub, as long as
    /// no other call of that stub has followed.
    pulls: BTreeMap<u32, u32>,
}

/// A call that has not set off.
pub(super) struct Waiting {
    pub(super) id: u32,
    pub(super) target: Stub,
    pub(super) call: Call,
}

impl CallQueue {
    pub(crate) fn new(limit: u64) -> Self {
        // With none at all nothing could ever set off.
        Self { limit: limit.max(1), under_way: 0, ..Self::default() }
    }

    /// A call may set off, unless it has to be put behind others.
    pub(super) fn enter(&mut self) -> bool {
        let free = self.waiting.is_empty() && self.under_way < self.limit;
        self.under_way += u64::from(free);
        free
    }

    /// Notes a call of a stub. The end of a stream follows the call for its bytes
    /// that it is to end, which is returned.
    pub(super) fn follows(&mut self, stub: u32, id: u32, path: &[String]) -> Option<u32> {
        let pull = self.pulls.remove(&stub);
        match path {
            [method] if method == "cancel" => pull,
            [method] if method == "pull" => {
                self.pulls.insert(stub, id);
                None
            }
            _ => None,
        }
    }

    /// A call may set off though others are under way, one of which it ends.
    /// Whether it does end it is for others to say, so these are bounded as well.
    pub(super) fn enter_to_end(&mut self) -> bool {
        let free = self.under_way < self.limit.saturating_mul(2);
        self.under_way += u64::from(free);
        free
    }

    pub(super) fn wait(&mut self, waiting: Waiting) {
        self.waiting.push_back(waiting);
    }

    pub(super) fn leave(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    pub(super) fn next(&mut self) -> Option<Waiting> {
        if self.under_way >= self.limit {
            return None;
        }
        let next = self.waiting.pop_front()?;
        self.under_way += 1;
        Some(next)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
