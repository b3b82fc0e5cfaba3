//! Translates the capabilities of messages between guest and host.

use isolet_wire::{Checked, Value};
use tokio::task::yield_now;

use super::state::Driver;
use crate::engine::bindings::sandbox as wit;
use crate::error::Result;
use crate::error::fault::internal;

/// The size in bytes past which a message is checked in slices.
const CHECKED_AT_ONCE: usize = 64 << 10;

/// The number of capabilities after which the driver yields to other tasks.
const CAPABILITIES_AT_ONCE: usize = 1_000;

impl Driver {
    /// Translates a value for the guest, and gives the sandbox its capabilities.
    ///
    /// # Errors
    /// [`LimitKind::Stubs`](crate::LimitKind::Stubs) if the sandbox already holds too
    /// many capabilities.
    pub(super) async fn lower(&mut self, value: Value) -> Result<wit::Message> {
        let (data, list) = value.into_parts();
        if list.is_empty() {
            return Ok(wit::Message { data, capabilities: Vec::new() });
        }
        self.table.check_room(list.len())?;
        let mut capabilities = Vec::with_capacity(list.len());
        for attachment in &list {
            capabilities.push(self.table.hold(attachment)?);
            if capabilities.len().is_multiple_of(CAPABILITIES_AT_ONCE) {
                yield_now().await;
            }
        }
        Ok(wit::Message { data, capabilities })
    }

    /// Checks a message of the guest, and translates its capabilities to stubs.
    ///
    /// # Errors
    /// Errors if no guest of ours sends such a message, or if it has too many capabilities.
    pub(super) async fn lift(&mut self, message: wit::Message) -> Result<Value> {
        let wit::Message { data, capabilities } = message;
        self.table.check_offers(&capabilities)?;
        let checked = if data.len() > CHECKED_AT_ONCE {
            // Copying it out of the guest's memory took as long as the check takes.
            yield_now().await;
            Box::pin(Checked::in_slices(data, capabilities.len(), yield_now)).await
        } else {
            Checked::new(data, capabilities.len())
        };
        let checked = checked.map_err(internal)?;
        let mut list = Vec::with_capacity(capabilities.len());
        for capability in capabilities {
            let Self { table, calls, .. } = self;
            list.push(table.attachment(capability, &mut |call| calls.promised(call)));
            if list.len().is_multiple_of(CAPABILITIES_AT_ONCE) {
                yield_now().await;
            }
        }
        checked.with(list).map_err(internal)
    }
}
