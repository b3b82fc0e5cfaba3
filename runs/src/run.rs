//! The record of one run, while it is written.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::error::{Error, Result};
use crate::id::RunId;
use crate::options::Durability;
use crate::record::{Effect, EffectState, RunState};
use crate::store::RunStore;
use crate::text::Text;
use crate::writer::{Change, now};

/// The most calls that the record of a run holds. No other call of the run is made.
pub const MAX_EFFECTS: usize = 10_000;

/// The most bytes of an argument, a result or a reason that are kept, of a name, and of all of them
/// in a run. Beyond that, calls are recorded without them.
const MAX_TEXT: usize = 16 << 10;
const MAX_NAME: usize = 256;
const MAX_RUN_TEXT: usize = 4 << 20;

/// A future that is ready when something is recorded as [`Durability`] has it. The record is on its
/// way to the disk before the future is polled.
pub type Recorded = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// A call that a program has made, and that has not left yet.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// The number of the call. It must be another one than those of the run's other calls.
    pub number: usize,
    /// The name of the object whose method is called.
    pub namespace: &'a str,
    /// The name of the method.
    pub tool: &'a str,
    /// The key that the tool is given to tell a repetition from another call.
    pub key: &'a str,
    /// The argument as JSON.
    pub arguments: &'a str,
}

/// The end of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunEnd<'a> {
    /// The program has returned this JSON.
    Returned(&'a str),
    /// The program has failed for this reason.
    Failed(&'a str),
    /// The program was refused for this reason before it began.
    NeverRan(&'a str),
    /// The run was cancelled.
    Cancelled,
}

/// The record of one run, while it is written. A clone is another handle to it. When the last one is
/// dropped without [`finish`](Self::finish), the run was cancelled.
#[derive(Clone)]
pub struct RunRecord(Arc<Inner>);

struct Inner {
    store: RunStore,
    id: RunId,
    number: u64,
    effects: AtomicUsize,
    /// The bytes of text that may still be kept.
    room: AtomicUsize,
    has_ended: AtomicBool,
}

impl fmt::Debug for RunRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunRecord").field("id", &self.0.id).finish_non_exhaustive()
    }
}

impl RunRecord {
    pub(crate) fn new(store: RunStore, id: RunId, number: u64) -> Self {
        Self(Arc::new(Inner {
            store,
            id,
            number,
            effects: AtomicUsize::new(0),
            room: AtomicUsize::new(MAX_RUN_TEXT),
            has_ended: AtomicBool::new(false),
        }))
    }

    /// Returns the name of the run.
    pub fn id(&self) -> RunId {
        self.0.id
    }

    /// Records that the program has made a call. The future is ready when that is on disk, with all
    /// that came before; with [`Durability::Runs`] and [`Durability::None`] at once.
    ///
    /// The future errors if the record cannot be written, if it is full, or if the run has ended. The call
    /// must not be made then.
    pub fn plan(&self, plan: &Plan<'_>) -> Recorded {
        // One more than there is room for is not counted again.
        if self.0.effects.fetch_add(1, Ordering::Relaxed) >= MAX_EFFECTS {
            self.0.effects.store(MAX_EFFECTS, Ordering::Relaxed);
            return Box::pin(std::future::ready(Err(Error::Full)));
        }
        let effect = Box::new(Effect {
            number: plan.number as u64,
            namespace: bounded(plan.namespace, MAX_NAME).to_owned(),
            tool: bounded(plan.tool, MAX_NAME).to_owned(),
            key: bounded(plan.key, MAX_NAME).to_owned(),
            arguments: self.text(plan.arguments),
            state: EffectState::Planned,
            result: None,
            planned: now(),
            started: None,
            ended: None,
        });
        self.waited(Change::Plan { run: self.0.number, effect })
    }

    /// Records that a call that was planned is about to be made. The future is ready when that is on
    /// disk, with all that came before; with [`Durability::Runs`] and [`Durability::None`] at once.
    ///
    /// The future errors if the record cannot be written, if the call was not planned, or if the run has
    /// ended. The call must not be made then.
    pub fn start(&self, number: usize) -> Recorded {
        self.waited(Change::Start { run: self.0.number, number: number as u64 })
    }

    /// Records the end of a call: done with a value as JSON, or failed or refused for a reason. The
    /// end is on disk before the next start is. A call that was only planned can only be refused.
    pub fn end(&self, number: usize, state: EffectState, result: &str) {
        let (run, number, result) = (self.0.number, number as u64, self.text(result));
        // A store that has failed lets no other call be made, and the run's end says so.
        let _ = self.0.store.send(Change::End { run, number, state, result });
    }

    /// Records the end of the run. The future is ready when that and all that came before is on
    /// disk; with [`Durability::None`] at once. Calls that are only planned were never made, and those without an answer are unknown.
    ///
    /// The future errors if the record cannot be written, or if the run has ended already.
    pub fn finish(&self, end: RunEnd<'_>) -> Recorded {
        if self.0.has_ended.swap(true, Ordering::Relaxed) {
            return Box::pin(std::future::ready(Err(Error::Ended)));
        }
        let (state, result) = match end {
            RunEnd::Returned(json) => (RunState::Returned, Some(json)),
            RunEnd::Failed(reason) => (RunState::Failed, Some(reason)),
            RunEnd::NeverRan(reason) => (RunState::NeverRan, Some(reason)),
            RunEnd::Cancelled => (RunState::Cancelled, None),
        };
        let result = result.map(|text| Text::new(self.0.store.redacted(text), MAX_TEXT));
        let change = Change::Finish { run: self.0.number, state, result };
        match self.0.store.options().durability {
            Durability::None => self.waited(change),
            _ => Box::pin(self.0.store.written(change)),
        }
    }

    /// Sends a change. What is returned is ready when it is as durable as the store is.
    fn waited(&self, change: Change) -> Recorded {
        match self.0.store.options().durability {
            Durability::Effects => Box::pin(self.0.store.written(change)),
            Durability::Runs | Durability::None => {
                Box::pin(std::future::ready(self.0.store.send(change)))
            }
        }
    }

    /// Returns a text with secrets replaced, of which as much is kept as the run has room for.
    fn text(&self, text: &str) -> Text {
        let text = self.0.store.redacted(text);
        let take = |room: usize| Some(room - room.min(text.len()).min(MAX_TEXT));
        let room = self.0.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        Text::new(text, room.unwrap_or_else(|room| room).min(MAX_TEXT))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if !*self.has_ended.get_mut() {
            let (run, state) = (self.number, RunState::Cancelled);
            // A store that has failed cannot say it.
            let _ = self.store.send(Change::Finish { run, state, result: None });
        }
    }
}

/// Returns the longest beginning of at most `limit` bytes.
pub(crate) fn bounded(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or_default()
}
