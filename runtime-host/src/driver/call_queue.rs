//! The queue of calls that wait until a call that is under way returns.

use std::collections::{BTreeMap, VecDeque};

use super::calls::Mapping;
use crate::rpc::capability::Call;
use crate::rpc::stub::Stub;

/// The call queue of one invocation. Calls are sent in the order in which they were made,
/// so calls of one stub arrive in that order. Whatever a call needs of an earlier one, such
/// as its answer, is therefore never queued behind it.
#[derive(Default)]
pub(crate) struct CallQueue {
    limit: u64,
    under_way: u64,
    waiting: VecDeque<Waiting>,
    /// The last `pull` call for the bytes of a stream, by the number of the stream's stub.
    /// An entry is removed by the next call of that stub.
    pulls: BTreeMap<u32, u32>,
}

/// A call that has not been sent.
pub(super) struct Waiting {
    pub(super) id: u32,
    pub(super) target: Stub,
    pub(super) call: Call,
    pub(super) mapping: Option<Mapping>,
}

impl CallQueue {
    pub(crate) fn new(limit: u64) -> Self {
        // With a limit of 0 no call could ever be sent.
        Self { limit: limit.max(1), under_way: 0, ..Self::default() }
    }

    /// Takes a slot for a new call. Returns false if the call must be queued behind others.
    pub(super) fn enter(&mut self) -> bool {
        let free = self.waiting.is_empty() && self.under_way < self.limit;
        self.under_way += u64::from(free);
        free
    }

    /// Records a call of a stub. If the call cancels a stream, returns the id of the `pull`
    /// call that it is to end.
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

    /// Takes a slot, past the limit, for a call that ends another one that is under way.
    /// Only the callee knows whether the other call really ends, so at most twice the limit
    /// may be under way.
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

    pub(super) fn waiting(&self) -> impl Iterator<Item = &Waiting> {
        self.waiting.iter()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
