//! Delivers events: charges turns to their payers, and processes the answers to calls.

use std::sync::Arc;
use std::time::{Duration, Instant};

use isolet_wire::Value;

use super::calls::bytes_of;
use super::messages::CHECKED_AT_ONCE;
use super::pace::Pace;
use super::state::{Driver, Due, HOUSEKEEPING_FUEL, OBJECT_FUEL};
use crate::engine::bindings::sandbox as wit;
use crate::error::fault::lie;
use crate::error::thrown::{MAX_MESSAGE_BYTES, Thrown};
use crate::error::{Error, LimitError, LimitKind, Result};
use crate::limits::budget::{Allowance, Budget};
use crate::limits::fuel_account::{FuelAccount, Lease};
use crate::rpc::stub::Stub;

/// Returns the size of an event's data in bytes.
fn bytes_of_event(event: &wit::Event) -> u64 {
    let bytes = |message: Option<&wit::Message>| message.map_or(0, bytes_of_message);
    match event {
        wit::Event::Load(load) => bytes(Some(&load.env)),
        wit::Event::Invoke(invoke) => {
            let props = match &invoke.receiver {
                wit::Receiver::Entrypoint(entrypoint) => entrypoint.props.as_ref(),
                wit::Receiver::Exported(_) => None,
            };
            bytes(invoke.arguments.as_ref()) + bytes(props)
        }
        wit::Event::Settled(settled) => {
            let (Ok(message) | Err(message)) = &settled.result;
            bytes(Some(message))
        }
        _ => 0,
    }
}

/// Returns the bytes of the messages of an effect.
fn bytes_of_effect(effect: &wit::Effect) -> u64 {
    match effect {
        wit::Effect::LoadFailed(message) | wit::Effect::LoadThrew(message) => {
            bytes_of_message(message)
        }
        wit::Effect::Call(call) => {
            let steps = call.mapper.iter().flat_map(|mapper| &mapper.steps);
            let recorded = steps.filter_map(|step| step.arguments.as_ref());
            let results = call.mapper.iter().map(|mapper| &mapper.result);
            call.arguments.iter().chain(recorded).chain(results).map(bytes_of_message).sum()
        }
        wit::Effect::Settle(settlement) => {
            let (Ok(message) | Err(message)) = &settlement.result;
            bytes_of_message(message)
        }
        wit::Effect::Loaded | wit::Effect::Waited(_) | wit::Effect::Release(_) => 0,
    }
}

fn bytes_of_message(message: &wit::Message) -> u64 {
    message.data.len() as u64
}

/// The payer of a turn.
pub(super) enum Pays {
    /// The invocation that the event is for.
    Invocation(Lease),
    /// Another invocation, charged afterwards.
    Other(Arc<FuelAccount>),
    /// The sandbox itself, from its own small budget.
    Sandbox,
}

impl Driver {
    pub(super) async fn answered(&mut self, id: u32, result: Result<Value, Thrown>) -> Result<()> {
        let Some((owner, result)) = self.arrived(id, result)? else { return Ok(()) };
        let size = |value: &Value| value.as_bytes().len() as u64;
        let result = match result {
            Ok(value) if size(&value) > MAX_MESSAGE_BYTES => Err(Thrown::too_large(size(&value))),
            result => result,
        };
        let result = result.map_err(|thrown| thrown.to_value());
        let (Ok(value) | Err(value)) = &result;
        // It does not count as arrived any more, and lowering it may yield.
        if !self.take_in_hand(owner, size(value))? {
            return Ok(());
        }
        let result = match result {
            Ok(value) => Ok(self.lower(value).await?),
            Err(thrown) => Err(self.lower(thrown).await?),
        };
        self.turn(owner, &wit::Event::Settled(wit::Settled { call: id, result })).await
    }

    /// Processes an answer. Returns it with the invocation that pays for its delivery, if
    /// the guest is to receive it.
    pub(super) fn arrived(
        &mut self,
        id: u32,
        result: Result<Value, Thrown>,
    ) -> Result<Option<(u32, Result<Value, Thrown>)>> {
        let Some(call) = self.calls.remove(id) else { return Ok(None) };
        if let Some(deadline) = call.deadline {
            self.due.remove(&(deadline, Due::Call(id)));
        }
        if call.queued {
            self.leave_queue(call.owner);
        }
        if let Some(promised) = &call.promised {
            let stays = !call.awaited;
            let bytes = bytes_of(&result);
            if stays {
                self.table.count(id, bytes);
            }
            let lineage = self.mailbox.lineage();
            // Others may hold the promised answer for any length of time.
            let reservation = lineage.quota().map(|quota| quota.keep(bytes)).transpose();
            let (result, reservation) = match (result.clone(), reservation) {
                (_, Err(error)) => (Err(error.into()), None),
                (Ok(value), Ok(reservation)) => {
                    (Ok(Stub::value_held_by(value, lineage)), reservation)
                }
                (result, Ok(reservation)) => (result, reservation),
            };
            promised.settle(result, reservation.unwrap_or_default());
        }
        self.calls.cover()?;
        // Kept answers count against the sandbox's memory limit.
        let (limit, actual) =
            (self.code.limits.memory_bytes, self.calls.bytes + self.table.kept_bytes);
        if actual > limit {
            return Err(LimitError { kind: LimitKind::Memory, limit, actual }.into());
        }
        // An invocation that has ended receives no answers.
        if !self.invocations.contains_key(&call.owner) {
            return Ok(None);
        }
        self.open_calls.remove(call.of);
        Ok(call.awaited.then_some((call.owner, result)))
    }

    /// Reserves the bytes of an event that is to be delivered: the host holds one copy of its data, and
    /// the guest gets another. Returns false, and ends `payer`, if the tree has not that much left.
    fn take_in_hand(&mut self, payer: u32, bytes: u64) -> Result<bool> {
        match self.in_hand.cover(bytes) {
            Ok(()) => Ok(true),
            Err(error) if !self.loaded => Err(error),
            Err(error) => {
                self.end(payer, error);
                Ok(false)
            }
        }
    }

    /// Delivers one event, charged to `payer`, unless the payer's deadline has passed.
    pub(super) async fn turn(&mut self, payer: u32, event: &wit::Event) -> Result<()> {
        let now = Instant::now();
        let late = self.invocations.get(&payer).filter(|it| it.deadline <= now);
        if let Some(late) = late.filter(|_| self.loaded) {
            // The sandbox is at rest and intact.
            let error = Error::Limit(late.late(now));
            self.end(payer, error);
            return Ok(());
        }
        if !self.take_in_hand(payer, bytes_of_event(event))? {
            return Ok(());
        }
        let Some(invocation) = self.invocations.get(&payer) else {
            return self.deliver(payer, event, Pays::Sandbox).await;
        };
        if let Some(lease) = invocation.account.lease().await {
            return self.deliver(payer, event, Pays::Invocation(lease)).await;
        }
        // The limit of the invocation, or of one that pays for it, is exhausted,
        // callees included.
        let limit = invocation.account.exhausted().unwrap_or(invocation.limits.fuel);
        let error = LimitError { kind: LimitKind::Fuel, limit, actual: limit }.into();
        if !self.loaded {
            return Err(error);
        }
        self.end(payer, error);
        Ok(())
    }

    /// Delivers an event that no invocation asked for. The cost is added to the usage of
    /// `payer` afterwards. The sandbox pays if there is no payer, or if its limit was
    /// already exhausted.
    pub(super) async fn housekeep(
        &mut self,
        event: &wit::Event,
        payer: Option<Arc<FuelAccount>>,
    ) -> Result<()> {
        let payer = payer.filter(|account| account.exhausted().is_none());
        self.deliver(0, event, payer.map_or(Pays::Sandbox, Pays::Other)).await
    }

    /// Delivers one event and carries out its effects. First tells the guest which of the
    /// objects that the last turn borrowed were kept.
    pub(super) async fn deliver(
        &mut self,
        payer: u32,
        event: &wit::Event,
        pays: Pays,
    ) -> Result<()> {
        for (number, _remote) in self.table.kept() {
            self.housekeeping_fuel = self.housekeeping_fuel.saturating_add(OBJECT_FUEL);
            self.deliver_now(0, &wit::Event::Kept(number), Pays::Sandbox).await?;
            tokio::task::consume_budget().await;
        }
        self.deliver_now(payer, event, pays).await
    }

    async fn deliver_now(&mut self, payer: u32, event: &wit::Event, pays: Pays) -> Result<()> {
        let now = self.clock.now();
        let (budget, lease, other) = match (self.invocations.get(&payer), pays) {
            (Some(invocation), Pays::Invocation(lease)) => {
                (invocation.budget(&lease), Some(lease), None)
            }
            (_, Pays::Other(account)) => {
                (self.housekeeping(HOUSEKEEPING_FUEL), None, Some(account))
            }
            _ => (self.housekeeping(self.housekeeping_fuel.min(HOUSEKEEPING_FUEL)), None, None),
        };
        let mut allowance = Allowance(lease);
        let logs = self.sandbox.logs();
        logs.current = payer;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole, and positive"
        )]
        {
            logs.now = now as u64;
        }
        self.payer = payer;
        // A call that ends before this leaves the seed to the next one.
        if matches!(event, wit::Event::Invoke(_)) {
            self.reseed = None;
        }
        let turn = self.sandbox.turn(now, event, budget, &mut allowance).await;
        let left = match &turn {
            Ok(turn) => budget.fuel - turn.fuel,
            Err(_) => self.sandbox.fuel_left(),
        };
        let used = budget.fuel.saturating_sub(left);
        let account = match (self.invocations.get_mut(&payer), allowance.0, other) {
            (Some(invocation), Some(lease), _) => {
                lease.end(used);
                invocation.charge(used);
                invocation.usage.memory_peak_bytes = self.sandbox.memory_peak();
                Some(Arc::clone(&invocation.account))
            }
            (_, _, Some(account)) => {
                account.charge(used);
                Some(account)
            }
            _ => {
                self.housekeeping_fuel = self.housekeeping_fuel.saturating_sub(used);
                None
            }
        };
        let wit::Outcome { effects, alarm } = turn?.outcome;
        if alarm.as_ref().is_some_and(|alarm| alarm.due.is_nan()) {
            return Err(lie("set an alarm at no time"));
        }
        // Lifting a large message yields, and many sandboxes may be about to.
        self.to_lift = effects.iter().map(bytes_of_effect).sum();
        if self.to_lift > CHECKED_AT_ONCE as u64 {
            self.handed_over.cover(self.to_lift)?;
        }
        // Most turns have one or two effects and do not need the clock.
        let mut pace = (effects.len() > 2).then(Pace::new);
        for effect in effects {
            self.carry_out(effect, account.clone()).await?;
            if let Some(pace) = &mut pace {
                pace.pause().await;
            }
        }
        // An alarm that nobody pays for never rings.
        self.alarm = alarm.filter(|alarm| self.invocations.contains_key(&alarm.invocation));
        Ok(())
    }

    fn housekeeping(&self, fuel: u64) -> Budget {
        let now = Instant::now();
        Budget {
            fuel,
            fuel_limit: fuel,
            memory_bytes: self.code.limits.memory_bytes,
            began: now,
            deadline: now + Duration::from_secs(1),
        }
    }
}
