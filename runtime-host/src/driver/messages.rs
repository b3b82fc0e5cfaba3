//! Translates the capabilities of messages between guest and host.

use std::sync::Arc;

use isolet_wire::{Checked, Value};
use tokio::task::yield_now;

use super::capability_table::nothing;
use super::state::Driver;
use crate::engine::bindings::sandbox as wit;
use crate::error::Result;
use crate::error::fault::{internal, lie};
use crate::rpc::capability::MAX_PATH;
use crate::rpc::mapper::{Callback, Does, MAX_DEPTH, MAX_STEPS, Mapper, Receiver, Recorded, Step};
use crate::rpc::stub::Stub;

/// The size in bytes past which a message is checked in slices.
pub(super) const CHECKED_AT_ONCE: usize = 64 << 10;

/// The number of capabilities after which the driver yields to other tasks.
const CAPABILITIES_AT_ONCE: usize = 1_000;

/// The place of a message of the guest.
#[derive(Clone, Copy)]
enum Origin {
    Anywhere,
    /// Part of a mapper, which may name recorded values.
    Mapper,
}

/// A callback whose steps are being lifted, and the step that it belongs to.
struct Around {
    /// The number of steps that are left when it is complete.
    left_after: usize,
    /// The steps before it.
    before: Vec<Step>,
    receiver: Receiver,
    path: Vec<String>,
    result: Value,
}

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
            let capability = self.table.hold(attachment)?;
            if let wit::Capability::Service(number) = capability
                && let Some(files) = attachment.downcast_ref::<Stub>().and_then(Stub::files)
            {
                self.sandbox.files().hold(number, files);
            }
            capabilities.push(capability);
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
        self.lift_from(message, Origin::Anywhere).await
    }

    /// Checks a mapper of the guest, and translates its capabilities.
    ///
    /// # Errors
    /// Errors like [`Self::lift`], or if it has too many steps, or callbacks that do not lie
    /// in one another.
    pub(super) async fn lift_mapper(&mut self, mapper: wit::Mapper) -> Result<Arc<Mapper>> {
        let wit::Mapper { steps, result } = mapper;
        if steps.len() > MAX_STEPS {
            return Err(lie("recorded too many steps"));
        }
        // The callbacks that are around the next step, outermost first.
        let mut around: Vec<Around> = Vec::new();
        let mut lifted = Vec::new();
        let mut left = steps.len();
        for wit::Step { target, path, arguments, callback } in steps {
            left -= 1;
            if path.len() > MAX_PATH {
                return Err(lie("named too long a path"));
            }
            let receiver = match target {
                wit::Capability::Recorded(index) => Receiver::Recorded(index),
                target => {
                    let Self { table, calls, .. } = self;
                    let stub = table.stub(target, &mut |call| calls.promised(call));
                    Receiver::Stub(stub.unwrap_or_else(nothing).held_by(self.mailbox.lineage()))
                }
            };
            let arguments = match arguments {
                Some(message) => Some(self.lift_recorded(message).await?),
                None => None,
            };
            let within = around.last().map_or(left, |it: &Around| left - it.left_after);
            match (callback, arguments) {
                (None, None) => lifted.push(Step { receiver, path, does: Does::Read }),
                (None, Some(arguments)) => {
                    lifted.push(Step { receiver, path, does: Does::Call(arguments) });
                }
                (Some(steps), Some(result)) if steps as usize <= within => {
                    if around.len() == MAX_DEPTH - 1 {
                        return Err(lie("recorded too many callbacks in one another"));
                    }
                    let before = std::mem::take(&mut lifted);
                    let left_after = left - steps as usize;
                    around.push(Around { left_after, before, receiver, path, result });
                }
                (Some(_), _) => return Err(lie("recorded a callback that has no end")),
            }
            while let Some(done) = around.pop_if(|it| it.left_after == left) {
                let callback = Callback { steps: lifted, result: done.result };
                let does = Does::Map(callback);
                lifted = done.before;
                lifted.push(Step { receiver: done.receiver, path: done.path, does });
            }
        }
        let result = self.lift_recorded(result).await?;
        Ok(Arc::new(Mapper::new(Callback { steps: lifted, result })))
    }

    async fn lift_recorded(&mut self, message: wit::Message) -> Result<Value> {
        let value = self.lift_from(message, Origin::Mapper).await?;
        Ok(Stub::value_held_by(value, self.mailbox.lineage()))
    }

    async fn lift_from(&mut self, message: wit::Message, origin: Origin) -> Result<Value> {
        let wit::Message { data, capabilities } = message;
        let bytes = data.len() as u64;
        self.table.check_exports(&capabilities)?;
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
            list.push(match (capability, origin) {
                (wit::Capability::Recorded(index), Origin::Mapper) => {
                    Recorded(index).into_attachment()
                }
                _ => table.attachment(capability, &mut |call| calls.promised(call)),
            });
            if list.len().is_multiple_of(CAPABILITIES_AT_ONCE) {
                yield_now().await;
            }
        }
        // Its receiver counts it from here on.
        self.to_lift = self.to_lift.saturating_sub(bytes);
        self.handed_over.fit(self.to_lift);
        checked.with(list).map_err(internal)
    }
}
