//! Detects invocations that nothing can wake.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::call_queue::CallQueue;
use super::calls::Of;
use super::capability_table::Holding;
use super::state::Driver;
use crate::error::{Error, Result};
use crate::rpc::stub::Stub;
use crate::rpc::survey::{Holds, Visitor, reach_exports};

/// The time before the second look at who may wake the sandbox. Each further wait is twice as
/// long, up to [`LAST_LOOK`].
const FIRST_LOOK: Duration = Duration::from_millis(5);
const LAST_LOOK: Duration = Duration::from_secs(1);

/// The schedule of looks at who may wake a sandbox.
pub(super) struct HangCheck {
    /// The time of the next look. `None` if it is due when the sandbox is next at rest.
    at: Option<Instant>,
    /// The time to wait after the next look.
    after: Duration,
}

impl Default for HangCheck {
    fn default() -> Self {
        Self { at: None, after: FIRST_LOOK }
    }
}

impl HangCheck {
    /// Returns the time at which the driver has to wake up for a look.
    pub(super) fn at(&self) -> Option<Instant> {
        self.at
    }

    /// Makes the next look due: somebody has let go of the sandbox.
    pub(super) fn look_again(&mut self) {
        *self = Self::default();
    }

    /// Makes the next look due if its time has come.
    pub(super) fn has_waited(&mut self, now: Instant) {
        self.at = self.at.filter(|&at| at > now);
    }

    fn wait(&mut self, now: Instant) {
        self.at = Some(now + self.after);
        self.after = (2 * self.after).min(LAST_LOOK);
    }
}

impl Driver {
    /// Ends the invocations that nothing can wake any more, before their deadlines.
    ///
    /// # Errors
    /// [`Error::Hung`] if the worker has not loaded.
    pub(super) async fn end_hung(&mut self) -> Result<()> {
        let waits =
            self.alarm.is_some() || !self.commands.is_empty() || self.open_calls.outside > 0;
        if waits || self.invocations.is_empty() || self.calls.has_arrived() {
            return Ok(());
        }
        if self.may_be_woken().await {
            return Ok(());
        }
        if !self.loaded {
            return Err(Error::Hung);
        }
        // An invocation that waits for another one of this sandbox may go on
        // when that one ends.
        let waiting = self.calls.owners();
        let hung: Vec<u32> =
            self.invocations.keys().copied().filter(|id| !waiting.contains(id)).collect();
        for id in hung {
            self.end(id, Error::Hung);
        }
        Ok(())
    }

    /// Returns true if a call may be answered from outside, or if somebody else may call an
    /// object of the sandbox. Looks for that at intervals only, because nobody pays for it.
    async fn may_be_woken(&mut self) -> bool {
        if self.open_calls.derived == 0 && self.table.exported == 0 {
            return false;
        }
        // A worker that this one has loaded may call entrypoints of it, which no table shows.
        let has_children = self.mailbox.lineage().quota().is_some_and(|quota| quota.living() > 1);
        // A derived call derives from a call of the sandbox itself, or from one that is answered
        // from outside.
        if has_children || (self.open_calls.derived > 0 && self.called_by_itself == 0) {
            return true;
        }
        let now = Instant::now();
        let not_before = self.surveys.not_before.filter(|&at| at > now);
        if let Some(not_before) = not_before {
            self.hang.at = self.hang.at.max(Some(not_before));
        }
        if self.hang.at.is_some_and(|at| at > now) {
            return true;
        }
        let seen = self.calls.len() + self.invocations.len();
        let (mut woken, mut more) = (self.waits_for_others(), 0);
        if !woken && self.table.exported > 0 {
            (woken, more) = self.is_reached_from_outside().await;
        }
        self.surveys.pause_after(seen + more);
        // Something may have arrived in the meantime.
        if !self.commands.is_empty() || self.calls.has_arrived() {
            return true;
        }
        if woken {
            self.hang.wait(now);
        } else {
            self.hang.look_again();
        }
        woken
    }

    /// Returns true if a derived call may wait for something outside of the sandbox.
    fn waits_for_others(&mut self) -> bool {
        if self.open_calls.derived == 0 {
            return false;
        }
        if !self.calls.are_at_rest() {
            return true;
        }
        let own = self.mailbox.lineage();
        // By the id of a call: what waits here to be answered for it.
        let mut here = BTreeMap::<u32, usize>::new();
        for invocation in self.invocations.values() {
            if invocation.is_called_by(own) && !invocation.has_answered() {
                *here.entry(invocation.number).or_default() += 1;
            }
        }
        for promised in self.calls.pending().filter_map(|(_, call)| call.promised.as_ref()) {
            promised.waiting(own, |call| *here.entry(call.number).or_default() += 1);
        }
        self.calls.pending().any(|(id, call)| {
            let matters = call.of == Of::Derived && self.invocations.contains_key(&call.owner);
            // A call that was not sent waits for others of its invocation.
            if !matters || !self.calls.is_under_way(id) {
                return false;
            }
            let all = match &call.mapper {
                Some(mapper) => mapper.waits_for(),
                None => Some(1),
            };
            all.is_none_or(|all| here.get(&id).copied().unwrap_or_default() < all)
        })
    }

    /// Returns true if anybody else may hold an object of the sandbox, and the number of
    /// things that were looked at.
    async fn is_reached_from_outside(&mut self) -> (bool, usize) {
        let Self { table, calls, invocations, left_behind, mailbox, .. } = self;
        let own = mailbox.lineage();
        let pending = calls.pending().flat_map(|(_, call)| {
            let promised = call.promised.as_ref().map(|it| Holding::Pending(it, own));
            promised.into_iter().chain(call.mapper.as_ref().map(Holding::Mapper))
        });
        let queues = invocations.values().map(|it| &it.queue).chain(left_behind.values());
        let waiting = queues.flat_map(CallQueue::waiting).map(Holding::Waiting);
        let invocations = invocations.values().map(|it| Holding::Invocation(it));
        let holdings = table.holdings().chain(pending).chain(invocations).chain(waiting);
        let holdings: Box<dyn Iterator<Item = Holding<'_>> + Send> = Box::new(holdings);
        let holdings = holdings.map(|it| move |visitor: &mut Visitor<'_>| it.visit(visitor));
        reach_exports(&*mailbox, table.exported, holdings, Stub::visit_attachment).await
    }
}
