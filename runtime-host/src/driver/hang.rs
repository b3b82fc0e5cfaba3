//! Detects invocations that nothing can wake.

use super::state::Driver;
use crate::error::{Error, Result};

impl Driver {
    /// Ends the invocations that nothing can wake any more, at once and not only at
    /// their deadlines.
    ///
    /// # Errors
    /// [`Error::Hung`] if the worker has not loaded.
    pub(super) fn end_hung(&mut self) -> Result<()> {
        let waits = self.alarm.is_some()
            || !self.commands.is_empty()
            || self.open_calls > 0
            || self.table.exported > 0;
        if waits || self.invocations.is_empty() || self.calls.has_arrived() {
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
}
