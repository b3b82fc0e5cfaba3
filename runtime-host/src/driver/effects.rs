//! Carries out the effects of a turn.

use std::sync::Arc;

use isolet_wire::Value;

use super::call_queue::{CallQueue, Waiting};
use super::calls::{Mapping, Of, PendingCall, send};
use super::capability_table::{LAST_NUMBER, OWN, bytes_of};
use super::state::Driver;
use crate::engine::bindings::sandbox as wit;
use crate::error::exception;
use crate::error::fault::{lie, worn_out};
use crate::error::thrown::{MAX_MESSAGE_BYTES, Thrown};
use crate::error::{Error, LimitError, LimitKind, Result};
use crate::limits::fuel_account::{FuelAccount, letting_go};
use crate::rpc::capability::failed;
use crate::rpc::capability::{Call, MAX_PATH};
use crate::rpc::mapper::Mapper;
use crate::rpc::stub::Stub;
use crate::rpc::target::Target;

impl Driver {
    /// Carries out one effect. `payer` is charged for the disposers of what the
    /// effect releases.
    pub(super) async fn carry_out(
        &mut self,
        effect: wit::Effect,
        payer: Option<Arc<FuelAccount>>,
    ) -> Result<()> {
        match effect {
            wit::Effect::Loaded => {
                self.loaded = true;
                let abandoned = self.invocations.iter().filter(|(_, it)| it.abandoned);
                for id in abandoned.map(|(&id, _)| id).collect::<Vec<_>>() {
                    self.close(id);
                }
            }
            wit::Effect::LoadFailed(message) => {
                let value = self.thrown_while_loading(message).await?;
                return Err(Error::Load(self.code.sources.explain(exception::thrown(value)).await));
            }
            wit::Effect::LoadThrew(message) => {
                let value = self.thrown_while_loading(message).await?;
                let exception = exception::thrown(value);
                return Err(Error::Exception(if self.code.is_child() {
                    exception.while_starting()
                } else {
                    exception
                }));
            }
            // Arguments are lifted even if the call is then dropped, so that the guest
            // hears that the objects it exports in them are released.
            wit::Effect::Call(mut call) => {
                let arguments = match call.arguments.take() {
                    Some(message) => self.lift(message).await.map(Some),
                    None => Ok(None),
                };
                let mapper = match call.mapper.take() {
                    Some(mapper) => self.lift_mapper(mapper).await.map(Some),
                    None => Ok(None),
                };
                letting_go(payer, || self.call(call, arguments, mapper))?;
            }
            wit::Effect::Settle(settlement) => {
                let wit::Settlement { invocation, result, waiting } = settlement;
                let result = match result {
                    Ok(message) => self.lift(message).await.map(Ok),
                    Err(message) => self.lift(message).await.map(Err),
                };
                letting_go(payer, || self.settle(invocation, result, waiting))?;
            }
            wit::Effect::Waited(id) => letting_go(payer, || self.close(id)),
            wit::Effect::Release(capability) => {
                if let wit::Capability::Imported(number) | wit::Capability::Service(number) =
                    capability
                {
                    self.sandbox.files().release(number);
                }
                letting_go(payer, || self.table.release(capability));
            }
        }
        Ok(())
    }

    async fn thrown_while_loading(&mut self, message: wit::Message) -> Result<Value> {
        let (limit, actual) = (self.code.limits.output_bytes, message.data.len() as u64);
        if actual > limit {
            return Err(LimitError { kind: LimitKind::Output, limit, actual }.into());
        }
        self.lift(message).await
    }

    /// Checks the ids and the path of a call.
    ///
    /// # Errors
    /// Errors if no guest of ours makes such a call, or if the sandbox's numbers are used up.
    fn check_call(&self, id: u32, invocation: u32, path: &[String]) -> Result<()> {
        // Its answer would be counted against a future invocation.
        if invocation > self.last_invocation {
            return Err(lie("made a call for an invocation that never was"));
        }
        if id > LAST_NUMBER || self.table.is_worn_out() {
            return Err(worn_out());
        }
        if self.calls.contains(id) {
            return Err(lie("made two calls of one id"));
        }
        if path.len() > MAX_PATH {
            return Err(lie("named too long a path"));
        }
        Ok(())
    }

    fn call(
        &mut self,
        call: wit::Call,
        arguments: Result<Option<Value>>,
        mapper: Result<Option<Arc<Mapper>>>,
    ) -> Result<()> {
        let wit::Call { id, invocation, target, path, awaited, .. } = call;
        self.check_call(id, invocation, &path)?;
        let is_signal = self.table.is_signal(target);
        let Some(payer) = self.invocations.get_mut(&invocation) else {
            // The invocation has ended: nobody pays for the fuel, calls and time of this call.
            return Ok(());
        };
        let (arguments, mapper) = (arguments?, mapper?);
        let size = arguments.as_ref().map_or(0, |arguments| arguments.as_bytes().len() as u64);
        let names: usize = path.iter().map(String::len).sum();
        let bytes = arguments.as_ref().map_or(0, bytes_of)
            + mapper.as_ref().map_or(0, |mapper| mapper.bytes())
            + names as u64;
        payer.calls.push(id);
        // To read `request.signal` costs a program no call.
        let is_free = is_signal && !std::mem::replace(&mut payer.watches_caller, true);
        let counted = if is_free { Ok(()) } else { payer.account.count_call() };
        if let Err(error) = counted {
            self.end(invocation, error.into());
            return Ok(());
        }
        let payer = Arc::clone(&payer.account);
        let under_way = self.calls.bytes + self.table.kept_bytes;
        let (limit, actual) = (self.code.limits.memory_bytes, under_way + bytes);
        if actual > limit {
            let error = LimitError { kind: LimitKind::Memory, limit, actual };
            self.end(invocation, error.into());
            return Ok(());
        }
        // A request to the loopback is no work for anybody, unless it is a call of an
        // export. It may wait for as long as the sandbox lives.
        let is_own = matches!(target, wit::Capability::Imported(OWN));
        let of_itself = is_own && path.len() == 1;
        let is_answer =
            matches!(target, wit::Capability::Promised(_) | wit::Capability::PromisedAnswer(_));
        let held = match target {
            wit::Capability::Imported(index)
            | wit::Capability::Service(index)
            | wit::Capability::Awaitable(index) => Some(index),
            _ => None,
        };
        let Self { table, calls, .. } = self;
        let target = table.stub(target, &mut |call| calls.promised(call));
        let mut pending = PendingCall::new(invocation, bytes, awaited);
        pending.of = match target.as_ref().map(Stub::target) {
            _ if mapper.is_some() => Of::Derived,
            _ if of_itself => Of::Host,
            _ if is_own => Of::Itself,
            Some(Target::Remote(remote)) if remote.is_in(&self.mailbox) => Of::Itself,
            Some(Target::HeldRight(_)) => Of::Loader,
            _ if is_signal => Of::Signal,
            _ if is_answer => Of::Derived,
            _ => Of::Others,
        };
        // The sandbox lives for as long as it waits for itself, and the arguments of such a
        // call must not be what keeps it alive.
        let lineage = self.mailbox.lineage();
        let is_others = pending.of == Of::Others;
        let as_held = |value| if is_others { value } else { Stub::value_held_by(value, lineage) };
        let arguments = arguments.map(as_held);
        if !awaited {
            pending.promised = Some(self.table.keep(id));
        }
        pending.mapper.clone_from(&mapper);
        self.open_calls.add(pending.of);
        // Worker code has a size limit of its own.
        let is_code =
            target.as_ref().is_some_and(|stub| matches!(stub.target(), Target::HeldRight(_)));
        let answer = match target {
            _ if self.dumps_image => Box::pin(std::future::pending()),
            _ if size > MAX_MESSAGE_BYTES && !is_code => failed(Thrown::too_large(size)),
            Some(target) => {
                let queue = self.invocations.get_mut(&invocation).map(|it| &mut it.queue);
                let mut queue = queue.filter(|_| !pending.of.is_passive());
                let ended = queue.as_mut().zip(held);
                let ended = ended.and_then(|(queue, stub)| queue.follows(stub, id, &path));
                let ends = ended.is_some_and(|pull| self.calls.is_under_way(pull));
                let call = Call::of(path, arguments);
                let call = call.paid_by(Some(Arc::clone(&payer))).numbered(id);
                let concurrency = self.code.limits.concurrency;
                let mapping = mapper.map(|mapper| Mapping { mapper, payer, concurrency });
                if let Some(queue) = queue {
                    pending.queued = true;
                    let flooded = self.calls.are_flooded(self.code.limits.memory_bytes);
                    if flooded || !(queue.enter() || ends && queue.enter_to_end()) {
                        queue.wait(Waiting { id, target, call, mapping });
                        self.calls.put(id, pending);
                        if flooded {
                            self.freed.push_back(invocation);
                        }
                        if let Err(error) = self.calls.cover() {
                            self.end(invocation, error);
                        }
                        return Ok(());
                    }
                }
                // Sent now, so that calls of a stub arrive in order.
                send(&target, call, mapping)
            }
            None => failed(Thrown::type_error("There is no such capability.")),
        };
        if let Some(result) = self.calls.add(id, pending, answer) {
            self.arrived(id, result)?;
        }
        if let Err(error) = self.calls.cover() {
            self.end(invocation, error);
        }
        Ok(())
    }

    fn queue(&mut self, owner: u32) -> Option<&mut CallQueue> {
        match self.invocations.get_mut(&owner) {
            Some(invocation) => Some(&mut invocation.queue),
            None => self.left_behind.get_mut(&owner),
        }
    }

    /// Frees the slot of a call of the invocation that has returned.
    pub(super) fn leave_queue(&mut self, owner: u32) {
        let Some(queue) = self.queue(owner) else { return };
        queue.leave();
        if !queue.is_empty() {
            self.freed.push_back(owner);
        }
    }

    /// Sends the waiting calls for which there is room now.
    pub(super) fn send_waiting(&mut self) -> Result<()> {
        let bytes = self.code.limits.memory_bytes;
        while !self.calls.are_flooded(bytes)
            && let Some(owner) = self.freed.pop_front()
        {
            while let Some(Waiting { id, target, call, mapping }) =
                self.queue(owner).and_then(CallQueue::next)
            {
                let Some(pending) = self.calls.remove(id) else { continue };
                let answer = send(&target, call, mapping);
                if let Some(result) = self.calls.add(id, pending, answer) {
                    self.arrived(id, result)?;
                }
                if self.calls.are_flooded(bytes) {
                    self.freed.push_front(owner);
                    return Ok(());
                }
            }
            if self.left_behind.get(&owner).is_some_and(CallQueue::is_empty) {
                self.left_behind.remove(&owner);
            }
        }
        Ok(())
    }
}
