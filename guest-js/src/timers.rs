//! Timers. They are kept in the guest: the host only learns when to wake it next.

use std::collections::BTreeMap;

use rquickjs::{Function, Persistent, Value};

use crate::Alarm;

/// The order of firing: by due time, then by creation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// The due time in whole milliseconds, so that the order needs no comparison of floats.
    due: u64,
    id: u32,
}

pub struct Timer {
    pub invocation: u32,
    pub callback: Persistent<Function<'static>>,
    /// The async context at the time when the timer was set.
    pub store: Persistent<Value<'static>>,
    /// The milliseconds between two firings, if the timer is an interval.
    pub interval: Option<u64>,
}

/// A timer that was taken out of the queue to be fired.
pub struct Due {
    pub id: u32,
    pub timer: Timer,
}

#[derive(Default)]
pub struct Timers {
    queue: BTreeMap<Key, Timer>,
    due: BTreeMap<u32, u64>,
    last: u32,
}

impl Timers {
    /// Adds a timer and returns its id, which is never used again.
    pub fn add(&mut self, now: f64, delay: u64, timer: Timer) -> u32 {
        self.last += 1;
        self.put(self.last, now, delay, timer);
        self.last
    }

    /// Puts an interval back under its old id.
    pub fn put(&mut self, id: u32, now: f64, delay: u64, timer: Timer) {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates, and time before 1970 fires at once"
        )]
        let due = (now as u64).saturating_add(delay);
        self.due.insert(id, due);
        self.queue.insert(Key { due, id }, timer);
    }

    pub fn remove(&mut self, id: u32) {
        if let Some(due) = self.due.remove(&id) {
            self.queue.remove(&Key { due, id });
        }
    }

    /// Removes and returns the first timer if it is due.
    pub fn take(&mut self, now: f64) -> Option<Due> {
        let (&key, _) = self.queue.first_key_value()?;
        #[allow(clippy::cast_precision_loss, reason = "a due time is below 2^53")]
        if key.due as f64 > now {
            return None;
        }
        let timer = self.queue.remove(&key)?;
        self.due.remove(&key.id);
        Some(Due { id: key.id, timer })
    }

    pub fn alarm(&self) -> Option<Alarm> {
        let (key, timer) = self.queue.first_key_value()?;
        #[allow(clippy::cast_precision_loss, reason = "a due time is below 2^53")]
        Some(Alarm { due: key.due as f64, invocation: timer.invocation })
    }

    pub fn end(&mut self, invocation: u32) {
        let due = &mut self.due;
        self.queue.retain(|key, timer| {
            let keep = timer.invocation != invocation;
            if !keep {
                due.remove(&key.id);
            }
            keep
        });
    }
}
